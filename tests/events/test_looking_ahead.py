"""While PostgreSQL stores one turn, the consumer reads the next: nothing is lost, doubled or put out of order by it."""

import json
from collections.abc import Iterator

import pytest

from allears.accounts.models import Workspace
from allears.events import batch as batches
from allears.events.batch import Batch, subscribe_batch
from allears.events.consumer import loop
from allears.events.consumer.loop import Consumer
from allears.events.consumer.source import PostgresSource, open_source
from allears.events.intake.log import Body, open_log
from allears.events.models import Event, IntakeRow, QuarantinedRow

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgres,  # only there is the database another process, which works while this one reads
]
BODIES = 12
failing: list[str] = []


@pytest.fixture
def source() -> Iterator[PostgresSource]:
    found = open_source()
    assert isinstance(found, PostgresSource)
    yield found
    found.close()


@pytest.fixture
def reader(source: PostgresSource, monkeypatch: pytest.MonkeyPatch) -> Consumer:
    """A consumer that takes two bodies at a time."""
    monkeypatch.setattr(loop, "MOST_ROWS", 2)
    monkeypatch.setattr(batches, "_subscriptions", [])
    failing.clear()
    return Consumer("tests", source)


def fill(workspace: Workspace, *, bodies: int = BODIES) -> None:
    log = open_log()
    log.append(
        [
            Body(workspace_id=workspace.id, kind="batch", received_us=1_800_000_000_000_000 + place, data=data(place))
            for place in range(bodies)
        ]
    )
    log.close()


def data(place: int) -> bytes:
    calls = [
        {"type": "track", "userId": f"u{each}", "event": f"e{place}-{each}", "messageId": f"m{place}-{each}"}
        for each in range(3)
    ]
    return json.dumps({"batch": calls}).encode()


def names(workspace: Workspace) -> list[str]:
    return list(Event.objects.in_workspace(workspace.id).order_by("id").values_list("name", flat=True))


def drain(reader: Consumer) -> int:
    turns = 0
    while reader.turn():
        turns += 1
    return turns


def all_names() -> list[str]:
    return [f"e{place}-{each}" for place in range(BODIES) for each in range(3)]


def test_the_next_turn_is_read_while_this_one_is_stored(
    acme: Workspace, source: PostgresSource, reader: Consumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(acme)
    looked: list[int] = []
    ahead = source.ahead
    monkeypatch.setattr(source, "ahead", lambda **limits: looked.append(1) or ahead(**limits))
    assert drain(reader) == BODIES // 2
    assert names(acme) == all_names()
    assert len(looked) == 2  # the first turn, and the one that found nothing
    assert not IntakeRow.objects.exists()


def test_a_body_that_is_changed_after_it_was_read_ahead_is_read_anew(acme: Workspace, reader: Consumer) -> None:
    fill(acme, bodies=6)
    reader.turn()
    third = IntakeRow.objects.order_by("id")[0]
    IntakeRow.objects.filter(pk=third.pk).update(body=data(2).replace(b"e2-0", b"changed"))
    fourth = IntakeRow.objects.order_by("id")[1]
    fourth.delete()
    drain(reader)
    assert names(acme) == [
        *("e0-0", "e0-1", "e0-2", "e1-0", "e1-1", "e1-2", "changed", "e2-1", "e2-2"),
        *("e4-0", "e4-1", "e4-2", "e5-0", "e5-1", "e5-2"),
    ]


def test_bodies_that_come_meanwhile_wait_their_turn(acme: Workspace, reader: Consumer) -> None:
    fill(acme, bodies=2)
    reader.turn()
    log = open_log()
    log.append([Body(workspace_id=acme.id, kind="batch", received_us=1_800_000_000_000_000, data=data(2))])
    log.close()
    drain(reader)
    assert names(acme) == all_names()[:9]


def refuse(batch: Batch) -> None:
    for event in batch.events:
        if event.name in failing:
            raise ValueError(f"cannot bear {event.name}")


def test_a_turn_that_fails_forgets_what_it_read_ahead_and_loses_nothing(acme: Workspace, reader: Consumer) -> None:
    subscribe_batch(order=1, name="refuse", handler="tests.events.test_looking_ahead.refuse")
    failing.append("e4-1")
    fill(acme)
    drain(reader)
    assert names(acme) == all_names()
    assert [row.field for row in QuarantinedRow.objects.in_workspace(acme.id)] == ["refuse"]


def test_what_a_lost_lease_left_unread_is_read_by_the_next(
    acme: Workspace, reader: Consumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(acme)
    reader.turn()
    other = Consumer("other", open_source())
    monkeypatch.setattr(loop, "LEASE_SECONDS", -1.0)  # whoever comes next may have it
    reader.turn()
    drain(other)
    drain(reader)
    other.close()
    assert names(acme) == all_names()
