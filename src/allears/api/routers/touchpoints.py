"""Touchpoints."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from allears.api.listing import Listing, PageParams, listing, where, workspace_of
from allears.api.problems import ProblemError
from allears.journeys import actions, queries
from allears.journeys.models import Touchpoint

router = Router(tags=["touchpoints"])
KEY = r"^\w[\w-]*$"


class TouchpointIn(Schema):
    """What can be said about a touchpoint."""

    key: str = Field(max_length=60, pattern=KEY)
    name: str = Field(min_length=1, max_length=120)
    name_zh: str = Field("", max_length=120)
    stage: str = Field("", max_length=60)
    channel: str = Field("", max_length=40)
    event_names: list[str] = []
    owner_id: int | None = Field(None, description="a member of the workspace who answers for this touchpoint")


class TouchpointPatch(Schema):
    """Fields left out stay as they are."""

    key: str | None = Field(None, max_length=60, pattern=KEY)
    name: str | None = Field(None, min_length=1, max_length=120)
    name_zh: str | None = Field(None, max_length=120)
    stage: str | None = Field(None, max_length=60)
    channel: str | None = Field(None, max_length=40)
    event_names: list[str] | None = None
    owner_id: int | None = None


class TouchpointOut(Schema):
    id: int
    key: str
    name: str
    name_zh: str
    stage: str
    channel: str
    event_names: list[str]
    owner_id: int | None
    position: int
    created_at: datetime
    archived_at: datetime | None


def _find(request: HttpRequest, touchpoint_id: int) -> Touchpoint:
    return queries.access_touchpoint(workspace_id=workspace_of(request), touchpoint_id=touchpoint_id)


def _refused(error: actions.TouchpointError) -> ProblemError:
    return ProblemError(status=422, title=str(error), detail="Nothing was changed.")


@router.get("/touchpoints", response=Listing[TouchpointOut])
def list_touchpoints(
    request: HttpRequest,
    page: Query[PageParams],
    key: str | None = None,
    stage: str | None = None,
    channel: str | None = None,
    owner_id: int | None = None,
    archived: bool = False,
) -> dict[str, Any]:
    """Touchpoints in the order of the journey; with ``archived`` also those taken off the map."""
    found = queries.touchpoints(workspace_id=workspace_of(request), with_archived=archived)
    wanted = where(found, key=key, stage=stage, channel=channel, owner_id=owner_id)
    return listing(wanted, page, order=("position", "id"))


@router.post("/touchpoints", response={201: TouchpointOut})
def create_touchpoint(request: HttpRequest, body: TouchpointIn) -> Status[Touchpoint]:
    """Add a touchpoint at the end of the journey."""
    try:
        created = actions.create_touchpoint(
            workspace_id=workspace_of(request),
            spec=actions.TouchpointSpec(**body.dict()),
            actor_id=None,
            now=timezone.now(),
        )
    except actions.TouchpointError as error:
        raise _refused(error) from error
    return Status(201, created)


@router.get("/touchpoints/{touchpoint_id}", response=TouchpointOut)
def get_touchpoint(request: HttpRequest, touchpoint_id: int) -> Touchpoint:
    """One touchpoint."""
    return _find(request, touchpoint_id)


@router.patch("/touchpoints/{touchpoint_id}", response=TouchpointOut)
def change_touchpoint(request: HttpRequest, touchpoint_id: int, body: TouchpointPatch) -> Touchpoint:
    """Change what is given."""
    touchpoint = _find(request, touchpoint_id)
    present = {name: getattr(touchpoint, name) for name in TouchpointIn.model_fields}
    spec = actions.TouchpointSpec(**present | body.dict(exclude_unset=True))
    try:
        return actions.change_touchpoint(touchpoint=touchpoint, spec=spec, actor_id=None)
    except actions.TouchpointError as error:
        raise _refused(error) from error


@router.delete("/touchpoints/{touchpoint_id}", response={204: None})
def archive_touchpoint(request: HttpRequest, touchpoint_id: int) -> Status[None]:
    """Take the touchpoint off the map; what was heard there stays."""
    actions.archive_touchpoint(touchpoint=_find(request, touchpoint_id), actor_id=None, now=timezone.now())
    return Status(204, None)
