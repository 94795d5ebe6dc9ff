"""Asking when something has *not* happened: a durable wait that the event ends, whatever comes late."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Count

from allears.accounts.models import Workspace
from allears.customers.models import ConsentRecord, Customer
from allears.events.batch import Batch
from allears.events.models import Event
from allears.listen import actions, probing, simulating, standing
from allears.listen.models import Invitation, Probe, Response
from allears.outreach import recomputing, rehearsals
from allears.outreach.actions import decide_due
from allears.outreach.models import Decision, Rehearsal
from allears.outreach.rehearsals import lines, run
from tests import builders

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def customer(acme: Workspace) -> Customer:
    builders.open_policy(workspace=acme)
    return builders.customer(workspace=acme, segment="vip")


@pytest.fixture
def waiting(acme: Workspace, customer: Customer) -> Probe:
    """No delivery three days after the order."""
    return builders.probe(
        workspace=acme, key="no-delivery", event_name="order_placed", absent_event="order_delivered",
        absent_match="order_id", delay_seconds=3 * 86_400, now=NOON,
    )  # fmt: skip


def happen(
    customer: Customer, number: int, name: str, at: datetime, properties: Mapping[str, Any], now: datetime | None = None
) -> None:
    """Stored and handed to the probes, as the consumer does."""
    Event.objects.create(
        id=number, workspace_id=customer.workspace_id, customer=customer, type="track", name=name, ts=at,
        received_at=at, message_key=str(number), properties=properties,
    )  # fmt: skip
    row = builders.event_row(customer=customer, id=number, name=name, ts=at, properties=properties)
    probing.on_batch(Batch(events=[row], now=now or at))


def chain(acme: Workspace) -> list[tuple[str, str]]:
    return list(Decision.objects.in_workspace(acme.id).order_by("id").values_list("verdict", "rule"))


@pytest.mark.usefixtures("waiting")
def test_it_asks_when_the_event_stays_away(acme: Workspace, customer: Customer) -> None:
    happen(customer, 1, "order_placed", NOON, {"order_id": "A"})
    happen(customer, 2, "order_delivered", NOON + DAY, {"order_id": "another"})
    assert decide_due(now=NOON + 3 * DAY - timedelta(minutes=1)) == 0
    assert decide_due(now=NOON + 3 * DAY) == 1
    assert chain(acme) == [("held", "absence"), ("sent", "allowed")]
    assert Invitation.objects.in_workspace(acme.id).get().event_id == 1


@pytest.mark.usefixtures("waiting")
def test_the_event_ends_the_waiting_at_once(acme: Workspace, customer: Customer) -> None:
    happen(customer, 1, "order_placed", NOON, {"order_id": "A"})
    happen(customer, 2, "order_delivered", NOON + DAY, {"order_id": "A"})
    assert chain(acme) == [("held", "absence"), ("never", "overtaken")]
    assert decide_due(now=NOON + 4 * DAY) == 0
    assert Invitation.objects.in_workspace(acme.id).count() == 0


@pytest.mark.usefixtures("waiting")
def test_events_out_of_order_count_by_when_they_happened(acme: Workspace, customer: Customer) -> None:
    happen(customer, 1, "order_delivered", NOON + DAY, {"order_id": "A"})
    happen(customer, 2, "order_placed", NOON, {"order_id": "A"}, now=NOON + DAY)
    happen(customer, 3, "order_delivered", NOON - DAY, {"order_id": "B"}, now=NOON + DAY)
    happen(customer, 4, "order_placed", NOON, {"order_id": "B"}, now=NOON + DAY)
    assert decide_due(now=NOON + 3 * DAY) == 2
    assert sorted(chain(acme)) == [
        ("held", "absence"), ("held", "absence"), ("never", "overtaken"), ("sent", "allowed"),
    ]  # fmt: skip


@pytest.mark.usefixtures("waiting")
def test_verdicts_of_absence_recompute(acme: Workspace, customer: Customer) -> None:
    happen(customer, 1, "order_placed", NOON, {"order_id": "A"})
    happen(customer, 2, "order_placed", NOON + DAY, {"order_id": "B"})
    happen(customer, 3, "order_delivered", NOON + DAY, {"order_id": "A"})
    decide_due(now=NOON + 4 * DAY)
    found = recomputing.audit(workspace_id=acme.id, sample=100, seed=0)
    assert (found.checked, found.agreed, found.facts_differ) == (4, 4, 0)


def test_conditions_on_the_customer_and_on_history(acme: Workspace, customer: Customer) -> None:
    builders.probe(
        workspace=acme,
        now=NOON,
        conditions=[
            {"of": "customer", "property": "segment", "op": "in", "value": ["vip"]},
            {"of": "history", "property": "order_delivered", "op": ">=", "value": 2, "days": 30},
        ],
    )
    stranger = builders.customer(workspace=acme, email="yan@example.test", segment="new")
    happen(customer, 1, "order_delivered", NOON - 40 * DAY, {})
    happen(customer, 2, "order_delivered", NOON, {})
    happen(customer, 3, "order_delivered", NOON + DAY, {})
    happen(stranger, 4, "order_delivered", NOON, {})
    happen(stranger, 5, "order_delivered", NOON + DAY, {})
    assert [each.event_id for each in Decision.objects.in_workspace(acme.id)] == [3]


def test_segments_are_sampled_by_their_own_share(acme: Workspace, customer: Customer) -> None:
    builders.probe(workspace=acme, sampling="stratified", strata={"vip": 1.0, "new": 0.0}, share=0.5, now=NOON)
    people = [
        builders.customer(workspace=acme, email=f"c{n}@example.test", segment=("vip", "new", "old")[n % 3])
        for n in range(60)
    ]
    rows = [builders.event_row(customer=each, id=number, ts=NOON) for number, each in enumerate(people, 1)]
    probing.on_batch(Batch(events=rows, now=NOON))

    def sent(segment: str) -> int:
        return Decision.objects.in_workspace(acme.id).filter(segment=segment, verdict="sent").count()

    assert (sent("vip"), sent("new")) == (20, 0)
    assert 4 <= sent("old") <= 16


def test_a_directed_sample_asks_more_where_less_is_known(acme: Workspace, customer: Customer) -> None:
    probe = builders.probe(workspace=acme, sampling="directed", share=0.3, now=NOON)
    known = {
        "sure": standing.Known(events=500, asked=400, answered=300, total=240, squares=200),
        "unsure": standing.Known(events=500, asked=20, answered=6, total=3, squares=2.5),
    }
    shares = standing.shares_of(probe, known)
    assert shares["unsure"] > 0.5 > 0.1 > shares["sure"]
    assert 500 * shares["unsure"] + 500 * shares["sure"] == pytest.approx(300, rel=0.01)
    bids = standing.worths(known, weight=1)
    assert bids["unsure"].bid > bids["sure"].bid


def test_what_a_probe_knows_is_measured_and_bids(acme: Workspace, customer: Customer) -> None:
    probe = builders.probe(workspace=acme, now=NOON)
    people = [builders.customer(workspace=acme, email=f"c{n}@example.test", segment="vip") for n in range(8)]
    rows = [builders.event_row(customer=each, id=number, ts=NOON) for number, each in enumerate(people, 1)]
    probing.on_batch(Batch(events=rows, now=NOON))
    for number, invitation in enumerate(Invitation.objects.in_workspace(acme.id)[:6]):
        Response.objects.create(
            workspace=acme, key=str(number), invitation=invitation, channel="email", segment="vip", metric="nps",
            score=10 if number % 2 else 0, started_at=NOON, updated_at=NOON,
        )  # fmt: skip
    known = standing.measure(probe=probe, now=NOON + DAY)
    assert known["vip"] == standing.Known(events=8, asked=8, answered=6, total=3.0, squares=3.0)
    assert known["vip"].variance == pytest.approx(0.3)
    assert standing.measure_all(now=NOON + DAY) == 1
    (compiled,) = probing.running_probes()[acme.id, "order_delivered"]
    assert compiled.worths["vip"].answers == 6, "the next event bids with what was learnt"


def test_a_probe_is_tried_on_the_past_beside_what_really_happened(acme: Workspace, customer: Customer) -> None:
    published = builders.probe(workspace=acme, now=NOON)
    other = builders.customer(workspace=acme, email="yan@example.test", segment="new")
    number = 0
    for day in range(20):
        for each in (customer, other):
            number += 1
            at = NOON + day * DAY
            happen(each, number, "order_delivered", at, {"amount": 50 if each is other else 200})
            decide_due(now=at)
    end = NOON + 20 * DAY
    really = Decision.objects.in_workspace(acme.id).filter(verdict="sent").count()
    before = Decision.objects.in_workspace(acme.id).count()
    names = ("key", "name", "touchpoint_id", "survey_id", "event_name")
    spec = {name: getattr(published, name) for name in names}

    def tried(**changes: Any) -> Any:
        made = simulating.simulate_probe(
            workspace_id=acme.id, spec=actions.ProbeSpec(**{**spec, **changes}), probe_id=published.pk, since=NOON,
            now=end,
        )  # fmt: skip
        run(workspace_id=acme.id, rehearsal_id=made.pk)
        made.refresh_from_db()
        return made

    (same,) = lines(tried(), "all")
    assert (same.real, same.new) == (really, really)
    dear = tried(conditions=[{"property": "amount", "op": ">", "value": 100}])
    assert {line.name: (line.real, line.new) for line in lines(dear, "segment")} == {"vip": (1, 1), "new": (1, 0)}
    assert lines(dear, "rule")[0].name == "rest", "what the governor would refuse"
    assert Decision.objects.in_workspace(acme.id).count() == before


def _tried_again(published: Probe, *, until: datetime, **changes: Any) -> list[tuple[str, int, int]]:
    """The probe played over the time since noon: (rule, really, again)."""
    spec = {each.name: getattr(published, each.name) for each in fields(actions.ProbeSpec)}
    made = simulating.simulate_probe(
        workspace_id=published.workspace_id, spec=actions.ProbeSpec(**{**spec, **changes}), probe_id=published.pk,
        since=NOON, now=until,
    )  # fmt: skip
    run(workspace_id=published.workspace_id, rehearsal_id=made.pk)
    made.refresh_from_db()
    return sorted((line.name, line.real, line.new) for line in lines(made, "rule"))


def test_an_unchanged_probe_comes_out_as_it_really_did_beside_its_rivals(acme: Workspace) -> None:
    builders.open_policy(workspace=acme, rest_days={"nps": 9.0, "csat": 4.0}, rest_days_overall=2.0)
    people = [builders.customer(workspace=acme, email=f"c{n}@example.test", segment="vip") for n in range(5)]
    probes = [
        builders.probe(workspace=acme, key="loud", now=NOON, priority=1, share=0.5),
        builders.probe(workspace=acme, key="late", now=NOON, survey="csat", delay_seconds=30 * 3600),
        builders.probe(workspace=acme, key="meek", now=NOON, survey="csat"),
    ]
    late = timedelta(minutes=7)  # the worker is behind
    for number in range(90):
        at = NOON + number * timedelta(hours=7)
        happen(people[number * number % 5], number + 1, "order_delivered", at, {}, now=at + late)
        decide_due(now=at + timedelta(hours=3))
        if number == 40:
            told = {"channel": "*", "purpose": "survey", "granted": False, "source": "preferences"}
            ConsentRecord.objects.create(workspace=acme, customer=people[1], at=at + late, **told)
    until = at + 60 * DAY
    for hour in range(0, 24 * 60, 3):
        decide_due(now=at + timedelta(hours=hour))
    for published in probes:
        found = _tried_again(published, until=until)
        assert [(rule, real) for rule, real, _ in found] == [(rule, again) for rule, _, again in found]
    rules = {rule for published in probes for rule, *_ in _tried_again(published, until=until)}
    assert {"allowed", "sampled_out", "outbid", "rest", "consent", "cap", "expired"} <= rules


def test_a_quota_is_played_across_customers_as_it_would_have_been(acme: Workspace) -> None:
    builders.open_policy(workspace=acme, rest_days={}, rest_days_other=0, rest_days_overall=0, caps=())
    people = [
        builders.customer(workspace=acme, email=f"c{n}@example.test", segment="vip" if n < 3 else "new")
        for n in range(6)
    ]
    made = builders.probe(workspace=acme, now=NOON, quota={"": 3, "vip": 1}, quota_days=2.0)
    for number, person in enumerate(reversed(people)):  # who has the highest number comes first
        happen(person, number + 1, "order_delivered", NOON + timedelta(hours=number), {})
    happen(people[0], 9, "order_delivered", NOON + 3 * DAY, {})
    really = [("allowed", 5), ("quota", 2)]
    rules = Decision.objects.in_workspace(acme.id).values_list("rule")
    assert sorted(rules.annotate(n=Count("id"))) == really
    until = NOON + 4 * DAY
    assert _tried_again(made, until=until) == [(rule, n, n) for rule, n in really]
    assert _tried_again(made, until=until, quota={"": 2}) == [("allowed", 5, 3), ("quota", 2, 4)]
    assert _tried_again(made, until=until, quota={}) == [("allowed", 5, 7), ("quota", 2, 0)]
    assert "asks" not in Rehearsal.objects.in_workspace(acme.id).latest("id").result


def test_a_new_probe_is_held_back_by_what_was_withdrawn_while_it_waited(acme: Workspace, customer: Customer) -> None:
    published = builders.probe(workspace=acme, now=NOON, event_name="never_happens")
    happen(customer, 1, "order_delivered", NOON, {})
    ConsentRecord.objects.create(
        workspace=acme, customer=customer, at=NOON + DAY, channel="*", purpose="survey", granted=False, source="page"
    )
    until = NOON + 9 * DAY
    wanted = {"event_name": "order_delivered", "key": "other"}
    assert _tried_again(published, until=until, **wanted) == [("allowed", 0, 1)]
    assert _tried_again(published, until=until, **wanted, delay_seconds=2 * 86_400) == [("consent", 0, 1)]


def test_an_event_that_came_after_the_ask_does_not_undo_it(acme: Workspace, customer: Customer, waiting: Probe) -> None:
    happen(customer, 1, "order_placed", NOON, {"order_id": "A"})
    decide_due(now=NOON + 3 * DAY)
    happen(customer, 2, "order_delivered", NOON + 5 * DAY, {"order_id": "A"})
    until = NOON + 9 * DAY
    assert _tried_again(waiting, until=until) == [("allowed", 1, 1)]
    assert _tried_again(waiting, until=until, key="other") == [("allowed", 0, 1)]
    assert _tried_again(waiting, until=until, key="other", delay_seconds=6 * 86_400) == [("overtaken", 0, 1)]


def test_a_rehearsal_that_is_done_at_once_keeps_its_result(
    acme: Workspace, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker may be faster than whoever asked for it."""
    published = builders.probe(workspace=acme, now=NOON)
    happen(customer, 1, "order_delivered", NOON, {})
    monkeypatch.setattr(rehearsals, "enqueue", lambda task, arguments: run(**arguments))
    names = ("key", "name", "touchpoint_id", "survey_id", "event_name")
    made = simulating.simulate_probe(
        workspace_id=acme.id, spec=actions.ProbeSpec(**{name: getattr(published, name) for name in names}),
        probe_id=published.pk, since=NOON, now=NOON + DAY,
    )  # fmt: skip
    made.refresh_from_db()
    assert [(line.real, line.new) for line in lines(made, "all")] == [(1, 1)]
    assert made.result["one_in"] == 1


def test_a_probe_says_again_what_it_said_before(acme: Workspace, customer: Customer) -> None:
    probe = builders.probe(workspace=acme, now=NOON, share=0.4)
    first = probe.versions.get()
    spec = {**first.spec, "share": 0.9, "priority": 3}
    actions.change_probe(probe=probe, spec=actions.ProbeSpec(**spec), now=NOON + DAY)
    actions.change_probe(probe=probe, spec=actions.ProbeSpec(**spec), now=NOON + DAY)
    assert probe.versions.count() == 2, "an equal version is not repeated"
    actions.restore_probe(probe=probe, number=1, now=NOON + 2 * DAY)
    probe.refresh_from_db()
    assert (probe.share, probe.priority) == (0.4, 0)
    assert [each.number for each in probe.versions.order_by("number")] == [1, 2, 3]
    with pytest.raises(actions.ProbeError):
        actions.restore_probe(probe=probe, number=9, now=NOON)
