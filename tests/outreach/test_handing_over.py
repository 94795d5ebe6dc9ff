"""Messages handed to the sender of the same process past the queue: at once, once, and never forgotten."""

import os
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone

from allears.accounts.models import Workspace
from allears.outreach import actions, handing_over, journal, sender
from allears.outreach.contracts import Draft, Posting, Proposal
from allears.outreach.delivery import queries
from allears.outreach.delivery.actions import pause, set_up
from allears.outreach.delivery.models import ChannelSetup
from allears.outreach.models import Message
from tests import builders
from tests.conftest import Person
from tests.support.smtp import SmtpPeer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def peer(smtp_peer: SmtpPeer, tmp_path: Path) -> Iterator[SmtpPeer]:
    smtp = {"EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend", "RUN_DIR": tmp_path}
    with override_settings(EMAIL_HOST=smtp_peer.host, EMAIL_PORT=smtp_peer.port, **smtp):
        yield smtp_peer
        sender.stop()
        handing_over.open_to(None)


class Deaf:
    """A sender that never hears of what was claimed for it."""

    def __init__(self, owner: str, busy: int = 0) -> None:
        self.owner = owner
        self.missed: list[Message] = []
        self._busy = busy

    def under_way(self) -> int:
        return self._busy

    def at_once(self, workspace_id: int, channel: str) -> bool:
        return channel == "email"

    def take(self, messages: Sequence[Message]) -> None:
        self.missed += messages


def post(workspace: Workspace, count: int = 1, *, wait: timedelta = timedelta(0), channel: str = "email") -> None:
    now = timezone.now()
    people = [builders.customer(workspace=workspace, email=f"c{number}@example.test") for number in range(count)]
    wishes = [
        Proposal(customer_id=each.id, purpose="service", family="", channel="email", ask_key=f"m:{each.id}")
        for each in people
    ]
    rulings = actions.propose(workspace_id=workspace.id, proposals=wishes, now=now)
    postings = [
        Posting(
            ruling=ruling,
            customer_id=each.id,
            draft=Draft(language="en", subject="Hello", text="Hello"),
            idempotency_key=ruling.ask_key,
            purpose="service",
            channel=channel,
            not_before=now + wait,
        )
        for ruling, each in zip(rulings, people, strict=True)
    ]
    actions.post_many(workspace_id=workspace.id, postings=postings, now=now)


def drain() -> None:
    until = time.monotonic() + 20
    while sender.serve("tests") and time.monotonic() < until:
        pass


def rows(workspace: Workspace) -> list[tuple[str, str, int]]:
    messages = Message.objects.in_workspace(workspace.id).order_by("id")
    return list(messages.values_list("state", "lease_owner", "attempts"))


def test_what_may_go_at_once_goes_without_a_claim(acme: Workspace, peer: SmtpPeer) -> None:
    drain()
    post(acme, 2)
    peer.wait_for(2, seconds=20)
    assert rows(acme) == [("sending", "tests", 1)] * 2
    drain()
    assert rows(acme) == [("sent", "", 1)] * 2
    assert len(peer.deliveries) == 2


def test_beside_no_sender_it_waits_in_the_queue(acme: Workspace) -> None:
    post(acme)
    assert rows(acme) == [("queued", "", 0)]


def test_what_was_undone_is_not_handed_over(acme: Workspace) -> None:
    handing_over.open_to(deaf := Deaf("tests"))
    with transaction.atomic():
        post(acme)
        transaction.set_rollback(True)
    post(acme)
    assert [message.attempts for message in deaf.missed] == [1]
    assert rows(acme) == [("sending", "tests", 1)]


@pytest.mark.parametrize("busy", [0, handing_over.MOST])
def test_more_than_a_few_wait_their_turn(acme: Workspace, busy: int) -> None:
    handing_over.open_to(Deaf("tests", busy))
    post(acme, 1 if busy else handing_over.MOST + 1)
    assert {state for state, _, _ in rows(acme)} == {"queued"}


def test_several_postings_of_one_transaction_count_together(acme: Workspace) -> None:
    handing_over.open_to(Deaf("tests"))
    with transaction.atomic():
        post(acme, handing_over.MOST)
        post(acme, 1)
    assert [state for state, _, _ in rows(acme)] == ["sending"] * handing_over.MOST + ["queued"]


def test_what_is_not_due_or_needs_a_set_up_channel_waits_in_the_queue(acme: Workspace) -> None:
    handing_over.open_to(Deaf("tests"))
    post(acme, wait=timedelta(minutes=1))
    post(acme, channel="sms")
    assert rows(acme) == [("queued", "", 0)] * 2


def test_what_a_process_did_not_live_to_hand_over_is_sent_by_the_next(acme: Workspace, peer: SmtpPeer) -> None:
    dead = journal.Journal("dead:1")
    handing_over.open_to(Deaf("dead:1"))
    post(acme)
    handing_over.open_to(None)
    os.close(dead._file)  # its lock goes with its process
    drain()
    assert rows(acme) == [("sent", "", 2)]
    assert len(peer.deliveries) == 1


def test_a_claim_whose_commit_was_never_answered_goes_back_and_is_sent_once(acme: Workspace, peer: SmtpPeer) -> None:
    handing_over.open_to(deaf := Deaf("tests"))
    post(acme)
    drain()
    assert rows(acme) == [("sending", "tests", 1)]  # it may still be handed over
    sender.stop()
    long_ago = timezone.now() + handing_over.LEASE - sender.UNHEARD - timedelta(seconds=1)
    Message.objects.in_workspace(acme.id).update(lease_until=long_ago)
    living = sender.Sender("tests")
    while living.run_once():
        pass
    living.take(deaf.missed)  # after all
    living.close()
    assert rows(acme) == [("sent", "", 2)]
    assert len(peer.deliveries) == 1


def test_handing_over_costs_the_poster_no_statement(acme: Workspace) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as seen:
            post(acme)
        return len(seen)

    queued = statements()
    handing_over.open_to(Deaf("tests"))
    assert statements() <= queued


def test_a_set_up_of_the_workspace_has_its_say(acme: Workspace, elsewhere: Workspace, peer: SmtpPeer) -> None:
    """A pace, a price or a pause of mail holds for what is posted beside the sender, too."""
    channel = {"channel": "email", "settings": {}, "secret": {}, "currency": "EUR", "actor_id": None}
    now = timezone.now()
    set_up(workspace_id=acme.id, cost=Decimal("0.002"), per_minute=2, now=now, **channel)
    drain()
    post(acme, 3)
    assert [state for state, _owner, _attempts in rows(acme)] == ["queued"] * 3
    drain()
    assert sorted(state for state, _owner, _attempts in rows(acme)) == ["queued", "sent", "sent"]
    health = next(each for each in queries.health(workspace_id=acme.id, now=timezone.now()) if each.name == "email")
    assert (health.sent, health.cost) == (2, Decimal("0.004"))
    paused = ChannelSetup.objects.in_workspace(acme.id).get()
    pause(setup=paused, now=now, actor_id=None)
    Message.objects.in_workspace(acme.id).update(not_before=now)
    drain()
    assert sorted(state for state, _owner, _attempts in rows(acme)) == ["queued", "sent", "sent"]
    post(elsewhere)
    assert [state for state, _owner, _attempts in rows(elsewhere)] == ["sending"]


def test_a_test_by_mail_is_remembered_and_sets_no_terms(acme: Workspace, alice: Person) -> None:
    client = Client()
    client.force_login(alice.user)
    client.post("/settings/channels/email/trials", {"address": "me@example.test"})
    setup = ChannelSetup.objects.in_workspace(acme.id).get()
    assert (setup.trouble, setup.tried_at is not None, setup.per_minute) == ("", True, 0)
    page = client.get("/settings/channels/email").content.decode()
    assert f"Mail leaves through {settings.EMAIL_HOST}:{settings.EMAIL_PORT}" in page
    drain()
    post(acme)
    assert [state for state, _owner, _attempts in rows(acme)] == ["sending"]  # handed over, as without a set-up
