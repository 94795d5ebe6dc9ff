"""The sender against a real SMTP peer: once, in order of failure and of kill -9."""

import os
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from allears.accounts.models import Workspace
from allears.customers.models import Customer
from allears.outreach import actions, journal, sender
from allears.outreach.contracts import Draft, Posting, Proposal
from allears.outreach.models import Message
from tests import builders
from tests.support.smtp import SmtpPeer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def peer(smtp_peer: SmtpPeer, settings: object, tmp_path: Path) -> Iterator[SmtpPeer]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]
    settings.EMAIL_HOST, settings.EMAIL_PORT = smtp_peer.host, smtp_peer.port  # type: ignore[attr-defined]
    settings.RUN_DIR = tmp_path  # type: ignore[attr-defined]
    yield smtp_peer
    sender.stop()


def post(workspace: Workspace, *customers: Customer, key: str = "m") -> list[int]:
    now = timezone.now() - timedelta(seconds=1)
    wishes = [
        Proposal(customer_id=each.id, purpose="service", family="", channel="email", ask_key=f"{key}:{number}")
        for number, each in enumerate(customers)
    ]
    rulings = actions.propose(workspace_id=workspace.id, proposals=wishes, now=now)
    postings = [
        Posting(
            ruling=ruling,
            customer_id=each.id,
            draft=Draft(
                language="zh", subject="您好\r\nBcc: x@example.test", text=".一行\n.\n第二行", html="<p>您好</p>"
            ),
            idempotency_key=ruling.ask_key,
            purpose="service",
            channel="email",
        )
        for ruling, each in zip(rulings, customers, strict=True)
    ]
    return actions.post_many(workspace_id=workspace.id, postings=postings, now=now)


def drain(*, seconds: float = 10) -> None:
    until = time.monotonic() + seconds
    while sender.run_once("tests") and time.monotonic() < until:
        pass


def states(workspace: Workspace) -> list[str]:
    return list(Message.objects.in_workspace(workspace.id).order_by("id").values_list("state", flat=True))


def hurry(workspace: Workspace) -> None:
    Message.objects.in_workspace(workspace.id).filter(state="queued").update(not_before=timezone.now())


def test_the_mail_arrives_whole_with_a_message_id_of_its_own(acme: Workspace, peer: SmtpPeer) -> None:
    post(acme, builders.customer(workspace=acme, name="王佐伊"))
    drain()
    (mail,) = peer.deliveries
    assert mail.recipients == ["zoe@example.test"]
    assert mail.message["Bcc"] is None
    assert mail.message["Subject"] == "您好 Bcc: x@example.test"
    assert mail.message["To"] == "王佐伊 <zoe@example.test>"
    assert mail.text.split() == [".一行", ".", "第二行"]
    assert mail.html.strip() == "<p>您好</p>"
    assert states(acme) == ["sent"]
    assert mail.message["Message-ID"].endswith("@localhost>")


def test_try_again_later_is_tried_again_under_the_same_message_id(acme: Workspace, peer: SmtpPeer) -> None:
    peer.refuse_next = 2
    post(acme, builders.customer(workspace=acme))
    for attempt in (1, 2):
        drain()
        message = Message.objects.in_workspace(acme.id).get()
        assert (message.state, message.attempts) == ("queued", attempt)
        assert message.not_before > timezone.now()
        assert "451" in message.error
        hurry(acme)
    drain()
    assert (states(acme), len(peer.deliveries)) == (["sent"], 1)


def test_refused_for_good_is_not_tried_again_and_stops_nobody(acme: Workspace, peer: SmtpPeer) -> None:
    peer.reject = {"gone@example.test"}
    gone, zoe = (builders.customer(workspace=acme, email=f"{name}@example.test") for name in ("gone", "zoe"))
    post(acme, gone, zoe)
    drain()
    assert states(acme) == ["failed", "sent"]
    assert "550" in Message.objects.in_workspace(acme.id).get(state="failed").error


def test_no_mail_server_keeps_everything(acme: Workspace, peer: SmtpPeer, settings: object) -> None:
    settings.EMAIL_PORT = 1  # type: ignore[attr-defined]
    post(acme, builders.customer(workspace=acme))
    drain()
    assert states(acme) == ["queued"]
    settings.EMAIL_PORT = peer.port  # type: ignore[attr-defined]
    sender.stop()
    hurry(acme)
    drain()
    assert (states(acme), len(peer.deliveries)) == (["sent"], 1)


def test_what_a_dead_sender_knew_is_marked_and_not_sent_again(acme: Workspace, peer: SmtpPeer) -> None:
    fates = ("accepted", "handed", "refused", "unclear")
    accepted, handed, refused, unclear = post(
        acme, *(builders.customer(workspace=acme, email=f"{name}@example.test") for name in fates)
    )
    assert len(sender.claim(owner="dead:1", now=timezone.now())) == 4
    dead = journal.Journal("dead:1")
    dead.sending(accepted)
    dead.handed_over(accepted)
    dead.accepted(accepted)
    dead.sending(handed)
    dead.handed_over(handed)
    dead.sending(refused)
    dead.handed_over(refused)
    dead.refused(refused)
    dead.sending(unclear)
    os.close(dead._file)  # its lock goes with its process
    drain()
    assert states(acme) == ["sent"] * 4
    assert sorted(mail.recipients[0] for mail in peer.deliveries) == ["refused@example.test", "unclear@example.test"]
    assert list(journal.remains()) == []


def test_a_living_senders_journal_is_left_alone(acme: Workspace) -> None:
    (message_id,) = post(acme, builders.customer(workspace=acme))
    living = journal.Journal("alive:1")
    living.accepted(message_id)
    assert sender.recover(now=timezone.now()) == 0
    assert states(acme) == ["queued"]
    living.close()


def test_a_lease_that_ran_out_is_taken_over(acme: Workspace, peer: SmtpPeer) -> None:
    post(acme, builders.customer(workspace=acme))
    sender.claim(owner="other-node:1", now=timezone.now())
    drain()
    assert states(acme) == ["sending"]
    Message.objects.in_workspace(acme.id).update(lease_until=timezone.now() - timedelta(seconds=1))
    sender.stop()
    drain()
    assert (states(acme), len(peer.deliveries)) == (["sent"], 1)
