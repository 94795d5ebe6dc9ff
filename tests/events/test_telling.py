"""The door on PostgreSQL wakes other nodes: at once when nobody listens beside it, else a few times a second less."""

import threading
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from allears.events.intake import log as logs
from allears.events.intake.log import Body, PostgresLog
from allears.events.intake.writer import Writer
from allears.jobs.bell import Bell
from allears.store.postgres import connect

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
BODY = Body(workspace_id=1, kind="track", received_us=0, data=b"{}")


@pytest.fixture
def heard() -> Iterator[Any]:
    """How often PostgreSQL told since it was asked last: it tells in the order of commits, and our word ends it."""
    with connect(autocommit=True) as listener, connect(autocommit=True) as other:
        listener.execute("LISTEN allears")

        def count() -> int:
            other.execute("SELECT pg_notify('allears', 'that is all')")
            told = (each.payload for each in listener.notifies(timeout=120))
            return len(list(takewhile(lambda payload: payload != "that is all", told)))

        yield count


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PostgresLog]:
    monkeypatch.setattr(logs, "TELL_SECONDS", 60.0)
    with override_settings(RUN_DIR=tmp_path):
        made = PostgresLog()
        yield made
        made.close()
    with connect(autocommit=True) as connection:
        connection.execute("DELETE FROM events_intakerow")


def test_without_a_worker_beside_it_each_commit_is_told(log: PostgresLog, heard: Any) -> None:
    for _ in range(3):
        log.append([BODY, BODY])
        assert (log.owes, heard()) == (False, 1)


def test_beside_a_worker_the_first_is_told_and_the_rest_together(log: PostgresLog, heard: Any) -> None:
    with Bell("intake"):
        for _ in range(3):
            log.append([BODY])
        assert (log.owes, heard()) == (True, 1)
        log.tell()
        assert (log.owes, heard()) == (False, 1)
    log.append([BODY])
    assert (log.owes, heard()) == (False, 1)


def test_the_writer_tells_what_is_owed_once_nothing_more_comes(
    log: PostgresLog, heard: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = Writer(lambda: log, max_waiting=10)
    with Bell("intake"):
        log.append([BODY])
        log.append([BODY])
        assert (log.owes, heard()) == (True, 1)
        monkeypatch.setattr("allears.events.intake.writer.TELL_SECONDS", 0.01)
        tell, told = log.tell, threading.Event()

        def tell_and_say_so() -> None:
            tell()
            told.set()

        monkeypatch.setattr(log, "tell", tell_and_say_so)
        writer.start()
        assert told.wait(120)
        writer.stop()
        assert heard() == 1
    assert not log.owes
