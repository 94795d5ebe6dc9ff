"""JSON as languages in use write it where the standard (RFC 8259) is stricter than they are.

JavaScript's ``text.slice(0, 100)`` may cut an emoji in two, and ``JSON.stringify`` and Python's ``json`` then write
half of a surrogate pair; Python also writes ``NaN`` and ``Infinity``. A strict reader refuses the whole document, and
with it every other event of a batch.
"""

import json
import math
from typing import Any

import msgspec


def decode(data: bytes | str) -> Any:
    """What the JSON says: a half character reads as ``�``, a number that is none as null.

    Raises msgspec.DecodeError for what is no JSON even so, and RecursionError for what is nested too deeply.
    """
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as strict:
        try:
            return msgspec.json.decode(mended(data))
        except ValueError:
            raise msgspec.DecodeError(str(strict)) from strict


def mended(data: bytes | str) -> bytes:
    """The same document in strict JSON; raises ValueError for what is none even so, RecursionError if too deep."""
    text = (data if isinstance(data, str) else data.decode("utf-8", "replace")).removeprefix("\ufeff")
    found = json.loads(text, strict=False, parse_constant=lambda _: None, parse_float=_finite)
    written = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    return whole(written).encode()


def whole(text: str) -> str:
    """The text with ``�`` for every half of a character, so that it can be written as UTF-8."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _finite(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None
