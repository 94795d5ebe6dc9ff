"""Inbound webhooks: sources, what they sent, and what their bodies mean."""

from datetime import datetime
from typing import Any, Literal

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema, Status

from allears.api.listing import Listing, PageParams, listing, where, workspace_of
from allears.api.problems import ProblemError
from allears.events.inbound import actions, queries
from allears.events.inbound.mapping import MappingError, mapping_of
from allears.events.inbound.models import InboundRequest, InboundSource
from allears.events.reasons import in_words

router = Router(tags=["inbound webhooks"])


class InboundIn(Schema):
    """A new source. ``secret`` is what the sender signs with, or the token it sends."""

    name: str
    proof: Literal["none", "token", "hmac", "timestamped", "standard"] = "none"
    header: str = ""
    secret: str = ""


class MappingIn(Schema):
    """What a request means. Places are JSON Pointers into the body, e.g. ``/customer/id``."""

    kind: Literal["event", "identify", "voice"] = "event"
    name: str = ""
    voice_kind: str = "review"
    event: str = ""
    customer_id: str = ""
    email: str = ""
    phone: str = ""
    time: str = ""
    message_id: str = ""
    text: str = ""
    traits: str = ""


class InboundOut(Schema):
    id: int
    name: str
    address: str
    proof: str
    header: str
    mapping: dict[str, Any]
    received: int
    taken: int
    waiting: int
    refused: int
    turned_away: int
    last_received_at: datetime | None
    last_turned_away_at: datetime | None
    created_at: datetime


class InboundRequestOut(Schema):
    id: int
    state: str
    reason: str
    content_type: str
    body: str
    received_at: datetime
    settled_at: datetime | None

    @staticmethod
    def resolve_reason(row: InboundRequest) -> str:
        return in_words(row.reason)


class PreviewOut(Schema):
    """What a mapping makes of one captured request."""

    request_id: int
    made: list[dict[str, str]]
    problem: str


class Rerun(Schema):
    queued: int


def _shape(source: Any) -> InboundOut:
    names = [name for name in InboundOut.model_fields if name not in ("address",)]
    address = f"{settings.PUBLIC_URL}/in/{source.token}"
    return InboundOut(address=address, **{name: getattr(source, name) for name in names})


def _find(request: HttpRequest, source_id: int) -> InboundSource:
    return queries.access_source(workspace_id=workspace_of(request), source_id=source_id)


def _refused(error: Exception) -> ProblemError:
    return ProblemError(status=422, title=str(error), detail="Nothing was changed.")


@router.get("/inbound-webhooks", response=Listing[InboundOut])
def list_inbound_webhooks(request: HttpRequest, page: Query[PageParams]) -> dict[str, Any]:
    """Open sources with their health."""
    return listing(queries.sources(workspace_id=workspace_of(request)), page, shape=_shape)


@router.post("/inbound-webhooks", response={201: InboundOut})
def create_inbound_webhook(request: HttpRequest, body: InboundIn) -> Status[InboundOut]:
    """Open an address. What comes there is kept until a mapping says what it means."""
    try:
        made = actions.create_source(
            workspace_id=workspace_of(request),
            name=body.name,
            kind=body.proof,
            header=body.header,
            secret=body.secret,
            actor_id=None,
            now=timezone.now(),
        )
    except actions.InboundError as error:
        raise _refused(error) from error
    return Status(201, _shape(_find(request, made.pk)))


@router.get("/inbound-webhooks/{source_id}", response=InboundOut)
def get_inbound_webhook(request: HttpRequest, source_id: int) -> InboundOut:
    """One source."""
    return _shape(_find(request, source_id))


@router.delete("/inbound-webhooks/{source_id}", response={204: None})
def close_inbound_webhook(request: HttpRequest, source_id: int) -> Status[None]:
    """Close the address; what came stays."""
    actions.end_source(source=_find(request, source_id), actor_id=None, now=timezone.now())
    return Status(204, None)


@router.get("/inbound-webhooks/{source_id}/requests", response=Listing[InboundRequestOut])
def list_inbound_requests(
    request: HttpRequest, source_id: int, page: Query[PageParams], state: str | None = None
) -> dict[str, Any]:
    """What came, newest first; ``state=refused`` is its quarantine."""
    rows = InboundRequest.objects.in_workspace(workspace_of(request)).filter(source=_find(request, source_id))
    return listing(where(rows, state=state), page)


@router.put("/inbound-webhooks/{source_id}/mapping", response=InboundOut)
def teach_inbound_webhook(request: HttpRequest, source_id: int, body: MappingIn) -> InboundOut:
    """Say what the bodies mean; all that waits is mapped."""
    source = _find(request, source_id)
    try:
        actions.teach(source=source, said=body.dict(), actor_id=None, now=timezone.now())
    except MappingError as error:
        raise _refused(error) from error
    return _shape(_find(request, source_id))


@router.post("/inbound-webhooks/{source_id}/previews", response=list[PreviewOut])
def preview_inbound_mapping(request: HttpRequest, source_id: int, body: MappingIn) -> list[PreviewOut]:
    """What a mapping would make of the newest samples; nothing is changed."""
    try:
        found = queries.previews(source=_find(request, source_id), mapped=mapping_of(body.dict()))
    except MappingError as error:
        raise _refused(error) from error
    return [PreviewOut(request_id=each.request.pk, made=each.made, problem=each.problem) for each in found]


@router.post("/inbound-webhooks/{source_id}/reruns", response={202: Rerun})
def rerun_inbound_webhook(request: HttpRequest, source_id: int) -> Status[dict[str, int]]:
    """Map once more what did not fit."""
    try:
        return Status(202, {"queued": actions.again(source=_find(request, source_id))})
    except MappingError as error:
        raise _refused(error) from error
