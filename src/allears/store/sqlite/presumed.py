"""What SQLite believes of a table that nobody has looked at yet.

Without statistics it takes an index that begins with the workspace for as good as one that begins with the customer:
both are presumed to leave ten rows. A workspace has them all, so each set-wise look-up of customers would read the
whole of it, and a file of customers take the square of its rows, long before ``operations.statistics`` first looks. So
a new database begins with the shape that ours have when they are large: few workspaces, columns of choices with few
values, any other value in a handful of rows. Numbers found by ``ANALYZE`` take their place, table by table; an index
that is made later is presumed to have as many rows as its table is known to have.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

ROWS, ROWS_OF_PART = 1_000_000, 10_000  # of a table, and of those that an index with a condition holds
WORKSPACES, CHOICES = 10, 5  # values of such a column
ALIKE = 10  # rows with the same value in any other column, as SQLite itself presumes
SHORT = 20  # characters: a column of no more holds codes


def presume(connection: BaseDatabaseWrapper) -> int:
    """Write it down for each index without statistics; of how many tables. Other databases look by themselves."""
    if connection.vendor != "sqlite":
        return 0
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'")
        if cursor.fetchone() is None:
            cursor.execute("ANALYZE django_migrations")  # makes the table of statistics, which nobody else may
        known = _known(cursor)
        names = connection.introspection.django_table_names(only_existing=True)
        coded = _coded(connection.introspection.installed_models(names))
        found = [row for name in names for row in _shapes(cursor, name, coded.get(name, ()), known[name])]
        if found:
            cursor.executemany("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (%s, %s, %s)", found)
            cursor.execute("ANALYZE sqlite_schema")  # has this connection read them
    return len({table for table, _, _ in found})


def _known(cursor: Any) -> Mapping[str, Mapping[str, int]]:
    """By table and index, the rows that SQLite believes in."""
    cursor.execute("SELECT tbl, idx, stat FROM sqlite_stat1 WHERE idx IS NOT NULL")
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for table, index, stat in cursor.fetchall():
        found[table][index] = int(stat.split()[0])
    return found


def _shapes(
    cursor: Any, table: str, coded: Collection[str], known: Mapping[str, int]
) -> Iterator[tuple[str, str, str]]:
    """Of each index: its rows, then how many share the values of its first column, of its first two …"""
    rows = max(known.values(), default=ROWS)
    cursor.execute(f'PRAGMA index_list("{table}")')
    for _, index, unique, _, partial in cursor.fetchall():
        if index in known:
            continue
        cursor.execute(f'PRAGMA index_info("{index}")')
        columns = [name for _, _, name in cursor.fetchall()]
        counts = _counts(columns, rows=min(rows, ROWS_OF_PART) if partial else rows, unique=bool(unique), coded=coded)
        yield table, index, " ".join(map(str, counts))


def _counts(columns: Sequence[str | None], *, rows: int, unique: bool, coded: Collection[str]) -> list[int]:
    counts = [rows]
    for column in columns:
        if column == "workspace_id":
            left = counts[-1] // WORKSPACES
        elif column in coded:
            left = counts[-1] // CHOICES
        else:
            left = ALIKE
        counts.append(max(1, min(counts[-1], left)))
    return [*counts[:-1], 1] if unique else counts


def _coded(installed: Iterable[type[models.Model]]) -> dict[str, set[str]]:
    """The columns of each table that hold one of few codes."""
    return {
        model._meta.db_table: {str(field.column) for field in model._meta.local_fields if _has_codes(field)}
        for model in installed
    }


def _has_codes(field: "models.Field[Any, Any]") -> bool:
    short = isinstance(field, models.CharField) and field.max_length is not None and field.max_length <= SHORT
    return short or bool(field.choices) or isinstance(field, models.BooleanField)
