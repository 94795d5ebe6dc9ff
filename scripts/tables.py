"""Write what all migrations lead to, for new databases (``allears.store.tables``); ``--check`` fails when it is stale.

Walks the whole history on a new SQLite and a new PostgreSQL, half a minute each.
"""

import argparse
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]
FOLDER = ROOT / "src" / "allears" / "store" / "tables"
KINDS = ("sqlite", "postgresql")
WALK = """
import django
django.setup()
from django.core.management import call_command
from django.core.management.commands.migrate import Command
call_command({command}, verbosity=0, interactive=False)
"""
ONE_OF = re.compile(r"\(\((\w+)\)::text = ANY \(\(ARRAY\[([^]]*)\]\)::text\[\]\)\)")  # how PostgreSQL spells IN (…)
NOISE = ("--", "SET ", "SELECT pg_catalog.set_config", "\\restrict", "\\unrestrict")


def dumped(kind: str, *, by_hand: bool) -> str:
    """The SQL of a new database: ``by_hand`` walks through the migrations, otherwise ``allears init`` is trusted."""
    return {"sqlite": _sqlite, "postgresql": _postgresql}[kind](by_hand)


def _sqlite(by_hand: bool) -> str:
    with tempfile.TemporaryDirectory(prefix="allears-tables-") as folder:
        _migrate({"ALLEARS_DATA": folder}, by_hand)
        database = sqlite3.connect(Path(folder) / "allears.sqlite3")
        applied = database.execute("SELECT app || '.' || name FROM django_migrations ORDER BY id").fetchall()
        objects = database.execute(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%'"
            " ORDER BY CASE type WHEN 'table' THEN 1 WHEN 'index' THEN 2 ELSE 3 END, name"
        ).fetchall()
        database.close()
    made_by_others = tuple(f"{name}_" for name, sql in objects if sql.startswith("CREATE VIRTUAL"))
    statements = [sql for name, sql in objects if not name.startswith(made_by_others or ("?",))]
    return _head(applied) + "\n;\n".join(statements) + "\n"


def _postgresql(by_hand: bool) -> str:
    from tests.support.postgres import PostgresServer, binary

    server = PostgresServer.started()
    try:
        url = server.create_database("tables")
        with tempfile.TemporaryDirectory(prefix="allears-tables-") as folder:
            _migrate({"ALLEARS_DATA": folder, "DATABASE_URL": url}, by_hand)
        options = ("--schema-only", "--no-owner", "--no-privileges", "--no-comments")
        text = subprocess.run([binary("pg_dump"), *options, url], check=True, capture_output=True, text=True).stdout
        listing = "SELECT app || '.' || name FROM django_migrations ORDER BY id"
        rows = subprocess.run([binary("psql"), "-At", "-c", listing, url], check=True, capture_output=True, text=True)
    finally:
        server.remove()
    lines = [line.replace("public.", "") for line in text.splitlines() if line and not line.startswith(NOISE)]
    sql = ONE_OF.sub(lambda found: f"({found[1]} IN ({found[2].replace('::character varying', '')}))", "\n".join(lines))
    return _head([(line,) for line in rows.stdout.split()]) + sql + "\n"


def _head(applied: list[tuple[str]]) -> str:
    return "".join(f"-- migration {name}\n" for (name,) in sorted(applied)) + "\n"


def _migrate(environment: dict[str, str], by_hand: bool) -> None:
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "ALLEARS_DATA")}
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    subprocess.run(
        [sys.executable, "-c", WALK.format(command="Command()" if by_hand else '"migrate"')],
        env=kept | environment | {"DJANGO_SETTINGS_MODULE": "allears.settings", "PYTHONPATH": paths},
        check=True,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a file is not as it would be")
    check = parser.parse_args().check
    stale = 0
    for kind in KINDS:
        path = FOLDER / f"{kind}.sql"
        text = dumped(kind, by_hand=True)
        if check and (not path.is_file() or path.read_text("utf-8") != text):
            print(f"{path.relative_to(ROOT)} is stale: run `python scripts/tables.py`")
            stale += 1
        elif not check:
            path.write_text(text, "utf-8")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
