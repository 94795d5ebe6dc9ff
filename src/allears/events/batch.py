"""What the consumer hands to its subscribers: whole batches of accepted, deduplicated, identified events."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, overload

import msgspec

from allears.kit import lax
from allears.store import plain

_object = msgspec.json.Decoder(dict[str, Any])


def _read(text: str) -> dict[str, Any]:
    """The object; the door has seen that it is one, and only its numbers may be too large."""
    try:
        return _object.decode(text)
    except msgspec.ValidationError:
        return dict(lax.stored(text))


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
        properties: Mapping[str, Any] | str,
        context: Mapping[str, Any] | str,
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
        if isinstance(self._properties, str):
            self._properties = _read(self._properties)
        return self._properties

    @property
    def context(self) -> Mapping[str, Any]:
        """Where the call came from."""
        if isinstance(self._context, str):
            self._context = _read(self._context)
        return self._context


class Said(Protocol):
    """What a call says, as an event row repeats it."""

    workspace_id: int
    type: str
    name: str
    ts: datetime
    received_at: datetime
    properties: str
    context: str


class Arrivals(Sequence[EventRow]):
    """Stored events in order of arrival; a row is made when somebody looks at it, and then it is always the same."""

    def __init__(self, stored: Sequence[tuple[int, int | None, Said]] = ()) -> None:
        self._stored = list(stored)  # the event's id, its customer's, what was said
        self._made: dict[int, EventRow] = {}

    def __len__(self) -> int:
        return len(self._stored)

    @overload
    def __getitem__(self, place: int) -> EventRow: ...
    @overload
    def __getitem__(self, place: slice) -> "Arrivals": ...
    def __getitem__(self, place: int | slice) -> "EventRow | Arrivals":
        if isinstance(place, slice):
            part = Arrivals(self._stored[place])
            part._made = self._made
            return part
        return self._row(*self._stored[place])

    def __iter__(self) -> Iterator[EventRow]:
        return (self._row(*each) for each in self._stored)

    def named(self, names: Collection[tuple[int, str]]) -> list[EventRow]:
        """Those of these workspaces and names, without looking at the others."""
        words = {name for _, name in names}
        return [
            self._row(*each)
            for each in self._stored
            if (said := each[2]).name in words and (said.workspace_id, said.name) in names
        ]

    def _row(self, number: int, customer_id: int | None, said: Said) -> EventRow:
        row = self._made.get(number)
        if row is None:
            row = self._made[number] = EventRow(
                id=number,
                workspace_id=said.workspace_id,
                customer_id=customer_id,
                type=said.type,
                name=said.name,
                ts=said.ts,
                received_at=said.received_at,
                properties=said.properties,
                context=said.context,
            )
        return row


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Events of one consumer transaction, in order of arrival."""

    events: Sequence[EventRow]
    now: datetime
    told: plain.Rows | None = None  # what the subscription's question was answered, if it was asked already

    def named(self, names: Collection[tuple[int, str]]) -> list[EventRow]:
        """The events of these (workspace, name) pairs: the quick way past all the others."""
        if isinstance(self.events, Arrivals):
            return self.events.named(names)
        return [event for event in self.events if (event.workspace_id, event.name) in names]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSubscription:
    order: int
    name: str
    handler: str  # dotted path of a function of one Batch
    question: str = ""  # likewise of one that gives a plain.Query: asked as the consumer's transaction begins


_subscriptions: list[BatchSubscription] = []


def subscribe_batch(*, order: int, name: str, handler: str, question: str = "") -> None:
    """Have ``handler`` called with every batch inside the consumer's transaction, in the declared order.

    What it must ask the database whatever the events are can be its ``question``: the answer comes with the batch, and
    nobody waits for it on its own. The handler asks itself where a batch comes without.
    """
    subscription = BatchSubscription(order=order, name=name, handler=handler, question=question)
    if subscription not in _subscriptions:
        _subscriptions.append(subscription)
        _subscriptions.sort(key=lambda each: (each.order, each.name))


def batch_subscriptions() -> list[BatchSubscription]:
    """Every batch subscription in order."""
    return list(_subscriptions)
