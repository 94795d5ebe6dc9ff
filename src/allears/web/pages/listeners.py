"""Who listens, and each member's digest by mail."""

from zoneinfo import available_timezones

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from allears.people import actions, listening, queries, sending
from allears.people.errors import ListeningError
from allears.people.models import DigestChoice
from allears.web.access import ConsoleRequest, access_agent, access_manager
from allears.web.render import flash, render_page

EVERY = (
    (DigestChoice.Every.OFF, gettext_lazy("Never")),
    (DigestChoice.Every.DAY, gettext_lazy("Every morning")),
    (DigestChoice.Every.WEEK, gettext_lazy("On Monday mornings")),
)


@access_manager
@require_GET
def listeners(request: ConsoleRequest) -> HttpResponse:
    """How many of us listened this week?"""
    found = listening.listening(workspace=request.access.workspace, now=timezone.now())
    context = {"found": found, "chart": listening.trend_chart(found), "fewest": listening.FEWEST}
    return render_page(request, "listen/listeners.html", context)


def digest_context(request: ConsoleRequest) -> dict[str, object]:
    """What the member's own page says of the digest."""
    choice = queries.digest_choice(member=request.access.membership, now=timezone.now())
    zones = sorted(available_timezones())
    return {"choice": choice, "every": EVERY, "zones": zones, "workspace_zone": request.access.workspace.timezone}


@access_agent
@require_POST
def choose_digest(request: ConsoleRequest) -> HttpResponse:
    """How often one's own stream comes by mail."""
    told = request.POST
    try:
        actions.choose_digest(
            member=request.access.membership,
            every=told.get("every", ""),
            zone=told.get("timezone", ""),
            now=timezone.now(),
        )
    except ListeningError as error:
        flash(request, str(error), level=messages.ERROR)
    else:
        flash(request, _("Saved"))
    return redirect("profile")


@csrf_exempt  # no cookie gives any right here; the signed address does, and mail programs post without one
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def digest_end(request: HttpRequest, token: str) -> HttpResponse:
    """A visit only shows a button (mail scanners visit links too); pressing it ends the digest (RFC 8058)."""
    try:
        member = sending.member_of(token)
        if request.method == "POST":
            sending.end_by_link(token=token, now=timezone.now())
    except sending.UnknownDigestLinkError:
        return render(request, "listen/digest_end.html", {"unknown": True}, status=404)
    with override(member.user.language or member.workspace.language):
        if request.POST.get("List-Unsubscribe") == "One-Click":
            return HttpResponse(_("You are unsubscribed."), content_type="text/plain; charset=utf-8")
        return render(request, "listen/digest_end.html", {"member": member, "ended": request.method == "POST"})


urlpatterns = [
    path("listen/listeners", listeners, name="listeners"),
    path("settings/profile/digest", choose_digest, name="digest_choice"),
    path("d/<str:token>", digest_end, name="digest_end"),
]
