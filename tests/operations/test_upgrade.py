"""A database of an earlier version comes up to this one, or stays exactly as it was."""

import contextlib
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.operations.installation import Installation
from tests.support.postgres import PostgresServer

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def made() -> dict[str, Installation]:
    """The earlier database of each backend, built once; tests work on copies."""
    return {}


@pytest.fixture(params=["sqlite", "postgres"])
def old(request: pytest.FixtureRequest, tmp_path: Path, made: dict[str, Installation]) -> Installation:
    backend = request.param
    if backend not in made:
        made[backend] = _built(backend, request)
    copy = Installation(data=tmp_path / "data")
    shutil.copytree(made[backend].data, copy.data)
    if backend == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        copy.url = server.create_database(f"upgrade_{abs(hash(str(tmp_path)))}", template="upgrade_from")
    return copy


def _built(backend: str, request: pytest.FixtureRequest) -> Installation:
    data = request.getfixturevalue("tmp_path_factory").mktemp(f"earlier-{backend}") / "data"
    (data / "static").mkdir(parents=True)
    found = Installation(data=data)
    if backend == "postgres":
        found.url = request.getfixturevalue("postgres_server").create_database("upgrade_from")
    found.inside("old")
    return found


def refused_for_others(old: Installation) -> psycopg.Connection[Any]:
    """Nodes on other machines are seen, and who keeps a table to himself is not waited for without end.

    This folder knows nothing of them; the server does. Returns one that is still there.
    """
    before = old.inside("outline")
    node = psycopg.connect(old.url, application_name="allears worker node-b:7", autocommit=True)
    with psycopg.connect(old.url, autocommit=True) as stranger:  # has no name, and is no node
        lease = "INSERT INTO jobs_workerlease (name, owner, until, fence) VALUES ('consumer', %s, %s, 1)"
        stranger.execute(lease, ["node-c:8:x", datetime.now(UTC) + timedelta(hours=1)])  # its version gave no names
        said = old.run("upgrade", fails=True).stderr
        stranger.execute("DELETE FROM jobs_workerlease")
    assert "worker node-b:7 (127.0.0.1), worker node-c:8. Nothing was changed." in said
    assert "allears upgrade --despite-others" in said
    node.close()
    with psycopg.connect(old.url, application_name="psql") as holding:  # a stranger is no reason not to begin
        holding.execute("LOCK TABLE customers_customer IN ACCESS SHARE MODE")
        said = old.inside("upgrade_waiting", "1")["refused"]
    assert "another program keeps tables to itself (psql (127.0.0.1), pid " in said
    assert old.inside("outline") == before
    return psycopg.connect(old.url, application_name="allears web node-b:8", autocommit=True)


def test_an_earlier_database_is_upgraded_after_a_back_up_of_it(old: Installation, tmp_path: Path) -> None:
    with refused_for_others(old) if old.url else contextlib.nullcontext():
        told = json.loads(old.run("upgrade", "--json", *(["--despite-others"] if old.url else [])).stdout)
    assert "operations.0001_initial" in told["applied"]
    after = old.inside("look")
    assert after["signs_in"]
    assert after["tables"]["customers.Customer"][0] == 1
    assert json.loads(old.run("upgrade", "--json").stdout) == {"applied": [], "archive": ""}
    again = Installation(data=tmp_path / "again")
    again.run("restore", told["archive"])  # the archive of the earlier version, into this one
    restored = again.inside("look")
    assert restored["signs_in"]
    assert restored["tables"]["customers.Customer"] == after["tables"]["customers.Customer"]


def test_an_upgrade_that_fails_leaves_everything_as_it_was(old: Installation) -> None:
    old.inside("obstruct")
    before = old.inside("outline")
    said = old.run("upgrade", fails=True).stderr
    assert "The database is as it was before" in said
    assert "The back-up of just now stays at" in said
    assert old.inside("outline") == before


@pytest.mark.parametrize("old", ["sqlite"], indirect=True)
def test_an_upgrade_that_is_killed_is_finished_by_the_next_and_leaves_no_copy_of_the_rows(old: Installation) -> None:
    """The file of before holds everybody; an erasure of years later would not look for it."""
    with pytest.raises(AssertionError):
        old.inside("upgrade_and_die")
    told = json.loads(old.run("upgrade", "--json").stdout)
    assert told["applied"] == []  # all was done but the look
    after = old.inside("look")
    assert (after["signs_in"], after["tables"]["customers.Customer"][0]) == (True, 1)
    backups = old.data / "backups"
    assert [path.name for path in backups.iterdir() if path.name.startswith(".")] == []
