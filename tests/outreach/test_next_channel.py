"""An ask whose message came back is made by the next channel: once for each, past the governor, as one invitation."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from allears.accounts.models import Workspace
from allears.events.batch import Batch
from allears.jobs.models import Job
from allears.listen import probing
from allears.listen.coverage import coverage
from allears.listen.models import Invitation
from allears.outreach import jobs, returned
from allears.outreach.actions import decide_due, set_consent
from allears.outreach.channels.base import DeliveryError
from allears.outreach.delivery.actions import report
from allears.outreach.delivery.models import ChannelSetup, Report
from allears.outreach.models import Decision, Message
from allears.outreach.recomputing import recompute
from allears.outreach.sender import Outcome, claim, mark_sent, settle
from tests import builders
from tests.conftest import Person

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def asked(acme: Workspace) -> Message:
    """One customer, asked by mail; the probe falls back to text messages, then to WeChat."""
    builders.open_policy(workspace=acme)
    ChannelSetup.objects.create(workspace=acme, channel="sms", token="t")
    builders.probe(workspace=acme, channel="email", fallbacks=["sms", "wechat"], quota={"": 1}, now=NOON)
    zoe = builders.customer(workspace=acme, phone="+8613800000001", segment="vip")
    probing.on_batch(Batch(events=[builders.event_row(customer=zoe, id=7, ts=NOON)], now=NOON))
    message: Message = Message.objects.in_workspace(acme.id).get()
    mark_sent([message.pk], now=NOON)
    message.refresh_from_db()
    return message


def follow(acme_id: int, message: Message) -> None:
    """What the queue does with a failure."""
    jobs.after_failure(workspace_id=acme_id, message_id=message.pk)


def messages(workspace_id: int) -> Any:
    return Message.objects.in_workspace(workspace_id).order_by("id")


@pytest.fixture(autouse=True)
def _then(monkeypatch: pytest.MonkeyPatch) -> None:
    """The job looks at the clock; the story plays in March."""
    monkeypatch.setattr(timezone, "now", lambda: NOON + HOUR)


def test_a_bounce_is_asked_again_by_text_message(acme: Workspace, asked: Message) -> None:
    assert report(message=asked, kind=Report.Kind.BOUNCED, detail="no such user", now=NOON + HOUR)
    queued = Job.objects.get(task=returned.TASK)
    assert queued.arguments == {"workspace_id": acme.id, "message_id": asked.pk}
    assert Invitation.objects.in_workspace(acme.id).get().sent_at == NOON
    follow(acme.id, asked)
    invitation = Invitation.objects.in_workspace(acme.id).get()
    assert (invitation.channel, invitation.sent_at) == ("sms", None), "what came back was not delivered"
    first, second = messages(acme.id)
    assert (first.state, second.state) == ("failed", "queued")
    assert (second.channel, second.address) == ("sms", "+8613800000001")
    assert second.idempotency_key == f"{first.idempotency_key}~1"
    assert invitation.token in second.text, "the same address to answer at"
    again = Decision.objects.in_workspace(acme.id).get(ask_key__endswith="~1")
    assert (again.verdict, again.channel, again.facts["instead_of"]) == ("sent", "sms", "email")
    assert again.facts["facts"]["contacts"] == [], "what came back is no contact to rest from"
    assert invitation.decision_id == again.pk
    redone = recompute(decision=again)
    assert (redone.agrees, redone.intact, redone.differences) == (True, True, {})
    follow(acme.id, asked)
    assert messages(acme.id).count() == 2, "told twice, asked once"


def test_each_channel_once_until_none_is_left(acme: Workspace, asked: Message) -> None:
    report(message=asked, kind=Report.Kind.FAILED, now=NOON + HOUR)
    follow(acme.id, asked)
    by_text = messages(acme.id).last()
    mark_sent([by_text.pk], now=NOON + HOUR)
    by_text.refresh_from_db()
    report(message=by_text, kind=Report.Kind.FAILED, now=NOON + 2 * HOUR)
    follow(acme.id, by_text)
    third = Decision.objects.in_workspace(acme.id).get(ask_key__endswith="~2")
    assert (third.verdict, third.rule, third.channel) == ("never", "no_address", "wechat")
    assert messages(acme.id).count() == 2
    assert Invitation.objects.in_workspace(acme.id).get().sent_at is None


def test_a_refusal_for_good_by_the_peer_counts_as_well(acme: Workspace, asked: Message) -> None:
    Message.objects.in_workspace(acme.id).update(state="queued", sent_at=None)
    (claimed,) = claim(owner="me", now=NOON + HOUR)
    settle([Outcome(message=claimed, error="try later")], owner="me", now=NOON + HOUR)
    assert not Job.objects.filter(task=returned.TASK).exists(), "for now is not for good"
    (claimed,) = claim(owner="me", now=NOON + 2 * HOUR)
    settle([Outcome(message=claimed, error=str(DeliveryError("no", permanent=True)), permanent=True)], owner="me",
           now=NOON + 2 * HOUR)  # fmt: skip
    assert Job.objects.filter(task=returned.TASK).count() == 1


def test_who_answered_or_complained_is_left_alone(acme: Workspace, asked: Message) -> None:
    report(message=asked, kind=Report.Kind.COMPLAINED, now=NOON + HOUR)
    assert not Job.objects.filter(task=returned.TASK).exists()
    Invitation.objects.in_workspace(acme.id).update(started_at=NOON)
    report(message=asked, kind=Report.Kind.FAILED, now=NOON + HOUR)
    follow(acme.id, asked)
    assert messages(acme.id).count() == 1
    assert Decision.objects.in_workspace(acme.id).count() == 1


def test_the_next_channel_asks_the_governor_for_itself(acme: Workspace, asked: Message) -> None:
    set_consent(
        workspace_id=acme.id, customer_id=asked.customer_id, channel="sms", purpose="survey", granted=False,
        source="preferences", now=NOON,
    )  # fmt: skip
    report(message=asked, kind=Report.Kind.BOUNCED, now=NOON + HOUR)
    follow(acme.id, asked)
    again = Decision.objects.in_workspace(acme.id).get(ask_key__endswith="~1")
    assert (again.verdict, again.rule) == ("never", "consent")
    assert messages(acme.id).count() == 1


def test_a_held_second_way_uses_the_same_invitation(acme: Workspace, asked: Message) -> None:
    from datetime import time

    from allears.outreach.governor import QuietHours

    builders.open_policy(workspace=acme, quiet=QuietHours(start=time(12, 30), end=time(15, 0)))
    report(message=asked, kind=Report.Kind.BOUNCED, now=NOON + HOUR)
    follow(acme.id, asked)
    held = Decision.objects.in_workspace(acme.id).get(ask_key__endswith="~1")
    assert (held.verdict, held.rule, messages(acme.id).count()) == ("held", "quiet_hours", 1)
    assert decide_due(now=NOON + 3 * HOUR) == 1
    invitation = Invitation.objects.in_workspace(acme.id).get()
    assert (messages(acme.id).count(), invitation.channel) == (2, "sms")


def test_the_quota_and_the_coverage_count_one_ask(acme: Workspace, asked: Message) -> None:
    report(message=asked, kind=Report.Kind.BOUNCED, now=NOON + HOUR)
    follow(acme.id, asked)
    whole = coverage(workspace_id=acme.id, by="segment", since=NOON - HOUR, until=NOON + 5 * HOUR, zone="UTC").whole
    assert (whole.wished, whole.asks.invited, whole.asks.delivered) == (1, 1, 0)
    mark_sent([messages(acme.id).last().pk], now=NOON + 2 * HOUR)
    whole = coverage(workspace_id=acme.id, by="channel", since=NOON - HOUR, until=NOON + 5 * HOUR, zone="UTC").whole
    assert whole.asks.delivered == 1


def test_the_page_of_the_decision_tells_the_whole_ask(
    acme: Workspace, asked: Message, alice: Person, client: Client
) -> None:
    report(message=asked, kind=Report.Kind.BOUNCED, now=NOON + HOUR)
    follow(acme.id, asked)
    first = Decision.objects.in_workspace(acme.id).order_by("id").first()
    assert first
    client.force_login(alice.user)
    page = client.get(f"/decisions/{first.pk}").content.decode()
    assert "The same ask by E-mail came back, so the next channel was tried." in page
    assert "This ask from first to last" in page
