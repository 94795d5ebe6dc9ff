"""Request bodies: unpack within limits, and check that they are JSON of the right outline."""

import zlib

import msgspec

from allears.events.intake.log import MIXED
from allears.kit import lax

GZIP = b"\x1f\x8b"


class TooLargeError(ValueError):
    """Above a limit; the text names it."""


class NotJsonError(ValueError):
    """No JSON, or not the outline of a call or a batch; the text says what is wrong."""


class BatchOutline(msgspec.Struct):
    batch: list[msgspec.Raw]
    writeKey: str | None = None  # noqa: N815 - as sent


class CallOutline(msgspec.Struct):
    writeKey: str | None = None  # noqa: N815 - as sent


_batch = msgspec.json.Decoder(BatchOutline)
_call = msgspec.json.Decoder(CallOutline)


def unpack(data: bytes, *, limit: int) -> bytes:
    """Undo gzip, which some SDKs send under any content type; never more than ``limit`` bytes come out."""
    if data[:2] != GZIP:
        return data
    packed = zlib.decompressobj(wbits=31)
    try:
        plain = packed.decompress(data, limit + 1)
    except zlib.error as error:
        raise NotJsonError(f"the gzip stream is damaged: {error}") from error
    if len(plain) > limit:
        raise TooLargeError(f"the body unpacks to more than {limit} bytes, the limit of one request")
    if not packed.eof:
        raise NotJsonError("the gzip stream ends too early")
    return plain


class Outline(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the door needs to know of a body."""

    kind: str
    events: int
    write_key: str
    data: bytes  # the body, in strict JSON


def outline(kind: str, data: bytes, *, event_limit: int) -> Outline:
    """Look at a body's outline; raises NotJsonError, and TooLargeError for a single event above its limit."""
    try:
        return _outline(kind, data, event_limit)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:  # the last: nested too deeply
        try:
            return _outline(kind, lax.mended(data), event_limit)
        except TooLargeError:
            raise
        except (ValueError, RecursionError):
            raise NotJsonError(str(error)) from error


def _outline(kind: str, data: bytes, event_limit: int) -> Outline:
    if kind == "batch":
        return _outline_of_batch(_batch.decode(data), data, event_limit)
    call = _call.decode(data)
    if len(data) > event_limit:
        raise TooLargeError(f"the event has {len(data)} bytes; the limit of one event is {event_limit}")
    return Outline(kind=kind, events=1, write_key=call.writeKey or "", data=data)


def _outline_of_batch(batch: BatchOutline, data: bytes, event_limit: int) -> Outline:
    oversize = len(data) > event_limit and any(memoryview(raw).nbytes > event_limit for raw in batch.batch)
    kind = MIXED if oversize else "batch"
    return Outline(kind=kind, events=len(batch.batch), write_key=batch.writeKey or "", data=data)
