"""What one more answer is worth, and where to ask so that a fixed number of asks teaches most.

The auction of asks: a mean of n answers with variance s² is known with variance s²/n; one more answer makes that
s²/(n + 1). The fall, times the chance that the customer answers and the weight of the moment, is the expected
information of the ask. Optimal designs for a mean: Neyman (1934), Journal of the Royal Statistical Society 97:558-625.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

PRIOR_ANSWERS = 2.0
"""Answers that a moment nobody has spoken about counts as having, so that its worth is large and finite."""

SCALES = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}


def unit_scale(metric: str, score: float) -> float:
    """An answer on a scale of 0 to 1, so that moments with different questions compare."""
    low, high = SCALES[metric]
    return (score - low) / (high - low)


def expected_information(*, variance: float, answers: float, propensity: float, weight: float = 1.0) -> float:
    """Expected fall of the variance of a mean by one more ask: weight · propensity · (s²/n − s²/(n + 1)).

    ``variance`` is of single answers on a scale of 0 to 1 (so that moments with different questions compare).
    """
    if variance < 0 or answers < 0 or not 0 <= propensity <= 1 or weight < 0:
        raise ValueError("variance, answers and weight cannot be negative; a propensity lies between 0 and 1")
    n = max(answers, PRIOR_ANSWERS)
    return weight * propensity * variance / (n * (n + 1))


@dataclass(frozen=True, slots=True)
class Cell:
    """One segment of a moment: the share of its events, and what is known about it."""

    events: float
    variance: float
    answers: float
    propensity: float = 1.0


def directed_shares(
    cells: Mapping[str, Cell], *, share: float, least: float = 0.02, rounds: int = 50
) -> dict[str, float]:
    """The share to ask in each segment, with ``share`` on average over all events: more where the interval is wide.

    In proportion to the squared standard error of the segment's mean (s²/n), so asks flow until the widest is as
    narrow as the others; nobody above 1 and nobody below ``least``. What one segment cannot take goes to the others.
    """
    if not 0 < share <= 1:
        raise ValueError("the share asked lies above 0 and up to 1")
    events = sum(cell.events for cell in cells.values())
    if not cells or events <= 0:
        return dict.fromkeys(cells, share)
    floor = min(least, share)
    pull = {name: cell.variance / max(cell.answers, PRIOR_ANSWERS) for name, cell in cells.items()}
    if not any(pull.values()):
        return dict.fromkeys(cells, share)
    shares = _filled(cells, pull, budget=share * events, floor=floor, rounds=rounds)
    return {name: round(value, 6) for name, value in shares.items()}


def _filled(
    cells: Mapping[str, Cell], pull: Mapping[str, float], *, budget: float, floor: float, rounds: int
) -> dict[str, float]:
    """Scale the pulls until the budget is spent: the scale is found by bisection, as the spending grows with it."""

    def spread(scale: float) -> dict[str, float]:
        return {name: min(1.0, max(floor, scale * pull[name])) for name in cells}

    def spent(shares: Mapping[str, float]) -> float:
        return sum(cells[name].events * value for name, value in shares.items())

    low, high = 0.0, 1.0
    while spent(spread(high)) < budget and high < 1e12:
        high *= 4
    for _ in range(rounds):
        middle = (low + high) / 2
        low, high = (middle, high) if spent(spread(middle)) < budget else (low, middle)
    return spread(high)
