"""One query on one engine in a process of its own: `python -m bench._peers ENGINE QUERY LAKE ROWS [MEMORY] [URL]`.

Prints one line of JSON: seconds (best of the repeats), processor seconds, peak memory, and a checksum of the answer
that must be the same on every engine. Reading the files is part of every figure.
"""

import json
import re
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

DAY_MS = 86_400_000
LIMIT = 17 << 30  # of address space, for peers that hold everything in memory
QUERIES = {
    "scores by cut": "responses",
    "NPS by week": "responses",
    "transitions": "events",
    "customers by event": "events",
}
CUT = ["day", "metric", "touchpoint", "channel", "segment"]


def files(lake: str, query: str) -> list[str]:
    return sorted(str(path) for path in Path(lake, QUERIES[query]).glob("workspace_id=*/*/*.parquet"))


# Ours: the product's own expressions on its engine


def expressions() -> dict[str, Callable[[Any], Any]]:
    import ibis

    from allears.kit.clocks import Clock
    from allears.lake.rollups import count, score_sums, transition_counts

    def by_week(answers: Any) -> Any:
        asked = answers.filter(answers.metric == "nps", answers.score.notnull())
        week = (asked.ts_ms // (7 * DAY_MS)).cast("int64")
        return asked.group_by(week=week).agg(
            n=asked.count().cast("int64"), promoters=count(asked.score >= 9), detractors=count(asked.score <= 6)
        )

    return {
        "scores by cut": lambda table: score_sums(table, Clock()),
        "NPS by week": by_week,
        "transitions": lambda table: transition_counts(table, Clock()),
        "customers by event": lambda table: table.group_by("event").agg(n=ibis._.customer_key.nunique()),
    }


def ours(query: str, lake: str, url: str, memory: str) -> Callable[[], Any]:
    from allears.lake.engine import DuckDBLimits, Slice, connect
    from allears.lake.tables import TABLES

    engine = connect(url, limits=DuckDBLimits(temp_directory=f"{lake}/spill", memory_limit=memory))
    data = Slice(TABLES[QUERIES[query]], lake, tuple(files(lake, query)))
    expression = expressions()[query]

    def ask() -> Any:
        with engine.session() as session:
            return session.run(expression(session.table(data)))

    return ask


# Peers: the same told by hand, as a specialist of each would

SQL = {
    "scores by cut": f"""
        SELECT ts_ms // {DAY_MS} AS day, metric, coalesce(touchpoint_key, '') AS touchpoint,
               coalesce(channel, '') AS channel, coalesce(segment, '') AS segment, count(*) AS n,
               count(*) FILTER (score >= 9) AS promoters, count(*) FILTER (score <= 6) AS detractors,
               count(*) FILTER (score >= coalesce(scale_max, 5) - 1) AS satisfied, sum(score) AS total,
               sum(score * score) AS total_squares
        FROM read_parquet({{files}}) WHERE score IS NOT NULL GROUP BY ALL""",
    "NPS by week": f"""
        SELECT ts_ms // {7 * DAY_MS} AS week, count(*) AS n, count(*) FILTER (score >= 9) AS promoters,
               count(*) FILTER (score <= 6) AS detractors
        FROM read_parquet({{files}}) WHERE metric = 'nps' AND score IS NOT NULL GROUP BY ALL""",
    "transitions": f"""
        WITH told AS (
            SELECT customer_key, event, ts_ms // {DAY_MS} AS day, ts_ms, event_id FROM read_parquet({{files}})
            WHERE customer_key IS NOT NULL AND event IS NOT NULL)
        SELECT day, event, next_event, count(*) AS n FROM (
            SELECT day, event, coalesce(lead(event) OVER (PARTITION BY customer_key, day ORDER BY ts_ms, event_id), '')
                AS next_event FROM told) GROUP BY ALL""",
    "customers by event": "SELECT event, count(DISTINCT customer_key) AS n FROM read_parquet({files}) GROUP BY ALL",
}


def duckdb_by_hand(query: str, lake: str, memory: str) -> Callable[[], Any]:
    import duckdb

    connection = duckdb.connect(config={"memory_limit": memory, "temp_directory": f"{lake}/spill"})
    connection.execute("SET preserve_insertion_order = false")
    statement = SQL[query].format(files=files(lake, query))
    return lambda: connection.sql(statement).to_arrow_table()


def polars(query: str, lake: str, memory: str) -> Callable[[], Any]:
    import polars as pl

    table = pl.scan_parquet(files(lake, query), hive_partitioning=False)
    day, score = (pl.col("ts_ms") // DAY_MS).alias("day"), pl.col("score").cast(pl.Int64)
    if query == "scores by cut":
        cut = [pl.col(name).fill_null("") for name in ("touchpoint_key", "channel", "segment")]
        sums = {
            "n": pl.len(),
            "promoters": (score >= 9).sum(),
            "detractors": (score <= 6).sum(),
            "satisfied": (score >= pl.col("scale_max").fill_null(5) - 1).sum(),
            "total": score.sum(),
            "total_squares": (score * score).sum(),
        }
        plan = table.filter(pl.col("score").is_not_null()).group_by(day, "metric", *cut).agg(**sums)
    elif query == "NPS by week":
        asked = table.filter(pl.col("metric") == "nps", pl.col("score").is_not_null())
        plan = asked.group_by(pl.col("ts_ms") // (7 * DAY_MS)).agg(
            n=pl.len(), promoters=(score >= 9).sum(), detractors=(score <= 6).sum()
        )
    elif query == "transitions":
        told = table.filter(pl.col("customer_key").is_not_null(), pl.col("event").is_not_null())
        told = told.select("customer_key", "event", day, "ts_ms", "event_id").sort("customer_key", "ts_ms", "event_id")
        last = (pl.col("customer_key") != pl.col("customer_key").shift(-1)) | (pl.col("day") != pl.col("day").shift(-1))
        following = pl.when(last.fill_null(True)).then(pl.lit("")).otherwise(pl.col("event").shift(-1))
        plan = told.with_columns(next_event=following).group_by("day", "event", "next_event").agg(n=pl.len())
    else:
        plan = table.group_by("event").agg(n=pl.col("customer_key").n_unique())
    return lambda: plan.collect(engine="streaming").to_arrow()


def pandas(query: str, lake: str, memory: str) -> Callable[[], Any]:
    import pandas as pd

    def read(*columns: str) -> Any:
        return pd.concat(
            [pd.read_parquet(file, columns=list(columns), partitioning=None) for file in files(lake, query)],
            ignore_index=True,
        )

    def sums(rows: Any, keys: list[Any]) -> Any:
        score = rows.score.astype("int64")
        rows = rows.assign(n=1, promoters=score >= 9, detractors=score <= 6)
        return rows.groupby(keys, dropna=False)[["n", "promoters", "detractors"]].sum().reset_index()

    def scores_by_cut() -> Any:
        rows = read("ts_ms", "metric", "touchpoint_key", "channel", "segment", "score", "scale_max").dropna(
            subset=["score"]
        )
        score = rows.score.astype("int64")
        rows["day"] = rows.pop("ts_ms") // DAY_MS
        for name in ("touchpoint_key", "channel", "segment"):
            rows[name] = rows[name].fillna("")
        rows = rows.assign(
            n=1, promoters=score >= 9, detractors=score <= 6, satisfied=score >= rows.scale_max.fillna(5) - 1,
            total=score, total_squares=score * score,
        )  # fmt: skip
        keys = ["day", "metric", "touchpoint_key", "channel", "segment"]
        return rows.drop(columns=["score", "scale_max"]).groupby(keys).sum().reset_index()

    def by_week() -> Any:
        rows = read("ts_ms", "metric", "score")
        rows = rows[(rows.metric == "nps") & rows.score.notna()]
        return sums(rows, [rows.ts_ms // (7 * DAY_MS)])

    def transitions() -> Any:
        rows = read("customer_key", "event", "ts_ms", "event_id").dropna(subset=["customer_key", "event"])
        rows = rows.sort_values(["customer_key", "ts_ms", "event_id"], ignore_index=True)
        rows["day"] = rows.ts_ms // DAY_MS
        after = rows.groupby(["customer_key", "day"], sort=False).event.shift(-1).fillna("")
        return rows.groupby([rows.day, rows.event, after.rename("next_event")]).size().reset_index(name="n")

    def customers_by_event() -> Any:
        return read("event", "customer_key").groupby("event").customer_key.nunique().reset_index(name="n")

    return {
        "scores by cut": scores_by_cut,
        "NPS by week": by_week,
        "transitions": transitions,
        "customers by event": customers_by_event,
    }[query]


PEERS = {"duckdb by hand": duckdb_by_hand, "polars": polars, "pandas": pandas}


def checksum(answer: Any) -> list[int]:
    """Cells, and the sums of every column of sums."""
    names = answer.columns if not hasattr(answer, "column_names") else answer.column_names
    sums = [name for name in ("n", "promoters", "detractors", "satisfied", "total", "total_squares") if name in names]
    listed = [answer[name] for name in sums]
    return [len(answer), *(int(each.sum() if hasattr(each, "sum") else sum(each.to_pylist())) for each in listed)]


def main() -> None:
    engine, query, lake, repeats, memory, *more = sys.argv[1:]
    if engine in ("polars", "pandas"):
        resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT))
    ask = ours(query, lake, (more or ["duckdb"])[0], memory) if engine == "ours" else PEERS[engine](query, lake, memory)
    best, cpu, answer = float("inf"), 0.0, None
    for _ in range(int(repeats)):
        answer = None
        wall, used = time.perf_counter(), time.process_time()
        answer = ask()
        wall, used = time.perf_counter() - wall, time.process_time() - used
        best, cpu = min((best, cpu), (wall, used))
    peak = int(re.findall(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[0]) * 1024  # not its parent's
    print(json.dumps({"seconds": best, "cpu": cpu, "peak": peak, "sum": checksum(answer)}))


if __name__ == "__main__":
    main()
