"""What another annotator says of a text, as numbers that a model of the company's own may listen to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from allears.understand.text import labels
from allears.understand.text.annotation import SENTIMENTS, Annotation, Annotator
from allears.understand.text.corpus import Language

Floats = NDArray[np.float64]

_BATCH: Final = 512
_PLAIN: Final = {
    "sentiment": SENTIMENTS,
    "strength": tuple(map(str, labels.SENTIMENT_STRENGTHS)),
    "mixed": ("yes",),
    "sarcasm": ("yes",),
    "emotion": labels.EMOTIONS,
    "intent": labels.INTENTS,
    "urgency": ("1", "2", "3"),
    "point": labels.POINTS,
    "effort": labels.EFFORTS,
}
_SIGNED: Final = {
    "topic": labels.TOPICS,
    "five_s": labels.FIVE_S,
    "need": labels.NEEDS,
    "contact": labels.CONTACT,
}
_NAMES: Final = (
    *("score", "first clause", "last clause", "lowest clause", "highest clause"),
    *((task, value) for task, values in _PLAIN.items() for value in values),
    *((task, value, side) for task, values in _SIGNED.items() for value in values for side in ("there", "polarity")),
)
_TRUSTED: Final = 8  # the score, the clauses and the sentiment; the others speak of few rows each
CAUTION: Final = np.where(np.arange(len(_NAMES)) < _TRUSTED, 4.0, 60.0)
_PLACES: Final = {name: place for place, name in enumerate(_NAMES)}


def beside_of(annotator: Annotator, texts: Sequence[str], *, languages: Sequence[Language] | None = None) -> Floats:
    """Rows × numbers."""
    if not texts:
        return rows_of([])
    parts = [
        rows_of(annotator.annotate(texts[at : at + _BATCH], languages=languages and languages[at : at + _BATCH]))
        for at in range(0, len(texts), _BATCH)
    ]
    return np.vstack(parts)


def rows_of(said: Sequence[Annotation]) -> Floats:
    """The same of annotations that are there already."""
    found = np.zeros((len(said), len(_NAMES)))
    for place, each in enumerate(said):
        _note(each, found[place])
    return found


def _note(said: Annotation, row: Floats) -> None:
    row[0] = said.score
    if said.clauses:
        scores = [clause.score for clause in said.clauses]
        row[1:5] = scores[0], scores[-1], min(scores), max(scores)
    for label in said.labels:
        if (place := _PLACES.get((label.task, label.value))) is not None:
            row[place] = label.confidence
        elif (place := _PLACES.get((label.task, label.value, "there"))) is not None:
            row[place] = label.confidence
            row[place + 1] = label.confidence * (label.polarity or 0)
