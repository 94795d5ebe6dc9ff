"""Plain SQL for the few reads and writes that stand between an event and its ask, where building a query with the ORM
costs more than running it. Whoever uses it names the workspace himself.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg
from django.db import connection


@contextmanager
def running(sql: str, parameters: Sequence[Any] = ()) -> Iterator[Any]:
    """A cursor that has run one statement of ours.

    On PostgreSQL the server prepares it once for each connection: to plan the statements of one ask anew took longer
    than to run them. Whoever counts or looks at statements through Django sees them as Django sends them.
    """
    if connection.vendor != "postgresql" or connection.execute_wrappers or connection.queries_logged:
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            yield cursor
        return
    connection.ensure_connection()
    connection.validate_thread_sharing()
    connection.validate_no_broken_transaction()
    driver: psycopg.Connection[Any] = connection.connection
    driver.prepare_threshold = driver.prepare_threshold or PREPARED_AFTER
    with connection.wrap_database_errors, psycopg.Cursor(driver) as cursor:
        cursor.execute(sql, parameters or None)
        yield cursor


PREPARED_AFTER = 3  # runs on one connection; what is asked less often is not worth the server's memory


def select(sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Rows as the driver gives them: JSON as text, times by ``moment``."""
    with running(sql, parameters) as cursor:
        return list(cursor.fetchall())


def change(sql: str, parameters: Sequence[Any] = ()) -> int:
    """How many rows it touched."""
    with running(sql, parameters) as cursor:
        return int(cursor.rowcount)


def among(column: str, values: Collection[Any]) -> tuple[str, list[Any]]:
    """A condition and its parameters: the column holds one of these values."""
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s)", [list(values)]
    return f"{column} IN ({','.join(['%s'] * len(values))})", list(values)


def moment(value: datetime | None) -> datetime | None:
    """A time that was read, aware of its zone."""
    return value if value is None or value.tzinfo is not None else value.replace(tzinfo=UTC)


def written(value: datetime) -> Any:
    """A time as the database compares it."""
    return connection.ops.adapt_datetimefield_value(value)
