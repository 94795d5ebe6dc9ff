"""Answers as numbers on the scales that the metrics count: nps 0–10, csat 1–5, ces 1–7."""

import math
import re
import unicodedata

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
