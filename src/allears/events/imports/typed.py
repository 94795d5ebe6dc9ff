"""What cells were before they became text: numbers, yes or no, times, lists. Files that know it keep it.

A staged file holds texts, so that every format is read, matched and recognised alike; beside it stands the kind of each
column that had one, and what is kept as it is (attributes, properties, traits) gets its kind back.
"""

import datetime as dt
import json
from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from allears.kit import lax
from allears.kit.lazy import LazyModule

if TYPE_CHECKING:
    import pyarrow.types as arrow
else:
    arrow = LazyModule("pyarrow.types")

TEXT, INTEGER, NUMBER, FLAG, TIME, JSON = "", "integer", "number", "flag", "time", "json"
_OF_JSON = {bool: FLAG, int: INTEGER, float: NUMBER, lax.Huge: NUMBER, list: JSON, dict: JSON}
MOST = 1 << 63
LONGEST_NUMBER = 400  # characters
EXACT_DIGITS = 15  # so many any float holds


def kind_of_arrow(kind: Any) -> str:
    """The kind of an Arrow column."""
    if arrow.is_dictionary(kind):
        return kind_of_arrow(kind.value_type)
    if arrow.is_boolean(kind):
        return FLAG
    if arrow.is_integer(kind):
        return INTEGER
    if arrow.is_floating(kind) or arrow.is_decimal(kind):
        return NUMBER
    if arrow.is_timestamp(kind):
        return TIME
    return JSON if arrow.is_nested(kind) else TEXT


def together(known: str | None, value: Any) -> str | None:
    """The kind of a column whose values so far were ``known`` (None: all empty), with one value more."""
    if value is None:
        return known
    kind = _OF_JSON.get(type(value), TEXT)
    if kind == INTEGER and not -MOST <= value < MOST:
        kind = TEXT  # an id of many digits: no table holds it as a number
    if known is None or known == kind:
        return kind
    return NUMBER if {known, kind} == {INTEGER, NUMBER} else TEXT


def column(cells: list[str], kind: str) -> list[Any]:
    """The cells as what they were; an empty one, or one that is not of the kind, is its text."""
    read = _READERS.get(kind)
    return cells if read is None else [_read(read, cell) if cell else cell for cell in cells]


def _read(read: Any, cell: str) -> Any:
    try:
        return read(cell)
    except ValueError:
        return cell


def _integer(cell: str) -> int:
    if len(cell) > LONGEST_NUMBER:
        raise ValueError(cell[:20])
    return int(cell)


def _number(cell: str) -> float | int:
    """A whole number without a point, as JSON writes it."""
    if cell.lstrip("-").isdecimal() and len(cell) < LONGEST_NUMBER:
        return int(cell)
    found = float(cell)
    if found - found != 0:  # not finite: no number for JSON
        raise ValueError(cell)
    if len(cell) > EXACT_DIGITS and isinstance(_as_float(Decimal(cell)), str):
        raise ValueError(cell)  # stays its text, to the last digit
    return found


def _flag(cell: str) -> bool:
    if cell not in {"true", "false"}:
        raise ValueError(cell)
    return cell == "true"


def _time(cell: str) -> str:
    return dt.datetime.fromisoformat(cell).isoformat()


_READERS = {INTEGER: _integer, NUMBER: _number, FLAG: _flag, TIME: _time, JSON: json.loads}


def _as_float(value: Decimal) -> float | str:
    """The number; its digits where no float holds them all."""
    found = float(value)
    return found if not value.is_finite() or Decimal(repr(found)) == value else str(value)


def for_json(value: Any) -> Any:
    """A cell as JSON can hold it, for ``json.dumps(default=…)``."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else _as_float(value)
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)


def for_sheet(value: Any) -> Any:
    """A cell as a workbook can hold it."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return None if isinstance(value, float) and value - value != 0 else value


def finite(values: Iterable[Any]) -> list[Any]:
    """Values without those numbers that are none: they become empty."""
    return [None if isinstance(value, float) and value - value != 0 else value for value in values]
