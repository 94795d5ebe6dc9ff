"""Applying calls: whose they are, which are new, their rows, and what they say about customers."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

import msgspec
from django.db import connection

from allears.customers.actions import TraitChange, resolve, update_traits
from allears.customers.memory import Memory
from allears.customers.sql import CHUNK
from allears.events.batch import EventRow
from allears.events.consumer.decode import Call
from allears.events.models import Event
from allears.store.bulk import allocate_ids, insert_rows

COLUMNS = (
    "id", "workspace_id", "customer_id", "type", "name", "ts", "received_at", "message_key", "properties", "context"
)  # fmt: skip
_encode = msgspec.json.Encoder().encode


class Memories:
    """What is remembered of each workspace's customers between transactions."""

    def __init__(self) -> None:
        self._of: dict[int, Memory] = {}

    def of(self, workspace_id: int) -> Memory:
        return self._of.setdefault(workspace_id, Memory())

    def keep(self) -> None:
        """The transaction has committed."""
        for memory in self._of.values():
            memory.keep()

    def forget(self) -> None:
        """The transaction, or a part of it, was undone."""
        self._of.clear()


def store_calls(calls: Sequence[Call], *, now: datetime, memories: Memories) -> list[EventRow]:
    """Store the calls that are new, in order; their events."""
    rows: list[EventRow] = []
    ordered = sorted(calls, key=lambda call: call.workspace_id)  # stable, and locks are taken in one order
    for workspace_id, group in groupby(ordered, key=lambda call: call.workspace_id):
        fresh = unseen(workspace_id, list(group))
        if fresh:
            rows += _store(workspace_id, fresh, now, memories.of(workspace_id))
    return rows


def unseen(workspace_id: int, calls: list[Call]) -> list[Call]:
    """The calls not stored before, each once."""
    first: dict[str, Call] = {}
    for call in calls:
        first.setdefault(call.message_key, call)
    for key in _stored(workspace_id, list(first)):
        del first[key]
    return list(first.values())


def _stored(workspace_id: int, keys: list[str]) -> list[str]:
    head = "SELECT message_key FROM events_event WHERE workspace_id = %s AND message_key "
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(head + "= ANY(%s)", [workspace_id, keys])
            return [row[0] for row in cursor.fetchall()]
        found: list[str] = []
        for start in range(0, len(keys), CHUNK):
            chunk = keys[start : start + CHUNK]
            cursor.execute(f"{head} IN ({','.join(['%s'] * len(chunk))})", [workspace_id, *chunk])
            found += [row[0] for row in cursor.fetchall()]
        return found


def _store(workspace_id: int, calls: list[Call], now: datetime, memory: Memory) -> list[EventRow]:
    customers = resolve(workspace_id=workspace_id, keys=[call.keys for call in calls], now=now, memory=memory)
    ids = allocate_ids(Event, len(calls))
    insert_rows(Event, COLUMNS, [_row(*each) for each in zip(ids, customers, calls, strict=True)])
    _describe(workspace_id, customers, calls, now)
    return [
        EventRow(
            id=number,
            workspace_id=workspace_id,
            customer_id=customer_id,
            type=call.type,
            name=call.name,
            ts=call.ts,
            received_at=call.received_at,
            properties=call.properties,
            context=call.context,
        )
        for number, customer_id, call in zip(ids, customers, calls, strict=True)
    ]


def _row(number: int, customer_id: int, call: Call) -> tuple[object, ...]:
    return (
        number,
        call.workspace_id,
        customer_id,
        call.type,
        call.name,
        call.ts,
        call.received_at,
        call.message_key,
        _encode(call.properties).decode(),
        _encode(call.context).decode(),
    )


def _describe(workspace_id: int, customers: list[int], calls: list[Call], now: datetime) -> None:
    """Traits of identify and account of group calls."""
    changes = []
    for customer_id, call in zip(customers, calls, strict=True):
        if call.type == "identify":
            traits = call.properties
            locale = call.context.get("locale")
            if locale and not (traits.get("language") or traits.get("locale")):
                traits = {**traits, "locale": locale}
        elif call.type == "group":
            account = {name: value for name, value in call.properties.items() if name != "groupId"}
            traits = {"account": {"id": call.properties.get("groupId", ""), **account}}
        else:
            continue
        changes.append(TraitChange(customer_id=customer_id, traits=traits, at=call.ts))
    if changes:
        update_traits(workspace_id=workspace_id, changes=changes, now=now)
