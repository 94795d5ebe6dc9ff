"""Labels in two parts, such as a topic with its polarity: first which topics, then of each topic which second part.

The second part is learnt over (text, first part): from the text's grams, and from the same grams under the heading of
the first part, so that "high" may be bad of a price and good of a seat.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from allears.understand.text import machines
from allears.understand.text.grams import Ints, KeyRows, crossed
from allears.understand.text.machines import Beside, Fitted, Floats

Decided = list[tuple[int, int, float]]  # of one row: label, second part (−1 where there is none), probability
_CUTS: Final = np.linspace(0.1, 0.6, 26)
_FLOOR: Final = float(_CUTS[0])


def pair_rows(rows: KeyRows, pairs: Ints) -> KeyRows:
    """The grams of each pair (row, first part): as they are, under the heading, and the heading itself."""
    plain = rows.take(pairs[:, 0])
    sizes = np.diff(plain.bounds)
    bounds = np.concatenate(([0], np.cumsum(2 * sizes + 1)))
    headings = np.repeat(pairs[:, 1], sizes)
    keys = np.empty(int(bounds[-1]), np.uint32)
    within = np.arange(len(plain.keys)) - np.repeat(plain.bounds[:-1], sizes)
    at = np.repeat(bounds[:-1], sizes) + within
    keys[at] = plain.keys
    keys[at + np.repeat(sizes, sizes)] = crossed(plain.keys, headings)
    keys[bounds[1:] - 1] = crossed(np.zeros(len(pairs), np.uint32), pairs[:, 1])
    return KeyRows(bounds, keys)


def candidates(chance: Floats, cut: float, *, always: bool) -> Ints:
    """(row, first part) that may be given: no pair is likelier than its first part."""
    may = chance >= cut
    if always and len(chance):
        may[np.arange(len(chance)), chance.argmax(axis=1)] = True
    return np.argwhere(may).astype(np.int64)


def pick(chance: Floats, pairs: Ints, seconds: Floats, *, cut: float, always: bool) -> list[Decided]:
    """The pairs whose joint probability is past the cut; with `always` a row without any gets its likeliest."""
    found: list[Decided] = [[] for _ in range(len(chance))]
    best: dict[int, tuple[int, int, float]] = {}
    likeliest = seconds.argmax(axis=1) if len(pairs) else []
    for (row, label), second, each in zip(pairs.tolist(), likeliest, seconds, strict=True):
        joint = float(chance[row, label] * each[second])
        if joint >= cut:
            found[row].append((label, int(second), joint))
        if joint > best.get(row, (0, 0, 0.0))[2]:
            best[row] = (label, int(second), joint)
    if always:
        for row, pair in best.items():
            found[row] = found[row] or [pair]
    return found


def learn_seconds(
    rows: KeyRows, pairs: Ints, truth: NDArray[np.bool_], *, folds: Ints, beside: Beside | None, seed: int
) -> Fitted:
    """Learn the second part of each true pair (row, first part); `truth` is pairs × second parts."""
    heard = None if beside is None else beside.take(pairs[:, 0])
    return machines.fit(
        pair_rows(rows, pairs), truth, exclusive=True, folds=folds[pairs[:, 0]], beside=heard, seed=seed
    )


def unseen(fitted: Fitted, learnt: Ints, rows: KeyRows, pairs: Ints, numbers: Ints, beside: Floats | None) -> Floats:
    """Second parts of `pairs` as if none had been learnt: those that were take their cross-fitted probabilities.

    `numbers` are the rows' places among all rows, which `learnt` counts by.
    """
    chance = fitted.scorer.probabilities(pair_rows(rows, pairs), None if beside is None else beside[pairs[:, 0]])
    known = {tuple(learnt[place].tolist()): fitted.probabilities[at] for at, place in enumerate(fitted.seen)}
    for place, (row, label) in enumerate(pairs.tolist()):
        cross_fitted = known.get((int(numbers[row]), label))
        if cross_fitted is not None:
            chance[place] = cross_fitted
    return chance


def best_cut(chance: Floats, pairs: Ints, seconds: Floats, truth: Sequence[set[tuple[int, int]]]) -> float:
    """The cut of the joint probability with the best micro-F1."""
    likeliest = seconds.argmax(axis=1)
    joint = chance[pairs[:, 0], pairs[:, 1]] * seconds.max(axis=1)
    right = np.array([
        (label, int(second)) in truth[row] for (row, label), second in zip(pairs.tolist(), likeliest, strict=True)
    ])  # fmt: skip
    wanted = sum(map(len, truth))
    reached = [2 * right[joint >= cut].sum() / max(1, (joint >= cut).sum() + wanted) for cut in _CUTS]
    return float(_CUTS[int(np.argmax(reached))])


def all_candidates(chance: Floats, *, always: bool) -> Ints:
    """Those that any cut may give."""
    return candidates(chance, _FLOOR, always=always)
