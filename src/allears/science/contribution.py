"""What a part of the answers does to the score of the whole."""

from __future__ import annotations

import math

from allears.science.differences import LEAST_COMPARED, TOO_FEW
from allears.science.estimate import Estimate, ScoreCounts, nothing, warnings_for
from allears.science.intervals import z_of
from allears.science.scores import NO_ANSWERS, Metric, mean_and_variance

ALL_OF_IT = "every answer belongs to this part, so there is no rest to compare with"


def contribution(metric: Metric, part: ScoreCounts, whole: ScoreCounts, *, level: float = 0.95) -> Estimate:
    """The score of the whole less its score without the part: share × (score of part − score of the rest).

    In the metric's own unit; negative where the part pulls the score down. The interval is by the delta method for a
    random whole: with share p and difference d, Var = p²(σ²_part/n + σ²_rest/(N − n)) + d² p(1 − p)/N. Association,
    not effect: those who speak of a thing differ in more than that.
    """
    rest = whole - part
    name = f"{metric}_contribution"
    if part.n == 0:
        return nothing(name, level=level, method="none", reason=NO_ANSWERS)
    if rest.n == 0:
        return nothing(name, level=level, method="none", reason=ALL_OF_IT, n=part.n)
    (mine, my_spread), (theirs, their_spread) = _moments(metric, part), _moments(metric, rest)
    share, gap = part.n / whole.n, mine - theirs
    counts = {"part": part.n, "whole": whole.n, "score": mine, "difference": gap}
    if min(part.n, rest.n) < LEAST_COMPARED or my_spread is None or their_spread is None:
        return Estimate(name, share * gap, None, None, level, part.n, "delta", counts, warnings_for(part.n), TOO_FEW)
    variance = share**2 * (my_spread / part.n + their_spread / rest.n) + gap**2 * share * (1 - share) / whole.n
    half = z_of(level) * math.sqrt(variance)
    estimate = share * gap
    return Estimate(
        name, estimate, estimate - half, estimate + half, level, part.n, "delta", counts, warnings_for(part.n)
    )


def _moments(metric: Metric, cell: ScoreCounts) -> tuple[float, float | None]:
    """Mean and variance of one answer in the metric's unit; one answer is added to each class of shares, so that a part
    of one mind alone is not taken as certain."""
    if metric == "ces":
        return mean_and_variance(cell.n, cell.total, cell.total_squares)
    if metric == "csat":
        p = (cell.satisfied + 1) / (cell.n + 2)
        return cell.satisfied / cell.n, p * (1 - p)
    p, q = (cell.promoters + 1) / (cell.n + 3), (cell.detractors + 1) / (cell.n + 3)
    return 100 * (cell.promoters - cell.detractors) / cell.n, 10_000 * (p + q - (p - q) ** 2)
