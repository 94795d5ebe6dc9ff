"""From bodies to events: exactly once, in order, and one bad event never stops the line."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils.translation import override
from tests.api.test_touchpoints import client_of

from allears.accounts.models import Workspace
from allears.customers.models import Customer
from allears.events import batch as batches
from allears.events.batch import Batch, subscribe_batch
from allears.events.consumer.loop import GATHER_SECONDS, PAUSE_SECONDS, Consumer, Rests
from allears.events.consumer.source import ChangedMeanwhileError, PostgresSource, open_source
from allears.events.intake.log import Body
from allears.events.models import Event, IntakeRow, QuarantinedRow
from allears.events.reasons import RefusedError, in_words
from allears.jobs.models import WorkerLease
from allears.store import plain

RECEIVED = datetime(2026, 3, 1, 9, 0, 0, 123456, tzinfo=UTC)
heard: list[tuple[str, ...]] = []


class FakeSource:
    """Bodies from a list."""

    def __init__(self, *bodies: Body) -> None:
        self.bodies = list(bodies)
        self.applied = 0

    def ahead(self, *, rows: int, size: int) -> Sequence[Body]:
        return self.bodies[self.applied : self.applied + rows]

    def beyond(self, *, rows: int, size: int) -> Sequence[Body]:
        return ()

    def go_on(self) -> None: ...

    def taking(self) -> plain.Query | None:
        return plain.Query("SELECT 1")

    def taken(self, rows: plain.Rows) -> None:
        assert rows == [(1,)]

    def done(self, *, lasting: bool) -> None:
        self.applied = len(self.bodies)
        self.lasting = lasting

    def settle(self) -> None: ...

    def close(self) -> None: ...


def body(workspace: Workspace, content: Any, *, kind: str = "batch") -> Body:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    received_us = int(RECEIVED.timestamp()) * 1_000_000 + RECEIVED.microsecond
    return Body(workspace_id=workspace.id, kind=kind, received_us=received_us, data=data)


def consume(*bodies: Body) -> int:
    return Consumer("tests", FakeSource(*bodies)).turn()


def track(event: str = "order_delivered", **fields: Any) -> dict[str, Any]:
    return {"type": "track", "userId": "u1", "event": event, **fields}


def names(workspace: Workspace) -> list[str]:
    return list(Event.objects.in_workspace(workspace.id).order_by("id").values_list("name", flat=True))


@pytest.fixture(autouse=True)
def only_own_subscribers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "_subscriptions", [])
    heard.clear()


def hear(batch: Batch) -> None:
    heard.append(tuple(event.name for event in batch.events))


def hear_no_evil(batch: Batch) -> None:
    if any(event.name == "evil" for event in batch.events):
        raise ValueError("cannot bear evil")
    hear(batch)


def test_a_batch_becomes_events_in_order_of_arrival(acme: Workspace) -> None:
    assert consume(body(acme, {"batch": [track("a"), track("b", userId=7)]}), body(acme, track("c"), kind="track")) == 2
    assert names(acme) == ["a", "b", "c"]
    event = Event.objects.in_workspace(acme.id).get(name="b")
    assert (event.type, event.ts, event.received_at, event.properties) == ("track", RECEIVED, RECEIVED, {})
    assert Customer.objects.in_workspace(acme.id).count() == 2


def test_a_repeat_is_stored_and_told_once(acme: Workspace, elsewhere: Workspace) -> None:
    subscribe_batch(order=1, name="hear", handler="tests.events.test_consumer.hear")
    once = body(acme, {"batch": [track("a", messageId="m1"), track("a", messageId="m1")]})
    again = body(acme, {"batch": [track("b", messageId="m2"), track("a", messageId="m1", userId="u9")]})
    consume(once)
    consume(again, body(elsewhere, track("a", messageId="m1"), kind="track"))
    assert names(acme) == ["a", "b"]
    assert names(elsewhere) == ["a"]
    assert heard == [("a",), ("b", "a")]


def test_without_a_message_id_the_same_dated_body_is_a_repeat_and_an_undated_one_is_not(acme: Workspace) -> None:
    dated = {"batch": [track("a", timestamp="2026-03-01T08:00:00Z")]}
    consume(body(acme, dated))
    consume(body(acme, dated))
    assert names(acme) == ["a"]
    now = body(acme, track("b"), kind="track")
    later = Body(workspace_id=acme.id, kind="track", received_us=now.received_us + 1, data=now.data)
    consume(now)
    consume(now)
    consume(later)
    assert names(acme) == ["a", "b", "b"]


def test_the_senders_clock_is_set_right(acme: Workspace) -> None:
    wrong = RECEIVED + timedelta(hours=3)
    consume(
        body(
            acme,
            {
                "sentAt": wrong.isoformat(),
                "batch": [
                    track("fast clock", timestamp=(wrong - timedelta(minutes=5)).isoformat()),
                    track("original", originalTimestamp=(wrong - timedelta(minutes=6)).isoformat()),
                    track("no time"),
                ],
            },
        ),
        body(acme, track("milliseconds", timestamp=1_772_355_600_000), kind="track"),
        body(acme, track("zone", timestamp="2026-03-01T17:00:00+08:00"), kind="track"),
    )
    times = dict(Event.objects.in_workspace(acme.id).values_list("name", "ts"))
    assert times == {
        "fast clock": RECEIVED - timedelta(minutes=5),
        "original": RECEIVED - timedelta(minutes=6),
        "no time": RECEIVED,
        "milliseconds": datetime(2026, 3, 1, 9, tzinfo=UTC),
        "zone": datetime(2026, 3, 1, 9, tzinfo=UTC),
    }


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"type": "trac", "userId": "u"}, "type 'trac' is none of"),
        ({"type": "track", "userId": "u"}, "needs its event's name"),
        ({"type": "track", "event": "x"}, "nobody is named"),
        ({"type": "track", "event": "x" * 201, "userId": "u"}, "201 characters; the limit is 200"),
        ({"type": "track", "event": "x", "userId": "u" * 255}, "userId has 255 characters; the limit is 254"),
        ({"type": "track", "event": "x", "userId": "u", "timestamp": "yesterday"}, "'yesterday' is not an ISO 8601"),
        ({"type": "track", "event": "x", "userId": "u", "properties": [1]}, "properties must be an object"),
        ({"type": "track", "event": "x", "userId": {"id": 1}}, "userId"),
        ("not an object", "Expected `object`"),
        ({"type": "identify", "userId": "u", "traits": {"consent": "yes"}}, "consent must read like"),
    ],
)
def test_a_bad_event_goes_to_quarantine_and_its_neighbours_do_not(acme: Workspace, bad: Any, reason: str) -> None:
    consume(body(acme, {"batch": [track("before"), bad, track("after")]}))
    assert names(acme) == ["before", "after"]
    row = QuarantinedRow.objects.in_workspace(acme.id).get()
    assert reason in in_words(row.reason)
    assert row.source == "intake"


def test_why_a_call_waits_is_told_in_the_language_of_whoever_reads_it(acme: Workspace) -> None:
    subscribe_batch(order=1, name="tender", handler="tests.events.test_consumer.hear_no_evil")
    late = {"type": "track", "event": "x", "userId": "u", "timestamp": "yesterday"}
    refused_at_the_door = {"type": "refused", "name": RefusedError("a CloudEvent is a JSON object").kept()}
    consume(body(acme, {"batch": [late, refused_at_the_door, track("evil")]}))
    rows = QuarantinedRow.objects.in_workspace(acme.id).order_by("id")
    with override("zh-hans"):
        assert [in_words(row.reason) for row in rows] == [
            "timestamp 'yesterday' 不是 2026-01-31T08:00:00Z 这样的 ISO 8601 时间：请修正事件后重新发送",
            "CloudEvent 必须是 JSON 对象：请修正事件后重新发送",
            "事件已保存，但 tender 处理失败：cannot bear evil (ValueError)",
        ]
        told = client_of(acme).get("/api/v1/quarantine", headers={"Accept-Language": "en"}).json()["items"]
    assert told[0]["reason"] == "the event is stored, but tender failed on it: cannot bear evil (ValueError)"


def test_json_nested_too_deeply_to_be_read_stops_nobody(acme: Workspace) -> None:
    deep = b'{"type":"track","userId":"u1","event":"deep","properties":{"a":' + b"[" * 5000 + b"]" * 5000 + b"}}"
    consume(body(acme, deep, kind="track"), body(acme, {"batch": [track("after")]}))
    assert names(acme) == ["after"]
    assert "recursion" in in_words(QuarantinedRow.objects.in_workspace(acme.id).get().reason)


def test_what_was_recognised_before_is_remembered_until_somebody_turns_out_to_be_another(acme: Workspace) -> None:
    consumer = Consumer("elsewhere:1:x", source := FakeSource())

    def take(*calls: dict[str, Any]) -> list[int | None]:
        source.bodies.append(body(acme, {"batch": list(calls)}))
        assert consumer.turn() == 1
        events = Event.objects.in_workspace(acme.id).order_by("-id")[: len(calls)]
        return [event.customer_id for event in reversed(events)]

    shared = {"type": "track", "event": "seen", "anonymousId": "a1"}
    (anonymous,) = take(shared)
    assert take(shared, {**shared, "userId": "u1"}, track()) == [anonymous] * 3
    (other,) = take(track(userId="u2"))
    assert take({"type": "alias", "userId": "u2", "previousId": "u1"}, track(), track(userId="u2")) == [other] * 3
    assert take(track(), shared) == [other] * 2
    assert len({anonymous, other}) == 2


def test_a_worker_that_comes_back_to_the_log_does_not_trust_what_it_remembered(acme: Workspace) -> None:
    first, second = FakeSource(body(acme, {"batch": [track(), track(userId="u2")]})), FakeSource()
    one, two = Consumer("elsewhere:1:x", first), Consumer("elsewhere:2:x", second)
    assert one.turn() == 1
    WorkerLease.objects.filter(name="consumer").update(owner="")
    second.bodies = [body(acme, {"batch": [{"type": "alias", "userId": "u2", "previousId": "u1"}]})]
    assert two.turn() == 1
    WorkerLease.objects.filter(name="consumer").update(owner="")
    one._renewed = 0.0
    first.bodies.append(body(acme, {"batch": [track("after")]}))
    assert one.turn() == 1
    kept = Customer.objects.in_workspace(acme.id).get(merged_into__isnull=True)
    assert Event.objects.in_workspace(acme.id).get(name="after").customer_id == kept.id


def test_what_the_door_could_not_read_is_kept(acme: Workspace) -> None:
    consume(body(acme, b'{"batch": [\xff\x00', kind="broken"))
    row = QuarantinedRow.objects.in_workspace(acme.id).get()
    assert row.payload == '{"batch": [\\xff\\x00'


def test_nul_characters_are_dropped_and_emoji_stay(acme: Workspace) -> None:
    consume(body(acme, {"batch": [track("a\x00b", properties={"n\x00": "x\x00y", "mood": "😀"})]}))
    event = Event.objects.in_workspace(acme.id).get()
    assert (event.name, event.properties) == ("ab", {"n": "xy", "mood": "😀"})


@pytest.mark.parametrize(
    "name",
    [
        '{"says": "x"}',
        '{"says": "%(a)s %(b)d", "values": {"a": "1"}}',
        '{"says": "%(a)999999999s", "values": {"a": "1"}}',
        '{"says": "100 %", "values": {"self": "1"}}',
        '{"says": "%(a)s", "values": [1]}',
        '{"says": "%(a)s", "values": {"a": {"says": 7, "values": {}}}}',
        '{"says": "", "values": {"a": ' * 300 + "1" + "}}" * 300,
        '{"says": "' + "[" * 100_000,
    ],
)
def test_who_plays_a_door_stops_nothing(acme: Workspace, name: str) -> None:
    consume(body(acme, {"batch": [{"type": "refused", "name": name}, track("good")]}))
    assert list(Event.objects.in_workspace(acme.id).values_list("name", flat=True)) == ["good"]
    row = QuarantinedRow.objects.in_workspace(acme.id).get()
    assert len(in_words(row.reason)) < len(name) + 100


def test_an_event_above_the_limit_is_quarantined_alone(acme: Workspace, settings: Any) -> None:
    settings.INTAKE_MAX_EVENT = 500
    consume(body(acme, {"batch": [track("a"), track("b", properties={"x": "y" * 600})]}, kind="mixed"))
    assert names(acme) == ["a"]
    assert "the limit of one event is 500" in in_words(QuarantinedRow.objects.in_workspace(acme.id).get().reason)


def test_a_subscriber_that_fails_on_one_event_hears_all_others(acme: Workspace) -> None:
    subscribe_batch(order=1, name="tender", handler="tests.events.test_consumer.hear_no_evil")
    subscribe_batch(order=2, name="hear", handler="tests.events.test_consumer.hear")
    consume(body(acme, {"batch": [track(name) for name in ("a", "b", "evil", "c", "d")]}))
    assert names(acme) == ["a", "b", "evil", "c", "d"]
    assert heard == [("a", "b"), ("c", "d"), ("a", "b", "evil", "c", "d")]
    row = QuarantinedRow.objects.in_workspace(acme.id).get()
    assert (row.source, row.field) == ("consumer", "tender")
    assert "cannot bear evil" in in_words(row.reason)
    assert Event.objects.in_workspace(acme.id).get(id=row.row_number).name == "evil"


def test_rudderstack_traits_in_the_context_describe_the_customer(acme: Workspace) -> None:
    call = {"type": "identify", "userId": "u1", "context": {"traits": {"email": "z@x.test"}, "locale": "zh-CN"}}
    group = {"type": "group", "userId": "u1", "groupId": "g1", "traits": {"name": "Acme"}}
    consume(body(acme, {"batch": [call, group], "context": {"app": "shop"}}))
    customer = Customer.objects.in_workspace(acme.id).get()
    assert (customer.email, customer.language) == ("z@x.test", "zh")
    assert customer.attributes == {"account": {"id": "g1", "name": "Acme"}}
    assert Event.objects.in_workspace(acme.id).get(type="group").context == {"app": "shop"}


def test_who_lost_the_lease_applies_nothing(acme: Workspace) -> None:
    first, second = FakeSource(body(acme, {"batch": [track("a")]})), FakeSource(body(acme, {"batch": [track("b")]}))
    loser, other = Consumer("elsewhere:1:x", first), Consumer("elsewhere:2:x", second)
    assert loser._holds()
    assert other.turn() == 0
    WorkerLease.objects.filter(name="consumer").update(owner="elsewhere:2:x", fence=2)
    assert loser.turn() == 0
    assert (names(acme), first.applied) == ([], 0)
    assert other.turn() == 1
    assert names(acme) == ["b"]


class RewrittenSource(FakeSource):
    """An erasure rewrites the first body after it was read."""

    def __init__(self, *bodies: Body, instead: Body) -> None:
        super().__init__(*bodies)
        self.instead = instead

    def taken(self, rows: plain.Rows) -> None:
        if self.bodies[0] != self.instead:
            self.bodies[0] = self.instead
            raise ChangedMeanwhileError


def test_what_was_made_of_a_body_that_is_rewritten_meanwhile_does_not_stay(acme: Workspace) -> None:
    read = body(acme, {"batch": [track("his", userId="gone"), track("hers")]})
    source = RewrittenSource(
        read, body(acme, track("next"), kind="track"), instead=body(acme, {"batch": [track("hers")]})
    )
    assert Consumer("tests", source).turn() == 2
    assert names(acme) == ["hers", "next"]
    assert Customer.objects.in_workspace(acme.id).count() == 1


def test_a_commit_that_memory_rests_on_must_last_and_the_next_of_the_same_people_need_not(acme: Workspace) -> None:
    source = FakeSource(body(acme, track("a"), kind="track"))
    consumer = Consumer("tests", source)
    consumer.turn()
    assert source.lasting
    source.bodies.append(body(acme, track("b"), kind="track"))
    consumer.turn()
    assert not source.lasting
    assert names(acme) == ["a", "b"]


def commits() -> str:
    """Whether the commit will wait for the disk."""
    return str(plain.select("SHOW synchronous_commit")[0][0])


def test_on_postgresql_a_row_bears_another_version_once_it_was_rewritten(acme: Workspace) -> None:
    """The statements themselves; where there is no PostgreSQL, the log is a file and has none."""
    source = open_source()
    if not isinstance(source, PostgresSource):
        source.close()
        return
    rows = [
        IntakeRow.objects.create(workspace_id=acme.id, kind="track", received_at=RECEIVED, body=b"{}") for _ in range(3)
    ]
    assert len(source.ahead(rows=2, size=10**6)) == 2
    assert len(source.ahead(rows=9, size=3)) == 2
    source.ahead(rows=2, size=10**6)
    with transaction.atomic():
        source.taken(plain.select(*source.taking()))
        assert commits() == "off"
        source.done(lasting=True)
        assert commits() == "on"
    assert list(IntakeRow.objects.values_list("id", flat=True)) == [rows[2].id]
    source.ahead(rows=9, size=10**6)
    with transaction.atomic():  # a savepoint writes as a transaction of its own
        IntakeRow.objects.update(body=b"[]")
    with pytest.raises(ChangedMeanwhileError), transaction.atomic():
        source.taken(plain.select(*source.taking()))
    assert [each.data for each in source.ahead(rows=9, size=10**6)] == [b"[]"]


def rests_at(rate: float, *, seconds: float, rests: Rests, since: float = 0.0) -> list[float]:
    """What a consumer sleeps between its turns, each of 3 ms, while single posts come at so many a second."""
    slept, now, came = [], since, since
    while now < since + seconds:
        taken = int((now - came) * rate)
        came += taken / rate
        slept.append(rests.after(taken, full=False, now=now))
        now += slept[-1] + 0.003
    return slept


def test_bodies_gather_between_turns_in_a_flood_and_only_then() -> None:
    rests = Rests(0.0)
    assert set(rests_at(500, seconds=2, rests=rests)) <= {0.0, PAUSE_SECONDS}
    assert rests.after(100, full=False, now=2.2) == 0.0  # what a stalled door brings at once is no flood
    assert rests.after(2, full=False, now=2.41) == PAUSE_SECONDS
    flood = rests_at(3500, seconds=1, rests=rests, since=2.41)
    assert flood[-10:] == [GATHER_SECONDS] * 10
    assert rests.after(2000, full=True, now=3.45) == 0.0  # more waits already
    assert rests.after(1, full=False, now=60.0) == PAUSE_SECONDS


def test_a_turn_that_took_all_it_might_says_so(acme: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    consumer = Consumer("tests", FakeSource(*[body(acme, track(str(each)), kind="track") for each in range(3)]))
    monkeypatch.setattr("allears.events.consumer.loop.MOST_ROWS", 2)
    consumer.turn()
    assert consumer.full
    monkeypatch.setattr("allears.events.consumer.loop.MOST_ROWS", 9)
    consumer = Consumer("tests", FakeSource(body(acme, track("c"), kind="track")))
    consumer.turn()
    assert not consumer.full
