"""``/u/<token>``: what a customer allows us to send. One click in a mail program posts here (RFC 8058)."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from allears.outreach.actions import set_consent
from allears.outreach.queries import Preferences, UnknownCustomerLinkError, preferences
from allears.web.pages.answer import languages_for, speaking

LANGUAGES = ["en", "zh"]


def _language(request: HttpRequest, found: Preferences | None) -> str:
    customer = found.customer if found else None
    known = (customer.language or customer.workspace.language) if customer else ""
    wanted = (request.POST.get("lang"), request.GET.get("lang"), known, request.headers.get("Accept-Language"))
    for each in wanted:
        if (short := (each or "")[:2].lower()) in LANGUAGES:
            return short
    return LANGUAGES[0]


@csrf_exempt  # no cookie gives any right here; the signed address does, and mail programs post without one
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: HttpRequest, token: str) -> HttpResponse:
    """Show the choices, or keep a new one."""
    try:
        found = preferences(token=token)
    except UnknownCustomerLinkError:
        return _unknown(request)
    if request.method == "POST":
        return _choose(request, found)
    return _show(request, found)


def _choose(request: HttpRequest, found: Preferences) -> HttpResponse:
    one_click = request.POST.get("List-Unsubscribe") == "One-Click"
    granted = request.POST.get("survey") == "yes" and not one_click
    set_consent(
        workspace_id=found.customer.workspace_id,
        customer_id=found.customer.id,
        channel="email",
        purpose="survey",
        granted=granted,
        source="unsubscribe" if one_click else "preferences",
        now=timezone.now(),
    )
    if one_click:
        return HttpResponse(_("You are unsubscribed."), content_type="text/plain; charset=utf-8")
    return HttpResponseRedirect(f"{request.path}?kept=1&lang={_language(request, found)}", status=303)


def _show(request: HttpRequest, found: Preferences) -> HttpResponse:
    language = _language(request, found)
    context: dict[str, Any] = {
        "company": found.customer.workspace.name,
        "address": masked(found.customer.email),
        "asked": found.surveys_by_email,
        "kept": "kept" in request.GET,
        "language": language,
        "languages": languages_for(LANGUAGES),
    }
    with speaking(language):
        return render(request, "answer/preferences.html", context)


def masked(address: str) -> str:
    """Enough to recognise one's own address, too little for whoever else holds the link."""
    local, at, domain = address.partition("@")
    return f"{local[:1]}•••{at}{domain}" if at else ""


def _unknown(request: HttpRequest) -> HttpResponse:
    with speaking(_language(request, None)):
        said = {
            "title": _("We cannot find this page"),
            "text": _("The address may have been cut off in the mail. Open it from the mail again, or copy it whole."),
        }
        return render(request, "answer/said.html", said, status=404)


urlpatterns = [path("u/<str:token>", choices, name="preferences")]
