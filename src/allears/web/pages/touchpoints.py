"""The journey: its touchpoints by stage, who answers for each, and how each is doing."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from allears.accounts.queries import members
from allears.journeys import actions, queries
from allears.journeys.models import Touchpoint
from allears.journeys.templates import TEMPLATES
from allears.journeys.vocabulary import CHANNELS, STAGES, channel_label, stage_label
from allears.listen.models import Probe
from allears.listen.queries import probes
from allears.science.scores import METRICS, Metric
from allears.understand import shapes
from allears.understand.asking import Asked, AskingError, question_of
from allears.understand.pool import AnalyticsError, ask_report
from allears.understand.queries import Cut
from allears.web.access import ConsoleRequest, access_manager
from allears.web.pages.accounts import style
from allears.web.render import flash, render_page

FIELDS = ("key", "name", "name_zh", "stage", "channel")


class TouchpointForm(forms.Form):
    name = forms.CharField(max_length=120, label=gettext_lazy("Name"))
    name_zh = forms.CharField(max_length=120, required=False, label=gettext_lazy("Name in Chinese"))
    key = forms.SlugField(
        max_length=60,
        allow_unicode=True,
        label=gettext_lazy("Key"),
        help_text=gettext_lazy("Short and lasting: probes, imports and the API name the touchpoint by it."),
    )
    stage = forms.CharField(
        max_length=60,
        required=False,
        label=gettext_lazy("Stage of the journey"),
        widget=forms.TextInput(attrs={"list": "stages"}),
    )
    channel = forms.CharField(
        max_length=40,
        required=False,
        label=gettext_lazy("Where it happens"),
        widget=forms.TextInput(attrs={"list": "channels"}),
    )
    owner = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Owner"),
        help_text=gettext_lazy("Answers for this touchpoint; cases that begin here come to this person first."),
    )
    event_names = forms.CharField(
        required=False,
        label=gettext_lazy("Events that happen here"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One name a line, as your systems send it, e.g. order_delivered."),
    )

    def __init__(self, *args: Any, workspace_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ChoiceField)
        people = [(str(each.pk), str(each.user)) for each in members(workspace_id=workspace_id)]
        owner.choices = [("", _("Nobody yet")), *people]
        style(self)

    def spec(self) -> actions.TouchpointSpec:
        told = self.cleaned_data
        return actions.TouchpointSpec(
            **{name: told[name] for name in FIELDS},
            owner_id=int(told["owner"]) if told["owner"] else None,
            event_names=re.split(r"[\s,，、]+", told["event_names"]),
        )


def _initial(touchpoint: Touchpoint) -> dict[str, str]:
    told = {name: getattr(touchpoint, name) for name in FIELDS}
    return {
        **told,
        "owner": str(touchpoint.owner_id or ""),
        "event_names": "\n".join(touchpoint.event_names),
    }


def _touchpoint(request: ConsoleRequest, touchpoint_id: int) -> Touchpoint:
    try:
        return queries.access_touchpoint(workspace_id=request.access.workspace_id, touchpoint_id=touchpoint_id)
    except Touchpoint.DoesNotExist as error:
        raise Http404 from error


@access_manager
@require_GET
def journey(request: ConsoleRequest) -> HttpResponse:
    """Where do we win and lose people?"""
    return render_page(request, "journeys/journey.html", _map(request, {}))


@access_manager
@require_GET
def scored_journey(request: ConsoleRequest) -> HttpResponse:
    """The journey once more with its scores, which arrive after the page."""
    now = timezone.now()
    found: dict[str, dict[str, Any]] = {}
    problem = ""
    try:
        for metric in METRICS:
            asked = Asked(metric=metric, since="90d", by="touchpoint")
            for cut in ask_report(question_of(asked, workspace=request.access.workspace, now=now)).cuts:
                _keep_better(found, metric, cut)
    except (AskingError, AnalyticsError) as error:
        problem = str(error)
    return render_page(request, "journeys/_journey.html", {**_map(request, found), "problem": problem, "asked": True})


def _keep_better(found: dict[str, dict[str, Any]], metric: Metric, cut: Cut) -> None:
    """A touchpoint shows the score that has most answers."""
    if cut.score.n > (found[cut.key[0]]["score"].n if cut.key[0] in found else 0):
        found[cut.key[0]] = {
            "metric": metric,
            "name": shapes.NAMES[metric],
            "unit": shapes.UNITS[metric],
            "score": cut.score,
        }


def _map(request: ConsoleRequest, scores: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    workspace_id = request.access.workspace_id
    asking: dict[int, list[Probe]] = {}
    for probe in probes(workspace_id=workspace_id):
        if probe.started_at and not probe.paused_at:
            asking.setdefault(probe.touchpoint_id, []).append(probe)
    stages: list[dict[str, Any]] = [
        {"label": stage_label(stage), "rows": [_row(each, asking, scores) for each in touchpoints]}
        for stage, touchpoints in queries.journey(workspace_id=workspace_id)
    ]
    unowned = sum(row["touchpoint"].owner is None for stage in stages for row in stage["rows"])
    return {"stages": stages, "templates": TEMPLATES.values(), "unowned": unowned}


def _row(
    touchpoint: Touchpoint, asking: Mapping[int, list[Probe]], scores: Mapping[str, dict[str, Any]]
) -> dict[str, Any]:
    return {
        "touchpoint": touchpoint,
        "channel": channel_label(touchpoint.channel),
        "probes": asking.get(touchpoint.pk, []),
        "found": scores.get(touchpoint.key),
    }


def _form_page(request: ConsoleRequest, form: TouchpointForm, touchpoint: Touchpoint | None) -> HttpResponse:
    context = {"form": form, "touchpoint": touchpoint, "stages": STAGES.items(), "channels": CHANNELS.items()}
    return render_page(request, "journeys/touchpoint.html", context, status=422 if form.errors else 200)


@access_manager
@require_http_methods(["GET", "POST"])
def new_touchpoint(request: ConsoleRequest) -> HttpResponse:
    """Add a touchpoint."""
    workspace_id = request.access.workspace_id
    form = TouchpointForm(request.POST or None, workspace_id=workspace_id)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.create_touchpoint(
                workspace_id=workspace_id, spec=form.spec(), actor_id=request.access.user.pk, now=timezone.now()
            )
        except actions.TouchpointError as error:
            form.add_error(None, str(error))
        else:
            flash(request, _("“%(name)s” is on the map.") % {"name": made.label})
            return redirect("moments")
    return _form_page(request, form, None)


@access_manager
@require_http_methods(["GET", "POST"])
def edit_touchpoint(request: ConsoleRequest, touchpoint_id: int) -> HttpResponse:
    """Change a touchpoint."""
    touchpoint = _touchpoint(request, touchpoint_id)
    form = TouchpointForm(request.POST or None, initial=_initial(touchpoint), workspace_id=request.access.workspace_id)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_touchpoint(touchpoint=touchpoint, spec=form.spec(), actor_id=request.access.user.pk)
        except actions.TouchpointError as error:
            form.add_error(None, str(error))
        else:
            flash(request, _("Saved"))
            return redirect("moments")
    return _form_page(request, form, touchpoint)


@access_manager
@require_POST
def archive(request: ConsoleRequest, touchpoint_id: int) -> HttpResponse:
    """Take a touchpoint out of use; what happened there stays."""
    touchpoint = _touchpoint(request, touchpoint_id)
    actions.archive_touchpoint(touchpoint=touchpoint, actor_id=request.access.user.pk, now=timezone.now())
    undo = f"/moments/{touchpoint.pk}/restoration"
    flash(request, _("“%(name)s” is off the map; what was heard there stays.") % {"name": touchpoint.label}, undo=undo)
    return redirect("moments")


@access_manager
@require_POST
def restore(request: ConsoleRequest, touchpoint_id: int) -> HttpResponse:
    """Take an archived touchpoint back into use."""
    touchpoint = _touchpoint(request, touchpoint_id)
    actions.restore_touchpoint(touchpoint=touchpoint, actor_id=request.access.user.pk)
    flash(request, _("“%(name)s” is on the map.") % {"name": touchpoint.label})
    return redirect("moments")


@access_manager
@require_POST
def start_from_template(request: ConsoleRequest) -> HttpResponse:
    """A whole journey at once; what exists is left alone."""
    made = actions.apply_template(
        workspace_id=request.access.workspace_id,
        template_key=request.POST.get("template", ""),
        actor_id=request.access.user.pk,
        now=timezone.now(),
    )
    flash(request, _("Added to the map: %(count)s. Give each an owner next.") % {"count": len(made)})
    return redirect("moments")


urlpatterns = [
    path("moments", journey, name="moments"),
    path("moments/scores", scored_journey, name="moments_scores"),
    path("moments/new", new_touchpoint, name="new_touchpoint"),
    path("moments/templates", start_from_template, name="journey_template"),
    path("moments/<int:touchpoint_id>", edit_touchpoint, name="touchpoint"),
    path("moments/<int:touchpoint_id>/archival", archive, name="archive_touchpoint"),
    path("moments/<int:touchpoint_id>/restoration", restore, name="restore_touchpoint"),
]
