"""What deleted rows leave behind in the database's own files.

SQLite keeps deleted bytes in free pages and in its write-ahead log. While a person is erased, ``secure_delete``
overwrites them; then ``VACUUM`` writes the file anew without what earlier changes left, and the log is truncated.
PostgreSQL keeps dead rows until a vacuum: ``VACUUM FULL`` writes the declared tables anew. Its own write-ahead log is
the server's, and is recycled by it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from allears.customers.personal import personal_tables


@contextmanager
def overwriting() -> Iterator[None]:
    """What is deleted inside is overwritten at once (SQLite)."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA secure_delete=ON")
        try:
            yield
        finally:
            cursor.execute("PRAGMA secure_delete=OFF")


def sweep() -> None:
    """Write the database's files anew without what was deleted. Must run outside a transaction; writers wait."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            _sweep_sqlite(cursor)
        else:
            for table in _tables():
                cursor.execute(f"VACUUM FULL {connection.ops.quote_name(table)}")


def _sweep_sqlite(cursor: object) -> None:
    execute = cursor.execute  # type: ignore[attr-defined]
    execute("PRAGMA temp_store=FILE")  # a large file would not fit into memory
    try:
        execute("VACUUM")
        execute("PRAGMA wal_checkpoint(TRUNCATE)")
        busy = cursor.fetchone()[0]  # type: ignore[attr-defined]
    finally:
        execute("PRAGMA temp_store=MEMORY")
    if busy:
        raise SweepBusyError("readers held the database all the time; it is tried again")


class SweepBusyError(RuntimeError):
    """Others used the database all the time; trying again later is safe."""


def _tables() -> list[str]:
    """Tables that may have held the person, and the erasures' own."""
    named = {table.model_type()._meta.db_table for table in personal_tables()}
    return sorted(named | {"customers_erasure", "customers_customerkey", "jobs_lakeerasure"})
