"""Two who turn out to be one person: what was said to either, and what either said, counts; the ledger stays right."""

from datetime import UTC, datetime, timedelta

import pytest

from allears.accounts.models import Workspace
from allears.customers.actions import TraitChange, merging, update_traits
from allears.customers.models import Customer
from allears.outreach import actions, recomputing, registry
from allears.outreach.contracts import Proposal
from allears.outreach.models import Decision
from tests import builders

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def kept(acme: Workspace, monkeypatch: pytest.MonkeyPatch) -> Customer:
    monkeypatch.setattr(registry, "_releasers", {})
    builders.open_policy(workspace=acme)
    return builders.customer(workspace=acme, email="")


@pytest.fixture
def other(acme: Workspace) -> Customer:
    return builders.customer(workspace=acme, email="")


def told(customer: Customer, at: datetime, **traits: str) -> None:
    change = TraitChange(customer_id=customer.pk, traits=traits, at=at)
    update_traits(workspace_id=customer.workspace_id, changes=[change], now=at, source="identify")


def said(customer: Customer, at: datetime, *, granted: bool) -> None:
    actions.set_consent(
        workspace_id=customer.workspace_id, customer_id=customer.pk, channel="email", purpose="survey",
        granted=granted, source="preferences", now=at,
    )  # fmt: skip


def ask(customer: Customer, at: datetime, *, after: timedelta | None = None) -> Decision:
    proposal = Proposal(
        customer_id=customer.pk, purpose="survey", family="nps", channel="email",
        ask_key=f"{customer.pk}:{at.timestamp()}", not_before=at + after if after else None,
    )  # fmt: skip
    (ruling,) = actions.propose(workspace_id=customer.workspace_id, proposals=[proposal], now=at)
    found: Decision = Decision.objects.in_workspace(customer.workspace_id).get(pk=ruling.decision_id)
    return found


def merge(kept: Customer, other: Customer, at: datetime) -> int:
    return int(
        merging.merge(workspace_id=kept.workspace_id, kept_id=kept.pk, merged_id=other.pk, reason="same", now=at).pk
    )


def all_agree(workspace: Workspace) -> None:
    for decision in Decision.objects.in_workspace(workspace.id).order_by("id"):
        again = recomputing.recompute(decision=decision)
        assert (decision.pk, again.agrees, dict(again.differences)) == (decision.pk, True, {})


def test_who_was_asked_under_one_name_rests_under_the_other(kept: Customer, other: Customer) -> None:
    told(kept, NOON - DAY, email="zoe@example.test")
    told(other, NOON - DAY, email="zoe@example.test")
    assert ask(other, NOON).verdict == "sent"
    merge(kept, other, NOON + DAY)
    assert ask(kept, NOON + 2 * DAY).rule == "rest"
    assert ask(other, NOON + 3 * DAY).rule == "rest"
    all_agree(kept.workspace)


def test_three_in_a_row_are_one_too(acme: Workspace, kept: Customer, other: Customer) -> None:
    third = builders.customer(workspace=acme, email="")
    told(third, NOON - DAY, email="zoe@example.test")
    assert ask(third, NOON).verdict == "sent"
    merge(other, third, NOON + DAY)
    merge(kept, other, NOON + DAY)
    assert ask(kept, NOON + 2 * DAY).rule == "rest"
    all_agree(acme)


def test_a_no_holds_for_an_ask_that_waited_when_they_became_one(kept: Customer, other: Customer) -> None:
    told(other, NOON - DAY, email="zoe@example.test")
    waiting = ask(other, NOON, after=2 * DAY)
    assert waiting.verdict == "held"
    said(other, NOON + DAY, granted=False)
    merge(kept, other, NOON + DAY)
    actions.decide_due(now=NOON + 2 * DAY)
    last = Decision.objects.in_workspace(kept.workspace_id).get(ask_key=waiting.ask_key, settled_at__isnull=True)
    assert (last.verdict, last.rule) == ("never", "consent")
    all_agree(kept.workspace)


def test_verdicts_of_before_and_after_a_merge_and_its_undoing_are_recomputed(kept: Customer, other: Customer) -> None:
    told(other, NOON - DAY, email="zoe@example.test", timezone="Asia/Tokyo", segment="vip")
    told(kept, NOON - DAY, timezone="Europe/Berlin")
    said(other, NOON - DAY, granted=False)
    assert [ask(kept, NOON).rule, ask(other, NOON).rule] == ["no_address", "consent"]
    number = merge(kept, other, NOON + DAY)
    kept.refresh_from_db()
    assert (kept.email, kept.segment) == ("zoe@example.test", "vip")
    assert ask(kept, NOON + 2 * DAY).rule == "consent"
    said(kept, NOON + 3 * DAY, granted=True)
    assert ask(kept, NOON + 4 * DAY).rule == "allowed"
    all_agree(kept.workspace)
    merging.undo_merge(workspace_id=kept.workspace_id, merge_id=number, now=NOON + 5 * DAY)
    assert [ask(kept, NOON + 6 * DAY).rule, ask(other, NOON + 6 * DAY).rule] == ["no_address", "consent"]
    all_agree(kept.workspace)
