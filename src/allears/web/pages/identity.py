"""By which keys customers are recognised, who turned out to be whom, and the way back."""

from dataclasses import replace

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from allears.accounts.audit import audit
from allears.customers.actions import undo_merge
from allears.customers.actions.merging import MergeError
from allears.customers.keys import USER_ID
from allears.customers.queries import merges
from allears.customers.rules import ALIAS, Rule, Rules, RulesError, rules_of, set_rules, usual_region
from allears.web.access import ConsoleRequest, access_admin, access_manager
from allears.web.render import flash, render_page

SHOWN = 200


def _posted(request: ConsoleRequest) -> Rules:
    """The list as the form sends it: a row for each key, in order; an emptied one is left out."""
    told = request.POST
    rows: list[tuple[int, Rule]] = []
    for place, kind in enumerate(told.getlist("kind")):
        name = kind.strip()
        if not name or f"drop-{place}" in told:
            continue
        cap, order = told.get(f"cap-{place}", "3"), told.get(f"order-{place}", str(place + 1))
        rule = Rule(
            kind=name,
            attaches=name == USER_ID or f"attaches-{place}" in told,
            merges=f"merges-{place}" in told,
            cap=int(cap) if cap.isdecimal() else 0,
        )
        rows.append((int(order) if order.isdecimal() else place + 1, rule))
    rows.sort(key=lambda row: row[0])
    return Rules(keys=tuple(rule for _, rule in rows), region=told.get("region", "").strip().upper())


@access_admin
@require_http_methods(["GET", "POST"])
def identity(request: ConsoleRequest) -> HttpResponse:
    """Whom do we take for the same person?"""
    workspace_id, problem = request.access.workspace_id, ""
    rules = rules_of(workspace_id=workspace_id)
    if request.method == "POST":
        rules = replace(_posted(request), usual_region=usual_region(workspace_id=workspace_id))
        try:
            set_rules(workspace_id=workspace_id, rules=rules, actor_id=request.access.user.pk, now=timezone.now())
        except RulesError as error:
            problem = str(error)
        else:
            flash(request, _("These keys count from now on. Who was joined before stays joined."))
            return redirect("identity")
    context = {"rules": rules, "problem": problem, "user_id": USER_ID, "alias": ALIAS}
    return render_page(request, "identity/rules.html", context, status=422 if problem else 200)


@access_manager
@require_GET
def merge_list(request: ConsoleRequest) -> HttpResponse:
    """Who turned out to be whom, and what said so?"""
    rows = merges(workspace_id=request.access.workspace_id).order_by("-at", "-id")[:SHOWN]
    return render_page(request, "identity/merges.html", {"merges": rows})


@access_manager
@require_POST
def merge_undo(request: ConsoleRequest, merge_id: int) -> HttpResponse:
    """Two again, as they were."""
    workspace_id = request.access.workspace_id
    if not merges(workspace_id=workspace_id).filter(pk=merge_id).exists():
        raise Http404
    try:
        undo_merge(workspace_id=workspace_id, merge_id=merge_id, now=timezone.now())
    except MergeError as error:
        flash(request, _("Nothing was changed: %(why)s") % {"why": error}, level=messages.ERROR)
        return redirect("merges")
    audit(
        workspace_id=workspace_id,
        actor_id=request.access.user.pk,
        verb="customers.merge.undone",
        subject=f"merge:{merge_id}",
    )
    flash(request, _("They are two again. No key joins these two by itself any more."))
    return redirect("merges")


urlpatterns = [
    path("settings/identity", identity, name="identity"),
    path("settings/merges", merge_list, name="merges"),
    path("settings/merges/<int:merge_id>/undo", merge_undo, name="undo_merge"),
]
