"""Touchpoints."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status
from ninja.errors import HttpError

from allears.journeys import actions, queries
from allears.journeys.models import Touchpoint

router = Router(tags=["touchpoints"])
KEY = r"^[a-z0-9][a-z0-9_-]*$"


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


class TouchpointPage(Schema):
    items: list[TouchpointOut]
    next: str | None
    count: int | None


class TouchpointFilters(Schema):
    key: str | None = None
    stage: str | None = None
    channel: str | None = None
    owner_id: int | None = None
    archived: bool = Field(False, description="also those taken off the map")
    limit: int = Field(100, ge=1, le=1000)
    cursor: int = Field(0, ge=0, description="as `next` of the page before gave it")
    count: bool = False


def _workspace(request: HttpRequest) -> int:
    workspace_id: int = request.auth.workspace_id  # type: ignore[attr-defined]
    return workspace_id


def _spec(values: dict[str, Any]) -> actions.TouchpointSpec:
    return actions.TouchpointSpec(**values)


def _find(request: HttpRequest, touchpoint_id: int) -> Touchpoint:
    try:
        return queries.access_touchpoint(workspace_id=_workspace(request), touchpoint_id=touchpoint_id)
    except Touchpoint.DoesNotExist as error:
        raise HttpError(404, "There is no such touchpoint in this workspace.") from error


@router.get("/touchpoints", response=TouchpointPage)
def list_touchpoints(request: HttpRequest, filters: Query[TouchpointFilters]) -> dict[str, Any]:
    """Touchpoints in the order of the journey."""
    found = queries.touchpoints(workspace_id=_workspace(request), with_archived=filters.archived)
    wanted = filters.dict(include={"key", "stage", "channel", "owner_id"}, exclude_none=True)
    found = found.filter(**wanted)
    items = list(found[filters.cursor : filters.cursor + filters.limit + 1])
    more = len(items) > filters.limit
    return {
        "items": items[: filters.limit],
        "next": str(filters.cursor + filters.limit) if more else None,
        "count": found.count() if filters.count else None,
    }


@router.post("/touchpoints", response={201: TouchpointOut})
def create_touchpoint(request: HttpRequest, body: TouchpointIn) -> Status[Touchpoint]:
    """Add a touchpoint at the end of the journey."""
    try:
        created = actions.create_touchpoint(
            workspace_id=_workspace(request), spec=_spec(body.dict()), actor_id=None, now=timezone.now()
        )
    except actions.TouchpointError as error:
        raise HttpError(422, str(error)) from error
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
    try:
        return actions.change_touchpoint(
            touchpoint=touchpoint, spec=_spec(present | body.dict(exclude_unset=True)), actor_id=None
        )
    except actions.TouchpointError as error:
        raise HttpError(422, str(error)) from error


@router.delete("/touchpoints/{touchpoint_id}", response={204: None})
def archive_touchpoint(request: HttpRequest, touchpoint_id: int) -> Status[None]:
    """Take the touchpoint off the map; what was heard there stays."""
    actions.archive_touchpoint(touchpoint=_find(request, touchpoint_id), actor_id=None, now=timezone.now())
    return Status(204, None)
