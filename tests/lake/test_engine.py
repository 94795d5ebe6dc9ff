"""One expression over files and hot rows gives what the rows say, whichever side they are on."""

import threading
from pathlib import Path

import ibis
import pyarrow as pa
import pytest
from tests.lake.builders import START_MS, rows

from allears.lake import store
from allears.lake.engine import DuckDBEngine, DuckDBLimits, EngineUnavailableError, Slice, connect
from allears.lake.sql import QueryRefusedError, run_sql
from allears.lake.tables import ASKS, RESPONSES, TABLES


@pytest.fixture(scope="module")
def limits(tmp_path_factory) -> DuckDBLimits:
    return DuckDBLimits(temp_directory=str(tmp_path_factory.mktemp("duckdb")), memory_limit="256MB", threads=2)


@pytest.fixture(scope="module")
def engine(limits):
    engine = connect("duckdb", limits=limits)
    yield engine
    engine.close()


def cold(root: Path, table: pa.Table | None, spec=RESPONSES, *, workspace_id: int = 1, **more) -> Slice:
    version = None
    if table is not None:
        version = store.append(root=str(root), spec=spec, table=table, app_id="t", version=more.pop("at", 1))
    files = store.files_at(root=str(root), spec=spec, version=version, workspace_id=workspace_id)
    return Slice(spec, str(root), files, **more)


def read(engine: DuckDBEngine, data: Slice) -> pa.Table:
    with engine.session() as session:
        return session.run(session.table(data)).sort_by(data.spec.key)


@pytest.mark.parametrize("spec", TABLES.values(), ids=TABLES)
def test_cold_and_hot_rows_come_back_exactly_with_the_contracts_types(engine, tmp_path, spec):
    everything = rows(spec, {}, {"customer_key": "客户'1"}, {"touchpoint_key": "store"}, {"channel": "wechat"})
    for split in (0, 1, 4):
        root = tmp_path / str(split)
        flushed = everything.slice(0, split) if split else None
        found = read(engine, cold(root, flushed, spec, hot=everything.slice(split)))
        assert found.to_pylist() == everything.to_pylist()
        assert found.schema.types == spec.arrow_schema().types


def test_nothing_yet_is_an_empty_table_of_the_right_shape(engine, tmp_path):
    found = read(engine, cold(tmp_path, None))
    assert (found.num_rows, found.column_names) == (0, list(RESPONSES.names))


def test_the_newest_version_of_a_row_wins_wherever_it_lies(engine, tmp_path):
    first = rows(ASKS, {"version": 1, "channel": "sms"}, {"version": 1}, {"version": 1})
    store.append(root=str(tmp_path), spec=ASKS, table=first, app_id="t", version=1)
    second = rows(ASKS, {"version": 5, "delivered": True})
    hot = rows(ASKS, {"version": 4}, {"version": 7, "opened": True})
    found = read(engine, cold(tmp_path, second, ASKS, at=2, hot=hot))
    facts = [(r["ask_id"], r["version"], r["delivered"], r["opened"], r["channel"]) for r in found.to_pylist()]
    assert facts == [
        (0, 5, True, False, None),
        (1, 7, False, True, None),
        (2, 1, False, False, None),
    ]


def test_rows_of_erased_customers_are_nobodys_at_once(engine, tmp_path):
    table = rows(RESPONSES, {"customer_key": "gone"}, {"customer_key": "stays"}, {"customer_key": None})
    found = read(engine, cold(tmp_path, table, erased=["gone"]))
    assert sorted(zip(found["response_id"].to_pylist(), found["customer_key"].to_pylist(), strict=True)) == [
        (0, None),
        (1, "stays"),
        (2, None),
    ]


def test_files_written_before_a_column_existed_read_as_empty(engine, tmp_path):
    path = tmp_path / "workspace_id=1" / "period=2026-01" / "old.parquet"
    path.parent.mkdir(parents=True)
    old = rows(RESPONSES, {"score": 9}).drop_columns(["scale_max", "workspace_id"])
    pa.parquet.write_table(old, path)
    found = read(engine, Slice(RESPONSES, str(tmp_path), (str(path),)))
    assert found.select(["workspace_id", "score", "scale_max"]).to_pylist() == [
        {"workspace_id": 1, "score": 9, "scale_max": None}
    ]


def test_threads_share_the_engine_each_with_its_own_cursor(engine, tmp_path):
    data = cold(tmp_path, rows(RESPONSES, *({"score": i % 11} for i in range(500))))
    hot = rows(RESPONSES, {"response_id": 99, "score": 10})
    sums: list[int] = []

    def ask() -> None:
        for _ in range(5):
            with engine.session() as session:
                table = session.table(Slice(RESPONSES, data.root, data.files, hot))
                sums.append(session.run(table.agg(total=table.score.sum()))["total"][0].as_py())

    workers = [threading.Thread(target=ask) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sums == [sum(i % 11 for i in range(500)) + 10] * 20


def test_days_are_utc_whatever_the_machine(engine, tmp_path, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    data = cold(tmp_path, rows(RESPONSES, {"ts_ms": START_MS}))
    with engine.session() as session:
        table = session.table(data)
        text = session.run(table.select(hour=table.ts.hour()))["hour"].to_pylist()
    assert text == [8]


def test_an_unknown_engine_is_named(limits):
    with pytest.raises(EngineUnavailableError, match="ALLEARS_ENGINE='presto'"):
        connect("presto", limits=limits)


def both_workspaces(root: Path) -> list[Slice]:
    table = rows(RESPONSES, {"score": 9}, {"score": 3}, {"score": 1, "workspace_id": 2})
    asks = rows(ASKS, {"version": 1}, {"ask_id": 0, "version": 2, "opened": True})
    return [cold(root, table, hot=rows(RESPONSES, {"response_id": 99, "score": 5})), cold(root, asks, ASKS)]


def test_sql_sees_one_workspace_hot_and_cold_and_newest_versions(limits, tmp_path):
    slices = both_workspaces(tmp_path)
    query = "SELECT count(*) AS n, sum(score) AS s, count(DISTINCT workspace_id) AS w FROM responses"
    assert run_sql(query=query, slices=slices, limits=limits).to_pylist() == [{"n": 3, "s": 17, "w": 1}]
    query = "SELECT ask_id, opened FROM asks"
    assert run_sql(query=query, slices=slices, limits=limits).to_pylist() == [{"ask_id": 0, "opened": True}]
    assert run_sql(query="SELECT * FROM responses", slices=slices, limits=limits, limit=2).num_rows == 2


@pytest.mark.parametrize(
    "query",
    [
        "DROP VIEW responses",
        "SELECT 1; SELECT 2",
        "COPY (SELECT 1) TO '/tmp/allears-leak.csv'",
        "ATTACH '/tmp/allears-leak.db'",
        "SET threads = 1",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM nowhere",
        "SELEC",
        "",
    ],
)
def test_sql_refuses_what_is_not_one_read_inside_the_workspace(limits, tmp_path, query):
    with pytest.raises(QueryRefusedError):
        run_sql(query=query, slices=both_workspaces(tmp_path), limits=limits)
    assert not Path("/tmp/allears-leak.csv").exists()


def test_sql_cannot_open_another_workspaces_file(limits, tmp_path):
    slices = both_workspaces(tmp_path)
    (other,) = store.files_at(root=str(tmp_path), spec=RESPONSES, version=1, workspace_id=2)
    with pytest.raises(QueryRefusedError, match="Permission"):
        run_sql(query=f"SELECT * FROM read_parquet('{other}')", slices=slices, limits=limits)


def test_argmax_and_union_stay_expressions_any_engine_can_compile(engine, tmp_path):
    """The portable form: no DuckDB-only syntax is needed to say "newest version"."""
    from allears.lake.engine import latest

    table = ibis.table({c.name: "string" if c.type == "string" else "int64" for c in ASKS.columns}, name="asks")
    assert "MAX_BY" in ibis.to_sql(latest(table, ASKS), dialect="pyspark").upper()


def test_a_hot_row_hides_its_older_self_in_the_files(engine, tmp_path):
    flushed = rows(RESPONSES, {"score": 3}, {"score": 9})
    found = read(engine, cold(tmp_path, flushed, hot=rows(RESPONSES, {"score": 5})))
    assert [(r["response_id"], r["score"]) for r in found.to_pylist()] == [(0, 5), (1, 9)]
