"""How often a turn of the consumer waits for PostgreSQL: between an event and its ask that is most of the time."""

import json
import tempfile
import time
from collections.abc import Iterator

import pytest
from django.db import connection
from tests import builders

from allears.accounts.models import Workspace
from allears.events.consumer import loop
from allears.events.consumer.loop import Consumer
from allears.events.intake.log import Body, open_log
from allears.events.models import Event
from allears.outreach.models import Decision, Message
from allears.store import plain

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
ASKED = plain.PREPARED_AFTER + 2  # turns, after which every statement is prepared
WAITS = ("Query", "Sync", "CopyDone")  # after each of these the client waits for an answer


@pytest.fixture
def consumer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Consumer]:
    monkeypatch.setattr(loop, "RENEW_SECONDS", 3600.0)  # its own transaction now and then
    found = Consumer("tests")
    yield found
    found.close()


def trips(consumer: Consumer, workspace: Workspace, kind: str, **call: object) -> int:
    """Put one call into the log and count how often the turn that applies it waits."""
    log = open_log()
    data = json.dumps({"messageId": f"{kind}-{call}", **call}).encode()
    log.append([Body(workspace_id=workspace.id, kind=kind, received_us=time.time_ns() // 1000, data=data)])
    log.close()
    with tempfile.TemporaryFile("w+") as told:
        connection.connection.pgconn.trace(told.fileno())
        try:
            assert consumer.turn() == 1
        finally:
            connection.connection.pgconn.untrace()
        told.seek(0)
        sent = [line.split("\t")[3].strip() for line in told if "\tF\t" in line]
    return sum(message in WAITS for message in sent)


def test_an_event_takes_five_trips_and_one_that_asks_seven_more(consumer: Consumer, acme: Workspace) -> None:
    builders.open_policy(workspace=acme)
    builders.probe(workspace=acme)
    for each in range(ASKED):
        traits = {"email": f"zoe{each}@example.test"}
        trips(consumer, acme, "identify", userId=f"u{each}", traits=traits)
        looked = trips(consumer, acme, "track", userId=f"u{each}", event="page_seen")
        asked = trips(consumer, acme, "track", userId=f"u{each}", event="order_delivered")
    assert (looked, asked) == (5, 12)  # the last rings for the outbox: no sender runs here
    assert Event.objects.in_workspace(acme.id).count() == 3 * ASKED
    assert Decision.objects.in_workspace(acme.id).filter(verdict="sent").count() == ASKED
    assert Message.objects.in_workspace(acme.id).count() == ASKED
