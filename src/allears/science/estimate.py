"""What every statistic returns, and the additive counts it starts from.

The engine (DuckDB, Spark, SQL) computes counts and sums per cell; they add, so partitions, roll-ups and
"all the others" come free, and pure functions finish them into an `Estimate`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

LOW_BASE = 30
"""Below this many answers an estimate is shown hatched and named a low base."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """One figure with its uncertainty.

    `estimate`, `low` and `high` share the metric's own unit (NPS: −100…100; shares: 0…1; means: the scale).
    What cannot be computed is None and `reason` says why; `warnings` are codes: `low_base`.
    """

    metric: str
    estimate: float | None
    low: float | None
    high: float | None
    level: float
    n: int
    method: str
    counts: Mapping[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    reason: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The fixed shape of the command line and the REST API."""
        return {**asdict(self), "counts": dict(self.counts), "warnings": list(self.warnings)}


class _Additive:
    """Counts that add and subtract field by field (adding cells = pooling their answers)."""

    __slots__ = ()

    def __add__(self, other: Self) -> Self:
        return self._each(other, 1)

    def __sub__(self, other: Self) -> Self:
        return self._each(other, -1)

    def _each(self, other: Self, sign: int) -> Self:
        names = [f.name for f in fields(self)]  # type: ignore[arg-type]
        return type(self)(**{name: getattr(self, name) + sign * getattr(other, name) for name in names})


@dataclass(frozen=True, slots=True)
class ScoreCounts(_Additive):
    """Sufficient statistics of one cell of answered score questions, for NPS, CSAT and CES alike.

    `promoters` 9–10 and `detractors` 0–6 on 0–10; `satisfied` top two boxes; `total` and `total_squares`
    are Σx and Σx².
    """

    n: int = 0
    promoters: int = 0
    detractors: int = 0
    satisfied: int = 0
    total: float = 0.0
    total_squares: float = 0.0

    @property
    def passives(self) -> int:
        return self.n - self.promoters - self.detractors


@dataclass(frozen=True, slots=True)
class AskCounts(_Additive):
    """How far asks got. Each stage counts those that reached at least it, so the counts never rise."""

    invited: int = 0
    delivered: int = 0
    opened: int = 0
    started: int = 0
    completed: int = 0


def warnings_for(n: int) -> tuple[str, ...]:
    return ("low_base",) if 0 < n < LOW_BASE else ()


def nothing(metric: str, *, level: float, method: str, reason: str, n: int = 0) -> Estimate:
    """The estimate of what cannot be computed: no figure, and the reason."""
    return Estimate(metric, None, None, None, level, n, method, reason=reason)
