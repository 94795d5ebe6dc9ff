"""What would it have done? The last month played again by another policy or another probe."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from allears.outreach import actions, rehearsals, wording
from allears.outreach.governor import policy_from
from allears.outreach.models import Rehearsal
from allears.web.access import ConsoleRequest, access_manager
from allears.web.pages.decisions import as_form, asking
from allears.web.render import flash, render_page
from allears.web.templatetags.stories import PURPOSES


def _context(request: ConsoleRequest, found: Rehearsal) -> dict[str, Any]:
    workspace_id = request.access.workspace_id
    names = PURPOSES | {each.key: each.name for each in asking(workspace_id)}
    context: dict[str, Any] = {
        "rehearsal": found,
        "total": next(iter(rehearsals.lines(found, "all")), None),
        "parts": [
            (_("By segment"), [(line.name or _("none"), line) for line in rehearsals.lines(found, "segment")]),
            (_("By probe"), [(names.get(line.name, line.name), line) for line in rehearsals.lines(found, "probe")]),
        ],
        "rules": [(wording.rule_name(line.name), line) for line in rehearsals.lines(found, "rule")],
        "examples": [
            (_("Would be asked, and was not"), _named(found, "gained", names)),
            (_("Was asked, and would not be"), _named(found, "lost", names)),
        ],
        "sampled": found.result.get("one_in", 1),
    }
    if found.kind == "policy":
        context["policy"] = as_form(policy_from(found.wanted["rules"]))
    else:
        context["spec"] = found.wanted.get("spec", {})
    return context


def _named(found: Rehearsal, kind: str, names: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            **each,
            "probe": names.get(each["probe"], each["probe"]),
            "was": wording.rule_name(each["was"]),
            "would": wording.rule_name(each["would"]),
        }
        for each in found.result.get("examples", {}).get(kind, [])
    ]


def _found(request: ConsoleRequest, rehearsal_id: int) -> Rehearsal:
    row: Rehearsal = get_object_or_404(rehearsals.rehearsals(workspace_id=request.access.workspace_id), pk=rehearsal_id)
    return row


@access_manager
@require_GET
def rehearsal(request: ConsoleRequest, rehearsal_id: int) -> HttpResponse:
    """How many would be asked, who, and what the governor would refuse, beside what really happened."""
    found = _found(request, rehearsal_id)
    if found.kind == "study":
        return redirect("study", found.wanted["study_id"])
    return render_page(
        request, "outreach/rehearsal.html", _context(request, found), fragment="outreach/_rehearsal.html"
    )


@access_manager
@require_POST
def enforce(request: ConsoleRequest, rehearsal_id: int) -> HttpResponse:
    """Put a policy that was tried in force."""
    found = _found(request, rehearsal_id)
    if found.kind != "policy":
        return redirect("rehearsal", found.pk)
    made = actions.publish_policy(
        workspace_id=request.access.workspace_id,
        rules=policy_from(found.wanted["rules"]),
        now=timezone.now(),
        author_id=request.access.user.pk,
    )
    flash(request, _("Version %(number)s of the policy is in force.") % {"number": made.version})
    return redirect("policy")


urlpatterns = [
    path("decisions/rehearsals/<int:rehearsal_id>", rehearsal, name="rehearsal"),
    path("decisions/rehearsals/<int:rehearsal_id>/policy", enforce, name="enforce_rehearsal"),
]
