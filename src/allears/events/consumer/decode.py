"""From request bodies to calls: lenient about what SDKs send, strict about what cannot be kept."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from allears.customers.keys import LONGEST as LONGEST_ID
from allears.customers.keys import IdentityKeys, clean_email, clean_phone
from allears.events.intake.log import BROKEN, MIXED, Body, moment

LONGEST_NAME = 200
BATCHES = frozenset({"batch", MIXED})
TYPES = frozenset({"track", "identify", "page", "screen", "group", "alias"})
NAMED = frozenset({"track", "page", "screen"})
Loose = str | int | float | None  # ids come as numbers, too


class CallError(ValueError):
    """A call that cannot be taken; the text says what to mend."""


class Wire(msgspec.Struct, gc=False, rename="camel"):
    """One call as SDKs of the Segment specification send it."""

    type: str | None = None
    message_id: Loose = None
    user_id: Loose = None
    anonymous_id: Loose = None
    previous_id: Loose = None
    group_id: Loose = None
    event: Loose = None
    name: Loose = None
    timestamp: Loose = None
    original_timestamp: Loose = None
    sent_at: Loose = None
    properties: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None
    context: dict[str, Any] | None = None


class WireBatch(msgspec.Struct, gc=False, rename="camel"):
    """Many calls, with what they share."""

    batch: list[Wire]
    sent_at: Loose = None
    context: dict[str, Any] | None = None


class RawBatch(msgspec.Struct, rename="camel"):
    """The same, its calls not yet read."""

    batch: list[msgspec.Raw]
    sent_at: Any = None
    context: Any = None


_batch = msgspec.json.Decoder(WireBatch)
_raw_batch = msgspec.json.Decoder(RawBatch)
_call = msgspec.json.Decoder(Wire)
_encode = msgspec.json.Encoder().encode


@dataclass(slots=True, kw_only=True)
class Call:
    """One good call, on its way to becoming an event."""

    workspace_id: int
    type: str
    name: str
    ts: datetime
    received_at: datetime
    message_key: str
    keys: IdentityKeys
    properties: dict[str, Any]
    context: dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Bad:
    """One call or body for the quarantine."""

    workspace_id: int
    reason: str
    payload: str
    position: int | None = None  # in its batch, from 1


@dataclass(slots=True)
class Decoded:
    calls: list[Call] = field(default_factory=list)
    bad: list[Bad] = field(default_factory=list)


def decode(bodies: Sequence[Body], *, event_limit: int) -> Decoded:
    """Read all bodies; every call lands in exactly one of the two lists."""
    decoded = Decoded()
    for body in bodies:
        if body.kind == BROKEN:
            reason = "the body is not the JSON of a call or a batch: send it again once mended"
            decoded.bad.append(Bad(workspace_id=body.workspace_id, reason=reason, payload=as_text(body.data)))
        else:
            _read(body, decoded, event_limit)
    return decoded


def as_text(data: bytes) -> str:
    """Bytes as text that any database keeps."""
    return data.decode("utf-8", "backslashreplace").replace("\x00", "\\x00")


def _read(body: Body, decoded: Decoded, event_limit: int) -> None:
    received = moment(body.received_us)
    try:
        if body.kind == MIXED or b"\\u0000" in body.data:
            raise msgspec.DecodeError("look at each call on its own")
        if body.kind == "batch":
            batch = _batch.decode(body.data)
            wires, shared = batch.batch, batch
        else:
            wires, shared = [_call.decode(body.data)], None
        decoded.calls += [_understand(wire, body, received, position, shared) for position, wire in enumerate(wires, 1)]
    except (msgspec.DecodeError, UnicodeDecodeError, CallError):
        _read_singly(body, received, decoded, event_limit)


def _read_singly(body: Body, received: datetime, decoded: Decoded, event_limit: int) -> None:
    """The slow way, for bodies with something wrong or unusual in them: call by call."""
    for position, raw, shared in _parts(body):
        data = bytes(raw)
        try:
            if len(data) > event_limit:
                raise CallError(f"the event has {len(data)} bytes; the limit of one event is {event_limit}")
            wire = _call.decode(without_nul(data))
            decoded.calls.append(_understand(wire, body, received, position, shared))
        except (msgspec.DecodeError, UnicodeDecodeError, CallError) as error:
            decoded.bad.append(
                Bad(
                    workspace_id=body.workspace_id,
                    reason=f"{error}: mend the event and send it again",
                    payload=as_text(data),
                    position=position,
                )
            )


def _parts(body: Body) -> Iterator[tuple[int, bytes | msgspec.Raw, WireBatch | None]]:
    if body.kind not in BATCHES:
        yield 1, body.data, None
        return
    outline = _raw_batch.decode(body.data)  # the door has checked that much
    sent_at = outline.sent_at if isinstance(outline.sent_at, str | int | float) else None
    context = outline.context if isinstance(outline.context, dict) else None
    shared = WireBatch(batch=[], sent_at=sent_at, context=context)
    for position, raw in enumerate(outline.batch, 1):
        yield position, raw, shared


def without_nul(data: bytes) -> bytes:
    """JSON without the escaped NUL characters that PostgreSQL cannot keep."""
    if b"\\u0000" not in data:
        return data
    return _encode(_scrubbed(msgspec.json.decode(data)))


def _scrubbed(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, list):
        return [_scrubbed(each) for each in value]
    if isinstance(value, dict):
        return {_scrubbed(name): _scrubbed(each) for name, each in value.items()}
    return value


def _understand(wire: Wire, body: Body, received: datetime, position: int, shared: WireBatch | None) -> Call:
    kind = body.kind if shared is None else wire.type or ""
    if kind not in TYPES:
        raise CallError(f"type {kind!r} is none of {', '.join(sorted(TYPES))}")
    context = wire.context or {}
    if shared is not None and shared.context:
        context = {**shared.context, **context}
    return Call(
        workspace_id=body.workspace_id,
        type=kind,
        name=_name(kind, wire),
        ts=_happened(wire, received, shared),
        received_at=received,
        message_key=_message_key(wire, body, position, shared),
        keys=_keys(kind, wire, context),
        properties=_properties(kind, wire, context),
        context=context,
    )


def _name(kind: str, wire: Wire) -> str:
    if kind not in NAMED:
        return ""
    name = wire.event if kind == "track" else wire.name
    if kind == "track" and name in (None, ""):
        raise CallError("a track call needs its event's name in `event`")
    text = "" if name is None else str(name)
    if len(text) > LONGEST_NAME:
        raise CallError(f"the name has {len(text)} characters; the limit is {LONGEST_NAME}")
    return text


def _properties(kind: str, wire: Wire, context: dict[str, Any]) -> dict[str, Any]:
    if kind == "identify":  # RudderStack's server SDKs put traits into the context
        inner = context.get("traits")
        return {**inner, **(wire.traits or {})} if isinstance(inner, dict) else wire.traits or {}
    if kind == "group":
        return {"groupId": _identifier(wire.group_id, "groupId"), **(wire.traits or {})}
    if kind == "alias":
        return {"previousId": _identifier(wire.previous_id, "previousId")}
    return wire.properties or {}


def _identifier(value: Loose, field_name: str) -> str:
    if value is None:
        return ""
    text = value.strip() if isinstance(value, str) else str(value)
    if len(text) > LONGEST_ID:
        raise CallError(f"{field_name} has {len(text)} characters; the limit is {LONGEST_ID}")
    return text


def _keys(kind: str, wire: Wire, context: dict[str, Any]) -> IdentityKeys:
    user_id = _identifier(wire.user_id, "userId")
    anonymous_id = _identifier(wire.anonymous_id, "anonymousId")
    if kind in ("identify", "alias") or not (user_id or anonymous_id):
        traits = wire.traits or context.get("traits")
        traits = traits if isinstance(traits, dict) else {}
        email, phone = clean_email(traits.get("email")), clean_phone(traits.get("phone"))
        if not (user_id or anonymous_id or email or phone):
            raise CallError("nobody is named: send userId, anonymousId, or an e-mail address in traits")
        previous_id = _identifier(wire.previous_id, "previousId") if kind == "alias" else ""
        return IdentityKeys(
            user_id=user_id, anonymous_id=anonymous_id, email=email, phone=phone, previous_id=previous_id
        )
    return IdentityKeys(user_id=user_id, anonymous_id=anonymous_id)


def _message_key(wire: Wire, body: Body, position: int, shared: WireBatch | None) -> str:
    """What makes a repeat: the messageId, or else the same body at the same place.

    A call that carries neither an id nor a time of its own is a new event each time it is sent.
    """
    if wire.message_id is not None and wire.message_id != "":
        return hashlib.blake2b(str(wire.message_id).encode(), digest_size=16).hexdigest()
    digest = hashlib.blake2b(body.data, digest_size=16, salt=position.to_bytes(4, "big"))
    dated = (wire.timestamp, wire.original_timestamp, wire.sent_at, shared.sent_at if shared else None)
    if not any(dated):
        digest.update(body.received_us.to_bytes(8, "big"))
    return digest.hexdigest()


def _happened(wire: Wire, received: datetime, shared: WireBatch | None) -> datetime:
    """When it happened by our clock: the sender's clock is set right by what it showed at sending."""
    sent = wire.sent_at if wire.sent_at is not None else shared.sent_at if shared else None
    said = wire.timestamp if wire.timestamp is not None else wire.original_timestamp
    if said is None or said == "":
        return received  # then sentAt, corrected by itself, is the time of receipt
    happened = _moment(said, "timestamp")
    if sent is None or sent == "":
        return happened
    try:
        return happened + (received - _moment(sent, "sentAt"))
    except OverflowError as error:
        raise CallError(f"timestamp {said!r} lies outside the calendar") from error


def _moment(value: Loose, field_name: str) -> datetime:
    try:
        if isinstance(value, str):
            parsed = datetime.fromisoformat(value)
            return parsed.astimezone(UTC) if parsed.tzinfo is not None else parsed.replace(tzinfo=UTC)
        seconds = float(value or 0)
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds / 1000 if seconds > 1e11 else seconds)
    except (ValueError, OverflowError) as error:
        raise CallError(f"{field_name} {value!r} is not an ISO 8601 time such as 2026-01-31T08:00:00Z") from error
