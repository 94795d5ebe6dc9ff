"""Surveys and their versions."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from allears.api.listing import Listing, PageParams, listing, where, workspace_of
from allears.api.problems import ProblemError
from allears.listen import actions, converting, links, queries, results, surveyjs, translating
from allears.listen.definition import DefinitionError, json_schema, shaped
from allears.listen.mail import survey_url
from allears.listen.models import Survey, SurveyLink

router = Router(tags=["surveys"])


class SurveyIn(Schema):
    """A new survey with its first version."""

    key: str = Field(max_length=60, pattern=r"^[a-z0-9][a-z0-9_-]*$")
    name: str = Field(min_length=1, max_length=120)
    family: str = Field(min_length=1, max_length=40, description="the fatigue clock: nps, csat, ces …")
    definition: dict[str, Any] = Field(description="see GET /surveys/schema")


class VersionIn(Schema):
    definition: dict[str, Any] | None = Field(default=None, description="without it, the draft is published")


class SurveyChange(Schema):
    """What may change about a survey; what is asked changes by a new version."""

    name: str | None = Field(default=None, min_length=1, max_length=120)
    closes_at: datetime | None = Field(default=None, description="no answers from then on; null opens it again")

    def changes(self) -> dict[str, Any]:
        return {name: value for name, value in self.dict(exclude_unset=True).items() if (name, value) != ("name", None)}


class DraftIn(Schema):
    definition: dict[str, Any]
    revision: int = Field(description="as last read; another writer's save in between is refused with 409")


class DraftOut(Schema):
    """The next version while it is being written; null when nothing was written since the version in force."""

    definition: dict[str, Any] | None
    revision: int
    saved_at: datetime | None


class LinkIn(Schema):
    """A shared or single-use link."""

    name: str = Field(min_length=1, max_length=120)
    channel: str = Field(default="link", max_length=20, pattern=r"^[a-z_]+$")
    touchpoint_id: int | None = None
    single_use: bool = False
    most: int | None = Field(default=None, description="complete answers, then it closes")
    closes_at: datetime | None = None


class LinkOut(LinkIn):
    id: int
    url: str
    created_at: datetime
    closed_at: datetime | None

    @staticmethod
    def resolve_url(link: SurveyLink) -> str:
        return survey_url(link.token)


class ResultsOut(Schema):
    """Merged over versions and languages; each share with its 95 % Wilson interval."""

    versions: list[int]
    responses: int
    statuses: dict[str, int]
    languages: dict[str, int]
    marks: dict[str, int]
    questions: list[dict[str, Any]]
    cut: bool


class LanguageOut(Schema):
    """How far a language is: places that are missing, and those to check because the first language changed."""

    language: str
    offered: bool
    total: int
    done: int
    missing: list[str]
    to_check: list[str]


class SurveyOut(Schema):
    """A survey; its questions stand in its versions."""

    id: int
    key: str
    name: str
    family: str
    created_at: datetime
    archived_at: datetime | None
    closes_at: datetime | None


class VersionOut(Schema):
    """One published version; never edited."""

    id: int
    number: int
    definition: dict[str, Any]
    published_at: datetime


def _refused(error: DefinitionError) -> ProblemError:
    errors = [{"pointer": error.place, "detail": str(error)}]
    return ProblemError(status=422, title="This definition cannot be published", detail=str(error), errors=errors)


@router.get("/surveys", response=Listing[SurveyOut])
def list_surveys(request: HttpRequest, page: Query[PageParams], key: str | None = None) -> dict[str, Any]:
    """Surveys that are not archived."""
    return listing(where(queries.surveys(workspace_id=workspace_of(request)), key=key), page, order=("id",))


@router.get("/surveys/schema", response=dict[str, Any])
def schema(request: HttpRequest) -> dict[str, Any]:
    """JSON Schema of a survey's definition."""
    return json_schema()


class ConversionIn(Schema):
    """A survey of another system."""

    format: Literal["surveyjs", "limesurvey"]
    source: dict[str, Any] | str = Field(
        description="SurveyJS JSON, or the text of LimeSurvey's tab-separated survey structure"
    )


class ConversionOut(Schema):
    definition: dict[str, Any]
    left: list[str] = Field(description="what could not be taken over, each with its place")


@router.post("/surveys/conversions", response=ConversionOut)
def convert_survey(request: HttpRequest, body: ConversionIn) -> Any:
    """A definition from another system's survey, to be looked through and then made with `POST /surveys`."""
    workspace_of(request)
    try:
        return converting.convert(source=body.source, format_name=body.format)[1]
    except DefinitionError as error:
        raise _refused(error) from error
    except converting.ConversionError as error:
        title = f"This is no {converting.NAMES[body.format]} survey"
        raise ProblemError(status=422, title=title, detail=str(error)) from error


@router.get("/surveys/{survey_id}/surveyjs", response=dict[str, Any])
def export_surveyjs(request: HttpRequest, survey_id: int) -> dict[str, Any]:
    """The version in force as SurveyJS JSON."""
    survey = queries.access_survey(workspace_id=workspace_of(request), survey_id=survey_id)
    return surveyjs.to_surveyjs(queries.latest_version(survey=survey)[1])


@router.post("/surveys", response={201: SurveyOut})
def create_survey(request: HttpRequest, body: SurveyIn) -> Status[Survey]:
    """Make a survey."""
    try:
        made = actions.create_survey(workspace_id=workspace_of(request), **body.dict(), now=timezone.now())
    except DefinitionError as error:
        raise _refused(error) from error
    except actions.KeyTakenError as error:
        raise ProblemError(status=409, title="This key is taken", detail=str(error)) from error
    return Status(201, made)


@router.get("/surveys/{survey_id}", response=SurveyOut)
def get_survey(request: HttpRequest, survey_id: int) -> Survey:
    """One survey."""
    return queries.access_survey(workspace_id=workspace_of(request), survey_id=survey_id)


@router.get("/surveys/{survey_id}/versions", response=Listing[VersionOut])
def list_versions(request: HttpRequest, survey_id: int, page: Query[PageParams]) -> dict[str, Any]:
    """Its versions, newest first."""
    survey = queries.access_survey(workspace_id=workspace_of(request), survey_id=survey_id)
    return listing(survey.versions.all(), page, order=("-number",))


@router.post("/surveys/{survey_id}/versions", response={201: VersionOut})
def publish_version(request: HttpRequest, survey_id: int, body: VersionIn) -> Status[Any]:
    """Publish the next version; asks made from now on use it."""
    survey = queries.access_survey(workspace_id=workspace_of(request), survey_id=survey_id)
    definition = body.definition if body.definition is not None else survey.draft
    if definition is None:
        raise ProblemError(status=422, title="There is no draft", detail="give a definition, or write a draft first")
    try:
        return Status(201, actions.publish_version(survey=survey, definition=definition, now=timezone.now()))
    except DefinitionError as error:
        raise _refused(error) from error


@router.patch("/surveys/{survey_id}", response=SurveyOut)
def change_survey(request: HttpRequest, survey_id: int, body: SurveyChange) -> Survey:
    """Rename a survey, close or open it."""
    survey = queries.access_survey(workspace_id=workspace_of(request), survey_id=survey_id)
    return actions.change_survey(survey=survey, changes=body.changes())


@router.get("/surveys/{survey_id}/draft", response=DraftOut)
def get_draft(request: HttpRequest, survey_id: int) -> dict[str, Any]:
    """The next version as far as it is written."""
    survey = queries.access_survey(workspace_id=workspace_of(request), survey_id=survey_id)
    return {"definition": survey.draft, "revision": survey.draft_revision, "saved_at": survey.draft_saved_at}


@router.put("/surveys/{survey_id}/draft", response=DraftOut)
def save_draft(request: HttpRequest, survey_id: int, body: DraftIn) -> dict[str, Any]:
    """Save the next version; it may still have gaps, which publishing names."""
    survey = queries.access_survey(workspace_id=workspace_of(request), survey_id=survey_id)
    now = timezone.now()
    try:
        revision = actions.save_draft(survey=survey, draft=body.definition, revision=body.revision, now=now)
    except DefinitionError as error:
        raise _refused(error) from error
    except actions.DraftMovedError as error:
        raise ProblemError(status=409, title="Somebody else has saved", detail=str(error)) from error
    return {"definition": body.definition, "revision": revision, "saved_at": now}


@router.delete("/surveys/{survey_id}/draft", response={204: None})
def drop_draft(request: HttpRequest, survey_id: int) -> Status[None]:
    """Forget what was written since the version in force."""
    actions.drop_draft(survey=queries.access_survey(workspace_id=workspace_of(request), survey_id=survey_id))
    return Status(204, None)


@router.get("/surveys/{survey_id}/results", response=ResultsOut)
def get_results(
    request: HttpRequest, survey_id: int, version: int | None = None, without_marks: bool = False
) -> dict[str, Any]:
    """What was answered, over all versions or in one; `without_marks` leaves out what may not be genuine."""
    survey = queries.access_survey(workspace_id=workspace_of(request), survey_id=survey_id)
    return asdict(results.results(survey=survey, version=version, without_marks=without_marks))


@router.get("/surveys/{survey_id}/languages", response=list[LanguageOut])
def list_languages(request: HttpRequest, survey_id: int) -> list[Any]:
    """How far the translations of the draft are, or of the version in force."""
    survey = queries.access_survey(workspace_id=workspace_of(request), survey_id=survey_id)
    _version, published = queries.latest_version(survey=survey)
    return translating.statuses(shaped(survey.draft) if survey.draft else published, published)


@router.get("/surveys/{survey_id}/links", response=Listing[LinkOut])
def list_links(request: HttpRequest, survey_id: int, page: Query[PageParams]) -> dict[str, Any]:
    """Its shared and single-use links, newest first."""
    survey = queries.access_survey(workspace_id=workspace_of(request), survey_id=survey_id)
    return listing(survey.links.all(), page, order=("-id",))


@router.post("/surveys/{survey_id}/links", response={201: LinkOut})
def create_link(request: HttpRequest, survey_id: int, body: LinkIn) -> Status[SurveyLink]:
    """An address at which anybody may answer; `single_use` for one answer."""
    survey = queries.access_survey(workspace_id=workspace_of(request), survey_id=survey_id)
    try:
        return Status(201, links.create_link(survey=survey, spec=links.LinkSpec(**body.dict()), now=timezone.now()))
    except links.LinkError as error:
        errors = [{"pointer": error.field, "detail": str(error)}]
        raise ProblemError(status=422, title="This link cannot be made", detail=str(error), errors=errors) from error


@router.post("/surveys/{survey_id}/links/{link_id}/closure", response=LinkOut)
def close_link(request: HttpRequest, survey_id: int, link_id: int) -> SurveyLink:
    """Take no new answers at a link."""
    survey = queries.access_survey(workspace_id=workspace_of(request), survey_id=survey_id)
    link: SurveyLink = survey.links.get(id=link_id)
    links.close_link(link=link, now=timezone.now())
    return link
