"""Set-wise writes to the operational store: ids reserved ahead, rows by COPY (PostgreSQL) or executemany (SQLite)."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from psycopg.types.numeric import Int8

from allears.store import plain


def allocate_ids(model: type[models.Model], count: int) -> list[int]:
    """Reserve ``count`` primary keys for rows inserted later in this transaction.

    On SQLite the caller must be inside a write transaction (ours are IMMEDIATE), which makes max+1 safe.
    """
    if count == 0:
        return []
    table = model._meta.db_table
    if draw := ids_query(model, count):
        return ids_in(plain.select(*draw))
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE((SELECT seq FROM sqlite_sequence WHERE name = %s), 0)", [table])
        (last,) = cursor.fetchone()
    return list(range(last + 1, last + 1 + count))


def ids_query(model: type[models.Model], count: int) -> plain.Query | None:
    """The same on PostgreSQL for who asks more in one trip, for ``ids_in``; SQLite's rows get theirs as they go in."""
    if connection.vendor != "postgresql":
        return None
    draw = (  # one row, not thousands; the sequence is looked up by its name once, not for each number
        "WITH own AS MATERIALIZED (SELECT %s::text::regclass AS sequence)"
        " SELECT array_agg(nextval(sequence)) FROM own, generate_series(1, %s)"
    )
    return plain.Query(draw, [_sequence(model._meta.db_table), count])


def ids_in(rows: plain.Rows) -> list[int]:
    return list(rows[0][0]) if rows else []


@lru_cache(maxsize=256)
def _sequence(table: str) -> str:
    """The sequence behind a table's ids: to look for it costs several times what it gives."""
    ((name,),) = plain.select("SELECT pg_get_serial_sequence(%s, 'id')", [table])
    return str(name)


def existing_values(
    model: type[models.Model], column: str, values: Sequence[Any], *, workspace_id: int, chunk: int = 900
) -> set[Any]:
    """Which of ``values`` stand in ``column`` of the workspace's rows already."""
    quote = connection.ops.quote_name
    head = (
        f"SELECT {quote(column)} FROM {quote(model._meta.db_table)} "  # noqa: S608 – own names
        f"WHERE workspace_id = %s AND {quote(column)} "
    )
    found: set[Any] = set()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(head + "= ANY(%s)", [workspace_id, list(values)])
            return {row[0] for row in cursor.fetchall()}
        for start in range(0, len(values), chunk):
            part = list(values[start : start + chunk])
            cursor.execute(f"{head} IN ({','.join(['%s'] * len(part))})", [workspace_id, *part])
            found.update(row[0] for row in cursor.fetchall())
    return found


MOST_PARAMETERS = 30_000  # of one statement on SQLite


def insert_new(instances: Sequence[models.Model], ids: Sequence[int] = ()) -> None:
    """Store instances of one model that stand in no table yet, and give them their ids.

    As ``bulk_create`` does, at a fraction of its cost for a few rows; inside a transaction. ``ids`` drawn already, as
    many as there are instances or more: nothing needs to be waited for (see ``plain.behind``).
    """
    if not instances:
        return
    meta = instances[0]._meta
    fields, database = meta.local_concrete_fields, connections[connection.alias]
    if len(instances) == 1:
        _insert_one(instances[0], *ids[:1])
        return
    drawn = ids[: len(instances)] or allocate_ids(type(instances[0]), len(instances))
    for instance, number in zip(instances, drawn, strict=True):
        instance.pk = number
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    marks = f"({','.join(['%s'] * len(fields))})"
    step = MOST_PARAMETERS // len(fields)
    with connection.cursor() as cursor:
        for start in range(0, len(instances), step):
            part = instances[start : start + step]
            values = [
                field.get_db_prep_save(getattr(instance, field.attname), database)
                for instance in part
                for field in fields
            ]
            table = connection.ops.quote_name(meta.db_table)
            cursor.execute(f"INSERT INTO {table} ({names}) VALUES {','.join([marks] * len(part))}", values)  # noqa: S608 – own names
    for instance in instances:
        instance._state.adding, instance._state.db = False, connection.alias


def _insert_one(instance: models.Model, number: int | None = None) -> None:
    """A single row brings its id back unless it was drawn before, and the statement is the same each time."""
    database = connections[DEFAULT_DB_ALIAS]
    fields, sql, numbered = _insertion(type(instance), database.vendor)
    values = [field.get_db_prep_save(getattr(instance, field.attname), database) for field in fields]
    if number is None:
        ((instance.pk,),) = plain.select(sql, values)
    else:
        instance.pk = number
        plain.later(plain.Query(numbered, [*values, Int8(number)]))
    instance._state.adding, instance._state.db = False, database.alias


@lru_cache(maxsize=256)
def _insertion(model: type[models.Model], vendor: str) -> "tuple[Sequence[models.Field[Any, Any]], str, str]":
    """The fields of a new row and the statements that store it, with its id drawn by the database or given behind its
    fields; quoted as the database of this vendor does."""
    quote, meta = connection.ops.quote_name, model._meta
    fields = [field for field in meta.local_concrete_fields if not field.primary_key]
    names = ", ".join(quote(str(field.column)) for field in fields)
    marks = ",".join(["%s"] * len(fields))
    table = quote(meta.db_table)
    return (
        fields,
        f"INSERT INTO {table} ({names}) VALUES ({marks}) RETURNING id",  # noqa: S608 – own names
        f"INSERT INTO {table} ({names}, {quote('id')}) VALUES ({marks},%s)",  # noqa: S608 – own names
    )


def insert_rows(model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows of plain database values (datetimes aware UTC, JSON already text) under the given column names."""
    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(connection.ops.quote_name(name) for name in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            plain.write_what_waits()
            with (
                connection.wrap_database_errors,
                cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy,
            ):  # names are our own columns
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(columns))
        sql = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 – own names
        cursor.executemany(sql, list(_with_naive_times(model, columns, rows)))


def _with_naive_times(
    model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> Iterable[Sequence[Any]]:
    """SQLite compares times as text, so they must be written exactly as Django writes them: UTC without an offset."""
    times = {field.column for field in model._meta.local_fields if isinstance(field, models.DateTimeField)}
    places = [place for place, column in enumerate(columns) if column in times]
    known: dict[datetime, str] = {}  # the adapter for times is slow, and one chunk's times repeat
    for row in rows:
        written = list(row)
        for place in places:
            value = written[place]
            if isinstance(value, datetime) and value.tzinfo is not None:
                text = known.get(value)
                if text is None:
                    text = known[value] = value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
                written[place] = text
        yield written
