"""Deciding set-wise: each ask once, each verdict replayable, the batch aware of itself."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from allears.accounts.models import Workspace
from allears.customers.models import Customer
from allears.outreach import actions, registry
from allears.outreach.contracts import Draft, Posting, Proposal
from allears.outreach.governor import Cap
from allears.outreach.models import Decision, Message
from allears.store import plain
from tests import builders

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DRAFT = Draft(language="en", subject="Hello", text="Hello")


def proposal(customer: Customer, key: str = "1:1", **changes: object) -> Proposal:
    values = {"customer_id": customer.id, "purpose": "survey", "family": "nps", "channel": "email", "ask_key": key}
    return Proposal(**{**values, **changes})  # type: ignore[arg-type]


def test_an_ask_key_is_ruled_on_once(acme: Workspace) -> None:
    customer = builders.customer(workspace=acme)
    first, again = actions.propose(workspace_id=acme.id, proposals=[proposal(customer), proposal(customer)], now=NOON)
    (later,) = actions.propose(workspace_id=acme.id, proposals=[proposal(customer)], now=NOON + timedelta(days=400))
    assert (first.verdict, first.decision_id) == ("sent", again.decision_id)
    assert (later.decision_id, later.fresh) == (first.decision_id, False)
    assert Decision.objects.in_workspace(acme.id).count() == 1


def test_two_wishes_of_one_batch_see_each_other(acme: Workspace) -> None:
    zoe, yan = (builders.customer(workspace=acme, email=f"{name}@example.test") for name in ("zoe", "yan"))
    wishes = [proposal(zoe, "1:1"), proposal(yan, "1:2"), proposal(zoe, "1:3"), proposal(zoe, "2:3", family="csat")]
    rulings = actions.propose(workspace_id=acme.id, proposals=wishes, now=NOON)
    assert [(ruling.verdict, ruling.rule) for ruling in rulings] == [
        ("sent", "allowed"), ("sent", "allowed"), ("held", "rest"), ("held", "rest_overall"),
    ]  # fmt: skip


def test_thousands_are_ruled_on_in_a_few_queries(acme: Workspace) -> None:
    customers = [builders.customer(workspace=acme, email=f"c{number}@example.test") for number in range(30)]
    actions.policy_in_force(workspace_id=acme.id)

    def queries(wishes: list[Proposal]) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            actions.propose(workspace_id=acme.id, proposals=wishes, now=NOON)
        return len(captured)

    few = queries([proposal(customer, f"1:{customer.id}") for customer in customers[:2]])
    assert queries([proposal(customer, f"1:{customer.id}") for customer in customers[2:]]) == few


def test_nobody_elses_history_or_customers_count(acme: Workspace, elsewhere: Workspace) -> None:
    stranger = builders.customer(workspace=elsewhere)
    (ruling,) = actions.propose(workspace_id=acme.id, proposals=[proposal(stranger)], now=NOON)
    assert (ruling.verdict, ruling.rule) == ("never", "no_address")


@pytest.fixture
def nobody_releases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_releasers", {})


@pytest.mark.usefixtures("nobody_releases")
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    hours=st.lists(st.integers(0, 24 * 120), min_size=1, max_size=5),
    zone=st.sampled_from(["", "Asia/Shanghai", "America/New_York", "Not/AZone"]),
    share=st.sampled_from([0.4, 1.0]),
    delay=st.sampled_from([None, 3600]),
)
def test_every_stored_decision_replays_to_its_verdict(
    acme: Workspace, hours: list[int], zone: str, share: float, delay: int | None
) -> None:
    customer = builders.customer(workspace=acme, timezone=zone)
    for hour in sorted(hours):
        now = NOON + timedelta(hours=hour)
        wish = proposal(
            customer,
            f"{customer.id}:{hour}",
            share=share,
            not_before=now + timedelta(seconds=delay) if delay else None,
            expires_at=now + timedelta(days=7),
        )
        actions.propose(workspace_id=acme.id, proposals=[wish], now=now)
        actions.decide_due(now=now)
    found = Decision.objects.in_workspace(acme.id).filter(customer=customer)
    assert found.count() >= len(set(hours))
    for decision in found:
        verdict = actions.replay(decision=decision)
        assert (verdict.name, verdict.rule, verdict.until) == (decision.verdict, decision.rule, decision.held_until)
        assert dict(verdict.parameters) == decision.facts["parameters"]


def test_a_policy_changed_later_does_not_change_a_replay(acme: Workspace) -> None:
    customer = builders.customer(workspace=acme)
    actions.propose(workspace_id=acme.id, proposals=[proposal(customer)], now=NOON)
    builders.open_policy(workspace=acme, caps=(Cap(limit=0, hours=1),))
    decision = Decision.objects.in_workspace(acme.id).get()
    assert (decision.policy_version, actions.replay(decision=decision).name) == (1, "sent")
    (now_capped,) = actions.propose(workspace_id=acme.id, proposals=[proposal(customer, "1:2")], now=NOON)
    assert (now_capped.verdict, now_capped.rule) == ("held", "cap")


def test_a_held_ask_is_decided_anew_and_handed_back(acme: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    released: list[object] = []
    monkeypatch.setattr(registry, "_releasers", {"survey": "allears.outreach.sender.settle"})
    monkeypatch.setattr("allears.outreach.sender.settle", lambda **given: released.append(given))
    customer = builders.customer(workspace=acme)
    night = NOON.replace(hour=23)
    wish = proposal(customer, context={"probe_id": 7}, expires_at=night + timedelta(days=7))
    (held,) = actions.propose(workspace_id=acme.id, proposals=[wish], now=night)
    assert (held.verdict, held.rule, held.held_until) == ("held", "quiet_hours", NOON.replace(day=23, hour=8))
    assert actions.decide_due(now=NOON.replace(day=23, hour=7)) == 0
    assert actions.decide_due(now=NOON.replace(day=23, hour=8)) == 1
    assert actions.decide_due(now=NOON.replace(day=23, hour=9)) == 0
    (given,) = released
    (release,) = given["releases"]  # type: ignore[index]
    assert (release.ruling.verdict, release.proposal) == ("sent", wish)
    old, new = Decision.objects.in_workspace(acme.id).order_by("id")
    assert (old.verdict, old.settled_at, new.verdict, new.settled_at) == (
        "held",
        NOON.replace(day=23, hour=8),
        "sent",
        None,
    )


def test_a_held_ask_expires(acme: Workspace) -> None:
    customer = builders.customer(workspace=acme)
    night = NOON.replace(hour=23)
    wish = proposal(customer, expires_at=night + timedelta(days=1))
    actions.propose(workspace_id=acme.id, proposals=[wish], now=night)
    actions.decide_due(now=night + timedelta(days=2))
    assert [each.rule for each in Decision.objects.in_workspace(acme.id).order_by("id")] == ["quiet_hours", "expired"]


def test_open_cases_are_known_through_the_registry(acme: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    customer = builders.customer(workspace=acme)
    monkeypatch.setattr(registry, "_suppressor_queries", ["allears.outreach.sender.recover"])
    all_of_them = plain.Query("SELECT id, 'open_case' FROM customers_customer")
    monkeypatch.setattr("allears.outreach.sender.recover", lambda *, workspace_id, customer_ids: all_of_them)
    survey, service = actions.propose(
        workspace_id=acme.id,
        proposals=[proposal(customer, "1:1"), proposal(customer, "s:1", purpose="service", family="")],
        now=NOON,
    )
    assert (survey.verdict, survey.rule, service.verdict) == ("held", "open_case", "sent")


def test_posting_once_and_only_what_is_allowed(acme: Workspace) -> None:
    customer = builders.customer(workspace=acme)
    allowed, held = actions.propose(
        workspace_id=acme.id, proposals=[proposal(customer, "1:1"), proposal(customer, "1:2")], now=NOON
    )
    common = {"customer_id": customer.id, "draft": DRAFT, "purpose": "survey", "channel": "email"}
    ids = [
        actions.post(workspace_id=acme.id, ruling=allowed, idempotency_key="a", now=NOON, **common) for _ in range(2)
    ]
    assert ids[0] == ids[1]
    with pytest.raises(actions.NotAllowedError, match="held"):
        actions.post_many(
            workspace_id=acme.id, postings=[Posting(ruling=held, idempotency_key="b", **common)], now=NOON
        )
    message = Message.objects.in_workspace(acme.id).get()
    assert (message.address, message.state) == ("zoe@example.test", "queued")


def test_service_messages_pass_the_governor_too(acme: Workspace) -> None:
    customer = builders.customer(workspace=acme)
    common = {"workspace_id": acme.id, "customer_id": customer.id, "draft": DRAFT, "now": NOON.replace(hour=23)}
    ruling = actions.send_service_message(idempotency_key="reply:1", case_id=7, **common)
    assert (ruling.verdict, Message.objects.in_workspace(acme.id).get().case_id) == ("sent", 7)
    assert "List-Unsubscribe" not in Message.objects.in_workspace(acme.id).get().headers
    actions.send_service_message(idempotency_key="reply:1", case_id=7, **common)
    assert Message.objects.in_workspace(acme.id).count() == 1
    nobody = builders.customer(workspace=acme, email="")
    refused = actions.send_service_message(**{**common, "customer_id": nobody.id}, idempotency_key="reply:2")
    assert (refused.verdict, refused.rule) == ("never", "no_address")
    assert Message.objects.in_workspace(acme.id).count() == 1


def test_unsubscribing_stops_what_waits(acme: Workspace) -> None:
    customer = builders.customer(workspace=acme)
    (ruling,) = actions.propose(workspace_id=acme.id, proposals=[proposal(customer)], now=NOON)
    actions.post(
        workspace_id=acme.id, ruling=ruling, customer_id=customer.id, draft=DRAFT, idempotency_key="a",
        purpose="survey", channel="email", now=NOON,
    )  # fmt: skip
    actions.set_consent(
        workspace_id=acme.id, customer_id=customer.id, channel="email", purpose="survey", granted=False,
        source="unsubscribe", now=NOON,
    )  # fmt: skip
    assert Message.objects.in_workspace(acme.id).get().state == "cancelled"
    (never,) = actions.propose(
        workspace_id=acme.id, proposals=[proposal(customer, "1:9")], now=NOON + timedelta(days=400)
    )
    assert (never.verdict, never.rule) == ("never", "consent")
