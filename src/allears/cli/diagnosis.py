"""What can be wrong with an installation, each with the way out. `allears serve` asks the first half."""

import os
import shutil
import smtplib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

GIGABYTE = 1 << 30
OLDEST_POSTGRES = (15,)
SMTP_BACKEND = "django.core.mail.backends.smtp.EmailBackend"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """``level`` is ok, warning (works, but) or error (will not work)."""

    subject: str
    level: str
    says: str
    do: str = ""


def before_start() -> Iterator[Finding]:
    """What must be right before any process starts."""
    yield from _settings()
    yield from _folder(settings.DATA_DIR)
    yield from _database()


def everything() -> Iterator[Finding]:
    """The whole examination."""
    yield from before_start()
    yield from _lake()
    yield from _engine()
    yield from _embedder()
    yield from _mail()
    yield from _queue()
    yield from _signs()


def _ours_last(message: checks.CheckMessage) -> tuple[bool, str]:
    """Django keeps its checks in no order; our own words stand where the eye ends."""
    return (message.id or "").startswith("allears."), message.id or ""


def _settings() -> Iterator[Finding]:
    messages = checks.run_checks()
    for message in sorted(messages, key=_ours_last):
        level = "error" if message.is_serious() else "warning"
        yield Finding(subject="settings", level=level, says=f"{message.msg} ({message.id})", do=message.hint or "")
    if not messages:
        yield Finding(subject="settings", level="ok", says="no mistakes found")


def _folder(folder: Path) -> Iterator[Finding]:
    if not folder.is_dir():
        yield Finding(
            subject="data folder",
            level="error",
            says=f"{folder} is not there",
            do=f"allears init --data {folder}",
        )
        return
    if not os.access(folder, os.W_OK):
        yield Finding(
            subject="data folder",
            level="error",
            says=f"{folder} cannot be written by this user",
            do="run as its owner, or give the folder to this user (chown)",
        )
        return
    free = shutil.disk_usage(folder).free
    level = "ok" if free > GIGABYTE else "warning" if free > GIGABYTE // 10 else "error"
    do = "" if level == "ok" else "make room: when the disk is full, nothing more is acknowledged"
    yield Finding(subject="data folder", level=level, says=f"{folder}, {free / GIGABYTE:.1f} GB free", do=do)


def _database() -> Iterator[Finding]:
    if connection.vendor == "sqlite" and not Path(str(settings.DATABASES["default"]["NAME"])).exists():
        yield _not_ready("there is none yet")
        return
    try:
        if settings.DATABASE_URL:  # the pool would wait and try again; here the first answer counts
            psycopg.connect(settings.DATABASE_URL, connect_timeout=5).close()
        missing = list(missing_rights()) if connection.vendor == "postgresql" else []
        waiting = 0 if missing else _waiting_migrations()
    except (DatabaseError, psycopg.Error) as error:
        yield Finding(
            subject="database",
            level="error",
            says=f"does not answer: {str(error).strip().splitlines()[0]}",
            do="start it, or correct DATABASE_URL",
        )
        return
    if missing:
        yield from missing
        return
    version = connection.get_database_version() if connection.vendor == "postgresql" else OLDEST_POSTGRES
    if waiting:
        yield _not_ready(f"{waiting} changes of this version are not in it", "upgrade")
    elif version < OLDEST_POSTGRES:
        yield Finding(
            subject="database",
            level="error",
            says=f"PostgreSQL {version[0]} is too old",
            do="use PostgreSQL 15 or newer",
        )
    else:
        yield Finding(subject="database", level="ok", says=f"{connection.vendor}, up to date")


MAKES = "SELECT current_schema(), has_schema_privilege(current_schema(), 'CREATE'), current_user, current_database()"
OTHERS = """
    SELECT tablename, tableowner FROM pg_tables
    WHERE schemaname = current_schema() AND tablename = ANY(%s) AND NOT pg_has_role(current_user, tableowner, 'USAGE')
    ORDER BY tablename
"""


def missing_rights() -> Iterator[Finding]:
    """Rights without which an upgrade fails half-way: to make tables, functions and triggers, and to change our own."""
    with connection.cursor() as cursor:
        cursor.execute(MAKES)
        schema, may_make, role, database = cursor.fetchone()
        cursor.execute(OTHERS, [connection.introspection.django_table_names()])
        others = cursor.fetchall()
    if not may_make:
        yield Finding(
            subject="database",
            level="error",
            says=f"the role {role} may not make tables in " + (f"the schema {schema}" if schema else "any schema"),
            do=f"as the server's administrator: ALTER DATABASE {database} OWNER TO {role}; and in that database: "
            f"GRANT ALL ON SCHEMA {schema or 'public'} TO {role}",
        )
    if others:
        names = ", ".join(f"{table} ({owner})" for table, owner in others[:3])
        yield Finding(
            subject="database",
            level="error",
            says=f"{len(others)} of our tables belong to another role than {role}: {names}"
            + (" …" if len(others) > 3 else ""),
            do=f"as the server's administrator, in that database: REASSIGN OWNED BY {others[0][1]} TO {role}",
        )


def _waiting_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _not_ready(says: str, command: str = "init") -> Finding:
    return Finding(subject="database", level="error", says=says, do=f"allears {command} --data {settings.DATA_DIR}")


def _lake() -> Iterator[Finding]:
    root = settings.LAKE_ROOT
    if "://" in root:
        yield _lake_at(root)
        return
    parent = Path(root) if Path(root).exists() else Path(root).parent
    if os.access(parent, os.W_OK):
        yield Finding(subject="lake", level="ok", says=f"{root}, read by {settings.ENGINE}")
    else:
        yield Finding(subject="lake", level="error", says=f"{root} cannot be written", do="correct ALLEARS_LAKE")


def _lake_at(address: str) -> Finding:
    from allears.lake.files import reach

    trouble = reach(address)
    if not trouble:
        return Finding(subject="lake", level="ok", says=f"{address} answers, read by {settings.ENGINE}")
    return Finding(
        subject="lake", level="error", says=f"{address}: {trouble}", do="correct ALLEARS_LAKE or the AWS_ settings"
    )


def _engine() -> Iterator[Finding]:
    """A cluster is asked to read the lake; DuckDB needs nothing beside it."""
    if settings.ENGINE == "duckdb":
        yield Finding(subject="engine", level="ok", says="DuckDB, inside the analytics process")
        return
    from allears.lake.engine import EngineError
    from allears.lake.engine_spark import examine

    try:
        yield Finding(subject="engine", level="ok", says=examine(settings.ENGINE, root=settings.LAKE_ROOT))
    except EngineError as error:
        yield Finding(
            subject="engine", level="error", says=str(error), do="mend it, or set ALLEARS_ENGINE=duckdb meanwhile"
        )


def _embedder() -> Iterator[Finding]:
    """Of a sentence model that was named, whether it reads."""
    if not settings.EMBEDDER:
        return
    from allears.understand.text.embedding import Embedder, EmbedderError

    try:
        width = Embedder(Path(settings.EMBEDDER), prefix=settings.EMBEDDER_PREFIX).embed(["All Ears"]).shape[1]
    except EmbedderError as error:
        do = "mend it, or leave out ALLEARS_EMBEDDER: themes are found without it"
        yield Finding(subject="sentence model", level="error", says=str(error), do=do)
    else:
        yield Finding(subject="sentence model", level="ok", says=f"{settings.EMBEDDER}, {width} numbers a text")


def _mail() -> Iterator[Finding]:
    if settings.EMAIL_BACKEND != SMTP_BACKEND:
        yield _mail_by_a_provider()
        return
    server = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    connect = smtplib.SMTP_SSL if settings.EMAIL_USE_SSL else smtplib.SMTP
    try:
        with connect(settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=5) as peer:
            peer.noop()
    except (OSError, smtplib.SMTPException) as error:
        yield Finding(
            subject="mail",
            level="warning",
            says=f"{server} does not answer: {error}; mails wait in the outbox",
            do="set ALLEARS_SMTP_HOST and ALLEARS_SMTP_PORT to your mail server",
        )
    else:
        yield Finding(subject="mail", level="ok", says=f"{server} answers")


def _mail_by_a_provider() -> Finding:
    try:
        get_connection()
    except (ImproperlyConfigured, ImportError) as error:
        do = "set what it names as ALLEARS_ANYMAIL_<NAME>, for example ALLEARS_ANYMAIL_MAILGUN_API_KEY"
        return Finding(subject="mail", level="error", says=f"{settings.EMAIL_BACKEND}: {error}", do=do)
    return Finding(subject="mail", level="ok", says=f"through {settings.EMAIL_BACKEND} (not examined)")


def _queue() -> Iterator[Finding]:
    from allears.jobs.models import Job

    try:
        dead = Job.objects.filter(state=Job.State.DEAD).count()
    except DatabaseError:
        return  # the database has its own finding
    if dead:
        last = Job.objects.filter(state=Job.State.DEAD).latest("finished_at")
        reason = last.last_error.strip().splitlines()[-1:] or ["no reason kept"]
        yield Finding(
            subject="jobs",
            level="warning",
            says=f"{dead} given up, the last one {last.task}: {reason[0]}",
            do="mend the cause; the jobs and their errors are kept",
        )
    else:
        yield Finding(subject="jobs", level="ok", says="none given up")


def _signs() -> Iterator[Finding]:
    """What the installation's own figures say."""
    from allears.operations.health import signs

    try:
        for sign in signs(now=timezone.now()):
            yield Finding(subject=sign.subject, level=sign.level, says=sign.says, do=sign.do)
    except DatabaseError:
        return  # the database has its own finding
