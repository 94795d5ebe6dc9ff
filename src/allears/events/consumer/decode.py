"""From request bodies to calls: lenient about what SDKs send, strict about what cannot be kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import msgspec
from django.utils.translation import gettext_noop as _

from allears.customers.keys import LONGEST as LONGEST_ID
from allears.customers.keys import PLACEHOLDERS, IdentityKeys, clean_email, clean_phone
from allears.customers.remembering import Who, keys_of, who_of
from allears.events.doors.arrival import REFUSED
from allears.events.intake.log import BROKEN, MIXED, Body, moment
from allears.events.keys import body_key, message_key
from allears.events.reasons import RefusedError
from allears.kit import lax

LONGEST_NAME = 200
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BATCHES = frozenset({"batch", MIXED})
TYPES = frozenset({"track", "identify", "page", "screen", "group", "alias"})
NAMED = frozenset({"track", "page", "screen"})
Loose = str | int | float | None  # ids come as numbers, too


ABSENT = msgspec.Raw()
EMPTY = "{}"
NO_TIME = timedelta(0)
TOO_LARGE = _("the event has %(found)s bytes; the limit of one event is %(most)s")
TOO_LONG = _("%(field)s has %(found)s characters; the limit is %(most)s")
NO_TIME_SAID = _("%(field)s %(said)s is not an ISO 8601 time such as 2026-01-31T08:00:00Z")


class CallError(RefusedError):
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
    properties: msgspec.Raw = ABSENT
    traits: dict[str, Any] | None = None
    context: msgspec.Raw = ABSENT


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


# What a single call can be guilty of; JSON nested too deeply to be read is a RecursionError.
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, CallError, OverflowError, RecursionError)
_batch = msgspec.json.Decoder(WireBatch)
_raw_batch = msgspec.json.Decoder(RawBatch)
_call = msgspec.json.Decoder(Wire)
_encode = msgspec.json.Encoder().encode
_object = msgspec.json.Decoder(dict[str, Any])


class Call(msgspec.Struct, eq=False, gc=False):
    """One good call, on its way to becoming an event."""

    workspace_id: int
    type: str
    name: str
    ts: datetime
    received_at: datetime
    message_key: str
    who: Who | None  # as the memory knows people; None where ``keys`` says more than that
    properties: str  # a JSON object, as sent
    context: str  # likewise
    keys: IdentityKeys | None = None
    traits: dict[str, Any] | None = None  # of identify and group calls
    others: tuple[tuple[str, str], ...] = ()  # keys that the workspace named, found in the traits

    def identity(self) -> IdentityKeys:
        """Everything the call says about who it was."""
        keys = self.keys or keys_of(self.who or "")
        return msgspec.structs.replace(keys, others=self.others) if self.others else keys


@dataclass(slots=True, kw_only=True)
class Bad:
    """One call or body for the quarantine."""

    workspace_id: int
    reason: RefusedError
    payload: str
    position: int | None = None  # in its batch, from 1


@dataclass(slots=True)
class Decoded:
    calls: list[Call] = field(default_factory=list)
    bad: list[Bad] = field(default_factory=list)
    counts: dict[tuple[int, str], int] = field(default_factory=dict)  # workspace, day of receipt → how many came


def decode(bodies: Sequence[Body], *, event_limit: int) -> Decoded:
    """Read all bodies; every call lands in exactly one of the two lists."""
    decoded = Decoded()
    for body in bodies:
        decode_one(body, decoded, event_limit=event_limit)
    return decoded


def decode_one(body: Body, decoded: Decoded, *, event_limit: int) -> None:
    """Read one more body."""
    before = len(decoded.calls) + len(decoded.bad)
    if body.kind == BROKEN:
        reason = RefusedError(_("the body is not the JSON of a call or a batch: send it again once mended"))
        decoded.bad.append(Bad(workspace_id=body.workspace_id, reason=reason, payload=as_text(body.data)))
    else:
        _read(body, decoded, event_limit)
    at = body.workspace_id, _day(body.received_us // 86_400_000_000)
    decoded.counts[at] = decoded.counts.get(at, 0) + len(decoded.calls) + len(decoded.bad) - before


@lru_cache(maxsize=8)
def _day(number: int) -> str:
    return (EPOCH + timedelta(days=number)).date().isoformat()


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
            decoded.calls += _calls(batch.batch, body, received, batch)
        else:
            decoded.calls += _calls([_call.decode(body.data)], body, received, None)
    except UNREADABLE:
        _read_singly(body, received, decoded, event_limit)


def _calls(wires: list[Wire], body: Body, received: datetime, shared: WireBatch | None) -> list[Call]:
    """All calls of a body, or CallError. A user's track call in good order, as nearly all are, goes the short way."""
    calls: list[Call] = []
    workspace_id, short = body.workspace_id, shared is None or not shared.context
    given = "track" if shared is None and body.kind == "track" else None  # the type of a call that came alone
    shift = NO_TIME if shared is None or shared.sent_at in (None, "") else received - _sent(shared.sent_at)
    for position, wire in enumerate(wires, 1):
        event, user_id, message_id, said = wire.event, wire.user_id, wire.message_id, wire.timestamp
        if not (
            short
            and (given or wire.type) == "track"
            and event.__class__ is user_id.__class__ is message_id.__class__ is str
            and wire.anonymous_id is None
            and wire.sent_at is None
            and (said.__class__ is str or (said is None and wire.original_timestamp is None))
            and 0 < len(event) <= LONGEST_NAME
            and 0 < len(user_id) <= LONGEST_ID
            and user_id.strip() == user_id
            and user_id not in PLACEHOLDERS
            and message_id
        ):
            calls.append(_understand(wire, body, received, position, shared))
            continue
        calls.append(
            Call(
                workspace_id,
                "track",
                event,
                _moment(said, "timestamp") + shift if said else received,
                received,
                message_key(message_id),
                user_id,
                _json(wire.properties, "properties"),
                _json(wire.context, "context"),
            )
        )
    return calls


def _read_singly(body: Body, received: datetime, decoded: Decoded, event_limit: int) -> None:
    """The slow way, for bodies with something wrong or unusual in them: call by call."""
    try:
        parts = list(_parts(body))
    except UNREADABLE as error:  # as a whole, though the door could
        reason = RefusedError(_("%(why)s: send it again once mended"), why=error)
        decoded.bad.append(Bad(workspace_id=body.workspace_id, reason=reason, payload=as_text(body.data)))
        return
    for position, raw, shared in parts:
        data = bytes(raw)
        try:
            if len(data) > event_limit:
                raise CallError(TOO_LARGE, found=len(data), most=event_limit)
            wire = _alone(data)
            decoded.calls.append(_understand(wire, body, received, position, shared))
        except UNREADABLE as error:
            decoded.bad.append(
                Bad(
                    workspace_id=body.workspace_id,
                    reason=RefusedError(_("%(why)s: mend the event and send it again"), why=error),
                    payload=as_text(data if body.kind in BATCHES else _with_type(body.kind, data)),
                    position=position,
                )
            )


def _alone(data: bytes) -> Wire:
    """One call; a number in it that no machine holds (``1e999``) is the text of its digits."""
    try:
        return _call.decode(without_nul(data))
    except msgspec.ValidationError:
        if not lax.has_huge(data.decode("utf-8", "replace")):
            raise
        return _call.decode(without_nul(lax.mended(data)))


def _with_type(kind: str, data: bytes) -> bytes:
    """A call that came to an address of its own says its type when it is sent again."""
    try:
        return _encode({**_object.decode(data), "type": kind})
    except UNREADABLE:
        return data


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
        if kind == REFUSED:
            raise CallError.read(str(wire.name))
        raise CallError(_("type %(type)s is none of %(types)s"), type=repr(kind), types=", ".join(sorted(TYPES)))
    context = _json(wire.context, "context")
    if shared is not None and shared.context:
        context = _encode({**shared.context, **_object.decode(context)}).decode()
    traits = _traits(kind, wire, context)
    keys = _keys(kind, wire, traits)
    return Call(
        workspace_id=body.workspace_id,
        type=kind,
        name=_name(kind, wire),
        ts=_happened(wire, received, shared),
        received_at=received,
        message_key=_message_key(wire, body, position, shared),
        who=who_of(keys),
        keys=keys,
        properties=_properties(kind, wire, traits),
        context=context,
        traits=_with_locale(traits, context) if kind == "identify" else traits if kind == "group" else None,
    )


def _json(raw: msgspec.Raw, field_name: str) -> str:
    """A JSON object as sent; absent and null are an empty one. (The decoder has checked all but the characters.)"""
    text = str(raw, "utf-8")
    if text[:1] == "{":
        return text
    if text in ("", "null"):
        return EMPTY
    raise CallError(_("%(field)s must be an object"), field=field_name)


def _traits(kind: str, wire: Wire, context: str) -> dict[str, Any]:
    """What the call says about the person (or group); RudderStack's server SDKs put it into the context."""
    traits = wire.traits or {}
    if kind != "group" and '"traits"' in context:
        inner = _object.decode(context).get("traits")
        return {**inner, **traits} if isinstance(inner, dict) else traits
    return traits


def _with_locale(traits: dict[str, Any], context: str) -> dict[str, Any]:
    if '"locale"' in context and not (traits.get("language") or traits.get("locale")):
        locale = _object.decode(context).get("locale")
        return {**traits, "locale": locale} if locale else traits
    return traits


def _name(kind: str, wire: Wire) -> str:
    if kind not in NAMED:
        return ""
    name = wire.event if kind == "track" else wire.name
    if kind == "track" and name in (None, ""):
        raise CallError(_("a track call needs its event's name in `event`"))
    text = "" if name is None else str(name)
    if len(text) > LONGEST_NAME:
        raise CallError(TOO_LONG, field="event", found=len(text), most=LONGEST_NAME)
    return text


def _properties(kind: str, wire: Wire, traits: dict[str, Any]) -> str:
    if kind == "identify":
        return _encode(traits).decode()
    if kind == "group":
        return _encode({"groupId": _identifier(wire.group_id, "groupId"), **traits}).decode()
    if kind == "alias":
        return _encode({"previousId": _identifier(wire.previous_id, "previousId")}).decode()
    return _json(wire.properties, "properties")


def _identifier(value: Loose, field_name: str) -> str:
    if value is None:
        return ""
    text = value.strip() if isinstance(value, str) else str(value)
    if len(text) > LONGEST_ID:
        raise CallError(TOO_LONG, field=field_name, found=len(text), most=LONGEST_ID)
    return "" if text in PLACEHOLDERS else text


def _keys(kind: str, wire: Wire, traits: dict[str, Any]) -> IdentityKeys:
    user_id = _identifier(wire.user_id, "userId")
    anonymous_id = _identifier(wire.anonymous_id, "anonymousId")
    if kind not in ("identify", "alias") and (user_id or anonymous_id):
        return IdentityKeys(user_id=user_id, anonymous_id=anonymous_id)
    email, phone = clean_email(traits.get("email")), clean_phone(traits.get("phone"))
    if not (user_id or anonymous_id or email or phone):
        raise CallError(_("nobody is named: send userId, anonymousId, or an e-mail address in traits"))
    previous_id = _identifier(wire.previous_id, "previousId") if kind == "alias" else ""
    return IdentityKeys(user_id=user_id, anonymous_id=anonymous_id, email=email, phone=phone, previous_id=previous_id)


def _message_key(wire: Wire, body: Body, position: int, shared: WireBatch | None) -> str:
    """What makes a repeat: the messageId, or else the same body at the same place.

    A call that carries neither an id nor a time of its own is a new event each time it is sent.
    """
    if wire.message_id is not None and wire.message_id != "":
        return message_key(str(wire.message_id))
    dated = (wire.timestamp, wire.original_timestamp, wire.sent_at, shared.sent_at if shared else None)
    return body_key(body.data, position, salt=b"" if any(dated) else body.received_us.to_bytes(8, "big"))


def _happened(wire: Wire, received: datetime, shared: WireBatch | None) -> datetime:
    """When it happened by our clock: the sender's clock is set right by what it showed at sending."""
    said = wire.timestamp if wire.timestamp is not None else wire.original_timestamp
    if said is None or said == "":
        return received  # then sentAt, corrected by itself, is the time of receipt
    happened = _moment(said, "timestamp")
    sent = wire.sent_at if wire.sent_at is not None else shared.sent_at if shared else None
    if sent is None or sent == "":
        return happened
    try:
        return happened + (received - _sent(sent))
    except OverflowError as error:
        raise CallError(_("timestamp %(said)s lies outside the calendar"), said=repr(said)) from error


@lru_cache(maxsize=16)
def _sent(value: str | int | float) -> datetime:
    """The calls of a batch share theirs."""
    return _moment(value, "sentAt")


def _moment(value: Loose, field_name: str) -> datetime:
    try:
        if isinstance(value, str):
            parsed = datetime.fromisoformat(value)
            if parsed.tzinfo is UTC:
                return parsed
            return parsed.astimezone(UTC) if parsed.tzinfo is not None else parsed.replace(tzinfo=UTC)
        seconds = float(value or 0)
        return EPOCH + timedelta(seconds=seconds / 1000 if seconds > 1e11 else seconds)
    except (ValueError, OverflowError) as error:
        raise CallError(NO_TIME_SAID, field=field_name, said=repr(value)) from error
