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

from allears.cli.words import gettext as _

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
        yield Finding(subject="settings", level="ok", says=_("no mistakes found"))


def _folder(folder: Path) -> Iterator[Finding]:
    if not folder.is_dir():
        yield Finding(
            subject="data folder",
            level="error",
            says=_("{folder} is not there").format(folder=folder),
            do=f"allears init --data {folder}",
        )
        return
    if not os.access(folder, os.W_OK):
        yield Finding(
            subject="data folder",
            level="error",
            says=_("{folder} cannot be written by this user").format(folder=folder),
            do=_("run as its owner, or give the folder to this user (chown)"),
        )
        return
    free = shutil.disk_usage(folder).free
    level = "ok" if free > GIGABYTE else "warning" if free > GIGABYTE // 10 else "error"
    do = "" if level == "ok" else _("make room: when the disk is full, nothing more is acknowledged")
    says = _("{folder}, {free} GB free").format(folder=folder, free=f"{free / GIGABYTE:.1f}")
    yield Finding(subject="data folder", level=level, says=says, do=do)


def _database() -> Iterator[Finding]:
    if connection.vendor == "sqlite" and not Path(str(settings.DATABASES["default"]["NAME"])).exists():
        yield _not_ready(_("there is none yet"))
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
            says=_("does not answer: {why}").format(why=str(error).strip().splitlines()[0]),
            do=_("start it, or correct DATABASE_URL"),
        )
        return
    if missing:
        yield from missing
        return
    version = connection.get_database_version() if connection.vendor == "postgresql" else OLDEST_POSTGRES
    if waiting:
        yield _not_ready(_("{n} changes of this version are not in it").format(n=waiting), "upgrade")
    elif version < OLDEST_POSTGRES:
        yield Finding(
            subject="database",
            level="error",
            says=_("PostgreSQL {version} is too old").format(version=version[0]),
            do=_("use PostgreSQL 15 or newer"),
        )
    else:
        yield Finding(subject="database", level="ok", says=_("{engine}, up to date").format(engine=connection.vendor))


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
            says=_("the role {role} may not make tables in the schema {schema}").format(role=role, schema=schema)
            if schema
            else _("the role {role} may not make tables in any schema").format(role=role),
            do=_("as the server's administrator: {one}; and in that database: {other}").format(
                one=f"ALTER DATABASE {database} OWNER TO {role}",
                other=f"GRANT ALL ON SCHEMA {schema or 'public'} TO {role}",
            ),
        )
    if others:
        names = ", ".join(f"{table} ({owner})" for table, owner in others[:3]) + (" …" if len(others) > 3 else "")
        yield Finding(
            subject="database",
            level="error",
            says=_("{n} of our tables belong to another role than {role}: {names}").format(
                n=len(others), role=role, names=names
            ),
            do=_("as the server's administrator, in that database: {sql}").format(
                sql=f"REASSIGN OWNED BY {others[0][1]} TO {role}"
            ),
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
        says = _("{root}, read by {engine}").format(root=root, engine=settings.ENGINE)
        yield Finding(subject="lake", level="ok", says=says)
    else:
        says = _("{root} cannot be written").format(root=root)
        yield Finding(subject="lake", level="error", says=says, do=_("correct ALLEARS_LAKE"))


def _lake_at(address: str) -> Finding:
    from allears.lake.files import reach

    trouble = reach(address)
    if not trouble:
        says = _("{address} answers, read by {engine}").format(address=address, engine=settings.ENGINE)
        return Finding(subject="lake", level="ok", says=says)
    do = _("correct ALLEARS_LAKE or the AWS_ settings")
    return Finding(subject="lake", level="error", says=f"{address}: {trouble}", do=do)


def _engine() -> Iterator[Finding]:
    """A cluster is asked to read the lake; DuckDB needs nothing beside it."""
    if settings.ENGINE == "duckdb":
        yield Finding(subject="engine", level="ok", says=_("DuckDB, inside the analytics process"))
        return
    from allears.lake.engine import EngineError
    from allears.lake.engine_spark import examine

    try:
        yield Finding(subject="engine", level="ok", says=examine(settings.ENGINE, root=settings.LAKE_ROOT))
    except EngineError as error:
        do = _("mend it, or set ALLEARS_ENGINE=duckdb meanwhile")
        yield Finding(subject="engine", level="error", says=str(error), do=do)


def _embedder() -> Iterator[Finding]:
    """Of a sentence model that was named, whether it reads."""
    if not settings.EMBEDDER:
        return
    from allears.understand.text.embedding import Embedder, EmbedderError

    try:
        width = Embedder(Path(settings.EMBEDDER), prefix=settings.EMBEDDER_PREFIX).embed(["All Ears"]).shape[1]
    except EmbedderError as error:
        do = _("mend it, or leave out ALLEARS_EMBEDDER: themes are found without it")
        yield Finding(subject="sentence model", level="error", says=str(error), do=do)
    else:
        says = _("{model}, {n} numbers a text").format(model=settings.EMBEDDER, n=width)
        yield Finding(subject="sentence model", level="ok", says=says)


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
            says=_("{server} does not answer: {why}; mails wait in the outbox").format(server=server, why=error),
            do=_("set ALLEARS_SMTP_HOST and ALLEARS_SMTP_PORT to your mail server"),
        )
    else:
        yield Finding(subject="mail", level="ok", says=_("{server} answers").format(server=server))


def _mail_by_a_provider() -> Finding:
    try:
        get_connection()
    except (ImproperlyConfigured, ImportError) as error:
        do = _("set what it names as ALLEARS_ANYMAIL_<NAME>, for example ALLEARS_ANYMAIL_MAILGUN_API_KEY")
        return Finding(subject="mail", level="error", says=f"{settings.EMAIL_BACKEND}: {error}", do=do)
    says = _("through {backend} (not examined)").format(backend=settings.EMAIL_BACKEND)
    return Finding(subject="mail", level="ok", says=says)


def _queue() -> Iterator[Finding]:
    from allears.jobs.models import Job

    try:
        dead = Job.objects.filter(state=Job.State.DEAD).count()
    except DatabaseError:
        return  # the database has its own finding
    if dead:
        last = Job.objects.filter(state=Job.State.DEAD).latest("finished_at")
        reason = last.last_error.strip().splitlines()[-1:] or [_("no reason kept")]
        yield Finding(
            subject="jobs",
            level="warning",
            says=_("{n} given up, the last one {task}: {why}").format(n=dead, task=last.task, why=reason[0]),
            do=_("mend the cause; the jobs and their errors are kept"),
        )
    else:
        yield Finding(subject="jobs", level="ok", says=_("none given up"))


def _signs() -> Iterator[Finding]:
    """What the installation's own figures say."""
    from allears.operations.health import signs

    try:
        for sign in signs(now=timezone.now()):
            yield Finding(subject=sign.subject, level=sign.level, says=sign.says, do=sign.do)
    except DatabaseError:
        return  # the database has its own finding
