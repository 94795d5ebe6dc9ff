"""Connections to SQLite are kept between requests, and only where that can be seen by nobody."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.store.test_sqlite import begin, connect

from allears.store.sqlite import kept

pytestmark = pytest.mark.django_db(transaction=True)  # connections of our own are opened


@pytest.fixture(autouse=True)
def keeping() -> Iterator[None]:
    kept.keep()
    yield
    kept.end()


def made(path: Path) -> Path:
    first = connect(path)
    first.cursor().execute("CREATE TABLE said (word TEXT)")
    first.cursor().execute("INSERT INTO said VALUES ('one'), ('two')")
    first.connection.close()
    return path


def test_the_next_one_takes_the_connection_of_the_last(tmp_path: Path) -> None:
    path = made(tmp_path / "kept.sqlite3")
    first = connect(path)
    first.ensure_connection()
    raw = first.connection
    first.close()
    second, third = connect(path), connect(path)
    second.ensure_connection()
    third.ensure_connection()
    assert second.connection is raw
    assert third.connection is not raw
    assert second.cursor().execute("PRAGMA foreign_keys").fetchone() == (1,)
    second.close()
    third.close()


def test_what_still_reads_is_not_kept(tmp_path: Path) -> None:
    """A query that was not read to its end would hold an old state of the file for whoever comes next."""
    path = made(tmp_path / "kept.sqlite3")
    first = connect(path)
    unread = first.cursor().execute("SELECT word FROM said")
    assert unread.fetchone() == ("one",)
    raw = first.connection
    first.close()
    second = connect(path)
    second.ensure_connection()
    assert second.connection is not raw
    second.close()


def test_what_writes_is_not_kept(tmp_path: Path) -> None:
    path = made(tmp_path / "kept.sqlite3")
    first = connect(path)
    begin(first)
    first.cursor().execute("DELETE FROM said")
    raw = first.connection
    first.close()
    second = connect(path)
    assert second.cursor().execute("SELECT count(*) FROM said").fetchone() == (2,)
    assert second.connection is not raw
    second.close()


def test_a_file_that_was_replaced_is_opened_anew(tmp_path: Path) -> None:
    path = made(tmp_path / "kept.sqlite3")
    first = connect(path)
    first.ensure_connection()
    first.close()
    other = made(tmp_path / "restored.sqlite3")
    changed = connect(other)
    changed.cursor().execute("DELETE FROM said WHERE word = 'one'")
    changed.connection.close()
    path.unlink()
    other.rename(path)
    second = connect(path)
    assert second.cursor().execute("SELECT word FROM said").fetchall() == [("two",)]
    second.close()


def test_nothing_is_kept_where_nobody_asked(tmp_path: Path) -> None:
    kept.end()
    path = made(tmp_path / "kept.sqlite3")
    first = connect(path)
    first.ensure_connection()
    first.close()
    assert kept.take(str(path)) is None
