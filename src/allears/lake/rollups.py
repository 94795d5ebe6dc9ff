"""Roll-ups: additive statistics by the workspace's own day, kept on disk, and the expressions that make them.

Each is a Delta table of its own and one portable expression of its source table. What the expression gives for a set of
whole days is what the table holds for these days; sums of cells are sums over rows, so cuts, weeks and partitions come
free. An NPS is never averaged: `science` finishes the sums.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from allears.kit.clocks import DAY_MS, Clock
from allears.lake.tables import ASKS, CASES, EVENTS, RESPONSES, Column, TableSpec

if TYPE_CHECKING:
    import ibis.expr.types as ir

GAMMA: Final = 1.02
"""Growth of the histogram's buckets: a percentile read from them is within one per cent of the true one."""


def local_day(table: ir.Table, clock: Clock) -> ir.IntegerValue:
    """Days since 1970-01-01 by the workspace's clock."""
    import ibis

    offset: ir.IntegerValue = ibis.literal(clock.offset_ms, "int64")
    for since_ms, later in clock.changes:
        offset = ibis.ifelse(table.ts_ms >= since_ms, ibis.literal(later, "int64"), offset)
    return ((table.ts_ms + offset) // DAY_MS).cast("int64")


def count(condition: ir.BooleanValue) -> ir.IntegerScalar:
    """How many rows hold."""
    import ibis

    return ibis.ifelse(condition, 1, 0).sum().cast("int64")


def _cut(table: ir.Table) -> dict[str, ir.Value]:
    return {
        "touchpoint": table.touchpoint_key.fill_null(""),
        "channel": table.channel.fill_null(""),
        "segment": table.segment.fill_null(""),
    }


def score_sums(responses: ir.Table, clock: Clock) -> ir.Table:
    """Counts and sums of answers that count. NPS counts 9–10 and 0–6; satisfied are the top two boxes."""
    answers = responses.filter(responses.score.notnull(), responses.counted.fill_null(True))
    score = answers.score.cast("int64")
    keys = {"day": local_day(answers, clock), "metric": answers.metric, "family": answers.family.fill_null("")}
    return answers.group_by(keys | _cut(answers)).agg(
        n=answers.count().cast("int64"),
        promoters=count(score >= 9),
        detractors=count(score <= 6),
        satisfied=count(score >= answers.scale_max.fill_null(5) - 1),
        total=score.sum().cast("int64"),
        total_squares=(score * score).sum().cast("int64"),
    )


def ask_sums(asks: ir.Table, clock: Clock) -> ir.Table:
    """How far asks got; who reached a stage has passed those before it, seen or not."""
    completed = asks.completed
    started = completed | asks.started
    opened = started | asks.opened
    delivered = opened | asks.delivered
    keys = {"day": local_day(asks, clock), "family": asks.family.fill_null("")}
    return asks.group_by(keys | _cut(asks)).agg(
        invited=asks.count().cast("int64"),
        delivered=count(delivered),
        opened=count(opened),
        started=count(started),
        completed=count(completed),
    )


def event_counts(events: ir.Table, clock: Clock) -> ir.Table:
    """How often each event happened."""
    keys = {"day": local_day(events, clock), "event": events.event.fill_null(""), "kind": events.kind}
    return events.group_by(keys).agg(n=events.count().cast("int64"))


def transition_counts(events: ir.Table, clock: Clock) -> ir.Table:
    """How often one event was the next after another of the same customer on the same day."""
    import ibis

    named = events.filter(events.customer_key.notnull(), events.event.notnull())
    told = named.select("customer_key", "event", "ts_ms", "event_id", day=local_day(named, clock))
    order = ibis.window(group_by=["customer_key", "day"], order_by=["ts_ms", "event_id"])
    steps = told.mutate(next_event=told.event.lead().over(order).fill_null(""))
    return steps.group_by("day", "event", "next_event").agg(n=steps.count().cast("int64"))


def case_durations(cases: ir.Table, clock: Clock) -> ir.Table:
    """Time to the first reply and to closing, by the day the case was opened."""
    return _durations(
        cases, clock, {"first_reply": cases.first_reply_ms - cases.ts_ms, "resolution": cases.closed_ms - cases.ts_ms}
    )


def ask_durations(asks: ir.Table, clock: Clock) -> ir.Table:
    """Time from an ask to its sending, opening and answer, by the day it was made."""
    return _durations(
        asks,
        clock,
        {
            "delivery": asks.sent_ms - asks.ts_ms,
            "opening": asks.opened_ms - asks.ts_ms,
            "answer": asks.completed_ms - asks.ts_ms,
        },
    )


def _durations(table: ir.Table, clock: Clock, lengths: dict[str, ir.IntegerValue]) -> ir.Table:
    import ibis

    parts = []
    for kind, length in lengths.items():
        cut = {"day": local_day(table, clock), "touchpoint": table.touchpoint_key.fill_null(""), "length": length}
        known = table.select(kind=ibis.literal(kind), **cut).filter(ibis._.length.notnull())
        parts.append(known)
    whole = ibis.union(*parts)
    least = ibis.ifelse(whole.length < 1, 1, whole.length).cast("float64")
    bucket = (least.ln() / math.log(GAMMA)).floor().cast("int64")
    return whole.group_by(["day", "kind", "touchpoint", bucket.name("bucket")]).agg(
        n=whole.count().cast("int64"), total_ms=whole.length.sum().cast("int64")
    )


@dataclass(frozen=True, kw_only=True)
class Rollup:
    """One roll-up: ``expression(source rows, clock)`` gives ``day`` (a number), the keys and the sums.

    ``by_row`` says that each row adds to one cell whatever stands beside it, so that a row can be taken out again.
    ``contract`` rises when the meaning of a cell changes; tables built by an older one are built anew.
    """

    name: str
    doc: str
    source: TableSpec
    expression: Callable[[ir.Table, Clock], ir.Table]
    keys: tuple[Column, ...]
    sums: tuple[Column, ...]
    by_row: bool = True
    contract: int = 1

    @property
    def key_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.keys)

    @property
    def sum_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.sums)

    @cached_property
    def spec(self) -> TableSpec:
        """Its table on disk, where the day is written out."""
        return TableSpec(
            name=self.name,
            doc=self.doc,
            key="day",
            columns=(_WORKSPACE, _DAY, *self.keys, *self.sums),
            sort_by=("day", *self.key_names),
        )


_WORKSPACE = Column("workspace_id", "int64", "The workspace.", nullable=False)
_DAY = Column("day", "string", "Day by the workspace's own clock, as 2026-11-21.", nullable=False)


def _text(name: str, doc: str) -> Column:
    return Column(name, "string", doc, nullable=False)


def _sum(name: str, doc: str) -> Column:
    return Column(name, "int64", doc, nullable=False)


_CUT = (
    _text("touchpoint", "Key of the touchpoint; empty when unknown."),
    _text("channel", "Channel; empty when unknown."),
    _text("segment", "Segment; empty when unknown."),
)
_FAMILY = _text("family", "Family of the survey.")
_NUMBER = _sum("n", "How many.")

SCORES: Final = Rollup(
    name="scores_daily",
    doc="Answers that count by day, score, survey family, touchpoint, channel and segment.",
    source=RESPONSES,
    expression=score_sums,
    keys=(_text("metric", "`nps`, `csat` or `ces`."), _FAMILY, *_CUT),
    sums=(
        _sum("n", "Answers."),
        _sum("promoters", "Answers of 9 and 10."),
        _sum("detractors", "Answers of 0 to 6."),
        _sum("satisfied", "Answers in the top two boxes of the scale."),
        _sum("total", "Sum of the scores."),
        _sum("total_squares", "Sum of the squared scores."),
    ),
    contract=2,
)
ASK_FUNNEL: Final = Rollup(
    name="asks_daily",
    doc="Asks and how far they got, by the day they were made, survey family, touchpoint, channel and segment.",
    source=ASKS,
    expression=ask_sums,
    keys=(_FAMILY, *_CUT),
    sums=(
        _sum("invited", "Asks made."),
        _sum("delivered", "Handed over and not refused, or got further."),
        _sum("opened", "Seen to be opened, or got further."),
        _sum("started", "A first question answered, or got further."),
        _sum("completed", "The last question answered."),
    ),
)
EVENT_COUNTS: Final = Rollup(
    name="events_daily",
    doc="Events by day and name.",
    source=EVENTS,
    expression=event_counts,
    keys=(_text("event", "Name of the event; empty for `identify`."), _text("kind", "Kind of call.")),
    sums=(_NUMBER,),
)
TRANSITIONS: Final = Rollup(
    name="transitions_daily",
    doc="Which event came next after which, of the same customer on the same day.",
    source=EVENTS,
    expression=transition_counts,
    keys=(_text("event", "Name of the event."), _text("next_event", "The next; empty: none that day.")),
    sums=(_NUMBER,),
    by_row=False,
)
_HISTOGRAM = (
    _text("kind", "What is measured."),
    _text("touchpoint", "Key of the touchpoint; empty when unknown."),
    Column("bucket", "int64", "Whole part of ln(milliseconds) / ln(1.02).", nullable=False),
)
_LENGTHS = (_NUMBER, _sum("total_ms", "Sum of the lengths in milliseconds."))
CASE_DURATIONS: Final = Rollup(
    name="case_durations_daily",
    doc="Histogram of `first_reply` and `resolution` times, by the day the case was opened.",
    source=CASES,
    expression=case_durations,
    keys=_HISTOGRAM,
    sums=_LENGTHS,
)
ASK_DURATIONS: Final = Rollup(
    name="ask_durations_daily",
    doc="Histogram of `delivery`, `opening` and `answer` times of asks, by the day they were made.",
    source=ASKS,
    expression=ask_durations,
    keys=_HISTOGRAM,
    sums=_LENGTHS,
)

ROLLUPS: Final = {
    each.name: each for each in (SCORES, ASK_FUNNEL, EVENT_COUNTS, TRANSITIONS, CASE_DURATIONS, ASK_DURATIONS)
}


def rollups_of(table: str) -> tuple[Rollup, ...]:
    """The roll-ups made from a table."""
    return tuple(each for each in ROLLUPS.values() if each.source.name == table)


def sources_rolled() -> Iterator[str]:
    """Tables that have roll-ups."""
    yield from dict.fromkeys(each.source.name for each in ROLLUPS.values())


def rollups_markdown() -> Iterator[str]:
    """The reference of the roll-ups that docs/lake.md carries."""
    for each in ROLLUPS.values():
        yield from (f"### `{each.name}`", "", f"{each.doc} From `{each.source.name}`; contract {each.contract}.", "")
        yield from ("| column | type | is |", "|---|---|---|")
        yield from (f"| `{column.name}` | {column.type} | {column.doc} |" for column in each.spec.columns)
        yield ""
