"""The hosted survey page ``/s/<token>``: no account, no cookie; the token is the key. Reading answers nothing."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from allears.listen import answering
from allears.listen.answering import Sheet
from allears.listen.forms import LANGUAGE_NAMES, sheet_form
from allears.listen.mail import DJANGO_LANGUAGE, words


def languages_for(offered: list[str], **query: str) -> list[dict[str, str]]:
    """What the language switch shows: each language in its own name, keeping the rest of the address."""
    return [
        {
            "code": code,
            "query": urlencode({**query, "lang": code}),
            **LANGUAGE_NAMES.get(code, {"name": code, "tag": code}),
        }
        for code in offered
    ]


def _language(request: HttpRequest, sheet: Sheet) -> str:
    chosen = request.POST.get("lang") or request.GET.get("lang") or ""
    return sheet.definition.language_for(*([chosen] if chosen else []), sheet.invitation.language)


def speaking(language: str) -> Any:
    """Our own words in the language of the page."""
    return translation.override(DJANGO_LANGUAGE.get(language, language))


def _given(request: HttpRequest) -> dict[str, str]:
    return {name[2:]: str(value) for name, value in request.POST.items() if name.startswith("q-")}


@csrf_exempt  # no cookie gives any right here; the token in the address does
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def survey(request: HttpRequest, token: str) -> HttpResponse:
    """Show the survey, or keep what was submitted."""
    now = timezone.now()
    try:
        if request.method == "POST":
            return _keep(request, token)
        sheet = answering.sheet(token=token, now=now)
    except answering.UnknownTokenError:
        return _unknown(request)
    language = _language(request, sheet)
    if sheet.state == "open" or (sheet.state == "changeable" and "change" in request.GET):
        return _form(request, sheet, language)
    return _closed(request, sheet, language)


def _keep(request: HttpRequest, token: str) -> HttpResponse:
    partial = "partial" in request.POST
    now = timezone.now()
    before = answering.sheet(token=token, now=now)
    language = _language(request, before)
    try:
        if partial and not any(_given(request).values()):
            answering.mark_opened(token=token, now=now)
            return HttpResponse(status=204)
        saved = answering.save(token=token, given=_given(request), complete=not partial, language=language, now=now)
    except answering.ClosedError:
        return HttpResponse(status=409) if partial else _closed(request, before, language)
    if partial:
        return HttpResponse(status=204)
    if saved.missing:
        return _form(request, saved.sheet, language, missing=saved.missing, status=422)
    return HttpResponseRedirect(f"{request.path}?lang={language}", status=303)


def _form(
    request: HttpRequest, sheet: Sheet, language: str, *, missing: tuple[str, ...] = (), status: int = 200
) -> HttpResponse:
    query = {name: request.GET[name] for name in ("score", "change") if name in request.GET}
    form = sheet_form(
        sheet.definition,
        language=language,
        company=sheet.company,
        answers=sheet.answers,
        suggested=request.GET.get("score", ""),
        missing=missing,
    )
    context: Mapping[str, Any] = {
        **form,
        "action": request.path,
        "company": sheet.company,
        "language": language,
        "languages": languages_for(sheet.definition.languages, **query),
        "preferences": answering.preferences_of(sheet.invitation),
    }
    with speaking(language):
        return render(request, "answer/survey.html", context, status=status)


def _closed(request: HttpRequest, sheet: Sheet, language: str) -> HttpResponse:
    """Thank-you, already answered, or too late."""
    with speaking(language):
        said = _what_to_say(request, sheet, language)
        context = {
            **said,
            "company": sheet.company,
            "language": language,
            "languages": languages_for(sheet.definition.languages),
        }
        return render(request, "answer/said.html", context, status=410 if sheet.state == "expired" else 200)


def _what_to_say(request: HttpRequest, sheet: Sheet, language: str) -> dict[str, str]:
    if sheet.state == "expired":
        kept = _("What you had answered is kept.") if sheet.answers else ""
        return {
            "title": _("This survey has closed"),
            "text": " ".join([_("You can still write to us at any time; we read everything."), kept]).strip(),
            "href": f"/tell/{sheet.invitation.workspace.slug}?lang={language}",
            "action": _("Tell us"),
        }
    thanks = {"title": _("Thank you"), "text": words(sheet.definition.thanks, language=language, company=sheet.company)}
    if sheet.state == "changeable":
        thanks |= {"href": f"{request.path}?change=1&lang={language}", "action": _("Change my answer")}
    return thanks


def _unknown(request: HttpRequest) -> HttpResponse:
    said = {
        "title": _("We cannot find this survey"),
        "text": _("The address may have been cut off in the mail. Open it from the mail again, or copy it whole."),
    }
    return render(request, "answer/said.html", said, status=404)


urlpatterns = [path("s/<str:token>", survey, name="survey-answer")]
