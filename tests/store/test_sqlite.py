"""Writers of SQLite take turns."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.db import OperationalError
from django.db.backends.sqlite3.base import DatabaseWrapper as Plain

from allears.store.sqlite.base import DatabaseWrapper

pytestmark = pytest.mark.django_db(transaction=True)  # connections of our own are opened


def connect(path: Path, *, timeout: float = 20) -> DatabaseWrapper:
    options = {
        "transaction_mode": "IMMEDIATE",
        "timeout": timeout,
        "init_command": "PRAGMA journal_mode=WAL",
    }
    settings = {"ENGINE": "allears.store.sqlite", "NAME": path, "OPTIONS": options, "TIME_ZONE": None}
    rest = {"CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False, "AUTOCOMMIT": True, "ATOMIC_REQUESTS": False}
    return DatabaseWrapper({**settings, **rest}, alias="turns")


def begin(connection: Plain) -> None:
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)


def end(connection: Plain) -> None:
    connection.commit()
    connection.set_autocommit(True)


def test_a_busy_writer_lets_the_others_in_between_its_transactions(tmp_path: Path) -> None:
    """One writer works all the time but for a moment; another gets in each time it wants to, and soon."""
    path, stop, waits = tmp_path / "turns.sqlite3", threading.Event(), []
    first = connect(path)
    with first.cursor() as cursor:
        cursor.execute("CREATE TABLE t (n)")
    first.close()

    def busy() -> None:
        mine = connect(path)
        while not stop.is_set():
            begin(mine)
            time.sleep(0.02)
            end(mine)
            time.sleep(0.003)
        mine.close()

    thread = threading.Thread(target=busy)
    thread.start()
    other = connect(path)
    for number in range(10):
        began = time.monotonic()
        begin(other)
        waits.append(time.monotonic() - began)
        with other.cursor() as cursor:
            cursor.execute("INSERT INTO t VALUES (%s)", [number])
        end(other)
    stop.set()
    thread.join()
    with other.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM t")
        assert cursor.fetchone() == (10,)
    other.close()
    assert len(waits) == 10


def test_a_turn_not_given_within_the_timeout_is_an_error_and_is_free_afterwards(tmp_path: Path) -> None:
    one, two = connect(tmp_path / "turns.sqlite3"), connect(tmp_path / "turns.sqlite3", timeout=0.05)
    begin(one)
    with pytest.raises(OperationalError, match="locked"):
        begin(two)
    one.rollback()
    one.set_autocommit(True)
    begin(two)
    end(two)
    begin(one)
    one.close()  # closing inside a transaction gives the turn back as well
    begin(two)
    end(two)
    two.close()


def test_the_turn_of_a_killed_process_is_free(tmp_path: Path) -> None:
    path = tmp_path / "turns.sqlite3"
    code = (
        "import sys, time; from pathlib import Path; from tests.store.test_sqlite import begin, connect;"
        f"c = connect(Path({str(path)!r})); begin(c); print('mine', flush=True); time.sleep(60)"
    )
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "allears.settings"}
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment)
    assert process.stdout is not None
    assert process.stdout.readline() == b"mine\n"
    mine = connect(path, timeout=0.05)
    with pytest.raises(OperationalError):
        begin(mine)
    process.kill()
    process.wait()
    begin(mine)
    end(mine)
    mine.close()
