"""What each run leans to, learned clause by clause: praise against blame, and whether a feeling is told at all.

The heads of `fitting.py` are learned from whole comments, and long ones hold much that is no verdict. Here a comment,
a clause in which somebody marked a topic, a clause of a comment that has one feeling only, and every phrase of the
lexicon are examples of their own, each with its weight. A logistic regression over their runs says what a clause leans
to; how the clauses of a text come together is left to the last stage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from allears.understand.text import lexicon, weights
from allears.understand.text.corpus import Language
from allears.understand.text.features import Batch, Floats, Ints
from allears.understand.text.heads import PLACE
from allears.understand.text.ngrams import grams
from allears.understand.text.weights import Known

REGULAR: Final = 6.0  # inverse strength of the penalty
STRONG: Final = 1.3  # weight of a comment of strong feeling; a plain one has 1
MIXED: Final = 0.5
MARKED: Final = 0.5  # of a clause in which a topic was marked
OTHER: Final = 0.25  # of all other clauses of a comment together, by the root of their number
WITHOUT: Final = 0.5  # the same of a comment without feeling
PHRASE: Final = 0.15  # of a phrase of the lexicon, for each step of its strength
_NOBODY: Final = -1  # the comment that a phrase of the lexicon is of


@dataclass(frozen=True, slots=True)
class Examples:
    """A row an example: its runs, whether it is a yes, its weight, and the comment it is of."""

    runs: sp.csr_array
    yes: NDArray[np.bool_]
    weight: Floats
    comment: Ints


@dataclass(frozen=True, slots=True)
class Lessons:
    """What is to be learned of one language, and the clauses' runs it is learned over."""

    praise: Examples
    told: Examples

    def learned(self, rows: Ints) -> tuple[Floats, Floats]:
        """What each run adds (run × 2) and the constants, from the comments `rows` and the lexicon."""
        found = [_regressed(each, rows) for each in (self.praise, self.told)]
        return np.column_stack([each[:-1] for each in found]), np.array([each[-1] for each in found])


def lessons(
    batch: Batch,
    found: Known,
    answers: Floats,
    judged: NDArray[np.bool_],
    marked: tuple[Ints, Ints],
    keys: NDArray[np.int32],
    column: Floats,
) -> Lessons:
    """The examples of a batch; `judged` are texts of which more than the verdict is known, `marked` clauses with the
    polarity people gave them, `column` the runs' weights.
    """
    clause = found.counts(len(keys), felt=True)
    owner, texts = batch.text, batch.texts
    gather = sp.csr_array((np.ones(len(owner)), (owner, np.arange(len(owner)))), shape=(texts, len(owner)))
    of_text, of_clause = sized(gather @ clause, column), sized(clause, column)
    sign = answers[:, 2] - answers[:, 0]
    strong, mixed = answers[:, PLACE["strong", "yes"]] > 0, answers[:, PLACE["mixed", "yes"]] > 0
    parts = np.bincount(owner, minlength=texts)[owner]
    others = np.setdiff1d(np.flatnonzero(parts > 1), marked[0])
    plain = others[(sign[owner[others]] != 0) & ~mixed[owner[others]] & judged[owner[others]]]
    without = others[sign[owner[others]] == 0]
    at, polarity = marked[0][marked[1] != 0], marked[1][marked[1] != 0]
    felt = np.flatnonzero(sign != 0)
    phrases, strength = _phrases(batch.language, keys, column)
    nobody = np.full(len(strength), _NOBODY, dtype=np.int64)
    weight = np.where(mixed, MIXED, np.where(strong, STRONG, 1.0))
    praise = [
        (of_text[felt], sign[felt] > 0, weight[felt], felt),
        (of_clause[at], polarity > 0, np.full(len(at), MARKED), owner[at]),
        (of_clause[plain], sign[owner[plain]] > 0, OTHER / np.sqrt(parts[plain]), owner[plain]),
        (phrases, strength > 0, PHRASE * np.abs(strength), nobody),
    ]
    told = [
        (of_text[judged], sign[judged] != 0, np.ones(int(judged.sum())), np.flatnonzero(judged)),
        (of_clause[marked[0]], marked[1] != 0, np.full(len(marked[0]), MARKED), owner[marked[0]]),
        (of_clause[without], np.zeros(len(without), dtype=bool), WITHOUT / np.sqrt(parts[without]), owner[without]),
    ]
    return Lessons(_together(praise), _together(told))


def sized(counts: sp.csr_array, column: Floats) -> sp.csr_array:
    """Counts weighed by `column` and divided by the root of the row's runs."""
    size = np.sqrt(np.maximum(1.0, np.asarray(counts.sum(axis=1)).ravel()))
    out: sp.csr_array = (sp.diags_array(1.0 / size) @ counts @ sp.diags_array(column)).tocsr()
    return out


def _together(parts: Sequence[tuple[sp.csr_array, NDArray[np.bool_], Floats, Ints]]) -> Examples:
    return Examples(
        sp.vstack([part[0] for part in parts]).tocsr(),
        np.concatenate([part[1] for part in parts]),
        np.concatenate([part[2] for part in parts]),
        np.concatenate([part[3] for part in parts]),
    )


def _phrases(language: Language, keys: NDArray[np.int32], column: Floats) -> tuple[sp.csr_array, Floats]:
    """The lexicon's phrases of feeling as examples: all known runs inside each."""
    entries = sorted(lexicon.sentiment(language).items())
    lengths = np.array([len(word) for word, _ in entries], dtype=np.int64)
    starts = np.cumsum(lengths + 1) - lengths
    found = grams(f" {' '.join(word for word, _ in entries)} ", starts, starts + lengths, language)
    row = weights.table(keys)[found.bucket]
    seen = row >= 0
    counts = sp.csr_array((np.ones(int(seen.sum())), (found.clause[seen], row[seen])), shape=(len(entries), len(keys)))
    strength = np.array([float(entry.strength) for _, entry in entries])
    felt = strength != 0
    return sized(counts, column)[felt], strength[felt]


def _regressed(examples: Examples, rows: Ints) -> Floats:
    """Coefficients and constant from examples of the comments `rows` or of none."""
    mine = np.isin(examples.comment, np.append(rows, _NOBODY))
    runs = sp.csr_matrix(examples.runs[mine])
    runs.indices, runs.indptr = runs.indices.astype(np.int32), runs.indptr.astype(np.int32)
    model = LogisticRegression(C=REGULAR, solver="liblinear", max_iter=50)
    model.fit(runs, examples.yes[mine], sample_weight=examples.weight[mine])
    return np.append(model.coef_[0], model.intercept_[0])
