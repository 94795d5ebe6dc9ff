"""Indexes that migrations make on large tables, while others write to them."""

from typing import Any

from django.db import migrations, models


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


def added(*, model: str, index: models.Index, on: str) -> migrations.SeparateDatabaseAndState:
    """The operation that makes ``index``, which is ``CREATE INDEX … ON on``."""
    name = index.name
    return migrations.SeparateDatabaseAndState(
        database_operations=[
            migrations.RunPython(
                lambda _, editor: make(editor, name=name, on=on), lambda _, editor: drop(editor, name=name)
            )
        ],
        state_operations=[migrations.AddIndex(model_name=model, index=index)],
    )


def replaced(
    *, model: str, column: str, field: models.ForeignKey[Any, Any], name: str, on: str
) -> migrations.SeparateDatabaseAndState:
    """The operation that takes the index ``name`` of a foreign key away, as another one begins with its column. Not
    AlterField, for which SQLite would write the whole table anew."""
    return migrations.SeparateDatabaseAndState(
        database_operations=[
            migrations.RunPython(
                lambda _, editor: drop(editor, name=name), lambda _, editor: make(editor, name=name, on=on)
            )
        ],
        state_operations=[migrations.AlterField(model_name=model, name=column, field=field)],
    )
