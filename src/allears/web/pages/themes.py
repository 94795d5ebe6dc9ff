"""Themes: what do many talk about, what does it do to the score, and how sure are we?"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from allears.journeys.queries import touchpoints
from allears.journeys.vocabulary import channel_label
from allears.understand import shapes as score_shapes
from allears.understand import showing
from allears.understand.asking import PERIODS, UNKNOWN, AskingError
from allears.understand.themes import actions, queries, shapes
from allears.understand.themes.contracts import LEAST_VOICES
from allears.understand.themes.models import Theme, ThemeChange
from allears.understand.themes.quoting import Quote
from allears.understand.themes.selecting import BANDS, NAMES, Selection, selection_of
from allears.web.access import ConsoleRequest, access_manager
from allears.web.label_words import WORDS
from allears.web.render import flash, render_page

PAGE = 30
WITH_QUOTES = 24  # themes of the list that show one
SPARK = (100, 24)
TOPICS = WORDS["topic"]
SCORES = {
    "low": gettext_lazy("low scores"),
    "middle": gettext_lazy("middling scores"),
    "high": gettext_lazy("high scores"),
}
KINDS = {
    "born": gettext_lazy("Found for the first time"),
    "parted": gettext_lazy("Came apart from"),
    "joined": gettext_lazy("Went into"),
    "gone": gettext_lazy("No longer found"),
    "back": gettext_lazy("Found again"),
    "renamed": gettext_lazy("Renamed"),
    "pinned": gettext_lazy("Pinned"),
    "unpinned": gettext_lazy("Unpinned"),
    "hidden": gettext_lazy("Hidden"),
    "shown": gettext_lazy("Shown again"),
    "merged": gettext_lazy("Merged into"),
    "split": gettext_lazy("Split"),
    "kept": gettext_lazy("Kept from a selection"),
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One theme as the list shows it."""

    card: queries.Card
    name: str
    topic: str
    href: str
    spark: str
    inside: str  # the name of the theme above it, which it was found in
    quote: Quote | None


def _selection(request: ConsoleRequest) -> Selection:
    """Here ``topic`` chooses among the themes, and no voices."""
    words = {name: value for name, value in request.GET.dict().items() if name != "topic"}
    return selection_of(words, workspace=request.access.workspace, now=timezone.now())


def _theme(request: ConsoleRequest, theme_id: int) -> Theme:
    try:
        return queries.access_theme(workspace_id=request.access.workspace_id, theme_id=theme_id)
    except Theme.DoesNotExist as error:
        raise Http404 from error


@require_GET
@access_manager
def themes(request: ConsoleRequest) -> HttpResponse:
    """All themes of a selection, by what they do to the score."""
    context: dict[str, Any] = {"query": request.GET.urlencode(), "asked": request.GET, "least": LEAST_VOICES}
    try:
        selection = _selection(request)
    except AskingError as error:
        return render_page(request, "themes/list.html", {**context, "problem": error}, status=400)
    with_hidden = request.GET.get("hidden") == "yes"
    board = queries.board(selection, with_hidden=with_hidden)
    topic = request.GET.get("topic", "")
    reach = 1.5 * max((card.weight for card in board.cards), default=0.0) or 1.0
    cards = [card for card in board.cards if not topic or card.theme.topic == topic]
    context |= {
        "board": board,
        "rows": _rows(request, selection, cards),
        "topics": _topics(board, topic),
        "topic": topic,
        "with_hidden": with_hidden,
        "kept": _kept(request),
        "unit": score_shapes.UNITS.get(board.metric or "", "count"),
        "metric_name": score_shapes.NAMES.get(board.metric or "", ""),
        "reach": reach,
        "lowest": -reach,
        **choices(request, selection),
    }
    return render_page(request, "themes/list.html", context)


def _rows(request: ConsoleRequest, selection: Selection, cards: list[queries.Card]) -> list[Row]:
    quotes = queries.nearest(selection, [card.theme.pk for card in cards[:WITH_QUOTES]])
    showing.attach([quote.voice for quote in quotes.values()])
    return [
        Row(
            card=card,
            name=queries.name_of(card.theme),
            topic=str(TOPICS.get(card.theme.topic, "")),
            href=f"{reverse('theme', args=[card.theme.pk])}?{_kept(request)}",
            spark=spark(card.weeks),
            inside=_parent_name(card, cards),
            quote=quotes.get(card.theme.pk),
        )
        for card in _under_their_own(cards)
    ]


def _under_their_own(cards: list[queries.Card]) -> list[queries.Card]:
    """A part right after the theme it was found in, where the list shows both."""
    shown = {card.theme.pk for card in cards}
    parts: dict[int, list[queries.Card]] = {}
    for card in cards:
        if card.theme.part_of_id in shown:
            parts.setdefault(card.theme.part_of_id, []).append(card)
    out: list[queries.Card] = []
    waiting = [card for card in reversed(cards) if card.theme.part_of_id not in shown]
    while waiting:
        card = waiting.pop()
        out.append(card)
        waiting += reversed(parts.pop(card.theme.pk, []))
    return out + [card for ring in parts.values() for card in ring]


def _parent_name(card: queries.Card, cards: list[queries.Card]) -> str:
    return next((queries.name_of(each.theme) for each in cards if each.theme.pk == card.theme.part_of_id), "")


def _kept(request: ConsoleRequest) -> str:
    """The filters of the address, for the next page."""
    return urlencode({name: request.GET[name] for name in NAMES if name != "topic" and request.GET.get(name)})


def spark(weeks: Sequence[queries.Week]) -> str:
    """The shares by week as points of a line; empty where there are fewer than three weeks."""
    shares = [week.share for week in weeks]
    if len(shares) < 3:
        return ""
    top = max(shares) or 1.0
    width, height = SPARK
    step = width / (len(shares) - 1)
    return " ".join(f"{at * step:.1f},{height - 2 - (height - 4) * each / top:.1f}" for at, each in enumerate(shares))


def _topics(board: queries.Board, chosen: str) -> list[dict[str, Any]]:
    """The level above: how many voices each topic has in its themes."""
    counted = Counter[str]()
    for card in board.cards:
        if card.theme.topic:
            counted[card.theme.topic] += card.n
    return [
        {"key": key, "name": TOPICS[key], "n": n, "chosen": key == chosen}
        for key, n in counted.most_common()
        if key in TOPICS
    ]


def choices(request: ConsoleRequest, selection: Selection) -> dict[str, Any]:
    """What the page's own filters offer."""
    labels = _labels(request)
    names = {"touchpoint": _("Touchpoint"), "channel": _("Channel"), "segment": _("Segment")}
    words: dict[str, Callable[[str], str]] = {
        "touchpoint": lambda key: labels.get(key, key),
        "channel": channel_label,
    }
    known = queries.known_filters(selection)
    filters: list[dict[str, Any]] = [
        {
            "name": name,
            "label": label,
            "chosen": request.GET.get(name, ""),
            "options": [(key or UNKNOWN, words.get(name, str)(key) or _("not known")) for key in known[name]],
        }
        for name, label in names.items()
    ]
    languages = [("en", _("English")), ("zh", _("Chinese"))]
    scores = [(name, SCORES[name]) for name in BANDS]
    for name, label, options in (("language", _("Language"), languages), ("score", _("Score"), scores)):
        filters.append({"name": name, "label": label, "chosen": request.GET.get(name, ""), "options": options})
    return {
        "filters": filters,
        "periods": [(f"{days}d", days) for days in PERIODS],
        "since": request.GET.get("since", "") or "90d",
    }


def _labels(request: ConsoleRequest) -> dict[str, str]:
    found = touchpoints(workspace_id=request.access.workspace_id, with_archived=True)
    return {each.key: each.label for each in found}


@require_GET
@access_manager
def themes_csv(request: ConsoleRequest) -> HttpResponse:
    """The list as CSV, in its order."""
    try:
        board = queries.board(_selection(request))
    except AskingError as error:
        return HttpResponse(str(error), status=400, content_type="text/plain; charset=utf-8")
    response = HttpResponse("\ufeff" + "".join(shapes.csv_lines(board)), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="themes.csv"'
    return response


@require_POST
@access_manager
def themes_anew(request: ConsoleRequest) -> HttpResponse:
    """Have themes found now."""
    access = request.access
    text = request.POST.get("wanted", "")
    wanted = int(text) if text.isdecimal() and len(text) < 4 else None
    try:
        actions.ask_run(workspace_id=access.workspace_id, actor_id=access.user.pk, now=timezone.now(), wanted=wanted)
    except actions.ThemeError as error:
        flash(request, str(error), level=40)
    else:
        flash(request, _("Themes are being found anew. What you decided is kept; you can leave this page."))
    return redirect("themes")


@require_GET
@access_manager
def theme(request: ConsoleRequest, theme_id: int) -> HttpResponse:
    """One theme: its trend, what it does to the score, its quotes, where it is spoken of, and its history."""
    found = _theme(request, theme_id)
    try:
        selection = _selection(request)
    except AskingError as error:
        return render_page(request, "themes/theme.html", {"found": found, "problem": error}, status=400)
    card = queries.card(selection, found)
    labels, quotes = _labels(request), queries.quotes(selection, found)
    showing.attach([quote.voice for quote in quotes])
    others = queries.themes(workspace_id=found.workspace_id).filter(gone_at__isnull=True).exclude(pk=found.pk)
    metric = card.score.metric if card.score else ""
    context = {
        "found": found,
        "name": queries.name_of(found),
        "topic": TOPICS.get(found.topic, ""),
        "card": card,
        "trend": shapes.trend_chart(queries.name_of(found), card.weeks),
        "quotes": quotes,
        "touchpoints": [
            (labels.get(key, key) or _("not known"), n) for key, n in queries.touchpoints_of(selection, found)
        ],
        "terms": found.terms.get("zh" if (get_language() or "").startswith("zh") else "en", []),
        "changes": [{"change": each, "says": KINDS.get(each.kind, each.kind)} for each in queries.changes(theme=found)],
        "sizes": queries.sizes(theme=found)[-12:],
        "others": sorted(((each.pk, queries.name_of(each)) for each in others), key=lambda pair: pair[1].lower()),
        "unit": score_shapes.UNITS.get(metric, "count"),
        "metric_name": score_shapes.NAMES.get(metric, ""),
        "parts": range(2, actions.MOST_PARTS + 1),
        "query": _kept(request),
    }
    return render_page(request, "themes/theme.html", context)


@require_GET
@access_manager
def theme_voices(request: ConsoleRequest, theme_id: int) -> HttpResponse:
    """All voices of a theme, the latest first."""
    found = _theme(request, theme_id)
    try:
        rows = queries.voices_in(_selection(request), found)
    except AskingError as error:
        raise Http404 from error
    text = request.GET.get("cursor", "")
    start = int(text) if text.isdecimal() and len(text) < 10 else 0
    voices = list(rows[start : start + PAGE + 1])
    showing.attach(voices)
    context = {
        "found": found,
        "name": queries.name_of(found),
        "voices": voices[:PAGE],
        "following": str(start + PAGE) if len(voices) > PAGE else None,
        "query": _kept(request),
    }
    return render_page(request, "themes/voices.html", context)


def _said(request: ConsoleRequest, found: Theme, change: ThemeChange | None, text: str) -> HttpResponse:
    """Say what was done, with the way back, and show the theme."""
    if change is not None:
        flash(request, text, undo=reverse("theme_undo", args=[change.pk]))
    return redirect("theme", theme_id=found.pk)


@require_POST
@access_manager
def theme_name(request: ConsoleRequest, theme_id: int) -> HttpResponse:
    """Call it by a name of one's own."""
    found = _theme(request, theme_id)
    try:
        change = actions.rename(
            theme=found,
            en=request.POST.get("en"),
            zh=request.POST.get("zh"),
            actor_id=request.access.user.pk,
            now=timezone.now(),
        )
    except actions.ThemeError as error:
        flash(request, str(error), level=40)
        return redirect("theme", theme_id=theme_id)
    return _said(request, found, change, _("Renamed. The name stays when themes are found anew."))


@require_POST
@access_manager
def theme_pin(request: ConsoleRequest, theme_id: int) -> HttpResponse:
    """Pin it, or take the pin off."""
    found = _theme(request, theme_id)
    pinned = found.pinned_at is None
    change = actions.pin(theme=found, pinned=pinned, actor_id=request.access.user.pk, now=timezone.now())
    return _said(request, found, change, _("Pinned: it stands first and stays.") if pinned else _("Unpinned."))


@require_POST
@access_manager
def theme_hide(request: ConsoleRequest, theme_id: int) -> HttpResponse:
    """Hide it, or show it again."""
    found = _theme(request, theme_id)
    hidden = found.hidden_at is None
    change = actions.hide(theme=found, hidden=hidden, actor_id=request.access.user.pk, now=timezone.now())
    text = _("Hidden: it is kept and counted, and not listed.") if hidden else _("Shown again.")
    return _said(request, found, change, text)


@require_POST
@access_manager
def theme_merge(request: ConsoleRequest, theme_id: int) -> HttpResponse:
    """Merge it into another."""
    found = _theme(request, theme_id)
    chosen = request.POST.get("into", "")
    into = _theme(request, int(chosen)) if chosen.isdecimal() and len(chosen) < 19 else found
    try:
        change = actions.merge(theme=found, into=into, actor_id=request.access.user.pk, now=timezone.now())
    except actions.ThemeError as error:
        flash(request, str(error), level=40)
        return redirect("theme", theme_id=theme_id)
    return _said(request, into, change, _("Merged. Its voices belong to this theme from now on."))


@require_POST
@access_manager
def theme_split(request: ConsoleRequest, theme_id: int) -> HttpResponse:
    """Have it split."""
    found = _theme(request, theme_id)
    text = request.POST.get("parts", "")
    parts = int(text) if text.isdecimal() and len(text) < 3 else 0
    try:
        actions.ask_split(theme=found, parts=parts, actor_id=request.access.user.pk)
    except actions.ThemeError as error:
        flash(request, str(error), level=40)
    else:
        flash(
            request, _("It is being split. The parts stand among its changes in a moment; you can take it back there.")
        )
    return redirect("theme", theme_id=theme_id)


@require_POST
@access_manager
def theme_undo(request: ConsoleRequest, change_id: int) -> HttpResponse:
    """Take a decision back."""
    try:
        change = queries.access_change(workspace_id=request.access.workspace_id, change_id=change_id)
    except ThemeChange.DoesNotExist as error:
        raise Http404 from error
    try:
        actions.undo(change=change, actor_id=request.access.user.pk, now=timezone.now())
    except actions.ThemeError as error:
        flash(request, str(error), level=40)
    else:
        flash(request, _("Taken back."))
    return redirect("theme", theme_id=change.theme_id)


urlpatterns = [
    path("understand/themes", themes, name="themes"),
    path("understand/themes.csv", themes_csv, name="themes_csv"),
    path("understand/themes/runs", themes_anew, name="themes_anew"),
    path("understand/themes/changes/<int:change_id>/undoing", theme_undo, name="theme_undo"),
    path("understand/themes/<int:theme_id>", theme, name="theme"),
    path("understand/themes/<int:theme_id>/voices", theme_voices, name="theme_voices"),
    path("understand/themes/<int:theme_id>/name", theme_name, name="theme_name"),
    path("understand/themes/<int:theme_id>/pin", theme_pin, name="theme_pin"),
    path("understand/themes/<int:theme_id>/hiding", theme_hide, name="theme_hide"),
    path("understand/themes/<int:theme_id>/merge", theme_merge, name="theme_merge"),
    path("understand/themes/<int:theme_id>/split", theme_split, name="theme_split"),
]
