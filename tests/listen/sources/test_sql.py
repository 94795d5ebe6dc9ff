"""The company's own databases: SQLite here, a real PostgreSQL and a real MariaDB of the run's own."""

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from allears.customers.models import Identifier
from allears.events.models import Import, QuarantinedRow
from allears.jobs.worker import run_due
from allears.listen.models import Source, Voice
from allears.listen.sources import actions, queries
from allears.listen.sources.base import SettingsError
from allears.listen.sources.kinds.sql import adapter as sql
from allears.listen.sources.kinds.sql import database, marks
from allears.listen.sources.kinds.sql.queries import QueryError, alone, checked
from tests.listen.sources.conftest import NOW, Maker, look
from tests.support import mariadb
from tests.support.mariadb import mariadb_server as mariadb_server
from tests.support.postgres import PostgresServer
from tests.support.postgres import postgres_server as postgres_server

pytestmark = pytest.mark.django_db
QUERY = "SELECT id, remark, rating, email, created_at FROM reviews WHERE id > :cursor"
ENDLESS = (
    "WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < 900000000) "
    "SELECT id FROM n WHERE id > :cursor + 800000000"
)
MAPPING = {"fields": {"id": "id", "text": "remark", "score": {"column": "rating", "metric": "csat"}}}
ROWS = [
    (1, "Slow", 2, "zoe@example.test", "2026-11-20 10:00:00"),
    (2, "很好", 5, "lin@example.test", "2026-11-21 10:00:00"),
    (3, "Fine", 4, "", "2026-11-21 11:00:00"),
]


@pytest.mark.parametrize(
    "query",
    ["DELETE FROM t", "SELECT 1; SELECT 2", "UPDATE t SET a=1", "WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x",
     "SELECT * INTO new FROM t", "DROP TABLE t", "SELECT pg_sleep(100)", "SELECT pg_read_file('/etc/passwd')",
     "SELECT 1 AS a, U&\"pg\\005fsleep\"(9)", "SELECT ts_rewrite('a', 'SELECT 1')", "SELECT crosstab2('SELECT 1')",
     "SELECT source_pos_wait('a', 1)",
     "SELECT pg_reload_conf()", "SELECT lo_creat(1)", "SELECT query_to_xml('x', true, true, '')",
     "COPY t TO '/tmp/x'", "VACUUM", "", "SELECT * FROM t FOR UPDATE", "not sql at all ((", "CALL x()", "SET a = 1"],
)  # fmt: skip
@pytest.mark.parametrize("system", ["postgresql", "mysql", "sqlite"])
def test_only_a_query_that_reads_is_taken(query: str, system: str) -> None:
    with pytest.raises(QueryError):
        checked(query, system=system)


@pytest.mark.parametrize(
    "query",
    ["SELECT ('/etc/passwd'::text).pg_read_file", "SELECT t.pg_ls_dir FROM unnest(array['/']) AS t",
     "SELECT ((array['/'])[1]).\"pg_ls_dir\"", "SELECT (x).y.pg_sleep FROM t", "SELECT (SELECT '/').PG_LS_DIR",
     "SELECT ('SELECT 1'::text).ts_stat", "SELECT id FROM t ORDER BY t.lo_unlink",
     "SELECT t.U&\"pg\\005fsleep\" FROM t"],
)  # fmt: skip
def test_a_function_that_is_written_as_a_field_is_one(query: str) -> None:
    """As PostgreSQL takes it: ``('/'::text).pg_ls_dir`` lists a folder of the server."""
    with pytest.raises(QueryError, match="must not call"):
        checked(query, system="postgresql")


def test_columns_may_be_called_like_functions_of_other_databases() -> None:
    query = "SELECT t.sleep, t.lo_price, pg_note, pg_catalog.lower(pg_note), (t.x).city FROM pg_catalog.pg_class AS t"
    assert checked(query, system="postgresql") == set()
    assert checked("SELECT t.pg_read_file FROM t", system="mysql") == set()


@pytest.mark.parametrize("system", ["postgresql", "mariadb", "sqlite"])
def test_the_parameters_of_a_query_are_found(system: str) -> None:
    assert checked("WITH x AS (SELECT * FROM t WHERE a > :cursor) SELECT * FROM x;", system=system) == {"cursor"}
    assert checked("SELECT 1 UNION SELECT 2", system=system) == set()


@pytest.mark.parametrize(
    ("system", "query", "run"),
    [
        ("mysql", "SELECT 1 /*! INTO OUTFILE '/tmp/x' */", "SELECT 1"),
        ("mariadb", "SELECT 1 /*M!100000 + sleep(9) */ AS a -- b\n;", "SELECT 1 AS a"),
        ("mysql", "SELECT 1 --1 INTO OUTFILE '/tmp/x'", "SELECT 1"),
        ("mysql", "SELECT '/*! a */', 'it''s \\' -- 很😀' FROM t # c", "SELECT '/*! a */', 'it''s \\' -- 很😀' FROM t"),
        ("postgresql", "SELECT $$a/*b*/$$, 'x'\n'y' /* a /* b */ c */ FROM t", "SELECT $$a/*b*/$$, 'x'\n'y' FROM t"),
    ],
)
def test_only_what_was_checked_is_sent(system: str, query: str, run: str) -> None:
    """MySQL runs comments of some forms, and takes for code what others take for a comment."""
    assert checked(query, system=system) == set()
    assert alone(query, system=system) == run


@pytest.mark.parametrize("text", [":smile:", "a :b c", "10:30", "::x", ":a::b:", "很:x :cursors"])
def test_a_colon_in_a_text_means_itself(text: str) -> None:
    query = f"SELECT '{text}' AS x FROM t WHERE id > :cursor"
    sent = sa.text(alone(query, system="sqlite")).compile()
    assert (str(sent), set(sent.params)) == (query, {"cursor"})


def test_bytes_of_a_column_are_written_as_text_or_digits(shop: Path, make: Maker, acme: Any) -> None:
    query = "SELECT id, remark, rating, x'00ff' AS raw, CAST('很好' AS BLOB) AS words FROM reviews WHERE id = 1"
    assert carried(make("sql", **given(shop, query=query, cursor=""))).taken == 1
    told = Voice.objects.in_workspace(acme.pk).get().attributes
    assert (told["raw"], told["words"]) == ("00ff", "很好")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "drop" / "shop.sqlite3"
    write(path, *ROWS)
    return path


def write(path: Path, *rows: tuple[Any, ...]) -> None:
    with sqlite3.connect(path) as database:
        database.execute(
            "CREATE TABLE IF NOT EXISTS reviews (id INTEGER, remark TEXT, rating INTEGER, email TEXT, created_at TEXT)"
        )
        database.executemany("INSERT INTO reviews VALUES (?, ?, ?, ?, ?)", rows)
    database.close()


def given(path: Path, **changes: Any) -> dict[str, Any]:
    told = {"system": "sqlite", "database": str(path), "query": QUERY, "cursor": "id", "mapping": MAPPING}
    return told | changes


def carried(source: Source) -> queries.Counts:
    """One look, and the worker carries in what it brought."""
    run = look(source)
    assert run.trouble == {}
    run_due(owner="test:1:x", queues=["long"])
    return queries.counts_of([run])[run.pk]


def test_new_rows_come_once_as_an_import(shop: Path, make: Maker, acme: Any) -> None:
    source = make("sql", **given(shop))
    counts = carried(source)
    assert (counts.read, counts.taken, counts.known, counts.refused) == (3, 3, 0, 0)
    voices = Voice.objects.in_workspace(acme.pk).order_by("said_at")
    assert [(each.text, each.score, each.metric) for each in voices] == [
        ("Slow", 2, "csat"), ("很好", 5, "csat"), ("Fine", 4, "csat"),
    ]  # fmt: skip
    assert Identifier.objects.in_workspace(acme.pk).get(value="zoe@example.test").customer == voices[0].customer
    assert source.cursor == {"value": {"number": "3"}}
    assert carried(source).read == 0
    write(shop, (4, "Late", 1, "", "2026-11-22 07:00:00"))
    assert carried(source).taken == 1
    assert Import.objects.in_workspace(acme.pk).count() == 2


@pytest.mark.parametrize("ending", ["", ";", " ; -- all of it;", "\n-- by id", " /* all; */ ;\n"])
def test_a_query_as_people_write_it(shop: Path, make: Maker, acme: Any, ending: str) -> None:
    """Comments behind it, semicolons, and colons that belong to texts."""
    query = QUERY.replace("WHERE", "WHERE remark <> 'at :noon' AND") + ending
    assert carried(make("sql", **given(shop, query=query))).taken == 3


def test_rows_of_equal_cursor_value_are_never_parted(
    tmp_path: Path, make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql, "PAGE_ROWS", 2)
    path = tmp_path / "drop" / "many.sqlite3"
    write(path, *[(each // 3, f"text {each}", 3, "", f"2026-11-2{each % 2} 10:00:00") for each in range(3, 13)])
    run = look(make("sql", **given(path, mapping={"fields": {"text": "remark"}})))
    files = Import.objects.in_workspace(run.workspace_id).order_by("id")
    assert [each.rows_total for each in files] == [3, 3, 3, 1]
    assert len(run.import_ids) == 4


def test_long_rows_come_in_smaller_pages(shop: Path, make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql, "PAGE_CHARACTERS", 50)
    run = look(make("sql", **given(shop)))
    files = Import.objects.in_workspace(run.workspace_id).order_by("id")
    assert [each.rows_total for each in files] == [1, 1, 1]


def test_rows_are_held_one_by_one_however_many_have_one_value() -> None:
    asked = []

    def rows() -> Iterator[dict[str, int]]:
        for at in range(9):
            asked.append(at)
            yield {"at": 7, "id": at}

    lines = marks.sliced(rows(), column="at", write=str, most=2, most_characters=10)
    for number in range(1, 10):
        assert (next(lines).slice, len(asked)) == (1, number)


def test_long_rows_are_fetched_by_ones() -> None:
    sizes = []

    class Result:
        def fetchmany(self, size: int) -> list[dict[str, str]]:
            sizes.append(size)
            return [{"text": "x" * (10 if len(sizes) < 5 else 5_000_000)}] * size if len(sizes) < 8 else []

    assert len(list(database._by_weight(Result()))) == sum(sizes) - sizes[-1]  # type: ignore[arg-type]
    assert sizes == [1, 4, 16, 64, 256, 1, 1, 1]


@pytest.mark.parametrize(
    "value",
    ["zeroblob(1000000000)", "hex(zeroblob(400000000))", "replace(hex(zeroblob(20000)), '00', hex(zeroblob(9999)))"],
)
def test_a_value_that_would_fill_the_memory_is_refused(shop: Path, make: Maker, value: str) -> None:
    run = look(make("sql", **given(shop, query=f"SELECT id, {value} AS remark FROM reviews WHERE id > :cursor")))
    assert run.trouble == {"code": "query", "params": {"reason": "string or blob too big"}, "permanent": False}


def test_late_rows_are_found_by_looking_back_and_known_ones_change_nothing(shop: Path, make: Maker) -> None:
    source = make("sql", **given(shop, overlap=2))
    carried(source)
    write(shop, (2, "committed late", 3, "", "2026-11-21 10:30:00"))  # another row under a smaller value
    counts = carried(source)
    assert (counts.read, counts.known + counts.taken) == (3, 3)
    assert counts.known == 3 or counts.taken == 1


def test_without_a_cursor_the_same_result_is_taken_once(shop: Path, make: Maker) -> None:
    source = make("sql", **given(shop, query="SELECT * FROM reviews", cursor=""))
    assert carried(source).taken == 3
    assert carried(source).read == 0
    write(shop, (4, "Late", 1, "", "2026-11-22 07:00:00"))
    counts = carried(source)
    assert (counts.taken, counts.known) == (1, 3)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"query": "SELECT * FROM nothing WHERE id > :cursor"}, "query"),
        ({"query": "SELECT remark FROM reviews WHERE id > :cursor"}, "query"),
        ({"query": "SELECT nullif(id, 2) AS id, remark FROM reviews WHERE id > :cursor"}, "null_cursor"),
        ({"mapping": {"fields": {"text": "nowhere"}}}, "rows"),
        ({"seconds": 1, "query": ENDLESS}, "slow"),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_told(shop: Path, make: Maker, changes: dict[str, Any], code: str) -> None:
    source = make("sql", **given(shop, **changes))
    assert (look(source).trouble["code"], source.cursor) == (code, {})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"query": "DELETE FROM reviews"}, "query"),
        ({"query": "SELECT * FROM reviews WHERE id > :other"}, "query"),
        ({"cursor": ""}, "cursor"),
        ({"query": "SELECT * FROM reviews"}, "cursor"),
        ({"database": "/etc/passwd"}, "database"),
        ({"system": "oracle"}, "system"),
    ],
)
def test_settings_that_cannot_work_are_refused(shop: Path, make: Maker, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(SettingsError) as caught:
        make("sql", **given(shop, **changes))
    assert caught.value.field == field


def test_trying_shows_rows_and_their_mapping_and_keeps_none(shop: Path, acme: Any) -> None:
    plan = actions.Plan(kind="sql", name="x", every_seconds=600, settings=given(shop, mapping={}))
    tried = actions.attempt(workspace=acme, plan=plan, source=None, now=NOW)
    assert len(tried.rows) == 3
    assert tried.mapping["fields"]["said_at"]["column"] == "created_at"
    assert "zoe@example.test" in tried.rows[0]
    assert not Import.objects.in_workspace(acme.pk).exists()


@pytest.mark.server
@pytest.mark.postgres
def test_a_real_postgres(postgres_server: PostgresServer, make: Maker, acme: Any) -> None:
    url = postgres_server.create_database("theirs")
    with psycopg.connect(url, autocommit=True) as theirs:
        theirs.execute(
            "CREATE TABLE reviews (id bigint, remark text, rating numeric, email text, created_at timestamptz)"
        )
        theirs.cursor().executemany("INSERT INTO reviews VALUES (%s, %s, %s, %s, %s)", ROWS)
        theirs.execute("CREATE FUNCTION sly() RETURNS int LANGUAGE sql AS 'DELETE FROM reviews RETURNING 1'")
        address = {"system": "postgresql", "host": "127.0.0.1", "port": postgres_server.port, "database": "theirs"}
        query = QUERY.replace("id > :cursor", "created_at > :cursor")
        told = given(Path(), **address, user="allears", query=query, cursor="created_at", begin="2026-01-01")
        source = make("sql", **told)
        assert carried(source).taken == 3
        assert datetime.fromisoformat(source.cursor["value"]["time"]).astimezone(UTC).year == 2026
        assert carried(source).read == 0
        theirs.execute("INSERT INTO reviews VALUES (4, 'Late', 1, '', now())")
        assert carried(source).taken == 1

        told = given(Path(), **address, user="allears", cursor="")
        writing = make("sql", name="sly", **{**told, "query": "SELECT sly() AS id"})
        assert "read-only" in look(writing).trouble["params"]["reason"]
        assert theirs.execute("SELECT count(*) FROM reviews").fetchone() == (4,)
        slow = "SELECT count(*) AS n FROM generate_series(1, 100000000) a"
        sleepy = make("sql", name="slow", **{**told, "query": slow, "seconds": 1})
        assert look(sleepy).trouble["code"] == "slow"
        away = make("sql", name="away", **{**told, "query": "SELECT 1 AS id", "port": 1})
        assert look(away).trouble["code"] == "unreachable"


@pytest.mark.server
@pytest.mark.postgres
def test_a_cursor_of_postgres_that_python_cannot_compare(postgres_server: PostgresServer, make: Maker) -> None:
    """UUIDs, and a column whose type changes between two looks."""
    url = postgres_server.create_database("changing")
    with psycopg.connect(url, autocommit=True) as theirs:
        theirs.execute("CREATE TABLE reviews (id uuid, remark text, at timestamp)")
        add = "INSERT INTO reviews VALUES (%s, %s, %s)"
        theirs.execute(add, ("00000000-0000-7000-8000-000000000001", "Slow", "2026-11-20"))
        address = {"system": "postgresql", "host": "127.0.0.1", "port": postgres_server.port, "database": "changing"}
        told = {**address, "user": "allears", "mapping": {"fields": {"text": "remark"}}}
        query = "SELECT * FROM reviews WHERE {} > :cursor"
        by_id = make("sql", **told, cursor="id", query=query.format("id"), begin="00000000-0000-0000-0000-000000000000")
        by_time = make("sql", name="times", **told, cursor="at", query=query.format("at"), begin="2026-01-01")
        assert [carried(by_id).read, carried(by_time).read] == [1, 1]
        for number, kind in enumerate(("timestamptz", "date"), start=2):
            theirs.execute(f"ALTER TABLE reviews ALTER at TYPE {kind}")
            theirs.execute(add, (f"00000000-0000-7000-8000-00000000000{number}", "Late", f"2026-11-2{number}"))
            assert [carried(by_id).read, carried(by_time).read] == [1, 1]
            assert [carried(by_id).read, carried(by_time).read] == [0, 0]


@pytest.mark.server
def test_a_password_of_mariadb_in_any_script(mariadb_server: mariadb.MariaServer, make: Maker) -> None:
    password = "p@ss:w/rd%20 '\"ü密#&?"
    mariadb_server.run(
        "CREATE USER odd@'127.0.0.1' IDENTIFIED BY '{}'".format(password.replace("'", "''")),
        "GRANT SELECT ON shop.* TO odd@'127.0.0.1'",
    )
    address = {"system": "mariadb", "host": "127.0.0.1", "port": mariadb_server.port, "database": "shop"}
    told = given(Path(), **address, user="odd", password=password, query="SELECT 1 AS id, 'x' AS remark", cursor="")
    assert carried(make("sql", **{**told, "mapping": {"fields": {"text": "remark"}}})).taken == 1


@pytest.mark.server
def test_a_real_mariadb(mariadb_server: mariadb.MariaServer, make: Maker, acme: Any) -> None:
    mariadb_server.run(
        "CREATE TABLE shop.reviews (id bigint, remark text, rating int, email varchar(99), created_at datetime)",
        *(f"INSERT INTO shop.reviews VALUES {row!r}" for row in ROWS),
    )
    address = {"system": "mariadb", "host": "127.0.0.1", "port": mariadb_server.port, "database": "shop"}
    told = given(Path(), **address, user="reader", password="r3ad")
    source = make("sql", **told)
    assert carried(source).taken == 3
    assert Voice.objects.in_workspace(acme.pk).filter(text="很好").count() == 1
    mariadb_server.run("INSERT INTO shop.reviews VALUES (4, 'Late', 1, '', now())")
    assert carried(source).taken == 1
    wrong = make("sql", name="wrong", **{**told, "password": "guess"})
    assert look(wrong).trouble["code"] == "refused"
    slow = "SELECT count(*) AS n FROM seq_1_to_100000000 a, seq_1_to_1000 b"
    sleepy = make("sql", name="slow", **{**told, "query": slow, "cursor": "", "seconds": 1})
    assert look(sleepy).trouble["code"] == "slow"
    mariadb_server.run(
        "CREATE FUNCTION shop.sly() RETURNS int MODIFIES SQL DATA BEGIN DELETE FROM shop.reviews; RETURN 1; END"
    )
    mariadb_server.run("GRANT FILE ON *.* TO reader@'127.0.0.1'")
    filing = f"SELECT 1 AS id, 'x' AS remark, 5 AS rating /*! INTO OUTFILE '{mariadb_server.folder}/data/filed' */"
    look(make("sql", name="filing", **{**told, "query": filing, "cursor": ""}))
    assert not (mariadb_server.folder / "data" / "filed").exists()
    writing = make("sql", name="sly", **{**told, "query": "SELECT sly() AS id", "cursor": ""})
    assert "READ ONLY" in look(writing).trouble["params"]["reason"].upper()


@pytest.mark.parametrize(
    "query",
    [
        "SELECT /*+ SET_VAR(max_execution_time=0) */ 1 AS a",
        "SELECT 1 AS a FROM (SELECT /*+ max_execution_time(0) */ 1) b",
        "SELECT /*+ INDEX(t a) RESOURCE_GROUP(x) */ 1 AS a FROM t",
    ],
)
def test_hints_that_take_back_the_limits_are_refused(query: str) -> None:
    with pytest.raises(QueryError):
        checked(query, system="mysql")
    checked("SELECT /*+ INDEX(t a) */ 1 AS a FROM t", system="mysql")


@pytest.mark.parametrize("quoted", ["':cursor'", "'a :cursor b'", '":cursor"', "'it''s :cursor'"])
def test_a_cursor_in_quotes_is_text(quoted: str) -> None:
    query = f"SELECT {quoted} AS x FROM t WHERE id > :cursor AND id <:cursor+9"
    sent = sa.text(alone(query, system="sqlite")).compile()
    assert (str(sent).count(":cursor"), set(sent.params)) == (3, {"cursor"})
    assert quoted in str(sa.text(alone(f"SELECT {quoted} AS x", system="sqlite")).compile())
    assert not sa.text(alone(f"SELECT {quoted} AS x", system="sqlite")).compile().params


def test_a_query_stored_under_older_rules_is_not_run(shop: Path, make: Maker) -> None:
    source = make("sql", **given(shop))
    source.settings |= {"query": "SELECT load_extension('x') AS id WHERE 1 > :cursor"}
    source.save()
    trouble = look(source).trouble
    assert (trouble["code"], trouble["params"]["reason"]) == ("query", "The query must not call load_extension.")


def test_text_of_sqlite_that_is_no_utf8_costs_no_row(shop: Path, make: Maker, acme: Any) -> None:
    query = "SELECT id, CAST(x'e5be88ff' AS TEXT) AS remark, rating, 9e999 AS much, -9e999 AS little FROM reviews"
    counts = carried(make("sql", **given(shop, query=query, cursor="")))
    assert (counts.taken, counts.refused) == (3, 0)
    assert set(Voice.objects.in_workspace(acme.pk).values_list("text", flat=True)) == {"很\ufffd"}


def test_a_day_that_means_for_ever_is_no_mark(shop: Path, make: Maker) -> None:
    write(shop, (9, "For ever", 3, "", "infinity"))
    source = make("sql", **given(shop, query=QUERY.replace("id > ", "created_at > "), cursor="created_at", begin="2"))
    counts = carried(source)
    assert (counts.taken, counts.refused) == (3, 1)
    assert source.cursor == {"value": {"text": "2026-11-21 11:00:00"}}
    write(shop, (10, "Later", 3, "", "2026-11-22 07:00:00"))
    counts = carried(source)
    assert (counts.read, counts.taken) == (2, 1)


def test_a_bad_row_that_each_look_brings_again_waits_once(shop: Path, make: Maker, acme: Any) -> None:
    """A look back, a value that is no mark and a query without :cursor read it time and again."""
    write(shop, (9, "Slow", 3, "", "someday"))
    source = make("sql", **given(shop, overlap=100))
    waiting = QuarantinedRow.objects.in_workspace(acme.pk)
    assert (carried(source).refused, waiting.count()) == (1, 1)
    write(shop, (10, "Slower", 3, "", "2026-11-21 12:00:00"))
    counts = carried(source)
    assert (counts.read, counts.taken, counts.refused, waiting.count()) == (5, 1, 0, 1)
    waiting.update(resolved_at=NOW)
    write(shop, (11, "Slowest", 3, "", "never"))
    assert carried(source).refused == 1
    assert [json.loads(each.payload)["cells"]["id"] for each in waiting.filter(resolved_at=None)] == ["11"]


def test_a_bad_row_waits_for_each_source_and_after_an_undo(shop: Path, make: Maker, acme: Any) -> None:
    write(shop, (9, "Slow", 3, "", "someday"))
    assert carried(make("sql", **given(shop))).refused == 1
    other = make("sql", name="Another", **given(shop, overlap=100))
    assert carried(other).refused == 1
    Import.objects.in_workspace(acme.pk).update(state=Import.State.UNDONE)
    write(shop, (10, "Slower", 3, "", "2026-11-21 12:00:00"))
    assert carried(other).refused == 1


@pytest.mark.parametrize("value", ["infinity", "-infinity", "20000-01-01 00:00:00", "0044-03-15 BC"])
def test_words_for_no_day_are_no_mark(value: str) -> None:
    assert marks.is_endless(value)


@pytest.mark.parametrize("value", [datetime(9999, 12, 31, tzinfo=UTC), float("nan"), float("inf"), Decimal("NaN")])
def test_values_for_no_end_are_no_mark(value: Any) -> None:
    assert marks.is_endless(value)
    assert not any(map(marks.is_endless, [5, 2.5, Decimal(3), True, "x", datetime(2026, 1, 1, tzinfo=UTC)]))


ODD = {
    "timestamptz": ["infinity", "-infinity", "0044-03-15 BC", "20000-01-01"],
    "timestamp": ["infinity", "20000-01-01"],
    "date": ["infinity", "-infinity", "0044-03-15 BC"],
    "numeric": ["NaN", "Infinity"],
    "float8": ["NaN", "-Infinity"],
    "time": ["24:00"],
    "timetz": ["12:30+08", "24:00-08"],
    "interval": ["1 mon 2 days", "300000000 days", "-170000000 years"],
    "int[]": ["{1,2,NULL}"],
    "timestamptz[]": ["{infinity}"],
    "jsonb": ['{"a": [1, 1e999]}'],
    "bytea": ["\\xdeadbeef"],
    "int4range": ["[1,5)"],
    "tstzrange": ["[-infinity,infinity]", "[2026-01-01,)"],
    "mood": ["happy"],
    "pair": ["(1,abc)"],
    "uuid": ["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"],
    "money": ["12.5"],
    "point": ["(1,2)"],
    "inet": ["10.0.0.0/8"],
}


@pytest.mark.server
@pytest.mark.postgres
def test_no_value_of_postgres_stops_a_source(postgres_server: PostgresServer, make: Maker, acme: Any) -> None:
    url = postgres_server.create_database("odd")
    address = {"system": "postgresql", "host": "127.0.0.1", "port": postgres_server.port, "database": "odd"}
    with psycopg.connect(url, autocommit=True) as theirs:
        theirs.execute("CREATE TYPE mood AS ENUM ('happy')")
        theirs.execute("CREATE TYPE pair AS (a int, b text)")
        theirs.execute("ALTER DATABASE odd SET standard_conforming_strings = off")
        columns = ", ".join(f"c{number} {kind}" for number, kind in enumerate(ODD))
        theirs.execute(f"CREATE TABLE reviews (id serial, remark text, at timestamptz, {columns})")
        rows = [(f"c{number}", value) for number, values in enumerate(ODD.values()) for value in values]
        for column, value in rows:
            add = f"INSERT INTO reviews (remark, at, {column}) VALUES ('Slow again', '2026-11-20', %s)"
            theirs.execute(add, (value,))
        theirs.execute("INSERT INTO reviews (remark, at) VALUES ('For ever', 'infinity'), ('Slow', '2026-11-21')")
    fields = {"id": "id", "text": "remark", "said_at": "at"}
    told = {**address, "user": "allears", "cursor": "at", "begin": "2026-01-01", "mapping": {"fields": fields}}
    source = make("sql", **told, query="SELECT * FROM reviews WHERE at > :cursor AND remark <> 'a\\'")
    counts = carried(source)
    assert (counts.read, counts.taken, counts.refused) == (len(rows) + 2, len(rows) + 1, 1)
    assert source.cursor["value"]["time"].startswith("2026-11-2")
    bad = QuarantinedRow.objects.in_workspace(acme.pk).get()
    assert (bad.field, "infinity" in bad.payload) == ("at", True)
    heard = [each.attributes for each in Voice.objects.in_workspace(acme.pk).order_by("id")]
    assert {"infinity", "0044-03-15 00:00:00+00 BC", "24:00:00", "happy", "deadbeef"} <= {
        str(value) for each in heard for value in each.values()
    }


@pytest.mark.server
def test_no_value_and_no_mode_of_mariadb_misleads_a_source(
    mariadb_server: mariadb.MariaServer, make: Maker, acme: Any
) -> None:
    mariadb_server.run(
        "SET GLOBAL sql_mode = ''",
        "CREATE TABLE shop.odd (id int, remark text, at datetime, day date, t time, y year, b bit(3), j json,"
        " e enum('a'))",
        "INSERT IGNORE INTO shop.odd VALUES (1, 'Slow', '0000-00-00', '2026-02-00', '838:59:59', 0, 5, '{}', 'a'),"
        " (2, 'Fine', '2026-11-20', '0000-00-00', '-1:00:00', 2026, 1, '[1]', '')",
        "SET GLOBAL sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT'",
    )
    address = {"system": "mariadb", "host": "127.0.0.1", "port": mariadb_server.port, "database": "shop"}
    fields = {"id": "id", "text": "remark", "said_at": "at"}
    told = {**address, "user": "reader", "password": "r3ad", "cursor": "", "mapping": {"fields": fields}}
    source = make("sql", **told, query="SELECT odd.*, 'a' || 'b' AS joined FROM odd")
    counts = carried(source)
    assert (counts.read, counts.taken, counts.refused) == (2, 1, 1)
    assert Voice.objects.in_workspace(acme.pk).get().attributes["joined"] == "ab"
    sly = r"SELECT 1 AS id, 'x\' AS remark, sleep(9) AS rating -- ' AS remark"
    assert carried(make("sql", name="sly", **{**told, "mapping": {"fields": {"text": "remark"}}}, query=sly)).read == 1
    assert Voice.objects.in_workspace(acme.pk).filter(text__contains="sleep(9) AS rating").count() == 1  # as a text
    mariadb_server.run("SET GLOBAL sql_mode = DEFAULT")
