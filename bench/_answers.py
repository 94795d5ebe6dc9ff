"""Answers and events of one workspace, straight into its lake as bulk imports do, a piece at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

START = int(datetime(2025, 11, 1, tzinfo=UTC).timestamp() * 1000)
YEAR_MS = 365 * 86_400_000
PIECE = 500_000
EVENTS = ["order_placed", "order_paid", "order_shipped", "order_delivered", "ticket_opened", "ticket_closed", "seen"]


@dataclass(frozen=True)
class Span:
    """Which rows of how many, in order of time."""

    first: int
    rows: int
    whole: int

    def moments(self, dice: np.random.Generator) -> np.ndarray:
        """Rising moments within this piece's share of the year."""
        low, high = (START + YEAR_MS * n // self.whole for n in (self.first, self.first + self.rows))
        return np.sort(dice.integers(low, high, self.rows))


def spans(rows: int, piece: int = PIECE) -> Iterator[Span]:
    """All rows in pieces."""
    for first in range(0, rows, piece):
        yield Span(first, min(piece, rows - first), rows)


def _common(span: Span, dice: np.random.Generator) -> dict[str, pa.Array]:
    ts_ms = span.moments(dice)
    moments = pa.array(ts_ms * 1000, pa.int64()).cast(pa.timestamp("us", "UTC"))
    customers = dice.integers(0, max(span.whole // 20, 1), span.rows)
    return {
        "workspace_id": pa.array(np.ones(span.rows, np.int64)),
        "customer_key": pc.binary_join_element_wise("c", pa.array(customers).cast(pa.string()), ""),
        "ts": moments,
        "ts_ms": pa.array(ts_ms),
        "day": pc.strftime(moments, "%Y-%m-%d"),
    }


def _pick(names: list[str], rows: int, dice: np.random.Generator) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(dice.integers(0, len(names), rows).astype(np.int32)), names).cast(
        pa.string()
    )


def answers(span: Span) -> pa.Table:
    """12 touchpoints × 5 channels × 4 segments, three metrics, two languages."""
    from allears.lake.tables import RESPONSES

    dice, rows = np.random.default_rng(span.first), span.rows
    columns = _common(span, dice) | {
        "response_id": pa.array(np.arange(span.first, span.first + rows)),
        "metric": _pick(["nps", "nps", "csat", "ces"], rows, dice),
        "score": pa.array(dice.integers(0, 11, rows).astype(np.int32)),
        "scale_max": pa.array(np.full(rows, 10, np.int32)),
        "touchpoint_key": _pick([f"touchpoint-{i}" for i in range(12)], rows, dice),
        "channel": _pick(["email", "sms", "wechat", "web", "store"], rows, dice),
        "segment": _pick(["gold", "silver", "new", "lapsed"], rows, dice),
        "language": _pick(["zh", "en"], rows, dice),
    }
    empty = {c.name: pa.nulls(rows) for c in RESPONSES.columns if c.name not in columns}
    return pa.table(columns | empty).select(list(RESPONSES.names)).cast(RESPONSES.arrow_schema())


def events(span: Span) -> pa.Table:
    """Seven kinds of events of as many customers as there are rows divided by twenty."""
    from allears.lake.tables import EVENTS as SPEC

    dice, rows = np.random.default_rng(span.first), span.rows
    common = _common(span, dice)
    columns = common | {
        "event_id": pa.array(np.arange(span.first, span.first + rows)),
        "event": _pick(EVENTS, rows, dice),
        "kind": _pick(["track"], rows, dice),
        "received_ms": common["ts_ms"],
    }
    return pa.table(columns).select(list(SPEC.names)).cast(SPEC.arrow_schema())
