"""Samples by stratum: how many of each are drawn, and what they say of the whole population.

Strata are the segments of a population whose sizes are known, so a sample that took more of one of them, or heard
less from another, is weighed back to the population's own shares.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from allears.science.differences import Difference
from allears.science.estimate import Estimate, ScoreCounts, nothing, warnings_for
from allears.science.intervals import z_of
from allears.science.scores import NO_ANSWERS, Metric, mean_and_variance

ONE_IN_A_STRATUM = "a segment of the population has fewer than two answers, so its spread is not known"


@dataclass(frozen=True, slots=True)
class Stratum:
    """A part of the population: its size, how many answered, their mean and unbiased variance."""

    population: int
    n: int
    mean: float
    variance: float


def proportional(sizes: Mapping[str, int], total: int) -> dict[str, int]:
    """``total`` places shared out by size, whole numbers that add up: the largest remainders get what is left over.

    Hamilton's method; equal remainders go to the larger part, then by name. Nobody gets more than there are.
    """
    whole = sum(sizes.values())
    if total >= whole:
        return dict(sizes)
    exact = {name: total * size / whole for name, size in sizes.items()}
    shares = {name: math.floor(value) for name, value in exact.items()}
    left = total - sum(shares.values())
    by_remainder = sorted(sizes, key=lambda name: (shares[name] - exact[name], -sizes[name], name))
    for name in by_remainder[:left]:
        shares[name] += 1
    return shares


def allocate(available: Mapping[str, int], *, size: int | None, quotas: Mapping[str, int]) -> dict[str, int]:
    """How many are drawn from each segment.

    A segment with a quota gives that many, or all it has; the others share what is left of ``size`` in proportion
    to their own sizes, or give everybody where there is no ``size``.
    """
    fixed = {name: min(limit, available[name]) for name, limit in quotas.items() if name in available}
    others = {name: number for name, number in available.items() if name not in fixed}
    left = sum(others.values()) if size is None else max(0, size - sum(fixed.values()))
    return {**fixed, **proportional(others, left)}


def stratum(metric: Metric, counts: ScoreCounts, *, population: int) -> Stratum | None:
    """A segment's answers as a stratum, each answer worth what it adds to the metric; None below two answers.

    NPS: 100, 0 or −100. CSAT: 1 or 0. CES: the answer itself.
    """
    if counts.n < 2:
        return None
    if metric == "nps":
        total = 100.0 * (counts.promoters - counts.detractors)
        squares = 100.0**2 * (counts.promoters + counts.detractors)
    elif metric == "csat":
        total = squares = float(counts.satisfied)
    else:
        total, squares = counts.total, counts.total_squares
    mean, variance = mean_and_variance(counts.n, total, squares)
    return Stratum(population=population, n=counts.n, mean=mean, variance=variance or 0.0)


def stratified_mean(strata: Sequence[Stratum], *, finite: bool = False) -> tuple[float, float]:
    """The population's mean and the variance of this estimate: Σ Wₕ·ȳₕ and Σ Wₕ²·(1 − nₕ/Nₕ)·sₕ²/nₕ.

    Lohr (2010), Sampling: Design and Analysis, 2nd ed., §3.3; given how many answered in each stratum it serves
    post-stratification, too (Cochran 1977, Sampling Techniques, 3rd ed., §5A.9). Without ``finite`` the correction
    1 − nₕ/Nₕ is left out: the figure is meant for customers to come as well.
    """
    whole = sum(each.population for each in strata)
    mean = sum(each.population / whole * each.mean for each in strata)
    variance = sum(
        (each.population / whole) ** 2 * (1 - each.n / each.population if finite else 1.0) * each.variance / each.n
        for each in strata
    )
    return mean, variance


def weighted_score(
    metric: Metric, cells: Mapping[str, ScoreCounts], populations: Mapping[str, int], *, level: float = 0.95
) -> Estimate:
    """The score of the whole population, each segment weighing as much as it has customers, not as it answered."""
    n = sum(cells[name].n for name in cells if populations.get(name))
    strata = _strata(metric, cells, populations)
    if not strata:
        reason = ONE_IN_A_STRATUM if n else NO_ANSWERS
        return nothing(metric, level=level, method="post-stratified", reason=reason, n=n)
    mean, variance = stratified_mean(strata)
    half = z_of(level) * math.sqrt(variance)
    low, high = {"nps": (-100.0, 100.0), "csat": (0.0, 1.0)}.get(metric, (-math.inf, math.inf))
    return Estimate(
        metric=metric,
        estimate=mean,
        low=max(low, mean - half),
        high=min(high, mean + half),
        level=level,
        n=n,
        method="post-stratified",
        counts={"variance": variance},
        warnings=warnings_for(n),
    )


def _strata(metric: Metric, cells: Mapping[str, ScoreCounts], populations: Mapping[str, int]) -> list[Stratum]:
    """Every part of the population, or none: what nobody speaks for cannot be weighed in."""
    found = []
    for name, size in populations.items():
        if size:
            part = stratum(metric, cells.get(name, ScoreCounts()), population=size)
            if part is None:
                return []
            found.append(part)
    return found


def weighted_difference(metric: Metric, a: Estimate, b: Estimate, *, level: float = 0.95) -> Difference:
    """a − b of two weighted scores, by the normal approximation on the sum of their variances."""
    if a.estimate is None or b.estimate is None:
        reason = (a if a.estimate is None else b).reason
        return Difference(metric, None, None, None, level, None, "none", reason)
    gap = a.estimate - b.estimate
    spread = math.sqrt(a.counts["variance"] + b.counts["variance"])
    if spread == 0:
        return Difference(metric, gap, None, None, level, None, "none", "all answers are equal on both sides")
    half = z_of(level) * spread
    p = math.erfc(abs(gap) / spread / math.sqrt(2))
    return Difference(metric, gap, gap - half, gap + half, level, p, "post-stratified")
