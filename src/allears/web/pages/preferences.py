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
from allears.outreach.choosing import FREQUENCIES, PAUSES, Choice, choose, chosen
from allears.outreach.queries import Preferences, UnknownCustomerLinkError, preferences
from allears.outreach.wording import channel_name
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
    now, customer = timezone.now(), found.customer
    if _is_one_click(request):
        set_consent(
            workspace_id=customer.workspace_id,
            customer_id=customer.pk,
            channel="email",
            purpose="survey",
            granted=False,
            source="unsubscribe",
            now=now,
        )
        return HttpResponse(_("You are unsubscribed."), content_type="text/plain; charset=utf-8")
    choose(customer=customer, choice=_choice(request, found), now=now)
    return HttpResponseRedirect(f"{request.path}?kept=1&lang={_language(request, found)}", status=303)


def _is_one_click(request: HttpRequest) -> bool:
    """RFC 8058, 3.1. A post that says nothing at all comes from the header's address as well, never from the form."""
    return request.POST.get("List-Unsubscribe") == "One-Click" or not set(request.POST) - {"lang"}


def _choice(request: HttpRequest, found: Preferences) -> Choice:
    """What the form says; figures that it never offers count as nothing."""
    told = request.POST
    survey = told.get("survey", "paused")  # a pause goes on, and whatever else was chosen for surveys
    held = chosen(customer=found.customer, now=timezone.now())
    named = set(told.getlist("channel")) if "channel" in told or "more" in told else set(held.channels)
    pause = next((days for days in PAUSES if survey == f"pause-{days}"), 0)
    every = next((days for days in FREQUENCIES if told.get("every") == str(days)), held.every_days)
    language = told.get("language", "")
    asked = frozenset(named) if survey == "yes" or pause else frozenset[str]()
    return Choice(
        channels=None if survey == "paused" else asked,
        pause_days=pause,
        every_days=every,
        news=told.get("news") == "yes" if "more" in told else None,
        language=language if language in LANGUAGES else "",
    )


def _show(request: HttpRequest, found: Preferences) -> HttpResponse:
    language = _language(request, found)
    held = chosen(customer=found.customer, now=timezone.now())
    with speaking(language):
        context: dict[str, Any] = {
            "company": found.customer.workspace.name,
            "address": masked(found.customer.email),
            "held": held,
            "asked": any(held.channels.values()) or (not held.channels and found.surveys_by_email),
            "ways": [(name, channel_name(name), may or bool(held.paused_until)) for name, may in held.channels.items()],
            "pauses": PAUSES,
            "frequencies": FREQUENCIES,
            "kept": "kept" in request.GET,
            "language": language,
            "chosen_language": (found.customer.language or language)[:2],
            "languages": languages_for(LANGUAGES),
        }
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
