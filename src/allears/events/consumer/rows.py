"""Calls as rows of the event table, each database in its quickest way."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from struct import Struct
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import IntegrityError, connection
from psycopg.types.numeric import Int8

from allears.store import plain

if TYPE_CHECKING:
    from allears.events.consumer.decode import Call

Owner = TypeVar("Owner", int, int | None)  # an event's customer; what comes by file may be nobody's
COLUMNS = (
    "id", "workspace_id", "customer_id", "type", "name", "ts", "received_at", "message_key", "properties", "context"
)  # fmt: skip
NAMES = ", ".join(COLUMNS)


def store_new(workspace_id: int, stored: "list[tuple[int, Owner, Call]]") -> "list[tuple[int, Owner, Call]]":
    """Store a workspace's events that are not there yet; they."""
    if connection.vendor == "postgresql":
        return copy_new(workspace_id, stored, ask_first=True)
    return insert_new(stored)


def insert_new(stored: "list[tuple[int, Owner, Call]]") -> "list[tuple[int, Owner, Call]]":
    """SQLite inserts past conflicts, which saves looking each key up first: ask afterwards which are in."""
    if not stored:
        return stored
    marks = ", ".join(["%s"] * len(COLUMNS))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO events_event ({NAMES}) VALUES ({marks})"  # noqa: S608 - own names
            " ON CONFLICT (workspace_id, message_key) DO NOTHING",
            [_values(number, customer_id, call) for number, customer_id, call in stored],
        )
        if cursor.rowcount == len(stored):
            return stored
        cursor.execute("SELECT id FROM events_event WHERE id >= %s", [stored[0][0]])
        new = {row[0] for row in cursor.fetchall()}
    return [each for each in stored if each[0] in new]


@lru_cache(maxsize=64)
def _text(received_at: datetime) -> str:
    """The calls of a body share theirs."""
    return received_at.isoformat(" ")[:-6]


def _values(number: int, customer_id: int | None, call: "Call") -> tuple[Any, ...]:
    """Times as Django writes them to SQLite: UTC without an offset."""
    return (
        number,
        call.workspace_id,
        customer_id,
        call.type,
        call.name,
        call.ts.isoformat(" ")[:-6],
        _text(call.received_at),
        call.message_key,
        call.properties,
        call.context,
    )


FEW = 8  # rows for which a COPY's three trips cost more than it saves


def insert_few(found: "list[tuple[Owner, Call]]") -> "list[tuple[int, Owner, Call]]":
    """PostgreSQL numbers a few rows as it stores them, past conflicts, in one trip; those that are new."""
    if not found:
        return []
    kept = plain.select(_insertion(len(found)), [value for each in found for value in _fields(*each)])
    numbers = {key: number for number, key in kept}
    return [(numbers[call.message_key], owner, call) for owner, call in found if call.message_key in numbers]


@lru_cache(maxsize=FEW)
def _insertion(rows: int) -> str:
    row = f"({', '.join(['%s'] * (len(COLUMNS) - 1))})"
    return (
        f"INSERT INTO events_event ({NAMES.removeprefix('id, ')}) VALUES {', '.join([row] * rows)}"  # noqa: S608 - own names
        " ON CONFLICT (workspace_id, message_key) DO NOTHING RETURNING id, message_key"
    )


def _fields(customer_id: int | None, call: "Call") -> tuple[Any, ...]:
    """Numbers of one width: by width of each the driver would prepare a statement of its own."""
    return (
        Int8(call.workspace_id),
        customer_id if customer_id is None else Int8(customer_id),
        call.type,
        call.name,
        call.ts,
        call.received_at,
        call.message_key,
        call.properties,
        call.context,
    )


# PostgreSQL's binary COPY (its manual, "COPY", Binary Format): each field is its length and its bytes.
_SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_END = b"\xff\xff"
PIECE = 100  # rows
_numbers = Struct("!hiqiqiqi").pack  # how many fields; id, workspace, customer; the length of the type
_nobodys = Struct("!hiqiqii").pack  # the same of an event that is nobody's
_times = Struct("!iqiqi").pack  # when it happened, when it came; the length of the key
_length = Struct("!i").pack
_json_length = Struct("!ib").pack  # of jsonb, whose bytes begin with its version, 1
_SINCE = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def copy_new(
    workspace_id: int,
    stored: "list[tuple[int, Owner, Call]]",
    *,
    ask_first: bool,
    meanwhile: Iterable[object] = (),
) -> "list[tuple[int, Owner, Call]]":
    """PostgreSQL copies rows in, which bears no repeats; IntegrityError when there is one and it did not ask first.

    Once a workspace repeats itself, the next batches ask first in any case, until one brings nothing but new.
    ``meanwhile``: see ``_copy``.
    """
    if workspace_id not in _repeating and not ask_first:
        try:
            _copy(stored, meanwhile)
        except IntegrityError:
            _repeating.add(workspace_id)
            raise
        return stored
    seen = _seen(workspace_id, stored)
    new = [each for each in stored if each[2].message_key not in seen] if seen else stored
    _copy(new, meanwhile)
    if not seen:
        _repeating.discard(workspace_id)
    return new


_repeating: set[int] = set()


def _seen(workspace_id: int, stored: "list[tuple[int, Owner, Call]]") -> set[str]:
    keys = ",".join([call.message_key for _, _, call in stored])  # one text is quicker to send than an array
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT message_key FROM events_event"
            " WHERE workspace_id = %s AND message_key = ANY(string_to_array(%s, ','))",
            [workspace_id, keys],
        )
        return {row[0] for row in cursor.fetchall()}


def _copy(stored: "list[tuple[int, Owner, Call]]", meanwhile: Iterable[object] = ()) -> None:
    """``meanwhile`` is other work, done step by step while the database stores what it was given."""
    if not stored:
        return
    plain.write_what_waits()
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(f"COPY events_event ({NAMES}) FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.write(_SIGNATURE)
        for start in range(0, len(stored), PIECE):  # the database stores one piece while the next is being made
            copy.write(b"".join([_binary(*each) for each in stored[start : start + PIECE]]))
        copy.write(_END)
        for _ in meanwhile:
            cursor.connection.pgconn.flush()


def _binary(number: int, customer_id: int | None, call: "Call") -> bytes:
    kind, name, key = call.type.encode(), call.name.encode(), call.message_key.encode()
    properties, context = call.properties.encode(), call.context.encode()
    return b"".join(
        (
            _nobodys(10, 8, number, 8, call.workspace_id, -1, len(kind))
            if customer_id is None
            else _numbers(10, 8, number, 8, call.workspace_id, 8, customer_id, len(kind)),
            kind,
            _length(len(name)),
            name,
            _times(8, (call.ts - _SINCE) // _MICROSECOND, 8, _since(call.received_at), len(key)),
            key,
            _json_length(len(properties) + 1, 1),
            properties,
            _json_length(len(context) + 1, 1),
            context,
        )
    )


@lru_cache(maxsize=64)
def _since(received_at: datetime) -> int:
    """Microseconds since 2000; the calls of a body share theirs."""
    return (received_at - _SINCE) // _MICROSECOND
