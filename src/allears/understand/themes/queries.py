"""Themes as they are read: one card each over a selection of voices, its quotes, its history."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Final, cast

from django.db.models import Count, F, Window
from django.db.models.functions import Length, RowNumber
from django.utils.translation import get_language

from allears.listen.models import Voice
from allears.science.contribution import contribution
from allears.science.differences import benjamini_hochberg
from allears.science.estimate import Estimate, ScoreCounts
from allears.science.intervals import wilson, z_of
from allears.science.scores import Metric, score, share
from allears.store.scope import ScopedQuerySet
from allears.understand.themes.models import SelectedTheme, Theme, ThemeChange, ThemeRun, ThemeSize
from allears.understand.themes.quoting import LONG, SHORT, Quote, chosen
from allears.understand.themes.selecting import Selection, Tallies, Tally, monday_of, tallies, voices_of

CANDIDATES: Final = 80  # nearest voices that quotes are chosen from
QUOTES: Final = 5
LEAST_QUOTED: Final = 3  # voices of a language in a theme, before it is quoted beside the other
LEAST_SHARE: Final = 0.1
TREND_WEEKS: Final = 4  # the last ones, against as many before
LEAST_TREND: Final = 10  # voices in the two spans together
FALSE_DISCOVERY: Final = 0.05


@dataclass(frozen=True, kw_only=True)
class Week:
    """A theme's voices in one week, and their share of all voices with words, with its interval."""

    monday: str
    n: int
    of: int
    share: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Card:
    """One theme over a selection."""

    theme: Theme
    n: int
    share: Estimate
    weeks: tuple[Week, ...]
    trend: str  # rising, falling, steady, or "" where too few say anything
    trend_change: float | None  # of the share
    score: Estimate | None
    contribution: Estimate | None
    languages: Mapping[str, int]
    sentiment: Mapping[str, int]

    @property
    def weight(self) -> float:
        """What it does to the score (which is share × difference), in either direction."""
        found = self.contribution
        return abs(found.estimate) if found is not None and found.estimate is not None else 0.0


@dataclass(frozen=True, kw_only=True)
class Board:
    """All themes over a selection: those that move the score most first, pinned ones before them."""

    selection: Selection
    metric: Metric | None
    whole: Estimate | None
    voices: int  # with words, that have been read
    loose: int
    cards: tuple[Card, ...]
    hidden: int
    run: ThemeRun | None
    known: Mapping[str, Sequence[str]] = field(default_factory=dict)


def name_of(theme: Theme | SelectedTheme, language: str | None = None) -> str:
    """In the language of the reader."""
    return theme.chinese if (language or get_language() or "en").startswith("zh") else theme.english


def themes(*, workspace_id: int) -> ScopedQuerySet[Theme]:
    """Those that stand for themselves."""
    found: ScopedQuerySet[Theme] = Theme.objects.in_workspace(workspace_id).filter(merged_into__isnull=True)
    return found


def access_theme(*, workspace_id: int, theme_id: int) -> Theme:
    found: Theme = Theme.objects.in_workspace(workspace_id).select_related("merged_into").get(pk=theme_id)
    return found


def access_change(*, workspace_id: int, change_id: int) -> ThemeChange:
    rows = ThemeChange.objects.in_workspace(workspace_id).select_related("theme", "other")
    found: ThemeChange = rows.get(pk=change_id)
    return found


def last_run(*, workspace_id: int) -> ThemeRun | None:
    rows = ThemeRun.objects.in_workspace(workspace_id).defer("model").order_by("-id")
    found: ThemeRun | None = rows.first()
    return found


def changes(*, theme: Theme, limit: int = 30) -> list[ThemeChange]:
    """What happened to a theme, the latest first."""
    return list(theme.changes.select_related("other", "by").order_by("-id")[:limit])


def sizes(*, theme: Theme) -> list[ThemeSize]:
    """How large it was at each run, the earliest first."""
    return list(theme.sizes.order_by("at"))


def board(selection: Selection, *, with_hidden: bool = False) -> Board:
    """Every theme with a voice in the selection."""
    counted = tallies(selection)
    metric = selection.metric or _usual(counted)
    listed = list(themes(workspace_id=selection.workspace_id).filter(gone_at__isnull=True))
    shown = [theme for theme in listed if with_hidden or theme.hidden_at is None]
    cards = [
        _card(theme, counted.themes[theme.pk], counted, metric)
        for theme in shown
        if theme.pk in counted.themes and counted.themes[theme.pk].voices
    ]
    return Board(
        selection=selection,
        metric=metric,
        whole=score(metric, counted.whole.scores.get(metric, ScoreCounts())) if metric else None,
        voices=counted.whole.voices,
        loose=counted.loose.voices,
        cards=tuple(sorted(_judged(cards), key=_order)),
        hidden=len([theme for theme in listed if theme.hidden_at is not None]),
        run=last_run(workspace_id=selection.workspace_id),
    )


def card(selection: Selection, theme: Theme) -> Card:
    """One theme, also where the selection holds none of its voices."""
    counted = tallies(selection)
    return _card(theme, counted.themes.get(theme.pk, Tally()), counted, selection.metric or _usual(counted))


def _order(each: Card) -> tuple[bool, float, int]:
    return (each.theme.pinned_at is None, -each.weight, -each.n)


def _usual(counted: Tallies) -> Metric | None:
    """The score that most voices carry."""
    found = max(counted.whole.scores.items(), key=lambda item: item[1].n, default=None)
    return cast("Metric", found[0]) if found else None


def _card(theme: Theme, mine: Tally, counted: Tallies, metric: Metric | None) -> Card:
    cell = mine.scores.get(metric, ScoreCounts()) if metric else ScoreCounts()
    whole = counted.whole
    weeks = _weeks(mine, whole)
    return Card(
        theme=theme,
        n=mine.voices,
        share=share("share", mine.voices, whole.voices),
        weeks=weeks,
        trend="",
        trend_change=_change(weeks)[0],
        score=score(metric, cell) if metric and cell.n else None,
        contribution=contribution(metric, cell, whole.scores[metric]) if metric and cell.n else None,
        languages=mine.by_language,
        sentiment=mine.sentiment,
    )


def _weeks(mine: Tally, whole: Tally) -> tuple[Week, ...]:
    """From the first week of the selection to its last; a week in which nobody spoke is left out."""
    return tuple(
        week_of(monday_of(week).isoformat(), mine.by_week.get(week, 0), whole.by_week[week])
        for week in sorted(whole.by_week)
    )


def week_of(monday: str, n: int, of: int) -> Week:
    """One week with its interval."""
    low, high = wilson(n, of, z=z_of(0.95))
    return Week(monday=monday, n=n, of=of, share=n / of, low=low, high=high)


def _change(weeks: Sequence[Week]) -> tuple[float | None, float | None]:
    """The share of the last weeks less that of those before, and the p-value of no change (two proportions, pooled)."""
    now, before = weeks[-TREND_WEEKS:], weeks[-2 * TREND_WEEKS : -TREND_WEEKS]
    a, n, b, m = sum(w.n for w in now), sum(w.of for w in now), sum(w.n for w in before), sum(w.of for w in before)
    if not n or not m or a + b < LEAST_TREND:
        return None, None
    pooled = (a + b) / (n + m)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    gap = a / n - b / m
    return gap, math.erfc(abs(gap) / spread / math.sqrt(2)) if spread else 1.0


def _judged(cards: Sequence[Card]) -> list[Card]:
    """A theme is only called rising or falling when that stands with all themes of the page judged together."""
    tested = [(at, _change(each.weeks)[1]) for at, each in enumerate(cards)]
    known = [(at, p) for at, p in tested if p is not None]
    found = list(cards)
    for (at, _), adjusted in zip(known, benjamini_hochberg([p for _, p in known]), strict=True):
        gap = cards[at].trend_change or 0.0
        word = "steady" if adjusted > FALSE_DISCOVERY else "rising" if gap > 0 else "falling"
        found[at] = replace(cards[at], trend=word)
    return found


def voices_in(selection: Selection, theme: Theme) -> ScopedQuerySet[Voice]:
    """The voices of a theme in the selection, the latest first."""
    rows = voices_of(selection).filter(theme_place__cell__theme=theme)
    return rows.select_related("touchpoint", "customer").order_by("-said_at", "-id")


def quotes(selection: Selection, theme: Theme, *, limit: int = QUOTES) -> list[Quote]:
    """Near the centre of the theme, unlike one another, none twice."""
    rows = voices_of(selection).filter(theme_place__cell__theme=theme, theme_place__same_as__isnull=True)
    near = rows.annotate(nearness=F("theme_place__nearness")).select_related("touchpoint", "customer")
    spoken = dict(rows.order_by().values_list("theme_place__language").annotate(n=Count("id")).order_by("-n"))
    told = [each for each, n in spoken.items() if n >= max(LEAST_QUOTED, LEAST_SHARE * sum(spoken.values()))]
    found = [
        chosen(
            _candidates(near.filter(theme_place__language=each).order_by("-nearness", "-id")[:CANDIDATES]), limit=limit
        )
        for each in told or spoken
    ]
    return _balanced(found, limit)


def nearest(selection: Selection, theme_ids: Sequence[int]) -> dict[int, Quote]:
    """One voice for each theme: the nearest of a readable length."""
    rank = Window(
        RowNumber(), partition_by=[F("theme_place__cell__theme_id")], order_by=F("theme_place__nearness").desc()
    )
    rows = (
        voices_of(selection)
        .filter(theme_place__cell__theme_id__in=theme_ids, theme_place__same_as__isnull=True)
        .select_related("customer")
        .annotate(length=Length("text"), nearness=F("theme_place__nearness"), at=F("theme_place__cell__theme_id"))
        .filter(length__gte=SHORT, length__lte=LONG)
        .annotate(rank=rank)
        .filter(rank=1)
    )
    return {row.at: Quote(voice=row, text=row.text, nearness=row.nearness) for row in rows}


def _candidates(rows: Iterable[Voice]) -> list[Quote]:
    return [Quote(voice=row, text=row.text, nearness=row.nearness) for row in rows]  # type: ignore[attr-defined]


def _balanced(found: Sequence[Sequence[Quote]], limit: int) -> list[Quote]:
    """By turns from each language, the nearest first."""
    turns = zip_longest(*found)
    return [quote for turn in turns for quote in turn if quote is not None][:limit]


def touchpoints_of(selection: Selection, theme: Theme, *, limit: int = 6) -> list[tuple[str, int]]:
    """Where a theme is spoken of: touchpoint keys ("" where unknown) by number of voices."""
    rows = voices_of(selection).filter(theme_place__cell__theme=theme).values_list("touchpoint__key")
    return [(key or "", n) for key, n in rows.annotate(n=Count("id")).order_by("-n", "touchpoint__key")[:limit]]


def known_filters(selection: Selection) -> dict[str, list[str]]:
    """What there is to filter by among voices with words."""
    rows = voices_of(selection.whole).filter(theme_place__isnull=False).order_by()
    return {
        "touchpoint": sorted({key or "" for (key,) in rows.values_list("touchpoint__key").distinct()}),
        "channel": sorted({key for (key,) in rows.values_list("channel").distinct()}),
        "segment": sorted({key for (key,) in rows.values_list("segment").distinct()}),
    }
