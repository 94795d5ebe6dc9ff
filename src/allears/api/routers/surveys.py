"""Surveys and their versions."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from allears.api.listing import Listing, PageParams, listing, where, workspace_of
from allears.api.problems import ProblemError
from allears.listen import actions, queries
from allears.listen.definition import DefinitionError, json_schema
from allears.listen.models import Survey

router = Router(tags=["surveys"])


class SurveyIn(Schema):
    """A new survey with its first version."""

    key: str = Field(max_length=60, pattern=r"^[a-z0-9][a-z0-9_-]*$")
    name: str = Field(min_length=1, max_length=120)
    family: str = Field(min_length=1, max_length=40, description="the fatigue clock: nps, csat, ces …")
    definition: dict[str, Any] = Field(description="see GET /surveys/schema")


class VersionIn(Schema):
    definition: dict[str, Any]


class SurveyOut(Schema):
    """A survey; its questions stand in its versions."""

    id: int
    key: str
    name: str
    family: str
    created_at: datetime
    archived_at: datetime | None


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
    try:
        return Status(201, actions.publish_version(survey=survey, definition=body.definition, now=timezone.now()))
    except DefinitionError as error:
        raise _refused(error) from error
