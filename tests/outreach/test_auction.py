"""The scarce ask goes to the probe that learns most from it, and the loser's verdict says who won and why."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allears.accounts.models import Workspace
from allears.customers.models import Customer
from allears.outreach import actions, recomputing, registry
from allears.outreach.contracts import Allowance, Proposal
from allears.outreach.governor import Facts, Policy, QuietHours, Rival, Worth, examine, judge
from allears.outreach.models import Decision
from tests import builders

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
OPEN = Policy(quiet=None, caps=())


@pytest.fixture(autouse=True)
def _nobody_releases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Held asks that come free make no invitation here."""
    monkeypatch.setattr(registry, "_releasers", {})


def worth(bid: float) -> Worth:
    return Worth(bid=bid, variance=0.1, answers=10)


def wish(customer: Customer, key: str, bid: float | None = None, **changes: object) -> Proposal:
    values = {
        "customer_id": customer.id, "purpose": "survey", "family": key.split(":")[0], "channel": "email",
        "ask_key": key, "probe_key": f"probe-{key}", "worth": None if bid is None else worth(bid),
    }  # fmt: skip
    return Proposal(**{**values, **changes})  # type: ignore[arg-type]


def test_the_best_of_one_moment_wins_and_the_loser_says_to_whom(acme: Workspace) -> None:
    builders.open_policy(workspace=acme)
    zoe = builders.customer(workspace=acme)
    rulings = actions.propose(
        workspace_id=acme.id, proposals=[wish(zoe, "csat:1", 0.001), wish(zoe, "nps:2", 0.004)], now=NOON
    )
    assert [(each.verdict, each.rule) for each in rulings] == [("held", "outbid"), ("sent", "allowed")]
    lost = Decision.objects.in_workspace(acme.id).get(ask_key="csat:1")
    told = lost.facts["parameters"]
    assert (told["winner"], told["winner_bid"], told["bid"]) == ("probe-nps:2", 0.004, 0.001)
    assert lost.held_until == NOON + timedelta(days=3)


def test_a_priority_goes_before_any_bid(acme: Workspace) -> None:
    builders.open_policy(workspace=acme)
    zoe = builders.customer(workspace=acme)
    wishes = [wish(zoe, "csat:1", 0.9), wish(zoe, "nps:2", 0.001, priority=1)]
    assert [each.verdict for each in actions.propose(workspace_id=acme.id, proposals=wishes, now=NOON)] == [
        "held", "sent",
    ]  # fmt: skip


def test_asks_that_can_both_be_made_do_not_compete(acme: Workspace) -> None:
    builders.open_policy(workspace=acme, rest_days_overall=0, caps=())
    zoe = builders.customer(workspace=acme)
    wishes = [wish(zoe, "csat:1", 0.001), wish(zoe, "nps:2", 0.004)]
    assert [each.verdict for each in actions.propose(workspace_id=acme.id, proposals=wishes, now=NOON)] == [
        "sent", "sent",
    ]  # fmt: skip


def test_an_ask_gives_way_to_a_better_one_that_is_due_soon_and_returns(acme: Workspace) -> None:
    builders.open_policy(workspace=acme)
    zoe = builders.customer(workspace=acme)
    better = wish(zoe, "nps:1", 0.01, not_before=NOON + timedelta(hours=5), expires_at=NOON + timedelta(days=9))
    actions.propose(workspace_id=acme.id, proposals=[better], now=NOON)
    (lesser,) = actions.propose(workspace_id=acme.id, proposals=[wish(zoe, "csat:2", 0.001)], now=NOON)
    assert (lesser.verdict, lesser.rule) == ("held", "outbid")
    assert lesser.held_until == NOON + timedelta(hours=5, seconds=1)
    actions.overtake(workspace_id=acme.id, ask_keys=["nps:1"], now=NOON)  # nothing came: it waits on
    assert actions.standing_rulings(workspace_id=acme.id, ask_keys=["nps:1"])["nps:1"].verdict == "held"


def test_a_better_ask_that_is_far_away_is_no_rival(acme: Workspace) -> None:
    builders.open_policy(workspace=acme)
    zoe = builders.customer(workspace=acme)
    far = wish(zoe, "nps:1", 0.01, not_before=NOON + timedelta(hours=30))
    actions.propose(workspace_id=acme.id, proposals=[far], now=NOON)
    (lesser,) = actions.propose(workspace_id=acme.id, proposals=[wish(zoe, "csat:2", 0.001)], now=NOON)
    assert lesser.verdict == "sent"


def test_a_quota_is_kept_within_a_batch_and_across(acme: Workspace) -> None:
    builders.open_policy(workspace=acme)
    people = [builders.customer(workspace=acme, email=f"c{n}@example.test", segment="vip") for n in range(5)]
    allowed = Allowance(limit=3, since=NOON - timedelta(days=1), cell="vip")

    def ask(customer: Customer, now: datetime) -> str:
        proposal = wish(customer, f"nps:{customer.id}", allowance=allowed, probe_key="study")
        return actions.propose(workspace_id=acme.id, proposals=[proposal], now=now)[0].rule

    both = [wish(each, f"nps:{each.id}", allowance=allowed, probe_key="study") for each in people[:2]]
    actions.propose(workspace_id=acme.id, proposals=both, now=NOON)
    assert [ask(each, NOON + timedelta(hours=1)) for each in people[2:]] == ["allowed", "quota", "quota"]


def test_the_hold_out_is_always_the_same_customers_and_about_its_share(acme: Workspace) -> None:
    policy = Policy(quiet=None, caps=(), holdout_share=0.1)

    def rule(number: int, ask: str, purpose: str = "survey") -> str:
        facts = Facts(
            purpose=purpose,
            family="nps",
            channel="email",
            ask_key=ask,
            zone="UTC",
            reachable=True,
            customer=str(number),
        )
        return judge(facts, policy, NOON).rule

    first = {number for number in range(3000) if rule(number, "a") == "hold_out"}
    assert first == {number for number in range(3000) if rule(number, "b", "follow_up") == "hold_out"}
    assert 240 <= len(first) <= 360
    assert all(rule(number, "a", "service") == "allowed" for number in list(first)[:20])


def test_a_channel_without_grants_lets_the_next_one_be_tried() -> None:
    from allears.outreach.governor import Way

    facts = Facts(
        purpose="survey", family="nps", channel="wechat", ask_key="1", zone="UTC", reachable=True, credits=0,
        fallbacks=(Way(channel="sms", reachable=False), Way(channel="email", reachable=True)),
    )  # fmt: skip
    verdict = judge(facts, OPEN, NOON)
    assert (verdict.name, verdict.channel) == ("sent", "email")
    assert [each["rule"] for each in verdict.parameters["tried"]] == ["no_credit", "no_address"]
    alone = Facts(purpose="survey", family="nps", channel="wechat", ask_key="1", zone="UTC", reachable=True, credits=0)
    assert (judge(alone, OPEN, NOON).name, judge(alone, OPEN, NOON).rule) == ("never", "no_credit")


bids = st.sampled_from([0.0, 0.001, 0.002, 0.5])
rivals = st.builds(
    Rival,
    ask_key=st.just("other"),
    probe=st.just("other"),
    purpose=st.just("survey"),
    family=st.sampled_from(["nps", "csat"]),
    channel=st.just("email"),
    priority=st.integers(0, 1),
    bid=bids,
    at=st.integers(0, 20).map(lambda hours: NOON + timedelta(hours=hours)),
    won=st.booleans(),
)


@settings(deadline=None)
@given(st.lists(rivals, max_size=3), bids, st.booleans())
def test_every_rule_is_told_in_order_and_the_verdict_is_among_them(
    against: list[Rival], bid: float, quiet: bool
) -> None:
    policy = Policy(quiet=QuietHours(start=NOON.time(), end=(NOON + timedelta(hours=2)).time()) if quiet else None)
    facts = Facts(
        purpose="survey", family="nps", channel="email", ask_key="me", zone="UTC", reachable=True,
        worth=worth(bid), rivals=tuple(against),
    )  # fmt: skip
    verdict = judge(facts, policy, NOON)
    findings = examine(facts, policy, NOON)
    in_the_way = {each.rule for each in findings if each.outcome != "free"}
    assert (verdict.name == "sent") == (not in_the_way)
    assert verdict.name == "sent" or verdict.rule in in_the_way
    assert len({each.rule for each in findings}) == len(findings)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 24 * 40), bids, st.sampled_from(["nps", "csat"])), min_size=1, max_size=7))
def test_never_two_surveys_inside_a_rest_whatever_competes(drawn: list[tuple[int, float, str]]) -> None:
    """Through the rehearsal, which is the same governor without a database."""
    from allears.outreach.rehearsing import Wish, play

    policy = Policy(quiet=None, caps=(), rest_days={"nps": 10.0, "csat": 5.0}, rest_days_overall=2.0)
    wishes = []
    for number, (hour, bid, family) in enumerate(drawn):
        at = NOON + timedelta(hours=hour)
        facts = Facts(
            purpose="survey", family=family, channel="email", ask_key=str(number), zone="UTC", reachable=True,
            worth=worth(bid), expires_at=at + timedelta(days=7),
        )  # fmt: skip
        wishes.append((family, Wish(ask_key=str(number), at=at, probe=family, known=((at, facts),))))
    outcomes = play([each for _, each in wishes], said=[], policy=policy, until=NOON + timedelta(days=90))
    family_of = {each.ask_key: family for family, each in wishes}
    sent = sorted((each for each in outcomes if each.verdict == "sent"), key=lambda each: each.at)
    assert len(outcomes) == len(wishes)
    assert sent, "somebody always wins"
    for earlier, later in itertools.pairwise(sent):
        assert later.at - earlier.at >= timedelta(days=2)
    for family, rest in (("nps", 10), ("csat", 5)):
        times = [each.at for each in sent if family_of[each.ask_key] == family]
        assert all(b - a >= timedelta(days=rest) for a, b in itertools.pairwise(times))


def test_verdicts_of_an_auction_recompute_from_the_raw_history(acme: Workspace) -> None:
    builders.open_policy(workspace=acme)
    people = [builders.customer(workspace=acme, email=f"c{n}@example.test", segment="new") for n in range(4)]
    for hour in range(0, 24 * 12, 7):
        now = NOON + timedelta(hours=hour)
        wishes = [
            wish(
                each,
                f"{family}:{each.id}-{hour}",
                bid,
                expires_at=now + timedelta(days=4),
                not_before=now + timedelta(hours=6) if hour % 3 else None,
            )
            for each in people
            for family, bid in (("csat", 0.001 * (hour % 5)), ("nps", 0.002))
        ]
        actions.propose(workspace_id=acme.id, proposals=wishes, now=now)
        for due in range(7):
            actions.decide_due(now=now + timedelta(hours=due))
    found = recomputing.audit(workspace_id=acme.id, sample=10_000, seed=1)
    assert {row.rule for row in Decision.objects.in_workspace(acme.id)} >= {"outbid", "allowed", "delay", "rest"}
    assert found.disagreements == ()
    assert (found.agreed, found.facts_differ, found.tampered) == (found.checked, 0, 0)
    assert found.checked == Decision.objects.in_workspace(acme.id).count()
