"""Dashboards over 1 million answers: every built-in cut, warm and cold, beside DuckDB SQL written by hand.

The answers are written straight into a lake in a temporary folder, as a bulk import does. "asked before" is what a
person waits for who opens a chart whose cube is kept; "never asked" reads the files anew, as the first question after
a restart does; the hand-written SQL computes the same counts for one cut, without intervals.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa

ROWS = int(os.environ.get("BENCH_ROWS", "1000000"))
REPEATS = 20
CUTS = [("touchpoint",), ("channel",), ("segment",), ("week",), ("touchpoint", "channel")]
SQL = """
SELECT coalesce(touchpoint_key, '') AS touchpoint, count(*) AS n, count(*) FILTER (score >= 9) AS promoters,
       count(*) FILTER (score <= 6) AS detractors
FROM read_parquet({files}, hive_partitioning = true, hive_types_autocast = false)
WHERE metric = 'nps' AND score IS NOT NULL GROUP BY ALL
"""


def answers(rows: int) -> pa.Table:
    """A year of answers of one workspace, 12 touchpoints × 5 channels × 4 segments, three metrics."""
    from allears.lake.tables import RESPONSES

    dice = np.random.default_rng(1)
    start = int(datetime(2025, 11, 1, tzinfo=UTC).timestamp() * 1000)
    ts_ms = start + np.sort(dice.integers(0, 365 * 86_400_000, rows))
    moments = pa.array(ts_ms * 1000, pa.int64()).cast(pa.timestamp("us", "UTC"))
    pick = lambda names: pa.array(np.array(names)[dice.integers(0, len(names), rows)])  # noqa: E731 – short and local
    columns = {
        "workspace_id": pa.array(np.ones(rows, np.int64)),
        "response_id": pa.array(np.arange(rows)),
        "customer_key": pa.array(np.char.mod("c%07d", dice.integers(0, rows // 3, rows))),
        "metric": pick(["nps", "nps", "csat", "ces"]),
        "score": pa.array(dice.integers(0, 11, rows).astype(np.int32)),
        "scale_max": pa.array(np.full(rows, 10, np.int32)),
        "touchpoint_key": pick([f"touchpoint-{i}" for i in range(12)]),
        "channel": pick(["email", "sms", "wechat", "web", "store"]),
        "segment": pick(["gold", "silver", "new", "lapsed"]),
        "ts": moments,
        "ts_ms": pa.array(ts_ms),
        "day": pa.compute.strftime(moments, "%Y-%m-%d"),
    }
    empty = {c.name: pa.nulls(rows) for c in RESPONSES.columns if c.name not in columns}
    return pa.table(columns | empty).select(list(RESPONSES.names)).cast(RESPONSES.arrow_schema())


def timed(ask: Callable[[], object], repeats: int = REPEATS) -> list[float]:
    """Milliseconds of each call."""
    found = []
    for _ in range(repeats):
        began = time.perf_counter()
        ask()
        found.append((time.perf_counter() - began) * 1000)
    return found


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"ALLEARS_DATA": folder, "DJANGO_SETTINGS_MODULE": "allears.settings"}
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        fill_and_measure(Path(folder))


def fill_and_measure(folder: Path) -> None:
    from django.conf import settings
    from django.utils import timezone

    from allears.jobs.models import LakeHead
    from allears.lake import store
    from allears.lake.tables import RESPONSES
    from allears.understand.metrics import Question
    from allears.understand.service import Service

    root = settings.LAKE_ROOT
    began = time.perf_counter()
    version = store.append(root=root, spec=RESPONSES, table=answers(ROWS), app_id="bench", version=1)
    LakeHead.objects.create(table="responses", version=version, moved_at=timezone.now())
    print(f"{ROWS:,} answers written in {time.perf_counter() - began:.1f} s")
    files = store.files_at(root=root, spec=RESPONSES, version=version, workspace_id=1)

    service = Service()
    questions = [Question(workspace_id=1, metric="nps", by=cut) for cut in CUTS]  # type: ignore[arg-type]
    service.report(questions[0])  # load the engine
    cold = timed(lambda: (service.cubes._kept.clear(), service.report(questions[0])), 10)
    warm = [p95(timed(lambda q=question: service.report(q), REPEATS)) for question in questions]
    hand = timed(hand_written(files), 10)
    print(f"asked before, p95 of the worst cut   {max(warm):8.1f} ms   (promise: 300 ms)")
    print(f"never asked, p95                     {p95(cold):8.1f} ms   (promise: 3,000 ms)")
    print(f"hand-written SQL, one cut, p95       {p95(hand):8.1f} ms")


def hand_written(files: tuple[str, ...]) -> Callable[[], object]:
    """The peer: DuckDB alone, told exactly what to count."""
    import duckdb

    connection = duckdb.connect(config={"threads": os.cpu_count() or 1})
    query = SQL.format(files=list(files))
    return lambda: connection.sql(query).fetchall()


if __name__ == "__main__":
    main()
