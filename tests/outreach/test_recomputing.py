"""The ledger against the raw history: what was noted is not believed, it is worked out again."""

from datetime import UTC, datetime, timedelta

import pytest

from allears.accounts.models import Workspace
from allears.customers.models import AttributeValue, ConsentRecord, Customer
from allears.outreach import actions, recomputing, registry
from allears.outreach.contracts import Proposal
from allears.outreach.delivery.models import ChannelSetup
from allears.outreach.governor import Policy, digest
from allears.outreach.models import Decision
from allears.outreach.rehearsals import lines, rehearse_policy, run
from tests import builders

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nobody_releases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Held asks that come free make no invitation here."""
    monkeypatch.setattr(registry, "_releasers", {})


@pytest.fixture
def asked(acme: Workspace) -> Decision:
    """One ask that went out, of a customer who granted it."""
    builders.open_policy(workspace=acme)
    zoe = builders.customer(workspace=acme)
    consent = {"channel": "email", "purpose": "survey", "granted": True, "source": "import"}
    ConsentRecord.objects.create(workspace=acme, customer=zoe, at=NOON - timedelta(days=1), **consent)
    proposal = Proposal(customer_id=zoe.id, purpose="survey", family="nps", channel="email", ask_key="1:1")
    actions.propose(workspace_id=acme.id, proposals=[proposal], now=NOON)
    found: Decision = Decision.objects.in_workspace(acme.id).get()
    return found


def test_what_came_later_does_not_matter(acme: Workspace, asked: Decision) -> None:
    assert asked.customer is not None
    actions.set_consent(
        workspace_id=acme.id, customer_id=asked.customer.id, channel="email", purpose="survey", granted=False,
        source="preferences", now=NOON + timedelta(days=1),
    )  # fmt: skip
    moved = {"name": "timezone", "value": "Asia/Tokyo", "recorded_at": NOON + timedelta(days=1)}
    AttributeValue.objects.create(
        workspace=acme, customer=asked.customer, valid_from=NOON + timedelta(days=1), source="identify", **moved
    )
    again = recomputing.recompute(decision=asked)
    assert (again.agrees, again.intact, dict(again.differences)) == (True, True, {})


def _told(customer: Customer, value: str | None, *, hours: float, name: str = "email") -> None:
    at = NOON + timedelta(hours=hours)
    AttributeValue.objects.create(
        workspace_id=customer.workspace_id, customer=customer, name=name, value=value, valid_from=at, recorded_at=at,
        source="identify",
    )  # fmt: skip


def _ruled(customer: Customer, *, channel: str = "email", hours: float = 0) -> Decision:
    proposal = Proposal(
        customer_id=customer.id, purpose="survey", family="nps", channel=channel, ask_key=f"{channel}:{hours}"
    )
    now = NOON + timedelta(hours=hours)
    actions.propose(workspace_id=customer.workspace_id, proposals=[proposal], now=now)
    found: Decision = Decision.objects.in_workspace(customer.workspace_id).get(ask_key=proposal.ask_key)
    return found


def test_an_address_that_was_told_later_was_not_there(acme: Workspace) -> None:
    builders.open_policy(workspace=acme)
    zoe = builders.customer(workspace=acme, email="")
    nowhere = _ruled(zoe)
    _told(zoe, "zoe@example.test", hours=1)
    zoe.email = "zoe@example.test"
    zoe.save()
    asked = _ruled(zoe, hours=2)
    _told(zoe, None, hours=3)  # an address that ended, and another one later
    zoe.email = ""
    zoe.save()
    ended = _ruled(zoe, hours=24 * 200)
    zoe.email = "new@example.test"
    zoe.save()
    _told(zoe, "new@example.test", hours=24 * 201)
    assert [each.rule for each in (nowhere, asked, ended)] == ["no_address", "allowed", "no_address"]
    assert [recomputing.recompute(decision=each).agrees for each in (nowhere, asked, ended)] == [True, True, True]


def test_a_number_that_nobody_can_dial_is_no_address(acme: Workspace) -> None:
    builders.open_policy(workspace=acme)
    ChannelSetup.objects.create(workspace=acme, channel="sms", token="t")
    zoe = builders.customer(workspace=acme)
    _told(zoe, "12", hours=-1, name="phone")  # stays an attribute; the column is as it was
    ruled = _ruled(zoe, channel="sms")
    assert ruled.rule == "no_address"
    assert recomputing.recompute(decision=ruled).agrees


def test_a_verdict_against_the_history_is_found(acme: Workspace, asked: Decision) -> None:
    ConsentRecord.objects.in_workspace(acme.id).update(granted=False)
    again = recomputing.recompute(decision=asked)
    assert (again.agrees, again.verdict.name, again.verdict.rule) == (False, "never", "consent")
    assert set(again.differences) == {"consents"}
    found = recomputing.audit(workspace_id=acme.id, sample=10, seed=0)
    assert (found.checked, found.agreed, len(found.disagreements)) == (1, 0, 1)


def test_a_row_that_was_changed_is_found(acme: Workspace, asked: Decision) -> None:
    assert asked.digest == digest(asked.facts["facts"], asked.policy_version)
    asked.facts["facts"]["consents"] = []
    asked.save()
    assert not recomputing.recompute(decision=asked).intact


def test_the_facts_of_the_erased_are_gone(asked: Decision) -> None:
    asked.facts = {}
    with pytest.raises(recomputing.ErasedError):
        recomputing.recompute(decision=asked)


def test_an_open_case_of_that_time_is_found_in_its_entries(acme: Workspace) -> None:
    from allears.respond.models import CaseEntry
    from allears.respond.queries import customers_with_open_case
    from tests.web.objects import row

    _user, member = builders.member(workspace=acme, email="bob@acme.test", role="agent")
    zoe = builders.customer(workspace=acme)
    from allears.respond.models import Case

    person = type("Person", (), {"workspace": acme, "membership": member, "user": _user})()
    case = row(Case, person, customer=zoe, number=1)
    for kind, hours in (("opened", 0), ("closed", 5), ("reopened", 9), ("closed", 12), ("undone", 13)):
        detail = {"undone": "closed"} if kind == "undone" else {}
        CaseEntry.objects.create(workspace=acme, case=case, kind=kind, at=NOON + timedelta(hours=hours), detail=detail)

    def is_open(hours: float) -> bool:
        at = NOON + timedelta(hours=hours)
        return bool(customers_with_open_case(workspace_id=acme.id, customer_ids={zoe.id}, at=at))

    assert [is_open(hours) for hours in (-1, 1, 6, 10, 12.5, 14)] == [False, True, False, True, False, True]


def _month(acme: Workspace) -> None:
    people = [
        builders.customer(workspace=acme, email=f"c{n}@example.test", segment="vip" if n % 2 else "new")
        for n in range(6)
    ]
    for day in range(30):
        now = NOON + timedelta(days=day)
        wishes = [
            Proposal(
                customer_id=each.id, purpose="survey", family="csat", channel="email", probe_key="after-call",
                ask_key=f"{each.id}:{day}", expires_at=now + timedelta(days=5),
            )
            for each in people
            if (each.id + day) % 3 == 0
        ]  # fmt: skip
        actions.decide_due(now=now)
        actions.propose(workspace_id=acme.id, proposals=wishes, now=now)


def test_the_policy_in_force_rehearses_to_what_really_happened(acme: Workspace) -> None:
    made = builders.open_policy(workspace=acme, rest_days={"csat": 7.0})
    _month(acme)
    rules = Policy(quiet=None, rest_days={"csat": 7.0})
    end = NOON + timedelta(days=30)
    tried = rehearse_policy(workspace_id=acme.id, rules=rules, since=NOON, now=end)
    run(workspace_id=acme.id, rehearsal_id=tried.pk)
    tried.refresh_from_db()
    (total,) = lines(tried, "all")
    really = Decision.objects.in_workspace(acme.id).filter(verdict="sent").count()
    assert made.version == 1
    assert (total.real, total.new, total.gained, total.lost) == (really, really, 0, 0)
    assert (tried.done, tried.total) == (6, 6)


def test_another_policy_shows_who_more_and_who_less(acme: Workspace) -> None:
    builders.open_policy(workspace=acme, rest_days={"csat": 7.0})
    _month(acme)
    end = NOON + timedelta(days=30)
    before = Decision.objects.in_workspace(acme.id).count()
    tried = rehearse_policy(
        workspace_id=acme.id, rules=Policy(quiet=None, rest_days={"csat": 30.0}), since=NOON, now=end
    )
    run(workspace_id=acme.id, rehearsal_id=tried.pk)
    tried.refresh_from_db()
    (total,) = lines(tried, "all")
    assert total.new == 6, "each customer once in thirty days"
    assert total.change == 6 - total.real < 0
    assert {line.name for line in lines(tried, "segment")} == {"vip", "new"}
    assert sum(line.new for line in lines(tried, "segment")) == 6
    assert Decision.objects.in_workspace(acme.id).count() == before, "a rehearsal writes no decision"


def test_a_rehearsal_goes_on_where_a_killed_worker_was(acme: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    from allears.outreach import rehearsals

    builders.open_policy(workspace=acme, rest_days={"csat": 7.0})
    _month(acme)
    monkeypatch.setattr(rehearsals, "CHUNK", 2)
    tried = rehearse_policy(workspace_id=acme.id, rules=Policy(quiet=None), since=NOON, now=NOON + timedelta(days=30))
    first = rehearsals.policy_step(tried)
    tried.result, tried.done, tried.cursor = first.tally.onto({}), first.done, first.cursor
    tried.save()
    run(workspace_id=acme.id, rehearsal_id=tried.pk)
    tried.refresh_from_db()
    whole = rehearse_policy(workspace_id=acme.id, rules=Policy(quiet=None), since=NOON, now=NOON + timedelta(days=30))
    monkeypatch.setattr(rehearsals, "CHUNK", 200)
    run(workspace_id=acme.id, rehearsal_id=whole.pk)
    whole.refresh_from_db()
    assert tried.result["counts"] == whole.result["counts"]
    assert tried.done == 6
