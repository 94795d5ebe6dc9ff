"""Writers of SQLite take turns."""

import os
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.db import OperationalError
from django.db.backends.sqlite3.base import DatabaseWrapper as Plain

from allears.store.sqlite import base
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


def test_whoever_waits_is_in_at_the_first_look_after_the_turn_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It looks every half millisecond, where SQLite's own handler would sleep up to a hundred."""
    busy, waiting = connect(tmp_path / "turns.sqlite3"), connect(tmp_path / "turns.sqlite3")
    begin(busy)
    naps: list[float] = []

    def nap(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 3:
            end(busy)

    monkeypatch.setattr(base.time, "sleep", nap)
    begin(waiting)
    assert naps == [base.LOOK_SECONDS] * 3
    with pytest.raises(OperationalError, match="another writer keeps its turn"):
        begin(connect(tmp_path / "turns.sqlite3", timeout=0.0))
    end(waiting)
    for each in (busy, waiting):
        each.close()


def test_a_new_file_that_somebody_writes_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """WAL mode is switched on alone; beside a writer SQLite says "locked" at once, whatever its timeout."""
    path = tmp_path / "new.sqlite3"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("CREATE TABLE t (n)")
    other.execute("BEGIN IMMEDIATE")
    naps: list[float] = []

    def nap(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 3:
            other.execute("COMMIT")

    monkeypatch.setattr(base.time, "sleep", nap)
    mine = connect(path)
    begin(mine)
    end(mine)
    assert naps == [base.LOOK_SECONDS] * 3
    mine.close()
    other.execute("PRAGMA journal_mode=DELETE")
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"):
        begin(connect(path, timeout=0.0))
    other.close()


def test_two_transactions_never_overlap(tmp_path: Path) -> None:
    """Begin and end of each turn, noted inside it, alternate whoever's they are."""
    path = tmp_path / "turns.sqlite3"
    noted: list[tuple[str, int]] = []

    def work(number: int) -> None:
        mine = connect(path)
        for _ in range(10):
            begin(mine)
            noted.append(("begin", number))
            time.sleep(0)
            noted.append(("end", number))
            end(mine)
        mine.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(noted) == 80
    turns = list(zip(noted[::2], noted[1::2], strict=True))
    assert all(one == ("begin", who) and two == ("end", who) for one, two in turns for who in (one[1],))
    assert {number: sum(one[1] == number for one, _ in turns) for number in range(4)} == dict.fromkeys(range(4), 10)


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
