"""Files out over REST: ask for one, see how far it is, fetch it; or a small table at once."""

from datetime import datetime
from functools import partial
from typing import Any, Literal

from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone, translation
from ninja import Query, Router, Schema, Status

from allears.api.listing import Listing, PageParams, listing, where, workspace_of
from allears.api.parameters import any_parameter
from allears.api.problems import ProblemError
from allears.api.scopes import may_export, needs_export
from allears.events.exports import actions, queries, writers
from allears.events.exports.errors import ExportUseError
from allears.events.models import Export

router = Router(tags=["exports"])
AT_ONCE = 50_000  # rows that are streamed while the caller waits


class ExportIn(Schema):
    """What to export. ``labels``: headings for people in ``language`` instead of the columns' names."""

    table: str
    format: str = "csv"
    filters: dict[str, Any] = {}
    language: Literal["en", "zh-hans"] = "en"
    labels: bool = False


class ExportOut(Schema):
    """A file on its way out. ``download`` works until ``expires_at``, without a key, for whoever has the link."""

    id: int
    table: str
    format: str
    filters: dict[str, Any]
    state: str
    rows_total: int | None
    rows_done: int
    bytes: int
    error: str
    download: str | None
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime | None


def export_out(row: Export, *, linked: bool = True) -> ExportOut:
    names = ("table", "format", "filters", "state", "rows_total", "rows_done", "bytes", "error")
    times = ("created_at", "finished_at", "expires_at")
    link = f"/exports/files/{row.token}" if linked and row.state == Export.State.DONE else None
    return ExportOut(id=row.pk, download=link, **{name: getattr(row, name) for name in (*names, *times)})


def _wrong(error: ExportUseError) -> ProblemError:
    pointer = error.field.replace(".", "/")
    return ProblemError(status=422, title="This cannot be exported", detail=str(error), errors=[{"pointer": pointer}])


def _find(request: HttpRequest, export_id: int) -> Export:
    return get_object_or_404(queries.exports_of(workspace_of(request)), pk=export_id)


@router.get("/exports", response=Listing[ExportOut])
def list_exports(request: HttpRequest, page: Query[PageParams], table: str | None = None) -> dict[str, Any]:
    """Exports, newest first; `download` is told to keys that may export."""
    shape = partial(export_out, linked=may_export(request))
    return listing(where(queries.exports_of(workspace_of(request)), table=table), page, shape=shape)


@router.post("/exports", response={201: ExportOut})
def create_export(request: HttpRequest, told: ExportIn) -> Any:
    """Have a file written. Poll it until ``state`` is ``done``, then fetch ``download``."""
    needs_export(request)
    try:
        with translation.override(told.language):
            row = actions.ask(
                workspace_id=workspace_of(request),
                table=told.table,
                format_name=told.format,
                filters=told.filters,
                actor_id=None,
                now=timezone.now(),
                labels=told.labels,
            )
    except ExportUseError as error:
        raise _wrong(error) from error
    return Status(201, export_out(row))


@router.get("/exports/{export_id}", response=ExportOut)
def get_export(request: HttpRequest, export_id: int) -> ExportOut:
    """How far an export is."""
    return export_out(_find(request, export_id), linked=may_export(request))


@router.get("/exports/{export_id}/file")
def export_file(request: HttpRequest, export_id: int) -> FileResponse:
    """The finished file."""
    needs_export(request)
    row, now = _find(request, export_id), timezone.now()
    try:
        path = actions.file_of(row=row, now=now)
    except ExportUseError as error:
        raise ProblemError(status=409, title="This file is not there", detail=str(error)) from error
    name = actions.filename(table=row.table, format_name=row.format, now=row.created_at)
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=writers.FORMATS[row.format])


@router.delete("/exports/{export_id}", response={204: None})
def remove_export(request: HttpRequest, export_id: int) -> Any:
    """Forget an export and its file at once."""
    actions.remove(row=_find(request, export_id))
    return Status(204, None)


@router.get("/tables/{table}.csv")
@any_parameter
def table_at_once(request: HttpRequest, table: str) -> StreamingHttpResponse:
    """A table as CSV while you wait, up to 50,000 rows; filters as parameters. Larger ones: `POST /exports`."""
    needs_export(request)
    workspace_id, filters = workspace_of(request), request.GET.dict()
    try:
        chosen = actions.selection(workspace_id=workspace_id, table=table, filters=filters)
        if (rows := chosen.count()) > AT_ONCE:
            message = f"{rows} rows are more than {AT_ONCE}: have the file written by POST /api/v1/exports"
            raise ExportUseError("table", message)
    except ExportUseError as error:
        raise _wrong(error) from error
    actions.note(workspace_id=workspace_id, actor_id=None, table=table, format_name="csv", filters=filters)
    lines = writers.csv_lines(chosen.columns, chosen.batches(writers.BATCH), labels=False, mark=False)
    return StreamingHttpResponse(lines, content_type=writers.FORMATS["csv"])
