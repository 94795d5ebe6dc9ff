"""Files in over REST: send one, look at its mapping, try it, run it, mend what waits, undo."""

import json
from datetime import datetime
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Body, File, Form, Query, Router, Schema, Status
from ninja.files import UploadedFile

from allears.accounts.models import Workspace
from allears.api.listing import Listing, PageParams, listing, where, workspace_of
from allears.api.problems import ProblemError
from allears.api.scopes import needs_export
from allears.events.imports import actions, quarantine, queries, saving, undoing, uploads
from allears.events.imports.errors import ImportUseError
from allears.events.imports.files import keep_upload, remove_folder, scratch_folder
from allears.events.models import Import, SavedMapping

router = Router(tags=["imports"])
SHOWN = ("kind", "fields", "rest", "timezone", "open_cases", "format", "file_time")


class ImportOut(Schema):
    """A file and what became of its rows. ``bad`` counts the rows that wait in quarantine now."""

    id: int
    kind: str
    filename: str
    state: str
    rows_total: int | None
    rows: int
    good: int
    repeated: int
    bad: int
    error: str
    mapping: dict[str, Any]
    warnings: list[str]
    trial: dict[str, Any] | None
    created_at: datetime
    finished_at: datetime | None


def import_out(row: Import) -> ImportOut:
    return ImportOut(
        id=row.pk,
        kind=row.kind,
        filename=row.filename,
        state=row.state,
        rows_total=row.rows_total,
        error=row.error,
        mapping={name: value for name, value in row.mapping.items() if name in SHOWN},
        warnings=row.mapping.get("warnings", []),
        trial=uploads.trial_of(row),
        created_at=row.created_at,
        finished_at=row.finished_at,
        **queries.counts_of(row),
    )


class LossesOut(Schema):
    """What undoing the import takes away, by name."""

    losses: dict[str, int]


class ImportIn(Schema):
    """How to read the file. ``mapping`` is JSON as in docs/import.md; ``start``: run it at once."""

    kind: str
    mapping: str = ""
    start: bool = False


def _find(request: HttpRequest, import_id: int) -> Import:
    return get_object_or_404(queries.imports_of(workspace_of(request)), pk=import_id)


def _wrong(error: ImportUseError) -> ProblemError:
    pointer = error.field.replace(".", "/")
    return ProblemError(status=422, title="The import cannot do this", detail=str(error), errors=[{"pointer": pointer}])


@router.get("/imports", response=Listing[ImportOut])
def list_imports(
    request: HttpRequest, page: Query[PageParams], kind: str | None = None, state: str | None = None
) -> dict[str, Any]:
    """Imports, newest first."""
    rows = where(queries.imports_of(workspace_of(request)), kind=kind, state=state)
    return listing(rows, page, shape=import_out)


@router.post("/imports", response={201: ImportOut})
def create_import(request: HttpRequest, told: Form[ImportIn], file: File[UploadedFile]) -> Any:
    """Send a file. It is read and a mapping proposed; with ``start`` it runs by itself."""
    workspace = Workspace.objects.get(pk=workspace_of(request))
    try:
        row = uploads.receive(
            workspace=workspace,
            kind_name=told.kind,
            filename=file.name or "",
            blocks=file.chunks(),
            actor_id=None,
            now=timezone.now(),
            given=_mapping(told.mapping),
        )
        if told.start and row.state == Import.State.UPLOADED:
            uploads.start_when_read(row=row, actor_id=None, now=timezone.now())
    except ImportUseError as error:
        raise _wrong(error) from error
    row.refresh_from_db()
    return Status(201, import_out(row))


def _mapping(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text) if text.strip() else {}
    except ValueError as error:
        raise ImportUseError("mapping", f"not JSON: {error}") from error
    if not isinstance(found, dict):
        raise ImportUseError("mapping", "a mapping is a JSON object; see docs/import.md")
    return found


@router.get("/imports/{import_id}", response=ImportOut)
def get_import(request: HttpRequest, import_id: int) -> ImportOut:
    """Where an import stands."""
    return import_out(_find(request, import_id))


@router.patch("/imports/{import_id}", response=ImportOut)
def change_import(request: HttpRequest, import_id: int, mapping: Body[dict[str, Any]]) -> ImportOut:
    """Lay this mapping over the present one, as long as the import has not started."""
    return _done(request, import_id, lambda row: uploads.remap(row=row, given=mapping))


class NameIn(Schema):
    """What to call it."""

    name: str


@router.put("/imports/{import_id}/sheet", response=ImportOut)
def choose_sheet(request: HttpRequest, import_id: int, told: NameIn) -> ImportOut:
    """Read another sheet of an uploaded workbook; the mapping is proposed anew."""
    return _done(request, import_id, lambda row: uploads.choose_sheet(row=row, sheet=told.name))


@router.post("/imports/{import_id}/trial", response=ImportOut)
def try_import(request: HttpRequest, import_id: int) -> ImportOut:
    """Judge every row without writing; the result stands in ``trial``."""
    return _done(request, import_id, lambda row: uploads.ask_trial(row=row, now=timezone.now()))


@router.post("/imports/{import_id}/run", response=ImportOut)
def run_import(request: HttpRequest, import_id: int) -> ImportOut:
    """Start it; the worker carries it in."""
    return _done(request, import_id, lambda row: actions.start(row=row, actor_id=None, now=timezone.now()))


@router.post("/imports/{import_id}/stop", response=ImportOut)
def stop_import(request: HttpRequest, import_id: int) -> ImportOut:
    """Stop it after its present chunk; what came in stays."""
    return _done(request, import_id, lambda row: actions.stop(row=row, actor_id=None, now=timezone.now()))


@router.post("/imports/{import_id}/resumption", response=ImportOut)
def resume_import(request: HttpRequest, import_id: int) -> ImportOut:
    """Let a stopped import go on where it stands."""
    return _done(request, import_id, lambda row: actions.go_on(row=row, actor_id=None))


class MappingOut(Schema):
    """A mapping kept under a name."""

    id: int
    kind: str
    name: str
    columns: list[str]
    mapping: dict[str, Any]
    changed_at: datetime


@router.post("/imports/{import_id}/saved-mapping", response={201: MappingOut})
def save_mapping(request: HttpRequest, import_id: int, told: NameIn) -> Any:
    """Keep the import's mapping under a name; the next file with the same columns takes it."""
    try:
        kept = saving.save(row=_find(request, import_id), name=told.name, actor_id=None, now=timezone.now())
    except ImportUseError as error:
        raise _wrong(error) from error
    return Status(201, kept)


@router.get("/mappings", response=Listing[MappingOut])
def list_mappings(request: HttpRequest, page: Query[PageParams], kind: str | None = None) -> dict[str, Any]:
    """Saved mappings, newest first."""
    return listing(where(saving.saved(workspace_of(request)), kind=kind), page)


def _mapping_row(request: HttpRequest, mapping_id: int) -> SavedMapping:
    return get_object_or_404(saving.saved(workspace_of(request)), pk=mapping_id)


@router.patch("/mappings/{mapping_id}", response=MappingOut)
def rename_mapping(request: HttpRequest, mapping_id: int, told: NameIn) -> SavedMapping:
    """Call a saved mapping otherwise."""
    row = _mapping_row(request, mapping_id)
    try:
        saving.rename(row=row, name=told.name)
    except ImportUseError as error:
        raise _wrong(error) from error
    return row


@router.delete("/mappings/{mapping_id}", response={204: None})
def remove_mapping(request: HttpRequest, mapping_id: int) -> Any:
    """Forget a saved mapping."""
    saving.remove(row=_mapping_row(request, mapping_id), actor_id=None)
    return Status(204, None)


@router.get("/imports/{import_id}/undoing", response=LossesOut)
def losses(request: HttpRequest, import_id: int) -> LossesOut:
    """What undoing it would take away."""
    return LossesOut(losses=undoing.losses(_find(request, import_id)))


@router.post("/imports/{import_id}/undoing", response=ImportOut)
def undo_import(request: HttpRequest, import_id: int) -> ImportOut:
    """Take away what it brought."""
    return _done(request, import_id, lambda row: undoing.ask_undo(row=row, actor_id=None, now=timezone.now()))


def _done(request: HttpRequest, import_id: int, act: Any) -> ImportOut:
    row = _find(request, import_id)
    try:
        act(row)
    except ImportUseError as error:
        raise _wrong(error) from error
    row.refresh_from_db()
    return import_out(row)


@router.get("/imports/{import_id}/quarantine.csv")
def broken_rows(request: HttpRequest, import_id: int) -> StreamingHttpResponse:
    """The waiting rows as CSV, each with its number, its column at fault and the reason."""
    needs_export(request)
    row = _find(request, import_id)
    return StreamingHttpResponse(quarantine.export(row), content_type="text/csv; charset=utf-8")


@router.post("/imports/{import_id}/mended", response={201: ImportOut})
def send_mended(request: HttpRequest, import_id: int, file: File[UploadedFile]) -> Any:
    """Send the mended table back; it runs as an import of its own, by the same mapping."""
    row, folder = _find(request, import_id), scratch_folder()
    try:
        mended = quarantine.resend(
            row=row,
            workspace=Workspace.objects.get(pk=row.workspace_id),
            path=keep_upload(folder, file.chunks()),
            actor_id=None,
            now=timezone.now(),
            queued=True,
        )
    except ImportUseError as error:
        raise _wrong(error) from error
    finally:
        remove_folder(folder)
    return Status(201, import_out(mended))
