"""Probes: which events ask, how many, when – and at what cost for the many that do not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from allears.accounts.models import Workspace
from allears.events.batch import Batch
from allears.listen import actions, probing
from allears.listen.conditions import ConditionError, compiled, normalised
from allears.listen.models import Invitation, Probe
from allears.outreach.actions import decide_due
from allears.outreach.models import Decision, Message
from tests import builders

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("condition", "fulfilled", "unfulfilled"),
    [
        (("amount", "=", 100), [100, 100.0, "100"], [99, "x", None, True]),
        (("amount", "≠", 100), [1, "x"], [100, "100"]),
        (("amount", ">", 100), [101, "250.5"], [100, "many", None, [200], True]),
        (("amount", "<", 100), [99, -1], [100, "x"]),
        (("city", "in", ["上海", "Paris"]), ["上海", "Paris"], ["北京", None]),
        (("city", "contains", "PAR"), ["Paris", ["par", "x"] and ["PAR"]], ["上海", 7]),
        (("vip", "=", True), [True, "true"], [False, 1, "1"]),
        (("vip", "exists", None), [0, ""], [None]),
    ],
)
def test_conditions(condition: tuple[str, str, Any], fulfilled: list[Any], unfulfilled: list[Any]) -> None:
    name, op, value = condition
    check = compiled([{"property": name, "op": op, "value": value}])
    assert [check({name: each}) for each in fulfilled] == [True] * len(fulfilled)
    assert [check({name: each}) for each in unfulfilled] == [False] * len(unfulfilled)
    assert not check({})


def test_conditions_reach_into_objects_and_all_must_hold() -> None:
    check = compiled(
        [
            {"property": "order.total", "op": ">", "value": 5},
            {"property": "order.coupon", "op": "exists", "value": False},
        ]
    )
    assert check({"order": {"total": 6}})
    assert check({"order.total": 6})
    assert not check({"order": {"total": 6, "coupon": "X"}})
    assert not check({"order": "none"})


@pytest.mark.parametrize(
    ("condition", "field"),
    [
        ({"op": "=", "value": 1}, "property"),
        ({"property": "a", "op": "~", "value": 1}, "op"),
        ({"property": "a", "op": ">", "value": "x"}, "value"),
        ({"property": "a", "op": ">", "value": True}, "value"),
        ({"property": "a", "op": ">", "value": "nan"}, "value"),
        ({"property": "a", "op": "<", "value": "inf"}, "value"),
        ({"property": "a", "op": "<", "value": 10**400}, "value"),
        ({"property": "a", "op": "in", "value": "x"}, "value"),
        ({"property": "a", "op": "=", "value": None}, "value"),
        ({"property": "a", "op": "=", "value": 1, "else": 2}, "else"),
    ],
)
def test_a_condition_that_cannot_be_used_says_which_part(condition: dict[str, Any], field: str) -> None:
    with pytest.raises(ConditionError) as caught:
        normalised([{"property": "fine", "op": "exists"}, condition])
    assert (caught.value.index, caught.value.field) == (1, field)


@pytest.mark.parametrize(
    ("field", "value"),
    [("delay_seconds", 10**12), ("expires_after_seconds", 10**12), ("quota_days", 1e18), ("delay_seconds", -1)],
)
def test_no_probe_waits_beyond_what_a_calendar_holds(acme: Workspace, field: str, value: Any) -> None:
    with pytest.raises(actions.ProbeError) as caught:
        builders.probe(workspace=acme, **{field: value})
    assert (caught.value.field, Probe.objects.in_workspace(acme.pk).count()) == (field, 0)


def test_a_probe_that_cannot_be_read_asks_nobody_and_stops_nobody_else(acme: Workspace, elsewhere: Workspace) -> None:
    """One that an older version had kept ended every ask of the batch, in every workspace."""
    builders.open_policy(workspace=acme)
    builders.probe(workspace=acme, key="fine", now=NOON)
    broken, endless = (builders.probe(workspace=elsewhere, key=key, now=NOON) for key in ("broken", "endless"))
    rows = Probe.objects.in_workspace(elsewhere.pk)
    rows.filter(pk=broken.pk).update(conditions=[{"property": "a", "op": ">", "value": "nan"}])
    rows.filter(pk=endless.pk).update(quota_days=1e18, expires_after_seconds=2**31 - 1)
    probing.forget()
    customer = builders.customer(workspace=acme)
    probing.on_batch(Batch(events=[builders.event_row(customer=customer, ts=NOON)], now=NOON))
    assert asked(acme) == [1]
    assert {each.key for found in probing.running_probes().values() for each in found} == {"fine", "endless"}


def asked(workspace: Workspace) -> list[int | None]:
    return list(Invitation.objects.in_workspace(workspace.id).order_by("id").values_list("event_id", flat=True))


def test_a_probe_is_paused_started_and_changed_at_once(acme: Workspace) -> None:
    builders.open_policy(workspace=acme, rest_days={}, rest_days_other=0, rest_days_overall=0, caps=())
    customer = builders.customer(workspace=acme)
    probe = builders.probe(workspace=acme, now=NOON)

    def happen(number: int, name: str = "order_delivered") -> None:
        event = builders.event_row(customer=customer, id=number, name=name, ts=NOON)
        probing.on_batch(Batch(events=[event], now=NOON))

    happen(1)
    actions.pause_probe(probe=probe, now=NOON + timedelta(minutes=1))
    happen(2)
    actions.start_probe(probe=probe, now=NOON + timedelta(minutes=2))
    happen(3)
    probe.refresh_from_db()
    fields = ("key", "name", "touchpoint_id", "survey_id", "channel")
    spec = actions.ProbeSpec(**{name: getattr(probe, name) for name in fields}, event_name="paid")
    actions.change_probe(probe=probe, spec=spec, now=NOON + timedelta(minutes=3))
    happen(4)
    happen(5, "paid")
    assert asked(acme) == [1, 3, 5]


def test_a_share_is_a_recorded_sample(acme: Workspace) -> None:
    builders.open_policy(workspace=acme)
    customers = [builders.customer(workspace=acme, email=f"c{number}@example.test") for number in range(60)]
    builders.probe(workspace=acme, share=0.3, now=NOON)
    events = [builders.event_row(customer=each, id=number, ts=NOON) for number, each in enumerate(customers, 1)]
    probing.on_batch(Batch(events=events, now=NOON))
    decisions = Decision.objects.in_workspace(acme.id)
    sent, left_out = decisions.filter(verdict="sent").count(), decisions.filter(rule="sampled_out").count()
    assert sent + left_out == 60
    assert 8 <= sent <= 28
    assert len(asked(acme)) == sent


def test_a_delayed_ask_keeps_the_customer_as_they_were_then(acme: Workspace) -> None:
    builders.open_policy(workspace=acme)
    customer = builders.customer(workspace=acme, segment="gold")
    builders.probe(workspace=acme, delay_seconds=3600, now=NOON)
    event = builders.event_row(customer=customer, properties={"order": 7}, ts=NOON)
    probing.on_batch(Batch(events=[event], now=NOON))
    held = Decision.objects.in_workspace(acme.id).get()
    assert (held.verdict, held.rule, held.held_until) == ("held", "delay", NOON + timedelta(hours=1))
    assert asked(acme) == []
    customer.segment = "lost"
    customer.save()
    assert decide_due(now=NOON + timedelta(minutes=59)) == 0
    assert decide_due(now=NOON + timedelta(hours=1)) == 1
    invitation = Invitation.objects.in_workspace(acme.id).get()
    assert invitation.snapshot["customer"]["segment"] == "gold"
    assert invitation.snapshot["event"]["properties"] == {"order": 7}
    assert Message.objects.in_workspace(acme.id).count() == 1


def test_one_workspaces_probe_never_asks_anothers_customers(acme: Workspace, elsewhere: Workspace) -> None:
    builders.open_policy(workspace=acme)
    builders.probe(workspace=acme, now=NOON)
    stranger = builders.customer(workspace=elsewhere)
    probing.on_batch(Batch(events=[builders.event_row(customer=stranger, ts=NOON)], now=NOON))
    assert Decision.objects.across_workspaces().count() == 0


def test_the_way_past_asks_the_database_nothing(acme: Workspace, django_assert_num_queries: Any) -> None:
    probe = builders.probe(workspace=acme, now=NOON)
    customer = builders.customer(workspace=acme)
    events = [builders.event_row(customer=customer, id=number, name="page_seen", ts=NOON) for number in range(2000)]
    index = probing.running_probes()
    assert index[acme.id, probe.event_name]
    with django_assert_num_queries(0):
        assert probing.matches(events, index) == []


def test_follow_up_asks_once_for_each_closing(acme: Workspace) -> None:
    builders.open_policy(workspace=acme)
    customer = builders.customer(workspace=acme)
    common = {"workspace_id": acme.id, "customer_id": customer.id, "case_id": 7, "touchpoint_id": None}
    for closed_at in (NOON, NOON, NOON + timedelta(days=3)):
        assert actions.ask_follow_up(**common, now=closed_at).verdict == "sent"  # type: ignore[arg-type]
    assert [each.case_id for each in Invitation.objects.in_workspace(acme.id)] == [7, 7]
    assert Probe.objects.in_workspace(acme.id).count() == 0
