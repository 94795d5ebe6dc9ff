"""What is asked of scores, and the portable expressions that count it.

An expression turns a lake table into a cube: sufficient statistics by touchpoint, channel, segment and day. Cubes
add, so every cut, filter and trend is a sum over one of them, and `science` finishes the sum.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final, Literal, get_args

from allears.science.scores import Metric

if TYPE_CHECKING:
    import ibis.expr.types as ir

Dimension = Literal["touchpoint", "channel", "segment", "week"]
DIMENSIONS: Final[tuple[Dimension, ...]] = get_args(Dimension)
KEYS: Final = ("touchpoint", "channel", "segment", "day")
SCORE_SUMS: Final = ("n", "promoters", "detractors", "satisfied", "total", "total_squares")
ASK_SUMS: Final = ("invited", "delivered", "opened", "started", "completed")
DAY_MS: Final = 86_400_000


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
    offset_minutes: int = 0  # of the workspace's clock from UTC


def score_cube(responses: ir.Table, *, metric: Metric, offset_minutes: int) -> ir.Table:
    """Counts and sums of one metric's answers. NPS counts 9–10 and 0–6; satisfied are the top two boxes."""
    import ibis

    answers = responses.filter(responses.metric == metric, responses.score.notnull())
    score = answers.score.cast("int64")

    def count(condition: ir.BooleanValue) -> ir.IntegerScalar:
        return ibis.ifelse(condition, 1, 0).sum().cast("int64")

    return answers.group_by(_keys(answers, offset_minutes)).agg(
        n=answers.count().cast("int64"),
        promoters=count(score >= 9),
        detractors=count(score <= 6),
        satisfied=count(score >= answers.scale_max.fill_null(5) - 1),
        total=score.sum().cast("float64"),
        total_squares=(score * score).sum().cast("float64"),
    )


def ask_cube(asks: ir.Table, *, metric: Metric, offset_minutes: int) -> ir.Table:
    """How far the asks for one metric got; who reached a stage has passed those before it, seen or not."""
    import ibis

    made = asks.filter(asks.family == metric)
    completed = made.completed
    started = completed | made.started
    opened = started | made.opened
    delivered = opened | made.delivered

    def count(condition: ir.BooleanValue) -> ir.IntegerScalar:
        return ibis.ifelse(condition, 1, 0).sum().cast("int64")

    return made.group_by(_keys(made, offset_minutes)).agg(
        invited=made.count().cast("int64"),
        delivered=count(delivered),
        opened=count(opened),
        started=count(started),
        completed=count(completed),
    )


def _keys(table: ir.Table, offset_minutes: int) -> dict[str, ir.Value]:
    return {
        "touchpoint": table.touchpoint_key.fill_null(""),
        "channel": table.channel.fill_null(""),
        "segment": table.segment.fill_null(""),
        "day": ((table.ts_ms + offset_minutes * 60_000) // DAY_MS).cast("int64"),
    }
