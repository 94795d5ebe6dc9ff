"""Themes of a selection as others read them: rows of the page, the JSON of the API, the CSV."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from allears.listen.models import Voice
from allears.store.scope import ScopedQuerySet
from allears.understand.themes import within
from allears.understand.themes.models import SelectedTheme, Theme, ThemeSelection
from allears.understand.themes.queries import Week, name_of, themes, week_of
from allears.understand.themes.selecting import Selection, selection_of
from allears.understand.themes.shapes import line, weeks_json

FALSE_DISCOVERY = 0.05


@dataclass(frozen=True, kw_only=True)
class Overlap:
    """A lasting theme that shares voices: how many, of how many that it has in the selection."""

    theme: Theme
    n: int
    of: int


@dataclass(frozen=True, kw_only=True)
class Row:
    """One theme of a selection; `figures` as stored, `kin` what it is to the lasting themes."""

    theme: SelectedTheme
    figures: dict[str, Any]
    kin: str
    overlaps: tuple[Overlap, ...]
    quotes: tuple[Voice, ...]

    @property
    def weeks(self) -> list[Week]:
        """Of a result from before weeks were kept, none."""
        return [week_of(*week) for week in self.figures.get("weeks", [])]

    @property
    def weight(self) -> float:
        found = self.figures["contribution"]
        return abs(found["estimate"]) if found and found["estimate"] is not None else 0.0


def access_selection(*, workspace_id: int, selection_id: int) -> ThemeSelection:
    rows = ThemeSelection.objects.in_workspace(workspace_id).select_related("workspace", "asked_by")
    found: ThemeSelection = rows.get(pk=selection_id)
    return found


def access_selected(*, workspace_id: int, selected_id: int) -> SelectedTheme:
    rows = SelectedTheme.objects.in_workspace(workspace_id).select_related("selection__workspace", "kept_as")
    found: SelectedTheme = rows.get(pk=selected_id)
    return found


def selections(*, workspace_id: int) -> ScopedQuerySet[ThemeSelection]:
    found: ScopedQuerySet[ThemeSelection] = ThemeSelection.objects.in_workspace(workspace_id)
    return found


def chosen_in(asked: ThemeSelection) -> Selection:
    """What was chosen then: “the last 90 days” end where it was asked."""
    return selection_of(asked.words, workspace=asked.workspace, now=asked.asked_at)


def days_of(asked: ThemeSelection) -> tuple[date | None, date]:
    """The first and the last day of the selection."""
    chosen = chosen_in(asked)
    return chosen.since, chosen.until or asked.asked_at.astimezone(within.zone_of(chosen)).date()


def rows_of(asked: ThemeSelection, *, quotes: int = within.QUOTES) -> list[Row]:
    """Its themes, the greatest first; lasting themes and voices that are gone by now are left out."""
    found = list(asked.themes.select_related("kept_as").defer("members").order_by("rank"))
    wanted = {each["theme"] for row in found for each in row.figures["overlaps"]}
    known = {theme.pk: theme for theme in themes(workspace_id=asked.workspace_id).filter(pk__in=wanted)}
    quoted = [each for row in found for each in row.figures["quotes"][:quotes]]
    said = {voice.pk: voice for voice in within.voices_by_id(asked.workspace_id, quoted)}
    return [_row(each, known, said, quotes) for each in found]


def row_of(selected: SelectedTheme) -> Row:
    """One of them."""
    wanted = [each["theme"] for each in selected.figures["overlaps"]]
    known = {theme.pk: theme for theme in themes(workspace_id=selected.workspace_id).filter(pk__in=wanted)}
    quoted = within.voices_by_id(selected.workspace_id, selected.figures["quotes"])
    return _row(selected, known, {voice.pk: voice for voice in quoted}, within.QUOTES)


def _row(selected: SelectedTheme, known: dict[int, Theme], said: dict[int, Voice], quotes: int) -> Row:
    figures = selected.figures
    shared = [each for each in figures["overlaps"] if each["theme"] in known]
    return Row(
        theme=selected,
        figures=figures,
        kin=figures["kin"],
        overlaps=tuple(Overlap(theme=known[each["theme"]], n=each["n"], of=each["of"]) for each in shared),
        quotes=tuple(said[each] for each in figures["quotes"][:quotes] if each in said),
    )


def selection_json(asked: ThemeSelection) -> dict[str, Any]:
    """One search among some of the voices."""
    since, until = days_of(asked)
    names = ("state", "progress", "asked_at", "finished_at", "voices", "unread", "loose", "problem")
    return {
        "id": asked.pk,
        "selection": asked.words,
        "since": since,
        "until": until,
        **{name: getattr(asked, name) for name in names},
        "metric": asked.metric or None,
        "score": asked.score,
        "rest": {"voices": asked.rest, "of": asked.rest_of or None, "false_discovery": FALSE_DISCOVERY},
    }


def row_json(row: Row) -> dict[str, Any]:
    """One theme of it."""
    theme, figures = row.theme, row.figures
    told = ("share", "score", "contribution", "languages", "against")
    return {
        "id": theme.pk,
        "name": theme.name_en,
        "name_zh": theme.name_zh,
        "topic": theme.topic,
        "terms": theme.terms,
        "n": theme.size,
        **{name: figures[name] for name in told},
        "weeks": weeks_json(row.weeks),
        "kin": row.kin or None,
        "overlaps": [
            {"theme_id": each.theme.pk, "name": each.theme.english, "name_zh": each.theme.chinese}
            | {"n": each.n, "of": each.of}
            for each in row.overlaps
        ],
        "quotes": [voice.pk for voice in row.quotes],
        "kept_as": theme.kept_as_id,
    }


HEAD = (
    *("theme", "topic", "n", "share", "share_low", "share_high", "metric", "score"),
    *("contribution", "contribution_low", "contribution_high", "n_scored", "en", "zh"),
    *("more_here", "here", "of_here", "elsewhere", "of_elsewhere", "times", "adjusted_p"),
    *("kin", "lasting_theme", "shared"),
)


def csv_lines(asked: ThemeSelection, rows: Sequence[Row]) -> Iterator[str]:
    """The themes as a table, in the order of the page."""
    yield line([*HEAD])
    for row in rows:
        figures = row.figures
        part, own, against = figures["contribution"] or {}, figures["score"] or {}, figures["against"] or {}
        first = row.overlaps[0] if row.overlaps else None
        yield line(
            [
                *(name_of(row.theme), row.theme.topic, row.theme.size),
                *(figures["share"][name] for name in ("estimate", "low", "high")),
                *(asked.metric, own.get("estimate")),
                *(part.get(name) for name in ("estimate", "low", "high")),
                *(part.get("n", 0), figures["languages"].get("en", 0), figures["languages"].get("zh", 0)),
                "" if not against else "yes" if against["more"] else "no",
                *(against.get(n) for n in ("here", "of_here", "elsewhere", "of_elsewhere", "times", "adjusted_p")),
                *(row.kin, name_of(first.theme) if first else "", first.n if first else 0),
            ]
        )
