"""Applying calls: whose they are, which are new, their rows, and what they say about customers."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import Any

import msgspec
from django.db import connection

from allears.customers.actions import TraitChange, resolve, update_traits
from allears.customers.memory import Memory
from allears.events.batch import EventRow
from allears.events.consumer.decode import Call
from allears.events.models import Event
from allears.store.bulk import allocate_ids, insert_rows

COLUMNS = (
    "id", "workspace_id", "customer_id", "type", "name", "ts", "received_at", "message_key", "properties", "context"
)  # fmt: skip
Stored = tuple[int, int, Call]  # the event's id, its customer's, what was said


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
        rows += _store(workspace_id, once(group), now, memories.of(workspace_id))
    return rows


def once(calls: Iterable[Call]) -> list[Call]:
    """Each message once, the first that came."""
    first: dict[str, Call] = {}
    for call in calls:
        first.setdefault(call.message_key, call)
    return list(first.values())


def _store(workspace_id: int, calls: list[Call], now: datetime, memory: Memory) -> list[EventRow]:
    if connection.vendor == "postgresql":
        calls = _unseen(workspace_id, calls)
    customers = resolve(workspace_id=workspace_id, keys=[call.keys for call in calls], now=now, memory=memory)
    ids = allocate_ids(Event, len(calls))
    stored = list(zip(ids, customers, calls, strict=True))
    if connection.vendor == "postgresql":
        insert_rows(Event, COLUMNS, [_row(*each) for each in stored])
    else:
        stored = _insert_new(stored)
    _describe(workspace_id, stored, now)
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
        for number, customer_id, call in stored
    ]


def _unseen(workspace_id: int, calls: list[Call]) -> list[Call]:
    """PostgreSQL copies rows in, which bears no conflicts: ask first which are stored."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT message_key FROM events_event WHERE workspace_id = %s AND message_key = ANY(%s)",
            [workspace_id, [call.message_key for call in calls]],
        )
        seen = {row[0] for row in cursor.fetchall()}
    return [call for call in calls if call.message_key not in seen] if seen else calls


def _insert_new(stored: list[Stored]) -> list[Stored]:
    """SQLite inserts past conflicts, which saves looking each key up first: ask afterwards which are in."""
    if not stored:
        return stored
    marks = ", ".join(["%s"] * len(COLUMNS))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO events_event ({', '.join(COLUMNS)}) VALUES ({marks})"  # noqa: S608 - own names
            " ON CONFLICT (workspace_id, message_key) DO NOTHING",
            [_row_as_text(*each) for each in stored],
        )
        if cursor.rowcount == len(stored):
            return stored
        cursor.execute("SELECT id FROM events_event WHERE id >= %s", [stored[0][0]])
        new = {row[0] for row in cursor.fetchall()}
    return [each for each in stored if each[0] in new]


def _row(number: int, customer_id: int, call: Call) -> tuple[Any, ...]:
    return (
        number,
        call.workspace_id,
        customer_id,
        call.type,
        call.name,
        call.ts,
        call.received_at,
        call.message_key,
        call.properties.decode(),
        call.context.decode(),
    )


@lru_cache(maxsize=64)
def _text(received_at: datetime) -> str:
    """The calls of a body share theirs."""
    return received_at.isoformat(" ")[:-6]


def _row_as_text(number: int, customer_id: int, call: Call) -> tuple[Any, ...]:
    """The same with times as Django writes them to SQLite: UTC without an offset."""
    return (
        number,
        call.workspace_id,
        customer_id,
        call.type,
        call.name,
        call.ts.isoformat(" ")[:-6],
        _text(call.received_at),
        call.message_key,
        call.properties.decode(),
        call.context.decode(),
    )


def _describe(workspace_id: int, stored: list[Stored], now: datetime) -> None:
    """Traits of identify and account of group calls."""
    changes = [
        TraitChange(customer_id=customer_id, traits=_said(call), at=call.ts)
        for _, customer_id, call in stored
        if call.traits is not None
    ]
    if changes:
        update_traits(workspace_id=workspace_id, changes=changes, now=now)


def _said(call: Call) -> dict[str, Any]:
    traits = call.traits or {}
    if call.type == "identify":
        return traits
    group = msgspec.json.decode(call.properties)
    return {"account": {"id": group["groupId"], **traits}}
