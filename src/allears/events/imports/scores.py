"""Answers as numbers on the scales that the metrics count: nps 0–10, csat 1–5, ces 1–7."""

import math
import re
import unicodedata
from collections.abc import Mapping

from allears.events.imports import vocabulary

_LEADING = re.compile(
    r"^(-?\d+(?:\.\d+)?)\s*(?:星级?|颗星|分|stars?|points?|pts|/\s*\d+|out of \d+|%|[-–—=:.、(（|]\s*\D.*|\s+\D.*)?$",
    re.IGNORECASE,
)
_STARS = re.compile(r"^(★+)[☆\s]*$")


def number_of(text: str) -> float | None:
    """The number that an answer says: 4, 4.0, 5星, 4/5, ★★★☆☆, “10 - extremely likely”; None for words alone."""
    try:
        value = float(text)
    except ValueError:
        folded = unicodedata.normalize("NFKC", text).strip().lower()
        if stars := _STARS.match(folded):
            return float(len(stars.group(1)))
        found = _LEADING.match(folded)
        return float(found.group(1)) if found else None
    return value if math.isfinite(value) else None


def within(labels: Mapping[str, int], *, rows: float = 1.0) -> list[float]:
    """The numbers of a column from 0 to 10, or else to 100; none when less than ``rows`` (a share) of them lie there.

    What lies outside is a slip of the pen: it goes to quarantine and does not stretch the scale for the others.
    """
    numbers = {number: count for value, count in labels.items() if (number := number_of(value)) is not None}
    for most in (10, 100):
        inside = {number: count for number, count in numbers.items() if 0 <= number <= most}
        if inside and sum(inside.values()) >= rows * sum(numbers.values()):
            return list(inside)
    return []


def word_score(text: str) -> int | None:
    """An answer in words on a scale of five."""
    return vocabulary.five().get(vocabulary.folded(text))


def onto(value: float, *, scale: tuple[float, float], target: tuple[float, float]) -> int:
    """``value`` of ``scale`` (worst, best) as a whole number of ``target``.

    On the target's own scale a broken number goes down, so that "at least four" means the same before and after.
    Between scales the place is kept and the nearer number taken, in doubt the lower.
    """
    worst, best = scale
    if (worst, best) == target or (best == target[1] and worst == 0 and target[0] == 1):
        return max(math.floor(value), int(target[0]))
    share = (value - worst) / (best - worst)
    exact = target[0] + share * (target[1] - target[0])
    return math.ceil(round(exact, 9) - 0.5)
