"""Each expression of the house beside the same thing in plain Python. A new roll-up is one more entry in `TRUTHS`.

Whole numbers and sums of whole numbers must be equal to the last digit; no expression of today has fractions.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from tests.lake.world import Row

Cell = tuple[Any, ...]
Cells = dict[Cell, dict[str, int]]
Found = Iterator[tuple[Cell, dict[str, int]]]


def by_keys(found: Iterable[Row], keys: tuple[str, ...]) -> Cells:
    """Result rows by their keys; a key that stands twice is an error."""
    result: Cells = {}
    for row in found:
        key = tuple(row[name] for name in keys)
        assert key not in result, f"{key} stands twice"
        result[key] = {name: value for name, value in row.items() if name not in keys}
    return result


def truth(rollup: str, facts: list[Row], zone: str) -> Cells:
    """What the roll-up must hold for these rows, by (day, its keys)."""
    found: dict[Cell, Counter[str]] = defaultdict(Counter)
    for key, sums in TRUTHS[rollup](facts, ZoneInfo(zone)):
        found[key].update(sums)
    return {key: dict(sums) for key, sums in found.items()}


def local_day(row: Row, zone: ZoneInfo) -> int:
    moment = datetime.fromtimestamp(row["ts_ms"] / 1000, UTC).astimezone(zone)
    return (moment.date() - date(1970, 1, 1)).days


def cut(row: Row) -> Cell:
    return row["touchpoint_key"] or "", row["channel"] or "", row["segment"] or ""


def scores(facts: list[Row], zone: ZoneInfo) -> Found:
    for row in facts:
        score, top = row["score"], 5 if row["scale_max"] is None else row["scale_max"]
        if score is not None and row["counted"] is not False:
            sums = {"n": 1, "promoters": score >= 9, "detractors": score <= 6, "satisfied": score >= top - 1}
            key = (local_day(row, zone), row["metric"], row["family"] or "", *cut(row))
            yield key, sums | {"total": score, "total_squares": score * score}


def asks(facts: list[Row], zone: ZoneInfo) -> Found:
    for row in facts:
        completed = row["completed"]
        started = completed or row["started"]
        opened = started or row["opened"]
        stages = {"delivered": opened or row["delivered"], "opened": opened, "started": started, "completed": completed}
        yield (local_day(row, zone), row["family"] or "", *cut(row)), {"invited": 1} | stages


def events(facts: list[Row], zone: ZoneInfo) -> Found:
    for row in facts:
        yield (local_day(row, zone), row["event"] or "", row["kind"]), {"n": 1}


def transitions(facts: list[Row], zone: ZoneInfo) -> Found:
    walks: dict[Cell, list[Row]] = defaultdict(list)
    for row in facts:
        if row["customer_key"] is not None and row["event"] is not None:
            walks[row["customer_key"], local_day(row, zone)].append(row)
    for (_, day), walk in walks.items():
        ordered = [row["event"] for row in sorted(walk, key=lambda row: (row["ts_ms"], row["event_id"]))]
        for one, after in pairwise([*ordered, ""]):
            yield (day, one, after), {"n": 1}


def lengths(facts: list[Row], zone: ZoneInfo, ends: dict[str, str]) -> Found:
    for row in facts:
        for kind, end in ends.items():
            if row[end] is not None:
                length = row[end] - row["ts_ms"]
                bucket = math.floor(math.log(max(length, 1)) / math.log(1.02))
                yield (local_day(row, zone), kind, row["touchpoint_key"] or "", bucket), {"n": 1, "total_ms": length}


def case_lengths(facts: list[Row], zone: ZoneInfo) -> Found:
    return lengths(facts, zone, {"first_reply": "first_reply_ms", "resolution": "closed_ms"})


def ask_lengths(facts: list[Row], zone: ZoneInfo) -> Found:
    return lengths(facts, zone, {"delivery": "sent_ms", "opening": "opened_ms", "answer": "completed_ms"})


TRUTHS: dict[str, Callable[[list[Row], ZoneInfo], Found]] = {
    "scores_daily": scores,
    "asks_daily": asks,
    "events_daily": events,
    "transitions_daily": transitions,
    "case_durations_daily": case_lengths,
    "ask_durations_daily": ask_lengths,
}
