"""What leaves as a file: asked for beside a list, written by the worker, fetched while its link lives."""

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from allears.customers import companies
from allears.events.exports import actions, queries, tables, writers
from allears.events.exports.errors import ExportUseError
from allears.events.models import Export
from allears.web.access import ConsoleRequest, access_manager
from allears.web.render import flash, render_page

HISTORY = 50
NO_FILTER = ("csrfmiddlewaretoken", "table", "format", "labels", "before", "after", "page", "mine")


def _context(request: ConsoleRequest, *, wrong: str = "") -> dict[str, Any]:
    rows = list(queries.exports_of(request.access.workspace_id)[:HISTORY])
    moving = any(row.state in {Export.State.QUEUED, Export.State.RUNNING} for row in rows)
    known = [tables.table_named(name) for name in tables.table_names()]
    accounts = companies.choices(workspace_id=request.access.workspace_id)
    return {"exports": rows, "moving": moving, "tables": known, "accounts": accounts, "wrong": wrong}


@require_GET
@access_manager
def history(request: ConsoleRequest) -> HttpResponse:
    """Every file that left, with its link while it lives."""
    return render_page(request, "exports/history.html", _context(request), fragment="exports/_list.html")


@require_POST
@access_manager
def ask(request: ConsoleRequest) -> HttpResponse:
    """Have a file written, narrowed as the list was from which it is asked."""
    form = request.POST
    try:
        table = tables.table_named(form.get("table", ""))
        known = {*table.filters, "since", "until"}
        given = {name: value for name, value in form.items() if name in known and name not in NO_FILTER}
        actions.ask(
            workspace_id=request.access.workspace_id,
            table=table.name,
            format_name=form.get("format", "csv"),
            filters=given,
            actor_id=request.access.user.pk,
            now=timezone.now(),
            labels=form.get("labels") == "on",
        )
    except ExportUseError as error:
        return render_page(request, "exports/history.html", _context(request, wrong=str(error)), status=422)
    flash(request, _("The file is being written; its link will stand here."))
    return redirect("exports")


@require_POST
@access_manager
def remove(request: ConsoleRequest, export_id: int) -> HttpResponse:
    """Forget a file before its time."""
    actions.remove(row=get_object_or_404(queries.exports_of(request.access.workspace_id), pk=export_id))
    flash(request, _("The file is gone, and its link opens nothing."))
    return redirect("exports")


@require_GET
def file(request: HttpRequest, token: str) -> FileResponse:
    """The file behind a link: whoever has the link may fetch it until it expires."""
    row = Export.objects.across_workspaces().filter(token=token).first()  # the token says which workspace
    if row is None:
        raise Http404
    try:
        found = actions.file_of(row=row, now=timezone.now())
    except ExportUseError as error:
        raise Http404(str(error)) from error
    name = actions.filename(table=row.table, format_name=row.format, now=row.created_at)
    response = FileResponse(found.open("rb"), as_attachment=True, filename=name)
    response["Content-Type"] = writers.FORMATS[row.format]
    response["Cache-Control"] = "private, no-store"
    return response


urlpatterns = [
    path("exports", history, name="exports"),
    path("exports/asked", ask, name="ask_export"),
    path("exports/<int:export_id>/removal", remove, name="export_removal"),
    path("exports/files/<str:token>", file, name="export_file"),
]
