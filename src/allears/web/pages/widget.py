"""The widget: its script, the calls it makes from other people's sites, and its settings."""

import gzip
import json
from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from allears.accounts.queries import workspace_of_write_key
from allears.events.intake.limits import LimitedError
from allears.listen import answering
from allears.listen.places import limits, queries, site, widget
from allears.listen.places.models import Place
from allears.listen.places.walking_in import NothingToAskError
from allears.listen.telling import TellingError
from allears.web.pages.answer import address_of

MOST_BYTES = 64 * 1024
KEPT_SECONDS = 3600


@lru_cache(maxsize=1)
def _script() -> tuple[bytes, bytes, str]:
    """The script, packed once, and its tag."""
    found = finders.find("dist/widget.js")
    assert isinstance(found, str)
    with open(found, "rb") as file:
        code = file.read()
    return code, gzip.compress(code, 9, mtime=0), f'"{blake2b(code, digest_size=12).hexdigest()}"'


@require_GET
def script(request: HttpRequest) -> HttpResponse:
    """``/widget.js`` for pages of any origin."""
    code, packed, tag = _script()
    zipped = "gzip" in request.headers.get("Accept-Encoding", "")
    answer: HttpResponse
    if request.headers.get("If-None-Match") == tag:
        answer = HttpResponseNotModified()
    else:
        answer = HttpResponse(packed if zipped else code, content_type="text/javascript; charset=utf-8")
        if zipped:
            answer["Content-Encoding"] = "gzip"
    answer["ETag"] = tag
    answer["Vary"] = "Accept-Encoding"
    answer["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    answer["Access-Control-Allow-Origin"] = "*"
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


# What the script calls


class CallError(Exception):
    """A call that is answered with a refusal."""

    def __init__(self, status: int, problem: str) -> None:
        super().__init__(problem)
        self.status = status


def _body(request: HttpRequest) -> dict[str, Any]:
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        raise CallError(413, "this is too long")
    try:
        found = json.loads(request.body)
    except ValueError as error:
        raise CallError(400, "send JSON") from error
    if not isinstance(found, dict):
        raise CallError(400, "send one JSON object")
    return found


def _text(body: dict[str, Any], name: str, *, longest: int = 200) -> str:
    value = body.get(name)
    return value.replace("\x00", "")[:longest] if isinstance(value, str) else ""


def _place(request: HttpRequest, body: dict[str, Any]) -> Place:
    """The site that the write key opens, where its settings let this origin in."""
    workspace_id = workspace_of_write_key(key=_text(body, "key"))
    place = queries.site_for(workspace_id=workspace_id, code=_text(body, "site")) if workspace_id else None
    if place is None:
        raise CallError(401, "the write key opens no site; copy the snippet of Settings, Widget once more")
    allowed = site.settings_from(place.settings).origins
    if allowed and request.headers.get("Origin", "") not in allowed:
        raise CallError(403, "this origin is not among the sites of this widget")
    return place


def _who(body: dict[str, Any]) -> widget.Who:
    told = body.get("who")
    told = told if isinstance(told, dict) else {}
    return widget.Who(
        anonymous_id=_text(told, "anonymousId"), user_id=_text(told, "userId"), proof=_text(told, "proof")
    )


def _names(body: dict[str, Any], name: str) -> tuple[str, ...] | None:
    told = body.get(name)
    return tuple(each for each in told if isinstance(each, str)) if isinstance(told, list) else None


def _given(body: dict[str, Any]) -> dict[str, Any]:
    told = body.get("answers")
    if not isinstance(told, dict):
        raise CallError(422, "answers is an object of question and answer")
    return {str(name): value for name, value in told.items()}


def _config(request: HttpRequest, body: dict[str, Any]) -> dict[str, Any]:
    place = _place(request, body)
    opening = widget.Opening(
        page=_text(body, "page", longest=500), events=_names(body, "events"), sheets=_names(body, "sheets") or ()
    )
    return widget.config(place=place, who=_who(body), language=_text(body, "lang"), now=timezone.now(), opening=opening)


def _ask(request: HttpRequest, body: dict[str, Any]) -> dict[str, Any]:
    found = widget.ask(
        place=_place(request, body),
        trigger_id=_text(body, "trigger"),
        who=_who(body),
        language=_text(body, "lang"),
        now=timezone.now(),
    )
    return {"ask": found}


def _sheet(request: HttpRequest, body: dict[str, Any]) -> dict[str, Any]:
    place = _place(request, body)
    return {"ask": widget.sheet(place=place, survey_key=_text(body, "survey"), language=_text(body, "lang"))}


def _answer(request: HttpRequest, body: dict[str, Any]) -> dict[str, Any]:
    given, complete = _given(body), body.get("complete") is True
    language, now = _text(body, "lang")[:10], timezone.now()
    if token := _text(body, "token"):
        return {"url": widget.answer_invited(token=token, language=language, now=now, given=given, complete=complete)}
    survey, visit = _text(body, "survey"), _text(body, "visit")
    if not survey or len(visit) < 16:
        raise CallError(422, "name the survey, and the visit by 16 characters or more")
    place = _place(request, body)
    return {
        "url": widget.answer(
            place=place,
            who=_who(body),
            survey_key=survey,
            visit=visit,
            language=language,
            now=now,
            given=given,
            complete=complete,
        )
    }


def _seen(request: HttpRequest, body: dict[str, Any]) -> dict[str, Any]:
    answering.mark_opened(token=_text(body, "token"), now=timezone.now())
    return {}


def _tell(request: HttpRequest, body: dict[str, Any]) -> dict[str, Any]:
    widget.speak(
        place=_place(request, body),
        who=_who(body),
        once=_text(body, "once"),
        kind=_text(body, "kind"),
        text=_text(body, "text", longest=20_000),
        email=_text(body, "email"),
        page=_text(body, "page", longest=500),
        language=_text(body, "lang"),
        now=timezone.now(),
    )
    return {}


CALLS: dict[str, Callable[[HttpRequest, dict[str, Any]], dict[str, Any]]] = {
    "config": _config,
    "ask": _ask,
    "sheet": _sheet,
    "answer": _answer,
    "seen": _seen,
    "tell": _tell,
}


@csrf_exempt  # no cookie gives any right here; the write key or the token in the body does
@never_cache
@require_http_methods(["POST", "OPTIONS"])
def call(request: HttpRequest, verb: str) -> HttpResponse:
    """One call of the widget, from a page of any origin and without cookies."""
    answer: HttpResponse
    if request.method == "OPTIONS":
        answer = HttpResponse(status=204)
        answer["Access-Control-Allow-Headers"] = "content-type"
        answer["Access-Control-Max-Age"] = "86400"
    else:
        answer = _answered(request, verb)
        answer["Access-Control-Expose-Headers"] = "Retry-After"
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


def _answered(request: HttpRequest, verb: str) -> JsonResponse:
    try:
        if verb not in CALLS:
            raise CallError(404, f"there are: {', '.join(CALLS)}")
        body = _body(request)
        limits.admit(key=_text(body, "key"), address=address_of(request), now=timezone.now())
        return JsonResponse(CALLS[verb](request, body))
    except LimitedError as error:
        return JsonResponse({"error": str(error)}, status=429, headers={"Retry-After": str(error.retry_after)})
    except CallError as error:
        return JsonResponse({"error": str(error)}, status=error.status)
    except (answering.UnknownTokenError, NothingToAskError):
        return JsonResponse({"error": "there is nothing to ask under this name"}, status=404)
    except answering.ClosedError:
        return JsonResponse({"error": "this takes no answers any more; what was answered is kept"}, status=409)
    except TellingError as error:
        return JsonResponse({"error": str(error), "field": error.field}, status=422)


urlpatterns = [
    path("widget.js", script, name="widget_script"),
    path("v1/widget/<slug:verb>", call, name="widget_call"),
]
