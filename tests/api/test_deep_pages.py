"""A page far down a list costs what the first one does."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from allears.accounts.models import Workspace
from allears.api.listing import PageParams, listing
from allears.customers.models import Customer
from allears.listen.models import Voice
from allears.listen.wall import WallFilter, voices

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MANY = 2_000
pytestmark = pytest.mark.django_db


def work(ask: Callable[[], object]) -> int:
    """Thousands of instructions of SQLite's machine."""
    seen: list[None] = []
    connection.connection.set_progress_handler(lambda: seen.append(None), 1_000)
    try:
        ask()
    finally:
        connection.connection.set_progress_handler(None, 0)
    return len(seen)


def test_pages_of_a_list_and_of_the_wall(acme: Workspace) -> None:
    if connection.vendor != "sqlite":
        return  # PostgreSQL tells its work by time alone
    times = [NOON + timedelta(seconds=number) for number in range(MANY)]
    Customer.objects.bulk_create(Customer(workspace=acme, last_seen_at=at) for at in times)
    Voice.objects.bulk_create(
        Voice(
            workspace=acme, key=str(at), initiator="customer", source_kind="review", channel="web", said_at=at,
            received_at=at,
        )
        for at in times
    )  # fmt: skip
    rows, order = Customer.objects.in_workspace(acme.pk), ("-last_seen_at", "-id")
    first = listing(rows, PageParams(limit=10, cursor=None, count=False), order=order)
    _, after = voices(filters=WallFilter(workspace_id=acme.pk), limit=10)
    assert work(lambda: listing(rows, PageParams(limit=10, cursor=first["next"], count=False), order=order)) < 12
    assert work(lambda: voices(filters=WallFilter(workspace_id=acme.pk), after=after, limit=10)) < 12
