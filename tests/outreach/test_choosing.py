"""What a customer chooses holds, is on record as consents, and counts over what was chosen before."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from allears.accounts.models import Workspace
from allears.customers.models import ConsentRecord, Customer
from allears.outreach import actions, recomputing, registry
from allears.outreach.choosing import Choice, choose, chosen
from allears.outreach.contracts import Proposal
from allears.outreach.links import preferences_token
from tests import builders

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
MAIL = frozenset({"email"})


@pytest.fixture
def zoe(acme: Workspace, monkeypatch: pytest.MonkeyPatch) -> Customer:
    monkeypatch.setattr(registry, "_releasers", {})
    builders.open_policy(workspace=acme, rest_days={}, rest_days_other=0, rest_days_overall=0, caps=())
    return builders.customer(workspace=acme)


def ask(zoe: Customer, now: datetime) -> tuple[str, str]:
    proposal = Proposal(
        customer_id=zoe.id, purpose="survey", family="nps", channel="email", ask_key=f"at:{now.timestamp()}"
    )
    (ruling,) = actions.propose(workspace_id=zoe.workspace_id, proposals=[proposal], now=now)
    return ruling.verdict, ruling.rule


def test_a_pause_ends_by_itself(zoe: Customer) -> None:
    choose(customer=zoe, choice=Choice(channels=MAIL, pause_days=30), now=NOON)
    assert ask(zoe, NOON + DAY) == ("never", "consent")
    assert chosen(customer=zoe, now=NOON + DAY).paused_until == NOON + 30 * DAY
    assert ask(zoe, NOON + 31 * DAY) == ("sent", "allowed")
    assert chosen(customer=zoe, now=NOON + 31 * DAY).paused_until is None


@pytest.mark.parametrize("by_click", [True, False])
def test_a_no_counts_over_the_end_of_a_pause(zoe: Customer, by_click: bool) -> None:
    choose(customer=zoe, choice=Choice(channels=MAIL, pause_days=30), now=NOON)
    if by_click:
        actions.set_consent(
            workspace_id=zoe.workspace_id, customer_id=zoe.id, channel="email", purpose="survey", granted=False,
            source="unsubscribe", now=NOON + DAY,
        )  # fmt: skip
    else:
        choose(customer=zoe, choice=Choice(), now=NOON + DAY)
    assert ask(zoe, NOON + 40 * DAY) == ("never", "consent")


def test_a_yes_ends_a_pause_and_a_longer_one_replaces_it(zoe: Customer) -> None:
    choose(customer=zoe, choice=Choice(channels=MAIL, pause_days=30), now=NOON)
    choose(customer=zoe, choice=Choice(channels=MAIL, pause_days=90), now=NOON + DAY)
    assert ask(zoe, NOON + 40 * DAY) == ("never", "consent")
    choose(customer=zoe, choice=Choice(channels=MAIL), now=NOON + 41 * DAY)
    assert ask(zoe, NOON + 42 * DAY) == ("sent", "allowed")
    assert ask(zoe, NOON + 99 * DAY) == ("sent", "allowed")


def test_how_often_is_the_customers_own_rest_and_recomputes(zoe: Customer) -> None:
    choose(customer=zoe, choice=Choice(channels=MAIL, every_days=30), now=NOON)
    assert ask(zoe, NOON + DAY) == ("sent", "allowed")
    assert ask(zoe, NOON + 20 * DAY) == ("held", "own_rest")
    choose(customer=zoe, choice=Choice(channels=MAIL), now=NOON + 21 * DAY)
    assert ask(zoe, NOON + 22 * DAY) == ("sent", "allowed")
    found = recomputing.audit(workspace_id=zoe.workspace_id, sample=9, seed=0)
    assert (found.checked, found.agreed, found.facts_differ) == (3, 3, 0)


def test_the_page_keeps_all_of_it_without_javascript(zoe: Customer, client: Client) -> None:
    address = f"/u/{preferences_token(zoe.key)}"
    page = client.get(address).content.decode()
    assert 'name="channel" value="email" checked' in page
    form = {
        "survey": "yes", "more": "1", "channel": ["email"], "every": "90", "news": "no", "language": "zh", "lang": "en"
    }  # fmt: skip
    assert client.post(address, form).status_code == 303
    zoe.refresh_from_db()
    held = chosen(customer=zoe, now=datetime.now(UTC))
    assert (held.channels, held.every_days, held.news, zoe.language) == ({"email": True}, 90, False, "zh")
    assert set(ConsentRecord.objects.in_workspace(zoe.workspace_id).values_list("source", flat=True)) == {"preferences"}
    assert client.post(address, {"survey": "pause-30", "more": "1", "channel": ["email"]}).status_code == 303
    assert chosen(customer=zoe, now=datetime.now(UTC)).paused_until is not None


def test_whoever_only_changes_the_language_stays_paused(zoe: Customer, client: Client) -> None:
    choose(customer=zoe, choice=Choice(channels=MAIL, pause_days=90), now=datetime.now(UTC))
    ends = chosen(customer=zoe, now=datetime.now(UTC)).paused_until
    address = f"/u/{preferences_token(zoe.key)}"
    page = client.get(address).content.decode()
    (survey,) = re.findall(r'name="survey" value="([^"]+)" checked', page)
    assert (
        client.post(address, {"survey": survey, "more": "1", "channel": ["email"], "language": "zh"}).status_code == 303
    )
    zoe.refresh_from_db()
    assert (chosen(customer=zoe, now=datetime.now(UTC)).paused_until, zoe.language) == (ends, "zh")


def test_a_token_of_somebody_else_changes_nothing(zoe: Customer, client: Client) -> None:
    forged = preferences_token("0" * 32).replace("0" * 32, zoe.key)
    assert client.post(f"/u/{forged}", {"survey": "no"}).status_code == 404
    assert not ConsentRecord.objects.in_workspace(zoe.workspace_id).exists()


def test_where_the_rules_ask_for_a_yes_the_page_does_not_presume_it_and_a_yes_is_kept(zoe: Customer) -> None:
    builders.open_policy(workspace=zoe.workspace, needs_grant=("survey",))
    assert ask(zoe, NOON) == ("never", "no_grant")
    address = f"/u/{preferences_token(zoe.key)}"
    page = Client().get(address).content.decode()
    assert re.search(r'name="survey" value="no" checked', page)
    Client().post(address, {"survey": "no", "more": "1", "every": "0", "news": "yes"})
    assert ConsentRecord.objects.in_workspace(zoe.workspace_id).count() == 0, "the form as it came says nothing"
    Client().post(address, {"survey": "yes", "more": "1", "channel": "email", "every": "0", "news": "yes"})
    assert ask(zoe, timezone.now()) == ("sent", "allowed")
