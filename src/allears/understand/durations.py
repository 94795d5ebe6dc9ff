"""How long things take: percentiles from the roll-ups' histograms, by touchpoint."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final, Literal

from allears.kit.clocks import EPOCH
from allears.lake.rollups import ASK_DURATIONS, CASE_DURATIONS, GAMMA, Rollup
from allears.science.histograms import histogram_quantile

if TYPE_CHECKING:
    from allears.understand.cubes import CubeStore

Kind = Literal["first_reply", "resolution", "delivery", "opening", "answer"]
ROLLUP_OF: Final[dict[str, Rollup]] = {
    "first_reply": CASE_DURATIONS,
    "resolution": CASE_DURATIONS,
    "delivery": ASK_DURATIONS,
    "opening": ASK_DURATIONS,
    "answer": ASK_DURATIONS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DurationQuestion:
    """Which length, of what began between two days of the workspace's clock, both included."""

    workspace_id: int
    kind: Kind
    since: date | None = None
    until: date | None = None
    zone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Durations:
    """Milliseconds, within one per cent; None where nothing has ended. ``touchpoint`` None is all together."""

    touchpoint: str | None
    n: int
    median_ms: float | None
    p90_ms: float | None
    mean_ms: float | None


def durations(question: DurationQuestion, cubes: CubeStore) -> tuple[Durations, ...]:
    """All together first, then each touchpoint, the most frequent first."""
    import pyarrow.compute as pc

    rollup = ROLLUP_OF[question.kind]
    (cells,) = cubes.cells([rollup], workspace_id=question.workspace_id, zone=question.zone)
    keep = pc.equal(cells["kind"], question.kind)
    if question.since is not None:
        keep = pc.and_(keep, pc.greater_equal(cells["day"], (question.since - EPOCH).days))
    if question.until is not None:
        keep = pc.and_(keep, pc.less_equal(cells["day"], (question.until - EPOCH).days))
    counts: dict[str | None, Counter[int]] = {None: Counter()}
    totals: Counter[str | None] = Counter()
    for cell in cells.filter(keep).select(["touchpoint", "bucket", "n", "total_ms"]).to_pylist():
        for name in (None, cell["touchpoint"]):
            counts.setdefault(name, Counter())[cell["bucket"]] += cell["n"]
            totals[name] += cell["total_ms"]
    found = [_told(name, buckets, totals[name]) for name, buckets in counts.items()]
    return tuple(sorted(found, key=lambda each: (each.touchpoint is not None, -each.n, each.touchpoint or "")))


def _told(touchpoint: str | None, buckets: Counter[int], total_ms: int) -> Durations:
    n = buckets.total()
    return Durations(
        touchpoint=touchpoint,
        n=n,
        median_ms=histogram_quantile(buckets, 0.5, gamma=GAMMA),
        p90_ms=histogram_quantile(buckets, 0.9, gamma=GAMMA),
        mean_ms=total_ms / n if n else None,
    )
