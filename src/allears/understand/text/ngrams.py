"""Hashed n-grams of many clauses at once, with the place each stands in.

Chinese: runs of 1 to 4 characters. English: runs of 1 to 3 words, and of 3 to 5 letters inside a word and its edges. A
run's hash is a difference of prefix sums (a polynomial hash modulo 2**64), so no run is ever cut out as a string.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from allears.understand.text.corpus import Language

BITS: Final = 20
BUCKETS: Final = 1 << BITS
_BASE: Final = 0x9E3779B97F4A7C15 | 1
_INVERSE: Final = pow(_BASE, -1, 1 << 64)
_MIX: Final = np.uint64(0xD6E8FEB86659FD93)
_SECOND, _THIRD = np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0x165667B19E3779F9)
_NOTHING, _LETTER, _ALONE = 0, 1, 2  # kinds of characters: no part of any run; joins others; a word by itself
_DIGIT: Final = ord("0")
_SPACE: Final = 32

Ints = NDArray[np.int64]
Hashes = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Grams:
    """One entry a run found: the clause it is in (by number), its bucket, and where it stands in the joined text."""

    clause: Ints
    bucket: Ints
    start: Ints
    end: Ints
    kind: NDArray[np.int8]  # 1 to 4 characters, or 1 to 3 words; letters of a word: 3 to 5 below zero


@lru_cache
def _kinds() -> NDArray[np.uint8]:
    kinds = np.zeros(0x10000, dtype=np.uint8)
    for point in range(0x10000):
        letter = chr(point)
        kinds[point] = _LETTER if letter.isalnum() else _NOTHING
    kinds[ord("'")] = _LETTER
    for alone in "!?":
        kinds[ord(alone)] = _ALONE
    kinds[0x2600:0x27C0] = _ALONE
    return kinds


@lru_cache
def _powers(size: int) -> tuple[Hashes, Hashes]:
    base, inverse = np.full(size, _BASE, dtype=np.uint64), np.full(size, _INVERSE, dtype=np.uint64)
    base[0] = inverse[0] = 1
    return np.cumprod(base), np.cumprod(inverse)


def _size(n: int) -> int:
    return 1 << max(12, (n + 1).bit_length())


def grams(joined: str, starts: Ints, ends: Ints, language: Language) -> Grams:
    """Runs of all clauses; clause `i` is `joined[starts[i]:ends[i]]`. The clauses are in order and do not overlap."""
    points = np.frombuffer(joined.encode("utf-32-le"), dtype=np.uint32).astype(np.int64)
    clause = np.full(len(points) + 1, -1, dtype=np.int64)
    lengths = ends - starts
    places = np.repeat(starts - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths) + np.arange(lengths.sum())
    clause[places] = np.repeat(np.arange(len(starts)), lengths)
    clause = clause[:-1]
    kind = np.where(points < 0x10000, _kinds()[np.minimum(points, 0xFFFF)], _ALONE).astype(np.int8)
    kind[clause < 0] = _NOTHING
    points = np.where((points >= _DIGIT) & (points <= _DIGIT + 9), _DIGIT, points)
    drawn = np.zeros(len(points), dtype=bool)  # the third of equal letters and all after it
    drawn[2:] = (points[2:] == points[1:-1]) & (points[2:] == points[:-2]) & (kind[2:] != _NOTHING)
    keep = ~drawn
    if language == "zh":
        keep &= kind != _NOTHING
    where = np.flatnonzero(keep)
    return (_chinese if language == "zh" else _english)(points[where], clause[where], kind[where], where)


def _bucket(hashes: Hashes) -> Ints:
    mixed = hashes ^ (hashes >> np.uint64(29))
    return ((mixed * _MIX) >> np.uint64(64 - BITS)).astype(np.int64)


def _salt(n: int) -> np.uint64:
    """Keeps runs of different kinds apart."""
    return np.uint64(n * int(_THIRD) & 0xFFFF_FFFF_FFFF_FFFF)


def _prefix(points: Ints) -> Hashes:
    powers, _ = _powers(_size(len(points)))
    return np.concatenate((np.zeros(1, np.uint64), np.cumsum((points.astype(np.uint64) + 7) * powers[: len(points)])))


def _runs(prefix: Hashes, first: Ints, n: Ints | int) -> Hashes:
    """Hashes of the runs of `n` from `first` on: the same run has the same hash wherever it stands."""
    _, inverse = _powers(_size(len(prefix) - 1))
    run: Hashes = (prefix[first + n] - prefix[first]) * inverse[first]
    return run


def _chinese(points: Ints, clause: Ints, _: NDArray[np.int8], where: Ints) -> Grams:
    prefix = _prefix(points)
    clauses, buckets, firsts, lasts, kinds = [], [], [], [], []
    for n in range(1, 5):
        if len(points) < n:
            break
        first = np.flatnonzero(clause[: len(clause) - n + 1] == clause[n - 1 :])
        clauses.append(clause[first])
        buckets.append(_bucket(_runs(prefix, first, n) + _salt(n)))
        firsts.append(where[first])
        lasts.append(where[first + n - 1] + 1)
        kinds.append(n)
    return _together(clauses, buckets, firsts, lasts, kinds)


def _english(points: Ints, clause: Ints, kind: NDArray[np.int8], where: Ints) -> Grams:
    clauses, buckets, firsts, lasts, kinds = [], [], [], [], []
    letter = kind == _LETTER
    before = np.concatenate(([False], letter[:-1]))
    after = np.concatenate((letter[1:], [False]))
    alone = kind == _ALONE
    begin = np.flatnonzero((letter & ~before) | alone)
    stop = np.flatnonzero((letter & ~after) | alone) + 1
    prefix = _prefix(points)
    word = _runs(prefix, begin, stop - begin)
    words = clause[begin]
    for n in range(1, 4):
        if len(begin) < n:
            break
        last = len(begin) - n + 1
        run = word[:last]
        if n > 1:
            run = run * _SECOND + word[1 : last + 1]
        if n > 2:
            run = run * _THIRD + word[2 : last + 2]
        whole = np.flatnonzero(words[:last] == words[n - 1 :])
        clauses.append(words[whole])
        buckets.append(_bucket(run[whole] + np.uint64(n)))
        firsts.append(where[begin[whole]])
        lasts.append(where[stop[whole + n - 1] - 1] + 1)
        kinds.append(n)
    spaced = np.where(letter, points, _SPACE)
    prefix, gaps = _prefix(spaced), np.concatenate(([0], np.cumsum(~letter)))
    for n in range(3, 6):
        size = len(points) - n + 1
        if size <= 0:
            break
        inside = gaps[n - 1 : n - 1 + size] - gaps[1 : 1 + size] == 0  # only the edges may be gaps
        first = np.flatnonzero(inside & (clause[1 : 1 + size] >= 0))
        clauses.append(clause[first + 1])
        buckets.append(_bucket(_runs(prefix, first, n) + _salt(n + 16)))
        firsts.append(where[first + (~letter[first])])
        lasts.append(where[first + n - 1 - (~letter[first + n - 1])] + 1)
        kinds.append(-n)
    return _together(clauses, buckets, firsts, lasts, kinds)


def _together(
    clauses: Sequence[Ints],
    buckets: Sequence[Ints],
    firsts: Sequence[Ints],
    lasts: Sequence[Ints],
    kinds: Sequence[int],
) -> Grams:
    if not clauses:
        empty = np.zeros(0, dtype=np.int64)
        return Grams(empty, empty, empty, empty, np.zeros(0, dtype=np.int8))
    kind = np.repeat(np.array(kinds, dtype=np.int8), [len(each) for each in clauses])
    return Grams(np.concatenate(clauses), np.concatenate(buckets), np.concatenate(firsts), np.concatenate(lasts), kind)


def buckets_of(phrase: str, language: Language) -> Ints:
    """The buckets of a phrase as a whole: of itself when it is short enough for one run, else of its longest runs."""
    size = np.array([len(phrase)], dtype=np.int64)
    found = grams(phrase, np.zeros(1, dtype=np.int64), size, language)
    if not len(found.bucket):
        return found.bucket
    lengths = found.end - found.start
    longest: Ints = found.bucket[lengths == lengths.max()]
    return longest
