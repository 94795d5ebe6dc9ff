"""One chart spec for pages, API and exports: what to draw, never how. ``frontend/src/charts.ts`` maps it to ECharts."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal["line", "bar", "hbar", "stacked"]
Unit = Literal["count", "points", "percent", "seconds", "money", "score"]
Tone = Literal["", "good", "fair", "bad", "star"]


@dataclass(frozen=True, kw_only=True)
class Point:
    """One estimate. ``y`` is None where nothing can be said; ``low`` and ``high`` bound it at the chart's level."""

    x: str  # ISO date on a time axis, else the category's name
    y: float | None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    href: str = ""  # the voices behind it


@dataclass(frozen=True, kw_only=True)
class Series:
    name: str
    points: Sequence[Point]
    tone: Tone = ""
    dashed: bool = False


@dataclass(frozen=True, kw_only=True)
class Annotation:
    """A mark on the time axis: a change point found, an action taken, an alarm raised."""

    x: str
    label: str
    kind: Literal["change", "action", "alarm"] = "action"


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Percent values are shares between 0 and 1; ``low_base`` is the n under which a point is hatched."""

    title: str
    series: Sequence[Series]
    kind: Kind = "line"
    unit: Unit = "points"
    axis: Literal["time", "category"] = "time"
    level: float = 0.95
    low_base: int = 30
    minimum: float | None = None
    maximum: float | None = None
    caveat: str = ""
    annotations: Sequence[Annotation] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return asdict(self)

    @property
    def rows(self) -> list[tuple[str, Point]]:
        """The table behind the picture: (series name, point)."""
        return [(series.name, point) for series in self.series for point in series.points]

    @property
    def has_interval(self) -> bool:
        return any(point.low is not None for _, point in self.rows)

    @property
    def has_n(self) -> bool:
        return any(point.n is not None for _, point in self.rows)
