"""Imports that run in the worker."""

from django.utils import timezone, translation

from allears.events.imports import pieces
from allears.events.imports.errors import ImportUseError
from allears.events.imports.running import ImportTakenOverError, run
from allears.events.imports.undoing import undo
from allears.events.imports.uploads import keep_trial, understand
from allears.events.models import Import


def run_import(*, workspace_id: int, import_id: int) -> None:
    """Run an import to its end; run again after a crash, it goes on at its last chunk."""
    row = Import.objects.in_workspace(workspace_id).filter(pk=import_id, state=Import.State.RUNNING).first()
    if row is None:
        return  # done, undone or gone: nothing is left to do
    with _in_the_words_of(row):
        try:
            run(row, now=timezone.now)
        except ImportTakenOverError:
            return  # whoever took it over finishes it
        except ImportUseError as error:
            Import.objects.in_workspace(workspace_id).filter(pk=import_id).update(
                state=Import.State.FAILED, error=str(error), finished_at=timezone.now()
            )


def undo_import(*, workspace_id: int, import_id: int) -> None:
    """Take away what an undone import brought."""
    row = Import.objects.in_workspace(workspace_id).filter(pk=import_id, state=Import.State.UNDONE).first()
    if row is not None:
        undo(row=row)


def read_upload(*, workspace_id: int, import_id: int) -> None:
    """Read an uploaded file and propose its mapping."""
    row = _uploaded(workspace_id, import_id)
    if row is not None and row.rows_total is None:
        with _in_the_words_of(row):
            understand(row=row)


def try_import(*, workspace_id: int, import_id: int) -> None:
    """Judge every row of an uploaded file without writing."""
    row = _uploaded(workspace_id, import_id)
    if row is not None:
        with _in_the_words_of(row):
            keep_trial(row=row, now=timezone.now())


def expire_uploads() -> None:
    """Forget files of which no piece has come for long."""
    pieces.expire(now=timezone.now())


def _uploaded(workspace_id: int, import_id: int) -> Import | None:
    rows = Import.objects.in_workspace(workspace_id).filter(pk=import_id, state=Import.State.UPLOADED)
    found: Import | None = rows.first()
    return found


def _in_the_words_of(row: Import) -> translation.override:
    """The language of whoever brought the file: warnings are written for them."""
    return translation.override(row.mapping.get("said_in", "en"))
