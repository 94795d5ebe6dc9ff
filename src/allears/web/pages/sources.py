"""Sources: where All Ears fetches what customers say, whether it works, and what to do when it does not."""

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from allears.events.imports.kinds import kind_named, kind_names
from allears.kit.charts import Chart, Point, Series
from allears.listen.models import Enclosure, Source, SourceRun
from allears.listen.sending import sent
from allears.listen.sources import actions, kinds, queries
from allears.listen.sources.base import Adapter, SettingField, SettingsError, SourceTrouble
from allears.listen.sources.troubles import ASIDE, told
from allears.web.access import ConsoleRequest, access_admin, access_agent
from allears.web.pages.accounts import style
from allears.web.render import flash, render_page

RUNS = 30
WORDS = {
    "works": gettext_lazy("works"),
    "new": gettext_lazy("new, not looked at yet"),
    "running": gettext_lazy("looking now"),
    "trouble": gettext_lazy("trouble, tried again by itself"),
    "late": gettext_lazy("late: the worker does not keep up"),
    "paused": gettext_lazy("paused"),
    "stopped": gettext_lazy("stopped"),
}
TONES = {"good": "good", "warn": "waiting", "bad": "late", "off": "none"}
COLUMNS = {
    "said_at": gettext_lazy("Time"),
    "text": gettext_lazy("Words"),
    "name": gettext_lazy("Name"),
    "email": gettext_lazy("E-mail"),
    "score": gettext_lazy("Score"),
    "language": gettext_lazy("Language"),
}


class SourceForm(forms.Form):
    """The fields that every kind has, and those of one kind."""

    def __init__(self, data: Any = None, *, adapter: Adapter, source: Source | None = None) -> None:
        initial: dict[str, Any] = {"minutes": adapter.every_seconds // 60}
        if source:
            initial = {"name": source.name, "minutes": source.every_seconds // 60}
            initial |= {each.name: _shown(each, source.settings) for each in adapter.fields if each.type != "secret"}
        super().__init__(data, initial=initial)
        self.adapter = adapter
        self.fields["name"] = forms.CharField(max_length=120, label=_("Name of the source"))
        for each in adapter.fields:
            self.fields[each.name] = _form_field(each, known=source is not None and bool(source.sealed))
            if each.sign_in:
                self.fields[each.name].widget.attrs["data-with"] = each.sign_in
        self.fields["minutes"] = forms.IntegerField(min_value=1, max_value=10_080, label=_("Minutes between two looks"))
        style(self)
        for field in self.fields.values():
            if isinstance(field.widget, forms.CheckboxInput):
                field.widget.attrs["class"] = "checkbox checkbox-sm"

    def plan(self) -> actions.Plan:
        told = self.cleaned_data
        settings = {each.name: told.get(each.name) for each in self.adapter.fields}
        return actions.Plan(
            kind=self.adapter.name, name=told["name"], every_seconds=told["minutes"] * 60, settings=settings
        )


def _shown(each: SettingField, settings: Mapping[str, Any]) -> Any:
    value = settings.get(each.name, each.default)
    if each.type == "mapping":
        return json.dumps(value, ensure_ascii=False, indent=1) if value else ""
    return value


class MappingField(forms.CharField):
    """A JSON object; empty means none."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return json.loads(text) if text else {}
        except ValueError as error:
            raise forms.ValidationError(_("This is not JSON: %(error)s") % {"error": error}) from error


def _form_field(each: SettingField, *, known: bool) -> forms.Field:
    given: dict[str, Any] = {"label": each.label, "help_text": each.help, "required": each.required}
    if each.type == "number":
        return forms.IntegerField(initial=each.default, min_value=each.least, max_value=each.most, **given)
    if each.type == "flag":
        return forms.BooleanField(initial=each.default, **{**given, "required": False})
    if each.type == "choice":
        return forms.ChoiceField(choices=each.choices, initial=each.default, **given)
    if each.type == "secret":
        if known:
            given["help_text"] = _("Kept sealed and never shown. Leave empty to keep it.")
        widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
        return forms.CharField(max_length=5000, strip=False, widget=widget, **given)
    if each.type == "mapping":
        widget_of_mapping = forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "class": "textarea font-mono"})
        return MappingField(widget=widget_of_mapping, **given)
    if each.type == "long":
        widget_of_text = forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "class": "textarea font-mono"})
        return forms.CharField(max_length=20_000, widget=widget_of_text, **given)
    return forms.CharField(max_length=1000, initial=each.default, **given)


def _source(request: ConsoleRequest, source_id: int) -> Source:
    found: Source = get_object_or_404(queries.sources_of(request.access.workspace_id), pk=source_id)
    return found


def _health(source: Source) -> dict[str, Any]:
    health = queries.health_of(source, now=timezone.now())
    return {"tone": TONES[health.level], "word": WORDS[health.word], "what": health.what, "advice": health.advice}


@require_GET
@access_admin
def sources(request: ConsoleRequest) -> HttpResponse:
    """Every source with its health."""
    access, now = request.access, timezone.now()
    days = queries.by_day(workspace_id=access.workspace_id, zone=access.workspace.timezone, now=now, days=7)
    rows = [
        {"source": each, "kind": kinds.adapter(each.kind), "health": _health(each),
         "week": sum(count for _day, count in days.get(each.pk, []))}
        for each in queries.sources_of(access.workspace_id)
    ]  # fmt: skip
    return render_page(request, "sources/list.html", {"rows": rows, "kinds": list(kinds.adapters().values())})


@never_cache
@sensitive_post_parameters()
@access_admin
@require_http_methods(["GET", "POST"])
def new_source(request: ConsoleRequest, kind: str) -> HttpResponse:
    """Set one up; nothing is kept before it is saved."""
    try:
        adapter = kinds.adapter(kind)
    except kinds.UnknownKindError as error:
        raise Http404 from error
    form = SourceForm(request.POST or None, adapter=adapter)
    if request.method == "POST" and form.is_valid() and "try" not in request.POST:
        try:
            source = actions.create(
                workspace_id=request.access.workspace_id,
                plan=form.plan(),
                actor_id=request.access.user.pk,
                now=timezone.now(),
            )
        except SettingsError as error:
            _blame(form, error)
        else:
            flash(request, _("The source is set up and is looked at now."))
            return redirect("source", source_id=source.pk)
    return _form_page(request, form, None)


@never_cache
@sensitive_post_parameters()
@access_admin
@require_http_methods(["GET", "POST"])
def change_source(request: ConsoleRequest, source_id: int) -> HttpResponse:
    """Change its settings."""
    source = _source(request, source_id)
    form = SourceForm(request.POST or None, adapter=kinds.adapter(source.kind), source=source)
    if request.method == "POST" and form.is_valid() and "try" not in request.POST:
        try:
            actions.change(source=source, plan=form.plan(), actor_id=request.access.user.pk, now=timezone.now())
        except SettingsError as error:
            _blame(form, error)
        else:
            flash(request, _("The settings are kept; the source is looked at now."))
            return redirect("source", source_id=source.pk)
    return _form_page(request, form, source)


def _blame(form: SourceForm, error: SettingsError) -> None:
    field = "minutes" if error.field == "every" else error.field
    form.add_error(field if field in form.fields else None, str(error))


def _form_page(request: ConsoleRequest, form: SourceForm, source: Source | None) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "adapter": form.adapter, "source": source}
    if "try" in request.POST and form.is_valid():
        context |= _tried(request, form, source)
    return render_page(request, "sources/form.html", context, status=422 if form.errors else 200)


def _tried(request: ConsoleRequest, form: SourceForm, source: Source | None) -> dict[str, Any]:
    try:
        tried = actions.attempt(workspace=request.access.workspace, plan=form.plan(), source=source, now=timezone.now())
    except SettingsError as error:
        _blame(form, error)
        return {}
    except SourceTrouble as trouble:
        what, advice = told(trouble.to_json())
        return {"trouble": {"what": what, "advice": advice}}
    return {"tried": tried, "columns": _columns(tried, form), "aside": _aside(tried.aside)}


def _columns(tried: actions.Tried, form: SourceForm) -> list[dict[str, Any]]:
    """What each shown field is called, and which column it was taken from."""
    rows = form.cleaned_data.get("rows", "")
    fields = {each.name: each.label for each in kind_named(rows).fields} if rows in kind_names() else COLUMNS
    mapped = tried.mapping.get("fields", {})
    return [
        {"label": fields.get(name, name), "column": mapped.get(name, {}).get("column", "")} for name in tried.fields
    ]


def _aside(counts: Mapping[str, int]) -> list[tuple[Any, int]]:
    return [(ASIDE.get(name, name), count) for name, count in counts.items()]


@require_GET
@access_admin
def source(request: ConsoleRequest, source_id: int) -> HttpResponse:
    """One source: its health, what it brought, its runs."""
    row, access, now = _source(request, source_id), request.access, timezone.now()
    runs: list[SourceRun] = list(queries.runs_of(row)[:RUNS])
    counts = queries.counts_of(runs)
    days = queries.by_day(workspace_id=access.workspace_id, zone=access.workspace.timezone, now=now).get(row.pk, [])
    shown = [
        {"run": each, "counts": counts[each.pk], "aside": _aside(each.aside), "trouble": told(each.trouble)}
        for each in runs
    ]
    adapter = kinds.adapter(row.kind)
    context = {
        "source": row,
        "kind": adapter,
        "health": _health(row),
        "runs": shown,
        "chart": _chart(days) if any(count for _day, count in days) else None,
        "moving": row.asked_at is not None or bool(row.lease_until and row.lease_until > now),
        "settings": _settings(adapter, row),
    }
    return render_page(request, "sources/source.html", context, fragment="sources/_state.html")


def _settings(adapter: Adapter, row: Source) -> list[tuple[Any, Any]]:
    shown = []
    for each in adapter.fields:
        value = row.settings.get(each.name)
        if value in ("", None, {}) or each.type in {"secret", "flag", "mapping"}:
            continue
        shown.append((each.label, dict(each.choices).get(value, value)))
    return shown


def _chart(days: list[tuple[Any, int]]) -> Chart:
    points = [Point(x=day.isoformat(), y=float(count)) for day, count in days]
    return Chart(
        title=_("New rows by day"), kind="bar", unit="count", minimum=0, series=[Series(name=_("New"), points=points)]
    )


@require_POST
@access_admin
def run_now(request: ConsoleRequest, source_id: int) -> HttpResponse:
    """Look now."""
    actions.run_now(source=_source(request, source_id), actor_id=request.access.user.pk, now=timezone.now())
    flash(request, _("The source is looked at now."))
    return redirect("source", source_id=source_id)


@require_POST
@access_admin
def pause(request: ConsoleRequest, source_id: int) -> HttpResponse:
    """Look no more until somebody says so."""
    actions.pause(source=_source(request, source_id), actor_id=request.access.user.pk)
    flash(request, _("The source is paused. What it has brought stays."))
    return redirect("source", source_id=source_id)


@require_POST
@access_admin
def resume(request: ConsoleRequest, source_id: int) -> HttpResponse:
    """Go on where it stands."""
    actions.resume(source=_source(request, source_id), actor_id=request.access.user.pk, now=timezone.now())
    flash(request, _("The source goes on where it stood."))
    return redirect("source", source_id=source_id)


@require_POST
@access_admin
def remove(request: ConsoleRequest, source_id: int) -> HttpResponse:
    """Forget the source; what it brought stays."""
    actions.remove(source=_source(request, source_id), actor_id=request.access.user.pk)
    flash(request, _("The source is gone. What it has brought stays."))
    return redirect("sources")


@require_GET
@access_agent
def enclosure(request: ConsoleRequest, enclosure_id: int) -> HttpResponse:
    """A file that came with a mail; always saved, never opened in the page."""
    rows = Enclosure.objects.in_workspace(request.access.workspace_id).filter(content__isnull=False)
    found = get_object_or_404(rows, pk=enclosure_id)
    return sent(found)


urlpatterns = [
    path("settings/sources", sources, name="sources"),
    path("settings/sources/new/<slug:kind>", new_source, name="new_source"),
    path("settings/sources/<int:source_id>", source, name="source"),
    path("settings/sources/<int:source_id>/settings", change_source, name="change_source"),
    path("settings/sources/<int:source_id>/run", run_now, name="run_source"),
    path("settings/sources/<int:source_id>/pause", pause, name="pause_source"),
    path("settings/sources/<int:source_id>/resumption", resume, name="resume_source"),
    path("settings/sources/<int:source_id>/removal", remove, name="remove_source"),
    path("enclosures/<int:enclosure_id>", enclosure, name="enclosure"),
]
