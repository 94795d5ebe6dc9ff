"""What is done with exports: asked for, written by the worker, fetched by an unguessable link that expires."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from allears.accounts.audit import audit
from allears.events.exports import spss, writers
from allears.events.exports.errors import ExportUseError
from allears.events.exports.tables import Selection, known_filters, table_named
from allears.events.models import Export
from allears.jobs.queue import enqueue

LIFE = timedelta(hours=24)  # how long a file and its link are kept
OPTIONS = ("labels", "bom")
WRITERS: dict[str, writers.Writer] = {
    "csv": writers.write_csv,
    "xlsx": writers.write_xlsx,
    "parquet": writers.write_parquet,
    "sav": spss.write_sav,
}
FLAGS = {"true": True, "1": True, "on": True, "yes": True, "false": False, "0": False, "no": False, "off": False}


class ExportStoppedError(RuntimeError):
    """The export was removed while it was being written."""


def selection(*, workspace_id: int, table: str, filters: Mapping[str, Any]) -> Selection:
    """The rows that an export of these filters holds; raises ``ExportUseError``."""
    found = table_named(table)
    return found.select(workspace_id, known_filters(found, filters))


@transaction.atomic
def ask(
    *, workspace_id: int, table: str, format_name: str, filters: Mapping[str, Any], actor_id: int | None, now: datetime,
    labels: bool = False,
) -> Export:  # fmt: skip
    """Have the worker write a file; what cannot be exported is refused at once."""
    format_name = writers.check_format(format_name)
    chosen = selection(workspace_id=workspace_id, table=table, filters=filters)
    known = known_filters(table_named(table), filters)
    row: Export = Export.objects.create(
        workspace_id=workspace_id,
        table=table,
        format=format_name,
        filters={**known, **({"labels": "true"} if labels else {})},
        language=get_language() or "en",
        token=secrets.token_urlsafe(32),
        rows_total=chosen.count(),
        created_by_id=actor_id,
        created_at=now,
    )
    note(workspace_id=workspace_id, actor_id=actor_id, table=table, format_name=format_name, filters=known)
    enqueue(
        task="allears.events.exports.jobs.write_export",
        arguments={"workspace_id": workspace_id, "export_id": row.pk},
        unique_key=f"export:{row.pk}",
        queue="long",
    )
    return row


def note(*, workspace_id: int, actor_id: int | None, table: str, format_name: str, filters: Mapping[str, Any]) -> None:
    """Audit that data left: which table, in which form, narrowed by what; never the data."""
    detail = {"table": table, "format": format_name, "filters": sorted(filters)}
    audit(workspace_id=workspace_id, actor_id=actor_id, verb="events.export.asked", subject=table, detail=detail)


def folder() -> Path:
    return Path(settings.DATA_DIR) / "exports"


def path_of(*, row: Export) -> Path:
    """Where the export's file lies."""
    return folder() / f"{row.token}.{row.format}"


def part_of(*, row: Export) -> Path:
    """Where it lies while it is being written."""
    return path_of(row=row).with_suffix(".part")


def write(*, row: Export, now: datetime) -> None:
    """Write the export's file beside its place and move it there; done again after a crash, it begins anew."""
    filters = dict(row.filters)
    labels = FLAGS.get(filters.pop("labels", ""), False)
    with translation.override(row.language):
        chosen = selection(workspace_id=row.workspace_id, table=row.table, filters=filters)
        target = path_of(row=row)
        target.parent.mkdir(parents=True, exist_ok=True)
        part = part_of(row=row)
        try:
            WRITERS[row.format](part, chosen.columns, _counted(row, chosen), labels=labels)
            part.replace(target)
        except FileNotFoundError as error:
            raise ExportStoppedError(row.pk) from error
        except ExportUseError as error:
            _settle(row, state=Export.State.FAILED, error=str(error), finished_at=now)
            return
        finally:
            part.unlink(missing_ok=True)
    size = target.stat().st_size
    if not _settle(row, state=Export.State.DONE, bytes=size, finished_at=now, expires_at=now + LIFE):
        target.unlink(missing_ok=True)
        raise ExportStoppedError(row.pk)


def _settle(row: Export, **changes: Any) -> int:
    """0 where it was removed, or taken back because somebody was erased, while it was being written."""
    mine = Export.objects.in_workspace(row.workspace_id).filter(pk=row.pk).exclude(state=Export.State.EXPIRED)
    return mine.update(**changes)


def _counted(row: Export, chosen: Selection) -> writers.Batches:
    done = 0
    _settle(row, state=Export.State.RUNNING, rows_done=0, rows_total=chosen.count())
    for batch in chosen.batches(writers.BATCH):
        yield batch
        done += len(batch)
        if not _settle(row, rows_done=done):
            raise ExportStoppedError(row.pk)


def file_of(*, row: Export, now: datetime) -> Path:
    """The finished file; raises ``ExportUseError`` where there is none (any more)."""
    if (
        row.state != Export.State.DONE
        or row.expires_at is None
        or row.expires_at <= now
        or not path_of(row=row).exists()
    ):
        raise ExportUseError(
            "state", _("This file is not there: it is not finished, or its link has expired. Export again.")
        )
    return path_of(row=row)


@transaction.atomic
def remove(*, row: Export) -> None:
    """Forget an export and its file before it expires."""
    path = path_of(row=row)
    Export.objects.in_workspace(row.workspace_id).filter(pk=row.pk).delete()
    transaction.on_commit(lambda: path.unlink(missing_ok=True))


def expire(*, now: datetime) -> int:
    """Remove the files whose time is over, and what no export names; the number of exports that expired."""
    due = Export.objects.across_workspaces().filter(state=Export.State.DONE, expires_at__lte=now)
    rows = list(due)
    for row in rows:
        path_of(row=row).unlink(missing_ok=True)
    due.filter(pk__in=[row.pk for row in rows]).update(state=Export.State.EXPIRED)
    known = set(Export.objects.across_workspaces().exclude(state=Export.State.EXPIRED).values_list("token", flat=True))
    for path in folder().glob("*") if folder().is_dir() else ():
        if path.stem not in known:
            path.unlink(missing_ok=True)
    return len(rows)


def filename(*, table: str, format_name: str, now: datetime) -> str:
    return f"{table}-{now:%Y%m%d-%H%M}.{format_name}"
