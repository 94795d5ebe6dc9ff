"""Plain SQL for the few reads and writes that stand between an event and its ask, where building a query with the ORM
costs more than running it. Whoever uses it names the workspace himself.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection


def select(sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Rows as the driver gives them: JSON as text, times by ``moment``."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def change(sql: str, parameters: Sequence[Any] = ()) -> int:
    """How many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
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
