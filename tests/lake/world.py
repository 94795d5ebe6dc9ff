"""A generated workspace in a real lake, and what is true of it in plain Python: the oracle of every engine.

It holds empty values, Chinese and quotes, customers erased since the flush, rows in several versions, hot rows that
replace flushed ones, a second workspace, several months, and a file written before some columns existed.
"""

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from tests.lake.builders import START_MS, rows

from allears.lake import store
from allears.lake.engine import Slice
from allears.lake.tables import ANNOTATIONS, ASKS, CASES, DECISIONS, EVENTS, MOVEMENTS, RESPONSES, VOICES, TableSpec

DAY_MS = 86_400_000
YOUNG = ("scale_max", "segment", "counted")  # columns of responses that the oldest file lacks
CUSTOMERS = [None, *(f"c{i:03d}" for i in range(60)), "客户'一", "Zoë \\ Ωmega", "c,;\n x"]
GONE = ("c003", "客户'一", "c041")
TOUCHPOINTS = [None, "delivery", "门店", "call's end"]
CHANNELS = [None, "email", "wechat", ""]
SEGMENTS = [None, "gold", "银卡"]
STEPS = ["order_placed", "order_delivered", "退货", "support_called"]

Row = dict[str, Any]


@dataclass(frozen=True)
class World:
    """Slices as a snapshot gives them, and the rows that a reader must see, newest versions only."""

    slices: dict[str, Slice]
    facts: dict[str, list[Row]]


def build(root: Path) -> World:
    dice = random.Random(20260115)
    makers = (_events, _responses, _asks, _decisions, _voices, _cases, _movements, _annotations)
    parts = [make(dice, root) for make in makers]
    return World({data.spec.name: data for data, _ in parts}, {data.spec.name: facts for data, facts in parts})


def _events(dice: random.Random, root: Path) -> tuple[Slice, list[Row]]:
    made = [
        {"event_id": i, "customer_key": dice.choice(CUSTOMERS), "event": dice.choice([*STEPS, None]),
         "kind": dice.choice(["track", "track", "page", "identify"]), "ts_ms": _moment(dice)}
        for i in range(1200)
    ]  # fmt: skip
    return _told(root, EVENTS, flushed=[made[:700], made[700:1150]], hot=made[1150:])


def _responses(dice: random.Random, root: Path) -> tuple[Slice, list[Row]]:
    made = [_answer(dice, i) for i in range(1500)]
    changed = [_answer(dice, i) | {"ts_ms": made[i]["ts_ms"]} for i in (5, 600, 601, 1200)]
    old = [row | {"response_id": 5000 + i} | dict.fromkeys(YOUNG) for i, row in enumerate(made[:40])]
    data, facts = _told(root, RESPONSES, flushed=[made[:800], made[800:1450]], hot=[*made[1450:], *changed])
    path = _old_file(root, old)
    return _with_file(data, path), [*facts, *_read_back(RESPONSES, old)]


def _answer(dice: random.Random, key: int) -> Row:
    metric = dice.choice(["nps", "nps", "csat", "ces"])
    top = {"nps": 10, "csat": dice.choice([5, 7, None]), "ces": 7}[metric]
    score = dice.choice([None, *range(0 if metric == "nps" else 1, (top or 5) + 1)])
    return {
        "response_id": key, "customer_key": dice.choice(CUSTOMERS), "metric": metric, "score": score, "scale_max": top,
        "voice_id": 2**53 + 2 * key + 1, "touchpoint_key": dice.choice(TOUCHPOINTS), "channel": dice.choice(CHANNELS),
        "segment": dice.choice(SEGMENTS), "ts_ms": _moment(dice), "completed": dice.choice([True, False, None]),
        "counted": dice.choice([True, True, True, False, None]),
    }  # fmt: skip


def _asks(dice: random.Random, root: Path) -> tuple[Slice, list[Row]]:
    first = [_ask(dice, i, version=1) for i in range(600)]
    later = [
        _ask(dice, i, version=dice.choice([2, 3])) | {"ts_ms": first[i]["ts_ms"]} for i in dice.sample(range(600), 250)
    ]
    hot = [_ask(dice, i, version=9) | {"ts_ms": first[i]["ts_ms"]} for i in range(0, 600, 40)]
    return _told(root, ASKS, flushed=[first, later], hot=[*hot, _ask(dice, 900, version=9)])


def _ask(dice: random.Random, key: int, *, version: int) -> Row:
    stages = {name: dice.random() < share for name, share in (("delivered", 0.9), ("opened", 0.6), ("started", 0.4))}
    said = _moment(dice)
    times = {
        name: said + dice.randrange(1, 10**9)
        for name in ("sent_ms", "opened_ms", "completed_ms")
        if dice.random() < 0.7
    }
    return {
        "ask_id": key, "customer_key": dice.choice(CUSTOMERS), "family": dice.choice(["nps", "csat", None]),
        "touchpoint_key": dice.choice(TOUCHPOINTS), "channel": dice.choice(CHANNELS), "version": version,
        "segment": dice.choice(SEGMENTS), "ts_ms": said, "completed": dice.random() < 0.3, **stages, **times,
    }  # fmt: skip


def _decisions(dice: random.Random, root: Path) -> tuple[Slice, list[Row]]:
    made = [
        {"decision_id": i, "customer_key": dice.choice(CUSTOMERS), "verdict": dice.choice(["sent", "held", "never"]),
         "rule": dice.choice([None, "fatigue", "consent"]), "touchpoint_key": dice.choice(TOUCHPOINTS),
         "ts_ms": _moment(dice), "version": 1}
        for i in range(300)
    ]  # fmt: skip
    settled = [row | {"settled": True, "version": 2} for row in made[::7]]
    return _told(root, DECISIONS, flushed=[made, settled], hot=[])


def _voices(dice: random.Random, root: Path) -> tuple[Slice, list[Row]]:
    made = [
        {"voice_id": i, "customer_key": dice.choice(CUSTOMERS), "language": dice.choice(["zh", "en", None]),
         "public": dice.random() < 0.2, "has_text": dice.random() < 0.8, "ts_ms": _moment(dice), "version": 1}
        for i in range(200)
    ]  # fmt: skip
    read = [row | {"sentiment": dice.choice(["positive", "negative"]), "version": 2} for row in made[:150]]
    return _told(root, VOICES, flushed=[made, read], hot=[read[3] | {"sentiment": None, "version": 5}])


def _cases(dice: random.Random, root: Path) -> tuple[Slice, list[Row]]:
    made = [
        {"case_id": i, "customer_key": dice.choice(CUSTOMERS), "voice_id": i, "state": "open", "priority": "normal",
         "touchpoint_key": dice.choice(TOUCHPOINTS), "ts_ms": _moment(dice), "version": 1}
        for i in range(250)
    ]  # fmt: skip
    closed = [
        row | {"state": "closed", "version": 2, "first_reply_ms": row["ts_ms"] + dice.choice([0, 1, 60_000, 7_777_777]),
               "closed_ms": row["ts_ms"] + dice.randrange(10**9)}
        for row in made[:160]
    ]  # fmt: skip
    return _told(root, CASES, flushed=[made, closed[:120]], hot=closed[120:])


def _movements(dice: random.Random, root: Path) -> tuple[Slice, list[Row]]:
    made = [
        {"movement_id": i, "customer_key": dice.choice(CUSTOMERS), "kind": dice.choice(["segment", "points"]),
         "from_state": dice.choice(SEGMENTS), "to_state": dice.choice(SEGMENTS), "ts_ms": _moment(dice),
         "amount": dice.choice([None, -5, 2**40])}
        for i in range(200)
    ]  # fmt: skip
    return _told(root, MOVEMENTS, flushed=[made[:190]], hot=made[190:])


def _annotations(dice: random.Random, root: Path) -> tuple[Slice, list[Row]]:
    made = [
        {"label_id": i, "voice_id": i // 3, "customer_key": dice.choice(CUSTOMERS), "model": "built-in 1",
         "annotator": dice.choice(["text", "own:路由", None]), "task": dice.choice(["sentiment", "topic"]),
         "value": dice.choice(["negative", "delivery", "物流"]), "polarity": dice.choice([None, -1, 0, 1]),
         "confidence": dice.randrange(1001), "replaced": False, "ts_ms": _moment(dice), "annotated_ms": _moment(dice),
         "version": 1}
        for i in range(300)
    ]  # fmt: skip
    later = [row | {"replaced": True, "replaced_ms": row["ts_ms"] + 1, "version": 2} for row in made[::5]]
    return _told(root, ANNOTATIONS, flushed=[made[:280], later], hot=made[280:])


def _moment(dice: random.Random) -> int:
    return START_MS + dice.randrange(100 * DAY_MS)


def _told(root: Path, spec: TableSpec, *, flushed: list[list[Row]], hot: list[Row]) -> tuple[Slice, list[Row]]:
    """Flushed in turns, with another workspace's rows between; and what is then true."""
    for turn, part in enumerate(flushed, 1):
        stranger = [row | {"workspace_id": 2} for row in part[:50]]
        version = store.append(root=str(root), spec=spec, table=rows(spec, *part, *stranger), app_id="t", version=turn)
    files = store.files_at(root=str(root), spec=spec, version=version, workspace_id=1)
    everything = _read_back(spec, [row for part in [*flushed, hot] for row in part])
    newest: dict[int, Row] = {}
    for row in everything:  # later parts replace earlier ones, unless they carry a lower version
        held = newest.get(row[spec.key])
        if held is None or not spec.versioned or row["version"] >= held["version"]:
            newest[row[spec.key]] = row
    return Slice(spec, str(root), files, rows(spec, *hot), GONE), list(newest.values())


def _read_back(spec: TableSpec, made: list[Row]) -> list[Row]:
    """The rows with every column, and without what would name the erased."""
    found = rows(spec, *made).to_pylist()
    for row in found:
        if row["customer_key"] in GONE:
            row |= dict.fromkeys(spec.personal)
    return found


def _old_file(root: Path, made: list[Row]) -> str:
    path = root / RESPONSES.name / "workspace_id=1" / "period=2026-01" / "old.parquet"
    pq.write_table(rows(RESPONSES, *made).drop_columns([*YOUNG, "workspace_id"]), path)
    return str(path)


def _with_file(data: Slice, path: str) -> Slice:
    return Slice(data.spec, data.root, (*data.files, path), data.hot, data.erased)
