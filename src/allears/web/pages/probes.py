"""Whom do we ask, when, and is it bearable? Each probe with what became of its wishes."""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from allears.journeys import queries as journey_queries
from allears.listen import actions, probing, queries, ready_made, simulating, standing
from allears.listen.conditions import OPERATORS, ConditionError
from allears.listen.models import Probe
from allears.outreach import wording
from allears.outreach.rehearsals import LAST_MONTH, rehearsals
from allears.web.access import ConsoleRequest, access_manager
from allears.web.ask_form import AskForm, numbers_as_lines, numbers_by_name, shown_value, typed_value
from allears.web.pages.accounts import style
from allears.web.pages.decisions import tidy
from allears.web.refusals import told
from allears.web.render import flash, render_page
from allears.web.templatetags.ui import local_name

CONDITIONS = 4  # rows of conditions in the form
UNITS = {"60": gettext_lazy("minutes"), "3600": gettext_lazy("hours"), "86400": gettext_lazy("days")}


class ProbeForm(AskForm):
    """A probe in the words of those who set it."""

    name = forms.CharField(max_length=120, label=gettext_lazy("Name"))
    key = forms.SlugField(
        max_length=60, label=gettext_lazy("Key"), help_text=gettext_lazy("Short and lasting; the API names it by this.")
    )
    event_name = forms.CharField(
        max_length=200,
        label=gettext_lazy("When this event happens"),
        widget=forms.TextInput(attrs={"list": "events"}),
        help_text=gettext_lazy("As your systems send it, e.g. order_delivered."),
    )
    touchpoint = forms.ChoiceField(label=gettext_lazy("At this touchpoint"))
    delay = forms.IntegerField(min_value=0, initial=0, label=gettext_lazy("After a wait of"))
    delay_unit = forms.ChoiceField(choices=list(UNITS.items()), initial="60", label=gettext_lazy("Unit of the wait"))
    expires_days = forms.FloatField(
        min_value=0.01,
        max_value=366,
        initial=7,
        label=gettext_lazy("But not later than, in days"),
        help_text=gettext_lazy("An ask held longer than this is never made."),
    )
    share = forms.FloatField(
        min_value=0.1,
        max_value=100,
        initial=100,
        label=gettext_lazy("Share asked, in %"),
        help_text=gettext_lazy("100 asks everybody; less draws a random sample."),
    )

    fallbacks = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("Where that cannot reach them, or is refused"),
    )
    absent_event = forms.CharField(
        max_length=200,
        required=False,
        label=gettext_lazy("Only if this event does not follow within the wait"),
        widget=forms.TextInput(attrs={"list": "events"}),
        help_text=gettext_lazy("E.g. order_delivered: then the wait is the time it has. Empty: ask in any case."),
    )
    absent_match = forms.CharField(
        max_length=120,
        required=False,
        label=gettext_lazy("about the same"),
        help_text=gettext_lazy("A property that both events share, e.g. order_id."),
    )
    sampling = forms.ChoiceField(
        choices=[
            ("random", gettext_lazy("everybody, or a random share")),
            ("stratified", gettext_lazy("a share for each segment")),
            ("directed", gettext_lazy("more where the figure is uncertain")),
        ],
        initial="random",
        required=False,
        label=gettext_lazy("Whom of them"),
    )
    strata = forms.CharField(
        required=False,
        label=gettext_lazy("Shares of segments"),
        help_text=gettext_lazy("One in a line: segment and percent, e.g. “vip 100”. All others get the share above."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    quota = forms.CharField(
        required=False,
        label=gettext_lazy("No more asks than"),
        help_text=gettext_lazy(
            "One in a line: segment and number, e.g. “vip 50”; a number alone is for all the others."
        ),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    quota_days = forms.FloatField(
        min_value=0.1, max_value=3660, initial=30, required=False, label=gettext_lazy("within how many days")
    )
    weight = forms.FloatField(
        min_value=0.01,
        max_value=100,
        initial=1,
        required=False,
        label=gettext_lazy("Weight of this moment"),
        help_text=gettext_lazy("Where asks compete for one customer, what this one would teach counts so much."),
    )

    def __init__(self, *args: Any, workspace_id: int, **kwargs: Any) -> None:
        super().__init__(*args, workspace_id=workspace_id, **kwargs)
        touchpoints = journey_queries.touchpoints(workspace_id=workspace_id)
        self.offer("touchpoint", [(str(each.pk), local_name(each)) for each in touchpoints])
        style(self)
        self.fields["fallbacks"].widget.attrs["class"] = "checkbox"

    def conditions(self) -> list[dict[str, Any]]:
        """The rows that name a property; raises ConditionError from the action, with the row's number."""
        rows = (
            (self.data.get(f"{part}-{row}", "").strip() for part in ("of", "property", "op", "value", "days"))
            for row in range(CONDITIONS)
        )
        return [
            {
                "property": name,
                "op": op,
                "value": typed_value(op, value),
                "of": whose or "event",
                **({"days": days or None} if whose == "history" else {}),
            }
            for whose, name, op, value, days in rows
            if name
        ]

    def clean_strata(self) -> dict[str, float]:
        return {name: share / 100 for name, share in numbers_by_name(self.cleaned_data["strata"]).items()}

    def clean_quota(self) -> dict[str, int]:
        return {name: int(number) for name, number in numbers_by_name(self.cleaned_data["quota"]).items()}

    def spec(self) -> actions.ProbeSpec:
        told = self.cleaned_data
        return actions.ProbeSpec(
            key=told["key"],
            name=told["name"],
            event_name=told["event_name"],
            touchpoint_id=int(told["touchpoint"]),
            survey_id=int(told["survey"]),
            channel=told["channel"],
            conditions=self.conditions(),
            delay_seconds=told["delay"] * int(told["delay_unit"]),
            expires_after_seconds=round(told["expires_days"] * 86_400),
            share=told["share"] / 100,
            fallbacks=told["fallbacks"],
            absent_event=told["absent_event"],
            absent_match=told["absent_match"],
            sampling=told["sampling"] or "random",
            strata=told["strata"],
            quota=told["quota"],
            quota_days=told["quota_days"] or 30.0,
            weight=told["weight"] or 1.0,
            priority=told["priority"] or 0,
        )


def _initial(probe: Probe) -> dict[str, Any]:
    unit = next((size for size in (86_400, 3600) if probe.delay_seconds and probe.delay_seconds % size == 0), 60)
    return {
        **{
            name: getattr(probe, name)
            for name in (
                "name",
                "key",
                "event_name",
                "channel",
                "fallbacks",
                "absent_event",
                "absent_match",
                "sampling",
                "quota_days",
                "weight",
                "priority",
            )
        },
        "strata": numbers_as_lines(probe.strata, 100),
        "quota": numbers_as_lines(probe.quota),
        "touchpoint": str(probe.touchpoint_id),
        "survey": str(probe.survey_id),
        "delay": probe.delay_seconds // unit,
        "delay_unit": str(unit),
        "expires_days": tidy(round(probe.expires_after_seconds / 86_400, 2)),
        "share": tidy(round(probe.share * 100, 1)),
    }


def _condition_rows(form: ProbeForm, probe: Probe | None) -> list[dict[str, Any]]:
    stored = [*(probe.conditions if probe else []), *[{}] * CONDITIONS][:CONDITIONS]
    if not form.is_bound:
        return [{**each, "value": shown_value(each.get("value"))} for each in stored]
    return [
        {part: form.data.get(f"{part}-{row}", "") for part in ("of", "property", "op", "value", "days")}
        for row in range(CONDITIONS)
    ]


def _tried(request: ConsoleRequest, probe_id: int | None) -> Probe | None:
    """What was tried on the past and is not saved yet, to go on from (``?tried=`` the rehearsal)."""
    number = request.GET.get("tried", "")
    rows = rehearsals(workspace_id=request.access.workspace_id).filter(kind="probe")
    row = rows.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 10 else None
    if row is None or row.wanted["probe_id"] != probe_id:
        return None
    return Probe(workspace_id=row.workspace_id, **row.wanted["spec"])


def _probe(request: ConsoleRequest, probe_id: int) -> Probe:
    try:
        return queries.access_probe(workspace_id=request.access.workspace_id, probe_id=probe_id)
    except Probe.DoesNotExist as error:
        raise Http404 from error


def _figures(request: ConsoleRequest) -> dict[str, queries.ProbeFigures]:
    return dict(queries.probe_figures(workspace_id=request.access.workspace_id, now=timezone.now()))


def _refusals(figures: queries.ProbeFigures) -> list[dict[str, Any]]:
    return [{"rule": rule, "name": wording.rule_name(rule), "number": number} for rule, number in figures.refusals]


@access_manager
@require_GET
def probes(request: ConsoleRequest) -> HttpResponse:
    """Every probe with what became of its wishes in the last 30 days."""
    figures = _figures(request)
    rows = []
    for probe in queries.probes(workspace_id=request.access.workspace_id).order_by("id"):
        found = figures.get(probe.key, queries.ProbeFigures())
        readable = probing.is_readable(probe)
        rows.append({"probe": probe, "figures": found, "refusals": _refusals(found), "readable": readable})
    return render_page(request, "listen/probes.html", {"rows": rows})


def _page(
    request: ConsoleRequest, form: ProbeForm, probe: Probe | None, wrong: str = "", tried: Probe | None = None
) -> HttpResponse:
    workspace_id = request.access.workspace_id
    events = {name for each in journey_queries.touchpoints(workspace_id=workspace_id) for name in each.event_names}
    context: dict[str, Any] = {
        "form": form,
        "probe": probe,
        "conditions": _condition_rows(form, tried or probe),
        "operators": OPERATORS,
        "whose": [("event", _("the event")), ("customer", _("the customer")), ("history", _("how often"))],
        "events": sorted(events),
        "wrong": wrong,
    }
    if probe:
        figures = _figures(request).get(probe.key, queries.ProbeFigures())
        due = queries.next_asks(workspace_id=workspace_id, probe_key=probe.key)
        context |= {"figures": figures, "refusals": _refusals(figures), "due": due, **_known(probe)}
        context["readable"] = probing.is_readable(probe)
    return render_page(request, "listen/probe.html", context, status=422 if form.errors or wrong else 200)


def _known(probe: Probe) -> dict[str, Any]:
    """What it knows by segment, how many it asks there, and what it said before."""
    known = standing.read(probe.standing)
    shares = standing.shares_of(probe, known)
    bids = standing.worths(known, weight=probe.weight)
    return {
        "segments": [
            {
                "name": name or _("none"),
                "known": each,
                "share": shares.get(name, probe.share),
                "bid": wording.bid_figure(bids[name].bid),
            }
            for name, each in sorted(known.items())
        ],
        "versions": list(probe.versions.select_related("created_by").order_by("-number")[:10]),
    }


@access_manager
@require_http_methods(["GET", "POST"])
def new_probe(request: ConsoleRequest) -> HttpResponse:
    """Set a probe."""
    workspace_id = request.access.workspace_id
    if not queries.surveys(workspace_id=workspace_id).exists():
        actions.ensure_ready_made(workspace_id=workspace_id, key=ready_made.NPS.key, now=timezone.now())
    tried = _tried(request, None)
    initial = _initial(tried) if tried else {"channel": "email"}
    form = ProbeForm(request.POST or None, initial=initial, workspace_id=workspace_id)
    if request.method == "GET" or not form.is_valid():
        return _page(request, form, None, tried=tried)
    try:
        if "rehearse" in request.POST:
            return _rehearse(request, form.spec(), None)
        made = actions.create_probe(
            workspace_id=workspace_id, spec=form.spec(), now=timezone.now(), author_id=request.access.user.pk
        )
    except (actions.ProbeError, actions.KeyTakenError, ConditionError) as error:
        return _page(request, form, None, wrong=told(error, form=form))
    flash(request, _("“%(name)s” asks from now on.") % {"name": made.name})
    return redirect("probes")


@access_manager
@require_http_methods(["GET", "POST"])
def probe(request: ConsoleRequest, probe_id: int) -> HttpResponse:
    """Look at a probe, or change it."""
    found = _probe(request, probe_id)
    tried = _tried(request, found.pk)
    form = ProbeForm(request.POST or None, initial=_initial(tried or found), workspace_id=request.access.workspace_id)
    if request.method == "GET" or not form.is_valid():
        return _page(request, form, found, tried=tried)
    try:
        if "rehearse" in request.POST:
            return _rehearse(request, form.spec(), found)
        actions.change_probe(probe=found, spec=form.spec(), now=timezone.now(), author_id=request.access.user.pk)
    except (actions.ProbeError, ConditionError) as error:
        return _page(request, form, found, wrong=told(error, form=form))
    flash(request, _("Saved"))
    return redirect("probe", found.pk)


def _rehearse(request: ConsoleRequest, spec: actions.ProbeSpec, found: Probe | None) -> HttpResponse:
    """Try it on the last month before anybody is asked."""
    now = timezone.now()
    tried = simulating.simulate_probe(
        workspace_id=request.access.workspace_id,
        spec=spec,
        probe_id=found.pk if found else None,
        since=now - LAST_MONTH,
        now=now,
        author_id=request.access.user.pk,
    )
    return redirect("rehearsal", tried.pk)


@access_manager
@require_POST
def restore(request: ConsoleRequest, probe_id: int, number: int) -> HttpResponse:
    """Let it say again what it said in an earlier version."""
    found = _probe(request, probe_id)
    try:
        actions.restore_probe(probe=found, number=number, now=timezone.now(), author_id=request.access.user.pk)
    except actions.ProbeError as error:
        raise Http404 from error
    flash(request, _("Version %(number)s is back.") % {"number": number})
    return redirect("probe", found.pk)


@access_manager
@require_POST
def pause(request: ConsoleRequest, probe_id: int) -> HttpResponse:
    """Stop asking."""
    found = _probe(request, probe_id)
    actions.pause_probe(probe=found, now=timezone.now())
    flash(
        request,
        _("“%(name)s” is paused; nobody new is asked.") % {"name": found.name},
        undo=f"/probes/{found.pk}/start",
    )
    return redirect("probe", found.pk)


@access_manager
@require_POST
def start(request: ConsoleRequest, probe_id: int) -> HttpResponse:
    """Ask (again)."""
    found = _probe(request, probe_id)
    actions.start_probe(probe=found, now=timezone.now())
    flash(request, _("“%(name)s” asks from now on.") % {"name": found.name})
    return redirect("probe", found.pk)


urlpatterns = [
    path("probes", probes, name="probes"),
    path("probes/new", new_probe, name="new_probe"),
    path("probes/<int:probe_id>", probe, name="probe"),
    path("probes/<int:probe_id>/versions/<int:number>", restore, name="restore_probe"),
    path("probes/<int:probe_id>/pause", pause, name="pause_probe"),
    path("probes/<int:probe_id>/start", start, name="start_probe"),
]
