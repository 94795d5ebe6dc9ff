"""SQLite finds the voices of one customer by the customer, however many its workspace has."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from allears.accounts.models import Workspace
from allears.listen.models import Voice
from allears.operations import statistics
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


def test_voices_of_a_customer_are_found_by_the_customer(
    acme: Workspace, someone: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statistics, "LEAST_ROWS", 100)
    if connection.vendor != "sqlite":
        assert statistics.gather() == 0  # PostgreSQL gathers its own
        return
    assert "(workspace_id=?)" in plan(acme, someone)
    statistics.gather()
    assert "(customer_id=?)" in plan(acme, someone)


def test_what_small_tables_say_is_not_learnt(acme: Workspace, someone: int) -> None:
    newest = Voice.objects.in_workspace(acme.pk).latest("pk")
    Voice.objects.in_workspace(acme.pk).filter(pk=newest.pk).update(id=newest.pk + 1_000_000)  # many came and went
    assert statistics.gather() == 0
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE name LIKE 'sqlite_stat%'")
        assert cursor.fetchall() == []
