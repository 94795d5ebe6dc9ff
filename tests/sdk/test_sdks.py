"""Public SDKs, unmodified, pointed at a running server: everything they send arrives once."""

import shutil
import sqlite3
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.support.processes import wait_until
from tests.support.server import AllEars, ServerFactory

pytestmark = pytest.mark.sdk
NODE = Path(__file__).parent / "node"
COUNT = 250


@pytest.fixture(params=["sqlite", "postgres"])
def server(request: pytest.FixtureRequest, allears_server: ServerFactory) -> AllEars:
    return allears_server(backend=request.param)


def rows(server: AllEars, query: str) -> list[tuple[Any, ...]]:
    if url := server.env.get("DATABASE_URL"):
        with psycopg.connect(url) as connection:
            return connection.execute(query).fetchall()  # type: ignore[arg-type]
    file = sqlite3.connect(server.data / "allears.sqlite3", timeout=20)
    try:
        return file.execute(query).fetchall()
    finally:
        file.close()


def stored(server: AllEars, name: str) -> int:
    return int(rows(server, f"SELECT count(*) FROM events_event WHERE name = '{name}'")[0][0])


def arrived(server: AllEars, name: str, count: int) -> None:
    """All are there, and no more come."""
    wait_until(lambda: stored(server, name) >= count, seconds=30, what=f"{count} of {name}")
    assert stored(server, name) == count
    assert rows(server, "SELECT reason FROM events_quarantinedrow") == []


@pytest.mark.parametrize("gzip", [False, True])
def test_segment_analytics_python(server: AllEars, gzip: bool) -> None:
    from segment.analytics.client import Client

    failures: list[Any] = []
    client = Client(server.write_key, host=server.url, gzip=gzip, on_error=lambda error, _: failures.append(error))
    client.identify("py-user", traits={"email": "py@example.test", "plan": "pro"})
    for at in range(COUNT):
        client.track("py-user", "py_tracked", {"at": at}, message_id=f"py-{at}")
        if at % 5 == 0:
            client.track("py-user", "py_tracked", {"at": at}, message_id=f"py-{at}")
    client.page(anonymous_id="py-visitor", category="Docs", name="Home")
    client.alias("py-visitor", "py-user")
    client.shutdown()
    assert failures == []
    arrived(server, "py_tracked", COUNT)
    wait_until(lambda: rows(server, "SELECT 1 FROM events_event WHERE type = 'alias'"), seconds=10, what="the alias")
    assert rows(server, "SELECT email FROM customers_customer WHERE merged_into_id IS NULL") == [("py@example.test",)]


def test_rudder_sdk_python(server: AllEars) -> None:
    from rudderstack.analytics.client import Client

    failures: list[Any] = []
    client = Client(server.write_key, host=server.url, gzip=True, on_error=lambda error, _: failures.append(error))
    client.identify("rudder-user", {"email": "rudder@example.test"})
    for at in range(COUNT):
        client.track("rudder-user", "rudder_tracked", {"at": at}, message_id=f"rudder-{at}")
        client.track("rudder-user", "rudder_tracked", {"at": at}, message_id=f"rudder-{at}")
    client.join() if client.consumers is None else client.shutdown()
    assert failures == []
    arrived(server, "rudder_tracked", COUNT)
    assert rows(server, "SELECT email FROM customers_customer") == [("rudder@example.test",)]


@pytest.fixture(scope="module")
def node_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The SDK of the lock file, installed beside the tests' temporary files."""
    folder = tmp_path_factory.mktemp("sdk") / "node"
    shutil.copytree(NODE, folder, ignore=shutil.ignore_patterns("node_modules"))
    subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=folder, check=True, capture_output=True, timeout=170)
    return folder


def test_segment_analytics_node(server: AllEars, node_folder: Path) -> None:
    command = ["node", "send.mjs", server.url, server.write_key, str(COUNT)]
    sent = subprocess.run(command, cwd=node_folder, capture_output=True, text=True, timeout=60, check=False)
    assert sent.returncode == 0, sent.stdout + sent.stderr
    arrived(server, "node_tracked", COUNT)
    types = Counter(row[0] for row in rows(server, "SELECT type FROM events_event"))
    assert types == {"track": COUNT, "identify": 1, "page": 1, "group": 1}
