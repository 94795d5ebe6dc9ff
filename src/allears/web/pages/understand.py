"""Understand: how good is it, for whom, and how sure are we?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import path, reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from allears.journeys.queries import touchpoints
from allears.journeys.vocabulary import channel_label
from allears.science.scores import METRICS
from allears.understand import shapes
from allears.understand.asking import PERIODS, UNKNOWN, Asked, AskingError, question_of
from allears.understand.metrics import DIMENSIONS, Question
from allears.understand.pool import AnalyticsError, ask_report
from allears.understand.queries import Cut, Report
from allears.understand.voices import voices_behind
from allears.web.access import ConsoleRequest, access_manager
from allears.web.render import frame_first, render_page

PAGE = 30
ALL_TIME = 36_500  # days
DEFAULTS = {"by": "touchpoint", "since": "90d"}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One cut as the table shows it."""

    cut: Cut
    names: tuple[str, ...]
    href: str
    is_low: bool


def _asked(request: ConsoleRequest) -> Asked:
    return Asked.of(request.GET.dict(), **DEFAULTS)


def _question(request: ConsoleRequest) -> Question:
    return question_of(_asked(request), workspace=request.access.workspace, now=timezone.now())


@require_GET
@access_manager
def scores(request: ConsoleRequest) -> HttpResponse:
    """The score by any cut: how sure are we, and which cuts may be called different?

    A visit is answered before anything is counted: the page's frame asks for its figures itself.
    """
    context: dict[str, Any] = {"asked": _asked(request), "query": request.GET.urlencode()}
    if frame_first(request):
        return render_page(request, "understand/scores.html", {**context, **_choices(request, None), "waits": True})
    try:
        question = _question(request)
        found = ask_report(question)
    except (AskingError, AnalyticsError) as error:
        return render_page(request, "understand/scores.html", {**context, **_choices(request, None), "problem": error})
    return render_page(
        request, "understand/scores.html", {**context, **_choices(request, found), **_shown(request, found)}
    )


def _shown(request: ConsoleRequest, found: Report) -> dict[str, Any]:
    labels = _labels(request)
    low, high = shapes.RANGES[found.question.metric]
    rows = [
        Row(
            cut=cut,
            names=tuple(_name(by, key, labels) for by, key in zip(found.question.by, cut.key, strict=True)),
            href=_voices_href(request, found.question.by, cut),
            is_low="low_base" in cut.score.warnings,
        )
        for cut in found.cuts
    ]
    return {
        "report": found,
        "rows": rows,
        "trend": shapes.trend_chart(found, link=lambda cut: _voices_href(request, ("week",), cut)),
        "unit": shapes.UNITS[found.question.metric],
        "name": shapes.NAMES[found.question.metric],
        "minimum": low,
        "maximum": high,
        "claims": sum(cut.verdict == "different" for cut in found.cuts),
        "heads": [str(_dimensions()[name]) for name in found.question.by],
    }


def _dimensions() -> dict[str, str]:
    return {"touchpoint": _("Touchpoint"), "channel": _("Channel"), "segment": _("Segment"), "week": _("Week")}


def _labels(request: ConsoleRequest) -> Mapping[str, str]:
    found = touchpoints(workspace_id=request.access.workspace_id, with_archived=True)
    return {each.key: each.label for each in found}


def _name(by: str, key: str, labels: Mapping[str, str]) -> str:
    if by == "week":
        return formats.date_format(date.fromisoformat(key), "DATE_FORMAT")
    named = {"touchpoint": lambda: labels.get(key, key), "channel": lambda: channel_label(key)}
    return named.get(by, lambda: key)() or _("not known")


def _voices_href(request: ConsoleRequest, by: tuple[str, ...], cut: Cut) -> str:
    """The voices of one cell: the page's own filters, narrowed by the cell's keys."""
    asked = _asked(request)
    words = {name: value for name, value in vars(asked).items() if value and name != "by"}
    for name, key in zip(by, cut.key, strict=True):
        if name == "week":
            words |= {"since": key, "until": (date.fromisoformat(key) + timedelta(days=6)).isoformat()}
        else:
            words[name] = key or UNKNOWN
    return f"{reverse('score_voices')}?{urlencode(words)}"


def _choices(request: ConsoleRequest, found: Report | None) -> dict[str, Any]:
    labels = _labels(request)
    known = found.known if found else {name: [value] for name, value in vars(_asked(request)).items() if value}
    return {
        "metrics": [(name, shapes.NAMES[name]) for name in METRICS],
        "cuts": [(name, _dimensions()[name]) for name in DIMENSIONS],
        "periods": [(f"{days}d", days) for days in sorted({*PERIODS, *_days(_asked(request).since)})],
        "filters": [
            {
                "name": name,
                "label": label,
                "options": [(key or UNKNOWN, _name(name, key, labels)) for key in known.get(name, ())],
            }
            for name, label in _dimensions().items()
            if name != "week"
        ],
    }


def _days(since: str) -> set[int]:
    """The days of a period that a link names and the list has not; "all time" has words of its own."""
    days = since.removesuffix("d")
    return {int(days)} if since.endswith("d") and days.isdecimal() and int(days) < ALL_TIME else set()


@require_GET
@access_manager
def scores_csv(request: ConsoleRequest) -> HttpResponse:
    """The table of cuts as CSV, with intervals, base, response rate and verdict."""
    try:
        found = ask_report(_question(request))
    except (AskingError, AnalyticsError) as error:
        return HttpResponse(str(error), status=503, content_type="text/plain; charset=utf-8")
    response = HttpResponse("\ufeff" + "".join(shapes.csv_lines(found)), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{found.question.metric}.csv"'
    return response


@require_GET
@access_manager
def score_voices(request: ConsoleRequest) -> HttpResponse:
    """The voices behind a figure, the latest first."""
    try:
        question = question_of(Asked.of(request.GET.dict()), workspace=request.access.workspace, now=timezone.now())
    except AskingError as error:
        return render_page(request, "understand/voices.html", {"problem": error}, status=400)
    start = int(text) if (text := request.GET.get("cursor", "")).isdecimal() and len(text) < 10 else 0
    found = list(voices_behind(question)[start : start + PAGE + 1])
    labels = _labels(request)
    chosen = [
        (str(_dimensions()[name]), _name(name, value, labels))
        for name in ("touchpoint", "channel", "segment")
        if (value := getattr(question, name)) is not None
    ]
    context = {
        "voices": found[:PAGE],
        "following": str(start + PAGE) if len(found) > PAGE else None,
        "question": question,
        "name": shapes.NAMES[question.metric],
        "chosen": chosen,
    }
    return render_page(request, "understand/voices.html", context)


urlpatterns = [
    path("understand", scores, name="understand"),
    path("understand/scores.csv", scores_csv, name="scores_csv"),
    path("understand/voices", score_voices, name="score_voices"),
]
