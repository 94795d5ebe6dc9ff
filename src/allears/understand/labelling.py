"""Which labels are in force on a voice: the models' as people corrected them. Pure, so that every surface agrees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from allears.understand.models import Correction, VoiceAnnotation
from allears.understand.text import labels as names
from allears.understand.text.annotation import SENTIMENTS

OWN: Final = "own:"  # begins the task of a label set of the company's own
SINGLE: Final = frozenset({"sentiment", "strength", "mixed", "sarcasm", "urgency", "point", "effort"})
VALUES: Final[Mapping[str, Sequence[str]]] = {
    "sentiment": SENTIMENTS,
    "strength": tuple(str(each) for each in names.SENTIMENT_STRENGTHS),
    "mixed": ("yes",),
    "sarcasm": ("yes",),
    "emotion": names.EMOTIONS,
    "topic": names.TOPICS,
    "intent": names.INTENTS,
    "urgency": ("1", "2", "3"),
    "five_s": names.FIVE_S,
    "need": names.NEEDS,
    "contact": names.CONTACT,
    "point": names.POINTS,
    "effort": names.EFFORTS,
}
WITH_POLARITY: Final = frozenset({"topic", "five_s", "need", "contact"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One label in force. ``confidence`` is the model's, None for a person's word."""

    task: str
    value: str
    polarity: int | None = None
    confidence: float | None = None
    spans: tuple[tuple[int, int], ...] = ()
    by_person: bool = False
    author_id: int | None = None

    @property
    def code(self) -> str:
        return f"{self.task}:{self.value}"


def split_code(code: str) -> tuple[str, str]:
    """Task and value of ``task:value``; a task of the company's own has a colon in it, and so may any value."""
    if code.startswith(OWN):
        key, _, value = code.removeprefix(OWN).partition(":")
        return OWN + key, value
    task, _, value = code.partition(":")
    return task, value


def is_single(task: str) -> bool:
    """Whether a voice has at most one value of this task."""
    return task in SINGLE or task.startswith(OWN)


def standing(corrections: Sequence[Correction]) -> list[Correction]:
    """Corrections that nobody has taken back, the oldest first."""
    undone = {each.undoes_id for each in corrections if each.undoes_id}
    rows = sorted(corrections, key=lambda row: row.pk)
    return [each for each in rows if not each.undoes_id and each.pk not in undone]


def effective(annotations: Iterable[VoiceAnnotation], corrections: Sequence[Correction]) -> list[Said]:
    """Labels of the current annotations, each person's word put in the model's place."""
    found = [_said(label) for row in annotations for label in row.labels]
    for each in standing(corrections):
        found = _corrected(found, each)
    return found


def still_abstained(annotations: Iterable[VoiceAnnotation], corrections: Sequence[Correction]) -> list[str]:
    """What the models would not answer and no person has answered since."""
    answered = {each.task for each in standing(corrections)}
    return [task for row in annotations for task in row.abstained if task not in answered]


def _said(label: Mapping[str, Any]) -> Said:
    return Said(
        task=label["task"],
        value=label["value"],
        polarity=label["polarity"],
        confidence=label["confidence"],
        spans=tuple((start, end) for start, end in label["spans"]),
    )


def _corrected(found: list[Said], correction: Correction) -> list[Said]:
    task, value = correction.task, correction.value
    others = [each for each in found if (each.task, each.value) != (task, value)]
    if correction.verdict == Correction.Verdict.IS_NOT:
        return others
    same = next((each for each in found if (each.task, each.value) == (task, value)), None)
    kept = [each for each in others if each.task != task] if is_single(task) else others
    if not value:
        return kept
    return [
        *kept,
        Said(
            task=task,
            value=value,
            polarity=correction.polarity,
            spans=same.spans if same else (),
            by_person=True,
            author_id=correction.author_id,
        ),
    ]
