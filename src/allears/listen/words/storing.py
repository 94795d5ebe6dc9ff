"""The index's own tables: FTS5 on SQLite, a ``tsvector`` with a GIN index on PostgreSQL.

Triggers note each voice whose words or marks changed and take out what is gone, so that no writer can forget to; an
import's undo and an erasure reach the index in their own transaction. The rows stand in order of the time at which they
were said, so that the latest are found first without sorting. Marks (``words.marks``) have a column of their own on
SQLite; on PostgreSQL they stand among the words behind a sign that no word holds, because one index meets both sides
of a question cheaply and two do not.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, transaction

from allears.listen.words.beside import tables

# Seconds since 1970, then the voice. Not strftime('%s'): who runs it may take the sign for a parameter.
PLACE = "((CAST(round((julianday(said_at) - 2440587.5) * 86400) AS INTEGER) << 30) | (id & 1073741823))"

# What a mark is made of; a change of one leaves the words where they are until the voice is indexed anew.
_MARKED = ("touchpoint_id", "customer_id", "source_kind", "sentiment", "metric", "score", "repeats_id", "segment")
_SIGN = "@"

_SQLITE_TABLE = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS listen_voicewords USING fts5(words, marks, voice_id UNINDEXED, columnsize=0,"
    " prefix='3', tokenize='unicode61 remove_diacritics 0')"
)  # a word of three letters is the beginning of very many
_SQLITE_TRIGGERS = {
    "listen_voice_said": "AFTER INSERT ON listen_voice BEGIN @note(NEW.id); END",
    "listen_voice_changed": "AFTER UPDATE OF text, said_at ON listen_voice"
    " WHEN OLD.text <> NEW.text OR OLD.said_at <> NEW.said_at BEGIN"
    " DELETE FROM listen_voicewords WHERE rowid = @place; @note(NEW.id); END",
    "listen_voice_marked": "AFTER UPDATE OF @marked ON listen_voice WHEN (@old) IS NOT (@new) BEGIN @note(NEW.id); END",
    "listen_voice_gone": "AFTER DELETE ON listen_voice BEGIN"
    " DELETE FROM listen_voicewords WHERE rowid = @place;"
    " DELETE FROM listen_voicepending WHERE voice_id = OLD.id; END",
}
_SQLITE_TAG_TRIGGERS = {
    "listen_voice_tagged": "AFTER INSERT ON tags_voicetag BEGIN @note(NEW.voice_id); END",
    "listen_voice_untagged": "AFTER DELETE ON tags_voicetag BEGIN @note(OLD.voice_id); END",
}
_POSTGRES_TABLE = (
    "CREATE TABLE IF NOT EXISTS listen_voicewords (voice_id bigint PRIMARY KEY, workspace_id bigint NOT NULL,"
    " said_at timestamptz NOT NULL, words tsvector NOT NULL)",
    "CREATE INDEX IF NOT EXISTS listen_voicewords_words ON listen_voicewords USING gin (words)",
    "CREATE INDEX IF NOT EXISTS listen_voicewords_latest"
    " ON listen_voicewords (workspace_id, said_at DESC, voice_id DESC)",
)
_POSTGRES_TRIGGERS = (
    "CREATE OR REPLACE FUNCTION listen_voice_words() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " IF TG_OP = 'TRUNCATE' THEN"
    "   TRUNCATE listen_voicewords; RETURN NULL;"
    " END IF;"
    # what waits is locked first, so that whoever is indexing it has ended before its words are taken out
    " IF TG_OP = 'DELETE' THEN"
    "   DELETE FROM listen_voicepending WHERE voice_id = OLD.id;"
    "   DELETE FROM listen_voicewords WHERE voice_id = OLD.id; RETURN NULL;"
    " END IF;"
    " IF TG_OP = 'UPDATE' AND OLD.text = NEW.text AND OLD.said_at = NEW.said_at"
    "  AND (@old) IS NOT DISTINCT FROM (@new) THEN"
    "   RETURN NULL;"
    " END IF;"
    " @note(NEW.id);"
    " IF TG_OP = 'UPDATE' AND (OLD.text <> NEW.text OR OLD.said_at <> NEW.said_at) THEN"
    "   DELETE FROM listen_voicewords WHERE voice_id = OLD.id;"
    " END IF;"
    " RETURN NULL; END $$",
    # no column is named here: one that is cannot be given its type anew, which is how the planner's samples are dropped
    "CREATE OR REPLACE TRIGGER listen_voice_said AFTER INSERT OR UPDATE ON listen_voice FOR EACH ROW"
    " EXECUTE FUNCTION listen_voice_words()",
    "CREATE OR REPLACE TRIGGER listen_voice_gone AFTER DELETE ON listen_voice FOR EACH ROW"
    " EXECUTE FUNCTION listen_voice_words()",
    "CREATE OR REPLACE TRIGGER listen_voice_emptied AFTER TRUNCATE ON listen_voice FOR EACH STATEMENT"
    " EXECUTE FUNCTION listen_voice_words()",
)
_POSTGRES_TAG_TRIGGERS = (
    "CREATE OR REPLACE FUNCTION listen_voice_tagging() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " IF TG_OP = 'DELETE' THEN @note(OLD.voice_id); ELSE @note(NEW.voice_id); END IF; RETURN NULL; END $$",
    "CREATE OR REPLACE TRIGGER listen_voice_tagged AFTER INSERT OR DELETE ON tags_voicetag FOR EACH ROW"
    " EXECUTE FUNCTION listen_voice_tagging()",
)
# An attribute by which voices are marked was told of their customer anew. Few are, so that most changes end at the
# first look; on PostgreSQL no column is named, see above.
_SQLITE_TOLD_TRIGGERS = {
    "listen_voice_customer_told": "AFTER UPDATE OF attributes ON customers_customer"
    " WHEN OLD.attributes <> NEW.attributes AND EXISTS ("
    "SELECT 1 FROM listen_markedattribute AS marked WHERE workspace_id = NEW.workspace_id"
    " AND (SELECT value FROM json_each(OLD.attributes) WHERE key = marked.name)"
    " IS NOT (SELECT value FROM json_each(NEW.attributes) WHERE key = marked.name)) BEGIN"
    " INSERT OR IGNORE INTO listen_voicepending (voice_id) SELECT id FROM listen_voice WHERE customer_id = NEW.id; END"
}
_POSTGRES_TOLD_TRIGGERS = (
    "CREATE OR REPLACE FUNCTION listen_voices_customer_told() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " IF OLD.attributes IS DISTINCT FROM NEW.attributes AND EXISTS ("
    "SELECT 1 FROM listen_markedattribute AS marked WHERE workspace_id = NEW.workspace_id"
    " AND OLD.attributes -> marked.name IS DISTINCT FROM NEW.attributes -> marked.name) THEN"
    "   INSERT INTO listen_voicepending (voice_id) SELECT id FROM listen_voice WHERE customer_id = NEW.id ORDER BY id"
    "    @again;"
    " END IF; RETURN NULL; END $$",
    "CREATE OR REPLACE TRIGGER listen_voice_customer_told AFTER UPDATE ON customers_customer FOR EACH ROW"
    " EXECUTE FUNCTION listen_voices_customer_told()",
)
# Of any other table whose rows mark voices. On PostgreSQL once for a statement: a voice has several labels.
_SQLITE_BESIDE_TRIGGERS = {
    "@table_put": "AFTER INSERT ON @table BEGIN @note(NEW.voice_id); END",
    "@table_changed": "AFTER UPDATE ON @table BEGIN @note(OLD.voice_id); @note(NEW.voice_id); END",
    "@table_taken": "AFTER DELETE ON @table BEGIN @note(OLD.voice_id); END",
}
_POSTGRES_BESIDE_TRIGGERS = (
    # in one order, so that two who mark the same voices do not wait for each other
    "CREATE OR REPLACE FUNCTION listen_voices_marked() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " INSERT INTO listen_voicepending (voice_id) SELECT DISTINCT voice_id FROM told ORDER BY voice_id @again;"
    " RETURN NULL; END $$",
    "CREATE OR REPLACE TRIGGER @table_put AFTER INSERT ON @table REFERENCING NEW TABLE AS told"
    " FOR EACH STATEMENT EXECUTE FUNCTION listen_voices_marked()",
    "CREATE OR REPLACE TRIGGER @table_changed AFTER UPDATE ON @table REFERENCING NEW TABLE AS told"
    " FOR EACH STATEMENT EXECUTE FUNCTION listen_voices_marked()",
    "CREATE OR REPLACE TRIGGER @table_taken AFTER DELETE ON @table REFERENCING OLD TABLE AS told"
    " FOR EACH STATEMENT EXECUTE FUNCTION listen_voices_marked()",
)


# On PostgreSQL a row that waits already is locked, so that whoever indexes it does not take it away for what it was.
_AGAIN = "ON CONFLICT (voice_id) DO UPDATE SET voice_id = excluded.voice_id"
_NOTE = {
    "sqlite": r"INSERT OR IGNORE INTO listen_voicepending (voice_id) VALUES (\1)",
    "postgresql": r"INSERT INTO listen_voicepending (voice_id) VALUES (\1) @again",
}


def make(execute: Any, vendor: str) -> None:
    """Make what is missing, by ``execute(sql)``; doing it again changes nothing."""
    make_table(execute, vendor)
    _make_triggers(execute, vendor, _SQLITE_TRIGGERS, _POSTGRES_TRIGGERS)


def make_table(execute: Any, vendor: str) -> None:
    """Without the triggers, for migrations of a time when voices did not have all that the triggers look at."""
    for statement in (_SQLITE_TABLE,) if vendor == "sqlite" else _POSTGRES_TABLE:
        execute(statement)


def make_for_tags(execute: Any, vendor: str) -> None:
    """The triggers at the table of tags on voices, which comes later."""
    _make_triggers(execute, vendor, _SQLITE_TAG_TRIGGERS, _POSTGRES_TAG_TRIGGERS)


def make_for_attributes(execute: Any, vendor: str) -> None:
    """The trigger at the table of customers, once attributes mark voices."""
    _make_triggers(execute, vendor, _SQLITE_TOLD_TRIGGERS, _POSTGRES_TOLD_TRIGGERS)


def make_for(table: str, execute: Any, vendor: str) -> None:
    """The triggers at a table that is registered with ``beside``."""
    on_sqlite = {_at(table, name): _at(table, body) for name, body in _SQLITE_BESIDE_TRIGGERS.items()}
    _make_triggers(execute, vendor, on_sqlite, [_at(table, each) for each in _POSTGRES_BESIDE_TRIGGERS])


def _at(table: str, sql: str) -> str:
    return sql.replace("@table", table)


def _make_triggers(execute: Any, vendor: str, on_sqlite: Mapping[str, str], on_postgres: Iterable[str]) -> None:
    if vendor == "sqlite":
        for name, body in on_sqlite.items():
            execute(f"DROP TRIGGER IF EXISTS {name}")
            execute(f"CREATE TRIGGER {name} {_spelt(body, vendor)}")
        return
    for statement in on_postgres:
        execute(_spelt(statement, vendor))


def _spelt(sql: str, vendor: str) -> str:
    """With what stands for ``@`` words put in their places."""
    rows = {name: ", ".join(f"{name.upper()}.{each}" for each in _MARKED) for name in ("old", "new")}
    sql = re.sub(r"@note\(([\w.]+)\)", _NOTE[vendor], sql)
    for name, words in {
        "@place": PLACE.replace("said_at", "OLD.said_at").replace("id &", "OLD.id &"),
        "@marked": ", ".join(_MARKED),
        "@old": rows["old"],
        "@new": rows["new"],
        "@again": _AGAIN,
    }.items():
        sql = sql.replace(name, words)
    return sql


def watches() -> bool:
    """Whether the triggers stand: a migration that writes the table of voices anew on SQLite drops them."""
    if connection.vendor != "sqlite":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        standing = {name for (name,) in cursor.fetchall()}
    beside = {_at(table, name) for table in tables() for name in _SQLITE_BESIDE_TRIGGERS}
    return {*_SQLITE_TRIGGERS, *_SQLITE_TAG_TRIGGERS, *_SQLITE_TOLD_TRIGGERS, *beside} <= standing


def begin_anew() -> None:
    """Triggers and tables as they should be, and every voice waiting to be indexed."""
    with transaction.atomic(), connection.cursor() as cursor:
        begin_anew_by(cursor.execute, connection.vendor)
        make_for_tags(cursor.execute, connection.vendor)
        make_for_attributes(cursor.execute, connection.vendor)
        for table in tables():
            make_for(table, cursor.execute, connection.vendor)


def begin_anew_by(execute: Any, vendor: str) -> None:
    """The same by ``execute(sql)``, for a migration; without the tags, which come later."""
    execute("DROP TABLE IF EXISTS listen_voicewords")
    make(execute, vendor)
    wait_all(execute)


def wait_all(execute: Any) -> None:
    """Every voice waits to be indexed anew; until then it is found as it is in the index."""
    execute("DELETE FROM listen_voicepending")
    execute("INSERT INTO listen_voicepending (voice_id) SELECT id FROM listen_voice")


def store(rows: Sequence[tuple[int, list[str], list[str]]]) -> None:
    """Index these voices (id, terms, marks) anew; inside the caller's transaction."""
    if connection.vendor == "sqlite":
        sql = (
            "INSERT OR REPLACE INTO listen_voicewords (rowid, words, marks, voice_id)"
            " SELECT @place, %s, %s, id FROM listen_voice WHERE id = %s"
        ).replace("@place", PLACE)
        told: list[tuple[str | int, ...]] = [(" ".join(terms), " ".join(marks), at) for at, terms, marks in rows]
    else:
        sql = (
            "INSERT INTO listen_voicewords (voice_id, workspace_id, said_at, words)"
            " SELECT id, workspace_id, said_at, CAST(%s AS tsvector) FROM listen_voice WHERE id = %s"
            " ON CONFLICT (voice_id) DO UPDATE SET said_at = excluded.said_at, words = excluded.words"
        )
        told = [(_vector(terms, marks), at) for at, terms, marks in rows]
    with connection.cursor() as cursor:
        cursor.executemany(sql, told)


def signed(mark: str) -> str:
    """A mark as it stands among the words on PostgreSQL."""
    return f"'{_SIGN}{mark}'"


def _vector(terms: list[str], marks: list[str]) -> str:
    """Terms hold letters and digits only, so nothing in them can end the quotes."""
    places: dict[str, list[int]] = {}
    for place, term in enumerate(terms, start=1):
        places.setdefault(term, []).append(min(place, 16_383))
    words = [f"'{term}':{','.join(map(str, at[:255]))}" for term, at in places.items()]
    return " ".join([*words, *map(signed, marks)])
