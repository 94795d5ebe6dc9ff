"""Scores."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from allears.accounts.models import Workspace
from allears.api.listing import workspace_of
from allears.api.problems import ProblemError
from allears.understand import shapes
from allears.understand.asking import Asked, AskingError, question_of
from allears.understand.pool import AnalyticsError, ask_report

router = Router(tags=["scores"])


class ScoreParams(Schema):
    """Which score, how to cut it, which answers count."""

    metric: str = Field("nps", description="`nps`, `csat` or `ces`")
    by: str = Field("", description="`touchpoint`, `channel`, `segment`, `week`; several with commas")
    since: str = Field("", description="first day, as 2026-11-21 or as 90d")
    until: str = Field("", description="last day, likewise")
    touchpoint: str = Field("", description="key of the touchpoint; `-` for not known")
    channel: str = ""
    segment: str = ""


class EstimateOut(Schema):
    """One figure; null where it cannot be computed, the reason among the warnings."""

    metric: str
    estimate: float | None
    low: float | None
    high: float | None
    level: float
    n: int
    method: str
    counts: dict[str, float]
    warnings: list[str]


class GroupOut(EstimateOut):
    """One cut. `different` is null where no comparison can be made."""

    by: str
    key: str
    response_rate: dict[str, Any]
    different: bool | None
    difference_from_rest: float | None
    adjusted_p: float | None


class WeekOut(EstimateOut):
    """One week, named by its Monday."""

    week: str


class ScoresOut(EstimateOut):
    """The whole, its cuts and its weeks."""

    groups: list[GroupOut]
    response_rate: dict[str, Any]
    weeks: list[WeekOut]


@router.get("/scores", response=ScoresOut)
def scores(request: HttpRequest, params: Query[ScoreParams]) -> dict[str, Any]:
    """A score by any cut, with intervals, response rates, and which cuts may be called different."""
    workspace = Workspace.objects.get(pk=workspace_of(request))
    try:
        question = question_of(Asked.of(params.dict()), workspace=workspace, now=timezone.now())
    except AskingError as error:
        raise ProblemError(status=400, title="This question cannot be understood", detail=str(error)) from error
    try:
        return shapes.api_json(ask_report(question))
    except AnalyticsError as error:
        raise ProblemError(status=503, title="There are no figures now", detail=str(error)) from error
