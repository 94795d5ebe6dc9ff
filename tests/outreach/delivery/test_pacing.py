"""A pace of a channel holds over all processes that send, and what waits behind it keeps its order."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from allears.accounts.models import Workspace
from allears.outreach import sender
from allears.outreach.delivery import pacing
from allears.outreach.delivery.actions import set_up
from allears.outreach.delivery.models import Minute
from allears.outreach.models import Message
from tests import builders
from tests.support.smtp import SmtpPeer

START = datetime(2026, 3, 1, 9, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_no_sixty_seconds_hold_more_than_the_pace(acme: Workspace) -> None:
    key, left = (acme.pk, "sms"), []
    for step in range(1200):  # four looks a second, for five minutes
        moment = at(step / 4)
        left += [step / 4] * pacing.take(key=key, per_minute=7, wanted=3, now=moment).places
    assert max(sum(start <= second < start + 60 for second in left) for start in left) == 7
    assert len(left) == 35
    assert len(Minute.objects.in_workspace(acme.pk).get().taken) <= pacing.SECONDS


def test_who_finds_no_place_is_told_when_there_are_enough(acme: Workspace, elsewhere: Workspace) -> None:
    key = (acme.pk, "sms")
    assert pacing.take(key=key, per_minute=3, wanted=2, now=at(0)) == pacing.Room(places=2)
    assert pacing.take(key=key, per_minute=3, wanted=2, now=at(5)) == pacing.Room(places=1, seconds=56)
    assert pacing.take(key=key, per_minute=3, wanted=3, now=at(20)) == pacing.Room(places=0, seconds=46)
    assert pacing.take(key=(elsewhere.pk, "sms"), per_minute=3, wanted=3, now=at(20)).places == 3
    assert pacing.take(key=(acme.pk, "wechat"), per_minute=3, wanted=3, now=at(20)).places == 3


@pytest.mark.postgres  # SQLite in memory lets no two threads write
@pytest.mark.django_db(transaction=True)
def test_processes_that_look_at_once_share_the_minute(acme: Workspace) -> None:
    found: list[int] = []
    begin = threading.Barrier(4)

    def look() -> None:
        begin.wait()
        found.extend(pacing.take(key=(acme.pk, "sms"), per_minute=20, wanted=2, now=START).places for _ in range(10))
        connection.close()

    threads = [threading.Thread(target=look) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (len(found), sum(found)) == (40, 20)


@pytest.mark.django_db(transaction=True)
def test_two_senders_keep_one_pace_and_what_waits_keeps_its_order(
    acme: Workspace, smtp_peer: SmtpPeer, settings: object
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]
    settings.EMAIL_HOST, settings.EMAIL_PORT = smtp_peer.host, smtp_peer.port  # type: ignore[attr-defined]
    now = timezone.now()
    set_up(workspace_id=acme.pk, channel="email", settings={}, secret={}, now=now, actor_id=None, per_minute=5)
    customer = builders.customer(workspace=acme)
    Message.objects.bulk_create(
        Message(
            workspace=acme, customer=customer, purpose="service", channel="email", language="en", address="z@x.test",
            text="t", idempotency_key=str(number), not_before=now - timedelta(seconds=100 - number), created_at=now,
        )
        for number in range(100)
    )  # fmt: skip
    nodes = [sender.Sender("one"), sender.Sender("two")]
    rounds = 0
    while sum([each.run_once() for each in nodes]):
        rounds += 1
        assert rounds < 2000  # a twentieth of a second each, while the mail server is slow
    for each in nodes:
        each.close()
    assert len(smtp_peer.deliveries) == 5
    rows = list(Message.objects.in_workspace(acme.pk).order_by("id"))
    assert [row.state for row in rows] == ["sent"] * 5 + ["queued"] * 95
    waits = [row.not_before for row in rows[5:]]
    assert waits == sorted(waits)
    assert [waits.count(moment) for moment in sorted(set(waits))] == [5] * 19  # a minute each
    assert {row.attempts for row in rows[5:]} == {0}
