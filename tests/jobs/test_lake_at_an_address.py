"""The lake on object storage does all that it does in a folder: read, compact, roll up, erase; nothing of it local."""

from datetime import timedelta

import pytest
from pyarrow.fs import FileSelector
from tests.builders import customer
from tests.support.s3 import client, s3_server
from tests.understand.builders import NOON, response

from allears.jobs import erasure, flusher, hot
from allears.lake.engine import DuckDBLimits, connect
from allears.lake.files import reach
from allears.lake.sql import run_sql
from allears.understand import rollups

pytestmark = [pytest.mark.django_db, pytest.mark.server]
LATER = NOON + timedelta(minutes=1)


@pytest.fixture(scope="module")
def address():
    with s3_server() as address:
        client(address).create_dir("company")
        yield address


@pytest.fixture(autouse=True)
def lake(address, settings, monkeypatch):
    settings.LAKE_ROOT = "s3://company/lake"
    given = {"ACCESS_KEY_ID": "k", "SECRET_ACCESS_KEY": "s", "REGION": "us-east-1", "ENDPOINT_URL": address}
    for name, value in (given | {"ALLOW_HTTP": "true"}).items():
        monkeypatch.setenv(f"AWS_{name}", value)


@pytest.fixture(scope="module")
def limits(tmp_path_factory):
    return DuckDBLimits(temp_directory=str(tmp_path_factory.mktemp("spill")), threads=2)


@pytest.fixture(scope="module")
def engine(limits):
    engine = connect("duckdb", limits=limits)
    yield engine
    engine.close()


def holding(address: str, key: str) -> list[str]:
    s3 = client(address)
    files = [each.path for each in s3.get_file_info(FileSelector("company", recursive=True)) if each.is_file]
    return [path for path in files if key.encode() in s3.open_input_stream(path).read()]


def test_answers_are_read_compacted_rolled_up_and_a_customer_is_erased(acme, address, engine, limits):
    gone = customer(workspace=acme)
    for score in range(8):
        response(workspace=acme, score=score, customer=gone if score == 2 else customer(workspace=acme))
        assert flusher.flush_all(owner="me", now=LATER) == 1

    def scores() -> list[int]:
        found = hot.snapshot(tables=["responses"], workspace_id=acme.pk).slices["responses"]
        with engine.session() as session:
            table = session.table(found)
            return sorted(session.run(table.filter(table.workspace_id == acme.pk).select("score"))["score"].to_pylist())

    assert scores() == list(range(8))
    assert flusher.compact_all(owner="me", now=LATER) >= 1
    assert scores() == list(range(8))
    rollups.maintain(engine=engine, owner="me", now=LATER)
    assert [each for each in rollups.check(engine=engine, now=LATER) if each.difference] == []
    assert holding(address, gone.key) != []
    gone.delete()
    done = erasure.erase_from_lake(workspace_id=acme.pk, customer_keys=[gone.key])
    assert done.rows["responses"] == 1
    assert holding(address, gone.key) == []
    assert scores() == list(range(8))
    found = hot.snapshot(tables=["responses"], workspace_id=acme.pk).slices["responses"]
    counted = run_sql(query="SELECT count(*) AS n, sum(score) AS s FROM responses", slices=[found], limits=limits)
    assert counted.to_pylist() == [{"n": 8, "s": 28}]


def test_doctor_is_told_why_an_address_does_not_answer(address, monkeypatch):
    assert reach("s3://company/lake") == ""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert "127.0.0.1:1" in reach("s3://company/lake")
