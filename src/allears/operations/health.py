"""What the installation's own figures say about its health, each with what to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

from allears.events.webhooks.models import Endpoint
from allears.jobs.models import LakeHead
from allears.operations import figures
from allears.operations.backups import keeping, lakes
from allears.operations.models import Backup

OLDEST_UNREAD = 60.0
OLDEST_DUE = 300.0
LATEST_FLUSH = timedelta(minutes=15)
CLOCKS_APART = 5.0
OLDEST_BACKUP = timedelta(hours=36)


@dataclass(frozen=True, kw_only=True)
class Sign:
    """``level`` is ok, warning (works, but) or error (will not work)."""

    subject: str
    level: str
    says: str
    do: str = ""


def signs(*, now: datetime) -> Iterator[Sign]:
    """Everything that the figures tell."""
    yield _clocks()
    yield _intake(now)
    yield _work(now)
    yield _outbox(now)
    yield from _lake(now)
    yield _webhooks()
    yield _backups(now)


def _clocks() -> Sign:
    """Leases and due times compare this machine's clock with the database's."""
    with connection.cursor() as cursor:
        sql = (
            "SELECT extract(epoch FROM clock_timestamp())"
            if connection.vendor == "postgresql"
            else ("SELECT (julianday('now') - 2440587.5) * 86400.0")
        )
        cursor.execute(sql)
        (there,) = cursor.fetchone()
    apart = abs(timezone.now().timestamp() - float(there))
    if apart > CLOCKS_APART:
        return Sign(
            subject="clocks",
            level="error",
            says=f"this machine and the database are {apart:.0f} s apart",
            do="have both set their clocks by NTP: leases and clocks of cases depend on them",
        )
    return Sign(subject="clocks", level="ok", says=f"{apart:.1f} s apart")


def _intake(now: datetime) -> Sign:
    waits = figures.unread(now=now)
    if waits.age > OLDEST_UNREAD:
        return Sign(
            subject="intake",
            level="warning",
            says=f"{waits.depth} accepted requests are unread, the oldest for {waits.age:.0f} s",
            do="see that the worker runs (`allears serve`); nothing is lost, it will catch up",
        )
    return Sign(subject="intake", level="ok", says=f"{waits.depth} unread")


def _work(now: datetime) -> Sign:
    states, age = figures.jobs(now=now)
    if age > OLDEST_DUE:
        return Sign(
            subject="queue",
            level="warning",
            says=f"the oldest due job has waited for {age:.0f} s",
            do="see that the worker runs; if it does, add a second one (PostgreSQL)",
        )
    return Sign(subject="queue", level="ok", says=f"{states['ready']} waiting, {states['running']} running")


def _outbox(now: datetime) -> Sign:
    states, age = figures.outbox(now=now)
    if age > OLDEST_DUE:
        return Sign(
            subject="outbox",
            level="warning",
            says=f"the oldest message that may go has waited for {age:.0f} s",
            do="see that the mail server answers and that the worker runs",
        )
    return Sign(subject="outbox", level="ok", says=f"{states['queued']} waiting, {states['failed']} refused for good")


def _lake(now: datetime) -> Iterator[Sign]:
    """Whether each head names a version that is there, and whether fresh rows get there."""
    if lakes.is_remote():
        return
    heads = dict(LakeHead.objects.exclude(version=None).values_list("table", "version"))
    for table, version in heads.items():
        on_disk = lakes.newest(table)
        if on_disk is None or (version or 0) > on_disk:
            yield Sign(
                subject=f"lake table {table}",
                level="error",
                says=f"its head names version {version}, on disk is {'nothing' if on_disk is None else on_disk}",
                do="put the lake's folder back, or restore the last back-up",
            )
            continue
        missing = [path for path in lakes.files_of(table=table, version=version or 0) if not path.exists()]
        if missing:
            yield Sign(
                subject=f"lake table {table}",
                level="error",
                says=f"{len(missing)} of its files are gone, the first is {missing[0].name}",
                do="restore the last back-up",
            )
    hot, moved = figures.hot(), figures.flushed_at()
    late = [name for name, rows in hot.items() if rows and name in moved and now - moved[name] > LATEST_FLUSH]
    if late:
        yield Sign(
            subject="lake",
            level="warning",
            says=f"fresh rows of {', '.join(late)} have not reached it for {LATEST_FLUSH.seconds // 60} minutes",
            do="see that the analytics process runs; figures are right all the same",
        )
    else:
        yield Sign(subject="lake heads", level="ok", says=f"{len(heads)} tables, all there")


def _webhooks() -> Sign:
    told = figures.webhooks()
    if told["failing"] or told["disabled"]:
        since = (
            Endpoint.objects.across_workspaces().filter(failing_since__isnull=False).order_by("failing_since").first()
        )
        at = f", the first since {since.failing_since:%Y-%m-%d %H:%M} UTC" if since and since.failing_since else ""
        return Sign(
            subject="webhooks",
            level="warning",
            says=f"{told['failing']} receivers fail{at}; {told['disabled']} were switched off for it",
            do="Settings, Webhooks shows their answers; what was missed can be sent again",
        )
    return Sign(subject="webhooks", level="ok", says=f"{told['waiting']} waiting")


def _backups(now: datetime) -> Sign:
    failed = Backup.objects.exclude(error="").order_by("-begun_at").first()
    last = keeping.last()
    if settings.BACKUP_HOUR < 0 and last is None:
        return Sign(subject="back-up", level="warning", says="there is none", do="allears backup, from cron perhaps")
    if last is None or last.finished_at is None:
        if failed is None and not keeping.is_due(now=now):
            return Sign(subject="back-up", level="ok", says="none yet; the first comes tonight")
        why, level = (f": {failed.error}", "error") if failed else ("", "warning")
        return Sign(subject="back-up", level=level, says=f"there is none{why}", do="allears backup")
    gone = "" if Path(last.path).exists() else f", but {last.path} is not there any more"
    age = now - last.finished_at
    if age > OLDEST_BACKUP or gone:
        why = f"; the last try failed: {failed.error}" if failed and failed.begun_at > last.begun_at else ""
        return Sign(
            subject="back-up",
            level="warning",
            says=f"the newest is {age.total_seconds() / 3600:.0f} hours old{gone}{why}",
            do="see that the worker runs and that its folder has room; `allears backup` makes one now",
        )
    return Sign(subject="back-up", level="ok", says=f"{age.total_seconds() / 3600:.0f} hours old, {last.path}")
