"""Taking work off the lease queue: claim with a lease, run, mark done after success; owner-guarded throughout."""

import logging
import traceback
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks.base import Task

from allears.jobs.lease import LeaseLostError, is_gone
from allears.jobs.models import Job
from allears.kit.tracing import work_for

logger = logging.getLogger(__name__)
LEASE = timedelta(seconds=60)
LONGEST_WAIT = timedelta(hours=6)
LONG = "long"  # queue of jobs that take minutes: a thread of their own, and no transaction around them


def back_off(attempts: int) -> timedelta:
    """1 s, 2 s, 4 s … up to six hours."""
    return min(timedelta(seconds=2 ** min(attempts - 1, 20)), LONGEST_WAIT)


def claim(*, owner: str, now: datetime, limit: int = 20, queues: Sequence[str] | None = None) -> list[Job]:
    """Take up to ``limit`` due jobs, most urgent first, for one lease; of every queue but ``long`` unless named."""
    due = Job.objects.filter(state=Job.State.READY, run_at__lte=now)
    due = due.exclude(queue=LONG) if queues is None else due.filter(queue__in=queues)
    if not due.exists():
        return []  # nothing to write: leave the write lock alone
    with transaction.atomic():
        if connection.vendor == "postgresql":
            due = due.select_for_update(skip_locked=True)
        jobs = list(due.order_by("-priority", "run_at", "id")[:limit])
        if jobs:
            Job.objects.filter(id__in=[job.id for job in jobs]).update(
                state=Job.State.RUNNING, lease_owner=owner, lease_until=now + LEASE
            )
    return jobs


def prolong(*, owner: str, now: datetime) -> int:
    """Keep the leases of what this worker is still running."""
    running = Job.objects.filter(state=Job.State.RUNNING, lease_owner=owner)
    return running.update(lease_until=now + LEASE) if running.exists() else 0


def reap(*, now: datetime) -> int:
    """Give back the jobs whose owner died or hung: they run again, and the loss counts as an attempt."""
    running = Job.objects.filter(state=Job.State.RUNNING)
    owners = running.values_list("lease_owner", flat=True).distinct()
    gone = [owner for owner in owners if is_gone(owner)]
    count = 0
    for job in running.filter(Q(lease_until__lt=now) | Q(lease_owner__in=gone)):
        count += _release(job, now=now, error="the worker that ran this job stopped before it finished")
    return count


def _release(job: Job, *, now: datetime, error: str) -> int:
    attempts = job.attempts + 1
    dead = attempts >= job.max_attempts
    return Job.objects.filter(id=job.id, state=Job.State.RUNNING, lease_owner=job.lease_owner).update(
        state=Job.State.DEAD if dead else Job.State.READY,
        attempts=attempts,
        run_at=now + back_off(attempts),
        finished_at=now if dead else None,
        last_error=error[-4000:],
        lease_owner="",
        lease_until=None,
    )


def _callable(path: str) -> Callable[..., Any]:
    found = import_string(path)
    return found.func if isinstance(found, Task) else found


def run(job: Job, *, owner: str) -> bool:
    """Run one claimed job. Its effects and its mark commit together; an error releases it with back-off.

    Jobs of the ``long`` queue commit in steps of their own and must bear to be run again from the start.
    """
    job.lease_owner = owner
    try:
        if job.queue == LONG:
            _callable(job.task)(**job.arguments)
        with transaction.atomic():
            if job.queue != LONG:
                _callable(job.task)(**job.arguments)
            _mark_done(job)
    except LeaseLostError:
        logger.warning("job %s was taken over by another worker; its effects here are undone", job.id)
        return False
    except Exception:  # bulkhead: one job's error goes to its row, the worker goes on
        logger.exception("job %s (%s) failed", job.id, job.task)
        _release(job, now=timezone.now(), error=traceback.format_exc())
        return False
    return True


def _mark_done(job: Job) -> None:
    done = Job.objects.filter(id=job.id, state=Job.State.RUNNING, lease_owner=job.lease_owner).update(
        state=Job.State.DONE, finished_at=timezone.now(), attempts=job.attempts + 1, lease_until=None
    )
    if not done:
        raise LeaseLostError(job.id)


def run_due(*, owner: str, limit: int = 20, queues: Sequence[str] | None = None) -> int:
    """Claim and run what is due now; the number of jobs taken."""
    jobs = claim(owner=owner, now=timezone.now(), limit=limit, queues=queues)
    for job in jobs:
        with work_for(job.request):
            run(job, owner=owner)
    return len(jobs)
