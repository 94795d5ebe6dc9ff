"""Learning from what a workspace has: scores beside words, people's corrections, a column of a file.

Runs in the analytics process. Texts are masked before anything learns from them, so that no model keeps a name.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings

from allears.listen.feelings import feeling_of_score
from allears.listen.models import COUNTED, Voice
from allears.listen.originals import blotted
from allears.understand.annotating import builtin, load, masker, models_in_force
from allears.understand.models import TextModel, VoiceLabel

if TYPE_CHECKING:
    from allears.understand.rivals import InUse, Rivalry
    from allears.understand.text.annotation import Annotator
    from allears.understand.text.judging import HeldOutReport, LabelSet
    from allears.understand.text.learning import LabelModel

MOST = 50_000  # the latest examples
SEED, HELD_OUT = 0, 0.2
METRICS = ("nps", "csat", "ces")
CHUNK = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainQuestion:
    """Train this model of this workspace."""

    workspace_id: int
    model_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """How it did on examples that it had not learnt from."""

    version: str
    examples: int
    better: bool
    report: dict[str, Any]


def train(question: TrainQuestion) -> Trained:
    """Learn, judge on the held-out part, write the files. Raises ValueError that says what is missing."""
    model: TextModel = TextModel.objects.in_workspace(question.workspace_id).get(pk=question.model_id)
    folder = Path(settings.DATA_DIR) / model.folder
    in_use = _in_use(question.workspace_id, model.slot)
    if model.source == "column":
        return _learn_column(folder, slot=model.slot, in_use=in_use)
    return _adapt(folder, *_felt(question.workspace_id), in_use=in_use)


def _adapt(folder: Path, texts: list[str], feelings: list[str], *, in_use: TextModel | None) -> Trained:
    import numpy as np

    from allears.understand.rivals import keep_learnt, rivalry
    from allears.understand.text.adapting import adapt, feeling_of, split_of

    tried, report = adapt(builtin(), texts, feelings, seed=SEED, holdout=HELD_OUT, refit=False)
    held = np.flatnonzero(split_of(texts, feelings, holdout=HELD_OUT, seed=SEED)[0])
    words, neutral = [texts[at] for at in held], "neutral" in feelings

    def felt(annotator: Annotator, asked: Sequence[str]) -> list[LabelSet]:
        return [frozenset([feeling_of(each, neutral=neutral)]) for each in annotator.annotate(asked)]

    found = None
    if in_use:
        reader = cast("Annotator", load(in_use))
        rival = _rival(in_use, lambda asked: felt(reader, asked))
        truth = [frozenset([feelings[at]]) for at in held]
        found = rivalry(rival, words, truth, felt(tried, words), report.as_json())
    adapted, _ = adapt(builtin(), texts, feelings, seed=SEED, holdout=0.0)
    adapted.save(folder)
    keep_learnt(folder, texts)
    return _trained(adapted.version, texts, report, found)


def _learn_column(folder: Path, *, slot: str, in_use: TextModel | None) -> Trained:
    import numpy as np

    from allears.understand.rivals import keep_learnt, rivalry
    from allears.understand.text import columns
    from allears.understand.text.learning import LabelModel, held_out

    rows = [json.loads(line) for line in (folder / "rows.jsonl").read_text(encoding="utf-8").splitlines()]
    texts, cells = [text for text, _ in rows], [cell for _, cell in rows]  # masked when they came
    tried, report = LabelModel.train(texts, cells, seed=SEED, holdout=HELD_OUT, task=slot, annotator=builtin())
    found = None
    if in_use:
        column = columns.read(cells)
        held = np.flatnonzero(held_out(texts, column, holdout=HELD_OUT, seed=SEED))
        words = [texts[at] for at in held]
        reader = cast("LabelModel", load(in_use))
        rival = _rival(in_use, lambda asked: _named(reader, asked))
        truth = [frozenset(column.rows[at] or ()) for at in held]
        found = rivalry(rival, words, truth, _named(tried, words), report.as_json())
    learnt, _ = LabelModel.train(texts, cells, seed=SEED, holdout=0.0, task=slot, annotator=builtin())
    learnt.save(folder)
    keep_learnt(folder, texts)
    return _trained(learnt.version, texts, report, found, values=list(learnt.labels))


def _named(model: LabelModel, texts: Sequence[str]) -> list[LabelSet]:
    return [frozenset(label for label, _ in row) for row in model.given(texts)]


def _in_use(workspace_id: int, slot: str) -> TextModel | None:
    """The company's own model that reads there now."""
    return models_in_force(workspace_id).get(slot)


def _rival(model: TextModel, said: Callable[[Sequence[str]], list[LabelSet]]) -> InUse:
    from allears.understand.rivals import InUse, learnt_of

    learnt = learnt_of(Path(settings.DATA_DIR) / model.folder)
    return InUse(version=model.version, report=model.report or {}, learnt=learnt, said=said)


def _trained(version: str, texts: Sequence[str], report: HeldOutReport, found: Rivalry | None, **more: Any) -> Trained:
    told = {**report.as_json(), **more, "rival": found.as_json() if found else None}
    better = report.better and (found is None or found.better)
    return Trained(version=version, examples=len(texts), better=better, report=told | {"better": better})


def _felt(workspace_id: int) -> tuple[list[str], list[str]]:
    """The latest comments whose feeling is known, and it: by the score beside them, and by people before that."""
    said: dict[int, str] = {}
    rows = (
        Voice.objects.in_workspace(workspace_id)
        .exclude(text="")
        .filter(COUNTED, metric__in=METRICS, score__isnull=False)
    )
    for voice_id, metric, score in rows.order_by("-pk").values_list("pk", "metric", "score")[:MOST]:
        if feeling := feeling_of_score(metric, score):
            said[voice_id] = feeling
    people = VoiceLabel.objects.in_workspace(workspace_id).filter(by_person=True, code__startswith="sentiment:")
    said |= {voice_id: code.partition(":")[2] for voice_id, code in people.values_list("voice_id", "code")}
    ids = sorted(said)
    texts: dict[int, str] = {}
    for start in range(0, len(ids), CHUNK):
        part = Voice.objects.in_workspace(workspace_id).filter(pk__in=ids[start : start + CHUNK])
        texts |= dict(part.exclude(text="").values_list("pk", "text"))
    known = [each for each in ids if each in texts]
    return masked([texts[each] for each in known]), [said[each] for each in known]


def masked(texts: Sequence[str]) -> list[str]:
    """Each text with its personal data blotted out."""
    found = masker()
    return [blotted(text, [(each.start, each.end, each.kind) for each in found(text).found]) for text in texts]
