"""Scores beside comments as feelings: below the middle of whatever scale is asked on negative, above it positive."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from django.utils.translation import gettext as _

from allears.understand.text.columns import is_absent
from allears.understand.text.scale_words import feeling_in_words

_READ: Final = 0.9  # of the cells that say something must be scores
_SCORE: Final = re.compile(
    r"^\s*([-+−]?\d+(?:[.,]\d+)?)\s*"
    r"(?:(?:/|(?:out )?of)\s*(\d+)\s*(?:stars?|points?|分)?|[-\s]?stars?|points?|个?星级?|分|颗星|(%))?\s*$",
    re.IGNORECASE,
)
_STARS: Final = re.compile(r"^(?=.*[★⭐🌟☆])[★⭐🌟️]*[☆]*$")
_COUNTED: Final = re.compile(r"^([零一二两三四五])(?:颗|个)?星级?$")
_NAMES: Final = {1: "positive", 0: "neutral", -1: "negative"}
_GRADE: Final = re.compile(r"^\s*([A-Fa-f])\s*[+\-−]?\s*$")
_TURNED: Final = {"positive": "negative", "negative": "positive"}


class ScaleError(ValueError):
    """The cells are no scores of a scale we know; the message says what would be."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Scores up to `negative` are negative, from `positive` on positive, between them neutral."""

    name: str
    negative: float
    positive: float

    def feeling(self, score: float) -> str:
        """positive, neutral or negative."""
        return _NAMES[(score >= self.positive) - (score <= self.negative)]


@dataclass(frozen=True, slots=True)
class Feelings:
    """Of each cell its feeling, or None where there is no score; `scale` says how they were read.

    `unread` counts the cells that say something which is no score; `lowest_best` whether 1 is the best there.
    """

    scale: str
    rows: tuple[str | None, ...]
    unread: int = 0
    lowest_best: bool = False

    @property
    def has_neutral(self) -> bool:
        """Whether the scores can say neutral at all."""
        return "neutral" in self.rows

    @property
    def told(self) -> str:
        """How they were read, in a sentence."""
        told = [_("Scores were read as %(scale)s.") % {"scale": _in_words(self.scale)}]
        if self.lowest_best:
            told.append(_("The lowest is the best there, as the comments beside them tell."))
        if self.unread:
            told.append(_("%(cells)s cells hold no score and were left out.") % {"cells": f"{self.unread:,}"})
        return " ".join(told)

    def turned(self) -> Feelings:
        """The same of a scale whose lowest score is the best, such as school marks from 1 to 6."""
        rows = tuple(row and _TURNED.get(row, row) for row in self.rows)
        return replace(self, rows=rows, lowest_best=not self.lowest_best)


def _in_words(scale: str) -> str:
    """The name of a scale, in the reader's language where it has words in it."""
    if scale == "words":
        return _("words")
    if scale.startswith("grades "):
        return _("grades %(grades)s") % {"grades": scale.removeprefix("grades ")}
    if scale.endswith(" around 0"):
        return _("%(range)s around 0") % {"range": scale.removesuffix(" around 0")}
    return scale.replace(" or ", _(" or "))


def feelings(cells: Sequence[str]) -> Feelings:
    """Read a column of scores: −1/0/1, 0/1, 0–4, 1–3 to 1–7, 0–10, percent, stars, grades A–E, or words.

    Raises ScaleError.
    """
    there = [cell for cell in cells if not is_absent(cell)]
    words = {cell: feeling_in_words(cell) for cell in set(there)}
    worded = sum(words[cell] is not None for cell in there)
    if there and worded >= _READ * len(there):
        signs = (words.get(cell) for cell in cells)
        return Feelings("words", tuple(None if each is None else _NAMES[each] for each in signs), len(there) - worded)
    if grades := _grades(cells, there):
        return grades
    scores = _comparable([None if is_absent(cell) else _number(cell) for cell in cells])
    values = [score[0] for score in scores if score]
    if len(values) < _READ * max(1, len(there)) or not values:
        raise ScaleError(_no_scores(there, len(values)))
    tops = {score[1] for score in scores if score and score[1]}
    scale = scale_of(values, top=max(tops) if tops else None)
    rows = tuple(scale.feeling(score[0]) if score else None for score in scores)
    return Feelings(scale.name, rows, len(there) - len(values))


def scale_of(values: Sequence[float], *, top: float | None = None) -> Scale:
    """The scale that the values come from, by the range they fill. Raises ScaleError."""
    low, high, different = min(values), max(values), set(values)
    whole = all(value == int(value) for value in different)
    if low < 0:
        return _around_nothing(low, high, whole=whole)
    if len(different) == 2 and high <= 2 and top is None:
        return Scale(f"{low:g} or {high:g}", low, high)
    if high <= 1 and not whole:
        return Scale("0 … 1", 0.5, 0.7)
    if top is None and whole and (small := _SMALL.get((low, high))):
        return small
    limits = ((2, 0, 2), (3, 1, 3), (5, 2.5, 3.75), (7, 3, 5), (10, 5, 8), (100, 50, 71))
    for most, negative, positive in limits:
        if (top or high) <= most:
            return Scale(f"{1 if low > 0 and most <= 7 else 0} … {most}", negative, positive)
    raise ScaleError(
        _("Scores from %(low)s to %(high)s are on no scale we know: the largest is 100.")
        % {"low": f"{low:g}", "high": f"{high:g}"}
    )


_SMALL: Final[
    dict[tuple[float, float], Scale]
] = {  # (lowest, highest) of whole scores that are no part of a longer scale
    (0, 3): Scale("0 … 3", 1, 2),
    (0, 4): Scale("0 … 4", 1, 3),
    (1, 4): Scale("1 … 4", 2, 3),
}


def _around_nothing(low: float, high: float, *, whole: bool) -> Scale:
    if whole and high > 0 and not 0.4 <= -low / high <= 2.5:
        raise ScaleError(
            _(
                "Scores from %(low)s to %(high)s are on no scale we know: does %(low)s stand for “no answer”? "
                "Empty those cells."
            )
            % {"low": f"{low:g}", "high": f"{high:g}"}
        )
    edge = 0.2 * max(-low, high) if not whole else 0.5
    return Scale(f"{low:g} … {high:g} around 0", -edge, edge)


def _grades(cells: Sequence[str], there: Sequence[str]) -> Feelings | None:
    """Letters from A, the best, where three or more of them are given; two may be the arms of a trial."""
    letters = [None if is_absent(cell) else _GRADE.match(cell) for cell in cells]
    steps = ["ABCDEF".index(found[1].upper()) for found in letters if found]
    if len(steps) < _READ * max(1, len(there)) or len(set(steps)) < 3:
        return None
    most = min(max(steps), 4)  # after D comes E, or F where schools have no E
    scale = scale_of([1.0, most + 1.0])
    marks = (found and max(1.0, most + 1.0 - "ABCDEF".index(found[1].upper())) for found in letters)
    rows = tuple(None if mark is None else scale.feeling(mark) for mark in marks)
    return Feelings(f"grades A … {'ABCDEF'[max(steps)]}", rows, len(there) - len(steps))


Score = tuple[float, float | None]


def _comparable(scores: list[Score | None]) -> list[Score | None]:
    """Scores that state different tops (4/5, 8/10) in percent; those beside them that state none cannot be told."""
    tops = {score[1] for score in scores if score and score[1]}
    if len(tops) < 2:
        return scores
    return [(score[0] / score[1] * 100, 100.0) if score and score[1] else None for score in scores]


def _number(cell: str) -> Score | None:
    """The score of a cell and the top of its scale where the cell states it."""
    text = re.sub(r"^(?:rating|score|rated|评分|打分)\s*[:：]?\s*", "", cell.strip(), flags=re.IGNORECASE)
    if _STARS.match(text):
        return float(sum(text.count(star) for star in "★⭐🌟")), 5.0
    if counted := _COUNTED.match(text):
        return float("零一二三四五".index(counted[1].replace("两", "二"))), 5.0
    found = _SCORE.match(text)
    if not found:
        return None
    stated = found[2] or ("100" if found[3] else None)
    return float(found[1].replace("−", "-").replace(",", ".")), float(stated) if stated else None


def _no_scores(there: Sequence[str], read: int) -> str:
    odd = [cell.strip()[:40] for cell in dict.fromkeys(there) if _number(cell) is None][:3]
    cells = ", ".join(f"“{cell}”" for cell in odd)
    seen = _("Found: %(cells)s.") % {"cells": cells} if odd else _("It is empty.")
    told = _(
        "The score column holds no scores (%(read)s of %(there)s cells): numbers such as 1–5 or 0–10, −1/0/1, "
        "percent, stars, grades A–E, yes and no, or words such as positive, very satisfied, 很满意, 差评 are read."
    )
    return told % {"read": f"{read:,}", "there": f"{len(there):,}"} + " " + seen
