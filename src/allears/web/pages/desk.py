"""My desk: what do I owe, to whom, by when?"""

from collections.abc import AsyncIterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from allears.customers import companies
from allears.journeys.queries import touchpoints
from allears.respond.desk import DeskFilter, desk_of
from allears.respond.models import Case
from allears.web.access import ConsoleRequest, access_agent
from allears.web.desk_live import reader
from allears.web.render import render_page


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def asked_for(request: HttpRequest) -> DeskFilter:
    """The filters in the address."""
    return DeskFilter(
        view=request.GET.get("view", "mine"),
        text=request.GET.get("q", ""),
        priority=request.GET.get("priority", ""),
        owner=_number(request, "owner"),
        touchpoint=_number(request, "touchpoint"),
        account=request.GET.get("account", ""),
        page=_number(request, "page") or 1,
    )


def _tabs(request: ConsoleRequest, counts: dict[str, int]) -> list[dict[str, object]]:
    words = {
        "mine": _("Mine"),
        "late": _("Overdue"),
        "waiting": _("Waiting for the customer"),
        "official": _("For authorities"),
        "answerable": _("I answer for"),
        "team": _("Team"),
        "escalated": _("Escalated"),
        "closed": _("Closed"),
    }
    return [
        {"view": view, "word": word, "count": counts.get(view), "hot": view in {"late", "escalated"}}
        for view, word in words.items()
        if view == "closed" or (view in counts and (view != "official" or counts[view]))
    ]


@require_GET
@access_agent
def desk(request: ConsoleRequest) -> HttpResponse:
    """The list by what burns first; the address holds the filters."""
    asked = asked_for(request)
    found = desk_of(access=request.access, asked=asked, now=timezone.now())
    query = request.GET.copy()
    query["page"] = str(found.following or "")
    context = {
        "desk": found,
        "asked": asked,
        "tabs": _tabs(request, found.counts),
        "priorities": Case.Priority.values,
        "touchpoints": touchpoints(workspace_id=request.access.workspace_id, with_archived=False),
        "accounts": companies.choices(workspace_id=request.access.workspace_id, chosen=asked.account),
        "query": request.GET.urlencode(),
        "following": f"?{query.urlencode()}" if found.following else "",
        "is_filtered": bool(asked.text or asked.priority or asked.owner or asked.touchpoint or asked.account),
    }
    return render_page(request, "desk/page.html", context, fragment="desk/_results.html")


async def _events(member_id: int, workspace_id: int) -> AsyncIterator[str]:
    yield "retry: 2000\n\n"
    async for changed in reader.watch(workspace_id=workspace_id):
        yield "event: desk\ndata: changed\n\n" if changed else ": still here\n\n"


@access_agent
async def stream(request: ConsoleRequest) -> StreamingHttpResponse:
    """Says that something changed in this workspace's cases; the page then asks for its own list."""
    events = _events(request.access.membership.pk, request.access.workspace_id)
    response = StreamingHttpResponse(events, content_type="text/event-stream")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Accel-Buffering"] = "no"
    return response


urlpatterns = [path("desk", desk, name="desk"), path("desk/stream", stream, name="desk_stream")]
