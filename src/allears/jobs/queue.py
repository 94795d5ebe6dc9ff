"""Putting work on the lease queue: in the caller's transaction, so that it exists exactly when its cause does."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from allears.jobs.bell import ring
from allears.jobs.models import Job
from allears.kit.tracing import request_id


def enqueue(
    *,
    task: str,
    arguments: dict[str, Any],
    run_at: datetime | None = None,
    unique_key: str | None = None,
    priority: int = 0,
    queue: str = "default",
    max_attempts: int = 12,
) -> None:
    """Queue one call of the module-level function at dotted path ``task``.

    With ``unique_key``, a live job of the same key makes this call a no-op.
    """
    now = timezone.now()
    enqueue_many(
        [
            Job(
                task=task,
                arguments=arguments,
                run_at=run_at or now,
                unique_key=unique_key,
                priority=priority,
                queue=queue,
                max_attempts=max_attempts,
                created_at=now,
            )
        ]
    )


def enqueue_many(jobs: Iterable[Job]) -> None:
    """Queue prepared jobs set-wise; those whose unique key is alive already are left out."""
    if request := request_id():
        jobs = list(jobs)
        for job in jobs:
            job.request = job.request or request
    Job.objects.bulk_create(jobs, ignore_conflicts=True)
    if connection.in_atomic_block:
        transaction.on_commit(lambda: ring("jobs"))
    else:
        ring("jobs")
