"""`allears upgrade`: a back-up, the changes of this version, a look at the result; on failure all is as it was."""

import fcntl
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core import checks
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _
from psycopg.errors import LockNotAvailable

from allears.operations.backups import schema
from allears.operations.backups.keeping import folder, new_path
from allears.operations.backups.writing import SCRATCH, back_up
from allears.operations.models import Backup
from allears.operations.others import holders, others
from allears.store.sqlite.presumed import presume

BEFORE = f"{SCRATCH}upgrade-"
"""Begins the name of the folder with SQLite's file of before; an erasure removes what a killed upgrade left of it."""


LOCK_SECONDS = 60
"""How long a change of tables waits for others' transactions; those who came after it wait behind it meanwhile."""


class UpgradeError(RuntimeError):
    """The upgrade failed and was undone; the text says why and where the back-up is."""


@dataclass(kw_only=True)
class Upgrade:
    """What was done."""

    applied: list[str] = field(default_factory=list)
    archive: str = ""


def upgrade(*, now: datetime, despite_others: bool = False) -> Upgrade:
    """Bring the database up to this version; raises UpgradeError, then nothing has changed.

    Nodes of other machines are in the way unless ``despite_others``.
    """
    waiting = schema.waiting()
    if not waiting:
        _forget_killed()
        return Upgrade()
    if roles := being_served():
        raise UpgradeError(
            _("`allears serve` runs on this folder (%(roles)s). Nothing was changed; stop it first.")
            % {"roles": ", ".join(roles)}
        )
    if not despite_others:
        _refuse_others()
    _forget_killed()
    archive = new_path(now=now)
    archive = archive.with_name(f"before-upgrade-{archive.name}")
    back_up(target=archive, now=now, cause=Backup.Cause.UPGRADE)
    try:
        with _undone_on_failure():
            executor = MigrationExecutor(connection)
            executor.migrate(executor.loader.graph.leaf_nodes())
            presume(connection)
            _examine()
    except Exception as error:  # whatever a migration raises, its reader needs the same words
        raise UpgradeError(_why(error, archive)) from error
    return Upgrade(applied=[f"{app}.{name}" for app, name in waiting], archive=str(archive))


def _refuse_others() -> None:
    if found := others():
        raise UpgradeError(
            _(
                "Others work on this database: %(names)s. Nothing was changed.\n"
                "Stop `allears serve` on every machine first. If these are none of its nodes, or may fail until they "
                "are started anew:  allears upgrade --despite-others"
            )
            % {"names": ", ".join(map(str, found))}
        )


def _why(error: Exception, archive: Path) -> str:
    if isinstance(error.__cause__, LockNotAvailable):
        return _(
            "The upgrade was given up: another program keeps tables to itself (%(names)s).\n"
            "The database is as it was before. The back-up of just now stays at %(path)s.\n"
            "Stop that program, and upgrade again."
        ) % {"names": ", ".join(map(str, holders(seconds=LOCK_SECONDS))) or "?", "path": archive}
    return _(
        "The upgrade failed: %(error)s\n"
        "The database is as it was before. The back-up of just now stays at %(path)s.\n"
        "Go on with the version you had, and report this."
    ) % {"error": f"{type(error).__name__}: {error}", "path": archive}


def being_served() -> list[str]:
    """The roles that run on this data folder now; their supervisor holds a lock for each."""
    found = []
    for path in sorted(Path(settings.RUN_DIR).glob("*.lock")):
        with path.open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                found.append(path.stem)
    return found


def _examine() -> None:
    connection.check_constraints()
    if schema.waiting():
        raise DatabaseError("some changes were not made")
    errors = [message for message in checks.run_checks() if message.is_serious()]
    if errors:
        raise IntegrityError(str(errors[0]))


@contextmanager
def _undone_on_failure() -> Iterator[None]:
    """PostgreSQL undoes changes of tables like any other; on SQLite the file of before is put back."""
    if connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{LOCK_SECONDS}s"])
            yield
        return
    folder().mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=BEFORE, dir=folder()))
    kept = scratch / "before.sqlite3"
    try:
        connection.ensure_connection()
        copy(connection.connection, kept)
        try:
            yield
        except BaseException:
            connection.close()
            connection.ensure_connection()
            with closing(sqlite3.connect(f"{kept.as_uri()}?mode=ro", uri=True)) as before:  # never an empty one instead
                before.backup(connection.connection)
            raise
    finally:
        shutil.rmtree(scratch)


def _forget_killed() -> None:
    """What an upgrade that was killed left: a copy of everybody's rows, which no erasure may find years later."""
    for left in folder().glob(f"{BEFORE}*"):
        shutil.rmtree(left)
    (folder() / ".before-upgrade.sqlite3").unlink(missing_ok=True)  # its name before


def copy(source: sqlite3.Connection, target: Path) -> None:
    """The whole database into another file, by SQLite's own way."""
    file = sqlite3.connect(target)
    source.backup(file)
    file.close()
