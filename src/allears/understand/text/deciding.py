"""From probabilities to labels: where to draw the line, found on rows that the model had not learnt from.

For lists of labels each label gets the threshold with the best F1 (Lipton et al. 2014: it lies below one half for rare
labels). For one label of several, offsets lift rare labels as far as accuracy and macro-F1 together gain by it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from allears.understand.text.grams import Ints
from allears.understand.text.machines import Floats

Flags = NDArray[np.bool_]

_DRAWN: Final = 6_000
_MOST_LIFTED: Final = 60
_STEPS: Final = np.linspace(-1.2, 1.2, 13)
_LEAST_GAIN: Final = 0.002
_CAUTION: Final = 6.0  # rows of the common threshold that each label's own is weighed against
_GRID: Final = np.linspace(0.04, 0.7, 34)


def offsets(chance: Floats, truth: Flags, *, seed: int) -> Floats:
    """What to add to each log probability before the largest is taken (rows × exclusive labels)."""
    best = np.zeros(chance.shape[1])
    if not 2 <= chance.shape[1] <= _MOST_LIFTED:
        return best
    rows = np.random.default_rng(seed).permutation(len(chance))[:_DRAWN]
    logs, wanted = np.log(chance[rows] + 1e-9), truth[rows].argmax(axis=1)
    reached = _merit(logs, wanted)
    for _round in range(2):
        for label in range(chance.shape[1]):
            tried = [_merit(logs + _with(best, label, step), wanted) for step in _STEPS]
            place = int(np.argmax(tried))
            if tried[place] > reached + _LEAST_GAIN:
                best, reached = _with(best, label, float(_STEPS[place])), tried[place]
    return best * 0.8  # the best of many trials is too good by chance


def _with(offset: Floats, label: int, step: float) -> Floats:
    changed = offset.copy()
    changed[label] = step
    return changed


def _merit(logs: Floats, wanted: Ints) -> float:
    """Mean of accuracy and macro-F1."""
    labels = logs.shape[1]
    said = logs.argmax(axis=1)
    hits = np.bincount(wanted[said == wanted], minlength=labels)
    counted = np.bincount(wanted, minlength=labels) + np.bincount(said, minlength=labels)
    occurs = np.bincount(wanted, minlength=labels) > 0
    return float((hits.sum() / len(wanted) + (2 * hits / np.maximum(counted, 1))[occurs].mean()) / 2)


def thresholds(chance: Floats, truth: Flags) -> Floats:
    """A threshold for each label of a list: the best F1, drawn to what is best for all when it is rare."""
    common = _GRID[int(np.argmax([_f1(chance >= cut, truth).mean() for cut in _GRID]))]
    every = np.stack([_f1(chance >= cut, truth) for cut in _GRID])  # grid × labels
    smooth = (every + np.vstack([every[:1], every[:-1]]) + np.vstack([every[1:], every[-1:]])) / 3
    own = _GRID[smooth.argmax(axis=0)]
    support = truth.sum(axis=0)
    return np.asarray((own * support + common * _CAUTION) / (support + _CAUTION))


def _f1(said: Flags, truth: Flags) -> Floats:
    return np.asarray(2 * (said & truth).sum(axis=0) / np.maximum(1, said.sum(axis=0) + truth.sum(axis=0)))


def pick_one(chance: Floats, offset: Floats) -> Flags:
    """One label a row."""
    said = np.zeros(chance.shape, bool)
    if len(chance):
        said[np.arange(len(chance)), (np.log(chance + 1e-9) + offset).argmax(axis=1)] = True
    return said


def pick_some(chance: Floats, cuts: Floats, *, always: bool) -> Flags:
    """The labels past their thresholds; with `always` a row without any gets the one that came nearest."""
    said = chance >= cuts
    if always and len(chance):
        empty = np.flatnonzero(~said.any(axis=1))
        said[empty, (chance[empty] / cuts).argmax(axis=1)] = True
    return said
