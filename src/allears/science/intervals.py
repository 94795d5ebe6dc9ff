"""Interval building blocks: normal quantiles, Wilson limits, MOVER.

scipy is loaded by the functions that need it: pages read these modules too, and must stay light.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import NamedTuple


class Limits(NamedTuple):
    low: float
    high: float


def z_of(level: float) -> float:
    """Two-sided normal quantile of a confidence level in (0, 1)."""
    if not 0 < level < 1:
        raise ValueError(f"A confidence level lies between 0 and 1, not {level}.")
    return NormalDist().inv_cdf(0.5 + level / 2)


def t_of(level: float, df: float) -> float:
    """Two-sided Student quantile."""
    if not 0 < level < 1:
        raise ValueError(f"A confidence level lies between 0 and 1, not {level}.")
    from scipy.special import stdtrit

    return float(stdtrit(df, 0.5 + level / 2))


def wilson(successes: float, n: float, *, z: float) -> Limits:
    """Wilson (1927) score limits of a proportion, without continuity correction.

    Newcombe (1998), Statistics in Medicine 17:857–872, method 3. `n` must be positive.
    """
    p = successes / n
    centre = (successes + z * z / 2) / (n + z * z)
    half = z * math.sqrt(n) / (n + z * z) * math.sqrt(p * (1 - p) + z * z / (4 * n))
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == n else min(1.0, centre + half)
    return Limits(low, high)


def mover_difference(a: float, a_limits: Limits, b: float, b_limits: Limits, *, r: float = 0.0) -> Limits:
    """Limits of a − b from the limits of a and of b ("method of variance estimates recovery").

    Zou & Donner (2008), Statistics in Medicine 27:1693–1702; with r = 0 and Wilson limits it is Newcombe's
    score interval for a difference of proportions. `r` is the correlation of the two estimates.
    """
    a_down, a_up = max(0.0, a - a_limits.low), max(0.0, a_limits.high - a)
    b_down, b_up = max(0.0, b - b_limits.low), max(0.0, b_limits.high - b)
    down = a_down**2 - 2 * r * a_down * b_up + b_up**2
    up = a_up**2 - 2 * r * a_up * b_down + b_down**2
    return Limits(a - b - math.sqrt(max(0.0, down)), a - b + math.sqrt(max(0.0, up)))
