"""Home: is it getting better, and what needs me now?"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Q
from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from allears.accounts.models import Role
from allears.journeys.queries import touchpoints
from allears.listen.models import COUNTED, Voice
from allears.people import listening
from allears.respond.models import Case
from allears.respond.queries import by_what_burns, cases_of, unanswered_voices
from allears.science.scores import METRICS
from allears.understand import shapes, showing
from allears.understand.asking import Asked, AskingError, question_of
from allears.understand.pool import AnalyticsError, ask_report
from allears.understand.queries import Cut, Report
from allears.understand.themes import queries as theme_queries
from allears.understand.themes.mending import first_to_mend
from allears.understand.themes.selecting import selection_of
from allears.web import beginning
from allears.web.access import ConsoleRequest, access_admin, access_manager
from allears.web.render import render_page

BURNING = 5
SINCE = "182d"  # the score, its band, and what pulls it down are of the same half year
GRACE = timedelta(seconds=60)  # a voice of this minute is still on its way to an owner
BEGUN = "begun"  # a cookie: the first steps were dismissed


@dataclass(frozen=True, kw_only=True)
class Today:
    """What needs someone now, and what happened in the last 24 hours."""

    voices: int
    unowned: int
    opened: int
    closed: int
    running: int
    late: int

    @property
    def sentences(self) -> list[str]:
        """ "Since yesterday", in three sentences."""
        return [
            ngettext("%(n)d voice was heard.", "%(n)d voices were heard.", self.voices) % {"n": self.voices},
            _("Cases: %(opened)d opened, %(closed)d closed.") % {"opened": self.opened, "closed": self.closed},
            _("Every promise to reply or settle is kept so far.")
            if not self.late
            else ngettext("%(n)d case is past its promise.", "%(n)d cases are past their promise.", self.late)
            % {"n": self.late},
        ]


def _today(workspace_id: int, now: datetime) -> Today:
    since = now - timedelta(days=1)
    cases = cases_of(workspace_id)
    running = cases.exclude(state=Case.State.CLOSED)
    return Today(
        voices=Voice.objects.in_workspace(workspace_id).filter(COUNTED, said_at__gte=since, said_at__lte=now).count(),
        unowned=unanswered_voices(workspace_id, before=now - GRACE).count(),
        opened=cases.filter(opened_at__gte=since).count(),
        closed=cases.filter(closed_at__gte=since).count(),
        running=running.count(),
        late=running.filter(Q(resolve_due_at__lte=now) | Q(reply_due_at__lte=now), state=Case.State.OPEN).count(),
    )


@require_GET
@access_manager
def home(request: ConsoleRequest) -> HttpResponse:
    """Success as the company defines it, what happened since yesterday, whom nobody owns, what burns."""
    now, workspace = timezone.now(), request.access.workspace
    burning = by_what_burns(cases_of(workspace.pk).exclude(state=Case.State.CLOSED))[:BURNING]
    context = {
        "workspace": workspace,
        "today": _today(workspace.pk, now),
        "burning": list(burning),
        "now": now,
        "listened": listening.listening(workspace=workspace, now=now, weeks=2).now,
        "beginning": _beginning(request),
    }
    return render_page(request, "home/home.html", context)


def _beginning(request: ConsoleRequest) -> list[beginning.Step]:
    """What is still to do in a new workspace; nothing once all is done, and in the demo, which has steps of its own."""
    if settings.DEMO or BEGUN in request.COOKIES or request.access.role != Role.ADMIN:
        return []
    steps = beginning.steps(workspace_id=request.access.workspace_id)
    return [] if all(step.done for step in steps) else steps


@require_POST
@access_admin
def dismiss_beginning(request: ConsoleRequest) -> HttpResponse:
    """Do not show the first steps again in this browser."""
    answer = HttpResponse("")
    answer.set_cookie(BEGUN, "seen", max_age=365 * 86_400, httponly=True, samesite="Lax")
    return answer


@require_GET
@access_manager
def home_score(request: ConsoleRequest) -> HttpResponse:
    """The first score with answers, with its band over half a year; loaded after the page."""
    try:
        for metric in METRICS:
            question = question_of(
                Asked(metric=metric, since=SINCE, by="touchpoint"),
                workspace=request.access.workspace,
                now=timezone.now(),
            )
            found = ask_report(question)
            if found.whole.score.n:
                break
    except (AskingError, AnalyticsError) as error:
        return render_page(request, "home/_score.html", {"problem": error})
    context = {
        "report": found,
        "since": SINCE,
        "trend": shapes.trend_chart(found),
        "name": shapes.NAMES[metric],
        "unit": shapes.UNITS[metric],
        "movers": _movers(found, workspace_id=request.access.workspace_id),
    }
    return render_page(request, "home/_score.html", context)


@require_GET
@access_manager
def home_mend(request: ConsoleRequest) -> HttpResponse:
    """The theme that takes most off the score that Home shows; loaded after the page."""
    workspace, now = request.access.workspace, timezone.now()
    words = {"since": SINCE, "metric": _shown_metric(workspace.pk, now)}
    selection = selection_of(words, workspace=workspace, now=now)
    board = theme_queries.board(selection)
    first = first_to_mend(board)
    context: dict[str, Any] = {
        "board": board,
        "first": first,
        "kept": urlencode({name: value for name, value in words.items() if value}),
        "unit": shapes.UNITS.get(board.metric or "", "count"),
        "metric_name": shapes.NAMES.get(board.metric or "", ""),
    }
    if first:
        theme = first.card.theme
        quotes = theme_queries.nearest(selection, [theme.pk])
        showing.attach([quote.voice for quote in quotes.values()])
        context |= {"name": theme_queries.name_of(theme), "quote": quotes.get(theme.pk)}
    return render_page(request, "home/_mend.html", context)


def _shown_metric(workspace_id: int, now: datetime) -> str:
    """The first score with answers, as in `home_score`; no word where there is none."""
    since = now - timedelta(days=int(SINCE.removesuffix("d")))
    scored = Voice.objects.in_workspace(workspace_id).filter(
        COUNTED, score__isnull=False, said_at__gte=since, said_at__lte=now
    )
    return next((metric for metric in METRICS if scored.filter(metric=metric).exists()), "")


def _movers(found: Report, *, workspace_id: int) -> list[tuple[str, Cut]]:
    """The touchpoints that differ from all the others, largest base first, by their names."""
    labels = {each.key: each.label for each in touchpoints(workspace_id=workspace_id, with_archived=True)}
    differ = [cut for cut in found.cuts if cut.verdict == "different"][:3]
    return [(labels.get(cut.key[0], cut.key[0]) or _("not known"), cut) for cut in differ]


urlpatterns = [
    path("", home, name="home"),
    path("home/score", home_score, name="home_score"),
    path("home/mend", home_mend, name="home_mend"),
    path("home/first-steps/dismissal", dismiss_beginning, name="dismiss_beginning"),
]
