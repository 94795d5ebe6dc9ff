"""Rows that could not be taken: handed out as a table with their reasons, and taken back mended."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from allears.accounts.models import Workspace
from allears.events.imports import files, staging
from allears.events.imports.actions import Prepared, register
from allears.events.imports.errors import ImportUseError
from allears.events.imports.kinds import kind_named
from allears.events.imports.mapping import from_json
from allears.events.imports.queries import open_rows
from allears.events.imports.reading import open_table
from allears.events.imports.reasons import in_words
from allears.events.imports.retyped import as_it_was
from allears.events.imports.running import OnProgress
from allears.events.imports.tables import Table
from allears.events.models import Import, QuarantinedRow
from allears.kit.spreadsheets import defused, plain

BLOCK = 500
ROW, FIELD, REASON, RAW = SERVICE = ("__row", "__field", "__reason", "__as_it_was")


def columns_of(row: Import) -> list[str]:
    """The columns of the import's file."""
    return list(row.mapping.get("columns", ()))


def export(row: Import) -> Iterator[str]:
    """The waiting rows as CSV with a byte-order mark, so that spreadsheets read it rightly; a piece at a time.

    Each row has its number, the column at fault and the reason before its own cells; a row that could not even be
    split has its text in ``__as_it_was``. Reasons are in the language of whoever asked, however late a piece is read.
    """
    return _pieces(row, get_language() or "en")


def _pieces(row: Import, language: str) -> Iterator[str]:
    columns, buffer = columns_of(row), io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow([*SERVICE, *map(defused, columns)])
    for each in open_rows(row.workspace_id, import_id=row.pk).iterator(2_000):
        content = json.loads(each.payload)
        cells = content.get("cells", {})
        own = [cells.get(name, "") for name in columns]
        with translation.override(language):
            reason = in_words(each.reason)
        writer.writerow([each.row_number, *map(defused, (each.field, reason, content.get("raw", ""), *own))])
        if buffer.tell() > 64_000:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def prepare_mended(*, row: Import, workspace: Workspace, path: Path) -> tuple[Prepared, list[int]]:
    """The mended file, to be read by the mapping of the import it came from, and the numbers of the rows in it."""
    table = open_table(path)
    table = replace(table, columns=[plain(name) for name in table.columns])
    columns = columns_of(row)
    missing = [name for name in (ROW, *columns) if name not in table.columns]
    if missing:
        message = _("The file lacks the columns %(names)s. Mend the table that was exported and leave its headings.")
        raise ImportUseError("file", message % {"names": ", ".join(missing[:10])})
    numbers: list[int] = []
    folder = files.folder_named(uuid4().hex)
    kind = kind_named(row.kind)
    staged = staging.stage(_own_columns(row, table, columns, numbers), folder / "staged")
    staged = replace(staged, about=staged.about | {"first": row.mapping.get("first", staged.about["first"])})
    prepared = Prepared(
        workspace=workspace,
        kind=kind,
        filename=_("%(name)s, mended") % {"name": row.filename[:200]},
        digest=files.digest_of(path),
        file_time=files.source_time(row),
        folder=folder,
        staged=staged,
        profiles=[],
        mapping=from_json({**row.mapping, "origin": "mended"}, kind=kind, columns=columns),
        warnings=[],
    )
    return prepared, numbers


def _own_columns(row: Import, table: Table, columns: Sequence[str], numbers: list[int]) -> Table:
    """Only the columns of the original file; the row numbers are noted on the way."""
    place = {name: table.columns.index(name) for name in (ROW, *columns)}

    def rows() -> Iterator[Any]:
        source = iter(table.rows())
        while block := list(islice(source, BLOCK)):
            told = [_number(cells[place[ROW]]) if not reason else None for cells, reason, _raw in block]
            before = _as_they_were(row, [number for number in told if number is not None])
            for (cells, reason, raw), number in zip(block, told, strict=True):
                if number is not None:
                    numbers.append(number)
                own = [] if reason else [cells[place[name]] for name in columns]
                yield _untyped(own, before.get(number), columns), reason, raw

    return replace(table, columns=list(columns), rows=rows, columnwise=None)


def _number(cell: str) -> int | None:
    return int(cell) if cell.strip().isdecimal() else None


def _as_they_were(row: Import, numbers: Sequence[int]) -> dict[int | None, tuple[str, dict[str, str]]]:
    """By row number: the column at fault, and the cells that went out to be mended."""
    kept = QuarantinedRow.objects.in_workspace(row.workspace_id).filter(import_file=row, row_number__in=numbers)
    found = kept.values_list("row_number", "field", "payload")
    return {number: (field, json.loads(payload).get("cells", {})) for number, field, payload in found}


def _untyped(cells: list[str], before: tuple[str, dict[str, str]] | None, columns: Sequence[str]) -> list[str]:
    """The cells as they were where a spreadsheet typed one anew; at the column at fault what stands now is meant."""
    if before is None:
        return cells
    fault, were = before
    return [
        cell if name == fault else as_it_was(cell, were.get(name, ""))
        for name, cell in zip(columns, cells, strict=False)
    ]


def resend(
    *,
    row: Import,
    workspace: Workspace,
    path: Path,
    actor_id: int | None,
    now: datetime,
    on_progress: OnProgress | None = None,
    queued: bool = False,
) -> Import:
    """Import the mended rows; those sent are closed here, and any still broken waits under the new import."""
    from allears.events.imports import actions, running

    prepared, numbers = prepare_mended(row=row, workspace=workspace, path=path)
    mended = register(prepared=prepared, actor_id=actor_id, now=now)
    close(row=row, numbers=numbers, now=now)
    if queued:
        actions.queue_run(row=mended)
        return mended
    return running.run(mended, now=lambda: now, on_progress=on_progress)


def close(*, row: Import, numbers: Sequence[int], now: datetime) -> int:
    """The waiting rows of these numbers have been sent again."""
    closed = 0
    for start in range(0, len(numbers), 900):
        closed += (
            QuarantinedRow.objects.in_workspace(row.workspace_id)
            .filter(import_file=row, row_number__in=numbers[start : start + 900], resolved_at__isnull=True)
            .update(resolved_at=now)
        )
    return closed
