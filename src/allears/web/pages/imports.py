"""What comes by file: uploaded, understood, tried, carried in, mended, undone."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django.views.generic import RedirectView

from allears.events.imports import actions, kinds, pieces, quarantine, queries, saving, times, undoing, uploads
from allears.events.imports.errors import ImportUseError
from allears.events.imports.files import keep_upload, remove_folder, scratch_folder
from allears.events.imports.kinds import FieldType
from allears.events.imports.mapping import METRICS
from allears.events.models import Import
from allears.web import speakers
from allears.web.access import ConsoleRequest, access_manager
from allears.web.import_words import lost_words
from allears.web.render import flash, render_page

HISTORY = 50
SHOWN_BAD = 50


def _import(request: ConsoleRequest, import_id: int) -> Import:
    return get_object_or_404(queries.imports_of(request.access.workspace_id), pk=import_id)


def _there(row: Import) -> HttpResponse:
    return redirect("import", import_id=row.pk)


@require_GET
@access_manager
def history(request: ConsoleRequest) -> HttpResponse:
    """Every file that came, and the door for the next one."""
    rows = list(queries.imports_of(request.access.workspace_id)[:HISTORY])
    return render_page(request, "imports/history.html", {"imports": rows, **_around(request)})


def _around(request: ConsoleRequest) -> dict[str, Any]:
    workspace_id = request.access.workspace_id
    return {
        "kinds": _kinds(),
        "mappings": list(saving.saved(workspace_id)),
        "uploads": [each for each in pieces.unfinished(workspace_id) if pieces.is_there(each)],
        "pieces_from": uploads.AT_ONCE_BYTES,
    }


def _kinds() -> list[kinds.Kind]:
    return [kinds.kind_named(name) for name in kinds.kind_names()]


@require_POST
@access_manager
def upload(request: ConsoleRequest) -> HttpResponse:
    """Take a file; what cannot be read says so on its own page."""
    file = request.FILES.get("file")
    if file is None:
        context = {"imports": [], **_around(request), "wrong": _("Choose a file first. Nothing was uploaded.")}
        return render_page(request, "imports/history.html", context, status=422)
    row = uploads.receive(
        workspace=request.access.workspace,
        kind_name=request.POST.get("kind", "voices"),
        filename=file.name or "",
        blocks=file.chunks(),
        actor_id=request.access.user.pk,
        now=timezone.now(),
        file_time=_last_modified(request),
    )
    return _there(row)


def _last_modified(request: HttpRequest) -> datetime | None:
    stamp = request.POST.get("modified", "")
    return datetime.fromtimestamp(int(stamp) / 1000, UTC) if stamp.isdigit() and len(stamp) <= 14 else None


@require_GET
@access_manager
def one(request: ConsoleRequest, import_id: int) -> HttpResponse:
    """Where one import stands, with what can be done now."""
    row = _import(request, import_id)
    return render_page(request, "imports/import.html", _context(row), fragment="imports/_state.html")


def _context(row: Import, *, wrong: str = "") -> dict[str, Any]:
    context: dict[str, Any] = {"row": row, "wrong": wrong, "kind": kinds.kind_named(row.kind)}
    if row.state == Import.State.UPLOADED and row.rows_total is not None:
        context |= _mapping_context(row)
    elif row.state in undoing.UNDOABLE:
        context |= {
            "reasons": [(_label_of(row, field), *rest) for field, *rest in queries.reasons_of(row)],
            "waiting": queries.open_rows(row.workspace_id, import_id=row.pk).count(),
            "losses": lost_words(undoing.losses(row)) if row.state != Import.State.RUNNING else "",
        }
    if row.state == Import.State.RUNNING:
        context["pace"] = queries.pace_of(row, now=timezone.now())
    context["moving"] = row.state == Import.State.RUNNING or (
        row.state == Import.State.UPLOADED and (row.rows_total is None or row.mapping.get("trial", {}).get("running"))
    )
    return context


def _label_of(row: Import, field: str) -> str:
    """A field by the name that the mapping gives it."""
    return next((str(each.label) for each in kinds.kind_named(row.kind).fields if each.name == field), field)


def _mapping_context(row: Import) -> dict[str, Any]:
    ready = uploads.prepared(row)
    samples = {each["name"]: each["samples"] for each in row.mapping.get("samples", [])}
    fields = [_field_context(each, row.mapping["fields"].get(each.name), samples) for each in ready.kind.fields]
    shown = [each for each in fields if each["column"] or each["stored"].get("value") is not None]
    names = [each["name"] for each in shown]
    lines, about = uploads.preview(row), ready.staged.about
    return {
        "speakers": speakers.unnamed(row) if ready.kind.of_turns else [],
        "sides": speakers.SIDES.items(),
        "ready": ready,
        "fields": fields,
        "columns": ready.staged.columns,
        "samples": samples,
        "problem": ready.problem,
        "warnings": row.mapping.get("warnings", []),
        "preview": [{"line": each, "cells": [each.values.get(name, "") for name in names]} for each in lines],
        "preview_names": [each["label"] for each in shown],
        "trial": uploads.trial_of(row),
        "sheets": sorted([about["sheet"], *about["others"]]) if about.get("others") else [],
        "metrics": list(METRICS),
    }


def _field_context(field: kinds.Field, stored: dict[str, Any] | None, samples: dict[str, list[str]]) -> dict[str, Any]:
    stored = stored or {}
    columns = stored.get("columns") or ([stored["column"]] if stored.get("column") else [])
    return {
        "name": field.name,
        "label": field.label,
        "stored": stored,
        "column": columns[0] if columns else "",
        "joined": columns[1:],
        "samples": samples.get(columns[0], []) if columns else [],
        "is_score": field.type is FieldType.SCORE,
        "is_time": field.type is FieldType.TIME,
        "zones": _same_name(stored.get("zone", "")),
        "values": ", ".join(f"{name}={meaning or ''}" for name, meaning in stored.get("values", {}).items()),
        "takes_values": field.type in {FieldType.SENTIMENT, FieldType.SCORE},
    }


@require_POST
@access_manager
def remap(request: ConsoleRequest, import_id: int) -> HttpResponse:
    """Keep the mapping as the form has it."""
    row = _import(request, import_id)
    try:
        uploads.remap(row=row, given=_given(request, row), replace_all=True)
    except ImportUseError as error:
        return render_page(request, "imports/import.html", _context(row, wrong=str(error)), status=422)
    flash(request, _("The mapping is kept; look at the rows below."))
    return _there(row)


@require_POST
@access_manager
def sheet(request: ConsoleRequest, import_id: int) -> HttpResponse:
    """Read another sheet of the workbook."""
    return _act(request, import_id, lambda row: uploads.choose_sheet(row=row, sheet=request.POST.get("sheet", "")))


def _given(request: HttpRequest, row: Import) -> dict[str, Any]:
    form = request.POST
    fields = dict(_given_fields(request, row))
    return {
        "fields": fields,
        "rest": form.get("rest") or "attributes",
        "open_cases": form.get("open_cases") == "on",
        **({"timezone": form["timezone"]} if form.get("timezone") else {}),
    }


def _given_fields(request: HttpRequest, row: Import) -> Iterator[tuple[str, Any]]:
    """Each field's column with its options; options of a column that was not changed are kept."""
    form, stored = request.POST, row.mapping.get("fields", {})
    for field in kinds.kind_named(row.kind).fields:
        old = stored.get(field.name, {})
        column, value = form.get(f"column.{field.name}", ""), form.get(f"value.{field.name}", "").strip()
        same = bool(column) and column == (old.get("column") or (old.get("columns") or [""])[0])
        told: dict[str, Any] = dict(old) if same or (not column and "fallback" in old) else {}
        if column and not same:
            told["column"] = column
        if value and not column:
            told = {"value": value}
        for option in ("metric", "order", "zone"):
            if chosen := form.get(f"{option}.{field.name}", ""):
                told[option] = chosen
        if (scale := form.get(f"scale.{field.name}", "")) and (found := re.findall(r"-?\d+(?:\.\d+)?", scale)):
            told["scale"] = [float(each) for each in found]
        if meanings := form.get(f"values.{field.name}", "").strip():
            told["values"] = _meanings(meanings)
        if sides := speakers.chosen_in(form) if field.name == "speaker" else {}:
            told["values"] = {**told.get("values", {}), **sides}
            told["values"] = {name: side for name, side in told["values"].items() if side}
        if column or value or "fallback" in told:
            yield field.name, told


def _same_name(zone: str) -> list[str]:
    """The zones that share an abbreviation with this one."""
    return next((list(meanings) for meanings in times.AMBIGUOUS.values() if zone in meanings), [])


def _meanings(text: str) -> dict[str, str | None]:
    """What was typed as “1=positive, 0=negative”; nothing after the sign means: no answer."""
    pairs = (part.partition("=") for part in text.replace("，", ",").split(",") if "=" in part)
    return {name.strip(): meaning.strip() or None for name, _sign, meaning in pairs}


@require_POST
@access_manager
def trial(request: ConsoleRequest, import_id: int) -> HttpResponse:
    """Judge every row without writing."""
    return _act(request, import_id, lambda row: uploads.ask_trial(row=row, now=timezone.now()))


@require_POST
@access_manager
def run(request: ConsoleRequest, import_id: int) -> HttpResponse:
    """Carry the file in."""
    actor = request.access.user.pk
    return _act(request, import_id, lambda row: actions.start(row=row, actor_id=actor, now=timezone.now()))


@require_POST
@access_manager
def undo(request: ConsoleRequest, import_id: int) -> HttpResponse:
    """Take away what the import brought."""
    actor = request.access.user.pk
    return _act(request, import_id, lambda row: undoing.ask_undo(row=row, actor_id=actor, now=timezone.now()))


@require_POST
@access_manager
def stop(request: ConsoleRequest, import_id: int) -> HttpResponse:
    """Have a running import stop after its present chunk."""
    actor = request.access.user.pk
    return _act(request, import_id, lambda row: actions.stop(row=row, actor_id=actor, now=timezone.now()))


@require_POST
@access_manager
def go_on(request: ConsoleRequest, import_id: int) -> HttpResponse:
    """Let a stopped import go on."""
    actor = request.access.user.pk
    return _act(request, import_id, lambda row: actions.go_on(row=row, actor_id=actor))


@require_POST
@access_manager
def keep_mapping(request: ConsoleRequest, import_id: int) -> HttpResponse:
    """Keep the import's mapping under a name."""
    actor, name = request.access.user.pk, request.POST.get("name", "")
    return _act(request, import_id, lambda row: saving.save(row=row, name=name, actor_id=actor, now=timezone.now()))


@require_POST
@access_manager
def rename_mapping(request: ConsoleRequest, mapping_id: int) -> HttpResponse:
    """Call a saved mapping otherwise."""
    found = get_object_or_404(saving.saved(request.access.workspace_id), pk=mapping_id)
    try:
        saving.rename(row=found, name=request.POST.get("name", ""))
    except ImportUseError as error:
        flash(request, str(error))
    return redirect("imports")


@require_POST
@access_manager
def remove_mapping(request: ConsoleRequest, mapping_id: int) -> HttpResponse:
    """Forget a saved mapping."""
    found = get_object_or_404(saving.saved(request.access.workspace_id), pk=mapping_id)
    saving.remove(row=found, actor_id=request.access.user.pk)
    flash(request, _("The mapping is forgotten; imports that used it stay as they are."))
    return redirect("imports")


def _act(request: ConsoleRequest, import_id: int, act: Any) -> HttpResponse:
    row = _import(request, import_id)
    try:
        act(row)
    except ImportUseError as error:
        row.refresh_from_db()
        return render_page(request, "imports/import.html", _context(row, wrong=str(error)), status=422)
    return _there(row)


@require_POST
@access_manager
def discard(request: ConsoleRequest, import_id: int) -> HttpResponse:
    """Forget a file that was never started."""
    row = _import(request, import_id)
    try:
        uploads.discard(row=row)
    except ImportUseError as error:
        return render_page(request, "imports/import.html", _context(row, wrong=str(error)), status=422)
    flash(request, _("The file is gone. Nothing had been imported."))
    return redirect("imports")


@require_GET
@access_manager
def broken_rows(request: ConsoleRequest, import_id: int) -> StreamingHttpResponse:
    """The waiting rows as CSV with their reasons."""
    row = _import(request, import_id)
    response = StreamingHttpResponse(quarantine.export(row), content_type="text/csv; charset=utf-8")
    name = slugify(row.filename.rsplit(".", 1)[0]) or f"import-{row.pk}"
    response["Content-Disposition"] = f'attachment; filename="{name}-quarantine.csv"'
    return response


@require_POST
@access_manager
def mended_rows(request: ConsoleRequest, import_id: int) -> HttpResponse:
    """Take the mended table back."""
    row, file = _import(request, import_id), request.FILES.get("file")
    if file is None:
        wrong = _("Choose the mended table first. Nothing was changed.")
        return render_page(request, "imports/import.html", _context(row, wrong=wrong), status=422)
    folder = scratch_folder()
    try:
        mended = quarantine.resend(
            row=row,
            workspace=request.access.workspace,
            path=keep_upload(folder, file.chunks()),
            actor_id=request.access.user.pk,
            now=timezone.now(),
            queued=True,
        )
    except ImportUseError as error:
        return render_page(request, "imports/import.html", _context(row, wrong=str(error)), status=422)
    finally:
        remove_folder(folder)
    return _there(mended)


urlpatterns = [
    path("imports", history, name="imports"),
    path("listen/imports", RedirectView.as_view(pattern_name="imports"), name="listen_imports"),
    path("imports/upload", upload, name="upload_import"),
    path("imports/<int:import_id>", one, name="import"),
    path("imports/<int:import_id>/mapping", remap, name="import_mapping"),
    path("imports/<int:import_id>/sheet", sheet, name="import_sheet"),
    path("imports/<int:import_id>/trial", trial, name="import_trial"),
    path("imports/<int:import_id>/run", run, name="import_run"),
    path("imports/<int:import_id>/stop", stop, name="import_stop"),
    path("imports/<int:import_id>/resumption", go_on, name="import_resumption"),
    path("imports/<int:import_id>/saved-mapping", keep_mapping, name="import_saved_mapping"),
    path("imports/mappings/<int:mapping_id>/name", rename_mapping, name="mapping_name"),
    path("imports/mappings/<int:mapping_id>/removal", remove_mapping, name="mapping_removal"),
    path("imports/<int:import_id>/undoing", undo, name="import_undoing"),
    path("imports/<int:import_id>/removal", discard, name="import_removal"),
    path("imports/<int:import_id>/quarantine.csv", broken_rows, name="import_quarantine"),
    path("imports/<int:import_id>/mended", mended_rows, name="import_mended"),
]
