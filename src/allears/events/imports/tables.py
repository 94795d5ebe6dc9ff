"""A file as a table of text cells, whatever its form."""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from allears.events.imports.delimited import Line

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, kw_only=True)
class Table:
    """A readable file: its columns' names and its rows, which can be walked anew with each call of ``rows``."""

    form: str  # csv, xlsx, jsonl, parquet, xes, transcript
    columns: list[str]
    rows: Callable[[], Iterator[Line]]
    about: dict[str, Any] = field(default_factory=dict)  # encoding, separator, sheet …
    types: tuple[str, ...] = ()  # of each column what its cells are, see ``typed``; empty: texts
    stored: tuple[Any, ...] = ()  # of each column its Arrow type
    values: Callable[[], Iterator[list[Any]]] | None = None  # beside ``rows``, the cells as they are in the file
    columnwise: "Callable[[], Iterator[pa.RecordBatch]] | None" = None  # see ``regular``; may raise IrregularError


def cell_text(value: Any) -> str:
    """A typed cell as the text that a CSV of the same table would hold: whole numbers without a point, times as ISO."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if value - value != 0:  # not finite: no number, as at the door
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time() and value.tzinfo is None
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, Decimal):
        return str(int(value)) if value == value.to_integral_value() else str(value)
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=cell_text)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)
