"""The words that earned a label: the grams that spoke for it most, as places in the text."""

from __future__ import annotations

from typing import Final

import numpy as np

from allears.understand.text.grams import Grams
from allears.understand.text.machines import Scorer

_MOST: Final = 3
_LEAST_SHARE: Final = 0.3  # of what the strongest word gave
_STRONGEST: Final = 24


def earned(found: Grams, scorer: Scorer, label: int) -> tuple[tuple[int, int], ...]:
    """Up to three places of one text, in their order, that spoke for the label (its number in the scorer)."""
    place, sign = scorer.machine(label)
    known = np.searchsorted(scorer.vocabulary, found.key).clip(max=max(0, len(scorer.vocabulary) - 1))
    if not len(found.key) or not len(scorer.vocabulary):
        return ()
    gave = np.where(scorer.vocabulary[known] == found.key, scorer.weights[known, place].astype(float) * sign, 0.0)
    length = int(found.end.max())
    share = gave / np.maximum(1, found.end - found.start)
    heat = np.zeros(length + 1)  # what each character earned, from its differences
    np.add.at(heat, found.start, share)
    np.add.at(heat, found.end, -share)
    return _warmest(np.cumsum(heat)[:length])


def _warmest(heat: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> tuple[tuple[int, int], ...]:
    """Runs of warm characters, those that earned most."""
    if heat.max(initial=0.0) <= 0:
        return ()
    warm = heat >= _LEAST_SHARE * heat.max()
    edges = np.flatnonzero(np.diff(np.concatenate(([0], warm.astype(np.int8), [0]))))
    runs = [(int(start), int(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]
    best = sorted(runs, key=lambda run: -float(heat[run[0] : run[1]].sum()))[:_MOST]
    return tuple(sorted(best))
