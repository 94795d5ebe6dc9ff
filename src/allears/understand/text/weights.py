"""The trained figures of one language, as plain arrays, and what they say of a batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from allears.understand.text import features
from allears.understand.text.corpus import Language
from allears.understand.text.features import Batch, Floats, Ints
from allears.understand.text.heads import FIRST_BINARY, HEADS
from allears.understand.text.ngrams import BUCKETS


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """One language. V known runs, H heads, N entries of the lexicon, D dense figures."""

    keys: NDArray[np.int32]  # V buckets
    matrix: NDArray[np.int8]  # V × H, to be multiplied by `scale`
    scale: NDArray[np.float32]  # H
    bias: NDArray[np.float32]  # H
    strengths: NDArray[np.float32]  # N
    lean: NDArray[np.int8]  # V × 2, to be multiplied by `lean_scale`: praise against blame; a feeling told at all
    lean_scale: NDArray[np.float32]  # 2
    lean_bias: NDArray[np.float32]  # 2
    sentiment: NDArray[np.float32]  # 3 × S: what `judged_by` gives
    strong: NDArray[np.float32]
    second: NDArray[np.float32]  # H × (1 + D + 3 + 1): own margin, dense figures, sentiment, constant
    polarity: NDArray[np.float32]  # 3 × what `polarity_inputs` gives
    threshold: NDArray[np.float32]  # H: said from here on
    doubt: NDArray[np.float32]  # H: neither said nor denied from here to the threshold

    def as_arrays(self, prefix: str) -> dict[str, NDArray[Any]]:
        return {f"{prefix}.{field.name}": getattr(self, field.name) for field in fields(self)}

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[Any]], prefix: str) -> Weights:
        return cls(**{field.name: arrays[f"{prefix}.{field.name}"] for field in fields(cls)})


def table(keys: NDArray[np.int32]) -> NDArray[np.int32]:
    """From bucket to row of the matrix; −1 for a run nobody knows."""
    found = np.full(BUCKETS, -1, dtype=np.int32)
    found[keys] = np.arange(len(keys), dtype=np.int32)
    return found


@dataclass(frozen=True, slots=True)
class Known:
    """The known runs of a batch, clause by clause: those of clause `i` are `row[at[i]:at[i + 1]]`."""

    row: Ints
    at: Ints
    start: Ints
    end: Ints
    felt: NDArray[np.float32]  # 0 for a run whose feeling the lexicon has settled, else 1

    def counts(self, width: int, *, felt: bool = False) -> sp.csr_array:
        """How often each known run is in each clause; with ``felt``, those that may say something of the feeling."""
        each = self.felt if felt else np.ones(len(self.row), dtype=np.float32)
        return sp.csr_array((each, self.row, self.at), shape=(len(self.at) - 1, width))


def known(batch: Batch, rows: NDArray[np.int32]) -> Known:
    """Drops the runs that the table does not know, and sorts the rest by clause."""
    row = rows[batch.grams.bucket]
    keep = np.flatnonzero(row >= 0)
    keep = keep[np.argsort(batch.grams.clause[keep], kind="stable")]
    at = np.concatenate(([0], np.cumsum(np.bincount(batch.grams.clause[keep], minlength=len(batch.start)))))
    felt = (~batch.settled[keep]).astype(np.float32)
    return Known(row[keep].astype(np.int64), at, batch.grams.start[keep], batch.grams.end[keep], felt)


@dataclass(frozen=True, slots=True)
class Scores:
    """All that the figures say of a batch."""

    raw: NDArray[np.float32]  # clause × H: what the runs of each clause add
    runs: Ints  # known runs of each clause
    values: Floats  # the feeling of each hit
    clause: Floats  # the feeling of each clause by its words
    lean: Floats  # clause × 2: log odds of praise against blame, and of a feeling told at all, by its runs
    sentiment: Floats  # text × 3, negative, neutral, positive
    strong: Floats  # text: how sure that the feeling is strong
    probability: Floats  # text × H


def softmax(logits: Floats) -> Floats:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    out: Floats = raised / raised.sum(axis=1, keepdims=True)
    return out


def logistic(logits: Floats) -> Floats:
    out: Floats = 1.0 / (1.0 + np.exp(-np.clip(logits, -30.0, 30.0)))
    return out


def with_constant(columns: Floats) -> Floats:
    return np.concatenate((columns, np.ones((len(columns), 1))), axis=1)


def product(found: Known, weights: Weights) -> NDArray[np.float32]:
    """clause × H in one sparse product and a narrow one for the feeling; only the rows that occur are widened."""
    used = np.flatnonzero(np.bincount(found.row, minlength=len(weights.keys)))
    place = np.zeros(len(weights.keys), dtype=np.int32)
    place[used] = np.arange(len(used), dtype=np.int32)
    ones = np.ones(len(found.row), dtype=np.float32)
    columns, at, shape = place[found.row], found.at.astype(np.int32), (len(found.at) - 1, len(used))
    wide = weights.matrix[used].astype(np.float32)
    out = np.asarray(sp.csr_array((ones, columns, at), shape=shape) @ wide, dtype=np.float32)
    felt = sp.csr_array((found.felt, columns, at), shape=shape)
    out[:, :FIRST_BINARY] = felt @ np.ascontiguousarray(wide[:, :FIRST_BINARY])
    return out * weights.scale


def leanings(found: Known, weights: Weights) -> Floats:
    """clause × 2: what the runs of each clause lean to, by the root of their number."""
    counts = found.counts(len(weights.lean), felt=True)
    size = np.sqrt(np.maximum(1.0, np.asarray(counts.sum(axis=1)).ravel()))
    total = (counts @ weights.lean.astype(np.float32)).astype(np.float64)
    out: Floats = total * weights.lean_scale / size[:, None] + weights.lean_bias
    return out


def margins(batch: Batch, raw: NDArray[np.float32], runs: Ints, bias: NDArray[np.float32]) -> Floats:
    """text × H: what all runs of a text add, by the root of their number."""
    total = batch.by_text(raw.astype(np.float64))
    size = np.sqrt(np.maximum(1.0, batch.by_text(runs.astype(np.float64))))
    out: Floats = total / size[:, None] + bias
    return out


_SUMS: Final = ("sum", "squashed", "positive", "negative", "balance")
_SIGNS: Final = (
    *("after_turn", "last", "verdict", "asks", "wishes", "conditions", "exclaims", "no_feeling"),
    *("lowest", "highest", "strong_negative", "strong_positive", "question_only"),
)
_SHORT: Final[dict[Language, float]] = {"zh": 50.0, "en": 150.0}  # characters


def judged_by(dense: Floats, margin: Floats, leanings: Floats, language: Language) -> Floats:
    """What the feeling of a whole text is judged by. The longer it is, the less single signs and runs count beside the
    sum of its words: a long review tells much that is no verdict, and our comments are short. `leanings` is what
    `leant` gives.
    """
    length = np.maximum(1.0, np.expm1(dense[:, features.DENSE.index("length")] * 5.0))
    short = np.minimum(1.0, _SHORT[language] / length)[:, None]
    sums = dense[:, [features.DENSE.index(name) for name in _SUMS]]
    signs = dense[:, [features.DENSE.index(name) for name in _SIGNS]]
    damped = np.concatenate((signs, margin[:, :FIRST_BINARY], leanings), axis=1) * short
    return with_constant(np.concatenate((sums, damped), axis=1))


def leant(batch: Batch, words: Floats, lean: Floats) -> Floats:
    """How the clauses of each text come together: what their runs lean to, that and their words, what is told."""
    sides = (lean[:, 0], lean[:, 0] + words, lean[:, 1])
    return np.concatenate([features.gathered(batch, side) for side in sides], axis=1)


def score(batch: Batch, found: Known, weights: Weights) -> Scores:
    """Every probability of every text of a batch."""
    values = features.feeling(batch, weights.strengths.astype(np.float64))
    raw = product(found, weights)
    runs = np.diff(found.at)
    margin = margins(batch, raw, runs, weights.bias)
    dense = features.dense(batch, values)
    words, lean = features.by_clause(batch, values), leanings(found, weights)
    seen = judged_by(dense, margin, leant(batch, words, lean), batch.language)
    sentiment = softmax(seen @ weights.sentiment.T)
    strong = logistic(seen @ weights.strong.T)
    second = with_constant(np.concatenate((dense, sentiment), axis=1))
    logits = margin * weights.second[:, 0] + second @ weights.second[:, 1:].T
    probability = logistic(logits)
    probability[:, :FIRST_BINARY] = sentiment
    assert probability.shape[1] == len(HEADS)
    return Scores(raw, runs, values, words, lean, sentiment, strong.ravel(), probability)


def polarity_inputs(lexicon: Floats, runs: Floats, lean: Floats, whole: Floats) -> Floats:
    """What the polarity of one clause is judged by: its words, its runs twice, the whole text (−1 … 1), all bounded."""
    soft = features.squash(lexicon)
    return np.column_stack((soft, np.tanh(runs), features.squash(lean), whole, np.abs(soft), np.ones(len(soft))))


def clause_runs(raw: NDArray[np.float32], runs: Ints) -> Floats:
    """How much more positive than negative the runs of each clause are."""
    out: Floats = (raw[:, 2] - raw[:, 0]).astype(np.float64) / np.sqrt(np.maximum(1, runs))
    return out
