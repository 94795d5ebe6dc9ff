"""The lease queue as administrators see it: what waits, what was given up and why, what runs when."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet

from allears.accounts.audit import audit
from allears.jobs.bell import ring
from allears.jobs.models import Job, ScheduleMark
from allears.jobs.schedules import schedules
from allears.kit.logs import redacted


class CannotRunError(ValueError):
    """The job cannot run again now."""


@dataclass(frozen=True, kw_only=True)
class Scheduled:
    """One schedule: how often, when last and when next (None: at once)."""

    task: str
    every: timedelta
    last: datetime | None
    next: datetime | None


def jobs_of(*, workspace_id: int) -> QuerySet[Job]:
    """This workspace's jobs, and those that serve the whole installation."""
    own = Q(arguments__workspace_id=workspace_id) | Q(arguments__workspace_id__isnull=True)
    return Job.objects.filter(own)


def by_state(*, workspace_id: int) -> dict[str, int]:
    """How many of each state."""
    counted = jobs_of(workspace_id=workspace_id).order_by().values_list("state").annotate(Count("id"))
    return {**dict.fromkeys(Job.State.values, 0), **dict(counted)}


def reason(job: Job) -> str:
    """The last line of its error, without what could name a person."""
    lines = job.last_error.strip().splitlines()
    return redacted(lines[-1])[:300] if lines else ""


def plan(*, now: datetime) -> list[Scheduled]:
    """Every schedule, the next to come first."""
    marks = dict(ScheduleMark.objects.values_list("task", "queued_at"))
    found = []
    for each in schedules():
        every, last = timedelta(seconds=each.seconds), marks.get(each.task)
        found.append(Scheduled(task=each.task, every=every, last=last, next=last + every if last else None))
    return sorted(found, key=lambda each: (each.next or now, each.task))


def run_again(*, workspace_id: int, job_id: int, actor_id: int, now: datetime) -> Job:
    """Give a job that was given up another full round of attempts. Raises Job.DoesNotExist, CannotRunError."""
    job = jobs_of(workspace_id=workspace_id).get(pk=job_id)
    try:
        with transaction.atomic():
            revived = Job.objects.filter(pk=job.pk, state=Job.State.DEAD).update(
                state=Job.State.READY, attempts=0, run_at=now, finished_at=None
            )
            if not revived:
                raise CannotRunError("it has not been given up")
            audit(
                workspace_id=workspace_id,
                actor_id=actor_id,
                verb="operations.job.revived",
                subject=f"job:{job.pk}",
                detail={"task": job.task},
            )
            transaction.on_commit(lambda: ring("jobs"))
    except IntegrityError as error:
        raise CannotRunError("the same work is queued already") from error
    return job
