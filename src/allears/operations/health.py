"""What the installation's own figures say about its health, each with what to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

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
            says=_("this machine and the database are %(seconds)s s apart") % {"seconds": f"{apart:.0f}"},
            do=_("have both set their clocks by NTP: leases and clocks of cases depend on them"),
        )
    return Sign(subject="clocks", level="ok", says=_("%(seconds)s s apart") % {"seconds": f"{apart:.1f}"})


def _intake(now: datetime) -> Sign:
    waits = figures.unread(now=now)
    if waits.age > OLDEST_UNREAD:
        return Sign(
            subject="intake",
            level="warning",
            says=_("%(n)s accepted requests are unread, the oldest for %(seconds)s s")
            % {"n": waits.depth, "seconds": f"{waits.age:.0f}"},
            do=_("see that the worker runs (`allears serve`); nothing is lost, it will catch up"),
        )
    return Sign(subject="intake", level="ok", says=_("%(n)s unread") % {"n": waits.depth})


def _work(now: datetime) -> Sign:
    states, age = figures.jobs(now=now)
    if age > OLDEST_DUE:
        return Sign(
            subject="queue",
            level="warning",
            says=_("the oldest due job has waited for %(seconds)s s") % {"seconds": f"{age:.0f}"},
            do=_("see that the worker runs; if it does, add a second one (PostgreSQL)"),
        )
    says = _("%(waiting)s waiting, %(running)s running") % {"waiting": states["ready"], "running": states["running"]}
    return Sign(subject="queue", level="ok", says=says)


def _outbox(now: datetime) -> Sign:
    states, age = figures.outbox(now=now)
    if age > OLDEST_DUE:
        return Sign(
            subject="outbox",
            level="warning",
            says=_("the oldest message that may go has waited for %(seconds)s s") % {"seconds": f"{age:.0f}"},
            do=_("see that the mail server answers and that the worker runs"),
        )
    says = _("%(waiting)s waiting, %(refused)s refused for good")
    return Sign(subject="outbox", level="ok", says=says % {"waiting": states["queued"], "refused": states["failed"]})


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
                says=_("its head names version %(named)s, on disk is %(found)s")
                % {"named": version, "found": _("nothing") if on_disk is None else on_disk},
                do=_("put the lake's folder back, or restore the last back-up"),
            )
            continue
        missing = [path for path in lakes.files_of(table=table, version=version or 0) if not path.exists()]
        if missing:
            yield Sign(
                subject=f"lake table {table}",
                level="error",
                says=_("%(n)s of its files are gone, the first is %(name)s")
                % {"n": len(missing), "name": missing[0].name},
                do=_("restore the last back-up"),
            )
    hot, moved = figures.hot(), figures.flushed_at()
    late = [name for name, rows in hot.items() if rows and name in moved and now - moved[name] > LATEST_FLUSH]
    if late:
        yield Sign(
            subject="lake",
            level="warning",
            says=_("fresh rows of %(tables)s have not reached it for %(minutes)s minutes")
            % {"tables": ", ".join(late), "minutes": LATEST_FLUSH.seconds // 60},
            do=_("see that the analytics process runs; figures are right all the same"),
        )
    else:
        yield Sign(subject="lake heads", level="ok", says=_("%(n)s tables, all there") % {"n": len(heads)})


def _webhooks() -> Sign:
    told = figures.webhooks()
    if told["failing"] or told["disabled"]:
        since = (
            Endpoint.objects.across_workspaces().filter(failing_since__isnull=False).order_by("failing_since").first()
        )
        at = ""
        if since and since.failing_since:
            at = _(", the first since %(time)s UTC") % {"time": f"{since.failing_since:%Y-%m-%d %H:%M}"}
        return Sign(
            subject="webhooks",
            level="warning",
            says=_("%(failing)s receivers fail%(since)s; %(disabled)s were switched off for it")
            % {"failing": told["failing"], "since": at, "disabled": told["disabled"]},
            do=_("Settings, Webhooks shows their answers; what was missed can be sent again"),
        )
    return Sign(subject="webhooks", level="ok", says=_("%(n)s waiting") % {"n": told["waiting"]})


def _backups(now: datetime) -> Sign:
    failed = Backup.objects.exclude(error="").order_by("-begun_at").first()
    last = keeping.last()
    if settings.BACKUP_HOUR < 0 and last is None:
        do = _("allears backup, from cron perhaps")
        return Sign(subject="back-up", level="warning", says=pgettext("back-up", "there is none"), do=do)
    if last is None or last.finished_at is None:
        if failed is None and not keeping.is_due(now=now):
            return Sign(subject="back-up", level="ok", says=_("none yet; the first comes tonight"))
        why, level = (f": {failed.error}", "error") if failed else ("", "warning")
        return Sign(
            subject="back-up", level=level, says=pgettext("back-up", "there is none") + why, do="allears backup"
        )
    gone = "" if Path(last.path).exists() else _(", but %(path)s is not there any more") % {"path": last.path}
    age = now - last.finished_at
    hours = f"{age.total_seconds() / 3600:.0f}"
    if age > OLDEST_BACKUP or gone:
        why = ""
        if failed and failed.begun_at > last.begun_at:
            why = _("; the last try failed: %(why)s") % {"why": failed.error}
        return Sign(
            subject="back-up",
            level="warning",
            says=_("the newest is %(hours)s hours old") % {"hours": hours} + gone + why,
            do=_("see that the worker runs and that its folder has room; `allears backup` makes one now"),
        )
    says = _("%(hours)s hours old, %(path)s") % {"hours": hours, "path": last.path}
    return Sign(subject="back-up", level="ok", says=says)
