"""Dashboards over `--rows` answers (1 million): every built-in cut from roll-ups, and one nobody asked before.

The answers are written straight into a lake in a temporary folder, as a bulk import does, and the roll-ups are built
from them. "at rest" is what a person waits for who opens a chart; "under traffic" the same while 100 new answers arrive
before each question, flushed and not yet rolled up; "after a start" is a new process' first question, libraries and
all. "never asked" reads the rows (no roll-up has the language); the hand-written SQL computes one cut's counts, without
intervals.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

from bench._answers import Span, answers, spans

REPEATS = 20
CUTS = [("touchpoint",), ("channel",), ("segment",), ("week",), ("touchpoint", "channel")]
SQL = """
SELECT coalesce(touchpoint_key, '') AS touchpoint, count(*) AS n, count(*) FILTER (score >= 9) AS promoters,
       count(*) FILTER (score <= 6) AS detractors
FROM read_parquet({files}, hive_partitioning = true, hive_types_autocast = false)
WHERE metric = 'nps' AND score IS NOT NULL GROUP BY ALL
"""
NEVER_ASKED = """
SELECT language, touchpoint_key, count(*) AS n, count(*) FILTER (score >= 9) AS promoters,
       count(*) FILTER (score <= 6) AS detractors
FROM responses WHERE metric = 'nps' GROUP BY ALL
"""
FIRST_QUESTION = """
import django; django.setup()
from allears.understand.metrics import Question
from allears.understand.service import Service
question = Question(workspace_id=1, metric="nps", by=("touchpoint",), zone="Asia/Shanghai")
assert Service().report(question).whole.score.n > 0
"""


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
    options = argparse.ArgumentParser(prog="bench dashboard")
    options.add_argument("--rows", type=int, default=int(os.environ.get("BENCH_ROWS", "1000000")))
    rows = options.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"ALLEARS_DATA": folder, "DJANGO_SETTINGS_MODULE": "allears.settings"}
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        fill_and_measure(rows)


def fill_and_measure(rows: int) -> None:
    from django.conf import settings
    from django.utils import timezone

    from allears.accounts.models import Workspace
    from allears.jobs.models import LakeHead
    from allears.lake import store
    from allears.lake.tables import RESPONSES
    from allears.understand import rollups
    from allears.understand.metrics import Question
    from allears.understand.service import Service, SqlQuestion

    root = settings.LAKE_ROOT
    Workspace.objects.create(slug="bench", name="Bench", timezone="Asia/Shanghai")
    began, version = time.perf_counter(), 0
    for number, span in enumerate(spans(rows), start=1):
        version = store.append(root=root, spec=RESPONSES, table=answers(span), app_id="bench", version=number)
        print(f"\r{span.first + span.rows:,} answers written", end="", flush=True)
    LakeHead.objects.create(table="responses", version=version, moved_at=timezone.now())
    print(f" in {time.perf_counter() - began:.1f} s")

    service = Service()
    began = time.perf_counter()
    rollups.maintain(engine=service.engine, owner="bench", now=timezone.now())
    print(f"roll-ups built from the rows in        {time.perf_counter() - began:8.1f} s")

    zone = "Asia/Shanghai"
    questions = [Question(workspace_id=1, metric="nps", by=cut, zone=zone) for cut in CUTS]  # type: ignore[arg-type]
    service.report(questions[0])  # libraries are loaded
    cold = timed(lambda: (service.cubes._kept.clear(), service.report(questions[0])), 10)
    warm = [p95(timed(lambda q=question: service.report(q), REPEATS)) for question in questions]
    busy = timed(lambda: (_answers_come(root), service.report(questions[0])), 10)
    started = timed(lambda: subprocess.run([sys.executable, "-c", FIRST_QUESTION], check=True), 3)
    never = timed(lambda: service.sql(SqlQuestion(workspace_id=1, query=NEVER_ASKED)), 5)
    files = store.files_at(root=root, spec=RESPONSES, version=version, workspace_id=1)
    hand = timed(hand_written(files), 5)
    print(f"at rest, p95 of the worst cut          {max(warm):8.1f} ms   (promise: 300 ms)")
    print(f"nothing kept in memory, p95            {p95(cold):8.1f} ms   (promise: 300 ms)")
    print(f"under traffic, p95 (100 answers each)  {p95(busy):8.1f} ms   (with the writing of the answers)")
    print(f"after a start, a new process, worst    {max(started):8.1f} ms   (libraries and all)")
    print(f"never asked, p95                       {p95(never):8.1f} ms   (promise: 3,000 ms)")
    print(f"hand-written SQL, one cut, p95         {p95(hand):8.1f} ms")


def _answers_come(root: str) -> None:
    """A hundred more at the end of the year, flushed, their day marked as changed."""
    from django.utils import timezone

    from allears.jobs.dirty import days_of, mark_dirty
    from allears.jobs.models import LakeHead
    from allears.lake import store
    from allears.lake.tables import RESPONSES

    head = LakeHead.objects.get(table="responses")
    number = head.flushed + 1
    whole = 10_000_000
    table = answers(Span(whole - 1000 + number * 100, 100, whole + 100_000))
    version = store.append(root=root, spec=RESPONSES, table=table, app_id="bench-traffic", version=number)
    mark_dirty(table="responses", days=days_of(table))
    LakeHead.objects.filter(table="responses").update(version=version, flushed=number, moved_at=timezone.now())


def hand_written(files: tuple[str, ...]) -> Callable[[], object]:
    """The peer: DuckDB alone, told exactly what to count."""
    import duckdb

    connection = duckdb.connect(config={"threads": os.cpu_count() or 1})
    query = SQL.format(files=list(files))
    return lambda: connection.sql(query).fetchall()


if __name__ == "__main__":
    main()
