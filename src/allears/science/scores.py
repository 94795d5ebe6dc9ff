"""NPS, CSAT, CES and response rates from additive counts, each with its interval.

Every function takes counts or sums, never rows: a billion answers cost the same as ten.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal, get_args

from allears.science.estimate import (
    LOW_BASE,
    AskCounts,
    Estimate,
    ScoreCounts,
    nothing,
    warnings_for,
)
from allears.science.intervals import Limits, mover_difference, t_of, wilson, z_of

Metric = Literal["nps", "csat", "ces"]
METRICS: Final[tuple[Metric, ...]] = get_args(Metric)

NO_ANSWERS = "no answers"
ONE_ANSWER = "one answer has no spread, so no interval can be given"
NO_SPREAD = "all answers are equal, so a t interval would have no width"
NOBODY_ASKED = "nobody reached this stage"


def score(metric: Metric, counts: ScoreCounts, *, level: float = 0.95) -> Estimate:
    """Finish the counts of one cell into the figure of `metric`."""
    if metric == "nps":
        return nps(counts.promoters, counts.passives, counts.detractors, level=level)
    if metric == "csat":
        return csat(counts.satisfied, counts.n, level=level)
    if metric == "ces":
        return ces(counts.n, counts.total, counts.total_squares, level=level)
    raise ValueError(f"Unknown metric {metric!r}; the metrics are {', '.join(METRICS)}.")


def nps(promoters: int, passives: int, detractors: int, *, level: float = 0.95) -> Estimate:
    """Net Promoter Score 100·(p − q), −100…100, with an interval that covers at its stated rate.

    From n = 30: MOVER on the Wilson limits of p and q with their multinomial correlation
    −√(pq/((1−p)(1−q))). Below: the adjusted interval, one answer added to each class, as the adjusted Wald
    intervals of Rocks (2016), The American Statistician 70(4):365–372. Never the plain Wald interval, which
    for skewed mixes covers 26 % at n = 10 where it says 95 %.
    """
    _refuse_negative(promoters, passives, detractors)
    n = promoters + passives + detractors
    if n == 0:
        return nothing("nps", level=level, method="none", reason=NO_ANSWERS)
    limits = nps_share_limits(promoters, passives, detractors, z=z_of(level))
    estimate = 100 * (promoters - detractors) / n
    return Estimate(
        metric="nps",
        estimate=estimate,
        low=min(estimate, 100 * limits.low),  # rounding may not put the estimate outside
        high=max(estimate, 100 * limits.high),
        level=level,
        n=n,
        method="mover-wilson" if n >= LOW_BASE else "adjusted-wald",
        counts={"promoters": promoters, "passives": passives, "detractors": detractors},
        warnings=warnings_for(n),
    )


def nps_share_limits(promoters: int, passives: int, detractors: int, *, z: float) -> Limits:
    """Limits of p − q on −1…1; always around the estimate itself. n must be positive."""
    n = promoters + passives + detractors
    raw = (promoters - detractors) / n
    limits = _mover_limits(promoters, detractors, n, z) if n >= LOW_BASE else _adjusted(promoters, detractors, n, z)
    return Limits(max(-1.0, min(raw, limits.low)), min(1.0, max(raw, limits.high)))


def _mover_limits(promoters: int, detractors: int, n: int, z: float) -> Limits:
    p, q = promoters / n, detractors / n
    odds = p * q / ((1 - p) * (1 - q)) if p < 1 and q < 1 else 0.0
    return mover_difference(p, wilson(promoters, n, z=z), q, wilson(detractors, n, z=z), r=-math.sqrt(min(1.0, odds)))


def _adjusted(promoters: int, detractors: int, n: int, z: float) -> Limits:
    p, q = (promoters + 1) / (n + 3), (detractors + 1) / (n + 3)
    half = z * math.sqrt((p + q - (p - q) ** 2) / (n + 3))
    return Limits(p - q - half, p - q + half)


def csat(satisfied: int, n: int, *, level: float = 0.95) -> Estimate:
    """Share of satisfied answers (top two boxes), 0…1, with its Wilson score interval."""
    return share("csat", satisfied, n, level=level, names=("satisfied", "not_satisfied"))


def share(
    metric: str,
    successes: int,
    n: int,
    *,
    level: float = 0.95,
    names: tuple[str, str] = ("yes", "no"),
    none_reason: str = NO_ANSWERS,
) -> Estimate:
    """A proportion with its Wilson score interval (Newcombe 1998, method 3)."""
    _refuse_negative(successes, n - successes)
    if n == 0:
        return nothing(metric, level=level, method="none", reason=none_reason)
    low, high = wilson(successes, n, z=z_of(level))
    counts = {names[0]: successes, names[1]: n - successes}
    return Estimate(metric, successes / n, low, high, level, n, "wilson", counts, warnings_for(n))


def ces(n: int, total: float, total_squares: float, *, level: float = 0.95) -> Estimate:
    """Customer effort as the mean answer in the question's own scale, with Student's t interval.

    One answer, or answers all equal, give the mean and no interval: R's `t.test` refuses them too.
    """
    if n == 0:
        return nothing("ces", level=level, method="none", reason=NO_ANSWERS)
    mean, variance = mean_and_variance(n, total, total_squares)
    counts = {"total": total, "total_squares": total_squares}
    if variance is None or variance == 0:
        reason = ONE_ANSWER if variance is None else NO_SPREAD
        return Estimate("ces", mean, None, None, level, n, "t", counts, warnings_for(n), reason)
    half = t_of(level, n - 1) * math.sqrt(variance / n)
    return Estimate("ces", mean, mean - half, mean + half, level, n, "t", counts, warnings_for(n))


def mean_and_variance(n: int, total: float, total_squares: float) -> tuple[float, float | None]:
    """Mean and unbiased variance from sums; None below two answers, 0 when rounding hides no spread."""
    mean = total / n
    if n < 2:
        return mean, None
    deviations = total_squares - total * mean
    if deviations < -1e-9 * max(1.0, total_squares):
        raise ValueError("The sum of squares is smaller than these answers can have.")
    return mean, 0.0 if deviations <= 1e-12 * total_squares else deviations / (n - 1)


@dataclass(frozen=True, slots=True)
class ResponseRates:
    """How asks ended, as The American Association for Public Opinion Research defines the rates
    (Standard Definitions, 10th edition, 2023), on asks as the units:

    invited = all eligible units, undelivered = non-contact, completed = complete interview (I), started and
    not completed = partial (P), delivered and never started = refusal or no answer (R + O).
    """

    response: Estimate
    """RR1 = I / invited: complete answers among all asked."""
    response_with_partials: Estimate
    """RR2 = (I + P) / invited."""
    contact: Estimate
    """CON1 = delivered / invited."""
    opening: Estimate
    """opened / delivered; no AAPOR rate, kept because mail and messages tell it."""
    cooperation: Estimate
    """COOP1 = I / delivered: complete answers among those reached."""
    completion: Estimate
    """I / (I + P): how many who began also finished."""


def response_rates(asks: AskCounts, *, level: float = 0.95) -> ResponseRates:
    """All rates of a cell of asks. Raises when a later stage exceeds an earlier one."""
    steps = [asks.invited, asks.delivered, asks.opened, asks.started, asks.completed]
    if sorted(steps, reverse=True) != steps or steps[-1] < 0:
        raise ValueError(f"Each stage of an ask needs the one before it; these counts rise: {asks}.")

    def rate(name: str, part: int, whole: int) -> Estimate:
        return share(name, part, whole, level=level, none_reason=NOBODY_ASKED)

    return ResponseRates(
        response=rate("response", asks.completed, asks.invited),
        response_with_partials=rate("response_with_partials", asks.started, asks.invited),
        contact=rate("contact", asks.delivered, asks.invited),
        opening=rate("opening", asks.opened, asks.delivered),
        cooperation=rate("cooperation", asks.completed, asks.delivered),
        completion=rate("completion", asks.completed, asks.started),
    )


def response_rate(asks: AskCounts, *, level: float = 0.95) -> Estimate:
    """The one that headlines: AAPOR RR1, complete answers among all asked."""
    return share("response", asks.completed, asks.invited, level=level, none_reason=NOBODY_ASKED)


def _refuse_negative(*counts: int) -> None:
    if min(counts) < 0:
        raise ValueError(f"Counts cannot be negative: {counts}.")
