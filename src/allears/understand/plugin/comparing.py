"""The outside model beside the built-in one on the same labelled, masked comments."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from allears.science.intervals import wilson
from allears.understand.plugin.annotating import OutsideAnnotator, annotator_of
from allears.understand.plugin.calling import EndpointError
from allears.understand.plugin.metering import CapReachedError
from allears.understand.plugin.models import Comparison
from allears.understand.plugin.sealing import UnreadableKeyError
from allears.understand.text.annotation import SENTIMENTS, Annotation, Annotator


def compare(*, workspace_id: int, comparison_id: int, now: datetime) -> None:
    """Have both read the comments, keep the figures, forget the comments. What the endpoint fails at is told."""
    row: Comparison = Comparison.objects.in_workspace(workspace_id).get(pk=comparison_id)
    if row.finished_at is not None:
        return
    outside = annotator_of(workspace_id=workspace_id)
    texts, truth = [text for text, _ in row.sample], [label for _, label in row.sample]
    try:
        if outside is None:
            raise EndpointError("the outside model was switched off")
        row.figures = figures_of(outside, texts, truth)
    except (EndpointError, CapReachedError, UnreadableKeyError) as error:
        row.trouble = str(error)[:400]
    row.sample, row.finished_at = [], now
    row.save()


def figures_of(outside: OutsideAnnotator, texts: Sequence[str], truth: Sequence[str]) -> dict[str, Any]:
    """Figures of both, and where they differ."""
    from allears.understand.text.builtin import annotator

    theirs, ours = timed(outside, texts), timed(annotator(), texts)
    said = [each.value("sentiment") for each in theirs[0]], [each.value("sentiment") for each in ours[0]]
    only_theirs = sum(a == t != b for a, b, t in zip(*said, truth, strict=True))
    only_ours = sum(b == t != a for a, b, t in zip(*said, truth, strict=True))
    return {
        "outside": {
            **judged(said[0], truth),
            "milliseconds": theirs[1],
            "cost": outside.cost,
            "calls": outside.calls,
            "currency": outside.outside.currency,
            "version": outside.version,
        },
        "builtin": {**judged(said[1], truth), "milliseconds": ours[1], "cost": 0, "version": annotator().version},
        "only_outside_right": only_theirs,
        "only_builtin_right": only_ours,
        "p": sign_test(only_theirs, only_ours),
    }


def timed(annotator: Annotator, texts: Sequence[str]) -> tuple[list[Annotation], float]:
    """Annotations, and milliseconds a comment; those from the cache cost no time."""
    start = time.perf_counter()
    said = annotator.annotate(texts)
    return said, round((time.perf_counter() - start) * 1000 / max(len(texts), 1), 2)


def judged(said: Sequence[str | None], truth: Sequence[str]) -> dict[str, Any]:
    """Accuracy with its 95 % interval, macro-F1 over the classes there are, share abstained from (counted wrong)."""
    right = sum(given == true for given, true in zip(said, truth, strict=True))
    limits = wilson(right, len(truth), z=1.96)
    present = [name for name in SENTIMENTS if name in truth]
    return {
        "n": len(truth),
        "accuracy": right / len(truth),
        "low": limits.low,
        "high": limits.high,
        "macro_f1": sum(_f1(name, said, truth) for name in present) / len(present),
        "abstained": sum(given is None for given in said) / len(truth),
    }


def _f1(name: str, said: Sequence[str | None], truth: Sequence[str]) -> float:
    hits = sum(given == true == name for given, true in zip(said, truth, strict=True))
    total = sum(given == name for given in said) + sum(true == name for true in truth)
    return 2 * hits / total


def sign_test(first: int, second: int) -> float:
    """Exact two-sided sign test (McNemar's exact test) on the comments that only one of them reads right."""
    from math import comb

    n = first + second
    tail: float = sum(comb(n, each) for each in range(min(first, second) + 1)) / 2**n
    return min(1.0, 2 * tail)
