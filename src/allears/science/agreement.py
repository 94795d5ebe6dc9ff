"""How far people who judged the same things agree: Krippendorff's α.

Krippendorff, K. (2011). Computing Krippendorff's Alpha-Reliability. Checked against the example there (section C).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from itertools import permutations
from typing import Literal

Level = Literal["nominal", "ordinal", "interval"]


def alpha(units: Sequence[Sequence[Hashable | None]], *, level: Level = "nominal") -> float | None:
    """α of judgements: a row a unit, a column a judge, None where a judge said nothing; values of one comparable kind.

    1 is agreement, 0 what chance would give. None when no unit has two judgements, or all judgements are the same
    value: nothing varies, so nothing can be told.
    """
    pairs: Counter[tuple[Hashable, Hashable]] = Counter()
    for unit in units:
        said = [each for each in unit if each is not None]
        for one, other in permutations(said, 2):
            pairs[one, other] += 1 / (len(said) - 1)  # type: ignore[assignment]
    totals: Counter[Hashable] = Counter()
    for (one, _other), count in pairs.items():
        totals[one] += count
    if len(totals) < 2:
        return None
    distance = _distance(totals, level)
    n = sum(totals.values())
    observed = sum(count * distance(one, other) for (one, other), count in pairs.items())
    expected = sum(totals[one] * totals[other] * distance(one, other) for one in totals for other in totals)
    return 1 - (n - 1) * observed / expected


def _distance(totals: Counter[Hashable], level: Level) -> Callable[[Hashable, Hashable], float]:
    if level == "nominal":
        return lambda one, other: float(one != other)
    order = sorted(totals)  # type: ignore[type-var]
    if level == "interval":
        return lambda one, other: float((one - other) ** 2)  # type: ignore[operator]
    place = {value: at for at, value in enumerate(order)}

    def ordinal(one: Hashable, other: Hashable) -> float:
        low, high = sorted((place[one], place[other]))
        between = sum(totals[value] for value in order[low : high + 1])
        return float((between - (totals[order[low]] + totals[order[high]]) / 2) ** 2)

    return ordinal
