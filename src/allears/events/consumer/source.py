"""Where the consumer takes bodies from, and how it says in its own transaction that they are done."""

import sqlite3
import time
from collections.abc import Collection, Sequence
from datetime import UTC
from pathlib import Path
from typing import Any, Protocol

import psycopg
from django.conf import settings
from django.db import connection

from allears.events.intake.log import Body, intake_path, log_id, open_file
from allears.events.models import IntakeCursor
from allears.jobs.bell import ring_local
from allears.store import plain
from allears.store.postgres import connect

CHECKPOINT_SECONDS = 0.25  # while there is work


class Source(Protocol):
    """The reading end of the intake log."""

    def ahead(self, *, rows: int, size: int) -> Sequence[Body]:
        """Before the transaction: the next bodies, up to so many rows and about ``size`` bytes."""

    def beyond(self, *, rows: int, size: int) -> Sequence[Body]:
        """While the last given ones are being applied: the bodies behind them. None where that is of no use."""

    def go_on(self) -> None:
        """After ``settle``: what ``beyond`` gave is now what is being applied."""

    def taking(self) -> plain.Query | None:
        """To be asked as the transaction begins, where that takes out of the log what was given."""

    def taken(self, rows: plain.Rows) -> None:
        """What ``taking`` gave; raises ChangedMeanwhileError."""

    def done(self, *, lasting: bool) -> None:
        """Inside the transaction: what was given is applied.

        Unless ``lasting``, the commit may reach the disk a moment later: a crash then has the same bodies applied anew.
        """

    def settle(self) -> None:
        """After the commit: let the log forget what is applied for good."""

    def close(self) -> None: ...


def open_source() -> Source:
    """The intake log of this installation."""
    return PostgresSource() if settings.DATABASE_URL else SqliteSource(intake_path())


class SqliteSource:
    """Reads the log's file by a cursor kept in the operational database."""

    def __init__(self, path: Path) -> None:
        self._file = open_file(path)
        self._name = log_id(self._file)
        self._last = 0
        self._rung_at = 0.0

    def ahead(self, *, rows: int, size: int) -> Sequence[Body]:
        position = self._position()
        found: list[Body] = []
        self._last = position
        try:
            cursor = self._file.execute(
                "SELECT id, workspace_id, kind, received_us, body FROM intake WHERE id > ? ORDER BY id LIMIT ?",
                (position, rows),
            )
            for number, workspace_id, kind, received_us, data in cursor:
                found.append(Body(workspace_id=workspace_id, kind=kind, received_us=received_us, data=data))
                self._last = number
                size -= len(data)
                if size <= 0:
                    break
            cursor.close()
        except sqlite3.OperationalError:
            found, self._last = [], position  # the log is being made anew: look again at the next turn
        return found

    def beyond(self, *, rows: int, size: int) -> Sequence[Body]:
        """Nothing: here the database is this process itself, and gains nothing from another's turn."""
        return ()

    def go_on(self) -> None: ...

    def _position(self) -> int:
        rows = plain.select("SELECT position FROM events_intakecursor WHERE name = %s", [self._name])
        return int(rows[0][0]) if rows else 0

    def taking(self) -> None:
        """Nothing: the cursor moves at the end."""

    def taken(self, rows: plain.Rows) -> None: ...

    def done(self, *, lasting: bool) -> None:
        move = "UPDATE events_intakecursor SET position = %s WHERE name = %s"
        if not plain.change(move, [self._last, self._name]):
            IntakeCursor.objects.create(name=self._name, position=self._last)

    def settle(self) -> None:
        if time.monotonic() - self._rung_at >= CHECKPOINT_SECONDS:
            self._rung_at = time.monotonic()
            ring_local("checkpoint")

    def close(self) -> None:
        self._file.close()


class ChangedMeanwhileError(RuntimeError):
    """A body was changed or deleted after it was read, as an erasure does: what was made of it must not stay."""


NEXT = """
SELECT id, version, workspace_id, kind, received_at, body FROM (
    SELECT *, sum(length(body)) OVER (ORDER BY id) - length(body) AS before FROM (
        SELECT *, xmin::text AS version FROM events_intakerow
        WHERE NOT id = ANY(%s::bigint[]) ORDER BY id LIMIT %s) AS next) AS sized
WHERE before < %s ORDER BY id
"""
# The commit is on the disk a moment later, in the same order, unless the transaction turns out to be lasting.
TAKEN = (
    "DELETE FROM events_intakerow WHERE id = ANY(%s)"
    " RETURNING id, xmin::text, set_config('synchronous_commit', 'off', true)"
)
WAIT = "SET LOCAL synchronous_commit TO DEFAULT"


class PostgresSource:
    """Deletes rows in the transaction that applies them, so those that commit late are never skipped.

    Rows need no locks of their own: whoever deletes them holds the lease's row in the same transaction, and a row that
    was rewritten since it was read bears another ``xmin``.
    """

    def __init__(self) -> None:
        self._read: dict[int, str] = {}  # the version of each row
        self._beyond: dict[int, str] = {}
        self._aside: psycopg.Connection[Any] | None = None  # looks while the other one stores

    def ahead(self, *, rows: int, size: int) -> Sequence[Body]:
        connection.ensure_connection()
        self._read, found = _next_rows(connection.connection, but=(), rows=rows, size=size)
        return found

    def beyond(self, *, rows: int, size: int) -> Sequence[Body]:
        if self._aside is None:
            self._aside = connect(autocommit=True)
        self._beyond, found = _next_rows(self._aside, but=self._read, rows=rows, size=size)
        return found

    def go_on(self) -> None:
        self._read, self._beyond = self._beyond, {}

    def taking(self) -> plain.Query:
        return plain.Query(TAKEN, [list(self._read)])

    def taken(self, rows: plain.Rows) -> None:
        gone = {row[0]: row[1] for row in rows}
        if gone != self._read:
            raise ChangedMeanwhileError(f"{len(self._read)} bodies were read; of these some are others now")

    def done(self, *, lasting: bool) -> None:
        if lasting:
            plain.later(plain.Query(WAIT))

    def settle(self) -> None:
        self._read = {}

    def close(self) -> None:
        self._read, self._beyond = {}, {}
        if self._aside is not None:
            self._aside.close()
            self._aside = None


def _next_rows(
    driver: "psycopg.Connection[Any]", *, but: Collection[int], rows: int, size: int
) -> tuple[dict[int, str], list[Body]]:
    """Of the log's first rows, but for those that are under way: the version of each, and the bodies."""
    with connection.wrap_database_errors, psycopg.Cursor(driver) as cursor:
        cursor.execute(NEXT, [list(but), rows, size], binary=True)  # as text, bytes come twice as long
        found = cursor.fetchall()
    bodies = [
        Body(
            workspace_id=workspace_id,
            kind=kind,
            received_us=int(received_at.astimezone(UTC).timestamp() * 1_000_000),
            data=bytes(body),
        )
        for _, _, workspace_id, kind, received_at, body in found
    ]
    return {row[0]: row[1] for row in found}, bodies
