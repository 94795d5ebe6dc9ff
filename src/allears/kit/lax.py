"""JSON as languages in use write it where the standard (RFC 8259) is stricter than they are.

JavaScript's ``text.slice(0, 100)`` may cut an emoji in two, and ``JSON.stringify`` and Python's ``json`` then write
half of a surrogate pair; Python also writes ``NaN`` and ``Infinity``. A strict reader refuses the whole document, and
with it every other event of a batch. A number beyond what a machine's numbers hold (``1e999``) is good JSON that no
reader can keep as a number: it is kept as the text of its digits, a ``Huge``.
"""

import json
import math
import re
from typing import Any

import msgspec


def decode(data: bytes | str) -> Any:
    """What the JSON says: a half character reads as ``�``, a number that is none as null, one beyond all as text.

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
    found = json.loads(text, strict=False, parse_constant=lambda _: None, parse_float=number, parse_int=number)
    written = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    return whole(written).encode()


def whole(text: str) -> str:
    """The text with ``�`` for every half of a character, so that it can be written as UTF-8."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


MOST_DIGITS = 308  # the largest number of a machine has 309


class Huge(str):
    """The digits of a number that no machine's number holds."""

    __slots__ = ()


def stored(text: str) -> Any:
    """Good JSON as it was stored, in numbers that can be written as JSON again."""
    return json.loads(text, parse_float=number, parse_int=number) if _HUGE.search(text) else json.loads(text)


def has_huge(text: str) -> bool:
    """Whether the JSON may hold such a number."""
    return _HUGE.search(text) is not None


_HUGE = re.compile(r"\d[eE]\+?\d{3}|\d{309}")


def number(digits: str) -> float | int | Huge:
    """A JSON number, or its digits where it is beyond the numbers of machines."""
    if digits.lstrip("-").isdecimal():
        return int(digits) if len(digits) <= MOST_DIGITS else Huge(digits)
    found = float(digits)
    return found if math.isfinite(found) else Huge(digits)
