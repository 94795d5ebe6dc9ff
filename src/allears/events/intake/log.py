"""The intake log: request bodies in order of arrival, on SQLite in a file of its own, on PostgreSQL in a table."""

import secrets
import shutil
import sqlite3
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import msgspec
import psycopg
from django.conf import settings

from allears.events.models import IntakeCursor
from allears.jobs.bell import is_heard_here
from allears.store.postgres import connect

BROKEN = "broken"  # kind of a body that is no JSON we know: the consumer puts it in quarantine
MIXED = "mixed"  # a batch with an event above the limit: the consumer looks at each on its own
TRIM_ROWS = 2000  # in one commit, so that trimming never holds up the line
TABLE = """
CREATE TABLE IF NOT EXISTS intake (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    received_us INTEGER NOT NULL,
    body BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS about (log_id TEXT NOT NULL);
"""


class LogUnavailableError(RuntimeError):
    """The intake log cannot be written now; trying again is right."""


class Body(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One request body as it came (unpacked), not yet understood."""

    workspace_id: int
    kind: str  # batch, track, identify, page, screen, group, alias, broken
    received_us: int  # microseconds since 1970, UTC
    data: bytes


class IntakeLog(Protocol):
    """Where the writer thread puts bodies; used by that thread alone."""

    def append(self, bodies: Sequence[Body]) -> None:
        """Store all in one transaction, durable when this returns; raises LogUnavailableError."""

    @property
    def owes(self) -> bool:
        """Whether other nodes have not been told of the last bodies yet: ``tell`` them soon."""

    def tell(self) -> None:
        """Wake the consumers of other nodes."""

    def trim(self) -> int:
        """Delete some rows that the consumer has applied for good; the number deleted."""

    def room(self) -> int | None:
        """Free bytes on its disk; None where it cannot be seen from here."""

    def unread(self, most: int) -> int:
        """How many bodies the consumer has not applied yet; counted no further than ``most``."""

    def close(self) -> None: ...


def intake_path() -> Path:
    """The SQLite log's file."""
    return Path(settings.DATA_DIR) / "intake.sqlite3"


def open_log() -> IntakeLog:
    """The log of this installation."""
    return PostgresLog() if settings.DATABASE_URL else SqliteLog(intake_path())


def log_id(file: sqlite3.Connection) -> str:
    """Names this file's row numbers: a log begun anew counts from 1 again, and its cursor must too."""
    file.executescript(TABLE)
    file.execute("BEGIN IMMEDIATE")
    row = file.execute("SELECT log_id FROM about").fetchone()
    if row is None:
        row = (secrets.token_hex(8),)
        file.execute("INSERT INTO about (log_id) VALUES (?)", row)
    file.execute("COMMIT")
    return str(row[0])


def open_file(path: Path) -> sqlite3.Connection:
    """The log's file with the settings that make an answered request survive a power cut."""
    file = sqlite3.connect(path, timeout=5, isolation_level=None, check_same_thread=False)
    file.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000;")
    return file


class SqliteLog:
    """A file of its own, so that the door never waits for the consumer's transactions."""

    owes = False  # there is one node

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: sqlite3.Connection | None = None
        self._id = ""

    def append(self, bodies: Sequence[Body]) -> None:
        try:
            file = self._open()
            file.execute("BEGIN IMMEDIATE")
            file.executemany(
                "INSERT INTO intake (workspace_id, kind, received_us, body) VALUES (?, ?, ?, ?)",
                [(body.workspace_id, body.kind, body.received_us, body.data) for body in bodies],
            )
            file.execute("COMMIT")
        except sqlite3.Error as error:
            self.close()
            raise LogUnavailableError(str(error)) from error

    def tell(self) -> None:
        """There is nobody else."""

    def trim(self) -> int:
        """Delete what the consumer has applied and the operational file has safely on disk."""
        file = self._open()
        done = IntakeCursor.objects.filter(name=f"{self._id}:durable").values_list("position", flat=True).first()
        if not done:
            return 0
        try:
            first = file.execute("SELECT id FROM intake ORDER BY id LIMIT 1").fetchone()
            if first is None or first[0] > done:
                return 0
            last = min(done, first[0] + TRIM_ROWS - 1)
            return file.execute("DELETE FROM intake WHERE id <= ?", (last,)).rowcount
        except sqlite3.Error as error:
            self.close()
            raise LogUnavailableError(str(error)) from error

    def room(self) -> int | None:
        return shutil.disk_usage(self._path.parent).free

    def unread(self, most: int) -> int:
        """The difference of two row numbers: no need to count."""
        try:
            last = self._open().execute("SELECT seq FROM sqlite_sequence WHERE name = 'intake'").fetchone()
        except sqlite3.Error as error:
            self.close()
            raise LogUnavailableError(str(error)) from error
        done = IntakeCursor.objects.filter(name=self._id).values_list("position", flat=True).first() or 0
        return min(most, max(0, last[0] - done)) if last else 0

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self) -> sqlite3.Connection:
        if self._file is None:
            self._file = open_file(self._path)
            self._id = log_id(self._file)
        return self._file


# Rows, bell and commit in one statement and one answer: requests wait for it.
APPEND = """
INSERT INTO events_intakerow (workspace_id, kind, received_at, body)
SELECT workspace, kind, timestamptz 'epoch' + received * interval '1 microsecond', body
FROM unnest(%b::int8[], %b::text[], %b::int8[], %b::bytea[]) AS given (workspace, kind, received, body)
"""
TELL = "SELECT pg_notify('allears', 'intake')"
APPEND_AND_TELL = f"WITH stored AS ({APPEND}) {TELL}"
TELL_SECONDS = 0.02  # each NOTIFY wakes every node; a worker beside this door hears of each commit by itself


class PostgresLog:
    """The table ``events.IntakeRow``, written by a connection beside Django's; the consumer deletes what it took."""

    def __init__(self) -> None:
        self._connection: psycopg.Connection[Any] | None = None
        self._told_at = 0.0
        self.owes = False

    def append(self, bodies: Sequence[Body]) -> None:
        moment = time.monotonic()
        tell = moment - self._told_at >= TELL_SECONDS or not is_heard_here("intake")
        try:
            self._open().execute(
                APPEND_AND_TELL if tell else APPEND,
                (
                    [body.workspace_id for body in bodies],
                    [body.kind for body in bodies],
                    [body.received_us for body in bodies],
                    [body.data for body in bodies],
                ),
            )
        except psycopg.Error as error:
            self.close()
            raise LogUnavailableError(str(error)) from error
        self.owes = not tell
        self._told_at = moment if tell else self._told_at

    def tell(self) -> None:
        self.owes = False  # whoever does not hear of it looks by himself within a second
        try:
            self._open().execute(TELL)
        except psycopg.Error as error:
            self.close()
            raise LogUnavailableError(str(error)) from error

    def trim(self) -> int:
        """Nothing to do: the consumer deletes rows in the transaction that applies them."""
        return 0

    def room(self) -> int | None:
        return None

    def unread(self, most: int) -> int:
        try:
            with self._open().cursor() as cursor:
                cursor.execute("SELECT count(*) FROM (SELECT 1 FROM events_intakerow LIMIT %s) AS waiting", [most])
                row = cursor.fetchone()
        except psycopg.Error as error:
            self.close()
            raise LogUnavailableError(str(error)) from error
        return int(row[0]) if row else 0

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self) -> psycopg.Connection[Any]:
        if self._connection is None:
            self._connection = connect(autocommit=True)
        return self._connection


def moment(microseconds: int) -> datetime:
    """As an aware UTC datetime."""
    return datetime.fromtimestamp(microseconds // 1_000_000, UTC).replace(microsecond=microseconds % 1_000_000)
