"""Each expression of the house beside the same thing in plain Python. A new metric is one more `Case`.

Whole numbers and sums of whole numbers must be equal to the last digit. A case with real fractions says in `ulp` how
far an engine may be off, in units in the last place.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.lake.world import DAY_MS, Row

from allears.lake.tables import ASKS, RESPONSES
from allears.understand.metrics import ask_cube, score_cube

Cell = tuple[Any, ...]
Cells = dict[Cell, Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Case:
    """`expression(table, **given)` on the engine, `truth(rows, **given)` here: cells by their keys."""

    name: str
    table: str
    expression: Callable[..., Any]
    truth: Callable[..., Cells]
    keys: tuple[str, ...]
    given: dict[str, Any] = field(default_factory=dict)
    ulp: int = 0


def cells(found: Iterable[Row], keys: tuple[str, ...]) -> Cells:
    """Result rows by their keys; a key that stands twice is an error."""
    result: Cells = {}
    for row in found:
        key = tuple(row[name] for name in keys)
        assert key not in result, f"{key} stands twice"
        result[key] = {name: value for name, value in row.items() if name not in keys}
    return result


CUBE = ("touchpoint", "channel", "segment", "day")


def cube_key(row: Row, offset_minutes: int) -> Cell:
    day = (row["ts_ms"] + offset_minutes * 60_000) // DAY_MS
    return row["touchpoint_key"] or "", row["channel"] or "", row["segment"] or "", day


def scores(facts: list[Row], *, metric: str, offset_minutes: int) -> Cells:
    found: dict[Cell, Counter[str]] = defaultdict(Counter)
    for row in facts:
        score = row["score"]
        if row["metric"] != metric or score is None:
            continue
        top = 5 if row["scale_max"] is None else row["scale_max"]
        found[cube_key(row, offset_minutes)].update(
            n=1,
            promoters=score >= 9,
            detractors=score <= 6,
            satisfied=score >= top - 1,
            total=score,
            total_squares=score * score,
        )
    return dict(found)


def asks(facts: list[Row], *, metric: str, offset_minutes: int) -> Cells:
    found: dict[Cell, Counter[str]] = defaultdict(Counter)
    for row in facts:
        if row["family"] != metric:
            continue
        completed = row["completed"]
        started = completed or row["started"]
        opened = started or row["opened"]
        found[cube_key(row, offset_minutes)].update(
            invited=1, delivered=opened or row["delivered"], opened=opened, started=started, completed=completed
        )
    return dict(found)


CASES = [
    *(
        Case(
            name=f"score_cube-{metric}",
            table=RESPONSES.name,
            expression=score_cube,
            truth=scores,
            keys=CUBE,
            given={"metric": metric, "offset_minutes": offset},
        )
        for metric, offset in (("nps", 480), ("csat", 0), ("ces", -330))
    ),
    Case(
        name="ask_cube-nps",
        table=ASKS.name,
        expression=ask_cube,
        truth=asks,
        keys=CUBE,
        given={"metric": "nps", "offset_minutes": 480},
    ),
]
