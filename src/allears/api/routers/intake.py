"""How much a workspace may send in, and how much it sends."""

from datetime import date

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema

from allears.api.listing import workspace_of
from allears.events import actions, queries

router = Router(tags=["intake"])


class LimitsIn(Schema):
    """Null: as the installation says; 0: no limit."""

    per_second: int | None = Field(None, ge=0, le=1_000_000)
    per_day: int | None = Field(None, ge=0, le=10**12, description="days begin at midnight UTC")


class DayOut(Schema):
    day: date
    events: int


class LimitsOut(LimitsIn):
    """With the installation's own limits and what came in on the last seven days, today first."""

    default_per_second: int
    default_per_day: int
    days: list[DayOut]


def limits_out(workspace_id: int) -> LimitsOut:
    use = queries.intake_use(workspace_id=workspace_id, today=timezone.now().date())
    return LimitsOut(
        per_second=use.per_second,
        per_day=use.per_day,
        default_per_second=use.default_per_second,
        default_per_day=use.default_per_day,
        days=[DayOut(day=day, events=events) for day, events in use.days],
    )


@router.get("/intake/limits", response=LimitsOut)
def read_limits(request: HttpRequest) -> LimitsOut:
    """What this workspace may send, and what it sent."""
    return limits_out(workspace_of(request))


@router.put("/intake/limits", response=LimitsOut)
def write_limits(request: HttpRequest, given: LimitsIn) -> LimitsOut:
    """Set both limits; they count at every door within three seconds."""
    actions.limit_intake(
        workspace_id=workspace_of(request), per_second=given.per_second, per_day=given.per_day, actor_id=None
    )
    return limits_out(workspace_of(request))
