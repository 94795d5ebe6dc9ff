"""What the consumer hands to its subscribers: whole batches of accepted, deduplicated, identified events."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """One stored event."""

    id: int
    workspace_id: int
    customer_id: int | None
    type: str
    name: str
    ts: datetime
    received_at: datetime
    properties: Mapping[str, Any]
    context: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Events of one consumer transaction, in order of arrival."""

    events: list[EventRow]
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSubscription:
    order: int
    name: str
    handler: str  # dotted path of a function of one Batch


_subscriptions: list[BatchSubscription] = []


def subscribe_batch(*, order: int, name: str, handler: str) -> None:
    """Have ``handler`` called with every batch inside the consumer's transaction, in the declared order."""
    subscription = BatchSubscription(order=order, name=name, handler=handler)
    if subscription not in _subscriptions:
        _subscriptions.append(subscription)
        _subscriptions.sort(key=lambda each: (each.order, each.name))


def batch_subscriptions() -> list[BatchSubscription]:
    """Every batch subscription in order."""
    return list(_subscriptions)
