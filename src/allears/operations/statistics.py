"""What SQLite knows of its tables when it chooses an index; PostgreSQL's autovacuum sees to that by itself.

Without statistics it takes an index that begins with the workspace for as good as one that begins with the customer,
and reads all voices of a workspace to find the five of one customer. A look at a thousand rows of each index is enough.
Small tables are left alone: what was true of ten rows would mislead it when there are a million; of these it believes
what ``store.sqlite.presumed`` wrote down.
"""

from typing import Any

from django.db import connection

from allears.store.sqlite.presumed import presume

LEAST_ROWS = 10_000
LOOKED_AT = 1_000


def gather() -> int:
    """Look at each large table; how many there were."""
    if connection.vendor != "sqlite":
        return 0
    presume(connection)
    with connection.cursor() as cursor:
        tables = [
            name for name in connection.introspection.django_table_names(only_existing=True) if _large(cursor, name)
        ]
        cursor.execute(f"PRAGMA analysis_limit={LOOKED_AT}")
        for name in tables:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(name)}")
        cursor.execute("DROP TABLE IF EXISTS sqlite_stat4")  # of some builds: it would hold values, and so people
    return len(tables)


def _large(cursor: Any, table: str) -> bool:
    """By its rows, not its last number: a queue that is empty by day counts millions, and a statistic of its three rows
    would have all of it read when it is full."""
    rows = f"SELECT 1 FROM {connection.ops.quote_name(table)} LIMIT {LEAST_ROWS}"  # noqa: S608 - the model's own name
    cursor.execute(f"SELECT count(*) FROM ({rows})")  # noqa: S608
    return bool(cursor.fetchone()[0] >= LEAST_ROWS)
