"""Asks that the company delivers itself: handed out when allowed, once at a time, sent when acknowledged."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from allears.accounts.models import Workspace
from allears.listen import actions as listening
from allears.listen import asking
from allears.listen.models import Invitation
from allears.outreach import choosing, sender
from allears.outreach.actions import propose
from allears.outreach.contracts import Proposal, Release
from allears.outreach.delivery import actions, fetching, queries
from allears.outreach.models import Message
from tests import builders
from tests.listen.test_api import caller

NOW = timezone.now()


@pytest.fixture
def asked(acme: Workspace) -> Message:
    """A customer whom a probe asked by the channel."""
    builders.open_policy(workspace=acme)
    set_up(acme)
    customer = builders.customer(workspace=acme)
    return message(acme, customer.pk)


def set_up(workspace: Workspace, **settings: str) -> None:
    actions.set_up(
        workspace_id=workspace.pk, channel="api", settings=settings, secret={}, now=NOW, actor_id=None
    )  # fmt: skip


def message(workspace: Workspace, customer_id: int) -> Message:
    survey = listening.ensure_ready_made(workspace_id=workspace.pk, key="csat", now=NOW)
    wish = asking.Ask(survey_id=survey.pk)
    proposal = Proposal(
        customer_id=customer_id, purpose="survey", family="csat", channel="api", ask_key=f"t:{customer_id}",
        expires_at=NOW + timedelta(days=3), context=wish.as_context(),
    )  # fmt: skip
    (ruling,) = propose(workspace_id=workspace.pk, proposals=[proposal], now=NOW)
    assert (ruling.verdict, ruling.channel) == ("sent", "api")
    asking.invite(workspace_id=workspace.pk, releases=[Release(ruling=ruling, proposal=proposal)], now=NOW)
    found: Message = Message.objects.in_workspace(workspace.pk).get(customer_id=customer_id)
    return found


def post(api: Client, path: str, body: dict[str, Any]) -> Any:
    return api.post(f"/api/v1/deliveries{path}", body, content_type="application/json")


def test_it_waits_for_the_companys_program_and_counts_as_sent_once_acknowledged(
    acme: Workspace, asked: Message
) -> None:
    assert sender.claim(owner="s", now=timezone.now()) == []
    api = caller(acme)
    (seen,) = api.get("/api/v1/deliveries").json()["items"]
    (item,) = post(api, "", {"limit": 5}).json()
    assert (item["id"], seen["taken_until"], item["address"]) == (asked.pk, None, asked.address)
    assert f"/s/{Invitation.objects.in_workspace(acme.pk).get().token}" in item["text"]
    assert (post(api, "", {}).json(), api.get("/api/v1/deliveries").json()["items"]) == ([], [])
    assert Invitation.objects.in_workspace(acme.pk).get().sent_at is None
    for word in (True, False):
        told = post(api, f"/{asked.pk}/acknowledgement", {"delivered": word}).json()
        assert (told["state"], told["sent_at"] is not None) == ("sent", True)
    assert Invitation.objects.in_workspace(acme.pk).get().sent_at is not None


def test_what_is_not_acknowledged_is_handed_out_again(acme: Workspace, asked: Message) -> None:
    def handed(now: datetime) -> list[int]:
        sender.recover(now=now)
        return [each.pk for each in fetching.claim(workspace_id=acme.pk, limit=9, now=now)]

    assert [handed(NOW + timedelta(minutes=each)) for each in (0, 9, 11)] == [[asked.pk], [], [asked.pk]]
    told = fetching.acknowledge(
        workspace_id=acme.pk, message_id=asked.pk, delivered=False, reason="no device", now=NOW
    )  # fmt: skip
    assert (told.state, told.error, told.attempts) == ("failed", "no device", 2)
    assert handed(NOW + timedelta(days=1)) == []


def test_paused_it_hands_out_nothing_and_strangers_get_nothing(
    acme: Workspace, elsewhere: Workspace, asked: Message
) -> None:
    setup = queries.setup_of(workspace_id=acme.pk, channel="api")
    assert setup is not None
    actions.pause(setup=setup, now=NOW, actor_id=None)
    assert fetching.claim(workspace_id=acme.pk, limit=9, now=NOW) == []
    assert fetching.claim(workspace_id=elsewhere.pk, limit=9, now=NOW) == []
    strange = post(caller(elsewhere), f"/{asked.pk}/acknowledgement", {"delivered": True})
    asked.refresh_from_db()
    assert (strange.status_code, asked.state) == (404, "queued")


def test_customers_are_offered_it_where_it_is_set_up(acme: Workspace) -> None:
    customer = builders.customer(workspace=acme)
    assert "api" not in choosing.chosen(customer=customer, now=NOW).channels
    set_up(acme)
    assert choosing.chosen(customer=customer, now=NOW).channels["api"] is True
    with pytest.raises(ValueError, match="whole minutes"):
        set_up(acme, minutes="0")


def test_a_pace_holds_for_what_is_fetched_too(acme: Workspace) -> None:
    builders.open_policy(workspace=acme)
    actions.set_up(
        workspace_id=acme.pk, channel="api", settings={}, secret={}, now=NOW, actor_id=None, per_minute=2
    )  # fmt: skip
    made = [message(acme, builders.customer(workspace=acme, email=f"{number}@x.test").pk) for number in range(3)]
    got = [fetching.claim(workspace_id=acme.pk, limit=limit, now=NOW) for limit in (1, 5, 5)]
    assert [[each.pk for each in rows] for rows in got] == [[made[0].pk], [made[1].pk], []]
    (last,) = fetching.claim(workspace_id=acme.pk, limit=5, now=NOW + timedelta(seconds=61))
    assert last.pk == made[2].pk
