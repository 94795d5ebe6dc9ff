"""Upward talk: a domain records what happened; each subscriber gets a durable job in the same transaction.

Subscriptions stand in the ``apps.py`` of the subscribing domain, one line each, so that a search for the event's name
shows every consequence.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import ClassVar

from django.utils import timezone
from django.utils.module_loading import import_string

from allears.jobs.models import Job
from allears.jobs.queue import enqueue_many


@dataclass(frozen=True, kw_only=True)
class DomainEvent:
    """What happened, in ids. Subclasses set ``name`` (past tense, e.g. ``voice.received``)."""

    name: ClassVar[str]
    workspace_id: int


_subscribers: dict[str, list[str]] = defaultdict(list)
_listeners: list[str] = []


def subscribe(event_name: str, task: str) -> None:
    """Run the function at dotted path ``task`` with the event's fields, for every event of this name."""
    if task not in _subscribers[event_name]:
        _subscribers[event_name].append(task)


def subscribers() -> dict[str, list[str]]:
    """Every subscription by event name."""
    return {name: list(tasks) for name, tasks in _subscribers.items()}


def listen_to_all(function: str) -> None:
    """Call the function at this dotted path with every event, set-wise, inside the transaction that records them.

    It makes the record slower for everyone: it may look into one small table and write rows, nothing else.
    """
    if function not in _listeners:
        _listeners.append(function)


def record(*events: DomainEvent) -> None:
    """Queue the consequences of these events in the present transaction."""
    if not events:
        return
    for path in _listeners:
        listener: Callable[[Sequence[DomainEvent]], None] = import_string(path)
        listener(events)
    now = timezone.now()
    jobs = [
        Job(task=task, arguments=asdict(event), run_at=now, created_at=now, priority=10)
        for event in events
        for task in _subscribers.get(event.name, ())
    ]
    if jobs:
        enqueue_many(jobs)
