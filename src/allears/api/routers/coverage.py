"""Coverage: whom we hear, and whom never."""

from datetime import datetime, timedelta
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from allears.accounts.models import Workspace
from allears.api.listing import workspace_of
from allears.listen.coverage import Row, coverage

router = Router(tags=["coverage"])


class CoverageParams(Schema):
    """Which cut, and of which time."""

    by: Literal["segment", "channel", "touchpoint", "month"] = "segment"
    since: datetime | None = Field(None, description="90 days ago when left out")
    until: datetime | None = None


class CoverageRow(Schema):
    key: str
    wished: int
    left_out: int
    refused: int
    waiting: int
    invited: int
    delivered: int
    opened: int
    started: int
    finished: int
    census: bool
    response: dict[str, Any] = Field(description="complete answers among all asked (AAPOR RR1), with its interval")
    response_with_partials: dict[str, Any]
    contact: dict[str, Any]


class SilenceRow(Schema):
    segment: str
    customers: int
    never_invited: int
    silent: int
    heard: int
    unhappy: dict[str, Any] = Field(description="share of unhappy answers among those who answered")
    unhappy_among_the_silent: list[float] | None = Field(
        description="low, middle, high; if the silent are like those who answered"
    )


class CoverageOut(Schema):
    by: str
    since: datetime
    until: datetime
    whole: CoverageRow
    rows: list[CoverageRow]
    silence: list[SilenceRow]


def _shown(row: Row) -> dict[str, Any]:
    asks = row.asks
    return {
        **{name: getattr(row, name) for name in ("key", "wished", "left_out", "refused", "waiting")},
        **{name: getattr(asks, name) for name in ("invited", "delivered", "opened", "started")},
        "finished": asks.completed,
        "census": row.is_census,
        "response": row.rates.response.as_json(),
        "response_with_partials": row.rates.response_with_partials.as_json(),
        "contact": row.rates.contact.as_json(),
    }


@router.get("/coverage", response=CoverageOut)
def get_coverage(request: HttpRequest, asked: Query[CoverageParams]) -> dict[str, Any]:
    """How far asks got by one cut, and who was never heard, by segment."""
    until = asked.until or timezone.now()
    found = coverage(
        workspace_id=workspace_of(request),
        by=asked.by,
        since=asked.since or until - timedelta(days=90),
        until=until,
        zone=Workspace.objects.get(pk=workspace_of(request)).timezone,
    )
    return {
        "by": found.by,
        "since": found.since,
        "until": found.until,
        "whole": _shown(found.whole),
        "rows": [_shown(row) for row in found.rows],
        "silence": [
            {
                **{name: getattr(each, name) for name in ("segment", "customers", "never_invited", "silent", "heard")},
                "unhappy": each.unhappy.as_json(),
                "unhappy_among_the_silent": list(each.at_risk) if each.at_risk else None,
            }
            for each in found.silence
        ],
    }
