"""How many statements stand between an event and its ask: each is a round trip on the way with the tightest promise."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from allears.accounts.models import Workspace
from allears.events.batch import Batch
from allears.listen import probing
from allears.outreach import handing_over
from allears.outreach.models import Message
from tests import builders
from tests.outreach.test_handing_over import Deaf

pytestmark = pytest.mark.django_db(transaction=True)
FOR_ONE_ASK = 17
TABLES = 3  # that get a row: decision, invitation, message


@pytest.fixture(autouse=True)
def forgotten() -> None:
    probing.forget()


def ask(workspace: Workspace, *numbers: int) -> list[str]:
    """The statements of a turn in which these events ask their customers."""
    now = timezone.now()
    people = [builders.customer(workspace=workspace, email=f"c{number}@example.test") for number in numbers]
    events = [
        builders.event_row(customer=customer, id=number, ts=now)
        for number, customer in zip(numbers, people, strict=True)
    ]
    with transaction.atomic(), CaptureQueriesContext(connection) as seen:
        probing.on_batch(Batch(events=events, now=now))
    return [each["sql"] for each in seen]


def test_an_ask_costs_so_many_statements_and_its_hand_over_none(acme: Workspace) -> None:
    builders.open_policy(workspace=acme)
    builders.probe(workspace=acme)
    ask(acme, 1)  # probes are compiled, the survey is read
    # SQLite has one writer anyway, and gives ids as rows go in; PostgreSQL is asked for both in trips that go anyway
    lock_and_ids = 1 + TABLES if connection.vendor == "postgresql" else 0
    try:
        for handed in (False, True):
            handing_over.open_to(Deaf("tests") if handed else None)
            statements = ask(acme, 2 + handed)
            assert len(statements) <= FOR_ONE_ASK + lock_and_ids, "\n".join(statements)
    finally:
        handing_over.open_to(None)
    assert sorted(Message.objects.in_workspace(acme.id).values_list("state", flat=True)) == [
        "queued", "queued", "sending"
    ]  # fmt: skip


def test_many_asks_of_one_turn_cost_hardly_more_than_one(acme: Workspace) -> None:
    builders.open_policy(workspace=acme)
    builders.probe(workspace=acme)
    ask(acme, 1, 2)  # what is looked up once for each process is
    one, many = len(ask(acme, 3)), len(ask(acme, *range(4, 44)))
    assert many == one + (0 if connection.vendor == "postgresql" else TABLES)  # their ids
    assert Message.objects.in_workspace(acme.id).count() == 43
