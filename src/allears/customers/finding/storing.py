"""The index's own table: FTS5 on SQLite, a ``tsvector`` with a GIN index on PostgreSQL.

Triggers note each customer who is called or reached by something else than before, and take out what is gone, so that
no writer can forget to; the worker indexes behind them (``indexing``). Each piece stands behind the number of its
workspace, so that none is looked for among another's customers.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db import connection, transaction

MOST = 30  # pieces that are asked for

_SQLITE_TABLE = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS customers_customerwords USING fts5(pieces, detail=none, columnsize=0,"
    " tokenize='ascii')"
)  # splits at spaces alone: what is a letter, we have decided, by a newer Unicode than SQLite's
_SQLITE_TRIGGERS = {
    "customers_customer_came": "AFTER INSERT ON customers_customer"
    " WHEN NEW.name <> '' OR NEW.email <> '' OR NEW.phone <> '' BEGIN @note; END",
    "customers_customer_named": "AFTER UPDATE OF name, email, phone ON customers_customer WHEN @renamed"
    " BEGIN @note; END",
    # apart: the intake makes customers who are called nothing and names them, and has nothing to take out
    "customers_customer_renamed": "AFTER UPDATE OF name, email, phone ON customers_customer"
    " WHEN (OLD.name <> '' OR OLD.email <> '' OR OLD.phone <> '') AND (@renamed) BEGIN @take; END",
    "customers_customer_gone": "AFTER DELETE ON customers_customer BEGIN @take;"
    " DELETE FROM customers_customerpending WHERE customer_id = OLD.id; END",
}
_SQLITE_SPELT = {
    "@renamed": "OLD.name <> NEW.name OR OLD.email <> NEW.email OR OLD.phone <> NEW.phone",
    "@note": "INSERT OR IGNORE INTO customers_customerpending (customer_id) VALUES (NEW.id)",
    "@take": "DELETE FROM customers_customerwords WHERE rowid = OLD.id",
}
_POSTGRES_TABLE = (
    "CREATE TABLE IF NOT EXISTS customers_customerwords (customer_id bigint PRIMARY KEY, pieces tsvector NOT NULL)",
    "CREATE INDEX IF NOT EXISTS customers_customerwords_pieces ON customers_customerwords USING gin (pieces)",
)
_POSTGRES_TRIGGERS = (
    "CREATE OR REPLACE FUNCTION customers_customer_words() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " IF TG_OP = 'INSERT' THEN"
    "   IF NEW.name = '' AND NEW.email = '' AND NEW.phone = '' THEN RETURN NULL; END IF;"
    " ELSIF TG_OP = 'UPDATE' THEN"
    "   IF OLD.name = NEW.name AND OLD.email = NEW.email AND OLD.phone = NEW.phone THEN RETURN NULL; END IF;"
    " ELSIF TG_OP = 'TRUNCATE' THEN"
    "   TRUNCATE customers_customerwords; RETURN NULL;"
    " ELSE"
    # who waits is locked first, so that whoever is indexing has ended before the pieces are taken out
    "   DELETE FROM customers_customerpending WHERE customer_id = OLD.id;"
    "   DELETE FROM customers_customerwords WHERE customer_id = OLD.id; RETURN NULL;"
    " END IF;"
    " INSERT INTO customers_customerpending (customer_id) VALUES (NEW.id)"
    "  ON CONFLICT (customer_id) DO UPDATE SET customer_id = excluded.customer_id;"
    " IF TG_OP = 'UPDATE' THEN DELETE FROM customers_customerwords WHERE customer_id = OLD.id; END IF;"
    " RETURN NULL; END $$",
    # no column is named here: one that is cannot be given its type anew, which is how the planner's samples are dropped
    "CREATE OR REPLACE TRIGGER customers_customer_came AFTER INSERT OR UPDATE OR DELETE ON customers_customer"
    " FOR EACH ROW EXECUTE FUNCTION customers_customer_words()",
    "CREATE OR REPLACE TRIGGER customers_customer_emptied AFTER TRUNCATE ON customers_customer FOR EACH STATEMENT"
    " EXECUTE FUNCTION customers_customer_words()",
)


def make(execute: Any, vendor: str) -> None:
    """Make what is missing, by ``execute(sql)``; doing it again changes nothing."""
    for statement in (_SQLITE_TABLE,) if vendor == "sqlite" else (*_POSTGRES_TABLE, *_POSTGRES_TRIGGERS):
        execute(statement)
    if vendor == "sqlite":
        for name, body in _SQLITE_TRIGGERS.items():
            execute(f"DROP TRIGGER IF EXISTS {name}")
            execute(f"CREATE TRIGGER {name} {_spelt(body)}")


def _spelt(body: str) -> str:
    for word, sql in _SQLITE_SPELT.items():
        body = body.replace(word, sql)
    return body


def wait_all(execute: Any) -> None:
    """Every customer who is called anything waits to be indexed anew."""
    execute("DELETE FROM customers_customerpending")
    execute(
        "INSERT INTO customers_customerpending (customer_id) SELECT id FROM customers_customer"
        " WHERE name <> '' OR email <> '' OR phone <> ''"
    )


def watches() -> bool:
    """Whether the triggers stand: a migration that writes the table of customers anew on SQLite drops them."""
    if connection.vendor != "sqlite":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        return set(_SQLITE_TRIGGERS) <= {name for (name,) in cursor.fetchall()}


def begin_anew() -> None:
    """Triggers and table as they should be, and everybody waiting to be indexed."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS customers_customerwords")
        make(cursor.execute, connection.vendor)
        wait_all(cursor.execute)


def store(rows: Iterable[tuple[int, int, Collection[str]]]) -> None:
    """Index these customers (id, workspace, pieces) anew; inside the caller's transaction."""
    if connection.vendor == "sqlite":
        sql = "INSERT OR REPLACE INTO customers_customerwords (rowid, pieces) VALUES (%s, %s)"
        told = [(at, " ".join(_owned(workspace, found))) for at, workspace, found in rows]
    else:
        sql = (
            "INSERT INTO customers_customerwords (customer_id, pieces) VALUES (%s, CAST(%s AS tsvector))"
            " ON CONFLICT (customer_id) DO UPDATE SET pieces = excluded.pieces"
        )
        told = [(at, " ".join(f"'{each}'" for each in _owned(workspace, found))) for at, workspace, found in rows]
    with connection.cursor() as cursor:
        cursor.executemany(sql, told)


def _owned(workspace_id: int, pieces: Collection[str]) -> list[str]:
    return [f"{workspace_id}x{each}" for each in sorted(pieces)]


def asked(workspace_id: int, whole: Collection[str], begun: Collection[str]) -> str:
    """The index's own question: all of these, or as many as tell them apart. Pieces hold letters and digits only, so
    nothing in them can end the quotes."""
    sqlite = connection.vendor == "sqlite"
    quote, ends, joint = ('"', " *", " AND ") if sqlite else ("'", ":*", " & ")
    told = [f"{quote}{each}{quote}" for each in _owned(workspace_id, whole)[:MOST]]
    told += [f"{quote}{each}{quote}{ends}" for each in _owned(workspace_id, begun)[:MOST]]
    return joint.join(told)


def matching(questions: Sequence[str], *, limit: int) -> tuple[str, list[Any]]:
    """SQL that tells the ids of those who have the pieces, the newest so many."""
    if connection.vendor == "sqlite":
        sql = "SELECT rowid AS id FROM customers_customerwords WHERE customers_customerwords MATCH %s ORDER BY rowid"
        return f"{sql} DESC LIMIT {limit}", [" OR ".join(f"({each})" for each in questions)]
    sql = (  # OFFSET 0: left to itself the planner may walk through all by their ids
        "SELECT id FROM (SELECT customer_id AS id FROM customers_customerwords"
        " WHERE pieces @@ CAST(%s AS tsquery) OFFSET 0) AS whoever ORDER BY id"
    )
    return f"{sql} DESC LIMIT {limit}", [" | ".join(f"({each})" for each in questions)]
