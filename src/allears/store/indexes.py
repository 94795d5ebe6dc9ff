"""Indexes that migrations make on large tables, while others write to them."""

from typing import Any


def make(schema_editor: Any, *, name: str, on: str) -> None:
    """``CREATE INDEX name ON on``, in a migration with ``atomic = False``.

    On PostgreSQL nobody waits meanwhile; what an attempt that was cut short left behind is made anew. Within one
    transaction over all migrations, as ``allears upgrade`` runs them, PostgreSQL offers that to no one: there writers
    wait, and nothing can be left behind. SQLite has one writer anyway.
    """
    if beside_others(schema_editor):
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        schema_editor.execute(f"CREATE INDEX CONCURRENTLY {name} ON {on}")
    else:
        schema_editor.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {on}")


def drop(schema_editor: Any, *, name: str) -> None:
    """Take an index away; nothing happens where there is none."""
    slowly = " CONCURRENTLY" if beside_others(schema_editor) else ""
    schema_editor.execute(f"DROP INDEX{slowly} IF EXISTS {name}")


def beside_others(schema_editor: Any) -> bool:
    connection = schema_editor.connection
    return connection.vendor == "postgresql" and not connection.in_atomic_block
