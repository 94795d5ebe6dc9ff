"""The installation's own figures, counted in the store so that every process and node tells the same.

No customer's data and no workspace's name: only numbers.
"""

import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import Count, Min, Q

from allears.events.intake.log import intake_path
from allears.events.models import IntakeCursor, IntakeRow
from allears.events.webhooks.queries import waiting_and_failing
from allears.jobs.hot import sources
from allears.jobs.models import Job, LakeHead, ScheduleMark, WorkerLease
from allears.operations.backups import keeping, lakes
from allears.outreach.models import Message
from allears.respond.models import Case


@dataclass(frozen=True, kw_only=True)
class Queue:
    """How much waits, and for how many seconds the oldest of it."""

    depth: int
    age: float


def _age(oldest: datetime | None, now: datetime) -> float:
    return max(0.0, (now - oldest).total_seconds()) if oldest else 0.0


def unread(*, now: datetime) -> Queue:
    """Accepted bodies that the consumer has not taken yet."""
    if connection.vendor == "postgresql":
        told = IntakeRow.objects.aggregate(count=Count("id"), oldest=Min("received_at"))
        return Queue(depth=told["count"], age=_age(told["oldest"], now))
    if not intake_path().exists():
        return Queue(depth=0, age=0.0)
    positions = dict(IntakeCursor.objects.values_list("name", "position"))
    log = sqlite3.connect(f"file:{intake_path()}?mode=ro", uri=True, timeout=5)
    try:
        (name,) = log.execute("SELECT log_id FROM about").fetchone() or ("",)
        depth, oldest = log.execute(
            "SELECT count(*), min(received_us) FROM intake WHERE id > ?", (positions.get(name, 0),)
        ).fetchone()
    except sqlite3.OperationalError:
        return Queue(depth=0, age=0.0)  # a log that was never written has no tables
    finally:
        log.close()
    return Queue(depth=depth, age=max(0.0, now.timestamp() - oldest / 1e6) if oldest else 0.0)


def jobs(*, now: datetime) -> tuple[dict[str, int], float]:
    """Jobs by state, and how long the oldest one that is due has waited."""
    states = dict.fromkeys(Job.State.values, 0)
    states |= dict(Job.objects.order_by().values_list("state").annotate(Count("id")))
    oldest = Job.objects.filter(state=Job.State.READY, run_at__lte=now).aggregate(at=Min("run_at"))["at"]
    return states, _age(oldest, now)


def outbox(*, now: datetime) -> tuple[dict[str, int], float]:
    """Messages to customers by state, and how long the oldest one that may go has waited."""
    rows = Message.objects.across_workspaces()
    states = dict.fromkeys(Message.State.values, 0)
    states |= dict(rows.order_by().values_list("state").annotate(Count("id")))
    due = rows.filter(state=Message.State.QUEUED, not_before__lte=now)
    return states, _age(due.aggregate(at=Min("not_before"))["at"], now)


def cases(*, now: datetime) -> dict[str, int]:
    """Open cases, and those whose promise of time is broken."""
    rows = Case.objects.across_workspaces().exclude(state=Case.State.CLOSED)
    late = Q(reply_due_at__lt=now) | Q(resolve_due_at__lt=now, state=Case.State.OPEN)
    found: dict[str, int] = rows.aggregate(open=Count("id"), overdue=Count("id", filter=late))
    return found


def hot() -> dict[str, int]:
    """Rows of each lake table that are not in the lake yet."""
    return {
        source.spec.name: source.model.objects.across_workspaces().filter(source.only, flush_id__isnull=True).count()
        for source in sources()
    }


def lake_files() -> dict[str, tuple[int, int]]:
    """Files and bytes of each lake table on disk; none of a lake at an address."""
    root = Path(settings.LAKE_ROOT)
    if lakes.is_remote() or not root.is_dir():
        return {}
    found = {}
    for table in sorted(each for each in root.iterdir() if each.is_dir()):
        sizes = [path.stat().st_size for path in table.rglob("*.parquet")]
        found[table.name] = (len(sizes), sum(sizes))
    return found


def flushed_at() -> dict[str, datetime]:
    """When each lake table's head moved last."""
    return dict(LakeHead.objects.values_list("table", "moved_at"))


def schedules() -> dict[str, datetime]:
    """When each schedule was queued last."""
    return dict(ScheduleMark.objects.values_list("task", "queued_at"))


def leases(*, now: datetime) -> dict[str, bool]:
    """Whether somebody holds each of the single workers' leases."""
    rows = WorkerLease.objects.values_list("name", "owner", "until")
    return {name: bool(owner) and until > now for name, owner, until in rows}


def processes() -> Iterator[tuple[str, int]]:
    """(role, resident bytes) of this machine's processes."""
    for path in sorted(Path(settings.RUN_DIR).glob("*.pid")):
        try:
            pid = int(path.read_text())
            pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        except (OSError, ValueError):
            continue
        yield path.stem, pages * os.sysconf("SC_PAGE_SIZE")


def last_backup() -> tuple[datetime, int] | None:
    """When the newest back-up ended, and its size."""
    row = keeping.last()
    return (row.finished_at, row.size or 0) if row and row.finished_at else None


def webhooks() -> dict[str, int]:
    """Deliveries that wait, receivers that fail, receivers that All Ears switched off."""
    return waiting_and_failing()
