"""One moment of a running installation: the operational database and the unread intake log, as they stood together.

SQLite: the intake log is pinned first, then the operational file is copied by the backup API, and of the log what that
copy had not read yet is taken; whatever was acknowledged before is in one of the two. PostgreSQL: one REPEATABLE READ
transaction sees both.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from django.db import connection, connections, transaction

from allears.events.intake.log import Body, intake_path
from allears.events.models import IntakeCursor, IntakeRow

ALIAS = "snapshot"


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """``alias``: the database to read by Django's ORM; ``unread``: the intake log's rows that it had not applied."""

    alias: str
    log: sqlite3.Connection | None

    def unread(self) -> Iterator[Body]:
        """In the order of arrival."""
        if self.log is None:
            yield from self._from_table()
            return
        (name,) = self.log.execute("SELECT log_id FROM about").fetchone() or ("",)
        position = (
            IntakeCursor.objects.using(self.alias).filter(name=name).values_list("position", flat=True).first() or 0
        )
        rows = self.log.execute(
            "SELECT workspace_id, kind, received_us, body FROM intake WHERE id > ? ORDER BY id", (position,)
        )
        for workspace_id, kind, received_us, data in rows:
            yield Body(workspace_id=workspace_id, kind=kind, received_us=received_us, data=data)

    def _from_table(self) -> Iterator[Body]:
        for row in IntakeRow.objects.using(self.alias).order_by("id").iterator(chunk_size=200):
            at = row.received_at.astimezone(UTC)
            yield Body(
                workspace_id=row.workspace_id,
                kind=row.kind,
                received_us=int(at.timestamp()) * 1_000_000 + at.microsecond,
                data=bytes(row.body),
            )


@contextmanager
def snapshot(scratch: Path) -> Iterator[Snapshot]:
    """Hold one moment for as long as the block runs; writers go on meanwhile."""
    with _postgres() if connection.vendor == "postgresql" else _sqlite(scratch) as taken:
        yield taken


@contextmanager
def _alias(wanted: dict[str, object]) -> Iterator[None]:
    connections.databases[ALIAS] = wanted
    try:
        yield
    finally:
        connections[ALIAS].close()
        del connections[ALIAS]
        del connections.databases[ALIAS]


@contextmanager
def _sqlite(scratch: Path) -> Iterator[Snapshot]:
    log = _pinned_log()
    copy = scratch / "moment.sqlite3"
    connection.ensure_connection()
    target = sqlite3.connect(copy)
    connection.connection.backup(target)
    target.close()
    wanted = {**deepcopy(connections.databases["default"]), "ENGINE": "django.db.backends.sqlite3", "NAME": str(copy)}
    wanted["OPTIONS"] = {}
    with _alias(wanted):
        try:
            yield Snapshot(alias=ALIAS, log=log)
        finally:
            if log is not None:
                log.close()
    copy.unlink()


def _pinned_log() -> sqlite3.Connection | None:
    """A reading transaction on the log's file: what is trimmed meanwhile stays in its sight."""
    if not intake_path().exists():
        empty = sqlite3.connect(":memory:")
        empty.executescript(
            "CREATE TABLE about (log_id); CREATE TABLE intake (id, workspace_id, kind, received_us, body);"
        )
        return empty
    log = sqlite3.connect(f"file:{intake_path()}?mode=ro", uri=True, isolation_level=None, timeout=20)
    log.execute("BEGIN")
    log.execute("SELECT count(*) FROM about").fetchone()
    return log


@contextmanager
def _postgres() -> Iterator[Snapshot]:
    from psycopg import IsolationLevel

    wanted = deepcopy(connections.databases["default"])
    wanted["NAME"] = connection.settings_dict["NAME"]
    wanted["OPTIONS"] = {"isolation_level": IsolationLevel.REPEATABLE_READ}
    with _alias(wanted), transaction.atomic(using=ALIAS):
        yield Snapshot(alias=ALIAS, log=None)
