"""Voices as points: what they say in their own words beside what they are about in both languages.

The words are hashed, so that a stored space holds none of them, and brought down to a few directions; the concepts stay
as they are. A point is the two side by side, each of length one before it is weighed. Where the company has a model
that turns sentences into vectors, these stand in the place of the concepts, less their language's mean: such models put
all they read near one another, and each language nearer to itself.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from allears.science.clustering import principal_directions, unit
from allears.understand.text.corpus import Language
from allears.understand.themes.concepts import concepts
from allears.understand.themes.words import Words, features

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Ints = NDArray[np.int64]

BUCKETS = 1 << 20
DIRECTIONS = 96
MOST_FEATURES = 24_000
LEAST_VOICES = 3  # that use a word, or it is nobody's theme
LEAST_HEARD = 20  # voices of a language that has directions and a middle of its own
CONCEPT_WEIGHT = 0.72  # of the concepts' half; the words have √(1 − w²)
TOPIC_WEIGHT = 1.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Voices counted out: hashed words, concepts, language, and the vectors of a sentence model or none; a row each."""

    words: Any
    concepts: Any
    is_zh: NDArray[np.bool_]
    meaning: Floats | None = None

    def __len__(self) -> int:
        return len(self.is_zh)

    def rows(self, chosen: Ints) -> Counted:
        return Counted(
            words=self.words[chosen],
            concepts=self.concepts[chosen],
            is_zh=self.is_zh[chosen],
            meaning=None if self.meaning is None else self.meaning[chosen],
        )


def count(read: Iterable[Words]) -> Counted:
    """Count words and concepts; order is kept."""
    known = concepts()
    words, about, is_zh = _Rows(), _Rows(), []
    for each in read:
        words.add(Counter(zlib.crc32(word.encode()) % BUCKETS for word in features(each)))
        about.add(known.of(each))
        is_zh.append(each.language == "zh")
    return Counted(
        words=words.matrix(BUCKETS), concepts=about.matrix(known.size), is_zh=np.array(is_zh, dtype=np.bool_)
    )


def together(parts: Sequence[Counted]) -> Counted:
    meanings = [part.meaning for part in parts if part.meaning is not None]
    return Counted(
        words=sparse.vstack([part.words for part in parts], format="csr"),
        concepts=sparse.vstack([part.concepts for part in parts], format="csr"),
        is_zh=np.concatenate([part.is_zh for part in parts]),
        meaning=np.concatenate(meanings) if meanings else None,
    )


class _Rows:
    def __init__(self) -> None:
        self.columns: list[int] = []
        self.values: list[int] = []
        self.ends = [0]

    def add(self, counted: Counter[int]) -> None:
        self.columns.extend(counted.keys())
        self.values.extend(counted.values())
        self.ends.append(len(self.columns))

    def matrix(self, width: int) -> Any:
        shape = (len(self.ends) - 1, width)
        columns, ends = np.array(self.columns, dtype=np.int32), np.array(self.ends, dtype=np.int32)
        values = 1 + np.log(np.array(self.values, dtype=np.float32)) if self.values else np.zeros(0, np.float32)
        return sparse.csr_matrix((values, columns, ends), shape=shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """Where voices are points: which hashed words count, how much, and in which directions."""

    chosen: Ints  # sorted numbers of the words' buckets
    weights: Floats
    directions: Floats  # words × directions
    concept_weights: Floats
    middles: Floats = field(default_factory=lambda: np.zeros((2, 0), dtype=np.float32))  # of meaning, by language
    embedder: str = ""  # fingerprint of the sentence model; empty: concepts

    def points(self, counted: Counted) -> Floats:
        """A unit row for each voice; zeros for one without a known word."""
        own = self._words(counted) @ self.directions
        about = self._meaning(counted) if self.embedder else self._concepts(counted)
        halves = np.sqrt(1 - CONCEPT_WEIGHT**2) * unit(np.asarray(own)), CONCEPT_WEIGHT * unit(about)
        return unit(np.concatenate(halves, axis=1))

    def about(self, points: Floats) -> Floats:
        """The half of points that says what they are about, of length one."""
        return unit(points[:, self.directions.shape[1] :])

    def _concepts(self, counted: Counted) -> Floats:
        return np.asarray((counted.concepts @ sparse.diags(self.concept_weights)).todense(), dtype=np.float32)

    def _meaning(self, counted: Counted) -> Floats:
        assert counted.meaning is not None
        found: Floats = counted.meaning - self.middles[counted.is_zh.astype(np.int64)]
        return found

    def _words(self, counted: Counted) -> Any:
        return _unit_rows(counted.words[:, self.chosen] @ sparse.diags(self.weights))


def space(counted: Counted, *, seed: int, embedder: str = "") -> Space:
    """The space that fits these voices: words used by few or by nearly all are left out."""
    total = max(1, len(counted))
    using = np.asarray((counted.words > 0).sum(axis=0)).ravel()
    able = np.flatnonzero((using >= min(LEAST_VOICES, max(1, total // 20))) & (using <= 0.4 * total + 1))
    chosen = np.sort(able[np.argsort(-using[able], kind="stable")[:MOST_FEATURES]])
    weights = np.log((1 + total) / (1 + using[chosen])).astype(np.float32)
    naming = np.asarray((counted.concepts > 0).sum(axis=0)).ravel()
    concept_weights = np.log((1 + total) / (1 + naming)).astype(np.float32)
    concept_weights[len(concepts().listed) :] *= TOPIC_WEIGHT
    directions = _directions(counted, chosen, weights, seed)
    return Space(
        chosen=chosen,
        weights=weights,
        directions=directions,
        concept_weights=concept_weights,
        middles=_middles(counted),
        embedder=embedder,
    )


def _middles(counted: Counted) -> Floats:
    """The mean vector of each language; of a language hardly heard, that of all."""
    if counted.meaning is None or not len(counted):
        return np.zeros((2, 0), dtype=np.float32)
    whole = counted.meaning.mean(axis=0)
    sides = (~counted.is_zh, counted.is_zh)
    return np.stack([counted.meaning[side].mean(axis=0) if side.sum() >= LEAST_HEARD else whole for side in sides])


def _directions(counted: Counted, chosen: Ints, weights: Floats, seed: int) -> Floats:
    """Half of the directions from each language where both are heard: else the greater one takes them all."""
    if not len(chosen):
        return np.zeros((0, 1), dtype=np.float32)
    words = _unit_rows(counted.words[:, chosen] @ sparse.diags(weights))
    parts = [words[mask] for mask in (counted.is_zh, ~counted.is_zh) if mask.sum() >= LEAST_HEARD]
    if len(parts) < 2:
        return principal_directions(words, DIRECTIONS, seed=seed)
    found = [principal_directions(part, DIRECTIONS // 2, seed=seed) for part in parts]
    return np.ascontiguousarray(np.linalg.qr(np.concatenate(found, axis=1))[0], dtype=np.float32)


def _unit_rows(matrix: Any) -> Any:
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return (sparse.diags((1 / np.maximum(lengths, 1e-9)).astype(np.float32)) @ matrix).tocsr()


def language_of(is_zh: bool) -> Language:
    return "zh" if is_zh else "en"
