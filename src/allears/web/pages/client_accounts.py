"""Client accounts: who belongs to a company, what they said, and how the company as a whole is doing."""

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET

from allears.customers import companies
from allears.customers.models import ClientAccount
from allears.listen.models import OUTSIDE
from allears.listen.queries import voices
from allears.respond.queries import cases_of
from allears.science.estimate import Estimate
from allears.science.scores import nps
from allears.web.access import ConsoleRequest, access_manager
from allears.web.render import render_page

SHOWN = 200
PROMOTER, DETRACTOR = 9, 6


@access_manager
@require_GET
def account_list(request: ConsoleRequest) -> HttpResponse:
    """Which companies do we serve?"""
    search = request.GET.get("q", "").strip()
    rows = companies.accounts(workspace_id=request.access.workspace_id, search=search)
    return render_page(request, "client_accounts/list.html", {"accounts": rows[:SHOWN], "search": search})


@access_manager
@require_GET
def account_page(request: ConsoleRequest, account_id: int) -> HttpResponse:
    """How is this company as a whole?"""
    workspace_id = request.access.workspace_id
    account = ClientAccount.objects.in_workspace(workspace_id).filter(pk=account_id).first()
    if account is None:
        raise Http404
    people = companies.people_of(account=account)
    said = voices(workspace_id=workspace_id).filter(customer_id__in=people)
    scored = said.filter(metric="nps").exclude(response__outcome__in=OUTSIDE).values_list("score", flat=True)
    context: dict[str, Any] = {
        "account": account,
        "contacts": companies.contacts_of(account=account),
        "voices": said.select_related("customer").order_by("-said_at", "-id")[:30],
        "cases": cases_of(workspace_id).filter(customer_id__in=people).order_by("-opened_at", "-id")[:30],
        "nps": _nps([score for score in scored if score is not None]),
    }
    return render_page(request, "client_accounts/account.html", context)


def _nps(scores: list[int]) -> Estimate:
    promoters = sum(score >= PROMOTER for score in scores)
    detractors = sum(score <= DETRACTOR for score in scores)
    return nps(promoters, len(scores) - promoters - detractors, detractors)


urlpatterns = [
    path("client-accounts", account_list, name="client_accounts"),
    path("client-accounts/<int:account_id>", account_page, name="client_account"),
]
