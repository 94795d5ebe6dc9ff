"""Django's task interface on the lease queue."""

from typing import Any, TypeVar

from django.utils import timezone
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskResult, TaskResultStatus
from django_tasks.utils import get_random_id
from typing_extensions import ParamSpec

from allears.jobs.queue import enqueue

T = TypeVar("T")
P = ParamSpec("P")


class LeaseBackend(BaseTaskBackend):
    """Stores each task as a row of the lease queue, in the caller's transaction."""

    supports_defer = True
    supports_priority = True

    def enqueue(self, task: Task[P, T], args: Any, kwargs: Any) -> TaskResult[T]:
        """Queue the task; only keyword arguments are taken, because rows must stay readable."""
        if args:
            raise TypeError(f"{task.module_path}: pass keyword arguments only")
        enqueue(
            task=task.module_path,
            arguments=dict(kwargs),
            run_at=task.run_after,
            priority=task.priority,
            queue=task.queue_name,
        )
        return TaskResult(
            task=task,
            id=get_random_id(),
            status=TaskResultStatus.READY,
            enqueued_at=timezone.now(),
            started_at=None,
            finished_at=None,
            last_attempted_at=None,
            args=[],
            kwargs=dict(kwargs),
            backend=self.alias,
            errors=[],
            worker_ids=[],
        )
