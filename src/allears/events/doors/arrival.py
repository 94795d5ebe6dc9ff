"""What a door gets, and what it makes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from allears.events.intake.bodies import NotJsonError
from allears.events.reasons import RefusedError
from allears.kit import lax

REFUSED = "refused"  # the type of a call that a door could not translate; its name says why


class UnfitError(NotJsonError):
    """A request that cannot be translated; ``kept`` is what the log keeps of it for the quarantine."""

    def __init__(self, text: str, *, status: int = 400, kept: bytes = b"") -> None:
        super().__init__(text)
        self.status, self.kept = status, kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A request, its body read and unpacked within the limits."""

    headers: Mapping[bytes, bytes]
    query: bytes
    data: bytes
    limit: int  # bytes of a request, unpacked
    received_us: int  # microseconds since 1970, UTC

    def header(self, name: str) -> str:
        return self.headers.get(name.encode(), b"").decode("latin-1").strip()

    def asked(self) -> dict[str, str]:
        """The parameters of the address."""
        return dict(parse_qsl(self.query.decode("latin-1")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Translated:
    """Calls in the intake's own form."""

    calls: Sequence[Any]
    write_key: str = ""
    sent_at: Any = None

    def body(self) -> bytes:
        """One batch, as SDKs send it."""
        batch: dict[str, Any] = {"batch": self.calls}
        if self.write_key:
            batch["writeKey"] = self.write_key
        if isinstance(self.sent_at, str | int | float):
            batch["sentAt"] = self.sent_at
        return msgspec.json.encode(batch)


def refused(why: RefusedError, original: Any) -> dict[str, Any]:
    """A part of a batch that goes to quarantine with its reason, while the others are taken."""
    return {"type": REFUSED, "name": why.kept(), "original": original}


def json_of(data: bytes, what: str) -> Any:
    """Any JSON; raises UnfitError in words."""
    try:
        return lax.decode(data)
    except (msgspec.DecodeError, RecursionError) as error:  # the last: nested too deeply
        raise UnfitError(f"{what} is not JSON: {error}") from error


def text_of(value: Any) -> str:
    """Strings and numbers as identifiers; everything else is none."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""
