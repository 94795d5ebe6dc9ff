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

from allears.listen.models import Voice
from allears.understand.annotating import blotted, builtin, masker
from allears.understand.models import TextModel

MOST = 50_000  # the latest examples
SEED, HELD_OUT = 0, 0.2
SCALES = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}


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
    return _adapt(folder, *_scored(question.workspace_id))


def _adapt(folder: Path, texts: list[str], scores: list[float]) -> Trained:
    from allears.understand.text.adapting import adapt

    adapted, report = adapt(builtin(), texts, scores, seed=SEED)
    adapted.save(folder)
    return Trained(version=adapted.version, examples=len(texts), better=report.better, report=report.as_json())


def _learn_column(folder: Path, *, slot: str) -> Trained:
    from allears.understand.text.learning import LabelModel

    rows = [json.loads(line) for line in (folder / "rows.jsonl").read_text(encoding="utf-8").splitlines()]
    texts, cells = masked([text for text, _ in rows]), [cell for _, cell in rows]
    learnt, report = LabelModel.train(
        texts, cells, seed=SEED, holdout=HELD_OUT, task=slot, annotator=builtin(), refit=True
    )
    learnt.save(folder)
    told = {**report.as_json(), "values": list(learnt.labels)}
    return Trained(version=learnt.version, examples=len(texts), better=report.better, report=told)


def _scored(workspace_id: int) -> tuple[list[str], list[float]]:
    """The latest scored comments, and their scores from −1 to 1."""
    rows = Voice.objects.in_workspace(workspace_id).exclude(text="").filter(metric__in=SCALES, score__isnull=False)
    found = list(rows.order_by("-pk").values_list("text", "metric", "score")[:MOST])
    scores = []
    for _, metric, score in found:
        low, high = SCALES[metric]
        scores.append(2 * (score - low) / (high - low) - 1)
    return masked([text for text, _, _ in found]), scores


def masked(texts: Sequence[str]) -> list[str]:
    """Each text with its personal data blotted out."""
    found = masker()
    return [blotted(text, [(each.start, each.end, each.kind) for each in found(text).found]) for text in texts]
