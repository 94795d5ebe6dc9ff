"""Is a count of this week more than its past and this week's volume explain?

Counts of a group are taken as negative binomial with mean rate × exposure and a variance that is `1 + spread` times
the mean, as texts come in clumps. Given their sum, the count of the week is then beta-binomial with parameters that
hold no unknown rate, so the test keeps its level for groups of any size; without spread it is the exact binomial test
of two Poisson rates (Przyborowski & Wilenski 1940, Biometrika 31:313–323). Exposure is the whole volume of the week, so
a loud week alone flags nothing. Over all groups Benjamini–Hochberg keeps the share of false flags.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from allears.science.contracts import Burst
from allears.science.differences import benjamini_hochberg

if TYPE_CHECKING:
    from numpy.typing import NDArray

FALSE_DISCOVERY = 0.05
LEAST_WEEKS = 3
LEAST_COUNT = 5
"""A week with fewer in a group is never flagged: nobody should be woken for four voices."""
POOLED_WEEKS = 12.0
"""How many weeks of evidence the spread of all groups together weighs against a group's own."""


def bursts(
    counts: Sequence[Sequence[int]], volume: Sequence[int], *, false_discovery: float = FALSE_DISCOVERY
) -> list[Burst]:
    """`counts[group][week]`, oldest week first, the last one judged; `volume[week]` over everything said."""
    table = np.asarray(counts, dtype=np.float64).reshape(len(counts), -1)
    exposure = np.asarray(volume, dtype=np.float64)
    used = exposure[:-1] > 0
    if not len(table) or used.sum() < LEAST_WEEKS or exposure[-1] <= 0:
        return [Burst(count=int(row[-1]), expected=None, p_value=None, adjusted_p=None, flagged=False) for row in table]
    past, now = table[:, :-1][:, used], table[:, -1]
    before, share = exposure[:-1][used], exposure[-1] / (exposure[-1] + exposure[:-1][used].sum())
    p_values = _upper(now, past.sum(axis=1), share, spreads(past, before))
    expected = past.sum(axis=1) * exposure[-1] / before.sum()
    adjusted = benjamini_hochberg([float(p) for p in p_values])
    return [
        Burst(
            count=int(count),
            expected=float(mean),
            p_value=float(p),
            adjusted_p=q,
            flagged=bool(q <= false_discovery and count >= LEAST_COUNT),
        )
        for count, mean, p, q in zip(now, expected, p_values, adjusted, strict=True)
    ]


def spreads(past: NDArray[np.float64], exposure: NDArray[np.float64]) -> NDArray[np.float64]:
    """Variance over mean, less one, of each group's former weeks, drawn towards that of all groups and never below it:
    with a dozen weeks, a group that looks calmer than the others mostly had luck."""
    mean = past.sum(axis=1, keepdims=True) * exposure / exposure.sum()
    degrees = past.shape[1] - 1
    pearson = np.where(mean > 0, (past - mean) ** 2 / np.maximum(mean, 1e-12), 0).sum(axis=1)
    known = past.sum(axis=1) >= LEAST_COUNT
    pooled = pearson[known].sum() / (degrees * known.sum()) if known.any() else 1.0
    own = (pearson + POOLED_WEEKS * pooled) / (degrees + POOLED_WEEKS)
    return np.asarray(np.maximum(np.where(known, np.maximum(own, pooled), pooled) - 1, 0), dtype=np.float64)


def _upper(
    now: NDArray[np.float64], past: NDArray[np.float64], share: float, spread: NDArray[np.float64]
) -> NDArray[np.float64]:
    """P(a week of this share of the exposure holds at least `now` of the sum)."""
    from scipy.stats import betabinom, binom

    total = now + past
    plain = binom.sf(now - 1, total, share)
    shape = np.maximum(total / np.maximum(spread, 1e-3), 1e-6)  # of the whole sum; a week has its share of it
    wide = betabinom.sf(now - 1, total, np.maximum(shape * share, 1e-9), np.maximum(shape * (1 - share), 1e-9))
    return np.asarray(np.where(total == 0, 1.0, np.where(spread > 1e-3, wide, plain)), dtype=np.float64)
