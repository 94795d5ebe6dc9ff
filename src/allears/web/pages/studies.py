"""Studies: a survey put to a population, once or again and again, its waves side by side."""

import csv
from collections.abc import Mapping
from io import StringIO
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from allears.customers.queries import segments
from allears.journeys.vocabulary import channel_label
from allears.kit.charts import Chart, Point, Series, Unit
from allears.kit.spreadsheets import defused_cell
from allears.listen import queries as listen_queries
from allears.listen.actions import KeyTakenError, ensure_ready_made
from allears.listen.conditions import OPERATORS, ConditionError
from allears.listen.studies import actions, queries, trying
from allears.listen.studies.actions import StudyError, StudySpec
from allears.listen.studies.models import Study
from allears.listen.studies.report import Cell, Line, WaveReport, wave_report
from allears.listen.studies.shapes import csv_rows
from allears.outreach import wording
from allears.science.estimate import LOW_BASE
from allears.web.access import ConsoleRequest, access_manager
from allears.web.ask_form import AskForm, numbers_as_lines, numbers_by_name, shown_value, typed_value
from allears.web.pages.accounts import style
from allears.web.pages.study_endings import ending
from allears.web.refusals import told
from allears.web.render import flash, render_page
from allears.web.templatetags.ui import signed

CONDITIONS = 3  # rows of conditions in the form
RHYTHMS = {
    "0": gettext_lazy("once"),
    "1": gettext_lazy("every month"),
    "2": gettext_lazy("every two months"),
    "3": gettext_lazy("every quarter"),
    "6": gettext_lazy("every half-year"),
    "12": gettext_lazy("every year"),
}
STATES = {
    "planned": (gettext_lazy("planned"), "none"),
    "paused": (gettext_lazy("paused"), "waiting"),
    "open": (gettext_lazy("a wave is open"), "good"),
    "waiting": (gettext_lazy("between waves"), "none"),
    "over": (gettext_lazy("over"), "none"),
}
UNITS: Mapping[str, Unit] = {"nps": "points", "csat": "percent", "ces": "score"}
MOMENT = "%Y-%m-%dT%H:%M"


class StudyForm(AskForm):
    """A study in the words of those who plan it."""

    name = forms.CharField(max_length=120, label=gettext_lazy("Name"))
    key = forms.SlugField(
        max_length=50, label=gettext_lazy("Key"), help_text=gettext_lazy("Short and lasting; the API names it by this.")
    )
    segments = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple, label=gettext_lazy("Customers of these segments")
    )
    sample_size = forms.IntegerField(
        min_value=1,
        required=False,
        label=gettext_lazy("How many are asked"),
        help_text=gettext_lazy("Shared out over the segments by their size. Empty: everybody."),
    )
    quotas = forms.CharField(
        required=False,
        label=gettext_lazy("Quotas of segments"),
        help_text=gettext_lazy("One in a line: segment and number, e.g. “vip 200”. The others share what is left."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    fallbacks = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("Where that cannot reach them, is refused or comes back"),
    )
    every_months = forms.ChoiceField(choices=list(RHYTHMS.items()), label=gettext_lazy("How often"))
    starts_at = forms.DateTimeField(
        label=gettext_lazy("First wave opens"),
        input_formats=[MOMENT],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
    )
    open_days = forms.IntegerField(min_value=1, max_value=366, initial=14, label=gettext_lazy("Open for, in days"))
    ends_at = forms.DateTimeField(
        required=False,
        label=gettext_lazy("No wave opens from"),
        help_text=gettext_lazy("Empty: it goes on."),
        input_formats=[MOMENT],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
    )
    rest_waves = forms.IntegerField(
        min_value=0,
        max_value=12,
        initial=1,
        label=gettext_lazy("Who was asked rests for so many waves"),
        help_text=gettext_lazy("0 draws anew from everybody each time."),
    )

    def __init__(self, *args: Any, workspace_id: int, study: Study | None = None, **kwargs: Any) -> None:
        super().__init__(*args, workspace_id=workspace_id, **kwargs)
        self.study = study
        mine = study.segments if study else []
        self.offer("segments", [(name, name) for name in sorted({*segments(workspace_id=workspace_id), *mine})])
        style(self)
        for name in ("fallbacks", "segments"):
            self.fields[name].widget.attrs["class"] = "checkbox"
        if self.is_fixed:
            for name in ("key", "survey", "segments", "every_months", "starts_at"):
                self.fields[name].disabled = True

    @property
    def is_fixed(self) -> bool:
        """Once launched, waves are there to be compared."""
        return self.study is not None and self.study.launched_at is not None

    def clean_quotas(self) -> dict[str, int]:
        return {name: int(number) for name, number in numbers_by_name(self.cleaned_data["quotas"]).items()}

    def conditions(self) -> list[dict[str, Any]]:
        """The rows that name a property of the customer."""
        rows = (
            (self.data.get(f"{part}-{row}", "").strip() for part in ("property", "op", "value"))
            for row in range(CONDITIONS)
        )
        return [
            {"of": "customer", "property": name, "op": op, "value": typed_value(op, value)}
            for name, op, value in rows
            if name
        ]

    def spec(self) -> StudySpec:
        told = self.cleaned_data
        fixed = self.study if self.is_fixed else None
        return StudySpec(
            key=told["key"],
            name=told["name"],
            survey_id=int(told["survey"]),
            segments=told["segments"],
            conditions=fixed.conditions if fixed else self.conditions(),
            sample_size=told["sample_size"],
            quotas=told["quotas"],
            channel=told["channel"],
            fallbacks=told["fallbacks"],
            every_months=int(told["every_months"]),
            starts_at=fixed.starts_at if fixed else told["starts_at"],
            open_days=told["open_days"],
            ends_at=told["ends_at"],
            rest_waves=told["rest_waves"],
            priority=told["priority"] or 0,
        )


def _initial(study: Study) -> dict[str, Any]:
    plain = (
        "name", "key", "segments", "sample_size", "channel", "fallbacks", "every_months", "starts_at", "open_days",
        "ends_at", "rest_waves", "priority",
    )  # fmt: skip
    return {
        **{name: getattr(study, name) for name in plain},
        "survey": str(study.survey_id),
        "quotas": numbers_as_lines(study.quotas),
    }


def _study(request: ConsoleRequest, study_id: int) -> Study:
    try:
        return queries.access_study(workspace_id=request.access.workspace_id, study_id=study_id)
    except Study.DoesNotExist as error:
        raise Http404 from error


@access_manager
@require_GET
def studies(request: ConsoleRequest) -> HttpResponse:
    """Every study: how often, how it stands, and the last figure."""
    now = timezone.now()
    rows = []
    for study in queries.studies(workspace_id=request.access.workspace_id).order_by("-id"):
        report = wave_report(study=study, now=now, most=2)
        state = queries.state_of(study=study, now=now)
        rows.append(
            {
                "study": study,
                "rhythm": RHYTHMS[str(study.every_months)],
                "state": STATES[state],
                "next": queries.next_slot(study=study, now=now) if study.launched_at and not study.paused_at else None,
                "last": _headline(report),
                "unit": UNITS.get(report.metric, "points"),
            }
        )
    return render_page(request, "listen/studies.html", {"rows": rows})


def _headline(report: WaveReport) -> Cell | None:
    """The newest wave that anybody answered, weighed to the population where it can be."""
    for line in sorted(report.lines, key=lambda each: ("weighted", "all", "segment").index(each.kind)):
        for cell in reversed(line.cells):
            if cell.score.estimate is not None:
                return cell
    return None


@access_manager
@require_http_methods(["GET", "POST"])
def new_study(request: ConsoleRequest) -> HttpResponse:
    """Plan a study; nobody is asked before it is launched."""
    workspace_id = request.access.workspace_id
    if not listen_queries.surveys(workspace_id=workspace_id).exists():
        ensure_ready_made(workspace_id=workspace_id, key="nps-why", now=timezone.now())
    form = StudyForm(request.POST or None, workspace_id=workspace_id)
    if request.method == "GET" or not form.is_valid():
        return _form_page(request, form, None)
    try:
        made = actions.create_study(
            workspace_id=workspace_id, spec=form.spec(), now=timezone.now(), actor_id=request.access.user.pk
        )
    except (StudyError, ConditionError, KeyTakenError) as error:
        return _form_page(request, form, None, wrong=told(error, form=form))
    flash(request, _("“%(name)s” is planned. Nobody is asked before you launch it.") % {"name": made.name})
    return redirect("study", made.pk)


@access_manager
@require_http_methods(["GET", "POST"])
def plan(request: ConsoleRequest, study_id: int) -> HttpResponse:
    """Change a study."""
    found = _study(request, study_id)
    form = StudyForm(
        request.POST or None, initial=_initial(found), workspace_id=request.access.workspace_id, study=found
    )
    if request.method == "GET" or not form.is_valid():
        return _form_page(request, form, found)
    try:
        actions.change_study(study=found, spec=form.spec(), actor_id=request.access.user.pk)
    except (StudyError, ConditionError) as error:
        return _form_page(request, form, found, wrong=told(error, form=form))
    flash(request, _("Saved"))
    return redirect("study", found.pk)


def _form_page(request: ConsoleRequest, form: StudyForm, study: Study | None, wrong: str = "") -> HttpResponse:
    stored = [*(study.conditions if study else []), *[{}] * CONDITIONS][:CONDITIONS]
    rows = [{**each, "value": shown_value(each.get("value"))} for each in stored]
    if form.is_bound and not form.is_fixed:
        parts = ("property", "op", "value")
        rows = [{part: form.data.get(f"{part}-{row}", "") for part in parts} for row in range(CONDITIONS)]
    context = {"form": form, "study": study, "conditions": rows, "operators": OPERATORS, "wrong": wrong}
    return render_page(request, "listen/study_plan.html", context, status=422 if form.errors or wrong else 200)


@access_manager
@require_GET
def study(request: ConsoleRequest, study_id: int) -> HttpResponse:
    """How far the asks of each wave got, the score beside the wave before, and the next wave."""
    found, now = _study(request, study_id), timezone.now()
    report = wave_report(study=found, now=now)
    if request.GET.get("format") == "csv":
        return _as_file(found, report)
    state = queries.state_of(study=found, now=now)
    unit = UNITS.get(report.metric, "points")
    ahead = queries.sample_ahead(study=found, now=now) if state == "planned" else None
    context: dict[str, Any] = {
        "study": found,
        "state": state,
        "state_mark": STATES[state],
        "rhythm": RHYTHMS[str(found.every_months)],
        "channel": channel_label(found.channel),
        "report": report,
        "unit": unit,
        "metric": report.metric.upper(),
        "lines": [_line(line, report) for line in report.lines],
        **_sentences(report),
        "chart": _chart(report, unit),
        "next": queries.next_slot(study=found, now=now),
        "ahead": ahead,
        **ending(found, report, state, now=now),
        **_trial(found),
    }
    return render_page(request, "listen/study.html", context)


def _line(line: Line, report: WaveReport) -> dict[str, Any]:
    cells = [{"cell": cell, "is_low": 0 < cell.score.n < LOW_BASE} for cell in line.cells]
    return {"line": line, "name": _name(line), "cells": cells, "stages": line.kind != "weighted"}


def _name(line: Line) -> str:
    if line.kind == "segment":
        return line.segment or _("none")
    return _("Weighted to the population") if line.kind == "weighted" else _("Everybody asked")


def _sentences(report: WaveReport) -> dict[str, list[dict[str, Any]]]:
    """One plain sentence for each change: what can be claimed first, then the newest wave; the rest is earlier."""
    newest = report.waves[-1].number if report.waves else 0
    shown: list[dict[str, Any]] = []
    earlier: list[dict[str, Any]] = []
    for line in report.lines:
        for cell in line.cells:
            if cell.change is None:
                continue
            claimed = cell.change.claim in ("higher", "lower")
            said = {"claim": cell.change.claim, "claimed": claimed, "said": _said(line, cell, report.metric)}
            (shown if claimed or cell.wave == newest else earlier).append(said)
    return {"sentences": sorted(shown, key=lambda each: not each["claimed"]), "earlier": earlier}


def _said(line: Line, cell: Cell, metric: str) -> str:
    change = cell.change
    assert change is not None
    told = change.result
    words = {"who": _name(line), "wave": cell.wave, "before": change.since}
    if change.claim == "unknown" or told.low is None:
        return _("%(who)s: too few answers to compare wave %(wave)s with wave %(before)s.") % words
    words |= {name: _figure(getattr(told, name), metric) for name in ("low", "high", "difference")}
    words["gap"] = _("%(number)s percentage points") % {"number": words["difference"]}
    if metric != "csat":
        words["gap"] = words["difference"]
    if change.claim == "higher":
        said = _(
            "%(who)s: wave %(wave)s is higher than wave %(before)s by %(gap)s "
            "(%(low)s to %(high)s); this can be claimed."
        )
    elif change.claim == "lower":
        said = _(
            "%(who)s: wave %(wave)s is lower than wave %(before)s by %(gap)s "
            "(%(low)s to %(high)s); this can be claimed."
        )
    else:
        said = _(
            "%(who)s: no difference between wave %(before)s and wave %(wave)s can be claimed "
            "(%(gap)s; %(low)s to %(high)s)."
        )
    return said % words


def _figure(value: float | None, metric: str) -> str:
    """A difference in the metric's own unit; of shares, in percentage points."""
    if value is None:
        return "–"
    if metric == "csat":
        return signed(round(100 * value, 1))
    return signed(round(value, 1 if metric == "nps" else 2))


def _chart(report: WaveReport, unit: Unit) -> Chart | None:
    """The headline's score wave by wave, and the segments beside it."""
    shown = [line for line in report.lines if any(cell.score.estimate is not None for cell in line.cells)]
    if len(report.waves) < 2 or not shown:
        return None
    kinds = {line.kind for line in shown}
    head = "weighted" if "weighted" in kinds else "all"
    return Chart(
        title=_("%(score)s by wave") % {"score": report.metric.upper()},
        series=[
            Series(
                name=_name(line),
                points=[
                    Point(
                        x=_("Wave %(number)s") % {"number": cell.wave},
                        y=cell.score.estimate,
                        low=cell.score.low,
                        high=cell.score.high,
                        n=cell.score.n,
                    )
                    for cell in line.cells
                ],
            )
            for line in shown
            if line.kind == head
        ],
        axis="category",
        unit=unit,
        level=report.level,
        low_base=LOW_BASE,
    )


def _trial(found: Study) -> dict[str, Any]:
    tried = queries.last_trial(study=found)
    outcome = trying.outcome_of(tried) if tried and tried.finished_at else None
    rules = [(wording.rule_name(rule), number) for rule, number in outcome["rules"]] if outcome else []
    parts = [{"segment": name, **told} for name, told in outcome["segments"].items()] if outcome else []
    return {"trial": tried, "outcome": outcome, "trial_rules": rules, "trial_parts": parts, "study": found}


@access_manager
@require_http_methods(["GET", "POST"])
def trials(request: ConsoleRequest, study_id: int) -> HttpResponse:
    """Try the next wave on the governor, without asking anybody; and how far that is."""
    found = _study(request, study_id)
    if request.method == "POST":
        try:
            trying.try_study(study=found, now=timezone.now(), author_id=request.access.user.pk)
        except trying.NothingToTryError as error:
            flash(request, str(error), level=40)
        return redirect("study", found.pk)
    return render_page(request, "listen/_trial.html", _trial(found))


def _as_file(found: Study, report: WaveReport) -> HttpResponse:
    out = StringIO()
    out.write("\ufeff")  # spreadsheets take it for UTF-8 then
    writer = csv.writer(out)
    for row in csv_rows(report):
        writer.writerow(map(defused_cell, row))
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{found.key}-waves.csv"'
    return response


@access_manager
@require_POST
def launch(request: ConsoleRequest, study_id: int) -> HttpResponse:
    """From now on its waves open by themselves."""
    found = _study(request, study_id)
    try:
        actions.launch_study(study=found, now=timezone.now(), actor_id=request.access.user.pk)
    except StudyError as error:
        flash(request, str(error), level=40)
    else:
        flash(request, _("“%(name)s” is launched; its waves open by themselves.") % {"name": found.name})
    return redirect("study", found.pk)


@access_manager
@require_POST
def pause(request: ConsoleRequest, study_id: int) -> HttpResponse:
    """No wave opens while it is paused."""
    found = _study(request, study_id)
    actions.pause_study(study=found, now=timezone.now(), actor_id=request.access.user.pk)
    said = _("“%(name)s” is paused; no wave opens. Who was asked can still answer.") % {"name": found.name}
    flash(request, said, undo=f"/studies/{found.pk}/resumption")
    return redirect("study", found.pk)


@access_manager
@require_POST
def resume(request: ConsoleRequest, study_id: int) -> HttpResponse:
    """Waves open again."""
    found = _study(request, study_id)
    actions.resume_study(study=found, actor_id=request.access.user.pk)
    flash(request, _("“%(name)s” goes on.") % {"name": found.name})
    return redirect("study", found.pk)


urlpatterns = [
    path("studies", studies, name="studies"),
    path("studies/new", new_study, name="new_study"),
    path("studies/<int:study_id>", study, name="study"),
    path("studies/<int:study_id>/plan", plan, name="study_plan"),
    path("studies/<int:study_id>/trials", trials, name="study_trials"),
    path("studies/<int:study_id>/launch", launch, name="launch_study"),
    path("studies/<int:study_id>/pause", pause, name="pause_study"),
    path("studies/<int:study_id>/resumption", resume, name="resume_study"),
]
