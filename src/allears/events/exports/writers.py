"""The formats. Each writer takes batches and keeps a batch in memory: CSV, Excel, Parquet, SPSS.

A text that a spreadsheet would compute is defused in CSV; in Excel it is stored as text, which is never computed.
"""

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from allears.events.exports.errors import ExportUseError
from allears.events.exports.tables import Column, Type, labels_of
from allears.kit.lazy import LazyModule
from allears.kit.spreadsheets import defused

if TYPE_CHECKING:
    import openpyxl
    import pyarrow as pa
    import pyarrow.parquet as pq
else:
    openpyxl, pa, pq = LazyModule("openpyxl"), LazyModule("pyarrow"), LazyModule("pyarrow.parquet")

Batches = Iterable[list[tuple[Any, ...]]]
BATCH = 5_000
SHEET_ROWS = 1_048_575  # that an Excel sheet holds below its heading; what follows goes on the next sheet
CELL = 32_767  # characters that an Excel cell holds
FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
FORMATS |= {"parquet": "application/vnd.apache.parquet", "sav": "application/x-spss-sav"}
_UNPRINTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # what XML cannot hold


def check_format(name: str) -> str:
    """The format's own name; raises on one that is none of ours."""
    known = {"excel": "xlsx", "spss": "sav"}.get(name, name)
    if known in FORMATS:
        return known
    message = _("There is no format “%(name)s”. Take csv, xlsx, parquet or sav.")
    raise ExportUseError("format", message % {"name": name})


def cell(value: Any) -> str:
    """A value as CSV holds it: times in UTC as ISO, numbers without grouping, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, str):
        return defused(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, dict | list):
        return defused(json.dumps(value, ensure_ascii=False)) if value else ""
    return str(value)


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def csv_lines(columns: Sequence[Column], batches: Batches, *, labels: bool, mark: bool) -> Iterator[str]:
    """CSV a batch at a time; ``labels``: headings for people instead of names; ``mark``: the mark that Excel needs."""
    writer = csv.writer(_Echo(), lineterminator="\r\n")
    head = labels_of(columns) if labels else [column.name for column in columns]
    yield ("\ufeff" if mark else "") + str(writer.writerow(map(defused, head)))
    for batch in batches:
        yield "".join(str(writer.writerow(map(cell, row))) for row in batch)


def write_csv(path: Path, columns: Sequence[Column], batches: Batches, *, labels: bool, mark: bool = True) -> None:
    """Write a CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(csv_lines(columns, batches, labels=labels, mark=mark))


def write_xlsx(path: Path, columns: Sequence[Column], batches: Batches, *, labels: bool, mark: bool = True) -> None:
    """Write a workbook row by row; a table beyond a sheet's size goes on over the next ones."""
    book = openpyxl.Workbook(write_only=True)
    head = labels_of(columns) if labels else [column.name for column in columns]
    sheet: Any = None
    room = 0
    for batch in batches:
        for row in batch:
            if not room:
                sheet, room = _sheet(book, head), SHEET_ROWS
            sheet.append([_typed(sheet, value) for value in row])
            room -= 1
    if sheet is None:
        _sheet(book, head)
    book.save(path)


def _sheet(book: Any, head: Sequence[str]) -> Any:
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    sheet.append([_typed(sheet, text) for text in head])
    return sheet


def _typed(sheet: Any, value: Any) -> Any:
    """A cell of its own type; a text is marked as text, so that it is never taken for a formula."""
    if isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False) if value else ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    if not isinstance(value, str):
        return value
    from openpyxl.cell import WriteOnlyCell

    found = WriteOnlyCell(sheet, value=_UNPRINTED.sub("", value)[:CELL])
    found.data_type = "s"
    return found


def write_parquet(path: Path, columns: Sequence[Column], batches: Batches, *, labels: bool, mark: bool = True) -> None:
    """Write Parquet with typed columns; the labels stand in each field's metadata."""
    schema = _schema(columns)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in batches:
            arrays = [
                pa.array([_arrow(each, value) for value in column], type=field.type)
                for each, field, column in zip(columns, schema, zip(*batch, strict=True), strict=True)
            ]
            writer.write_batch(pa.record_batch(arrays, schema=schema))


def _schema(columns: Sequence[Column]) -> "pa.Schema":
    types = {
        Type.TEXT: pa.string(),
        Type.INTEGER: pa.int64(),
        Type.NUMBER: pa.float64(),
        Type.TIME: pa.timestamp("us", tz="UTC"),
        Type.FLAG: pa.bool_(),
    }
    return pa.schema(
        [pa.field(each.name, each.stored or types[each.type], metadata={"label": str(each.label)}) for each in columns]
    )


def _arrow(column: Column, value: Any) -> Any:
    if column.stored is not None:
        return value
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False) if value else None
    if column.type is Type.TEXT:
        return None if value is None else str(value)
    return value if _fits(column, value) else None


def _fits(column: Column, value: Any) -> bool:
    if column.type is Type.FLAG:
        return isinstance(value, bool)
    if column.type is Type.TIME:
        return isinstance(value, datetime)
    return isinstance(value, int | float) and not isinstance(value, bool)


Writer = Callable[..., None]
