"""The customer's story: one timeline of what they lived with us."""

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET

from allears.customers.companies import accounts_of
from allears.customers.finding.searching import like
from allears.customers.history import history_of
from allears.customers.models import Customer
from allears.customers.queries import customers
from allears.respond.story import access_customer, story_of
from allears.web.access import ConsoleRequest, access_agent, access_manager
from allears.web.render import render_page

MOST = 50  # customers on the list
SHOWN = 40  # lines of the attributes' history


def _before(request: HttpRequest) -> datetime | None:
    try:
        found = parse_datetime(request.GET.get("before", ""))
    except ValueError:
        return None
    return found if found and found.tzinfo else None


@require_GET
@access_agent
def customer_story(request: ConsoleRequest, customer_key: str) -> HttpResponse:
    """Everything in order, newest first."""
    try:
        customer = access_customer(access=request.access, key=customer_key)
    except Customer.DoesNotExist as error:
        raise Http404 from error
    story = story_of(customer=customer, before=_before(request))
    query = request.GET.copy()
    if story.older:
        query["before"] = story.older.isoformat()
    context = {
        "story": story,
        "customer": story.customer,
        "history": history_of(customer=story.customer)[:SHOWN],
        "contacts": accounts_of(customer=story.customer),
        "older": f"?{query.urlencode()}" if story.older else "",
    }
    return render_page(request, "stories/page.html", context)


@access_manager
@require_GET
def customer_list(request: ConsoleRequest) -> HttpResponse:
    """Who is it? By name, address, number or whatever they are known by; without words, who was seen last."""
    search = request.GET.get("q", "").replace("\0", "").strip()[:254]
    workspace_id = request.access.workspace_id
    if search:
        rows = like(workspace_id=workspace_id, text=search, limit=MOST + 1)
    else:
        rows = list(customers(workspace_id=workspace_id).order_by("-last_seen_at", "-pk")[: MOST + 1])
    context = {"customers": rows[:MOST], "more": len(rows) > MOST, "most": MOST, "search": search}
    return render_page(request, "stories/customers.html", context)


urlpatterns = [
    path("customers", customer_list, name="customers"),
    path("customers/<str:customer_key>", customer_story, name="customer_story"),
]
