"""The lake read by engines that know nothing of All Ears: the log is parsed here, the rows by plain libraries."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.dataset
import pytest
from tests.lake.world import World, build
from tests.support.spark import SparkCluster

from allears.lake import store
from allears.lake.tables import ASKS, EVENTS, RESPONSES


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lake")


@pytest.fixture(scope="module")
def world(lake: Path) -> World:
    return build(lake)


def files(table: Path) -> list[str]:
    """The table's files as the Delta protocol says: added and not removed, in the order of the log."""
    held: dict[str, None] = {}
    for log in sorted((table / "_delta_log").glob("*.json")):
        for line in log.read_text().splitlines():
            action = json.loads(line)
            if "add" in action:
                held[action["add"]["path"]] = None
            if "remove" in action:
                held.pop(action["remove"]["path"], None)
    return [f"{table}/{path}" for path in held]


COUNT = "count(*), count(DISTINCT {key}), count(customer_key), sum(ts_ms), min(day), max(day)"


def wanted(rows: list[dict[str, Any]], key: str) -> tuple[Any, ...]:
    days = sorted(row["day"] for row in rows)
    known = sum(row["customer_key"] is not None for row in rows)
    return len(rows), len({row[key] for row in rows}), known, sum(row["ts_ms"] for row in rows), days[0], days[-1]


def ours(lake: Path, table: str, key: str) -> tuple[Any, ...]:
    """The same by plain Arrow over the same files, every version and workspace 1 only."""
    found = pyarrow.dataset.dataset(files(lake / table), partitioning="hive", partition_base_dir=str(lake / table))
    rows = found.to_table().to_pylist()
    return wanted([row for row in rows if int(row["workspace_id"]) == 1], key)


TABLES = [(EVENTS.name, EVENTS.key), (RESPONSES.name, RESPONSES.key), (ASKS.name, ASKS.key)]


@pytest.mark.parametrize(("table", "key"), TABLES)
def test_plain_duckdb_reads_the_files_of_the_log(lake: Path, world: World, table: str, key: str) -> None:
    query = f"SELECT {COUNT.format(key=key)} FROM read_parquet({files(lake / table)}, hive_partitioning = true)"
    assert duckdb.sql(f"{query} WHERE workspace_id = 1").fetchone() == ours(lake, table, key)
    assert ours(lake, table, key)[0] == told(world, table)


@pytest.mark.spark
@pytest.mark.parametrize(("table", "key"), TABLES)
def test_plain_spark_reads_the_files_of_the_log(
    lake: Path, world: World, spark_cluster: SparkCluster, table: str, key: str
) -> None:
    """Spark's own reader; its Delta reader is a jar that neither the cluster nor these tests have."""
    from pyspark.sql.connect.session import SparkSession

    session = SparkSession(connection=spark_cluster.url)
    session.conf.set("spark.sql.session.timeZone", "UTC")
    session.read.option("basePath", str(lake / table)).parquet(*files(lake / table)).createOrReplaceTempView("t")
    found = session.sql(f"SELECT {COUNT.format(key=key)} FROM t WHERE workspace_id = 1").collect()[0]
    session.stop()
    assert tuple(found) == ours(lake, table, key)
    assert found[0] == told(world, table)


def told(world: World, table: str) -> int:
    """Rows that were flushed and are in the log: the old file was laid beside it by hand."""
    data = world.slices[table]
    logged = store.files_at(root=data.root, spec=data.spec, version=_newest(data), workspace_id=1)
    return sum(pyarrow.parquet.ParquetFile(file).metadata.num_rows for file in logged)


def _newest(data: Any) -> int:
    version = store.newest_version(root=data.root, spec=data.spec)
    assert version is not None
    return version
