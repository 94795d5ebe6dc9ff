"""Why was this customer (not) asked? Every verdict of the governor, and the policy behind them."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from allears.journeys.vocabulary import channel_label
from allears.listen import queries as listen_queries
from allears.outreach import actions, queries, wording
from allears.outreach.governor import Cap, Policy, QuietHours, policy_from
from allears.outreach.models import Decision
from allears.web.access import ConsoleRequest, access_agent, access_manager
from allears.web.pages.accounts import style
from allears.web.render import flash, render_page

PAGE = 50


def _filtered(request: ConsoleRequest) -> QuerySet[Decision]:
    """Filters live in the address: q, verdict, rule, probe, cursor."""
    workspace_id = request.access.workspace_id
    words = request.GET.get("q", "").strip()
    rows = (
        queries.decisions_about(workspace_id=workspace_id, words=words)
        if words
        else queries.decisions(workspace_id=workspace_id)
    )
    for name, field in (("verdict", "verdict"), ("rule", "rule"), ("probe", "probe_key")):
        if value := request.GET.get(name):
            rows = rows.filter(**{field: value})
    if (cursor := request.GET.get("cursor", "")).isdigit():
        rows = rows.filter(id__lt=int(cursor))
    return rows.select_related("customer").order_by("-id")


def shown(decision: Decision) -> dict[str, Any]:
    """One verdict in words."""
    return {
        "decision": decision,
        "verdict": wording.verdict_name(decision),
        "tone": wording.TONES[decision.verdict],
        "rule": wording.rule_name(decision.rule),
        "reason": wording.reason(decision),
    }


@access_agent
@require_GET
def decisions(request: ConsoleRequest) -> HttpResponse:
    """The ledger, newest first."""
    found = list(_filtered(request)[: PAGE + 1])
    probes = list(listen_queries.probes(workspace_id=request.access.workspace_id).order_by("name"))
    names = {probe.key: probe.name for probe in probes}
    context = {
        "rows": [{**shown(each), "probe": names.get(each.probe_key, each.probe_key)} for each in found[:PAGE]],
        "next_cursor": str(found[PAGE - 1].id) if len(found) > PAGE else None,
        "verdicts": wording.VERDICTS.items(),
        "rules": wording.RULES.items(),
        "probes": probes,
        "filtered": any(request.GET.get(name) for name in ("q", "verdict", "rule", "probe")),
    }
    return render_page(request, "outreach/decisions.html", context)


@access_agent
@require_GET
def decision(request: ConsoleRequest, decision_id: int) -> HttpResponse:
    """One verdict with its facts, and judged again before the reader's eyes."""
    rows = queries.decisions(workspace_id=request.access.workspace_id).select_related("customer")
    found = get_object_or_404(rows, id=decision_id)
    verdict = actions.replay(decision=found)
    same = (verdict.name, verdict.rule, verdict.until) == (found.verdict, found.rule, found.held_until)
    chain = rows.filter(ask_key=found.ask_key).order_by("id")
    context = {
        **shown(found),
        "facts": found.facts["facts"],
        "agrees": same,
        "chain": [shown(each) for each in chain] if chain.count() > 1 else [],
        "channel": channel_label(found.channel),
        "family": wording.family_name(found.family),
        "posts": [
            {"subject": each.subject, "said": wording.STATES[each.state], "sent_at": each.sent_at, "error": each.error}
            for each in queries.messages(workspace_id=request.access.workspace_id).filter(decision=found)
        ],
    }
    return render_page(request, "outreach/decision.html", context)


class PolicyForm(forms.Form):
    """The rules of contact in the words of those who set them."""

    rest_nps = forms.FloatField(min_value=0, label=gettext_lazy("After an NPS survey, days until the next"))
    rest_csat = forms.FloatField(min_value=0, label=gettext_lazy("After a satisfaction survey, days until the next"))
    rest_ces = forms.FloatField(min_value=0, label=gettext_lazy("After an effort survey, days until the next"))
    rest_follow_up = forms.FloatField(min_value=0, label=gettext_lazy("Between asks after a case, days"))
    rest_other = forms.FloatField(min_value=0, label=gettext_lazy("After any other kind of survey, days"))
    rest_overall = forms.FloatField(min_value=0, label=gettext_lazy("Between any two surveys, days"))
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

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        if bool(told.get("quiet_start")) != bool(told.get("quiet_end")):
            self.add_error("quiet_end", _("Give both ends of the quiet hours, or neither."))
        if (told.get("cap_limit") is None) != (told.get("cap_days") is None):
            self.add_error("cap_days", _("Give both the number and the days, or neither."))
        return told

    def rules(self) -> Policy:
        told = self.cleaned_data
        start, end = told["quiet_start"], told["quiet_end"]
        cap = told["cap_limit"]
        return Policy(
            rest_days={family: told[f"rest_{family}"] for family in ("nps", "csat", "ces", "follow_up")},
            rest_days_other=told["rest_other"],
            rest_days_overall=told["rest_overall"],
            caps=() if cap is None else (Cap(limit=cap, hours=told["cap_days"] * 24),),
            quiet=QuietHours(start=start, end=end) if start and end else None,
            suppressible=("survey",) if told["open_case"] else (),
            needs_grant=("survey",) if told["needs_grant"] else (),
        )


def tidy(number: float) -> float:
    """90 instead of 90.0."""
    return int(number) if number == int(number) else number


def as_form(policy: Policy) -> dict[str, Any]:
    """The form's values for a policy."""
    families = ("nps", "csat", "ces", "follow_up")
    cap = policy.caps[0] if policy.caps else None
    quiet = policy.quiet
    return {
        **{f"rest_{family}": tidy(policy.rest_days.get(family, policy.rest_days_other)) for family in families},
        "rest_other": tidy(policy.rest_days_other),
        "rest_overall": tidy(policy.rest_days_overall),
        "cap_limit": cap.limit if cap else None,
        "cap_days": tidy(cap.hours / 24) if cap else None,
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
    if request.method == "POST" and form.is_valid():
        made = actions.publish_policy(
            workspace_id=workspace_id, rules=form.rules(), now=timezone.now(), author_id=request.access.user.pk
        )
        flash(request, _("Version %(number)s of the policy is in force.") % {"number": made.version})
        return redirect("policy")
    versions = queries.policies(workspace_id=workspace_id).select_related("created_by")[:50]
    history = [{"policy": each, "rules": as_form(policy_from(each.rules))} for each in versions]
    context = {"form": form, "present": present, "history": history}
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
