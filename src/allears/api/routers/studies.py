"""Studies: a survey put to a population, once or wave after wave."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from allears.api.listing import Listing, PageParams, listing, where, workspace_of
from allears.api.problems import ProblemError
from allears.api.routers.rehearsals import RehearsalOut
from allears.listen.actions import KeyTakenError
from allears.listen.conditions import ConditionError
from allears.listen.studies import actions, closing, queries, trying
from allears.listen.studies.actions import StudyError, StudySpec
from allears.listen.studies.closing import ClosingError
from allears.listen.studies.models import Study, Wave
from allears.listen.studies.report import MOST_WAVES, wave_report
from allears.listen.studies.shapes import report_json
from allears.outreach.models import Rehearsal

router = Router(tags=["studies"])


class StudyIn(Schema):
    """Which survey is put to whom, when, and how often. Nobody is asked before it is launched."""

    key: str = Field(max_length=50, pattern=r"^[a-z0-9][a-z0-9_-]*$")
    name: str = Field(min_length=1, max_length=120)
    survey_id: int
    starts_at: datetime = Field(description="when the first wave opens")
    channel: str = "email"
    fallbacks: list[str] = Field([], description="channels to try next, in this order")
    segments: list[str] = Field([], description="of the population; empty: every customer")
    conditions: list[dict[str, Any]] = Field(
        [], description='on the customer: [{"of": "customer", "property": "city", "op": "=", "value": "Shanghai"}]'
    )
    sample_size: int | None = Field(None, ge=1, description="asked in a wave; empty: everybody")
    quotas: dict[str, int] = Field({}, description="segment → how many are asked there")
    every_months: int = Field(0, description="0 (once), 1, 2, 3, 6 or 12")
    open_days: int = Field(14, ge=1, le=366)
    ends_at: datetime | None = Field(None, description="no wave opens from then on")
    rest_waves: int = Field(1, ge=0, le=12, description="who was asked is not drawn for so many waves")
    priority: int = Field(0, ge=-100, le=100)


class StudyOut(StudyIn):
    id: int
    state: str = Field(description="planned, paused, open, waiting or over")
    created_at: datetime
    launched_at: datetime | None
    paused_at: datetime | None
    ended_at: datetime | None = Field(None, description="ended early, by a person or a key")

    @staticmethod
    def resolve_state(row: Study) -> str:
        return queries.state_of(study=row, now=timezone.now())


class PartOut(Schema):
    segment: str
    population: int
    resting: int
    wanted: int


class SampleOut(Schema):
    """The next wave before it is drawn, as the customers are now."""

    number: int | None
    opens_at: datetime | None
    closes_at: datetime | None
    population: int
    resting: int
    wanted: int
    segments: list[PartOut]


class WaveOut(Schema):
    id: int
    number: int
    opens_at: datetime
    closes_at: datetime
    opened_at: datetime
    drawn_at: datetime | None
    closed_at: datetime | None = Field(description="before closes_at when it was closed early")
    frame: dict[str, Any] = Field(description="segment → population, resting, wanted, as the wave was drawn from")


class WaveReportOut(Schema):
    """Waves side by side; ``claim`` of a change is higher, lower, none or unknown."""

    study: str
    metric: str
    level: float
    comparisons: int = Field(description="how many changes were judged together (Benjamini–Hochberg)")
    waves: list[dict[str, Any]]
    lines: list[dict[str, Any]] = Field(description="line: all, weighted (to the population) or segment")


def _refused(error: ValueError) -> ProblemError:
    field = getattr(error, "field", "")
    place = f"conditions/{error.index}/{field}" if isinstance(error, ConditionError) else field
    errors = [{"pointer": place, "detail": str(error)}]
    return ProblemError(status=422, title="This study cannot be planned", detail=str(error), errors=errors)


def _study(request: HttpRequest, study_id: int) -> Study:
    return queries.access_study(workspace_id=workspace_of(request), study_id=study_id)


@router.get("/studies", response=Listing[StudyOut])
def list_studies(
    request: HttpRequest, page: Query[PageParams], key: str | None = None, survey_id: int | None = None
) -> dict[str, Any]:
    """Every study, planned, running or over."""
    rows = queries.studies(workspace_id=workspace_of(request))
    return listing(where(rows, key=key, survey_id=survey_id), page, order=("id",))


@router.post("/studies", response={201: StudyOut})
def create_study(request: HttpRequest, body: StudyIn) -> Status[Study]:
    """Plan a study."""
    try:
        spec = StudySpec(**body.dict())
        made = actions.create_study(workspace_id=workspace_of(request), spec=spec, now=timezone.now())
    except (StudyError, ConditionError) as error:
        raise _refused(error) from error
    except KeyTakenError as error:
        raise ProblemError(status=409, title="This key is taken", detail=str(error)) from error
    return Status(201, made)


@router.get("/studies/{study_id}", response=StudyOut)
def get_study(request: HttpRequest, study_id: int) -> Study:
    """One study."""
    return _study(request, study_id)


@router.put("/studies/{study_id}", response=StudyOut)
def change_study(request: HttpRequest, study_id: int, body: StudyIn) -> Study:
    """Change a study as a whole; once launched, its survey, population and rhythm stay."""
    study = _study(request, study_id)
    try:
        return actions.change_study(study=study, spec=StudySpec(**body.dict()))
    except (StudyError, ConditionError) as error:
        raise _refused(error) from error


@router.get("/studies/{study_id}/sample", response=SampleOut)
def get_sample(request: HttpRequest, study_id: int) -> dict[str, Any]:
    """Population and sample of the next wave, by segment."""
    found = queries.sample_ahead(study=_study(request, study_id), now=timezone.now())
    slot = found.slot
    return {
        "number": slot.number if slot else None,
        "opens_at": slot.opens_at if slot else None,
        "closes_at": slot.closes_at if slot else None,
        **{name: getattr(found, name) for name in ("population", "resting", "wanted")},
        "segments": found.parts,
    }


@router.post("/studies/{study_id}/trials", response={202: RehearsalOut})
def try_study(request: HttpRequest, study_id: int) -> Status[Rehearsal]:
    """Try the next wave on the governor in the background; `real` counts who would be drawn, `new` who asked."""
    try:
        made = trying.try_study(study=_study(request, study_id), now=timezone.now())
    except trying.NothingToTryError as error:
        raise ProblemError(status=409, title="There is no wave ahead", detail=str(error)) from error
    return Status(202, made)


@router.post("/studies/{study_id}/launch", response=StudyOut)
def launch_study(request: HttpRequest, study_id: int) -> Study:
    """From now on its waves open by themselves."""
    study = _study(request, study_id)
    try:
        actions.launch_study(study=study, now=timezone.now())
    except StudyError as error:
        raise _refused(error) from error
    return study


@router.post("/studies/{study_id}/pause", response=StudyOut)
def pause_study(request: HttpRequest, study_id: int) -> Study:
    """No wave opens while it is paused; who was asked can still answer."""
    study = _study(request, study_id)
    actions.pause_study(study=study, now=timezone.now())
    return study


@router.delete("/studies/{study_id}/pause", response=StudyOut)
def resume_study(request: HttpRequest, study_id: int) -> Study:
    """Waves open again by the schedule."""
    study = _study(request, study_id)
    actions.resume_study(study=study)
    return study


@router.post("/studies/{study_id}/end", response=StudyOut)
def end_study(request: HttpRequest, study_id: int) -> Study:
    """No wave opens any more, and the open one closes; what was answered stays."""
    study = _study(request, study_id)
    try:
        closing.end_study(study=study, now=timezone.now())
    except ClosingError as error:
        raise _too_late(error) from error
    return study


@router.delete("/studies/{study_id}/end", response=StudyOut)
def continue_study(request: HttpRequest, study_id: int) -> Study:
    """Take the end back; the wave that closed with it opens again while its planned time runs."""
    study = _study(request, study_id)
    try:
        closing.continue_study(study=study, now=timezone.now())
    except ClosingError as error:
        raise _too_late(error) from error
    return study


@router.post("/studies/{study_id}/waves/{number}/closure", response=WaveOut)
def close_wave(request: HttpRequest, study_id: int, number: int) -> Wave:
    """Close a wave before its time: nobody can answer it any more, held asks are not sent, answers stay."""
    try:
        closing.close_wave(wave=_wave(request, study_id, number), now=timezone.now())
    except ClosingError as error:
        raise _too_late(error) from error
    return _wave(request, study_id, number)


@router.delete("/studies/{study_id}/waves/{number}/closure", response=WaveOut)
def reopen_wave(request: HttpRequest, study_id: int, number: int) -> Wave:
    """Take an early closing back, while the planned time runs."""
    try:
        closing.reopen_wave(wave=_wave(request, study_id, number), now=timezone.now())
    except ClosingError as error:
        raise _too_late(error) from error
    return _wave(request, study_id, number)


def _wave(request: HttpRequest, study_id: int, number: int) -> Wave:
    return queries.access_wave(workspace_id=workspace_of(request), study_id=study_id, number=number)


def _too_late(error: ClosingError) -> ProblemError:
    return ProblemError(status=409, title="This cannot be done now", detail=str(error))


@router.get("/studies/{study_id}/waves", response=Listing[WaveOut])
def list_waves(request: HttpRequest, study_id: int, page: Query[PageParams]) -> dict[str, Any]:
    """Its waves so far."""
    rows = Wave.objects.in_workspace(workspace_of(request)).filter(study=_study(request, study_id))
    return listing(rows, page, order=("number", "id"))


@router.get("/studies/{study_id}/report", response=WaveReportOut)
def get_report(request: HttpRequest, study_id: int, waves: int = MOST_WAVES) -> dict[str, Any]:
    """The last waves side by side, by segment: how far asks got, scores with intervals, and what can be claimed."""
    most = min(max(waves, 1), 24)
    return report_json(wave_report(study=_study(request, study_id), now=timezone.now(), most=most))
