"""The governor, as properties: explained, replayable, and never against the customer's wish or night."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from allears.outreach.governor import (
    Cap,
    Consent,
    Contact,
    Facts,
    Policy,
    QuietHours,
    Quota,
    as_json,
    facts_from,
    judge,
    policy_from,
    sample_position,
)

settings.register_profile("unhurried", deadline=None)  # a busy machine is no failure
settings.load_profile("unhurried")
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
OPEN_POLICY = Policy(rest_days={}, rest_days_other=0, rest_days_overall=0, caps=(), quiet=None)
ZONES = ["UTC", "Asia/Shanghai", "America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kolkata"]

moments = st.integers(0, 3 * 365 * 86_400).map(
    lambda seconds: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
contacts = st.builds(
    Contact,
    at=moments,
    purpose=st.sampled_from(["survey", "follow_up"]),
    family=st.sampled_from(["nps", "csat"]),
    channel=st.sampled_from(["email", "sms"]),
)
consents = st.builds(
    Consent,
    channel=st.sampled_from(["email", "sms", "*"]),
    purpose=st.sampled_from(["survey", "service", "*"]),
    granted=st.booleans(),
    at=moments,
)
all_facts = st.builds(
    Facts,
    purpose=st.sampled_from(["survey", "follow_up", "service"]),
    family=st.sampled_from(["nps", "csat", ""]),
    channel=st.sampled_from(["email", "sms"]),
    ask_key=st.text(max_size=20),
    zone=st.sampled_from(ZONES),
    reachable=st.booleans(),
    share=st.sampled_from([0.0, 0.3, 1.0]),
    not_before=st.none() | moments,
    expires_at=st.none() | moments,
    suppressed_by=st.sampled_from(["", "open_case"]),
    consents=st.lists(consents, max_size=3).map(tuple),
    contacts=st.lists(contacts, max_size=4).map(tuple),
)
quiet_hours = st.builds(QuietHours, start=st.times().map(lambda t: t.replace(microsecond=0)), end=st.times())
policies = st.builds(
    Policy,
    rest_days=st.dictionaries(st.sampled_from(["nps", "csat"]), st.floats(0, 200), max_size=2),
    rest_days_other=st.floats(0, 60),
    rest_days_overall=st.floats(0, 10),
    caps=st.lists(st.builds(Cap, limit=st.integers(0, 3), hours=st.floats(1, 900)), max_size=2).map(tuple),
    quiet=st.none() | quiet_hours,
    needs_grant=st.sampled_from([(), ("survey",)]),
)


def facts(**changes: object) -> Facts:
    base = {"purpose": "survey", "family": "nps", "channel": "email", "ask_key": "p:1", "zone": "UTC"}
    return Facts(**{**base, "reachable": True, **changes})  # type: ignore[arg-type]


@given(all_facts, policies, moments)
def test_a_verdict_survives_storage_and_is_explained(given_facts: Facts, policy: Policy, now: datetime) -> None:
    verdict = judge(given_facts, policy, now)
    assert judge(facts_from(as_json(given_facts)), policy_from(as_json(policy)), now) == verdict
    assert verdict.rule
    assert (verdict.until is not None) == (verdict.name == "held")
    if verdict.until:
        assert verdict.until > now
        assert given_facts.expires_at is None or verdict.until < given_facts.expires_at


@given(all_facts, policies, moments)
def test_nothing_is_sent_without_address_against_consent_or_at_night(
    given_facts: Facts, policy: Policy, now: datetime
) -> None:
    if judge(given_facts, policy, now).name != "sent":
        return
    assert given_facts.reachable
    assert not (given_facts.suppressed_by and given_facts.purpose in policy.suppressible)
    quiet = policy.quiet
    if quiet and quiet.start != quiet.end and given_facts.purpose in quiet.purposes:
        assert not quiet.covers(now, ZoneInfo(given_facts.zone))


askable = st.builds(
    Facts,
    purpose=st.sampled_from(["survey", "follow_up"]),
    family=st.sampled_from(["nps", "csat"]),
    channel=st.just("email"),
    ask_key=st.just("p:1"),
    zone=st.sampled_from(ZONES),
    reachable=st.just(True),
    not_before=st.none() | moments,
    contacts=st.lists(contacts, max_size=4).map(tuple),
)


@given(askable, policies.map(lambda policy: replace(policy, needs_grant=())), moments)
def test_a_held_ask_is_free_at_its_time_unless_something_new_happened(
    given_facts: Facts, policy: Policy, now: datetime
) -> None:
    verdict = judge(given_facts, policy, now)
    if verdict.until is None or verdict.until.year >= 9000:  # a cap of none at all never ends
        return
    assert judge(given_facts, policy, verdict.until).name == "sent"


@given(moments, quiet_hours, st.sampled_from(ZONES))
@example(datetime(2026, 3, 8, 6, 45, tzinfo=UTC), QuietHours(start=time(1), end=time(2, 30)), "America/New_York")
@example(datetime(2026, 11, 1, 5, 15, tzinfo=UTC), QuietHours(start=time(0), end=time(1, 30)), "America/New_York")
def test_quiet_hours_end_outside_themselves_whatever_the_clocks_do(
    now: datetime, quiet: QuietHours, zone_name: str
) -> None:
    zone = ZoneInfo(zone_name)
    assume(quiet.start != quiet.end and quiet.covers(now, zone))
    end = quiet.end_after(now, zone)
    assert now < end <= now + timedelta(hours=49)
    assert not quiet.covers(end, zone)


@pytest.mark.parametrize(
    ("now", "zone", "until"),
    [
        # the night of 8 March 2026 is an hour shorter in New York, that of 1 November an hour longer
        (datetime(2026, 3, 8, 3, 0, tzinfo=UTC), "America/New_York", datetime(2026, 3, 8, 12, 0, tzinfo=UTC)),
        (datetime(2026, 3, 7, 3, 0, tzinfo=UTC), "America/New_York", datetime(2026, 3, 7, 13, 0, tzinfo=UTC)),
        (datetime(2026, 11, 1, 3, 0, tzinfo=UTC), "America/New_York", datetime(2026, 11, 1, 13, 0, tzinfo=UTC)),
        (datetime(2026, 11, 22, 15, 0, tzinfo=UTC), "Asia/Shanghai", datetime(2026, 11, 23, 0, 0, tzinfo=UTC)),
    ],
)
def test_quiet_hours_are_the_customers_own(now: datetime, zone: str, until: datetime) -> None:
    policy = Policy(caps=(), quiet=QuietHours(start=time(21), end=time(8)))
    verdict = judge(facts(zone=zone), policy, now)
    assert (verdict.name, verdict.rule, verdict.until) == ("held", "quiet_hours", until)


def test_rest_is_kept_per_family_and_overall() -> None:
    asked = Contact(at=NOON - timedelta(days=10), purpose="survey", family="nps", channel="email")
    policy = Policy(rest_days={"nps": 90.0, "csat": 14.0}, rest_days_overall=3.0, caps=(), quiet=None)
    same = judge(facts(contacts=(asked,)), policy, NOON)
    assert (same.name, same.rule, same.until) == ("held", "rest", asked.at + timedelta(days=90))
    assert judge(facts(contacts=(asked,), family="csat"), policy, NOON).name == "sent"
    yesterday = Contact(at=NOON - timedelta(days=1), purpose="survey", family="ces", channel="email")
    other = judge(facts(contacts=(yesterday,), family="csat"), policy, NOON)
    assert (other.rule, other.until) == ("rest_overall", yesterday.at + timedelta(days=3))


def test_an_ask_that_would_be_free_too_late_is_never_made() -> None:
    asked = Contact(at=NOON - timedelta(days=10), purpose="survey", family="nps", channel="email")
    policy = Policy(caps=(), quiet=None)
    verdict = judge(facts(contacts=(asked,), expires_at=NOON + timedelta(days=7)), policy, NOON)
    assert (verdict.name, verdict.rule, verdict.parameters["too_late"]) == ("never", "rest", True)
    assert judge(facts(expires_at=NOON), OPEN_POLICY, NOON).rule == "expired"


def test_caps_count_a_moving_window() -> None:
    week = tuple(
        Contact(at=NOON - timedelta(hours=hours), purpose="survey", family="csat", channel="email") for hours in (30, 5)
    )
    policy = Policy(
        rest_days={},
        rest_days_other=0,
        rest_days_overall=0,
        quiet=None,
        caps=(Cap(limit=2, hours=48, channel="email"),),
    )
    verdict = judge(facts(contacts=week), policy, NOON)
    assert (verdict.name, verdict.rule, verdict.until) == ("held", "cap", NOON + timedelta(hours=18))
    assert judge(facts(contacts=week, channel="sms"), policy, NOON).name == "sent"


def test_the_latest_consent_counts_and_covers_the_asks_after_a_case() -> None:
    def consent(*, granted: bool, days_ago: int, purpose: str = "survey") -> Consent:
        return Consent(channel="email", purpose=purpose, granted=granted, at=NOON - timedelta(days=days_ago))

    withdrawn = (consent(granted=True, days_ago=9), consent(granted=False, days_ago=2))
    assert judge(facts(consents=withdrawn), OPEN_POLICY, NOON).rule == "consent"
    assert judge(facts(consents=withdrawn, purpose="follow_up"), OPEN_POLICY, NOON).rule == "consent"
    assert judge(facts(consents=withdrawn, purpose="service"), OPEN_POLICY, NOON).name == "sent"
    assert judge(facts(consents=withdrawn, channel="sms"), OPEN_POLICY, NOON).name == "sent"
    back = (*withdrawn, consent(granted=True, days_ago=1))
    assert judge(facts(consents=back), OPEN_POLICY, NOON).name == "sent"
    strict = Policy(needs_grant=("survey",), caps=(), quiet=None)
    assert judge(facts(), strict, NOON).rule == "no_grant"


def test_open_cases_hold_surveys_only() -> None:
    held = judge(facts(suppressed_by="open_case"), OPEN_POLICY, NOON)
    assert (held.name, held.rule, held.until) == ("held", "open_case", NOON + timedelta(hours=12))
    assert judge(facts(suppressed_by="open_case", purpose="service"), OPEN_POLICY, NOON).name == "sent"


@pytest.mark.parametrize(("used", "verdict"), [(1, "sent"), (2, "never"), (3, "never")])
def test_a_probe_asks_as_many_as_its_quota_and_no_more(used: int, verdict: str) -> None:
    found = judge(facts(quota=Quota(limit=2, used=used, cell="vip")), OPEN_POLICY, NOON)
    assert (found.name, found.rule) == (verdict, "quota" if verdict == "never" else found.rule)


def test_of_a_grant_and_a_withdrawal_at_one_moment_the_withdrawal_holds() -> None:
    both = [Consent(channel="*", purpose="*", granted=granted, at=NOON) for granted in (True, False)]
    for told in (both, both[::-1]):
        assert judge(facts(consents=tuple(told)), OPEN_POLICY, NOON).rule == "consent"


@pytest.mark.parametrize(("left", "verdict"), [(None, "sent"), (1, "sent"), (0, "never")])
def test_without_a_credit_nothing_goes_by_a_channel_that_needs_one(left: int | None, verdict: str) -> None:
    assert judge(facts(credits=left), OPEN_POLICY, NOON).name == verdict


def test_a_sample_takes_its_share_and_always_the_same() -> None:
    taken = [judge(facts(ask_key=f"7:{number}", share=0.2), OPEN_POLICY, NOON).name == "sent" for number in range(5000)]
    assert 0.18 < sum(taken) / 5000 < 0.22
    assert sample_position("7:1") == sample_position("7:1")
    assert judge(facts(share=0.0), OPEN_POLICY, NOON).rule == "sampled_out"
