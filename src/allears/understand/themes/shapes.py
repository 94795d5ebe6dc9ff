"""Themes as others read them: the JSON of the API, the CSV, the chart of one theme."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _

from allears.kit.charts import Chart, Point, Series
from allears.kit.spreadsheets import defused_cell
from allears.understand.themes.models import Theme, ThemeChange, ThemeRun
from allears.understand.themes.queries import Board, Card, Week, name_of

FLAG_FIELDS = ("flag", "flagged_at", "flag_count", "flag_days", "flag_expected", "flag_adjusted_p")


def theme_json(theme: Theme) -> dict[str, Any]:
    """What is lasting about a theme."""
    return {
        "id": theme.pk,
        "name": theme.english,
        "name_zh": theme.chinese,
        "named_by_people": bool(theme.given_en or theme.given_zh),
        "topic": theme.topic,
        "terms": theme.terms,
        "pinned": theme.pinned_at is not None,
        "hidden": theme.hidden_at is not None,
        "merged_into": theme.merged_into_id,
        "part_of": theme.part_of_id,
        "born_at": theme.born_at,
        "gone_at": theme.gone_at,
        **{name: getattr(theme, name) for name in FLAG_FIELDS},
    }


def card_json(card: Card) -> dict[str, Any]:
    """A theme with its figures over the selection."""
    return {
        **theme_json(card.theme),
        "n": card.n,
        "share": card.share.as_json(),
        "trend": card.trend or None,
        "trend_change": card.trend_change,
        "score": card.score.as_json() if card.score else None,
        "contribution": card.contribution.as_json() if card.contribution else None,
        "languages": dict(card.languages),
        "sentiment": dict(card.sentiment) or None,
        "weeks": weeks_json(card.weeks),
    }


def weeks_json(weeks: Sequence[Week]) -> list[dict[str, Any]]:
    """The trend."""
    return [
        {"week": week.monday, "n": week.n, "of": week.of, "share": week.share, "low": week.low, "high": week.high}
        for week in weeks
    ]


def board_json(board: Board) -> dict[str, Any]:
    """The answer of `GET /api/v1/themes`."""
    return {
        "items": [card_json(card) for card in board.cards],
        "next": None,
        "count": len(board.cards),
        "metric": board.metric,
        "score": board.whole.as_json() if board.whole else None,
        "voices": board.voices,
        "loose": board.loose,
        "hidden": board.hidden,
        "run": run_json(board.run) if board.run else None,
    }


def run_json(run: ThemeRun) -> dict[str, Any]:
    """One search for themes."""
    names = ("state", "progress", "wanted", "started_at", "finished_at", "voices", "loose", "added")
    more = ("stability", "silhouette", "problem")
    return {"id": run.pk, **{name: getattr(run, name) for name in (*names, *more)}}


def change_json(change: ThemeChange) -> dict[str, Any]:
    """One thing that happened to a theme."""
    return {
        "id": change.pk,
        "kind": change.kind,
        "theme_id": change.theme_id,
        "other_id": change.other_id,
        "by": change.by_id,
        "at": change.at,
        "undone_at": change.undone_at,
    }


def csv_lines(board: Board) -> Iterator[str]:
    """The themes as a table, in the order of the page."""
    head = ["id", "theme", "topic", "n", "share", "share_low", "share_high", "trend", "flag"]
    yield line(
        [*head, "metric", "score", "contribution", "contribution_low", "contribution_high", "n_scored", "en", "zh"]
    )
    for card in board.cards:
        found = card.contribution
        yield line(
            [
                *(card.theme.pk, name_of(card.theme), card.theme.topic, card.n),
                *(card.share.estimate, card.share.low, card.share.high, card.trend, card.theme.flag),
                *(board.metric, card.score.estimate if card.score else None),
                *((found.estimate, found.low, found.high, found.n) if found else (None, None, None, 0)),
                *(card.languages.get("en", 0), card.languages.get("zh", 0)),
            ]
        )


def line(values: list[Any]) -> str:
    """One row; a cell that a spreadsheet would calculate is made harmless."""
    text = io.StringIO()
    csv.writer(text).writerow(map(defused_cell, values))
    return text.getvalue()


def trend_chart(name: str, weeks: Sequence[Week], *, caveat: str = "") -> Chart:
    """A theme's share of all voices with words, week by week, with its band; `caveat` says of which others."""
    points = [Point(x=week.monday, y=week.share, low=week.low, high=week.high, n=week.n) for week in weeks]
    return Chart(
        title=_("Share of voices by week"),
        series=[Series(name=name, points=points)],
        unit="percent",
        low_base=0,
        minimum=0,
        caveat=caveat or _("Of all voices with words in that week."),
    )
