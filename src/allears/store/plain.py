"""Plain SQL for the few reads and writes that stand between an event and its ask, where building a query with the ORM
costs more than running it. Whoever uses it names the workspace himself.
"""

import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
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
    if _waiting():
        return take(_in_one_trip(database, [Query(sql, parameters)])[0])
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
    return database.queries_logged or any(each is not _after_what_waits for each in database.execute_wrappers)


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
    return [_rows(cursor) if cursor else [] for cursor in _in_one_trip(database, queries)]


def _in_one_trip(database: BaseDatabaseWrapper, queries: Sequence[Query | None]) -> list[Any]:
    """The cursor of each, once all are answered; before them goes what ``later`` was given."""
    waiting = _waiting()
    before = waiting[:]
    waiting.clear()
    with database.wrap_database_errors, database.connection.pipeline():
        for each in before:
            _sent(database.connection, *each)
        return [_sent(database.connection, *each) if each else None for each in queries]


_behind: ContextVar[list[Query] | None] = ContextVar("behind", default=None)


def _waiting() -> list[Query]:
    return _behind.get() or []


@contextmanager
def behind() -> Iterator[None]:
    """Inside, on PostgreSQL, what ``later`` is given goes out with the next question instead of being waited for.

    Whatever else this connection is asked, Django's own statements, savepoints and the end of this included, it has
    been given all of that first. An error of such a statement is therefore raised a little later than it was made.
    """
    database = connections[DEFAULT_DB_ALIAS]
    if database.vendor != "postgresql" or _behind.get() is not None:
        yield
        return
    before = _behind.set([])
    try:
        with database.execute_wrapper(_after_what_waits):
            yield
            write_what_waits()
    finally:
        _behind.reset(before)


def later(query: Query) -> None:
    """Write this with what is asked next, inside ``behind``; elsewhere at once. Nobody learns what came of it."""
    waiting = _behind.get()
    if waiting is None or _is_watched(connections[DEFAULT_DB_ALIAS]):
        change(*query)
    else:
        waiting.append(query)


def _after_what_waits(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
    if sql.startswith("ROLLBACK TO"):  # a savepoint: all that waits was given since
        _waiting().clear()
    write_what_waits()
    return execute(sql, *rest)


def write_what_waits() -> None:
    """For who gives the connection something past Django's statements, such as a COPY."""
    if _waiting():
        database = connections[DEFAULT_DB_ALIAS]
        _be_ready(database)
        _in_one_trip(database, [])


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
