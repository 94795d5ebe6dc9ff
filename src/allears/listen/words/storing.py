"""The index's own tables: FTS5 on SQLite, a ``tsvector`` with a GIN index on PostgreSQL.

Triggers note each voice whose words changed and take out what is gone, so that no writer can forget to; an import's
undo and an erasure reach the index in their own transaction. The rows stand in order of the time at which they were
said, so that the latest are found first without sorting.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

# Seconds since 1970, then the voice. Not strftime('%s'): who runs it may take the sign for a parameter.
PLACE = "((CAST(round((julianday(said_at) - 2440587.5) * 86400) AS INTEGER) << 30) | (id & 1073741823))"

_SQLITE = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS listen_voicewords USING fts5("
    "words, voice_id UNINDEXED, columnsize=0, tokenize='unicode61 remove_diacritics 0')",
    "CREATE TRIGGER IF NOT EXISTS listen_voice_said AFTER INSERT ON listen_voice WHEN NEW.text <> '' BEGIN"
    " INSERT OR IGNORE INTO listen_voicepending (voice_id) VALUES (NEW.id); END",
    "CREATE TRIGGER IF NOT EXISTS listen_voice_changed AFTER UPDATE OF text, said_at ON listen_voice"
    " WHEN OLD.text <> NEW.text OR OLD.said_at <> NEW.said_at BEGIN"
    " DELETE FROM listen_voicewords WHERE rowid = @old;"
    " INSERT OR IGNORE INTO listen_voicepending (voice_id) VALUES (NEW.id); END",
    "CREATE TRIGGER IF NOT EXISTS listen_voice_gone AFTER DELETE ON listen_voice BEGIN"
    " DELETE FROM listen_voicewords WHERE rowid = @old;"
    " DELETE FROM listen_voicepending WHERE voice_id = OLD.id; END",
)
_POSTGRES = (
    "CREATE TABLE IF NOT EXISTS listen_voicewords (voice_id bigint PRIMARY KEY, workspace_id bigint NOT NULL,"
    " said_at timestamptz NOT NULL, words tsvector NOT NULL)",
    "CREATE INDEX IF NOT EXISTS listen_voicewords_words ON listen_voicewords USING gin (words)",
    "CREATE INDEX IF NOT EXISTS listen_voicewords_latest"
    " ON listen_voicewords (workspace_id, said_at DESC, voice_id DESC)",
    "CREATE OR REPLACE FUNCTION listen_voice_words() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " IF TG_OP = 'TRUNCATE' THEN"
    "   TRUNCATE listen_voicewords; RETURN NULL;"
    " END IF;"
    " IF TG_OP = 'INSERT' AND NEW.text = '' THEN RETURN NULL; END IF;"
    " IF TG_OP = 'UPDATE' AND OLD.text = NEW.text AND OLD.said_at = NEW.said_at THEN RETURN NULL; END IF;"
    " IF TG_OP <> 'INSERT' THEN"
    "   DELETE FROM listen_voicewords WHERE voice_id = OLD.id;"
    " END IF;"
    " IF TG_OP = 'DELETE' THEN"
    "   DELETE FROM listen_voicepending WHERE voice_id = OLD.id; RETURN NULL;"
    " END IF;"
    " INSERT INTO listen_voicepending (voice_id) VALUES (NEW.id) ON CONFLICT DO NOTHING; RETURN NULL;"
    " END $$",
    # no column is named here: one that is cannot be given its type anew, which is how the planner's samples are dropped
    "CREATE OR REPLACE TRIGGER listen_voice_said AFTER INSERT OR UPDATE ON listen_voice FOR EACH ROW"
    " EXECUTE FUNCTION listen_voice_words()",
    "CREATE OR REPLACE TRIGGER listen_voice_gone AFTER DELETE ON listen_voice FOR EACH ROW"
    " EXECUTE FUNCTION listen_voice_words()",
    "CREATE OR REPLACE TRIGGER listen_voice_emptied AFTER TRUNCATE ON listen_voice FOR EACH STATEMENT"
    " EXECUTE FUNCTION listen_voice_words()",
)


def make(execute: Any, vendor: str) -> None:
    """Make what is missing, by ``execute(sql)``; doing it again changes nothing."""
    old = PLACE.replace("said_at", "OLD.said_at").replace("id &", "OLD.id &")
    for statement in _SQLITE if vendor == "sqlite" else _POSTGRES:
        execute(statement.replace("@old", old))


def watches() -> bool:
    """Whether the triggers stand: a migration that writes the table of voices anew on SQLite drops them."""
    if connection.vendor != "sqlite":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'listen_voice'")
        return bool(cursor.fetchone()[0] >= 3)


def begin_anew() -> None:
    """Triggers and tables as they should be, and every voice waiting to be indexed."""
    with transaction.atomic(), connection.cursor() as cursor:
        make(cursor.execute, connection.vendor)
        cursor.execute("DELETE FROM listen_voicewords")
        cursor.execute("DELETE FROM listen_voicepending")
        cursor.execute("INSERT INTO listen_voicepending (voice_id) SELECT id FROM listen_voice WHERE text <> ''")


def store(rows: Sequence[tuple[int, list[str]]]) -> None:
    """Index these voices (id, terms) anew; inside the caller's transaction."""
    if connection.vendor == "sqlite":
        sql = (
            "INSERT OR REPLACE INTO listen_voicewords (rowid, words, voice_id)"
            " SELECT @place, %s, id FROM listen_voice WHERE id = %s"
        ).replace("@place", PLACE)
        told = [(" ".join(terms), number) for number, terms in rows]
    else:
        sql = (
            "INSERT INTO listen_voicewords (voice_id, workspace_id, said_at, words)"
            " SELECT id, workspace_id, said_at, CAST(%s AS tsvector) FROM listen_voice WHERE id = %s"
            " ON CONFLICT (voice_id) DO UPDATE SET said_at = excluded.said_at, words = excluded.words"
        )
        told = [(_vector(terms), number) for number, terms in rows]
    with connection.cursor() as cursor:
        cursor.executemany(sql, told)


def _vector(terms: list[str]) -> str:
    """Terms hold letters and digits only, so nothing in them can end the quotes."""
    places: dict[str, list[int]] = {}
    for place, term in enumerate(terms, start=1):
        places.setdefault(term, []).append(min(place, 16_383))
    return " ".join(f"'{term}':{','.join(map(str, at[:255]))}" for term, at in places.items())
