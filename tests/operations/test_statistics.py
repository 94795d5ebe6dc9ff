"""SQLite finds the voices of one customer by the customer, however many its workspace has."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from allears.accounts.models import Workspace
from allears.customers.models import Customer
from allears.listen.models import Voice
from allears.operations import statistics
from allears.outreach.models import Message
from allears.store.sqlite.presumed import presume
from tests import builders

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def someone(acme: Workspace) -> int:
    """One of twenty customers, with five voices of a hundred."""
    people = [builders.customer(workspace=acme) for _ in range(20)]
    Voice.objects.bulk_create(
        Voice(
            workspace=acme, customer=people[at % 20], key=f"v{at}", initiator="customer", source_kind="review",
            channel="web", said_at=NOW - timedelta(hours=at),
        )
        for at in range(100)
    )  # fmt: skip
    return people[3].pk


def plan(acme: Workspace, customer: int) -> str:
    return str(Voice.objects.in_workspace(acme.pk).filter(customer_id=customer).order_by("-said_at").explain())


def rows_believed() -> set[str]:
    """How many voices SQLite believes there are, by each index."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT stat FROM sqlite_stat1 WHERE tbl = 'listen_voice' AND idx NOT LIKE '%_hot'")
        return {stat.split()[0] for (stat,) in cursor.fetchall()}


def test_voices_of_a_customer_are_found_by_the_customer_from_the_first(acme: Workspace, someone: int) -> None:
    if connection.vendor == "sqlite":
        assert "(customer_id=?)" in plan(acme, someone)


@pytest.mark.parametrize("table", ["customers_attributevalue", "customers_consentrecord", "customers_movement"])
def test_what_is_known_of_a_chunk_of_customers_is_not_looked_for_in_the_whole_workspace(table: str) -> None:
    """Otherwise a file of customers takes the square of its rows."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"EXPLAIN QUERY PLAN SELECT * FROM {table} WHERE workspace_id = %s AND customer_id IN (%s, %s)",
            [1, 2, 3],
        )
        (plan,) = [row[3] for row in cursor.fetchall()]
    assert "(customer_id=?" in plan


def test_customers_by_number_are_not_looked_for_in_the_whole_workspace() -> None:
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN SELECT * FROM customers_customer WHERE workspace_id = 1 AND id IN (2, 3)")
        (plan,) = [row[3] for row in cursor.fetchall()]
    assert "PRIMARY KEY (rowid=?)" in plan


def test_those_who_are_nobody_else_are_not_found_by_being_so(acme: Workspace) -> None:
    if connection.vendor != "sqlite":
        return
    latest = Customer.objects.in_workspace(acme.pk).filter(merged_into__isnull=True).order_by("-last_seen_at")[:50]
    plan = str(latest.explain())
    assert "merged" not in plan
    assert "ORDER BY" not in plan
    assert "customers_customer_merged" in str(Customer.objects.in_workspace(acme.pk).filter(merged_into=5).explain())


def test_a_large_table_is_looked_at(acme: Workspace, someone: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "LEAST_ROWS", 100)
    if connection.vendor != "sqlite":
        assert statistics.gather() == 0  # PostgreSQL gathers its own
        return
    statistics.gather()
    assert "100" in rows_believed()
    assert "(customer_id=?)" in plan(acme, someone)


def test_empty_values_do_not_hide_what_the_filled_ones_tell_apart(
    acme: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index begins with the empty ones; by them, an address would leave all customers, and a case all messages."""
    if connection.vendor != "sqlite":
        return
    monkeypatch.setattr(statistics, "LEAST_ROWS", 100)
    monkeypatch.setattr(statistics, "LOOKED_AT", 100)
    addresses = [*[""] * 200, *(f"u{number}@example.com" for number in range(50))]
    people = Customer.objects.bulk_create(Customer(workspace=acme, email=each) for each in addresses)
    Message.objects.bulk_create(
        Message(
            workspace=acme, customer=person, case_id=number if number > 200 else None, purpose="service",
            channel="email", language="en", address=person.email, text="…", idempotency_key=str(number), not_before=NOW,
        )
        for number, person in enumerate(people)
    )  # fmt: skip
    statistics.gather()
    found = Customer.objects.in_workspace(acme.pk).filter(email="u7@example.com").order_by("-last_seen_at", "-pk")[:50]
    assert "(workspace_id=? AND email=?)" in str(found.explain())
    written = Message.objects.in_workspace(acme.pk).filter(case_id=222).order_by("-created_at", "-pk")[:50]
    assert "(workspace_id=? AND case_id=?)" in str(written.explain())


def test_a_table_without_statistics_of_an_older_folder_gets_what_is_presumed(acme: Workspace, someone: int) -> None:
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM sqlite_stat1")
        cursor.execute("ANALYZE sqlite_schema")
    assert "(workspace_id=?)" in plan(acme, someone)
    statistics.gather()
    assert "(customer_id=?)" in plan(acme, someone)


def test_an_index_that_an_upgrade_makes_is_presumed_like_the_others(acme: Workspace, someone: int) -> None:
    """With statistics of its table and none of its own, SQLite believes that any value of it is in ten rows."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX later ON listen_voice (workspace_id, channel)")
        assert presume(connection) == 1
        cursor.execute("SELECT stat FROM sqlite_stat1 WHERE idx = 'later'")
        assert cursor.fetchall() == [("1000000 100000 20000",)]
        cursor.execute("DELETE FROM sqlite_stat1 WHERE idx = 'later'")
        cursor.execute("UPDATE sqlite_stat1 SET stat = '20000' || substr(stat, 8) WHERE stat LIKE '1000000 %'")
        assert presume(connection) == 1
        cursor.execute("SELECT stat FROM sqlite_stat1 WHERE idx = 'later'")
        assert cursor.fetchall() == [("20000 2000 400",)]
    assert presume(connection) == 0


def test_what_small_tables_say_is_not_learnt(acme: Workspace, someone: int) -> None:
    newest = Voice.objects.in_workspace(acme.pk).latest("pk")
    Voice.objects.in_workspace(acme.pk).filter(pk=newest.pk).update(id=newest.pk + 1_000_000)  # many came and went
    assert statistics.gather() == 0
    if connection.vendor == "sqlite":
        assert "100" not in rows_believed()
