"""Where the consumer takes bodies from, and how it says in its own transaction that they are done."""

import sqlite3
import time
from collections.abc import Sequence
from datetime import UTC
from pathlib import Path
from typing import Protocol

import psycopg
from django.conf import settings
from django.db import connection

from allears.events.intake.log import Body, intake_path, log_id, open_file
from allears.events.models import IntakeCursor
from allears.jobs.bell import ring_local
from allears.store import plain

CHECKPOINT_SECONDS = 0.25  # while there is work


class Source(Protocol):
    """The reading end of the intake log."""

    def ahead(self, *, rows: int, size: int) -> Sequence[Body] | None:
        """Before the transaction: the next bodies, up to so many rows and about ``size`` bytes.

        None where they can only be had inside the transaction, by ``take``.
        """

    def take(self, *, rows: int, size: int) -> Sequence[Body]:
        """Inside the transaction: the next bodies."""

    def done(self) -> None:
        """Inside the transaction: what was given is applied."""

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

    def take(self, *, rows: int, size: int) -> Sequence[Body]:
        return self.ahead(rows=rows, size=size)

    def _position(self) -> int:
        rows = plain.select("SELECT position FROM events_intakecursor WHERE name = %s", [self._name])
        return int(rows[0][0]) if rows else 0

    def done(self) -> None:
        move = "UPDATE events_intakecursor SET position = %s WHERE name = %s"
        if not plain.change(move, [self._last, self._name]):
            IntakeCursor.objects.create(name=self._name, position=self._last)

    def settle(self) -> None:
        if time.monotonic() - self._rung_at >= CHECKPOINT_SECONDS:
            self._rung_at = time.monotonic()
            ring_local("checkpoint")

    def close(self) -> None:
        self._file.close()


class PostgresSource:
    """Deletes rows in the transaction that applies them, so those that commit late are never skipped.

    Rows need no locks of their own: whoever takes them holds the lease's row in the same transaction.
    """

    def __init__(self) -> None:
        self._ids: list[int] = []

    def ahead(self, *, rows: int, size: int) -> Sequence[Body] | None:
        return None if plain.select("SELECT 1 FROM events_intakerow LIMIT 1") else []

    def take(self, *, rows: int, size: int) -> Sequence[Body]:
        with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
            cursor.execute(
                "SELECT id, workspace_id, kind, received_at, body FROM ("
                " SELECT *, sum(length(body)) OVER (ORDER BY id) - length(body) AS before FROM ("
                "  SELECT * FROM events_intakerow ORDER BY id LIMIT %s) AS next) AS sized"
                " WHERE before < %s ORDER BY id",
                [rows, size],
                binary=True,  # as text, bytes come twice as long
            )
            found = cursor.fetchall()
        self._ids = [row[0] for row in found]
        return [
            Body(
                workspace_id=workspace_id,
                kind=kind,
                received_us=int(received_at.astimezone(UTC).timestamp() * 1_000_000),
                data=bytes(body),
            )
            for _, workspace_id, kind, received_at, body in found
        ]

    def done(self) -> None:
        if self._ids:
            plain.change("DELETE FROM events_intakerow WHERE id = ANY(%s)", [self._ids])

    def settle(self) -> None:
        self._ids = []

    def close(self) -> None:
        self._ids = []
