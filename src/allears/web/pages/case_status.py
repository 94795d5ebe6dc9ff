"""The customer's own page of a case: open to whoever holds the link, in their language, without a script."""

from collections.abc import Callable
from functools import wraps
from secrets import token_hex
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from allears.listen.doubting import names_itself
from allears.respond import actions
from allears.respond.errors import CaseError, MissingWordsError
from allears.respond.mail import CATALOGUES
from allears.respond.models import Case
from allears.respond.status import Status, status_of
from allears.web.render import render_page

LONGEST = 5000
View = Callable[..., HttpResponse]


def _in_their_language(view: View) -> View:
    """Find the matter, speak the customer's language, tell time in their zone. The address may ask for another."""

    @wraps(view)
    def found(request: HttpRequest, token: str) -> HttpResponse:
        try:
            status = status_of(token=token)
        except Case.DoesNotExist as error:
            raise Http404 from error
        language = request.GET.get("language", status.language)
        with (
            translation.override(CATALOGUES.get(language, CATALOGUES[status.language])),
            timezone.override(ZoneInfo(status.zone)),
        ):
            return view(request, status)

    return found


def _page(request: HttpRequest, status: Status, *, problem: str = "", code: int = 200) -> HttpResponse:
    context = {
        "status": status,
        "case": status.case,
        "workspace": status.case.workspace,
        "problem": problem,
        "text": request.POST.get("text", ""),
        "once": request.POST.get("once", token_hex(8)),
        "longest": LONGEST,
        "language": (translation.get_language() or "en")[:2],
        "said": request.GET.get("said", ""),
    }
    return render_page(request, "status/page.html", context, status=code)


@require_safe
@_in_their_language
def case_status(request: HttpRequest, status: Status) -> HttpResponse:
    """How does my matter stand?"""
    return _page(request, status)


def _back(request: HttpRequest, status: Status, said: str) -> HttpResponse:
    """To the page; ``said`` is what it thanks for, if anything."""
    language = request.GET.get("language", "")
    query = f"?said={said}" + (f"&language={language}" if language in CATALOGUES else "")
    address = redirect("case_status", token=status.case.token)
    address["Location"] += query
    return address


@csrf_exempt  # the link is the authority, not a cookie; and a page without a referrer has no origin to check
@require_POST
@_in_their_language
def case_messages(request: HttpRequest, status: Status) -> HttpResponse:
    """The customer adds something."""
    if names_itself(request.headers.get("user-agent", "")):
        return _back(request, status, "")
    text = request.POST.get("text", "")
    if len(text) > LONGEST:
        problem = _("This is longer than we can take at once. Your words are still below; please shorten them.")
        return _page(request, status, problem=problem, code=422)
    once = request.POST.get("once", "")[:32] or token_hex(8)
    try:
        actions.hear_customer(token=status.case.token, text=text, once=once, now=timezone.now())
    except MissingWordsError:
        return _page(request, status, problem=_("Nothing was written yet, so nothing was sent."), code=422)
    except CaseError:
        problem = _("We could not take this just now. Your words are still below; please send them again later.")
        return _page(request, status, problem=problem, code=429)
    return _back(request, status, "heard")


@csrf_exempt
@require_POST
@_in_their_language
def case_verdict(request: HttpRequest, status: Status) -> HttpResponse:
    """Solved, or not. Who examines mail presses buttons too: one that says so in its name tells us nothing."""
    if names_itself(request.headers.get("user-agent", "")):
        return _back(request, status, "")
    solved = request.POST.get("solved") == "yes"
    actions.hear_verdict(token=status.case.token, solved=solved, now=timezone.now())
    return _back(request, status, "solved" if solved else "not_solved")


urlpatterns = [
    path("c/<str:token>", case_status, name="case_status"),
    path("c/<str:token>/messages", case_messages, name="case_messages"),
    path("c/<str:token>/verdict", case_verdict, name="case_verdict"),
]
