"""Leases of single workers: one at a time does a thing, and its fence proves it inside the transaction that counts."""

import os
import secrets
from datetime import datetime, timedelta

from django.db import connection, transaction

from allears.jobs.models import WorkerLease
from allears.kit.processes import host_name
from allears.store import plain

LIFE = secrets.token_hex(4)  # tells this process from an earlier one of the same number


def worker_name() -> str:
    """Unique for each process, readable in the queue."""
    return f"{host_name()}:{os.getpid()}:{LIFE}"


class LeaseLostError(RuntimeError):
    """Another worker took over; what this one has not committed is void."""


def acquire(*, name: str, owner: str, now: datetime, seconds: float) -> int | None:
    """Take or keep the lease; its fence, or None while another worker holds it.

    A holder on this machine whose process is gone need not be waited for.
    """
    if _is_anothers(name, owner, now):
        return None
    until = now + timedelta(seconds=seconds)
    with transaction.atomic():
        lease, new = _locked(name, owner, until)
        if new or lease.owner == owner:
            return _keep(lease, until)
        if lease.until > now and not is_gone(lease.owner):
            return None
        lease.owner, lease.until, lease.fence = owner, until, lease.fence + 1
        lease.save(update_fields=["owner", "until", "fence"])
        return lease.fence


def _is_anothers(name: str, owner: str, now: datetime) -> bool:
    """A look without a lock, so that those who stand by do not queue behind the holder's transactions."""
    for holder, until in plain.select("SELECT owner, until FROM jobs_workerlease WHERE name = %s", [name]):
        expires = plain.moment(until)
        return holder != owner and expires is not None and expires > now and not is_gone(holder)
    return False


def _locked(name: str, owner: str, until: datetime) -> tuple[WorkerLease, bool]:
    rows = WorkerLease.objects.all()
    if connection.features.has_select_for_update:
        rows = rows.select_for_update()
    return rows.get_or_create(name=name, defaults={"owner": owner, "until": until, "fence": 1})


def _keep(lease: WorkerLease, until: datetime) -> int:
    if until > lease.until:
        WorkerLease.objects.filter(name=lease.name).update(until=until)
    return lease.fence


def hold(*, name: str, owner: str, fence: int, now: datetime, seconds: float) -> None:
    """Inside the transaction that does the work: prolong the lease, or raise LeaseLostError."""
    held(plain.select(*hold_query(name=name, owner=owner, fence=fence, now=now, seconds=seconds)), name=name)


def hold_query(*, name: str, owner: str, fence: int, now: datetime, seconds: float) -> plain.Query:
    """The same for who asks more in one trip, and then calls ``held``; plain SQL: this stands in the way of turns."""
    return plain.Query(
        "UPDATE jobs_workerlease SET until = %s WHERE name = %s AND owner = %s AND fence = %s RETURNING name",
        [plain.written(now + timedelta(seconds=seconds)), name, owner, fence],
    )


def held(rows: plain.Rows, *, name: str) -> None:
    """Raises LeaseLostError if ``hold_query`` found the lease gone."""
    if not rows:
        raise LeaseLostError(f"{name}: another worker took over")


def release(*, owner: str) -> None:
    """Give up every lease of this owner, so that the next worker starts at once."""
    WorkerLease.objects.filter(owner=owner).update(owner="")


def is_gone(owner: str) -> bool:
    """Whether this owner (``host:pid…``, see ``worker_name``) was a process of this machine that no longer lives."""
    if not owner:
        return True
    host, pid, life = [*owner.split(":"), "", ""][:3]
    if host != host_name() or not pid.isdigit():
        return False
    if int(pid) == os.getpid():
        return bool(life) and life != LIFE
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
