"""Carrying a staged file in: chunk by chunk, each in one transaction with the place reached, so that a kill costs one.

The place moves by a conditional update, so two processes that run the same import cannot both count a chunk.
"""

import json
from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from allears.events.imports import staging
from allears.events.imports.acquaintance import Acquaintance
from allears.events.imports.converting import Converter, file_moment
from allears.events.imports.errors import ImportUseError
from allears.events.imports.files import forget_files, source_time, staged_folder
from allears.events.imports.kinds import BadRow, Chunk, Outcome, kind_named
from allears.events.imports.mapping import Mapping, from_json
from allears.events.imports.staging import Block, Staged, StagedRow
from allears.events.models import Import, QuarantinedRow

CHUNK_ROWS = staging.BATCH
KEYED = "door"  # kept with each import: its events have the keys that the door in gives them
BROUGHT_BY = "brought_by"  # kept with an import: the source that reads the same rows time and again
OnProgress = Callable[[Import], None]


class ImportTakenOverError(RuntimeError):
    """Another process is running this import; what this one did since its last chunk is undone."""


def stored_mapping(row: Import, staged: Staged) -> Mapping:
    """The import's mapping, checked against its file."""
    return from_json(row.mapping, kind=kind_named(row.kind), columns=staged.columns)


def run(row: Import, *, now: Callable[[], datetime], on_progress: OnProgress | None = None) -> Import:
    """Run an import to its end, or go on where it was interrupted."""
    staged = staging.find(staged_folder(row))
    if staged is None:
        raise ImportUseError("file", _("The import’s file is gone from the data folder. Send the file again."))
    mapping = stored_mapping(row, staged)
    kind = kind_named(row.kind)
    moment = file_moment(mapping, source_time(row))
    converter = Converter(kind=kind, mapping=mapping, staged=staged, moment=moment)
    acquaintance, older = Acquaintance(), has_former_keys(row)
    Import.objects.in_workspace(row.workspace_id).filter(pk=row.pk).update(started_at=now(), started_row=row.rows_read)
    while row.rows_read < staged.rows:
        rows = staged.block(start=row.rows_read, count=CHUNK_ROWS)
        good, bad = converter.convert(rows)
        chunk = Chunk(
            workspace_id=row.workspace_id,
            import_id=row.pk,
            rows=good,
            now=now(),
            file_time=moment,
            source=row.filename,
            announce=mapping.open_cases,
            acquaintance=acquaintance,
            older=older,
        )
        with transaction.atomic():
            outcome = kind.load(chunk) if good else Outcome()
            told = [*bad, *outcome.bad]
            fresh = _quarantine(row, rows, told, staged.columns, at=chunk.now)
            repeated = outcome.repeated + len(told) - fresh
            _advance(row, rows=len(rows), repeated=repeated, bad=fresh)
        acquaintance.keep()
        row.refresh_from_db()
        if on_progress:
            on_progress(row)
    return _finish(row, now())


def has_former_keys(row: Import) -> bool:
    """Whether events came in by file here when their ids were hashed otherwise than at the door."""
    if row.kind != "events":
        return False
    rows = Import.objects.in_workspace(row.workspace_id).filter(kind="events").exclude(state=Import.State.UNDONE)
    return any(mapping.get("keyed") != KEYED for mapping in rows.values_list("mapping", flat=True).iterator())


def _advance(row: Import, *, rows: int, repeated: int, bad: int) -> None:
    good = rows - bad - repeated
    moved = (
        Import.objects.in_workspace(row.workspace_id)
        .filter(pk=row.pk, rows_read=row.rows_read, state=Import.State.RUNNING)
        .update(
            rows_read=F("rows_read") + rows,
            rows_good=F("rows_good") + good,
            rows_repeated=F("rows_repeated") + repeated,
            rows_bad=F("rows_bad") + bad,
        )
    )
    if not moved:
        raise ImportTakenOverError(row.pk)


def _quarantine(row: Import, block: Block, bad: Sequence[BadRow], columns: Sequence[str], *, at: datetime) -> int:
    """Keep the rows that could not be taken; how many were not kept at an earlier look of the same source."""
    told = [(each, payload_of(block.row(each.number - block.first), columns)) for each in bad]
    known = _kept_before(row, {payload for _, payload in told})
    fresh = [(each, payload) for each, payload in told if payload not in known]
    QuarantinedRow.objects.bulk_create(
        QuarantinedRow(
            workspace_id=row.workspace_id,
            source="import",
            import_file=row,
            row_number=each.number,
            field=each.field[:120],
            reason=each.reason,
            payload=payload,
            at=at,
        )
        for each, payload in fresh
    )
    return len(fresh)


def _kept_before(row: Import, payloads: set[str]) -> set[str]:
    """Those that wait already, or were mended, word for word as this source brought them before."""
    if not payloads or BROUGHT_BY not in row.mapping:
        return set()
    imports = Import.objects.in_workspace(row.workspace_id).exclude(state=Import.State.UNDONE).exclude(pk=row.pk)
    earlier = imports.filter(rows_bad__gt=0, mapping__brought_by=row.mapping[BROUGHT_BY])
    kept = QuarantinedRow.objects.in_workspace(row.workspace_id).filter(import_file__in=earlier.values("pk"))
    found: set[str] = set()
    wanted = sorted(payloads)
    for start in range(0, len(wanted), 500):
        found |= set(kept.filter(payload__in=wanted[start : start + 500]).values_list("payload", flat=True))
    return found


def payload_of(row: StagedRow, columns: Sequence[str]) -> str:
    """The row as JSON: its cells by column, or its text where it could not even be split."""
    if row.reason:
        return json.dumps({"raw": row.raw}, ensure_ascii=False)
    return json.dumps({"cells": dict(zip(columns, row.cells, strict=True))}, ensure_ascii=False)


def _finish(row: Import, now: datetime) -> Import:
    done = (
        Import.objects.in_workspace(row.workspace_id)
        .filter(pk=row.pk, state=Import.State.RUNNING)
        .update(state=Import.State.DONE, finished_at=now)
    )
    if done:
        forget_files(row)
    row.refresh_from_db()
    return row
