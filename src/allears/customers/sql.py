"""Set-wise reads and writes of this domain that the ORM would do row by row."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection

CHUNK = 900  # bound parameters of one statement on SQLite


def customers_of(workspace_id: int, kind: str, values: Sequence[str]) -> list[tuple[str, int, bool]]:
    """(value, customer id, whether it is shared) of those identifiers that are known."""
    head = (
        "SELECT value, customer_id, shared_at IS NOT NULL FROM customers_identifier "
        "WHERE workspace_id = %s AND kind = %s AND value "
    )
    found: list[tuple[str, int, bool]] = []
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(head + "= ANY(%s)", [workspace_id, kind, list(values)])
            return [(value, customer, shared) for value, customer, shared in cursor.fetchall()]
        for start in range(0, len(values), CHUNK):
            chunk = list(values[start : start + CHUNK])
            marks = ",".join(["%s"] * len(chunk))
            cursor.execute(f"{head} IN ({marks})", [workspace_id, kind, *chunk])
            found += cursor.fetchall()
        return found


def as_text(moment: datetime) -> str:
    """A moment as Django writes it on SQLite: UTC without an offset."""
    return str(moment.astimezone(UTC).replace(tzinfo=None))


def update_columns(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Set ``columns`` of many rows; each of ``rows`` is plain database values followed by the id."""
    sets = ", ".join(f'"{column}" = %s' for column in columns)
    values = list(rows)
    if values:
        with connection.cursor() as cursor:
            cursor.executemany(f'UPDATE "{table}" SET {sets} WHERE id = %s', values)  # noqa: S608 - own names
