"""What the consumer hands to its subscribers: whole batches of accepted, deduplicated, identified events."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

_object = msgspec.json.Decoder(dict[str, Any])


class EventRow:
    """One stored event. Properties and context come as objects or as JSON, which is read when somebody looks.

    (Not a dataclass because the consumer makes tens of thousands a second, of which subscribers look at few.)
    """

    __slots__ = ("_context", "_properties", "customer_id", "id", "name", "received_at", "ts", "type", "workspace_id")

    def __init__(
        self,
        *,
        id: int,  # noqa: A002 - the row's
        workspace_id: int,
        customer_id: int | None,
        type: str,  # noqa: A002 - the call's
        name: str,
        ts: datetime,
        received_at: datetime,
        properties: Mapping[str, Any] | bytes,
        context: Mapping[str, Any] | bytes,
    ) -> None:
        self.id = id
        self.workspace_id = workspace_id
        self.customer_id = customer_id
        self.type = type
        self.name = name
        self.ts = ts
        self.received_at = received_at
        self._properties = properties
        self._context = context

    @property
    def properties(self) -> Mapping[str, Any]:
        """What the call said happened."""
        if isinstance(self._properties, bytes):
            self._properties = _object.decode(self._properties)
        return self._properties

    @property
    def context(self) -> Mapping[str, Any]:
        """Where the call came from."""
        if isinstance(self._context, bytes):
            self._context = _object.decode(self._context)
        return self._context


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
