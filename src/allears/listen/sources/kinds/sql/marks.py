"""How far a result was read: values of the cursor column, kept as JSON and compared as what they are."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from math import isfinite
from typing import Any, NamedTuple

from allears.listen.sources.base import SourceTrouble

FOR_EVER = 9000  # 9999-12-31 and its like
_NO_DAY = re.compile(r"-?infinity|[0-9]{5,}-[0-9]{2}-[0-9]{2}\b.*|[0-9]{4,}-[0-9]{2}-[0-9]{2}.* BC")
Mark = int | float | Decimal | datetime | date | str


def to_json(value: Any) -> dict[str, str]:
    kinds = {bool: "text", int: "number", float: "number", Decimal: "number", datetime: "time", date: "day"}
    kind = kinds.get(type(value), "text")
    return {kind: value.isoformat() if isinstance(value, date) else str(value)}


def from_json(stored: Mapping[str, str]) -> Any:
    ((kind, text),) = stored.items()
    if kind == "number":
        return int(text) if text.lstrip("-").isdigit() else Decimal(text)
    if kind == "time":
        return datetime.fromisoformat(text)
    return date.fromisoformat(text) if kind == "day" else text


def stated(text: str) -> Any:
    """The first value, as a person writes it."""
    text = text.strip()
    if text.lstrip("-").isdigit():
        return int(text)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return text


def back(value: Any, by: int) -> Any:
    """A little before the value, so that what was committed late is seen."""
    if by and isinstance(value, datetime):
        return value - timedelta(seconds=by)
    if by and isinstance(value, date):
        return value - timedelta(days=1 + by // 86_400)
    return value - by if by and isinstance(value, int | Decimal | float) else value


def further(value: Any, before: Any) -> Any:
    """The mark after a page: only a look back ends below the mark before it. Rows come in the database's own order,
    which decides where ours cannot: for texts and UUIDs, and where the column's type was changed meanwhile."""
    numbers = (int, float, Decimal)
    if isinstance(value, numbers) and isinstance(before, numbers):
        return max(value, before)
    same = isinstance(value, date) and type(value) is type(before)
    if same and getattr(value, "tzinfo", None) == getattr(before, "tzinfo", None):
        return max(value, before)
    return value


class Line(NamedTuple):
    """A row as it is written, the slice that it belongs to, and the greatest value of the cursor column till here."""

    slice: int
    text: str
    reached: Any


def sliced(
    rows: Iterable[Mapping[str, Any]],
    *,
    column: str,
    write: Callable[[Mapping[str, Any]], str],
    most: int,
    most_characters: int,
) -> Iterator[Line]:
    """Rows in slices of about ``most``, and not much more characters than said; one row is held at a time.

    Rows of equal cursor value are never parted, or the second part would be lost.
    """
    number, held, characters = 1, 0, 0
    last: Any = None
    reached: Any = None
    for row in rows:
        value = _value(row, column) if column else None
        if (held >= most or characters >= most_characters) and (not column or value != last):
            number, held, characters = number + 1, 0, 0
        text = write(row)
        held, characters = held + 1, characters + len(text)
        last, reached = value, reached if is_endless(value) else value
        yield Line(number, text, reached)


def _value(row: Mapping[str, Any], column: str) -> Any:
    if column not in row:
        raise SourceTrouble("no_cursor", permanent=True, column=column, columns=", ".join(row))
    value = row[column]
    if value is None:
        raise SourceTrouble("null_cursor", permanent=True, column=column)
    try:
        return value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo else value
    except OverflowError:  # the first and the last day that Python knows
        return value


def is_endless(value: Any) -> bool:
    """Whether nothing could come after it, so that it is no mark: ``infinity``, ``NaN``, or a day that means for ever.

    Rows with such a value are read again each time and change nothing.
    """
    if isinstance(value, float | Decimal):
        return not isfinite(value)
    if isinstance(value, date):
        return value.year >= FOR_EVER
    return isinstance(value, str) and bool(_NO_DAY.fullmatch(value))
