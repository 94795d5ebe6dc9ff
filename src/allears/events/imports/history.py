"""Events that come by file: the same rows, identity and once-only rule as at the door in, without its consequences.

History sets no probes off and asks nobody. With ``announce`` the batch goes to the subscribers as if it had just come.
"""

from hashlib import blake2b
from typing import Any

import msgspec
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy

from allears.events import keys
from allears.events.batch import Arrivals, Batch, batch_subscriptions
from allears.events.consumer.decode import Call
from allears.events.consumer.rows import store_new
from allears.events.imports.kinds import BadRow, Chunk, Field, FieldType, Kind, Outcome, Rows
from allears.events.imports.people import WHO_FIELDS, names_somebody, recognise, said_by
from allears.events.imports.reasons import coded
from allears.events.models import Event
from allears.store.bulk import allocate_ids, existing_values
from allears.store.scope import ScopedQuerySet

_encode = msgspec.json.Encoder().encode


def message_keys(rows: Rows) -> list[str]:
    """The keys under which the intake knows the events: of their own ids as ``messageId``, else of the rows."""
    key = keys.message_key
    if not rows.says("id"):
        return rows.keys()
    ids = rows.column("id")
    if all(ids):
        return [key(each) for each in ids]
    return [key(own) if own else other for own, other in zip(ids, rows.keys(), strict=True)]


def former_key(message_id: str) -> str:
    """How an event's own id was hashed by the first versions that read files."""
    return blake2b(message_id.encode(), digest_size=16).hexdigest()


def _load(chunk: Chunk) -> Outcome:
    rows, bad = _whole(chunk.rows)
    first: dict[str, int] = {}
    for place, key in enumerate(message_keys(rows)):
        first.setdefault(key, place)
    if chunk.older and rows.says("id"):
        first = _not_formerly(chunk.workspace_id, rows, first)
    fresh = rows if len(first) == len(rows) else rows.only(list(first.values()))
    people = recognise(chunk, fresh).customer_ids
    ids = allocate_ids(Event, len(fresh))
    stored = store_new(chunk.workspace_id, list(zip(ids, people, _calls(chunk, fresh, list(first)), strict=True)))
    if chunk.announce and stored:
        _announce(chunk, Arrivals(stored))
    return Outcome(repeated=len(rows) - len(stored), bad=bad)


def _not_formerly(workspace_id: int, rows: Rows, first: dict[str, int]) -> dict[str, int]:
    ids = rows.column("id")
    former = {key: former_key(ids[place]) for key, place in first.items() if ids[place]}
    known = existing_values(Event, "message_key", list(former.values()), workspace_id=workspace_id)
    return {key: place for key, place in first.items() if former.get(key) not in known}


def _whole(rows: Rows) -> tuple[Rows, list[BadRow]]:
    """Events name what happened and to whom."""
    names, who = rows.column("event_name"), said_by(rows)
    known = {each: names_somebody(each) for each in set(who)}
    if all(names) and all(known.values()):
        return rows, []
    bad: list[BadRow] = []
    good: list[int] = []
    for place, (name, each) in enumerate(zip(names, who, strict=True)):
        if not name:
            bad.append(BadRow(number=rows.number(place), field="event_name", reason=coded("no_event")))
        elif not known[each]:
            bad.append(BadRow(number=rows.number(place), field="user_id", reason=coded("nobody")))
        else:
            good.append(place)
    return rows.only(good), bad


def _calls(chunk: Chunk, rows: Rows, message_keys: list[str]) -> list[Call]:
    """The rows as the consumer stores what came through the door."""
    workspace_id, now, moment = chunk.workspace_id, chunk.now, chunk.file_time
    context = _encode({"import": chunk.import_id}).decode()
    told = zip(message_keys, rows.column("event_name"), rows.column("ts"), rows.rest(), strict=True)
    return [
        Call(workspace_id, "track", name, ts or moment, now, key, None, _encode(rest).decode(), context)
        for key, name, ts, rest in told
    ]


def _announce(chunk: Chunk, events: Arrivals) -> None:
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
