"""Reads of inbound webhooks, scoped; and what a mapping would make of the samples."""

from dataclasses import dataclass
from typing import Any, cast

from django.db.models import Count, Q, QuerySet

from allears.events.inbound.actions import calls_of, voice_of
from allears.events.inbound.bodies import BodyError, items_of
from allears.events.inbound.mapping import VOICE, Mapped, MappingError, identity
from allears.events.inbound.models import InboundRequest, InboundSource

PREVIEWED = 10


def sources(*, workspace_id: int) -> QuerySet[InboundSource]:
    """Open sources with the counts of what waits and what did not fit."""
    state = InboundRequest.State
    found = (
        InboundSource.objects.in_workspace(workspace_id)
        .filter(ended_at__isnull=True)
        .annotate(
            waiting=Count("requests", filter=Q(requests__state=state.WAITING)),
            refused=Count("requests", filter=Q(requests__state=state.REFUSED)),
        )
        .order_by("name", "pk")
    )
    return cast("QuerySet[InboundSource]", found)


def access_source(*, workspace_id: int, source_id: int) -> InboundSource:
    """Raises InboundSource.DoesNotExist for what belongs to others."""
    return sources(workspace_id=workspace_id).get(pk=source_id)


def source_at(*, token: str) -> InboundSource | None:
    """The open source of an address: the token itself says which."""
    return InboundSource.objects.across_workspaces().filter(token=token, ended_at__isnull=True).first()


def requests_of(source: InboundSource) -> QuerySet[InboundRequest]:
    """What came, newest first."""
    return source.requests.order_by("-pk")


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What the mapping makes of one captured request."""

    request: InboundRequest
    made: list[dict[str, str]]
    problem: str = ""


def previews(*, source: InboundSource, mapped: Mapped) -> list[Preview]:
    """The newest samples as they would be taken; nothing is changed."""
    return [_preview(source, request, mapped) for request in requests_of(source)[:PREVIEWED]]


def _preview(source: InboundSource, request: InboundRequest, mapped: Mapped) -> Preview:
    try:
        items = items_of(request.body, request.content_type)
        named = [
            (item, identity(mapped, item, source_id=source.pk, delivery=request.delivery, position=position))
            for position, item in enumerate(items, 1)
        ]
        return Preview(request=request, made=[_shown(mapped, each, source, request) for each in named])
    except (BodyError, MappingError) as error:
        return Preview(request=request, made=[], problem=str(error))


def _shown(
    mapped: Mapped, named: tuple[dict[str, Any], str], source: InboundSource, request: InboundRequest
) -> dict[str, str]:
    item, key = named
    if mapped.kind == VOICE:
        voice = voice_of(mapped=mapped, item=item, key=key, source=source, received_at=request.received_at)
        who = voice.user_id or voice.email or voice.phone
        return {"kind": voice.kind, "what": voice.text, "who": who, "at": voice.said_at.isoformat()}
    call = calls_of(mapped=mapped, named=[named], source=source, received_at=request.received_at).calls[0]
    keys = call.identity()
    who = keys.user_id or keys.email or keys.phone
    return {"kind": call.type, "what": call.name or call.properties, "who": who, "at": call.ts.isoformat()}
