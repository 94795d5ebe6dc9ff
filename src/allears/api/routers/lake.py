"""The analytics tables."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from allears.accounts.models import Workspace
from allears.api.listing import workspace_of
from allears.api.problems import ProblemError
from allears.understand.durations import DurationQuestion, Kind
from allears.understand.lake_status import StatusQuestion
from allears.understand.pool import AnalyticsError, ask_durations, ask_lake

router = Router(tags=["lake"])


class LakeTableOut(Schema):
    """One table of facts. `waiting` rows are not in the files yet; `fresh_to`: all recorded before is."""

    name: str
    says: str
    columns: int
    rows: int
    files: int
    bytes: int
    waiting: int
    fresh_to: datetime | None
    compacted_at: datetime | None


class LakeRollupOut(Schema):
    """One roll-up. `state`: `ready`, `behind` or `unbuilt`; `difference` names the first wrong cell."""

    name: str
    says: str
    state: str
    cells: int
    bytes: int
    built_at: datetime | None
    checked_at: datetime | None
    checked_days: int
    difference: str


class LakeOut(Schema):
    """The lake, as far as it is this workspace's."""

    zone: str
    tables: list[LakeTableOut]
    rollups: list[LakeRollupOut]


class DurationOut(Schema):
    """One touchpoint's lengths in milliseconds, within one per cent; `touchpoint` null is all together."""

    touchpoint: str | None
    n: int
    median_ms: float | None
    p90_ms: float | None
    mean_ms: float | None


class DurationParams(Schema):
    """Which length, of what began between which days of the workspace's clock."""

    kind: Kind = "first_reply"
    since: date | None = None
    until: date | None = None


@router.get("/durations", response=list[DurationOut])
def durations(request: HttpRequest, params: Query[DurationParams]) -> list[dict[str, Any]]:
    """How long first replies, resolutions, deliveries, openings and answers take, by touchpoint."""
    workspace = Workspace.objects.get(pk=workspace_of(request))
    question = DurationQuestion(workspace_id=workspace.pk, zone=workspace.timezone, **params.dict())
    try:
        return [asdict(each) for each in ask_durations(question)]
    except AnalyticsError as error:
        raise ProblemError(status=503, title="There are no figures now", detail=str(error)) from error


@router.get("/lake", response=LakeOut)
def lake(request: HttpRequest) -> dict[str, Any]:
    """Analytics tables and roll-ups: rows, files, size, freshness and the last check."""
    try:
        return asdict(ask_lake(StatusQuestion(workspace_id=workspace_of(request))))
    except AnalyticsError as error:
        raise ProblemError(status=503, title="There are no figures now", detail=str(error)) from error
