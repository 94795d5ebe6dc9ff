"""What goes wrong with a cluster is named, with the way out, and the next question finds it well again."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from tests.lake.builders import rows
from tests.support.processes import free_port
from tests.support.spark import SparkCluster

from allears.lake import store
from allears.lake.engine import DuckDBLimits, EngineUnavailableError, Slice, connect
from allears.lake.engine_spark import (
    ClusterAwayError,
    ClusterRefusedError,
    LakeOutOfReachError,
    SparkEngine,
    examine,
    location,
)
from allears.lake.tables import EVENTS, RESPONSES

LIMITS = DuckDBLimits(temp_directory="unused")
CLUSTERS = ["sail", pytest.param("spark", marks=pytest.mark.spark)]


@pytest.fixture(scope="module", params=CLUSTERS)
def url(request: pytest.FixtureRequest) -> str:
    if request.param == "sail":
        return str(request.getfixturevalue("sail_url"))
    return str(request.getfixturevalue("spark_cluster").url)


def answers(*scores: int) -> Slice:
    return Slice(RESPONSES, "/nowhere", (), rows(RESPONSES, *({"score": each} for each in scores)))


def total(engine: SparkEngine, data: Slice) -> int:
    with engine.session() as session:
        table = session.table(data)
        return int(session.run(table.agg(total=table.score.sum()))["total"][0].as_py())


@pytest.mark.parametrize("wrong", ["sc://", "sc://:15002", "sc://host:port", "sc://host:99999", "sc://host/path"])
def test_an_address_that_is_none_is_named(wrong: str) -> None:
    with pytest.raises(EngineUnavailableError, match="write sc://host:port"):
        connect(wrong, limits=LIMITS)


def test_without_the_extra_the_command_to_install_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql.connect.session", None)
    with pytest.raises(EngineUnavailableError, match=r"pip install 'allears\[spark\]'"):
        connect("sc://127.0.0.1", limits=LIMITS)


def test_a_cluster_that_is_away_is_said_before_grpc_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grpc.insecure_channel", lambda *_, **__: pytest.fail("gRPC was asked, and tries for minutes"))
    engine = SparkEngine(f"sc://127.0.0.1:{free_port()}")
    with pytest.raises(ClusterAwayError, match="ALLEARS_ENGINE=duckdb"), engine.session():
        pass


def test_files_that_the_nodes_cannot_see_are_said_to_be_out_of_reach(url: str, request: pytest.FixtureRequest) -> None:
    gone = Slice(EVENTS, "/mnt/nowhere", ("/mnt/nowhere/events/workspace_id=1/period=2026-01/x.parquet",))
    engine = SparkEngine(url)
    if "sail" in request.node.callspec.id:  # a gap of Sail: it counts a file that is not there as empty
        with engine.session() as session:
            assert session.run(session.table(gone).count().as_table()).to_pydict() == {"CountStar()": [0]}
    else:
        said = pytest.raises(LakeOutOfReachError, match="ALLEARS_LAKE must be a folder that every node sees")
        with said, engine.session() as session:
            session.run(session.table(gone).count().as_table())
    assert total(engine, answers(4, 5)) == 9
    engine.close()


def test_what_the_cluster_refuses_is_told_in_one_line(url: str) -> None:
    engine = SparkEngine(url)
    with pytest.raises(ClusterRefusedError) as refused, engine.session() as session:
        session.run(session.table(answers(1)).score.cast("string").cast("int64").name("n").as_table().limit(-1))
    assert "\n" not in str(refused.value)
    engine.close()


def test_threads_share_the_engine_each_with_a_session_of_its_own(url: str) -> None:
    engine, found = SparkEngine(url), []

    def ask(number: int) -> None:
        for _ in range(3):
            found.append((number, total(engine, answers(number, number))))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == sorted((number, 2 * number) for number in range(4) for _ in range(3))
    engine.close()


def test_doctor_examines_the_cluster_and_the_lake(url: str, tmp_path: Path) -> None:
    assert examine(url, root=str(tmp_path)).endswith("the lake is empty, so reading it was not tried")
    store.append(root=str(tmp_path), spec=EVENTS, table=rows(EVENTS, {}), app_id="t", version=1)
    assert examine(url, root=str(tmp_path)).endswith(f"at {url}, reads the lake")


ASKS_AND_LEAVES = """
import sys
from tests.lake.test_engine_spark import SparkEngine, answers, total
print(total(SparkEngine(sys.argv[1]), answers(3, 4)))
"""


def test_a_process_that_asked_can_end(url: str, tmp_path: Path) -> None:
    """The client's own sessions, left open, hold up Python's end for ever."""
    script = tmp_path / "asks.py"  # the client takes `python -c` for a run of its own doctests
    script.write_text(ASKS_AND_LEAVES)
    env = os.environ | {"PYTHONPATH": os.pathsep.join(["src", "."])}
    done = subprocess.run(
        [sys.executable, str(script), url], env=env, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.stdout, done.returncode) == ("7\n", 0), done.stderr


@pytest.mark.spark
def test_a_server_started_anew_is_found_by_the_next_question(spark_cluster: SparkCluster) -> None:
    other = SparkCluster.beside(spark_cluster)
    try:
        engine = SparkEngine(other.url)
        assert total(engine, answers(1, 2)) == 3
        other.stop_server()
        with pytest.raises(ClusterAwayError):
            total(engine, answers(1, 2))
        other.start_server()
        assert total(engine, answers(1, 2)) == 3
        engine.close()
    finally:
        other.remove()


def test_more_file_lists_than_are_kept_still_read_right(sail_url: str, tmp_path: Path) -> None:
    engine = SparkEngine(sail_url)
    for number in range(40):
        table = rows(RESPONSES, {"score": number, "response_id": number})
        version = store.append(root=str(tmp_path), spec=RESPONSES, table=table, app_id="t", version=number + 1)
        files = store.files_at(root=str(tmp_path), spec=RESPONSES, version=version, workspace_id=1)
        assert total(engine, Slice(RESPONSES, str(tmp_path), files)) == sum(range(number + 1))
    engine.close()


def test_addresses_are_given_as_hadoop_names_them() -> None:
    given = ["/data/lake", "s3://bucket/lake", "s3a://bucket/lake", "hdfs://name/lake"]
    named = ["file:///data/lake", "s3a://bucket/lake", "s3a://bucket/lake", "hdfs://name/lake"]
    assert [location(each) for each in given] == named
