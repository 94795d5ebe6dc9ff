"""Which of several things are commoner here than elsewhere?"""

from __future__ import annotations

import math
from collections.abc import Sequence

from allears.science.contracts import Excess
from allears.science.differences import benjamini_hochberg


def at_least(found: int, marked: int, drawn: int, total: int) -> float:
    """The chance of so many marked ones or more among `drawn` of `total`: Fisher's exact test, one-sided."""
    most = min(marked, drawn)
    if found <= max(0, drawn + marked - total):
        return 1.0
    logs = [_log_chance(count, marked, drawn, total) for count in range(found, most + 1)]
    return min(1.0, math.fsum(math.exp(each) for each in logs))


def _log_chance(count: int, marked: int, drawn: int, total: int) -> float:
    return _log_choose(marked, count) + _log_choose(total - marked, drawn - count) - _log_choose(total, drawn)


def _log_choose(of: int, some: int) -> float:
    return math.lgamma(of + 1) - math.lgamma(some + 1) - math.lgamma(of - some + 1)


def excesses(
    counts: Sequence[tuple[int, int]], of_here: int, of_elsewhere: int, *, false_discovery: float = 0.05
) -> list[Excess]:
    """Each thing's count here and elsewhere, tested for being commoner here and judged together.

    Exact where those here are as good as drawn from all, whatever their number (Fisher 1935, The Logic of Inductive
    Inference, Journal of the Royal Statistical Society 98:39–82). What is counted must not have been chosen by looking
    at those counted here.
    """
    total = of_here + of_elsewhere
    found = [at_least(here, here + elsewhere, of_here, total) for here, elsewhere in counts]
    return [
        Excess(
            here=here,
            of_here=of_here,
            elsewhere=elsewhere,
            of_elsewhere=of_elsewhere,
            p_value=p,
            adjusted_p=adjusted,
            more=adjusted <= false_discovery,
        )
        for (here, elsewhere), p, adjusted in zip(counts, found, benjamini_hochberg(found), strict=True)
    ]
