"""What the model sees of many texts: their clauses, hashed n-grams and resolved words of feeling, as arrays.

Positions are counted in `joined`, the folded texts one after another with a blank around each; `offset[i]` is where
text `i` begins.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from allears.understand.text import clauses
from allears.understand.text.corpus import Language
from allears.understand.text.hits import matcher
from allears.understand.text.ngrams import Grams, grams
from allears.understand.text.normal import fold

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
    return Batch(
        language=language,
        joined=joined,
        offset=np.array(offsets, dtype=np.int64),
        length=np.array([len(text) for text in folded], dtype=np.int64),
        start=piece[0],
        end=piece[1],
        flags=piece[2],
        text=piece[3],
        grams=grams(joined, piece[0], piece[1], language),
        hit_clause=np.array(hit_clauses, dtype=np.int64),
        hit_start=hit[0].astype(np.int64),
        hit_end=hit[1].astype(np.int64),
        hit_number=hit[2].astype(np.int64),
        hit_factor=hit[3],
    )


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
