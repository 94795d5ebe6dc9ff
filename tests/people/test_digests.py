"""The digest by mail: when, to whom, what, once for a period, and the way to end it."""

from datetime import UTC, datetime, timedelta
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from tests.conftest import Person

from allears.jobs.models import Job
from allears.listen import originals
from allears.listen.models import Voice
from allears.people import actions, sending
from allears.people.models import Digest, DigestChoice
from allears.people.periods import period_at
from allears.respond import actions as cases

MONDAY = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)  # half past eight in Shanghai
ZONE = "Asia/Shanghai"


def say(person: Person, text: str, at: datetime, **fields: Any) -> Voice:
    given = {"initiator": "customer", "source_kind": "complaint", "channel": "email", "segment": "gold", **fields}
    words = originals.blot(text)  # as whatever comes in is stored
    given |= {"text": words.text, "hidden": words.hidden or None}
    return Voice.objects.create(workspace=person.workspace, key=text[:60], said_at=at, received_at=at, **given)


@pytest.fixture
def reader(bob: Person) -> Person:
    """Bob, who follows gold and wants his stream every week."""
    actions.follow(member=bob.membership, kind="segment", value="gold", now=MONDAY)
    choose(bob, "week")
    return bob


def choose(person: Person, every: str) -> None:
    actions.choose_digest(member=person.membership, every=every, zone=ZONE, now=MONDAY - timedelta(days=20))


def send(person: Person, now: datetime = MONDAY) -> Digest | None:
    return sending.send(workspace_id=person.workspace.pk, member_id=person.membership.pk, now=now)


@pytest.mark.parametrize(
    ("every", "at", "key"),
    [
        ("day", "2026-11-22T23:59:00+00:00", None),  # 07:59 in Shanghai
        ("day", "2026-11-23T00:00:00+00:00", "2026-11-23"),
        ("day", "2026-11-23T15:59:00+00:00", "2026-11-23"),
        ("day", "2026-11-23T16:30:00+00:00", None),  # past midnight: the next one tells it
        ("week", "2026-11-22T23:59:00+00:00", None),
        ("week", "2026-11-23T00:00:00+00:00", "2026-W48"),
        ("week", "2026-11-25T12:00:00+00:00", "2026-W48"),
        ("week", "2026-11-27T12:00:00+00:00", None),
    ],
)
def test_a_digest_is_due_in_the_members_morning(every: str, at: str, key: str | None) -> None:
    found = period_at(every=every, zone=ZONE, now=datetime.fromisoformat(at))
    assert (found.key if found else None) == key


def test_nobody_gets_a_digest_who_did_not_ask(alice: Person, bob: Person) -> None:
    say(alice, "new", MONDAY - timedelta(hours=1))
    assert sending.queue_due(now=MONDAY) == 0
    assert send(bob) is None
    assert mail.outbox == []


def test_the_digest_tells_what_is_new_masked_in_the_readers_language(alice: Person, reader: Person) -> None:
    reader.user.language = "zh-hans"
    reader.user.save()
    said = say(alice, "请打 13812345678 给我，灯坏了", MONDAY - timedelta(days=1), metric="nps", score=2)
    say(alice, "not mine", MONDAY - timedelta(days=1), segment="")
    say(alice, "old news", MONDAY - timedelta(days=9))
    say(alice, "a file's history", MONDAY - timedelta(days=1)).__class__.objects.in_workspace(
        alice.workspace.pk
    ).filter(text="a file's history").update(said_at=MONDAY - timedelta(days=300))
    cases.open_for_voice(
        workspace_id=alice.workspace.pk, voice_id=said.pk, owner=reader.membership, now=MONDAY - timedelta(hours=2)
    )
    actions.share(voice=said, by=alice.membership, to=reader.membership, note="看看", now=MONDAY - timedelta(hours=2))
    digest = send(reader)
    assert digest is not None
    assert digest.state == "sent"
    (letter,) = mail.outbox
    html = str(letter.alternatives[0][0])  # type: ignore[attr-defined]
    for text in (str(letter.body), html):
        assert "13812345678" not in text
        assert "灯坏了" in text
        assert "看看" in text
        assert "/cases/1" in text
        assert "not mine" not in text
        assert "old news" not in text
        assert "history" not in text
        assert f"/listen/voices/{said.pk}" in text
    assert letter.subject == "您有 1 条新心声 · Acme"
    assert letter.to == [reader.user.email]
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter.extra_headers["List-Unsubscribe"].startswith("<http")


def test_nothing_is_sent_when_nothing_is_new(alice: Person, reader: Person) -> None:
    digest = send(reader)
    assert digest is not None
    assert digest.state == "empty"
    say(alice, "came later", MONDAY + timedelta(minutes=5))
    assert send(reader, MONDAY + timedelta(minutes=10)) is None  # this period is settled
    assert mail.outbox == []
    assert send(reader, MONDAY + timedelta(days=7)) is not None
    assert len(mail.outbox) == 1  # the next one tells it


def test_one_digest_for_a_period_however_often_it_is_tried(alice: Person, reader: Person) -> None:
    say(alice, "new", MONDAY - timedelta(hours=1))
    assert sending.queue_due(now=MONDAY) == 1
    assert sending.queue_due(now=MONDAY + timedelta(minutes=5)) == 1  # its job lives: the key lets no second one in
    assert Job.objects.filter(task="allears.people.jobs.send_digest").count() == 1
    assert send(reader) is not None
    assert send(reader, MONDAY + timedelta(minutes=1)) is None
    assert sending.queue_due(now=MONDAY + timedelta(minutes=10)) == 0
    assert len(mail.outbox) == 1


def test_a_kill_between_claim_and_mail_sends_nothing_twice_and_loses_no_news(alice: Person, reader: Person) -> None:
    say(alice, "before the kill", MONDAY - timedelta(hours=1))
    Digest.objects.create(
        workspace=reader.workspace,
        member=reader.membership,
        period="2026-W48",
        state=Digest.State.CLAIMED,
        until=MONDAY,
        at=MONDAY,
    )
    assert send(reader, MONDAY + timedelta(minutes=1)) is None
    say(alice, "after it", MONDAY + timedelta(days=1))
    assert send(reader, MONDAY + timedelta(days=7)) is not None
    assert "after it" in str(mail.outbox[0].body)
    assert "before the kill" in str(mail.outbox[0].body)


def test_a_mail_server_that_is_away_is_tried_again(
    alice: Person, reader: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(alice, "new", MONDAY - timedelta(hours=1))

    def away(*_args: object, **_kwargs: object) -> int:
        raise SMTPServerDisconnected("gone")

    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.EmailMessage.send", away)
        with pytest.raises(SMTPServerDisconnected):
            send(reader)
    assert mail.outbox == []
    assert send(reader, MONDAY + timedelta(minutes=2)) is not None
    assert len(mail.outbox) == 1


def test_whoever_chooses_at_noon_hears_from_us_the_next_time(alice: Person, bob: Person) -> None:
    actions.follow(member=bob.membership, kind="segment", value="gold", now=MONDAY)
    say(alice, "new", MONDAY - timedelta(hours=1))
    actions.choose_digest(member=bob.membership, every="day", zone=ZONE, now=MONDAY + timedelta(hours=4))
    assert sending.queue_due(now=MONDAY + timedelta(hours=5)) == 0
    assert sending.queue_due(now=MONDAY + timedelta(days=1)) == 1


def test_one_click_ends_the_digest_and_looking_does_not(reader: Person, client: Client) -> None:
    path = f"/d/{sending.token_of(reader.membership)}"
    rows = DigestChoice.objects.in_workspace(reader.workspace.pk)
    assert client.get(path).status_code == 200
    assert rows.get().every == "week"
    answer = client.post(path, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert (rows.get().every, rows.get().timezone) == ("off", ZONE)
    assert client.post("/d/1:forged").status_code == 404


def test_a_member_who_left_gets_nothing(alice: Person, reader: Person) -> None:
    say(alice, "new", MONDAY - timedelta(hours=1))
    reader.membership.ended_at = MONDAY - timedelta(hours=2)
    reader.membership.save()
    assert sending.queue_due(now=MONDAY) == 0
    assert send(reader) is None


def test_the_choice_is_made_in_ones_own_account(bob: Person, client: Client) -> None:
    client.force_login(bob.user)
    assert "Your stream by mail" in client.get("/settings/profile").content.decode()
    client.post("/settings/profile/digest", {"every": "day", "timezone": "Europe/Berlin"})
    choice = DigestChoice.objects.in_workspace(bob.workspace.pk).get(member=bob.membership)
    assert (choice.every, choice.timezone) == ("day", "Europe/Berlin")
    client.post("/settings/profile/digest", {"every": "hourly", "timezone": ""})
    choice.refresh_from_db()
    assert choice.every == "day"
