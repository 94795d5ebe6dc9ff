"""What a workspace may send: a bucket that refills and a count of the day, answered with 429 and when to come again."""

import asyncio
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from tests.conftest import Person
from tests.events.test_consumer import FakeSource, body, track
from tests.events.test_intake import BATCH, Door

from allears.accounts.models import AuditEntry, Workspace
from allears.events import actions, queries
from allears.events.consumer.loop import Consumer
from allears.events.intake.limits import Allowance, LimitedError, Limits, allowance_of
from allears.events.intake.log import Body, SqliteLog
from allears.events.models import Event, IntakeCount

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


class Told:
    """An allowance that can be changed, or be away."""

    def __init__(self, **allowed: int) -> None:
        self.allowance: Allowance | None = Allowance(**allowed)

    def __call__(self, workspace_id: int, day: str) -> Allowance:
        if self.allowance is None:
            raise OperationalError("away")
        return self.allowance


def sent(limits: Limits, *batches: int, now: datetime = NOON, workspace_id: int = 7) -> list[int]:
    """For each batch 0 when it was let in, else the seconds to wait."""

    async def go() -> list[int]:
        answers = []
        for events in batches:
            try:
                await limits.admit(workspace_id, events, now)
            except LimitedError as error:
                answers.append(error.retry_after)
            else:
                answers.append(0)
            await asyncio.gather(*limits._tasks)
        return answers

    return asyncio.run(go())


def test_a_burst_of_two_seconds_comes_in_and_then_the_rate_counts() -> None:
    clock = Clock()
    limits = Limits(Told(per_second=100), clock)
    assert sent(limits, 100, 100, 100) == [0, 0, 1]
    clock.seconds += 0.5
    assert sent(limits, 50, 1) == [0, 1]
    clock.seconds += 60
    assert sent(limits, 200, 50) == [0, 1]


def test_a_batch_larger_than_the_bucket_gets_in_and_the_next_one_waits_the_longer() -> None:
    clock = Clock()
    limits = Limits(Told(per_second=10), clock)
    assert sent(limits, 100, 1) == [0, 9]
    clock.seconds += 8.2
    assert sent(limits, 1) == [0]


def test_workspaces_do_not_share_a_bucket() -> None:
    limits = Limits(Told(per_second=1), Clock())
    assert sent(limits, 2, 1) == [0, 1]
    assert sent(limits, 2, workspace_id=8) == [0]


def test_the_day_ends_at_midnight_utc() -> None:
    told = Told(per_day=100, today=40)
    limits = Limits(told, Clock())
    assert sent(limits, 60, 1, now=datetime(2026, 3, 1, 23, 50, tzinfo=UTC)) == [0, 600]
    told.allowance = Allowance(per_day=100)
    assert sent(limits, 100, 1, now=datetime(2026, 3, 2, 0, 0, 1, tzinfo=UTC)) == [0, 3600]


def test_what_other_nodes_took_counts_as_soon_as_it_is_known() -> None:
    clock, told = Clock(), Told(per_day=100)
    limits = Limits(told, clock)
    assert sent(limits, 10) == [0]
    told.allowance = Allowance(per_day=100, today=95)
    clock.seconds += 4
    assert sent(limits, 10, 10) == [0, 3600]  # the first is still measured by what was known, while it is asked anew


def test_what_could_not_be_stored_is_given_back() -> None:
    limits = Limits(Told(per_second=1, per_day=2), Clock())
    assert sent(limits, 2, 2) == [0, 3600]
    limits.give_back(7, 2)
    assert sent(limits, 2) == [0]


def test_while_the_database_is_away_the_last_word_counts_and_strangers_come_in() -> None:
    clock, told = Clock(), Told(per_second=1)
    limits = Limits(told, clock)
    assert sent(limits, 2) == [0]
    told.allowance = None
    clock.seconds += 4
    assert sent(limits, 2, 2) == [0, 2]
    assert sent(limits, 1_000_000, workspace_id=8) == [0]


def test_the_door_says_what_was_kept_and_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SqliteLog, "trim", lambda _: 0)
    monkeypatch.setattr(SqliteLog, "unread", lambda _, most: 0)
    door = Door(tmp_path / "intake.sqlite3")
    door.intake._limits = Limits(Told(per_second=1), Clock())
    try:
        assert [door.post("/v1/batch", BATCH).status_code for _ in range(3)] == [200, 200, 429]
        answer = door.post("/v1/track", BATCH["batch"][0])
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
        assert answer.json()["error"] == (
            "this workspace may send 1 events a second and is sending more;"
            " nothing of this request was kept: send it again in 1 s"
        )
        assert answer.headers["access-control-allow-origin"] == "*"
        assert len(door.rows()) == 2
    finally:
        door.intake.stop()


@pytest.mark.django_db
def test_the_consumer_counts_what_came_by_the_day_it_came(acme: Workspace, elsewhere: Workspace) -> None:
    late = body(acme, {"batch": [track("a"), {"type": "nonsense"}]})
    source = FakeSource(late, body(elsewhere, track("b"), kind="track"))
    consumer = Consumer("elsewhere:1:x", source)
    assert consumer.turn() == 2
    next_day = Body(workspace_id=acme.id, kind="track", received_us=late.received_us + 86_400_000_000, data=b"[")
    source.bodies += [late, next_day]
    assert consumer.turn() == 2
    counted = IntakeCount.objects.across_workspaces().order_by("workspace_id", "day")
    assert list(counted.values_list("workspace_id", "day", "events")) == [
        (acme.id, date(2026, 3, 1), 4),
        (acme.id, date(2026, 3, 2), 1),
        (elsewhere.id, date(2026, 3, 1), 1),
    ]
    assert Event.objects.in_workspace(acme.id).count() == 1  # sent twice, stored once
    use = queries.intake_use(workspace_id=acme.id, today=date(2026, 3, 2))
    assert use.days[:3] == [(date(2026, 3, 2), 1), (date(2026, 3, 1), 4), (date(2026, 2, 28), 0)]


@pytest.mark.django_db(transaction=True)  # the look-up gives its connection back, as it does in a thread of web
def test_a_limit_of_ones_own_stands_before_the_installations(
    acme: Workspace, elsewhere: Workspace, settings: Any
) -> None:
    settings.INTAKE_PER_SECOND, settings.INTAKE_PER_DAY = 50, 1000
    actions.limit_intake(workspace_id=acme.id, per_second=0, per_day=None, actor_id=None)
    IntakeCount.objects.create(workspace=acme, day=date(2026, 3, 1), events=12)
    assert allowance_of(acme.id, "2026-03-01") == Allowance(per_second=0, per_day=1000, today=12)
    assert allowance_of(elsewhere.id, "2026-03-01") == Allowance(per_second=50, per_day=1000, today=0)
    assert AuditEntry.objects.in_workspace(acme.id).get().detail == {"per_second": 0, "per_day": None}


def console(person: Person) -> Client:
    client = Client()
    client.force_login(person.user)
    return client


def test_an_admin_sets_them_on_a_page_and_an_agent_does_not(alice: Person, bob: Person) -> None:
    here = "/settings/intake"
    assert console(alice).post(here, {"per_second": "100", "per_day": ""}).status_code == 302
    use = queries.intake_use(workspace_id=alice.workspace.id, today=NOON.date())
    assert (use.per_second, use.per_day) == (100, None)
    assert 'value="100"' in console(alice).get(here).content.decode()
    assert console(alice).post(here, {"per_second": "-1"}).status_code == 422
    assert console(bob).post(here, {"per_second": "5"}).status_code in (403, 404)
    assert queries.intake_use(workspace_id=alice.workspace.id, today=NOON.date()).per_second == 100


def test_they_are_read_and_set_over_rest(alice: Person) -> None:
    from django.utils import timezone

    from allears.accounts.actions import make_key

    _key, secret = make_key(workspace=alice.workspace, kind="api", name="t", actor=alice.user, now=timezone.now())
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    given = json.dumps({"per_second": 20, "per_day": 5000})
    answer = client.put("/api/v1/intake/limits", given, content_type="application/json").json()
    assert (answer["per_second"], answer["per_day"], len(answer["days"])) == (20, 5000, 7)
    assert client.get("/api/v1/intake/limits").json() == answer
