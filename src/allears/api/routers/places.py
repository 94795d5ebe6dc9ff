"""Places: web sites with the widget, printed codes, tablets and telephone lines."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from allears.api.listing import Listing, PageParams, listing, workspace_of
from allears.api.problems import ProblemError
from allears.listen import wechat
from allears.listen.places import actions, queries
from allears.listen.places.models import Place
from allears.outreach.channels.base import DeliveryError

router = Router(tags=["places"])
PATHS = {"site": "/widget.js", "qr": "/q/{code}", "kiosk": "/k/{code}", "line": "/v1/line/{code}"}


class PlaceIn(Schema):
    """``settings`` by kind, see docs/widget.md and docs/places.md."""

    kind: str = Field(description="site, qr, kiosk or line")
    name: str = Field(max_length=120)
    survey_id: int | None = None
    touchpoint_id: int | None = None
    employee: str = Field("", max_length=80, description="whose work is asked about")
    settings: dict[str, Any] = {}
    pin: str = Field("", max_length=12, description="of a kiosk: ends its loop")


class PlaceOut(Schema):
    """``seen``: pages, scans or calls; ``answered``: visits with an answer."""

    id: int
    kind: str
    code: str
    name: str
    url: str
    survey_id: int | None
    touchpoint_id: int | None
    employee: str
    settings: dict[str, Any]
    seen: int
    answered: int
    last_seen_at: datetime | None
    created_at: datetime


class WechatCodeOut(Schema):
    """``url`` is what the code says; draw it as a QR code, or print the picture of the place's page."""

    url: str


def place_out(row: Place) -> PlaceOut:
    names = [name for name in PlaceOut.model_fields if name != "url"]
    return PlaceOut(
        url=f"{settings.PUBLIC_URL}{PATHS[row.kind].format(code=row.code)}",
        **{name: getattr(row, name) for name in names},
    )


@router.get("/places", response=Listing[PlaceOut])
def list_places(request: HttpRequest, page: Query[PageParams], kind: str | None = None) -> dict[str, Any]:
    """Open places, newest first."""
    return listing(queries.places(workspace_id=workspace_of(request), kind=kind), page, shape=place_out)


@router.post("/places", response={201: PlaceOut})
def open_place(request: HttpRequest, told: PlaceIn) -> Any:
    """Open a place. Its code and address are in the answer."""
    try:
        made = actions.open_place(workspace_id=workspace_of(request), now=timezone.now(), actor_id=None, **told.dict())
    except actions.PlaceError as error:
        errors = [{"pointer": f"body/{error.field}", "detail": str(error)}]
        title = "The place cannot be opened so"
        raise ProblemError(status=422, title=title, detail=str(error), errors=errors) from error
    return Status(201, place_out(made))


@router.put("/places/{place_id}/wechat-code", response=WechatCodeOut)
def make_wechat_code(request: HttpRequest, place_id: int) -> Any:
    """Have WeChat make a lasting code for a printed place; the same again, once it is made."""
    place = queries.access_place(workspace_id=workspace_of(request), place_id=place_id)
    title = "No WeChat code was made"
    if place.kind != Place.Kind.QR or place.ended_at is not None:
        raise ProblemError(status=409, title=title, detail="Only an open place of kind qr has one.")
    try:
        return WechatCodeOut(url=wechat.make_scene(place=place, actor_id=None))
    except wechat.NoAccountError as error:
        raise ProblemError(status=409, title=title, detail="Set up the channel wechat first.") from error
    except DeliveryError as error:
        raise ProblemError(status=502, title=title, detail=str(error)) from error


@router.delete("/places/{place_id}", response={204: None})
def close_place(request: HttpRequest, place_id: int) -> Any:
    """Close a place; what was answered there stays."""
    place = queries.access_place(workspace_id=workspace_of(request), place_id=place_id)
    actions.close_place(place=place, actor_id=None, now=timezone.now())
    return Status(204, None)
