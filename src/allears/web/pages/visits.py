"""Where people answer by themselves: ``/q/<code>`` of printed codes, ``/k/<code>`` of tablets, lines of telephones."""

import json
import secrets
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from allears.listen import wechat
from allears.listen.answering import ClosedError
from allears.listen.definition import Definition
from allears.listen.mail import survey_url
from allears.listen.places import calling, queries, scanning
from allears.listen.places import kiosk as kiosk_settings
from allears.listen.places.actions import TooManyTriesError, come_by, is_pin
from allears.listen.places.models import Place
from allears.listen.places.plain import plain_form
from allears.listen.places.walking_in import NothingToAskError, Visit, answer, survey_of
from allears.web.pages.answer import languages_for, speaking

MOST_BYTES = 64 * 1024
AT_A_KIOSK = 4  # questions; nobody stands longer
WAITED = timedelta(days=30)  # longer no tablet is believed to have kept an answer


def _place(code: str, kind: str) -> Place:
    found = queries.place_at(code=code, kind=kind)
    if found is None:
        raise Http404
    return found


def _asked(place: Place) -> Definition:
    try:
        return survey_of(place=place)[1]
    except NothingToAskError as error:
        raise Http404 from error


def _language(request: HttpRequest, definition: Definition, place: Place) -> str:
    chosen = request.POST.get("lang") or request.GET.get("lang") or ""
    accepted = request.headers.get("Accept-Language", "")[:2]
    return definition.language_for(*filter(None, (chosen, accepted, place.workspace.language)))


@csrf_exempt  # no cookie gives any right here: whoever stands there may answer
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest, code: str) -> HttpResponse:
    """The first question of a printed code. Looking at it is no answer; the first tap is."""
    place, now = _place(code, Place.Kind.QR), timezone.now()
    definition = _asked(place)
    language = _language(request, definition, place)
    if request.method == "POST":
        return _tapped(request, place, definition, language)
    if (elsewhere := _asks_wechat(request, place)) is not None:
        return elsewhere
    if request.method == "GET":
        come_by(place=place, now=now)
    form = plain_form(definition, language=language, company=place.workspace.name, most=1)
    first = form["questions"][0] if form["questions"] else {"kind": ""}
    context: dict[str, Any] = {
        **form,
        "company": place.workspace.name,
        "place": place,
        "question": first if first["kind"] in ("score", "choice") else None,
        "visit": secrets.token_urlsafe(18),
        "who": request.GET.get("who", ""),
        "language": language,
        "languages": languages_for(definition.languages),
    }
    with speaking(language):
        return render(request, "places/code.html", context)


def _asks_wechat(request: HttpRequest, place: Place) -> HttpResponse | None:
    """Inside WeChat the platform says who it is, once, without a question; whatever fails, the page comes without."""
    if "MicroMessenger" not in request.headers.get("User-Agent", "") or {"who", "plain"} & set(request.GET):
        return None
    back = scanning.short_url(place)
    code = request.GET.get("code", "")
    if code:
        who = wechat.who_opens(workspace_id=place.workspace_id, code=code, now=timezone.now())
        return HttpResponseRedirect(f"{back}?who={who}" if who else f"{back}?plain=1")
    url = wechat.page_for(workspace_id=place.workspace_id, back=back, state=place.code)
    return HttpResponseRedirect(url) if url else None


def _tapped(request: HttpRequest, place: Place, definition: Definition, language: str) -> HttpResponse:
    given = {name[2:]: str(value) for name, value in request.POST.items() if name.startswith("q-")}
    who = scanning.customer_behind(token=request.POST.get("who", ""), workspace_id=place.workspace_id)
    key = request.POST.get("visit", "")[:40] or secrets.token_urlsafe(18)
    visit = Visit(place=place, key=key, customer_id=who, language=language)
    single = len(definition.questions) == 1
    try:
        kept = answer(visit=visit, given=given, complete=single, language=language, now=timezone.now())
    except ClosedError:
        return HttpResponseRedirect(f"{request.path}?lang={language}", status=303)
    token = kept.sheet.invitation.token
    return HttpResponseRedirect(f"{survey_url(token).partition('/s/')[1]}{token}?lang={language}", status=303)


@never_cache
@require_http_methods(["GET", "HEAD"])
def kiosk(request: HttpRequest, code: str) -> HttpResponse:
    """The full-screen loop of a tablet; it goes on without a connection once it was loaded."""
    place = _place(code, Place.Kind.KIOSK)
    definition = _asked(place)
    language = _language(request, definition, place)
    if request.method == "GET":
        come_by(place=place, now=timezone.now())
    sheets = {each: _sheet(definition, each, place) for each in definition.languages}
    told = {
        "answer": f"/k/{place.code}/answers",
        "idle": kiosk_settings.idle_of(place.settings),
        "exit": f"/k/{place.code}/exit",
        "salt": place.code,
        "language": language,
        "sheets": sheets,
    }
    with speaking(language):
        return render(request, "places/kiosk.html", {"place": place, "told": told, "company": place.workspace.name})


def _sheet(definition: Definition, language: str, place: Place) -> dict[str, Any]:
    form = plain_form(definition, language=language, company=place.workspace.name, most=AT_A_KIOSK)
    with speaking(language):
        own = {
            "send": _("Send"),
            "skip": _("Skip"),
            "again": _("Start again"),
            "leave": _("Leave the loop"),
            "pin": _("PIN"),
            "wrong": _("This is not the PIN."),
            "slow": _("Too many tries. Wait a minute."),
            "unreachable": _("Without a connection the PIN cannot be checked. Try again once it is back."),
            "one": _("No connection. 1 answer waits here and is sent when it is back."),
            "waiting": _("No connection. %s answers wait here and are sent when it is back."),
            "full": _("This tablet can keep no more answers. Connect it to the network, then they are sent."),
        }
    return {**form, "words": own}


@lru_cache(maxsize=1)
def _worker() -> bytes:
    found = finders.find("kiosk-worker.js")
    assert isinstance(found, str)
    return Path(found).read_bytes()


@require_safe
def kiosk_worker(request: HttpRequest) -> HttpResponse:
    """What opens a tablet's page without a connection; a worker acts on nothing above its own folder."""
    answer = HttpResponse(_worker(), content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer


@csrf_exempt  # the code in the address is all it takes to answer
@require_POST
def kiosk_answers(request: HttpRequest, code: str) -> HttpResponse:
    """One visit's answers; a repeat under the same name changes nothing."""
    place = _place(code, Place.Kind.KIOSK)
    told = _json(request)
    visit, given = told.get("visit"), told.get("answers")
    if not isinstance(visit, str) or len(visit) < 16 or not isinstance(given, dict):
        return JsonResponse({"error": "send visit (16 characters or more) and answers"}, status=422)
    language = str(told.get("lang") or "")[:10]
    try:
        answer(
            visit=Visit(place=place, key=visit[:40], language=language),
            given={str(name): str(value) for name, value in given.items()},
            complete=told.get("complete") is True,
            language=language,
            now=timezone.now() - _ago(told),
        )
    except NothingToAskError:
        return JsonResponse({"error": "there is nothing to ask here any more"}, status=404)
    except ClosedError:
        return JsonResponse({"error": "this visit is over; what was answered is kept"}, status=409)
    return JsonResponse({})


def _ago(told: dict[str, Any]) -> timedelta:
    """How long the answer waited on the tablet, which had no connection when it was given."""
    seconds = told.get("ago")
    whole = seconds if isinstance(seconds, int) and not isinstance(seconds, bool) else 0
    return timedelta(seconds=min(max(whole, 0), int(WAITED.total_seconds())))


@csrf_exempt  # the PIN is what it takes
@require_POST
def kiosk_exit(request: HttpRequest, code: str) -> HttpResponse:
    """Whether this PIN ends the loop."""
    place = _place(code, Place.Kind.KIOSK)
    try:
        right = is_pin(place=place, pin=str(_json(request).get("pin") or ""), now=timezone.now())
    except TooManyTriesError:
        return JsonResponse({"error": "too many tries; wait a minute"}, status=429)
    return JsonResponse({}, status=200 if right else 403)


def _json(request: HttpRequest) -> dict[str, Any]:
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        return {}
    try:
        told = json.loads(request.body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


@csrf_exempt  # signed with the line's secret
@never_cache
@require_POST
def line(request: HttpRequest, code: str) -> HttpResponse:
    """One step of a telephone call."""
    place = _place(code, Place.Kind.LINE)
    if len(request.body) > MOST_BYTES:
        return JsonResponse({"error": f"a step has at most {MOST_BYTES} bytes"}, status=413)
    try:
        calling.check(place=place, body=request.body, signature=request.headers.get("X-AllEars-Signature", ""))
    except calling.NotProvenError as error:
        return JsonResponse({"error": str(error)}, status=401)
    told = _json(request)
    names = ("call", "phone", "digits", "question", "text", "language")
    words = {name: _written(told.get(name))[:10_000].strip() for name in names}
    if not (call := words.pop("call")):
        return JsonResponse({"error": "send one JSON object, and name the call in it: `call`"}, status=422)
    step = calling.Call(id=call[:100], ended=told.get("ended") is True, **words)
    try:
        return JsonResponse(calling.step(place=place, call=step, now=timezone.now()))
    except NothingToAskError:
        return JsonResponse({"error": "there is nothing to ask on this line"}, status=404)
    except ClosedError:
        return JsonResponse({"error": "this call was completed earlier; what was said is kept"}, status=409)


def _written(value: Any) -> str:
    """As text; the key 0 may come as a number."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


urlpatterns = [
    path("q/<slug:code>", code, name="place_code"),
    path("k/worker.js", kiosk_worker, name="place_kiosk_worker"),
    path("k/<slug:code>", kiosk, name="place_kiosk"),
    path("k/<slug:code>/answers", kiosk_answers, name="place_kiosk_answers"),
    path("k/<slug:code>/exit", kiosk_exit, name="place_kiosk_exit"),
    path("v1/line/<slug:code>", line, name="place_line"),
]
