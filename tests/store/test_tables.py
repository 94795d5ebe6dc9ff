"""New databases get their tables in one go, and they are the ones that the migrations make."""

import pytest
from django.db.migrations.loader import MigrationLoader
from scripts.tables import FOLDER, KINDS, dumped

from allears.store import tables


@pytest.mark.parametrize("kind", KINDS)
def test_every_migration_is_in_the_file(kind: str) -> None:
    """Otherwise a first start takes longer than it need; ``python scripts/tables.py`` writes the files anew."""
    lines = (FOLDER / f"{kind}.sql").read_text("utf-8").splitlines()
    there = {line.removeprefix(tables.HEAD) for line in lines if line.startswith(tables.HEAD)}
    assert there == {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations or {}}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_the_file_is_what_the_migrations_make_and_makes_the_same(kind: str) -> None:
    text = (FOLDER / f"{kind}.sql").read_text("utf-8")
    assert dumped(kind, by_hand=True) == text
    assert dumped(kind, by_hand=False) == text


@pytest.mark.django_db
def test_a_database_with_tables_is_left_alone() -> None:
    assert not tables.make(wanted=MigrationLoader(None).disk_migrations or {})


def test_an_older_time_is_reached_by_the_migrations_alone() -> None:
    """An archive of an older version is read into the tables of its own time."""
    assert not tables.make(wanted=[("accounts", "0001_initial")])
