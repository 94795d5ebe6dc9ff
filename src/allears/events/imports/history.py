"""Events that come by file: the same rows, identity and once-only rule as at the door in, without its consequences.

History sets no probes off and asks nobody. With ``announce`` the batch goes to the subscribers as if it had just come.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import msgspec
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from allears.events.batch import Batch, EventRow, batch_subscriptions
from allears.events.imports.kinds import BadRow, Chunk, Field, FieldType, Kind, Outcome, Row
from allears.events.imports.people import WHO_FIELDS, keys_of, recognise
from allears.events.models import Event
from allears.store.bulk import allocate_ids, existing_values, insert_rows
from allears.store.scope import ScopedQuerySet

_encode = msgspec.json.Encoder().encode
COLUMNS = (
    "id", "workspace_id", "customer_id", "type", "name", "ts", "received_at", "message_key", "properties", "context"
)  # fmt: skip


def message_key(row: Row) -> str:
    """The key under which the intake would know the event: of its own id as ``messageId``, else of the row."""
    own = row.values.get("id")
    return blake2b(str(own).encode(), digest_size=16).hexdigest() if own else row.key


def _load(chunk: Chunk) -> Outcome:
    rows, bad = _whole(chunk.rows)
    first: dict[str, Row] = {}
    for row in rows:
        first.setdefault(message_key(row), row)
    known = existing_values(Event, "message_key", list(first), workspace_id=chunk.workspace_id)
    fresh = [row for key, row in first.items() if key not in known]
    people = recognise(chunk, fresh)
    ids = allocate_ids(Event, len(fresh))
    events = [
        _event(chunk, row, number, customer)
        for row, number, customer in zip(fresh, ids, people.customer_ids, strict=True)
    ]
    insert_rows(Event, COLUMNS, [_database_row(event, row) for event, row in zip(events, fresh, strict=True)])
    if chunk.announce and events:
        _announce(chunk, events)
    return Outcome(repeated=len(rows) - len(fresh), bad=bad)


def _whole(rows: Sequence[Row]) -> tuple[list[Row], list[BadRow]]:
    """Events name what happened and to whom."""
    good: list[Row] = []
    bad: list[BadRow] = []
    for row in rows:
        if not row.values.get("event_name"):
            reason = _("The row does not say what happened. Fill in the event’s name and send the row again.")
            bad.append(BadRow(number=row.number, field="event_name", reason=reason))
        elif not keys_of(row.values).names():
            reason = _("The row names nobody: fill in a customer’s id, e-mail address or telephone number.")
            bad.append(BadRow(number=row.number, field="user_id", reason=reason))
        else:
            good.append(row)
    return good, bad


def _event(chunk: Chunk, row: Row, number: int, customer_id: int | None) -> EventRow:
    return EventRow(
        id=number,
        workspace_id=chunk.workspace_id,
        customer_id=customer_id,
        type="track",
        name=row.values["event_name"],
        ts=row.values.get("ts") or chunk.file_time,
        received_at=chunk.now,
        properties=row.rest,
        context={"import": chunk.import_id},
    )


def _database_row(event: EventRow, row: Row) -> tuple[Any, ...]:
    return (
        event.id,
        event.workspace_id,
        event.customer_id,
        event.type,
        event.name,
        event.ts,
        event.received_at,
        message_key(row),
        _encode(dict(event.properties)).decode(),
        _encode(dict(event.context)).decode(),
    )


def _announce(chunk: Chunk, events: list[EventRow]) -> None:
    for subscription in batch_subscriptions():
        import_string(subscription.handler)(Batch(events=events, now=chunk.now))


def _rows(workspace_id: int, import_id: int) -> dict[str, ScopedQuerySet[Any]]:
    return {"events": Event.objects.in_workspace(workspace_id).filter(context__import=import_id)}


EVENTS = Kind(
    name="events",
    label=gettext_lazy("Events"),
    fields=(
        Field(name="event_name", type=FieldType.LABEL, label=gettext_lazy("What happened"), most=200),
        Field(name="ts", type=FieldType.TIME, label=gettext_lazy("Time")),
        Field(name="id", type=FieldType.KEY, label=gettext_lazy("Row’s own id")),
        *WHO_FIELDS,
        Field(name="anonymous_id", type=FieldType.WHO, label=gettext_lazy("Device or visitor")),
    ),
    needs=(("event_name",), ("user_id", "email", "phone", "anonymous_id")),
    load=_load,
    rows=_rows,
)
