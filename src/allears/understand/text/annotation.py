"""What an annotator says of a text: its labels, how sure it is of each, and the words that made it think so.

Every annotator (the built-in model, a company's own label set, an outside endpoint) gives this shape; whoever stores,
shows or judges annotations relies on it alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Protocol

from allears.understand.text.corpus import Language

SENTIMENTS: Final = ("positive", "neutral", "negative")
TASKS: Final = (
    "sentiment",  # one of SENTIMENTS; always a single label, or abstained
    "strength",  # "-2" … "2"
    "mixed",  # "yes" when both poles are there
    "sarcasm",  # "yes"
    "emotion",
    "topic",  # with polarity
    "intent",
    "urgency",  # "1" … "3"; absent is 0
    "five_s",  # with polarity
    "need",  # with polarity
    "contact",  # with polarity
    "point",  # "pain", "itch" or "latent"
    "effort",  # "easy", "some" or "high"
)


@dataclass(frozen=True, slots=True)
class Label:
    """`value` of `task` with a calibrated probability, and the characters `start:end` of the text that earned it."""

    task: str
    value: str
    confidence: float  # 0 … 1
    polarity: int | None = None  # −1, 0, 1 for tasks that have one
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Clause:
    """Characters `start:end` of the text and their feeling from −1 to 1."""

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """All that one annotator says of one text. A task in `abstained` was asked and is not answered: not sure enough."""

    model: str  # name and version of the annotator
    language: Language
    score: float  # feeling of the whole, −1 … 1
    labels: tuple[Label, ...] = ()
    clauses: tuple[Clause, ...] = ()
    abstained: tuple[str, ...] = ()

    def of(self, task: str) -> tuple[Label, ...]:
        """Labels of one task, the surest first."""
        return tuple(
            sorted((label for label in self.labels if label.task == task), key=lambda label: -label.confidence)
        )

    def value(self, task: str) -> str | None:
        """The surest value of a task, or None."""
        return next((label.value for label in self.of(task)), None)

    def as_json(self) -> dict[str, Any]:
        """As the API answers it."""
        return asdict(self)


class Annotator(Protocol):
    """Anything that annotates. `version` is stored with each annotation and changes when its answers may."""

    @property
    def version(self) -> str: ...

    def annotate(self, texts: Sequence[str], *, languages: Sequence[Language] | None = None) -> list[Annotation]:
        """One annotation a text, in their order; the language is recognised when it is not given."""
        ...
