"""Why was this customer (not) asked? Every verdict of the governor, and the policy behind them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from allears.customers.queries import segments
from allears.journeys.vocabulary import channel_label
from allears.listen import queries as listen_queries
from allears.listen.studies import queries as study_queries
from allears.outreach import actions, channels, queries, recomputing, rehearsals, wording
from allears.outreach.governor import Cap, Policy, QuietHours, policy_from
from allears.outreach.models import Decision
from allears.outreach.returned import of_family
from allears.web.access import ConsoleRequest, access_agent, access_manager
from allears.web.pages.accounts import style
from allears.web.render import flash, render_page

PAGE = 50


FILTERS = ("q", "verdict", "rule", "probe", "channel", "segment", "purpose", "since", "until")


def _filtered(request: ConsoleRequest) -> QuerySet[Decision]:
    """Filters live in the address; days are the workspace's."""
    asked = request.GET
    wanted = queries.LedgerFilter(
        words=asked.get("q", "").strip(),
        verdict=asked.get("verdict", ""),
        rule=asked.get("rule", ""),
        purpose=asked.get("purpose", ""),
        probe_key=asked.get("probe", ""),
        channel=asked.get("channel", ""),
        segment=asked.get("segment", ""),
        since=_day(asked.get("since", "")),
        until=_day(asked.get("until", ""), after=1),
    )
    return queries.ledger(workspace_id=request.access.workspace_id, wanted=wanted)


def _day(text: str, *, after: int = 0) -> datetime | None:
    """The beginning of a day in the workspace's zone; what is no day is left out."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return datetime.combine(day + timedelta(days=after), time(0), tzinfo=timezone.get_current_timezone())


def _page_of(request: ConsoleRequest, rows: QuerySet[Decision]) -> list[Decision]:
    """By time, then number: the cursor names both."""
    at, _sep, number = request.GET.get("cursor", "").partition("_")
    if number.isdigit() and at.isdigit() and len(number) < 19 and len(at) < 19:
        moment = datetime.fromtimestamp(int(at) / 1_000_000, tz=UTC)
        behind = Q(at__lt=moment) | Q(at=moment, id__lt=int(number))
        rows = rows.filter(behind, at__lte=moment)  # the index is entered by the second; see api.listing
    return list(rows.select_related("customer").order_by("-at", "-id")[: PAGE + 1])


def _cursor(decision: Decision) -> str:
    return f"{round(decision.at.timestamp() * 1_000_000)}_{decision.pk}"


def shown(decision: Decision, names: Mapping[str, str]) -> dict[str, Any]:
    """One verdict in words; ``names`` are those of probes and studies by their keys."""
    return {
        "decision": decision,
        "verdict": wording.verdict_name(decision),
        "tone": wording.TONES[decision.verdict],
        "rule": wording.rule_name(decision.rule),
        "reason": wording.reason(decision, names=names),
        "probe": names.get(decision.probe_key, decision.probe_key),
    }


@dataclass(frozen=True, kw_only=True)
class Named:
    """A probe or a study, as the ledger names it."""

    key: str
    name: str


def asking(workspace_id: int) -> list[Named]:
    """All that may have asked: probes by name, then studies."""
    probes = listen_queries.probes(workspace_id=workspace_id).order_by("name")
    studies = study_queries.studies(workspace_id=workspace_id)
    return [
        *(Named(key=each.key, name=each.name) for each in probes),
        *(Named(key=each.probe_key, name=each.name) for each in studies),
    ]


@access_agent
@require_GET
def decisions(request: ConsoleRequest) -> HttpResponse:
    """The ledger, newest first."""
    rows = _filtered(request)
    found = _page_of(request, rows)
    workspace_id = request.access.workspace_id
    probes = asking(workspace_id)
    names = {probe.key: probe.name for probe in probes}
    context = {
        "rows": [shown(each, names) for each in found[:PAGE]],
        "next_cursor": _cursor(found[PAGE - 1]) if len(found) > PAGE else None,
        "reasons": [
            {"count": each, "verdict": wording.VERDICTS[each.verdict], "name": wording.rule_name(each.rule)}
            for each in queries.reasons(rows)
        ],
        "channels": [(name, channel_label(name)) for name in sorted(channels.adapters())],
        "segments": segments(workspace_id=request.access.workspace_id),
        "export_filters": {
            **{
                name: request.GET.get(name, "")
                for name in ("verdict", "rule", "channel", "segment", "purpose", "since", "until")
            },
            "probe_key": request.GET.get("probe", ""),
        },
        "verdicts": wording.VERDICTS.items(),
        "rules": wording.RULES.items(),
        "probes": probes,
        "filtered": any(request.GET.get(name) for name in FILTERS),
    }
    return render_page(request, "outreach/decisions.html", context)


@access_agent
@require_GET
def decision(request: ConsoleRequest, decision_id: int) -> HttpResponse:
    """One verdict with its facts, and judged again before the reader's eyes: from the row and from the raw history."""
    rows = queries.decisions(workspace_id=request.access.workspace_id).select_related("customer")
    found = get_object_or_404(rows, id=decision_id)
    chain = rows.filter(of_family(found.ask_key)).order_by("id")
    names = {each.key: each.name for each in asking(request.access.workspace_id)}
    context = {
        **shown(found, names),
        **_judged_again(found),
        "bid": wording.bid_figure(found.bid),
        "chain": [shown(each, names) for each in chain] if chain.count() > 1 else [],
        "channel": channel_label(found.channel),
        "family": wording.family_name(found.family),
        "posts": [
            {"subject": each.subject, "said": wording.STATES[each.state], "sent_at": each.sent_at, "error": each.error}
            for each in queries.messages(workspace_id=request.access.workspace_id).filter(decision=found)
        ],
    }
    return render_page(request, "outreach/decision.html", context)


def _judged_again(found: Decision) -> dict[str, Any]:
    """Nothing of this is left once the customer is erased."""
    try:
        again = recomputing.recompute(decision=found)
    except recomputing.ErasedError:
        return {"erased": True, "facts": {}}
    verdict = actions.replay(decision=found)
    return {
        "facts": _dated(found.facts["facts"]),
        "agrees": (verdict.name, verdict.rule, verdict.until) == (found.verdict, found.rule, found.held_until),
        "again": again,
        "again_reason": wording.sentence(again.verdict.rule, again.verdict.parameters),
        "findings": [
            {"finding": each, "name": wording.rule_name(each.rule), "said": wording.outcome(each)}
            for each in actions.explain(decision=found)
        ],
    }


def _dated(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts with moments instead of their texts, so that they are shown as days are."""
    told = {name: _moments(facts.get(name) or []) for name in ("consents", "contacts", "rivals")}
    return {**facts, **told}


def _moments(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "at": datetime.fromisoformat(row["at"])} if row.get("at") else dict(row) for row in rows]


GROUPS: Final = (
    (
        gettext_lazy("Days of rest until the next survey"),
        ("rest_nps", "rest_csat", "rest_ces", "rest_follow_up", "rest_other", "rest_overall"),
    ),
    (gettext_lazy("How many at most"), ("cap_limit", "cap_days", "channel_caps")),
    (gettext_lazy("Quiet hours"), ("quiet_start", "quiet_end")),
    (gettext_lazy("Who is left alone"), ("open_case", "needs_grant", "holdout")),
    (gettext_lazy("When several would ask"), ("auction_hours",)),
)


class PolicyForm(forms.Form):
    """The rules of contact in the words of those who set them."""

    rest_nps = forms.FloatField(min_value=0, label=gettext_lazy("After an NPS survey"))
    rest_csat = forms.FloatField(min_value=0, label=gettext_lazy("After a satisfaction survey"))
    rest_ces = forms.FloatField(min_value=0, label=gettext_lazy("After an effort survey"))
    rest_follow_up = forms.FloatField(min_value=0, label=gettext_lazy("Between asks after a case"))
    rest_other = forms.FloatField(min_value=0, label=gettext_lazy("After any other survey"))
    rest_overall = forms.FloatField(min_value=0, label=gettext_lazy("Between any two surveys"))
    cap_limit = forms.IntegerField(
        min_value=0,
        required=False,
        label=gettext_lazy("No more surveys than"),
        help_text=gettext_lazy("Empty: no cap."),
    )
    cap_days = forms.FloatField(min_value=0.04, required=False, label=gettext_lazy("within how many days"))
    quiet_start = forms.TimeField(
        required=False,
        label=gettext_lazy("Quiet from"),
        help_text=gettext_lazy("In the customer's own time zone. Empty: no quiet hours."),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    quiet_end = forms.TimeField(
        required=False,
        label=gettext_lazy("Quiet until"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    channel_caps = forms.CharField(
        required=False,
        label=gettext_lazy("Caps of single channels"),
        help_text=gettext_lazy("One in a line: channel, most messages, days. E.g. “sms 2 30”."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    holdout = forms.FloatField(
        min_value=0,
        max_value=50,
        required=False,
        label=gettext_lazy("Never survey this share of customers, in %"),
        help_text=gettext_lazy("Always the same ones: against them you see what asking itself does."),
    )
    auction_hours = forms.FloatField(
        min_value=0,
        max_value=24 * 30,
        required=False,
        label=gettext_lazy("An ask gives way to a better one due within, in hours"),
        help_text=gettext_lazy("Where a customer can be asked once only, the probe that learns most from it asks."),
    )
    open_case = forms.BooleanField(
        required=False, label=gettext_lazy("Do not survey customers while a case of theirs is open")
    )
    needs_grant = forms.BooleanField(
        required=False, label=gettext_lazy("Survey only customers who have given their consent")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        style(self)
        for name in ("open_case", "needs_grant"):
            self.fields[name].widget.attrs["class"] = "checkbox"

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields by what they decide."""
        return [(str(title), [self[name] for name in names]) for title, names in GROUPS]

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        if bool(told.get("quiet_start")) != bool(told.get("quiet_end")):
            self.add_error("quiet_end", _("Give both ends of the quiet hours, or neither."))
        if (told.get("cap_limit") is None) != (told.get("cap_days") is None):
            self.add_error("cap_days", _("Give both the number and the days, or neither."))
        return told

    def clean_channel_caps(self) -> tuple[Cap, ...]:
        caps = []
        for line in filter(None, map(str.strip, self.cleaned_data["channel_caps"].splitlines())):
            name, *figures = line.replace(",", " ").replace("，", " ").split()
            if name not in channels.adapters() or len(figures) != 2 or not all(map(_is_number, figures)):
                raise forms.ValidationError(_("“%(line)s” is not channel, number, days.") % {"line": line})
            caps.append(Cap(limit=int(float(figures[0])), hours=float(figures[1]) * 24, channel=name))
        return tuple(caps)

    def rules(self) -> Policy:
        told = self.cleaned_data
        start, end = told["quiet_start"], told["quiet_end"]
        cap = told["cap_limit"]
        return Policy(
            rest_days={family: told[f"rest_{family}"] for family in ("nps", "csat", "ces", "follow_up")},
            rest_days_other=told["rest_other"],
            rest_days_overall=told["rest_overall"],
            caps=(*(() if cap is None else (Cap(limit=cap, hours=told["cap_days"] * 24),)), *told["channel_caps"]),
            holdout_share=(told["holdout"] or 0) / 100,
            auction_hours=told["auction_hours"] or 0,
            quiet=QuietHours(start=start, end=end) if start and end else None,
            suppressible=("survey",) if told["open_case"] else (),
            needs_grant=("survey",) if told["needs_grant"] else (),
        )


def _is_number(text: str) -> bool:
    try:
        return float(text) >= 0
    except ValueError:
        return False


def tidy(number: float) -> float:
    """90 instead of 90.0."""
    return int(number) if number == int(number) else number


def as_form(policy: Policy) -> dict[str, Any]:
    """The form's values for a policy."""
    families = ("nps", "csat", "ces", "follow_up")
    cap = next((cap for cap in policy.caps if cap.channel == "*"), None)
    quiet = policy.quiet
    return {
        **{f"rest_{family}": tidy(policy.rest_days.get(family, policy.rest_days_other)) for family in families},
        "rest_other": tidy(policy.rest_days_other),
        "rest_overall": tidy(policy.rest_days_overall),
        "cap_limit": cap.limit if cap else None,
        "cap_days": tidy(cap.hours / 24) if cap else None,
        "channel_caps": "\n".join(
            f"{cap.channel} {cap.limit} {tidy(cap.hours / 24)}" for cap in policy.caps if cap.channel != "*"
        ),
        "holdout": tidy(round(policy.holdout_share * 100, 2)),
        "auction_hours": tidy(policy.auction_hours),
        "quiet_start": quiet.start if quiet else None,
        "quiet_end": quiet.end if quiet else None,
        "open_case": bool(policy.suppressible),
        "needs_grant": bool(policy.needs_grant),
    }


@access_manager
@require_http_methods(["GET", "POST"])
def policy(request: ConsoleRequest) -> HttpResponse:
    """The rules of contact: in force, changed by a new version, every version kept."""
    workspace_id = request.access.workspace_id
    present = actions.policy_in_force(workspace_id=workspace_id)
    form = PolicyForm(request.POST or None, initial=as_form(policy_from(present.rules)))
    if request.method == "POST" and form.is_valid() and "rehearse" in request.POST:
        tried = rehearsals.rehearse_policy(
            workspace_id=workspace_id,
            rules=form.rules(),
            since=timezone.now() - rehearsals.LAST_MONTH,
            now=timezone.now(),
            author_id=request.access.user.pk,
        )
        return redirect("rehearsal", tried.pk)
    if request.method == "POST" and form.is_valid():
        made = actions.publish_policy(
            workspace_id=workspace_id, rules=form.rules(), now=timezone.now(), author_id=request.access.user.pk
        )
        flash(request, _("Version %(number)s of the policy is in force.") % {"number": made.version})
        return redirect("policy")
    versions = queries.policies(workspace_id=workspace_id).select_related("created_by")[:50]
    history = [{"policy": each, "rules": as_form(policy_from(each.rules))} for each in versions]
    tried = rehearsals.rehearsals(workspace_id=workspace_id).filter(kind="policy")[:5]
    context = {"form": form, "present": present, "history": history, "tried": tried}
    return render_page(request, "outreach/policy.html", context, status=422 if form.errors else 200)


def moved(request: HttpRequest) -> HttpResponse:
    """The ledger's other address."""
    return redirect("decisions")


urlpatterns = [
    path("decisions", decisions, name="decisions"),
    path("decisions/<int:decision_id>", decision, name="decision"),
    path("decisions/policy", policy, name="policy"),
    path("listen/decisions", moved),
]
