"""Which group of today is which group of yesterday: names that last through re-grouping."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allears.science.contracts import Lineage

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_LIKENESS = 0.25
LEAST_PART = 0.3
"""Below it a stream of members between two groups is spill, not a split or merge."""


def lineage(
    shared: NDArray[np.float64],
    *,
    likeness: NDArray[np.float64] | None = None,
    weight: float = 0.3,
    least: float = LEAST_LIKENESS,
) -> Lineage:
    """From `shared[old, new]`, how many members of an old group are in a new one.

    Groups are paired one to one so that the sum of Dice coefficients is largest (Hungarian method, Kuhn 1955), mixed
    with `likeness` of another kind (cosine of terms) where members alone cannot tell; pairs below `least` are none.
    """
    if shared.size == 0:
        return Lineage(same={}, split_from={}, merged_into={})
    from scipy.optimize import linear_sum_assignment

    before, after = shared.sum(axis=1), shared.sum(axis=0)
    dice = 2 * shared / np.maximum(before[:, None] + after[None, :], 1)
    score = dice if likeness is None else (1 - weight) * dice + weight * likeness
    rows, columns = linear_sum_assignment(score, maximize=True)
    same = {int(new): int(old) for old, new in zip(rows, columns, strict=True) if score[old, new] >= least}
    kept = set(same.values())
    split_from, merged_into = {}, {}
    for new in range(shared.shape[1]):
        old = int(shared[:, new].argmax())
        if new not in same and old in kept and shared[old, new] >= LEAST_PART * max(1, before[old]):
            split_from[new] = old
    for old in range(shared.shape[0]):
        new = int(shared[old].argmax())
        if old not in kept and new in same and shared[old, new] > 0.5 * max(1, before[old]):
            merged_into[old] = new
    return Lineage(same=same, split_from=split_from, merged_into=merged_into)
