"""Plain SQL for the few reads and writes that stand between an event and its ask, where building a query with the ORM
costs more than running it. Whoever uses it names the workspace himself.
"""

import sqlite3
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

T = TypeVar("T")
Rows = list[tuple[Any, ...]]


class Query(NamedTuple):
    """One statement with its parameters; one that gives no rows has none."""

    sql: str
    parameters: Sequence[Any] = ()


def _ask(sql: str, parameters: Sequence[Any], take: Callable[[Any], T]) -> T:
    """What ``take`` finds at a cursor that has run one statement of ours, on Django's connection, in its transaction.

    The driver is asked directly: Django's layers cost more than most of these statements. On PostgreSQL the server
    prepares them once for each connection, because to plan those of one ask anew took longer than to run them. Whoever
    counts or looks at statements through Django sees them as Django sends them.
    """
    database = connections[DEFAULT_DB_ALIAS]
    if _is_watched(database):
        with database.cursor() as watched:
            watched.execute(sql, parameters)
            return take(watched)
    _be_ready(database)
    with database.wrap_database_errors:
        cursor = _cursor(database.connection)
        try:
            if database.vendor == "postgresql":
                cursor.execute(sql, parameters or None)
            else:
                cursor.execute(_with_question_marks(sql), parameters)
            return take(cursor)
        finally:
            cursor.close()


def _is_watched(database: BaseDatabaseWrapper) -> bool:
    return bool(database.execute_wrappers or database.queries_logged)


def _be_ready(database: BaseDatabaseWrapper) -> None:
    if database.connection is None:
        database.ensure_connection()
    if database.needs_rollback:
        database.validate_no_broken_transaction()


def _cursor(driver: Any) -> Any:
    if not isinstance(driver, psycopg.Connection):
        return sqlite3.Connection.cursor(driver)
    driver.prepare_threshold = driver.prepare_threshold or PREPARED_AFTER
    return psycopg.Cursor(driver)


@lru_cache(maxsize=1024)
def _with_question_marks(sql: str) -> str:
    """As SQLite's driver marks parameters."""
    return sql.replace("%s", "?")


PREPARED_AFTER = 3  # runs on one connection; what is asked less often is not worth the server's memory


def select(sql: str, parameters: Sequence[Any] = ()) -> Rows:
    """Rows as the driver gives them: JSON as text, times by ``moment``."""
    return _ask(sql, parameters, _rows)


def together(*queries: Query | None) -> list[Rows]:
    """The rows of each, asked in this order; none may depend on what another one gives. None: nothing to ask.

    PostgreSQL gets all of them before the first answer is waited for: the way there and back, with a turn of either
    process, takes several times what such a statement does. Each sees what those before it did, and a lock that one
    of them waits for is held before the next one looks.
    """
    database = connections[DEFAULT_DB_ALIAS]
    if database.vendor != "postgresql" or _is_watched(database):
        return [select(*each) if each else [] for each in queries]
    _be_ready(database)
    with database.wrap_database_errors:
        with database.connection.pipeline():
            cursors = [_sent(database.connection, *each) if each else None for each in queries]
        return [_rows(cursor) if cursor else [] for cursor in cursors]


def _sent(driver: Any, sql: str, parameters: Sequence[Any]) -> Any:
    return _cursor(driver).execute(sql, parameters or None)


def _rows(cursor: Any) -> Rows:
    return list(cursor.fetchall()) if cursor.description else []


def change(sql: str, parameters: Sequence[Any] = ()) -> int:
    """How many rows it touched."""
    return _ask(sql, parameters, _count)


def _count(cursor: Any) -> int:
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
