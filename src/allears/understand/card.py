"""The built-in model's card: how it does on the part of our own corpus that it never learnt from.

Worked out from the model and the corpus that are installed, in the analytics process, once for each version of them: it
is kept in the data folder under a digest of all it is made from, so that it cannot be stale.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Final

import msgspec

from allears.science.intervals import wilson, z_of
from allears.understand.annotating import builtin
from allears.understand.text.annotation import SENTIMENTS, Annotation
from allears.understand.text.corpus import LANGUAGES, Comment, Language, corpus, reviews

BINS: Final = 10
Z: Final = z_of(0.95)
FEWEST: Final = 10  # true examples below which a label's figures say little
WEAK: Final = 0.5  # F1 below which a label is told as a weakness


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFigures:
    """One label in one language: of those given how many were right, of those true how many were given."""

    task: str
    value: str
    language: Language
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Answers about as sure as `confidence`: the share that was right, and its interval."""

    number: int  # of BINS, from 0
    confidence: float
    right: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageFigures:
    """The feeling, in one language. Rows not answered count as wrong in `accuracy`."""

    language: Language
    n: int
    accuracy: float
    low: float
    high: float
    macro_f1: float
    unanswered: float
    calibration_error: float
    sarcasm_n: int
    sarcasm_accuracy: float | None
    mixed_n: int
    mixed_accuracy: float | None
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CardQuestion:
    """The card of the built-in model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """All that is told of a model."""

    version: str
    learnt_from: int  # comments, and reviews of which only the verdict is told
    held_out: int
    industries: int
    languages: tuple[LanguageFigures, ...]
    labels: tuple[LabelFigures, ...]

    @property
    def weak(self) -> list[LabelFigures]:
        """Labels to be read with care, the weakest first."""
        found = [each for each in self.labels if each.support >= FEWEST and each.f1 < WEAK]
        return sorted(found, key=lambda each: each.f1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    true: Comment
    labels: frozenset[tuple[str, str]]
    said: Annotation
    given: frozenset[tuple[str, str]]


_working = Lock()


def kept(folder: Path) -> Card:
    """The card, from ``folder`` where these very files have been worked out before. Safe to share between threads."""
    file = folder / f"card-{_digest()}.json"
    with _working:  # who opens the page meanwhile waits for the first one's figures
        if (known := _read(file)) is not None:
            return known
        found = card()
        folder.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(f".{os.getpid()}")
        part.write_bytes(msgspec.json.encode(found))
        part.replace(file)
        for older in set(folder.glob("card-*.json")) - {file}:
            older.unlink(missing_ok=True)
    return found


def _read(file: Path) -> Card | None:
    """None where it is not there, or was damaged."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Card)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


@lru_cache(maxsize=1)
def _digest() -> str:
    """Of the texts, the weights and the code: some ten megabytes, read without a numeric library."""
    here = Path(__file__).parent
    seen = hashlib.blake2b(Path(__file__).read_bytes(), digest_size=8)
    for file in sorted((here / "text").rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            seen.update(file.relative_to(here).as_posix().encode() + b"\0" + file.read_bytes())
    return seen.hexdigest()


@lru_cache(maxsize=1)
def card() -> Card:
    """Read the held-out comments and compare."""
    comments = list(corpus())
    held = [each for each in comments if each.held_out]
    annotator = builtin()
    said = annotator.annotate([each.text for each in held], languages=[each.language for each in held])
    rows = [
        _Row(
            true=true,
            labels=frozenset(true_labels(true)),
            said=each,
            given=frozenset((label.task, label.value) for label in each.labels),
        )
        for true, each in zip(held, said, strict=True)
    ]
    by_language = {language: [row for row in rows if row.true.language == language] for language in LANGUAGES}
    return Card(
        version=annotator.version,
        learnt_from=len(comments) - len(held) + sum(not each.held_out for each in reviews()),
        held_out=len(held),
        industries=len({each.industry for each in comments}),
        languages=tuple(_feeling(language, part) for language, part in by_language.items() if part),
        labels=tuple(each for language, part in by_language.items() for each in _labels(language, part)),
    )


def _feeling(language: Language, rows: Sequence[_Row]) -> LanguageFigures:
    right = [row.said.value("sentiment") == row.true.sentiment for row in rows]
    given = [next(iter(row.said.of("sentiment")), None) for row in rows]
    answered = [(label.confidence, hit) for label, hit in zip(given, right, strict=True) if label]
    bins = _bins(answered)
    interval = wilson(sum(right), len(rows), z=Z)
    scores = [_f1(rows, "sentiment", value)[2] for value in SENTIMENTS]
    sarcasm = [hit for row, hit in zip(rows, right, strict=True) if row.true.sarcasm]
    mixed = [hit for row, hit in zip(rows, right, strict=True) if row.true.mixed]
    return LanguageFigures(
        language=language,
        n=len(rows),
        accuracy=sum(right) / len(rows),
        low=interval.low,
        high=interval.high,
        macro_f1=sum(scores) / len(scores),
        unanswered=1 - len(answered) / len(rows),
        calibration_error=sum(each.n * abs(each.right - each.confidence) for each in bins) / max(1, len(answered)),
        sarcasm_n=len(sarcasm),
        sarcasm_accuracy=_share(sarcasm),
        mixed_n=len(mixed),
        mixed_accuracy=_share(mixed),
        bins=bins,
    )


def _share(hits: Sequence[bool]) -> float | None:
    return sum(hits) / len(hits) if hits else None


def _bins(answered: Sequence[tuple[float, bool]]) -> tuple[Bin, ...]:
    found = []
    for number in range(BINS):
        inside = [(sure, hit) for sure, hit in answered if min(int(sure * BINS), BINS - 1) == number]
        if inside:
            hits = sum(hit for _, hit in inside)
            interval = wilson(hits, len(inside), z=Z)
            sure = sum(each for each, _ in inside) / len(inside)
            share = hits / len(inside)
            found.append(
                Bin(number=number, confidence=sure, right=share, low=interval.low, high=interval.high, n=len(inside))
            )
    return tuple(found)


def true_labels(comment: Comment) -> set[tuple[str, str]]:
    """What people said of a comment, as (task, value)."""
    many: dict[str, Iterable[str]] = {
        "emotion": comment.emotions,
        "intent": comment.intents,
        "topic": {span.topic for span in comment.spans},
        "five_s": comment.five_s,
        "need": comment.needs,
        "contact": comment.contact,
    }
    found = {(task, value) for task, values in many.items() for value in values}
    one = {"sentiment": comment.sentiment, "point": comment.point, "effort": comment.effort}
    found |= {(task, value) for task, value in one.items() if value}
    if comment.urgency:
        found.add(("urgency", str(comment.urgency)))
    return found


def _labels(language: Language, rows: Sequence[_Row]) -> list[LabelFigures]:
    counts = Counter(label for row in rows for label in row.labels)
    found = []
    for (task, value), support in sorted(counts.items()):
        precision, recall, f1 = _f1(rows, task, value)
        found.append(
            LabelFigures(
                task=task, value=value, language=language, precision=precision, recall=recall, f1=f1, support=support
            )
        )
    return found


def _f1(rows: Sequence[_Row], task: str, value: str) -> tuple[float, float, float]:
    """Precision, recall and F1 of one label."""
    true = [(task, value) in row.labels for row in rows]
    given = [(task, value) in row.given for row in rows]
    both = sum(a and b for a, b in zip(true, given, strict=True))
    precision, recall = both / max(1, sum(given)), both / max(1, sum(true))
    return precision, recall, 2 * both / max(1, sum(true) + sum(given))
