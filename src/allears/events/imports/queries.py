"""Reads of imports and of the rows that need mending, within one workspace."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from allears.events.imports.errors import ImportUseError
from allears.events.imports.kinds import Kind
from allears.events.imports.mapping import Mapping, from_json, signature
from allears.events.imports.reasons import in_words
from allears.events.models import Import, QuarantinedRow
from allears.store.scope import ScopedQuerySet

DECIDED_BY_PEOPLE = ("map", "page", "saved")


def imports_of(workspace_id: int) -> ScopedQuerySet[Import]:
    """The workspace's imports, newest first."""
    return Import.objects.in_workspace(workspace_id).select_related("created_by").order_by("-id")


def same_file(*, workspace_id: int, kind: str, digest: str) -> ScopedQuerySet[Import]:
    """Imports of a file with these very bytes as the same kind, newest first."""
    return Import.objects.in_workspace(workspace_id).filter(kind=kind, digest=digest).order_by("-id")


def open_rows(workspace_id: int, *, import_id: int | None = None) -> ScopedQuerySet[QuarantinedRow]:
    """Rows of files that wait to be mended, in the file's order."""
    rows = QuarantinedRow.objects.in_workspace(workspace_id).filter(source="import", resolved_at__isnull=True)
    if import_id is not None:
        rows = rows.filter(import_file_id=import_id)
    return rows.order_by("import_file_id", "row_number", "id")


def saved_mapping(*, workspace_id: int, kind: Kind, columns: Sequence[str]) -> Mapping | None:
    """What a person last decided for a file with these columns."""
    last = (
        Import.objects.in_workspace(workspace_id)
        .filter(kind=kind.name, mapping__signature=signature(columns), mapping__origin__in=DECIDED_BY_PEOPLE)
        .exclude(state__in=[Import.State.UPLOADED, Import.State.UNDONE])
        .order_by("-id")
        .first()
    )
    if last is None:
        return None
    try:
        return from_json({**last.mapping, "origin": "saved"}, kind=kind, columns=columns)
    except ImportUseError:  # made by an older version: the proposal serves
        return None


def counts_of(row: Import) -> dict[str, int]:
    """Rows of an import: read, new, there already, and those that wait in quarantine now."""
    waiting = open_rows(row.workspace_id, import_id=row.pk).count()
    return {"rows": row.rows_read, "good": row.rows_good, "repeated": row.rows_repeated, "bad": waiting}


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How fast a running import is, in rows a second, and how many seconds are left at that."""

    rate: float
    seconds_left: int

    @property
    def left(self) -> str:
        """As hours, minutes and seconds: 1:02:05, or 2:05."""
        minutes, seconds = divmod(max(self.seconds_left, 0), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def pace_of(row: Import, *, now: datetime) -> Pace | None:
    """None where nothing can be said yet."""
    if row.started_at is None or not row.rows_total:
        return None
    seconds, rows = (now - row.started_at).total_seconds(), row.rows_read - row.started_row
    if seconds <= 0 or rows <= 0:
        return None
    rate = rows / seconds
    return Pace(rate=rate, seconds_left=round((row.rows_total - row.rows_read) / rate))


def reasons_of(row: Import, *, most: int = 50) -> list[tuple[str, str, int]]:
    """(field, reason in the reader's words, rows) of what waits in quarantine, the commonest first."""
    rows = open_rows(row.workspace_id, import_id=row.pk).order_by().values_list("field", "reason")
    counted = rows.annotate(n=Count("id")).order_by("-n")[:most]
    return [(field, in_words(reason), count) for field, reason, count in counted]
