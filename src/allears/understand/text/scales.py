"""Scores beside comments as feelings: below the middle of whatever scale is asked on negative, above it positive."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from allears.understand.text.columns import polarity_of

_READ: Final = 0.9  # of the cells that say something must be scores
_SCORE: Final = re.compile(
    r"^\s*([-+−]?\d+(?:[.,]\d+)?)\s*(?:/\s*(\d+)|out of\s*(\d+)|stars?|points?|星级?|分|颗星|(%))?\s*$", re.IGNORECASE
)
_STARS: Final = re.compile(r"^[★⭐🌟]+[☆]*$")
_NAMES: Final = {1: "positive", 0: "neutral", -1: "negative"}


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
    """Of each cell its feeling, or None where there is no score; `scale` says how they were read."""

    scale: str
    rows: tuple[str | None, ...]

    @property
    def has_neutral(self) -> bool:
        """Whether the scores can say neutral at all."""
        return "neutral" in self.rows


def feelings(cells: Sequence[str]) -> Feelings:
    """Read a column of scores: −1/0/1, 0/1, 1–3, 1–5, 1–7, 0–10, percent, stars, or words. Raises ScaleError."""
    there = [cell for cell in cells if cell.strip()]
    words = [polarity_of(cell) for cell in there if not _number(cell)]
    if there and len(words) >= _READ * len(there) and words.count(None) <= (1 - _READ) * len(words):
        named = (polarity_of(cell) for cell in cells)
        return Feelings("words", tuple(None if each is None else _NAMES[each] for each in named))
    scores = [_number(cell) for cell in cells]
    values = [score[0] for score in scores if score]
    if len(values) < _READ * max(1, len(there)) or not values:
        raise ScaleError(
            "The score column holds no scores: numbers such as 1–5 or 0–10, −1/0/1, percent, "
            "or the words positive, neutral, negative are read."
        )
    tops = {score[1] for score in scores if score and score[1]}
    scale = scale_of(values, top=max(tops) if tops else None)
    return Feelings(scale.name, tuple(scale.feeling(score[0]) if score else None for score in scores))


def scale_of(values: Sequence[float], *, top: float | None = None) -> Scale:
    """The scale that the values come from, by the range they fill. Raises ScaleError."""
    low, high, different = min(values), max(values), set(values)
    whole = all(value == int(value) for value in different)
    if low < 0:
        edge = 0.2 * max(-low, high) if not whole else 0.5
        return Scale(f"{low:g} … {high:g} around 0", -edge, edge)
    if len(different) == 2 and high <= 2 and top is None:
        return Scale(f"{low:g} or {high:g}", low, high)
    if high <= 1 and not whole:
        return Scale("0 … 1", 0.5, 0.7)
    limits = ((2, 0, 2), (3, 1, 3), (5, 2.5, 3.75), (7, 3, 5), (10, 5, 8), (100, 50, 71))
    for most, negative, positive in limits:
        if (top or high) <= most:
            return Scale(f"{1 if low > 0 and most <= 7 else 0} … {most}", negative, positive)
    raise ScaleError(f"Scores from {low:g} to {high:g} are on no scale we know: the largest is 100.")


def _number(cell: str) -> tuple[float, float | None] | None:
    """The score of a cell and the top of its scale where the cell states it."""
    text = cell.strip()
    if _STARS.match(text):
        return float(sum(text.count(star) for star in "★⭐🌟")), 5.0
    found = _SCORE.match(text)
    if not found:
        return None
    stated = found[2] or found[3] or ("100" if found[4] else None)
    return float(found[1].replace("−", "-").replace(",", ".")), float(stated) if stated else None
