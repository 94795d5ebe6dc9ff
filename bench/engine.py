"""Raw queries at `--rows` on our engine beside DuckDB SQL by hand, Polars, pandas, and Spark with 1 and 2 workers.

Rows are made once and kept in `--cache`. Each figure is the best of some runs in a process of its own, files read anew
each time (from the system's cache), and every engine must give the same answer. `--spark` needs .venv-spark; Polars is
measured where `--peer-python` (an environment with polars, pandas and pyarrow) has it: pip install polars.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench._answers import answers, events, spans
from bench._peers import PEERS, QUERIES

MAKERS = {"responses": answers, "events": events}


def main() -> None:
    options = argparse.ArgumentParser(prog="bench engine")
    options.add_argument("--rows", default="1e6", help="one or several, with commas: 1e6,1e7,5e7")
    options.add_argument(
        "--cache", default=str(Path(tempfile.gettempdir()) / "allears-bench"), help="kept between runs"
    )
    options.add_argument("--memory", default="4GB", help="what DuckDB may use")
    options.add_argument("--peer-python", default=sys.executable, help="Python with polars, pandas and pyarrow")
    options.add_argument("--spark", action="store_true", help="also a Spark cluster, with one and two workers")
    given = options.parse_args()
    sizes = [int(float(each)) for each in given.rows.split(",")]
    measured: dict[tuple[str, str], dict[int, float]] = {}
    for rows in sizes:
        lake = filled(Path(given.cache), rows)
        found = on_this_machine(lake, rows, given)
        if given.spark:
            found |= on_spark(lake, rows, given)
        show(rows, found)
        for key, figure in found.items():
            measured.setdefault(key, {})[rows] = figure["seconds"]
    if len(sizes) > 1:
        growth(measured)


def filled(cache: Path, rows: int) -> str:
    """The lake of so many answers and as many events; a run cut short is taken up where it stopped."""
    from allears.lake import store
    from allears.lake.tables import TABLES

    lake = str(cache / str(rows))
    print(f"== {rows:,} answers and {rows:,} events in {lake}", flush=True)
    for name, make in MAKERS.items():
        done = store.committed(root=lake, spec=TABLES[name], app_id="bench") or 0
        began = time.perf_counter()
        for number, span in enumerate(spans(rows), start=1):
            if number > done:
                store.append(root=lake, spec=TABLES[name], table=make(span), app_id="bench", version=number)
                print(
                    f"\r   {name}: {span.first + span.rows:,}, {time.perf_counter() - began:.0f} s", end="", flush=True
                )
        files = list(Path(lake, name).glob("*/*/*.parquet"))
        size = sum(file.stat().st_size for file in files)
        print(f"\r   {name}: {len(files)} files, {size / 1e6:,.0f} MB, {size / rows:.1f} bytes a row", flush=True)
    return lake


def measure(python: str, engine: str, query: str, lake: str, repeats: int, *more: str) -> dict[str, Any] | None:
    """One query in a process of its own; None when it could not."""
    command = [python, "-m", "bench._peers", engine, query, lake, str(repeats), *more]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1]
        print(f"   {engine}, {query}: none ({last[:120]})", flush=True)
        return None
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(f"   {engine}, {query}: {found['seconds']:.3f} s", flush=True)
    return found


def on_this_machine(lake: str, rows: int, given: argparse.Namespace) -> dict[tuple[str, str], dict[str, Any]]:
    repeats = 5 if rows <= 2_000_000 else 3 if rows <= 20_000_000 else 2
    found = {}
    for query in QUERIES:
        for engine in ("ours", *PEERS):
            python = given.peer_python if engine in ("polars", "pandas") else sys.executable
            figure = measure(python, engine, query, lake, repeats, given.memory)
            if figure is not None:
                found[engine, query] = figure
    return found


def on_spark(lake: str, rows: int, given: argparse.Namespace) -> dict[tuple[str, str], dict[str, Any]]:
    from tests.support.spark import SparkCluster

    found = {}
    for workers in (1, 2):
        cluster = SparkCluster.started(
            workers=workers, executor_memory="3g", java="-XX:+UseParallelGC", shuffle_partitions="8"
        )
        try:
            for query in QUERIES:
                figure = measure(sys.executable, "ours", query, lake, 3, given.memory, cluster.url)
                if figure is not None:
                    found[f"spark, {workers} worker{'s' * (workers > 1)}", query] = figure
        finally:
            cluster.remove()
    return found


def show(rows: int, found: dict[tuple[str, str], dict[str, Any]]) -> None:
    """Seconds, rows a second, memory, and how many times the hand-written SQL's time."""
    print(f"\n   {rows:,} rows{'':22}{'seconds':>9}{'cpu s':>9}{'M rows/s':>10}{'peak MB':>9}{'× by hand':>11}")
    for query in QUERIES:
        of_query = {engine: figure for (engine, named), figure in found.items() if named == query}
        sums = {json.dumps(figure["sum"]) for figure in of_query.values()}
        assert len(sums) == 1, f"{query}: the engines disagree: { {e: f['sum'] for e, f in of_query.items()} }"
        floor = of_query["duckdb by hand"]["seconds"]
        print(f"   {query}")
        for engine, each in of_query.items():
            print(
                f"     {engine:<26}{each['seconds']:>12.3f}{each['cpu']:>9.2f}{rows / each['seconds'] / 1e6:>10.1f}"
                f"{each['peak'] / 1e6:>9,.0f}{each['seconds'] / floor:>11.2f}"
            )
    scaling = [
        (query, found["spark, 1 worker", query]["seconds"] / found["spark, 2 workers", query]["seconds"])
        for query in QUERIES
        if {("spark, 1 worker", query), ("spark, 2 workers", query)} <= set(found)
    ]
    for query, gain in scaling:
        print(f"   a second Spark worker makes {query} {gain:.2f} times as fast")
    print(flush=True)


def growth(measured: dict[tuple[str, str], dict[int, float]]) -> None:
    """Time grows with rows to the power of …, from the smallest to the largest size."""
    print("   growth: time ~ rows ^ exponent")
    for (engine, query), times in measured.items():
        if len(times) > 1:
            low, high = min(times), max(times)
            exponent = math.log(times[high] / times[low]) / math.log(high / low)
            print(f"     {query:<22}{engine:<20}{exponent:6.2f}")


if __name__ == "__main__":
    main()
