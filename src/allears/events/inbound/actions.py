"""What is done with inbound webhooks: make a source, take a request in, teach, map, map again."""

import json
import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from allears.accounts.audit import audit
from allears.events.consumer.decode import Decoded, as_text, decode
from allears.events.consumer.loop import apply_decoded
from allears.events.consumer.store import Memories
from allears.events.inbound import proof
from allears.events.inbound.bodies import BodyError, at, items_of
from allears.events.inbound.mapping import VOICE, Mapped, MappingError, call_of, identity, mapping_of, plain
from allears.events.inbound.models import InboundRequest, InboundSource
from allears.events.inbound.targets import HeardVoice, take_voice
from allears.events.intake.bodies import unpack
from allears.events.intake.log import Body
from allears.events.models import QuarantinedRow
from allears.jobs.queue import enqueue

SAMPLES = 20  # of the requests that were taken, so many are kept to teach with
CHUNK = 200
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
DELIVERY_HEADERS = (
    "webhook-id", "X-GitHub-Delivery", "X-Shopify-Webhook-Id", "X-WC-Webhook-Delivery-ID", "Idempotency-Key",
    "X-Request-Id",
)  # fmt: skip


class InboundError(ValueError):
    """A source that cannot be made so; the text says why."""


def create_source(
    *, workspace_id: int, name: str, kind: str, header: str, secret: str, actor_id: int | None, now: datetime
) -> InboundSource:
    """A new address; raises InboundError."""
    if not name.strip():
        raise InboundError(_("Give the source a name."))
    if kind not in InboundSource.Proof.values:
        raise InboundError(_("Choose how the sender proves itself."))
    if kind != InboundSource.Proof.NONE and not secret.strip():
        raise InboundError(_("Enter the secret that the sender signs with."))
    if kind == InboundSource.Proof.STANDARD and not secret.strip().startswith("whsec_"):
        raise InboundError(_("A secret of Standard Webhooks begins with whsec_."))
    with transaction.atomic():
        source: InboundSource = InboundSource.objects.create(
            workspace_id=workspace_id,
            name=name.strip(),
            token=secrets.token_urlsafe(24),
            proof=kind,
            header=header.strip(),
            secret=proof.seal(secret.strip()),
            created_by_id=actor_id,
            created_at=now,
        )
        _audit(source, "made", actor_id)
    return source


def end_source(*, source: InboundSource, actor_id: int | None, now: datetime) -> None:
    """Close the address; what came stays."""
    with transaction.atomic():
        source.ended_at = now
        source.save(update_fields=["ended_at"])
        _audit(source, "ended", actor_id)


def _audit(source: InboundSource, verb: str, actor_id: int | None) -> None:
    audit(
        workspace_id=source.workspace_id,
        actor_id=actor_id,
        verb=f"events.inbound.{verb}",
        subject=f"inbound:{source.pk}",
        detail={"name": source.name},
    )


def receive(*, source: InboundSource, data: bytes, headers: Mapping[str, str], now: datetime) -> InboundRequest:
    """Store a request as it came and queue its mapping; raises ProofError, and NotJsonError for damaged gzip."""
    rows = InboundSource.objects.in_workspace(source.workspace_id).filter(pk=source.pk)
    try:
        proof.check(source=source, headers=headers, body=data, now=now)
    except proof.ProofError:
        rows.update(turned_away=F("turned_away") + 1, last_turned_away_at=now)
        raise
    body = unpack(data, limit=settings.INTAKE_MAX_BODY)
    delivery = next((value for name in DELIVERY_HEADERS if (value := headers.get(name, ""))), "")
    with durably(), transaction.atomic():
        request: InboundRequest = InboundRequest.objects.create(
            workspace_id=source.workspace_id,
            source=source,
            body=_text(body, headers.get("Content-Type", "")),
            content_type=headers.get("Content-Type", "").partition(";")[0].strip().lower()[:120],
            delivery=delivery[:200],
            received_at=now,
        )
        rows.update(received=F("received") + 1, last_received_at=now)
        if source.mapping:
            _queue(request)
    return request


def _text(body: bytes, content_type: str) -> str:
    """In the encoding that the sender names, else UTF-8; what is neither keeps its bytes as codes."""
    named = _CHARSET.search(content_type)
    try:
        return as_text(body.decode(named[1]).encode()) if named else as_text(body)
    except (LookupError, UnicodeError):
        return as_text(body)


class durably:  # noqa: N801 - reads as a word
    """On SQLite: the commits inside survive a power cut, too."""

    def __enter__(self) -> None:
        self._set("FULL")

    def __exit__(self, *_: object) -> None:
        self._set("NORMAL")

    def _set(self, level: str) -> None:
        if connection.vendor == "sqlite" and not connection.in_atomic_block:
            with connection.cursor() as cursor:
                cursor.execute(f"PRAGMA synchronous={level}")


def _queue(request: InboundRequest) -> None:
    enqueue(
        task="allears.events.inbound.jobs.map_request",
        arguments={"workspace_id": request.workspace_id, "request_id": request.pk},
        unique_key=f"inbound:{request.pk}",
    )


def teach(*, source: InboundSource, said: Mapping[str, Any], actor_id: int | None, now: datetime) -> Mapped:
    """Save what the bodies mean, and map what waits; raises MappingError."""
    mapped = mapping_of(said)
    with transaction.atomic():
        source.mapping = mapped.as_json()
        source.save(update_fields=["mapping"])
        _audit(source, "taught", actor_id)
        again(source=source)
    return mapped


def again(*, source: InboundSource) -> int:
    """Queue everything that waits or did not fit; how many."""
    if not source.mapping:
        raise MappingError(gettext_noop("Teach the source first: then what waits can be mapped."))
    waiting = source.requests.exclude(state=InboundRequest.State.TAKEN).order_by("pk")
    count = 0
    for request in waiting.iterator(CHUNK):
        _queue(request)
        count += 1
    return count


def map_request(*, workspace_id: int, request_id: int, now: datetime) -> bool:
    """Map one stored request; False when it did not fit. Everything in it is taken, or nothing."""
    with transaction.atomic():
        rows = InboundRequest.objects.in_workspace(workspace_id).select_for_update().filter(pk=request_id)
        request = rows.exclude(state=InboundRequest.State.TAKEN).first()
        if request is None:
            return True
        source = InboundSource.objects.in_workspace(workspace_id).get(pk=request.source_id)
        try:
            with transaction.atomic():
                _take(request, mapping_of(source.mapping), source, now)
        except (MappingError, BodyError) as error:
            request.state, request.reason, request.settled_at = InboundRequest.State.REFUSED, error.kept(), now
            request.save(update_fields=["state", "reason", "settled_at"])
            return False
        request.state, request.reason, request.settled_at = InboundRequest.State.TAKEN, "", now
        request.save(update_fields=["state", "reason", "settled_at"])
        InboundSource.objects.in_workspace(workspace_id).filter(pk=source.pk).update(taken=F("taken") + 1)
        _forget_old(source)
    return True


def _forget_old(source: InboundSource) -> None:
    """Of what was taken, the newest stay as samples."""
    taken = source.requests.filter(state=InboundRequest.State.TAKEN)
    oldest = taken.order_by("-pk").values_list("pk", flat=True)[SAMPLES : SAMPLES + 1].first()
    if oldest is not None:
        taken.filter(pk__lte=oldest).delete()


def _take(request: InboundRequest, mapped: Mapped, source: InboundSource, now: datetime) -> None:
    items = items_of(request.body, request.content_type)
    named = [
        (item, identity(mapped, item, source_id=source.pk, delivery=request.delivery, position=position))
        for position, item in enumerate(items, 1)
    ]
    if mapped.kind == VOICE:
        for item, key in named:
            heard = voice_of(mapped=mapped, item=item, key=key, source=source, received_at=request.received_at)
            take_voice(heard, now=now)
        return
    refused: list[QuarantinedRow] = []
    decoded = calls_of(mapped=mapped, named=named, source=source, received_at=request.received_at)
    apply_decoded(decoded, now=now, memories=Memories(), refused=refused)
    if refused:
        raise MappingError(refused[0].reason)


def calls_of(
    *, mapped: Mapped, named: list[tuple[dict[str, Any], str]], source: InboundSource, received_at: datetime
) -> Decoded:
    """The items as the consumer understands them; raises MappingError for the first that it does not."""
    calls = [call_of(mapped, item, message_id=key) for item, key in named]
    body = Body(
        workspace_id=source.workspace_id,
        kind="batch",
        received_us=int(received_at.timestamp() * 1_000_000),
        data=json.dumps({"batch": calls}).encode(),
    )
    decoded = decode([body], event_limit=settings.INTAKE_MAX_EVENT)
    if decoded.bad:
        raise MappingError("%(why)s", why=decoded.bad[0].reason)
    return decoded


def voice_of(
    *, mapped: Mapped, item: dict[str, Any], key: str, source: InboundSource, received_at: datetime
) -> HeardVoice:
    """What was said; raises MappingError where there are no words."""
    text = plain(at(item, mapped.text))
    if not text:
        raise MappingError(gettext_noop("There are no words at %(place)s."), place=mapped.text)
    return HeardVoice(
        workspace_id=source.workspace_id,
        key=key,
        kind=mapped.voice_kind,
        channel="webhook",
        text=text,
        said_at=moment(value=at(item, mapped.time), received_at=received_at),
        user_id=plain(at(item, mapped.customer_id)),
        email=plain(at(item, mapped.email)),
        phone=plain(at(item, mapped.phone)),
    )


def moment(*, value: Any, received_at: datetime) -> datetime:
    """ISO 8601 or seconds since 1970; the time of receipt where the body says none. Raises MappingError."""
    if value is None or value == "":
        return received_at
    try:
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC)
        found = datetime.fromisoformat(str(value))
    except (ValueError, OverflowError, OSError) as error:
        raise MappingError(gettext_noop("%(value)s is not a time."), value=value) from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)
