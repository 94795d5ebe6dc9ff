"""What the model sees of many texts: their clauses, hashed n-grams and resolved words of feeling, as arrays.

Positions are counted in `joined`, the folded texts one after another with a blank around each; `offset[i]` is where
text `i` begins.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from allears.understand.text import clauses
from allears.understand.text.corpus import Language
from allears.understand.text.hits import matcher
from allears.understand.text.ngrams import Grams, grams
from allears.understand.text.normal import fold

_DENIAL: Final[dict[Language, re.Pattern[str]]] = {
    "zh": re.compile("[不没无未别]"),
    "en": re.compile(r"\b(no|not|never|without|cannot|cant|dont|nothing|nobody|none)\b|n't"),
}

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DENSE: Final = (
    "sum",
    "squashed",
    "positive",
    "negative",
    "balance",
    "after_turn",
    "before_turn",
    "last",
    "first",
    "verdict",
    "concede",
    "asked",
    "wished",
    "asks",
    "wishes",
    "conditions",
    "exclaims",
    "no_feeling",
    "length",
    "lowest",
    "highest",
    "strong_negative",
    "strong_positive",
    "question_only",
    "both",
)


def summed(owner: Ints, values: Floats, n: int) -> Floats:
    """What each of `n` owners has in all."""
    return np.bincount(owner, values, n).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts of one language, read."""

    language: Language
    joined: str
    offset: Ints
    length: Ints
    start: Ints  # of each clause
    end: Ints
    flags: Ints
    text: Ints  # which text each clause is of
    grams: Grams
    hit_clause: Ints
    hit_start: Ints
    hit_end: Ints
    hit_number: Ints
    hit_factor: Floats
    settled: NDArray[np.bool_]  # of each run: part of a word of feeling, or itself one that is negated

    @property
    def texts(self) -> int:
        return len(self.offset)

    def by_text(self, of_clauses: Floats) -> Floats:
        """The sum of each text's clauses (a row a clause)."""
        if of_clauses.ndim == 1:
            return summed(self.text, of_clauses, self.texts)
        out = np.zeros((self.texts, of_clauses.shape[1]), dtype=of_clauses.dtype)
        if len(self.text):
            filled, first = np.unique(self.text, return_index=True)
            out[filled] = np.add.reduceat(of_clauses, first, axis=0)
        return out


def read(texts: Sequence[str], language: Language) -> Batch:
    """Reads texts of one language."""
    found = matcher(language)
    folded = [fold(text) for text in texts]
    pieces: list[tuple[int, int, int, int]] = []
    hits: list[tuple[int, int, int, float]] = []
    hit_clauses: list[int] = []
    offsets = []
    joined = f" {' '.join(folded)} "
    begins = found.begins(joined) if language == "zh" else []
    at, upto = 1, 0
    for number, text in enumerate(folded):
        offsets.append(at)
        for start, end, flags in clauses.split(text, language):
            since, upto = bisect_left(begins, at + start, upto), bisect_left(begins, at + end, upto)
            inside = found.find(text[start:end], at + start, begins[since:upto])
            if inside:
                hits += inside
                hit_clauses += [len(pieces)] * len(inside)
            pieces.append((at + start, at + end, flags, number))
        at += len(text) + 1
    piece = np.array(pieces, dtype=np.int64).reshape(-1, 4).T
    hit = np.array(hits, dtype=np.float64).reshape(-1, 4).T
    counted = grams(joined, piece[0], piece[1], language)
    return Batch(
        language=language,
        joined=joined,
        offset=np.array(offsets, dtype=np.int64),
        length=np.array([len(text) for text in folded], dtype=np.int64),
        start=piece[0],
        end=piece[1],
        flags=piece[2],
        text=piece[3],
        grams=counted,
        hit_clause=np.array(hit_clauses, dtype=np.int64),
        hit_start=hit[0].astype(np.int64),
        hit_end=hit[1].astype(np.int64),
        hit_number=hit[2].astype(np.int64),
        hit_factor=hit[3],
        settled=_settled(counted, hit, len(joined), language),
    )


def _settled(runs: Grams, hit: Floats, size: int, language: Language) -> NDArray[np.bool_]:
    """Runs whose feeling the lexicon has turned: 好 in 不好, and "friendly" after "not"."""
    cover = np.zeros(size + 1, dtype=np.int64)
    places = hit[:2].astype(np.int64).T.tolist()
    for number, (start, end) in enumerate(places, 1):
        cover[start:end] = number
    first, last = cover[runs.start], cover[np.maximum(runs.end - 1, 0)]
    inside = (first > 0) & (first == last)
    length = np.append(0, hit[1] - hit[0]).astype(np.int64)
    turned = np.append(False, hit[3] < 0)
    denies = np.append(False, _denying(language)[hit[2].astype(np.int64)])
    part = runs.end - runs.start < length[first]
    settled: NDArray[np.bool_] = inside & (turned[first] | (denies[first] & part))
    return settled


@lru_cache
def _denying(language: Language) -> NDArray[np.bool_]:
    """Which entries of the lexicon hold a negation themselves."""
    return np.array([bool(_DENIAL[language].search(name)) for name in matcher(language).names], dtype=np.bool_)


def feeling(batch: Batch, strengths: Floats) -> Floats:
    """What each hit weighs: the strength of its entry times what its surroundings make of it."""
    return strengths[batch.hit_number] * batch.hit_factor


def by_clause(batch: Batch, values: Floats) -> Floats:
    """The feeling of each clause by its words alone."""
    return summed(batch.hit_clause, values, len(batch.start))


def squash(values: Floats) -> Floats:
    return np.tanh(values / 2.0)


def dense(batch: Batch, values: Floats) -> Floats:
    """The few figures of a text that mean the same in every domain (columns: DENSE)."""
    n = batch.texts
    clause = by_clause(batch, values)
    soft = squash(clause)
    owner = batch.text[batch.hit_clause]
    count = np.maximum(1.0, np.bincount(batch.text, minlength=n))
    positive = summed(owner, np.maximum(values, 0.0), n)
    negative = summed(owner, np.minimum(values, 0.0), n)
    total = positive + negative
    marks = _marks(batch)
    asks = _any(batch, clauses.ASK)
    no_feeling = (np.bincount(owner, minlength=n) == 0).astype(np.float64)
    first, last = _ends(batch, soft)
    lowest, highest = _peaks(batch, soft)
    columns = (
        total / (2.0 + np.abs(total)),
        _of_flagged(batch, soft, -1) / np.sqrt(count),
        positive / np.sqrt(count) / 2.0,
        negative / np.sqrt(count) / 2.0,
        total / (positive - negative + 1.0),
        _bounded(summed(batch.text, soft * marks["after"], n)),
        _bounded(summed(batch.text, soft * marks["before"], n)),
        last,
        first,
        _bounded(_of_flagged(batch, soft, clauses.VERDICT)),
        _bounded(_of_flagged(batch, soft, clauses.CONCEDE)),
        _bounded(_of_flagged(batch, soft, clauses.ASK)),
        _bounded(_of_flagged(batch, soft, clauses.WISH | clauses.CONDITION)),
        asks,
        _any(batch, clauses.WISH),
        _any(batch, clauses.CONDITION),
        _any(batch, clauses.EXCLAIM),
        no_feeling,
        np.log1p(batch.length) / 5.0,
        lowest,
        highest,
        _bounded(summed(owner, (values < -2.2).astype(np.float64), n)),
        _bounded(summed(owner, (values > 2.2).astype(np.float64), n)),
        asks * no_feeling,
        np.minimum(highest, -lowest),
    )
    return np.column_stack(columns)


def gathered(batch: Batch, felt: Floats) -> Floats:
    """How the feelings of a text's clauses come together (`felt`: log odds a clause): ten columns a text."""
    n, soft = batch.texts, squash(felt)
    count = np.maximum(1.0, np.bincount(batch.text, minlength=n))
    total = summed(batch.text, felt, n)
    first, last = np.zeros(n), np.zeros(n)
    last[batch.text] = soft
    first[batch.text[::-1]] = soft[::-1]
    columns = (
        total / (2.0 + np.abs(total)),
        total / np.sqrt(count) / 2.0,
        total / count,
        summed(batch.text, soft, n) / np.sqrt(count),
        last,
        first,
        *_peaks(batch, soft),
        _bounded(summed(batch.text, soft * _marks(batch)["after"], n)),
        _bounded(_of_flagged(batch, soft, clauses.VERDICT)),
    )
    return np.column_stack(columns)


def _any(batch: Batch, flag: int) -> Floats:
    """Whether any clause of a text has the flag."""
    flagged = ((batch.flags & flag) > 0).astype(np.float64)
    return np.minimum(1.0, summed(batch.text, flagged, batch.texts))


def _of_flagged(batch: Batch, soft: Floats, flag: int) -> Floats:
    """The feeling of the clauses with the flag; −1 means of all."""
    flagged = np.ones(len(soft)) if flag < 0 else ((batch.flags & flag) > 0).astype(np.float64)
    return summed(batch.text, soft * flagged, batch.texts)


def _bounded(values: Floats) -> Floats:
    return values / (1.0 + 0.5 * np.abs(values))


def _marks(batch: Batch) -> dict[str, Floats]:
    """Clauses that turn, and those before a turn, within the same text."""
    turn = ((batch.flags & clauses.TURN) > 0).astype(np.float64)
    before = np.zeros_like(turn)
    if len(turn) > 1:
        before[:-1] = turn[1:] * (batch.text[1:] == batch.text[:-1])
    return {"after": turn, "before": before}


def _ends(batch: Batch, soft: Floats) -> tuple[Floats, Floats]:
    """The first and the last feeling of each text."""
    first, last = np.zeros(batch.texts), np.zeros(batch.texts)
    felt = np.flatnonzero(np.abs(soft) > 0.1)
    last[batch.text[felt]] = soft[felt]
    back = felt[::-1]
    first[batch.text[back]] = soft[back]
    return first, last


def _peaks(batch: Batch, soft: Floats) -> tuple[Floats, Floats]:
    lowest, highest = np.zeros(batch.texts), np.zeros(batch.texts)
    np.minimum.at(lowest, batch.text, soft)
    np.maximum.at(highest, batch.text, soft)
    return lowest, highest
