"""Probes: the rules that ask."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from allears.api.listing import Listing, PageParams, listing, where, workspace_of
from allears.api.problems import ProblemError
from allears.listen import actions, queries
from allears.listen.actions import ProbeSpec
from allears.listen.conditions import ConditionError
from allears.listen.models import Probe, ProbeVersion

router = Router(tags=["probes"])


class ProbeIn(Schema):
    """What a probe asks, when and how. It starts at once unless ``started`` is false."""

    key: str = Field(max_length=60, pattern=r"^[a-z0-9][a-z0-9_-]*$")
    name: str = Field(min_length=1, max_length=120)
    touchpoint_id: int
    survey_id: int
    event_name: str = Field(min_length=1, max_length=200)
    conditions: list[dict[str, Any]] = Field([], description='[{"property": "amount", "op": ">", "value": 100}]')
    delay_seconds: int = Field(0, ge=0)
    expires_after_seconds: int = Field(7 * 86_400, ge=60)
    channel: str = "email"
    share: float = Field(1.0, gt=0, le=1)
    fallbacks: list[str] = Field([], description="channels to try next, in this order")
    sampling: str = Field("random", description="random (a share of 1 is a census), stratified or directed")
    strata: dict[str, float] = Field({}, description="segment → share, when stratified")
    absent_event: str = Field("", max_length=200, description="ask only if this has not come after the delay")
    absent_match: str = Field("", max_length=120, description="a property that both events share, e.g. order_id")
    priority: int = Field(0, ge=-100, le=100)
    weight: float = Field(1.0, gt=0, le=100, description="of the moment, in the auction of asks")
    quota: dict[str, int] = Field({}, description="segment (empty: all) → most asks in quota_days")
    quota_days: float = Field(30.0, gt=0)


class NewProbe(ProbeIn):
    started: bool = True


class ProbeVersionOut(Schema):
    """What a probe said from some moment on."""

    number: int
    at: datetime
    spec: dict[str, Any]


class ProbeOut(ProbeIn):
    id: int
    created_at: datetime
    started_at: datetime | None
    paused_at: datetime | None


def refused(error: ValueError) -> ProblemError:
    """What to mend, as problem details."""
    field = getattr(error, "field", "")
    place = f"conditions/{error.index}/{field}" if isinstance(error, ConditionError) else field
    errors = [{"pointer": place, "detail": str(error)}]
    return ProblemError(status=422, title="This probe cannot be set", detail=str(error), errors=errors)


@router.get("/probes", response=Listing[ProbeOut])
def list_probes(
    request: HttpRequest,
    page: Query[PageParams],
    key: str | None = None,
    event_name: str | None = None,
    survey_id: int | None = None,
    touchpoint_id: int | None = None,
) -> dict[str, Any]:
    """Every probe, running or not."""
    rows = queries.probes(workspace_id=workspace_of(request))
    rows = where(rows, key=key, event_name=event_name, survey_id=survey_id, touchpoint_id=touchpoint_id)
    return listing(rows, page, order=("id",))


@router.post("/probes", response={201: ProbeOut})
def create_probe(request: HttpRequest, body: NewProbe) -> Status[Probe]:
    """Set a probe."""
    spec = ProbeSpec(**body.dict(exclude={"started"}))
    try:
        made = actions.create_probe(
            workspace_id=workspace_of(request), spec=spec, started=body.started, now=timezone.now()
        )
    except (actions.ProbeError, ConditionError) as error:
        raise refused(error) from error
    except actions.KeyTakenError as error:
        raise ProblemError(status=409, title="This key is taken", detail=str(error)) from error
    return Status(201, made)


@router.get("/probes/{probe_id}", response=ProbeOut)
def get_probe(request: HttpRequest, probe_id: int) -> Probe:
    """One probe."""
    return queries.access_probe(workspace_id=workspace_of(request), probe_id=probe_id)


@router.put("/probes/{probe_id}", response=ProbeOut)
def change_probe(request: HttpRequest, probe_id: int, body: ProbeIn) -> Probe:
    """Change a probe as a whole; what it has asked stays as it was."""
    probe = queries.access_probe(workspace_id=workspace_of(request), probe_id=probe_id)
    try:
        return actions.change_probe(probe=probe, spec=ProbeSpec(**body.dict()), now=timezone.now())
    except (actions.ProbeError, ConditionError) as error:
        raise refused(error) from error


@router.post("/probes/{probe_id}/pause", response=ProbeOut)
def pause_probe(request: HttpRequest, probe_id: int) -> Probe:
    """Stop asking."""
    probe = queries.access_probe(workspace_id=workspace_of(request), probe_id=probe_id)
    actions.pause_probe(probe=probe, now=timezone.now())
    return probe


@router.delete("/probes/{probe_id}/pause", response=ProbeOut)
def start_probe(request: HttpRequest, probe_id: int) -> Probe:
    """Ask (again) from now on."""
    probe = queries.access_probe(workspace_id=workspace_of(request), probe_id=probe_id)
    actions.start_probe(probe=probe, now=timezone.now())
    return probe


@router.get("/probes/{probe_id}/versions", response=list[ProbeVersionOut])
def list_versions(request: HttpRequest, probe_id: int) -> list[ProbeVersion]:
    """Every version, newest first."""
    probe = queries.access_probe(workspace_id=workspace_of(request), probe_id=probe_id)
    return list(probe.versions.order_by("-number"))


@router.put("/probes/{probe_id}/versions/{number}", response=ProbeOut)
def restore_version(request: HttpRequest, probe_id: int, number: int) -> Probe:
    """Let the probe say again what it said in this version, as its newest one."""
    probe = queries.access_probe(workspace_id=workspace_of(request), probe_id=probe_id)
    try:
        return actions.restore_probe(probe=probe, number=number, now=timezone.now())
    except (actions.ProbeError, ConditionError) as error:
        raise refused(error) from error
