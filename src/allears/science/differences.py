"""When may two cuts be called different?

A difference always comes with its interval and a p-value that is the inversion of that same interval, so that
picture and verdict never disagree; over all cuts on a page Benjamini–Hochberg keeps the share of false
"different" at the level asked for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Generic, TypeVar

from allears.science.estimate import ScoreCounts
from allears.science.intervals import Limits, mover_difference, t_of, wilson, z_of
from allears.science.scores import NO_ANSWERS, NO_SPREAD, Metric, mean_and_variance, nps_share_limits

K = TypeVar("K", bound=Hashable)
LEAST_COMPARED = 10
TOO_FEW = "fewer than ten answers on one side"
_Z_MIN = 1e-9
_Z_EXACT = 1e-9
_Z_MAX = 64.0  # beyond it a two-sided p-value is below the smallest float


@dataclass(frozen=True, slots=True)
class Difference:
    """a − b in the metric's own unit. `p_value` answers "could the two be equal?"."""

    metric: str
    difference: float | None
    low: float | None
    high: float | None
    level: float
    p_value: float | None
    method: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison(Generic[K]):
    """One pair among many on a page; `different` is only true past Benjamini–Hochberg over all of them."""

    a: K
    b: K | None
    """None stands for "all the others together"."""
    result: Difference
    adjusted_p: float | None
    different: bool


def difference(metric: Metric, a: ScoreCounts, b: ScoreCounts, *, level: float = 0.95) -> Difference:
    """The difference of two cuts that share no answer."""
    if a.n == 0 or b.n == 0:
        return Difference(metric, None, None, None, level, None, "none", NO_ANSWERS)
    if metric == "nps":
        return _nps_difference(a, b, level)
    if metric == "csat":
        return share_difference(a.satisfied, a.n, b.satisfied, b.n, level=level)
    return _mean_difference(a, b, level)


def _nps_difference(a: ScoreCounts, b: ScoreCounts, level: float) -> Difference:
    """MOVER-D on the single NPS intervals of each side; below ten answers these are too short to claim anything."""
    x, y = (a.promoters - a.detractors) / a.n, (b.promoters - b.detractors) / b.n

    def limits(z: float) -> Limits:
        one = nps_share_limits(a.promoters, a.passives, a.detractors, z=z)
        two = nps_share_limits(b.promoters, b.passives, b.detractors, z=z)
        return mover_difference(x, one, y, two)

    if min(a.n, b.n) < LEAST_COMPARED:
        return Difference("nps", 100 * (x - y), None, None, level, None, "mover-d", TOO_FEW)
    low, high = limits(z_of(level))
    p = _p_by_inversion(x - y, limits)
    return Difference("nps", 100 * (x - y), 100 * low, 100 * high, level, p, "mover-d")


def share_difference(successes_a: int, n_a: int, successes_b: int, n_b: int, *, level: float = 0.95) -> Difference:
    """Difference of two independent proportions by their Wilson limits.

    Newcombe (1998), Statistics in Medicine 17:873–890, method 10. Both n must be positive.
    """
    p, q = successes_a / n_a, successes_b / n_b

    def limits(z: float) -> Limits:
        return mover_difference(p, wilson(successes_a, n_a, z=z), q, wilson(successes_b, n_b, z=z))

    low, high = limits(z_of(level))
    return Difference("csat", p - q, low, high, level, _p_by_inversion(p - q, limits), "newcombe-score")


def _mean_difference(a: ScoreCounts, b: ScoreCounts, level: float) -> Difference:
    """Welch's t interval with Satterthwaite's degrees of freedom, as R's `t.test`."""
    from scipy.special import stdtr

    mean_a, var_a = mean_and_variance(a.n, a.total, a.total_squares)
    mean_b, var_b = mean_and_variance(b.n, b.total, b.total_squares)
    gap = mean_a - mean_b
    if var_a is None or var_b is None or var_a + var_b == 0:
        reason = NO_SPREAD if var_a is not None and var_b is not None else "fewer than two answers on one side"
        return Difference("ces", gap, None, None, level, None, "welch-t", reason)
    se_a, se_b = var_a / a.n, var_b / b.n
    spread = math.sqrt(se_a + se_b)
    df = (se_a + se_b) ** 2 / (se_a**2 / (a.n - 1) + se_b**2 / (b.n - 1))
    half = t_of(level, df) * spread
    p = 2 * float(stdtr(df, -abs(gap) / spread))
    return Difference("ces", gap, gap - half, gap + half, level, p, "welch-t")


def _p_by_inversion(gap: float, limits: Callable[[float], Limits]) -> float:
    """The two-sided p-value at which the interval just touches no difference.

    Found by halving: scipy's solvers take a second to load, and pages of the web process compare scores too.
    """

    def edge(z: float) -> float:
        return limits(z).low if gap > 0 else -limits(z).high

    low, high = _Z_MIN, 1.0
    if edge(low) <= 0:
        return 1.0
    while edge(high) > 0:  # the edge falls with z
        low, high = high, 2 * high
        if high > _Z_MAX:
            return 0.0
    while high - low > _Z_EXACT:
        middle = (low + high) / 2
        low, high = (middle, high) if edge(middle) > 0 else (low, middle)
    return math.erfc(low / math.sqrt(2))


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values in the order given, as R's `p.adjust(p, "BH")`.

    Benjamini & Hochberg (1995), Journal of the Royal Statistical Society B 57:289–300.
    """
    adjusted, least, total = [1.0] * len(p_values), 1.0, len(p_values)
    falling = sorted(range(total), key=lambda place: -p_values[place])
    for rank, place in zip(range(total, 0, -1), falling, strict=True):
        least = adjusted[place] = min(least, p_values[place] * total / rank)
    return adjusted


def pairwise(
    metric: Metric, cells: Mapping[K, ScoreCounts], *, level: float = 0.95, false_discovery: float = 0.05
) -> list[Comparison[K]]:
    """Every pair of cuts, judged together."""
    pairs = [
        Comparison(a, b, difference(metric, cells[a], cells[b], level=level), None, False)
        for a, b in combinations(cells, 2)
    ]
    return _judged(pairs, false_discovery)


def against_rest(
    metric: Metric, cells: Mapping[K, ScoreCounts], *, level: float = 0.95, false_discovery: float = 0.05
) -> list[Comparison[K]]:
    """Each cut against all the others pooled: the question a table of cuts is read for."""
    everything = sum(cells.values(), ScoreCounts())
    each = [
        Comparison(key, None, difference(metric, cell, everything - cell, level=level), None, False)
        for key, cell in cells.items()
    ]
    return _judged(each, false_discovery)


def _judged(pairs: list[Comparison[K]], false_discovery: float) -> list[Comparison[K]]:
    tested = [pair.result.p_value for pair in pairs if pair.result.p_value is not None]
    adjusted = iter(benjamini_hochberg(tested))
    judged = []
    for pair in pairs:
        p = None if pair.result.p_value is None else next(adjusted)
        judged.append(replace(pair, adjusted_p=p, different=p is not None and p <= false_discovery))
    return judged
