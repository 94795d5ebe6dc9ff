"""A small annotator and masker with answers that a test can foresee."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from allears.understand import annotating, pool
from allears.understand.service import Service
from allears.understand.text.annotation import Annotation, Clause, Label
from allears.understand.text.corpus import Language


@dataclass(frozen=True)
class Found:
    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class Masked:
    text: str
    found: tuple[Found, ...]


def mask(text: str, *, language: Language | None = None, known: Sequence[str] = ()) -> Masked:
    """Runs of seven digits and more, and what is known."""
    words = "|".join(["[0-9]{7,}", *map(re.escape, known)])
    found = tuple(Found(*each.span(), "phone" if each[0].isdigit() else "name") for each in re.finditer(words, text))
    return Masked(re.sub(words, "[masked]", text), found)


@dataclass
class Fake:
    """`late` is negative and of delivery, `thanks` positive, all else nothing; `read` has what it was given."""

    version: str = "fake-1"
    read: list[str] = field(default_factory=list)

    def annotate(self, texts: Sequence[str], *, languages: Sequence[Language] | None = None) -> list[Annotation]:
        self.read += texts
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> Annotation:
        language: Language = "en" if text.isascii() else "zh"
        labels: list[Label] = []
        for word, feeling, confidence in (("late", "negative", 0.9), ("thanks", "positive", 0.8)):
            if (at := text.lower().find(word)) >= 0:
                span = ((at, at + len(word)),)
                labels.append(Label("sentiment", feeling, confidence, None, span))
                if feeling == "negative":
                    labels += [Label("topic", "delivery", 0.7, -1, span), Label("point", "pain", 0.6)]
        return Annotation(
            model=self.version,
            language=language,
            score=0.0 if not labels else -0.9 if labels[0].value == "negative" else 0.8,
            labels=tuple(labels),
            clauses=(Clause(0, len(text), 0.0),),
            abstained=() if labels else ("sentiment", "emotion"),
        )


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Fake:
    """Texts are read in the test's own process, by an annotator that can be foreseen."""
    found = Fake()
    monkeypatch.setattr(annotating, "builtin", lambda: found)
    monkeypatch.setattr(annotating, "masker", lambda: mask)
    service = Service()
    monkeypatch.setattr(pool, "ask_annotations", service.annotations)
    monkeypatch.setattr("allears.api.routers.annotations.ask_annotations", service.annotations)
    return found
