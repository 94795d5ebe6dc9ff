"""What SQLite knows of its tables when it chooses an index; PostgreSQL's autovacuum sees to that by itself.

Without statistics it takes an index that begins with the workspace for as good as one that begins with the customer,
and reads all voices of a workspace to find the five of one customer. A look at a thousand rows of each index is enough.
Small tables are left alone: what was true of ten rows would mislead it when there are a million; of these it believes
what ``store.sqlite.presumed`` wrote down.

The rows it looks at are an index's first, and those are the empty ones: customers without an address, messages of no
case. Of an index whose second column may be empty, what that column tells apart is counted among the filled ones
instead; otherwise an address seems to leave all rows, and a customer is looked for by walking through everybody.
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
            _count_filled(cursor, name)
        cursor.execute("DROP TABLE IF EXISTS sqlite_stat4")  # of some builds: it would hold values, and so people
        cursor.execute("ANALYZE sqlite_schema")  # has this connection read what was written
    return len(tables)


def _count_filled(cursor: Any, table: str) -> None:
    cursor.execute("SELECT idx, stat FROM sqlite_stat1 WHERE tbl = %s AND idx IS NOT NULL", [table])
    for index, stat in cursor.fetchall():
        counts = stat.split()
        cursor.execute(f'PRAGMA index_info("{index}")')
        columns = [name for _, _, name in cursor.fetchall()]
        if len(columns) < 2 or counts[1] != counts[2] or int(counts[2]) == 1:
            continue
        alike = _rows_alike(cursor, table, *columns[:2])
        counts[2:] = [str(min(alike, int(each))) for each in counts[2:]]
        cursor.execute("UPDATE sqlite_stat1 SET stat = %s WHERE idx = %s", [" ".join(counts), index])


def _rows_alike(cursor: Any, table: str, first: str, second: str) -> int:
    """How many share a value of the second column, among the first filled rows of some value of the first."""
    table, first, second = map(connection.ops.quote_name, (table, first, second))
    of_one = f"FROM {table} WHERE {first} = (SELECT {first} FROM {table} LIMIT 1)"  # noqa: S608 - own names
    cursor.execute(f"SELECT typeof(max({second})) {of_one}")
    empty = "''" if cursor.fetchone()[0] == "text" else str(-(2**63))  # behind it the index is entered
    rows = f"SELECT {second} AS value {of_one} AND {second} > {empty} ORDER BY {second} LIMIT {LOOKED_AT}"
    cursor.execute(f"SELECT count(*), count(DISTINCT value) FROM ({rows})")  # noqa: S608
    number, values = cursor.fetchone()
    return -(-number // values) if values else 1


def _large(cursor: Any, table: str) -> bool:
    """By its rows, not its last number: a queue that is empty by day counts millions, and a statistic of its three rows
    would have all of it read when it is full."""
    rows = f"SELECT 1 FROM {connection.ops.quote_name(table)} LIMIT {LEAST_ROWS}"  # noqa: S608 - the model's own name
    cursor.execute(f"SELECT count(*) FROM ({rows})")  # noqa: S608
    return bool(cursor.fetchone()[0] >= LEAST_ROWS)
