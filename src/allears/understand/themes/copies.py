"""Voices that say the same in the same words: copied posts, repeated letters. They count as one voice in quotes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

HASHES, BAND = 32, 4
ALIKE = 0.8
LEAST_FEATURES = 4  # shorter ones are copies only when they are equal
PRIME = (1 << 31) - 1


def copies(words: Any, *, seed: int = 0) -> NDArray[np.int64]:
    """For each row of a sparse matrix the first row that says the same (itself where there is none).

    MinHash (Broder 1997) with banding; two rows of one band are copies when 80 % of their hashes agree.
    """
    rows = words.shape[0]
    signatures = _signatures(words, seed)
    first = np.arange(rows, dtype=np.int64)
    lengths = np.diff(words.indptr)
    for start in range(0, HASHES, BAND):
        _join(first, signatures, lengths, signatures[:, start : start + BAND])
    while True:  # a copy of a copy is a copy of the first
        earlier = first[first]
        if np.array_equal(earlier, first):
            return first
        first = earlier


def _signatures(words: Any, seed: int) -> NDArray[np.int64]:
    rng = np.random.default_rng(seed)
    factors, shifts = rng.integers(1, PRIME, HASHES), rng.integers(0, PRIME, HASHES)
    filled = np.flatnonzero(np.diff(words.indptr))
    found = np.full((words.shape[0], HASHES), -1, dtype=np.int64)
    if len(filled):
        columns = words.indices.astype(np.int64) + 1
        for number in range(HASHES):
            hashed = (columns * factors[number] + shifts[number]) % PRIME
            found[filled, number] = np.minimum.reduceat(hashed, words.indptr[filled])
    return found


def _join(
    first: NDArray[np.int64], signatures: NDArray[np.int64], lengths: NDArray[np.int32], band: NDArray[np.int64]
) -> None:
    """Within each bucket of a band the later rows are compared with the earliest, and with the one before them."""
    keys = np.ascontiguousarray(band).view([("", np.int64)] * band.shape[1]).ravel()
    order = np.lexsort((np.arange(len(keys)), *(band[:, at] for at in range(band.shape[1]))))
    same = keys[order][1:] == keys[order][:-1]
    starts = np.concatenate([[True], ~same])
    heads = order[np.maximum.accumulate(np.where(starts, np.arange(len(order)), 0))]
    for other in (heads, np.concatenate([order[:1], order[:-1]])):
        alike = (signatures[order] == signatures[other]).mean(axis=1)
        short = np.minimum(lengths[order], lengths[other]) < LEAST_FEATURES
        known = (~starts) & (lengths[order] > 0) & np.where(short, alike == 1, alike >= ALIKE)
        np.minimum.at(first, order[known], first[other[known]])
