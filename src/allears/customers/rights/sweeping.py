"""What deleted rows leave behind in the database's own files.

SQLite keeps deleted bytes in free pages and in its write-ahead log. While a person is erased, ``secure_delete``
overwrites them; then ``VACUUM`` writes the file anew without what earlier changes left, and the log is truncated.
PostgreSQL keeps dead rows until a vacuum, and samples of columns for its planner: ``VACUUM FULL`` writes the declared
tables and the samples anew. Its own write-ahead log is the server's, and is recycled by it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from allears.customers.personal import personal_indexes, personal_tables


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
                cursor.execute(f"VACUUM (FULL, ANALYZE) {connection.ops.quote_name(table)}")
                _forget_samples(cursor, table)
            cursor.execute("VACUUM (FULL) pg_statistic")


def _forget_samples(cursor: Any, table: str) -> None:
    """ANALYZE leaves the samples of a table alone that has no row any more; a column's type set anew drops them.

    The type is the one it had, so no row and no index is touched. Samples are values of rows that were there.
    """
    name = connection.ops.quote_name(table)
    cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {name})")  # noqa: S608 - the model's own name
    if cursor.fetchone()[0]:
        return
    cursor.execute(
        "SELECT s.attname, format_type(a.atttypid, a.atttypmod) FROM pg_stats s JOIN pg_attribute a"
        " ON a.attrelid = %s::regclass AND a.attname = s.attname"
        " WHERE s.schemaname = current_schema() AND s.tablename = %s"
        " AND a.atttypid IN ('text'::regtype, 'varchar'::regtype, 'jsonb'::regtype, 'bytea'::regtype,"
        " 'tsvector'::regtype)",
        [name, table],
    )
    for column, kind in cursor.fetchall():
        cursor.execute(f"ALTER TABLE {name} ALTER COLUMN {connection.ops.quote_name(column)} TYPE {kind}")


def _sweep_sqlite(cursor: object) -> None:
    execute = cursor.execute  # type: ignore[attr-defined]
    execute("PRAGMA temp_store=FILE")  # a large file would not fit into memory
    try:
        for index in personal_indexes():
            execute(index.sqlite)
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
    named |= {index.table for index in personal_indexes()}
    return sorted(named | {"customers_erasure", "customers_customerkey", "jobs_lakeerasure"})
