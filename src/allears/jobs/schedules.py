"""What happens every so often, once in the whole installation: whoever holds the lease queues what is due."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from allears.jobs.lease import LeaseLostError, acquire, hold
from allears.jobs.models import Job, KeptReply, ScheduleMark
from allears.jobs.queue import enqueue

LEASE_SECONDS = 15.0
KEEP_DONE = timedelta(days=2)
KEEP_REPLIES = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Schedule:
    seconds: float
    task: str  # dotted path of a function without arguments


_schedules: dict[str, Schedule] = {}


def every(seconds: float, task: str) -> None:
    """Run the function at dotted path ``task`` every so many seconds; a run still alive is not doubled."""
    _schedules[task] = Schedule(seconds=seconds, task=task)


def schedules() -> list[Schedule]:
    """Every registered schedule."""
    return list(_schedules.values())


def queue_due(*, owner: str, now: datetime) -> int:
    """Queue each schedule whose time has come; the number queued (0 when another worker keeps the schedules)."""
    if not _due(now):
        return 0
    fence = acquire(name="schedules", owner=owner, now=now, seconds=LEASE_SECONDS)
    if fence is None:
        return 0
    try:
        with transaction.atomic():
            hold(name="schedules", owner=owner, fence=fence, now=now, seconds=LEASE_SECONDS)
            due = _due(now)
            for each in due:
                enqueue(task=each.task, arguments={}, run_at=now, unique_key=f"every:{each.task}", max_attempts=1)
                ScheduleMark.objects.update_or_create(task=each.task, defaults={"queued_at": now})
            return len(due)
    except LeaseLostError:
        return 0


def _due(now: datetime) -> list[Schedule]:
    last = dict(ScheduleMark.objects.values_list("task", "queued_at"))
    return [
        each
        for each in _schedules.values()
        if each.task not in last or last[each.task] + timedelta(seconds=each.seconds) <= now
    ]


def clean_up() -> None:
    """Forget jobs that succeeded days ago and replies kept for a week; the dead stay until somebody looks."""
    now = timezone.now()
    done = Job.objects.filter(state=Job.State.DONE, finished_at__lt=now - KEEP_DONE)
    Job.objects.filter(id__in=list(done.values_list("id", flat=True)[:5000])).delete()
    KeptReply.objects.filter(at__lt=now - KEEP_REPLIES).delete()
