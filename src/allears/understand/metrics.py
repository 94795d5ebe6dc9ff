"""What is asked of scores, and what their cubes hold.

A cube is sufficient statistics by touchpoint, channel, segment and day (the expressions are in `lake.rollups`). Cubes
add, so every cut, filter and trend is a sum over one of them, and `science` finishes the sum.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, get_args

from allears.science.scores import Metric

Dimension = Literal["touchpoint", "channel", "segment", "week"]
DIMENSIONS: Final[tuple[Dimension, ...]] = get_args(Dimension)
KEYS: Final = ("touchpoint", "channel", "segment", "day")
SCORE_SUMS: Final = ("n", "promoters", "detractors", "satisfied", "total", "total_squares")
ASK_SUMS: Final = ("invited", "delivered", "opened", "started", "completed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A score, how to cut it, and which answers count. Days are the workspace's own, both ends included.

    A filter of "" keeps the answers whose touchpoint, channel or segment is not known.
    """

    workspace_id: int
    metric: Metric
    by: tuple[Dimension, ...] = ()
    since: date | None = None
    until: date | None = None
    touchpoint: str | None = None
    channel: str | None = None
    segment: str | None = None
    level: float = 0.95
    zone: str = "UTC"  # the workspace's clock
