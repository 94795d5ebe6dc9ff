"""``/tell/<workspace>``: where anybody can complain, praise or ask, without an account."""

import secrets
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from allears.accounts.models import Workspace
from allears.journeys import queries as journey_queries
from allears.kit.sniffing import LARGEST
from allears.listen import filing
from allears.listen.telling import KINDS, Telling, TellingError, tell
from allears.web.pages.answer import languages_for, speaking

LANGUAGES = ["en", "zh"]


def _language(request: HttpRequest, workspace: Workspace) -> str:
    for each in (request.POST.get("lang"), request.GET.get("lang"), request.headers.get("Accept-Language")):
        if (short := (each or "")[:2].lower()) in LANGUAGES:
            return short
    return workspace.language if workspace.language in LANGUAGES else LANGUAGES[0]


@csrf_exempt  # no cookie gives any right here: whoever can write may tell us something
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def telling(request: HttpRequest, slug: str) -> HttpResponse:
    """The form, what was sent with it, or the thanks."""
    workspace = Workspace.objects.filter(slug=slug).first()
    if workspace is None:
        raise Http404
    with speaking(_language(request, workspace)):
        if request.method == "POST":
            return _keep(request, workspace)
        if "kept" in request.GET:
            return _thanks(request, workspace)
        return _form(request, workspace, {"kind": request.GET.get("kind", KINDS[0].value)})


def _keep(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    given = {name: str(value) for name, value in request.POST.items()}
    language = _language(request, workspace)
    if given.get("website"):  # a field that people cannot see
        return HttpResponseRedirect(f"{request.path}?kept=1&lang={language}", status=303)
    try:
        files = filing.check_all([filing.received(each) for each in request.FILES.getlist("files")[: filing.MOST + 1]])
        telling = replace(_read(given, language), files=files)
        tell(workspace_id=workspace.id, telling=telling, now=timezone.now())
    except TellingError as error:
        return _form(request, workspace, given, wrong=error.field, status=422)
    except filing.FileError as error:
        return _form(request, workspace, given, wrong="files", why=str(error), status=422)
    return HttpResponseRedirect(f"{request.path}?kept=1&lang={language}", status=303)


def _read(given: dict[str, str], language: str) -> Telling:
    kind = given.get("kind", "")
    text = given.get("text", "").replace("\x00", "")
    if not text.strip():
        raise TellingError("text", "empty")
    return Telling(
        key=f"tell:{given.get('once') or secrets.token_urlsafe(12)}",
        text=text,
        source_kind=kind if kind in {each.value for each in KINDS} else KINDS[0].value,
        channel="web",
        said_at=timezone.now(),
        name=given.get("name", "").strip(),
        email=given.get("email", "").strip(),
        touchpoint_key=given.get("touchpoint", ""),
        language=language,
    )


def _form(
    request: HttpRequest,
    workspace: Workspace,
    given: dict[str, str],
    *,
    wrong: str = "",
    why: str = "",
    status: int = 200,
) -> HttpResponse:
    kinds = {
        "complaint": _("Something went wrong"),
        "praise": _("Something was good"),
        "request": _("I need something"),
    }
    language = _language(request, workspace)
    context: dict[str, Any] = {
        "company": workspace.name,
        "kinds": [{"value": value, "text": text} for value, text in kinds.items()],
        "given": given,
        "once": given.get("once") or secrets.token_urlsafe(12),
        "touchpoints": journey_queries.touchpoints(workspace_id=workspace.id),
        "wrong": wrong,
        "why": why,
        "most": filing.MOST,
        "largest": LARGEST >> 20,
        "language": language,
        "languages": languages_for(LANGUAGES),
    }
    return render(request, "answer/tell.html", context, status=status)


def _thanks(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    language = _language(request, workspace)
    context = {
        "company": workspace.name,
        "title": _("Thank you for telling us"),
        "text": _("A person reads it. If you left an address, we will answer there."),
        "href": f"{request.path}?lang={language}",
        "action": _("Tell us something else"),
        "language": language,
        "languages": languages_for(LANGUAGES, kept="1"),
    }
    return render(request, "answer/said.html", context)


urlpatterns = [path("tell/<slug:slug>", telling, name="tell")]
