"""The tables of a new database in one go: what all migrations lead to, written down once for each kind of database.

A new installation has nothing to migrate, and walking through the history takes half a minute of Django's rendering
models over and over. ``scripts/tables.py`` walks it and writes ``sqlite.sql`` and ``postgresql.sql``; whatever
migration came later is applied on top in the usual way. See docs/decisions/0023-tables-of-a-new-database.md.
"""

from collections.abc import Collection
from importlib.resources import files

from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

Node = tuple[str, str]  # app, name of a migration
HEAD = "-- migration "
LOCK = 5_171_009  # any number of our own: of two nodes that start at once, one makes the tables


def written() -> tuple[list[Node], str]:
    """The migrations that this kind of database's file stands for, in the order of their being applied, and the SQL."""
    text = (files(__name__) / f"{connection.vendor}.sql").read_text("utf-8")
    lines = text.split("\n")
    nodes = [line.removeprefix(HEAD).split(".", 1) for line in lines if line.startswith(HEAD)]
    return [(app, name) for app, name in nodes], text


def make(*, wanted: Collection[Node]) -> bool:
    """Make the tables if the database has none and the file goes no further than ``wanted``; whether it did."""
    nodes, sql = written()
    if not set(nodes) <= set(wanted):
        return False
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        if connection.introspection.table_names(cursor):
            return False
        if connection.vendor == "postgresql":
            cursor.execute(sql)
        else:
            for statement in sql.split("\n;\n"):
                cursor.execute(statement)
        recorder = MigrationRecorder(connection)
        recorder.migration_qs.bulk_create(recorder.Migration(app=app, name=name) for app, name in nodes)
    return True
