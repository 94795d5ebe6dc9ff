"""An annotator that has read a company's own unlabelled texts: it learns which of their words go with praise and blame.

No label is needed. The built-in annotator reads all texts; those it is surest of, on either side, lend their sign to
the runs of words they hold; a naive-Bayes score of those runs then weighs as much as the built-in's own verdict. One
round only: more rounds were seen to drift from feeling to subject.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import scipy.sparse as sp

from allears.understand.text import features
from allears.understand.text.annotation import Annotator
from allears.understand.text.builtin import CHUNK, BuiltIn, annotator
from allears.understand.text.corpus import LANGUAGES, Language
from allears.understand.text.features import Batch, Floats, Ints
from allears.understand.text.heads import FIRST_BINARY
from allears.understand.text.ngrams import BUCKETS
from allears.understand.text.normal import language_of
from allears.understand.text.weights import Known, Scores, Weights

ENOUGH: Final = 300  # texts of a language, fewer teach nothing that is not chance
_RARE: Final = 3
_HALF_TRUST: Final = 6.0  # texts that must hold a run before half its ratio is believed
_SURE: Final = 1.5  # how steeply trust grows from the middle of the ranking to its ends


@dataclass(frozen=True, slots=True)
class Leaning:
    """How much each run leans to praise, and the middle and spread of what texts score by it."""

    by_bucket: Floats
    middle: float
    spread: float
    verdict_spread: float


@dataclass(frozen=True, slots=True)
class SelfTrained(BuiltIn):
    """The built-in annotator whose feeling also listens to the words of the texts it has read."""

    leanings: Mapping[Language, Leaning] = field(default_factory=dict)

    def scored(self, batch: Batch, found: Known, own: Weights) -> Scores:
        """The built-in's probabilities, moved by what the runs lean to."""
        scores = BuiltIn.scored(self, batch, found, own)
        leaning = self.leanings.get(batch.language)
        if leaning is None:
            return scores
        moved = (_leaned(batch, leaning.by_bucket) - leaning.middle) / leaning.spread * leaning.verdict_spread
        raised = scores.sentiment * np.exp(np.outer(np.clip(moved, -4.0, 4.0), (-1.0, 0.0, 1.0)))
        sentiment = raised / raised.sum(axis=1, keepdims=True)
        probability = scores.probability.copy()
        probability[:, :FIRST_BINARY] = sentiment
        return replace(scores, sentiment=sentiment, probability=probability)


def fit_unlabelled(texts: Sequence[str]) -> Annotator:
    """An annotator for texts like these. A language with fewer than `ENOUGH` of them is read as before."""
    base = annotator()
    assert isinstance(base, BuiltIn)
    leanings: dict[Language, Leaning] = {}
    for language in LANGUAGES:
        mine = [text for text in texts if language_of(text) == language]
        if len(mine) >= ENOUGH:
            leanings[language] = _learned(base, mine, language)
    seen = hashlib.blake2b("\0".join(texts).encode(), digest_size=4).hexdigest()
    return SelfTrained(f"{base.version} + own words {seen}", base.by_language, leanings=leanings)


def _learned(base: BuiltIn, texts: Sequence[str], language: Language) -> Leaning:
    verdict = _verdicts(base, texts, language)
    parts = [features.read(texts[at : at + CHUNK], language) for at in range(0, len(texts), CHUNK)]
    held = sp.vstack([_held(part) for part in parts]).tocsr()
    often = np.bincount(held.indices, minlength=BUCKETS)
    rank = np.argsort(np.argsort(verdict, kind="stable"), kind="stable") / max(1, len(verdict) - 1) * 2.0 - 1.0
    trust = np.sign(rank) * np.abs(rank) ** _SURE
    praise, blame = held.T @ np.maximum(trust, 0.0) + 0.5, held.T @ np.maximum(-trust, 0.0) + 0.5
    known = often >= _RARE
    ratio = np.log((praise / praise[known].sum()) / (blame / blame[known].sum())) * often / (often + _HALF_TRUST)
    by_bucket = np.where(known, ratio, 0.0)
    scores = np.concatenate([_leaned(part, by_bucket) for part in parts])
    return Leaning(by_bucket, float(np.median(scores)), float(scores.std() + 1e-9), float(min(2.0, verdict.std())))


def _verdicts(base: BuiltIn, texts: Sequence[str], language: Language) -> Floats:
    """Half the log odds of praise against blame."""
    found = base.annotate(texts, languages=[language] * len(texts))
    score = np.clip(np.array([each.score for each in found]), -0.995, 0.995)
    out: Floats = np.arctanh(score)
    return out


def _owner(batch: Batch) -> Ints:
    owner: Ints = batch.text[batch.grams.clause]
    return owner


def _held(batch: Batch) -> sp.csr_array:
    pair = np.unique(_owner(batch) * BUCKETS + batch.grams.bucket)
    ones = np.ones(len(pair))
    return sp.csr_array((ones, (pair // BUCKETS, pair % BUCKETS)), shape=(batch.texts, BUCKETS))


def _leaned(batch: Batch, by_bucket: Floats) -> Floats:
    """What the runs of each text lean to, by the root of their number."""
    added = by_bucket[batch.grams.bucket]
    total = features.summed(_owner(batch), added, batch.texts)
    size = features.summed(_owner(batch), (added != 0).astype(np.float64), batch.texts)
    return total / np.sqrt(size + 1.0)
