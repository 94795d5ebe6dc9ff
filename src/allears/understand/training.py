"""Learning from what a workspace has: scores beside words, people's corrections, a column of a file.

Runs in the analytics process. Texts are masked before anything learns from them, so that no model keeps a name.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from allears.listen.models import COUNTED, Voice
from allears.listen.originals import blotted
from allears.listen.wall import feeling_of_score
from allears.understand.annotating import builtin, masker
from allears.understand.models import TextModel, VoiceLabel

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
    if model.source == "column":
        return _learn_column(folder, slot=model.slot)
    return _adapt(folder, *_felt(question.workspace_id))


def _adapt(folder: Path, texts: list[str], feelings: list[str]) -> Trained:
    from allears.understand.text.adapting import adapt

    adapted, report = adapt(builtin(), texts, feelings, seed=SEED)
    adapted.save(folder)
    return Trained(version=adapted.version, examples=len(texts), better=report.better, report=report.as_json())


def _learn_column(folder: Path, *, slot: str) -> Trained:
    from allears.understand.text.learning import LabelModel

    rows = [json.loads(line) for line in (folder / "rows.jsonl").read_text(encoding="utf-8").splitlines()]
    texts, cells = [text for text, _ in rows], [cell for _, cell in rows]  # masked when they came
    learnt, report = LabelModel.train(
        texts, cells, seed=SEED, holdout=HELD_OUT, task=slot, annotator=builtin(), refit=True
    )
    learnt.save(folder)
    told = {**report.as_json(), "values": list(learnt.labels)}
    return Trained(version=learnt.version, examples=len(texts), better=report.better, report=told)


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
