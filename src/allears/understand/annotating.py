"""Reading texts: personal data is masked, then the workspace's annotators in force say what they understand.

Runs in the analytics process, or in a command, because models need numpy; whoever wants a text read asks over the
socket (``pool.ask_annotations``). Masked characters are blotted out one by one, so that every place that a label names
is a place in the text as it was given.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, cast

from django.conf import settings

from allears.listen.originals import blotted
from allears.understand.models import ModelChoice, TextModel
from allears.understand.text.annotation import Annotation, Annotator, Label
from allears.understand.text.corpus import Language

if TYPE_CHECKING:
    from allears.understand.text.masking import Masked

TEXT: Final = "text"  # the slot of the annotator that gives every label
LONGEST = 10_000  # characters of a text that are read


@dataclass(frozen=True, slots=True, kw_only=True)
class TextIn:
    """One text; ``known`` are names, numbers and addresses that are known to be somebody's."""

    text: str
    language: Language | None = None
    known: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotateQuestion:
    """Texts of one workspace; ``mask`` off only where the asker says that they hold nothing personal."""

    workspace_id: int
    texts: tuple[TextIn, ...]
    mask: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One text as it was understood: the masked text, where the masked data stood, an annotation by slot."""

    masked: str
    found: tuple[tuple[int, int, str], ...]
    annotations: tuple[tuple[str, Annotation], ...]


class Labels(Protocol):
    """A label set of a company's own, learnt (``text.learning.LabelModel``)."""

    @property
    def version(self) -> str: ...

    def predict(self, texts: Sequence[str]) -> list[tuple[Label, ...]]: ...


class Annotators:
    """The annotators of each workspace, loaded at first use. Safe to share between threads."""

    def __init__(self) -> None:
        self._loaded: dict[int, Annotator | Labels] = {}
        self._loading = threading.Lock()

    def read(self, question: AnnotateQuestion) -> tuple[Read, ...]:
        """One answer a text, in their order."""
        masked = [_masked(each) if question.mask else (each.text, ()) for each in question.texts]
        texts = [blotted(each.text, found)[:LONGEST] for each, (_, found) in zip(question.texts, masked, strict=True)]
        main, own = self.in_force(question.workspace_id)
        said = [(TEXT, _annotated(main, question.texts, texts))]
        said += [(slot, _labelled(model, slot, texts, said[0][1])) for slot, model in own.items()]
        return tuple(
            Read(masked=text, found=found, annotations=tuple((slot, given[place]) for slot, given in said))
            for place, (text, found) in enumerate(masked)
        )

    def in_force(self, workspace_id: int) -> tuple[Annotator, dict[str, Labels]]:
        """The annotator of every label (the built-in one unless another was chosen), and the company's own sets."""
        chosen = models_in_force(workspace_id)
        main = chosen.pop(TEXT, None)
        own = {slot: cast(Labels, self._of(model)) for slot, model in sorted(chosen.items()) if model}
        return cast(Annotator, self._of(main)) if main else builtin(), own

    def _of(self, model: TextModel) -> Annotator | Labels:
        with self._loading:
            if model.pk not in self._loaded:
                self._loaded[model.pk] = load(model)
            return self._loaded[model.pk]


def _annotated(annotator: Annotator, given: Sequence[TextIn], texts: Sequence[str]) -> list[Annotation]:
    """Those whose language is told are not guessed at."""
    languages = [each.language for each in given]
    told = [language for language in languages if language is not None]
    said = annotator.annotate(texts, languages=told) if len(told) == len(languages) else annotator.annotate(texts)
    return [each if text.strip() else _nothing(each) for each, text in zip(said, texts, strict=True)]


def _nothing(said: Annotation) -> Annotation:
    """Of no words nothing is said: not even that they are neutral."""
    return replace(said, score=0.0, labels=(), clauses=(), abstained=("sentiment",))


def _labelled(model: Labels, slot: str, texts: Sequence[str], beside: Sequence[Annotation]) -> list[Annotation]:
    """What a label set of the company's own says, in the shape of an annotation."""
    return [
        Annotation(
            model=model.version,
            language=main.language,
            score=0.0,
            labels=tuple(replace(label, task=slot) for label in labels),
        )
        for labels, main in zip(model.predict(texts), beside, strict=True)
    ]


def _masked(given: TextIn) -> tuple[str, tuple[tuple[int, int, str], ...]]:
    masked = masker()(given.text, language=given.language, known=given.known)
    return masked.text, tuple((each.start, each.end, str(each.kind)) for each in masked.found)


def models_in_force(workspace_id: int) -> dict[str, TextModel | None]:
    """The model chosen last for each slot; None where the built-in one was chosen again."""
    rows = ModelChoice.objects.in_workspace(workspace_id).select_related("model").order_by("id")
    return {row.slot: row.model for row in rows}


def masker() -> Callable[..., Masked]:
    """What takes personal data out; loaded when first needed."""
    from allears.understand.text.masking import mask

    return mask


def builtin() -> Annotator:
    """The model that ships with All Ears; loaded when first needed."""
    from allears.understand.text.builtin import annotator

    return annotator()


def load(model: TextModel) -> Annotator | Labels:
    """A trained model from its files, beside the built-in one that it listens to."""
    from allears.understand.text.adapting import AdaptedAnnotator
    from allears.understand.text.learning import LabelModel

    folder = Path(settings.DATA_DIR) / model.folder
    if model.slot == TEXT:
        return AdaptedAnnotator.load(folder, annotator=builtin())
    return LabelModel.load(folder, annotator=builtin())
