"""Statements past the ORM: prepared on PostgreSQL, in Django's transaction, seen by who counts statements."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from allears.jobs.models import WorkerLease
from allears.store import plain
from allears.store.bulk import insert_rows

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ADD = "INSERT INTO jobs_workerlease (name, owner, until, fence) VALUES (%s, %s, %s, 1)"
LOOK = "SELECT name, until FROM jobs_workerlease WHERE name = %s"

pytestmark = pytest.mark.django_db


def test_a_statement_gives_the_same_however_often_it_runs_and_sees_what_changed_meanwhile() -> None:
    for turn in range(3 * plain.PREPARED_AFTER):
        assert plain.select(LOOK, [f"lease-{turn}"]) == []
        assert plain.change(ADD, [f"lease-{turn}", "me", plain.written(NOON + timedelta(seconds=turn))]) == 1
        ((name, until),) = plain.select(LOOK, [f"lease-{turn}"])
        assert (name, plain.moment(until)) == (f"lease-{turn}", NOON + timedelta(seconds=turn))
    assert WorkerLease.objects.count() == 3 * plain.PREPARED_AFTER


def test_it_is_undone_with_the_transaction_and_its_errors_are_djangos() -> None:
    with transaction.atomic():
        plain.change(ADD, ["kept?", "me", plain.written(NOON)])
        transaction.set_rollback(True)
    assert plain.select(LOOK, ["kept?"]) == []
    plain.change(ADD, ["once", "me", plain.written(NOON)])
    with pytest.raises(IntegrityError), transaction.atomic():
        plain.change(ADD, ["once", "me", plain.written(NOON)])
    assert len(plain.select(LOOK, ["once"])) == 1


def test_who_counts_statements_sees_it() -> None:
    with CaptureQueriesContext(connection) as seen:
        plain.select(LOOK, ["any"])
    assert len(seen) == 1


def test_several_are_answered_in_order_and_each_sees_what_those_before_it_did() -> None:
    add = plain.Query(f"{ADD} RETURNING name", ["first", "me", plain.written(NOON)])
    for _ in range(plain.PREPARED_AFTER + 1):
        with transaction.atomic():
            before, added, nothing, after = plain.together(
                plain.Query(LOOK, ["first"]), add, None, plain.Query(LOOK, ["first"])
            )
            assert (before, added, nothing) == ([], [("first",)], [])
            assert [(name, plain.moment(until)) for name, until in after] == [("first", NOON)]
            assert plain.together(plain.Query(ADD, ["second", "me", plain.written(NOON)])) == [[]]
            transaction.set_rollback(True)
    assert plain.together() == []


def test_when_one_of_several_fails_none_of_them_was_done() -> None:
    twice = plain.Query(ADD, ["once", "me", plain.written(NOON)])
    with pytest.raises(IntegrityError), transaction.atomic():
        plain.together(plain.Query(ADD, ["before", "me", plain.written(NOON)]), twice, twice, plain.Query(LOOK, ["x"]))
    assert WorkerLease.objects.count() == 0
    assert plain.together(plain.Query(LOOK, ["once"])) == [[]]  # and the connection goes on


def test_who_counts_statements_sees_each_of_several() -> None:
    with CaptureQueriesContext(connection) as seen:
        plain.together(plain.Query(LOOK, ["any"]), plain.Query(LOOK, ["other"]))
    assert len(seen) == 2


def add(name: str) -> plain.Query:
    return plain.Query(ADD, [name, "me", plain.written(NOON)])


def test_what_is_written_later_is_there_for_whoever_looks() -> None:
    with transaction.atomic(), plain.behind():
        plain.later(add("for a question"))
        assert len(plain.select(LOOK, ["for a question"])) == 1
        plain.later(add("for several"))
        assert len(plain.together(plain.Query(LOOK, ["for several"]), None)[0]) == 1
        plain.later(add("for Django"))
        assert WorkerLease.objects.count() == 3
        plain.later(add("in the end"))
    assert WorkerLease.objects.count() == 4
    plain.later(add("at once"))
    assert WorkerLease.objects.count() == 5


def test_what_is_written_later_stands_before_a_copy() -> None:
    """A row of the same key goes past Django's statements, and it is the one that is refused."""
    with pytest.raises(IntegrityError, match=r"COPY|UNIQUE"):
        write_twice()


def write_twice() -> None:
    columns = ["name", "owner", "until", "fence"]
    with transaction.atomic(), plain.behind():
        plain.later(add("twice"))
        insert_rows(WorkerLease, columns, [["twice", "another", NOON, 1]])


def write_later(*names: str, then: type[Exception] | None = None) -> None:
    """In a transaction or savepoint of its own, which ends badly if told to."""
    with transaction.atomic():
        for name in names:
            plain.later(add(name))
        if then:
            raise then


def test_what_is_written_later_belongs_to_its_savepoint() -> None:
    with transaction.atomic(), plain.behind():
        plain.later(add("before"))
        with pytest.raises(ZeroDivisionError):
            write_later("undone", then=ZeroDivisionError)
        with pytest.raises(IntegrityError):
            write_later("before")
        with pytest.raises((ZeroDivisionError, IntegrityError)):  # an error where it is sent, another one meanwhile
            write_later("before", then=ZeroDivisionError)
        write_later("kept")
    assert set(WorkerLease.objects.values_list("name", flat=True)) == {"before", "kept"}


def test_what_is_written_later_is_undone_with_the_transaction() -> None:
    for names, error in ((("once", "once"), None), (("never",), ZeroDivisionError)):
        with pytest.raises(error or IntegrityError), plain.behind():
            write_later(*names, then=error)
        assert WorkerLease.objects.count() == 0
