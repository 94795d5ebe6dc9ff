"""The governor: may we contact this customer now? One pure function, so that every verdict can be replayed.

``judge(facts, policy, now)`` reads nothing but its arguments. Each rule that stands in the way says when the way is
free again; the last of these times, moved out of quiet hours, is when the ask is decided anew. An ask that would be
free only after it has expired is never made.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec

VerdictName = Literal["sent", "held", "never"]
SURVEYS = ("survey", "follow_up")  # purposes in which we want something from the customer
NEVER = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Contact:
    """One ask or message that was sent before."""

    at: datetime
    purpose: str
    family: str
    channel: str


@dataclass(frozen=True, kw_only=True)
class Consent:
    """What a customer granted or withdrew; ``*`` stands for every channel or purpose."""

    channel: str
    purpose: str
    granted: bool
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All that a verdict depends on, besides the policy and the time."""

    purpose: str
    family: str
    channel: str
    ask_key: str
    zone: str  # IANA name, already known to exist
    reachable: bool  # there is an address for the channel
    share: float = 1.0
    not_before: datetime | None = None
    expires_at: datetime | None = None
    suppressed_by: str = ""  # why no survey may go out now, e.g. "open_case"
    consents: tuple[Consent, ...] = ()
    contacts: tuple[Contact, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Cap:
    """At most ``limit`` messages of these purposes on the channel (``*``: all) within any ``hours``."""

    limit: int
    hours: float
    channel: str = "*"
    purposes: tuple[str, ...] = SURVEYS


@dataclass(frozen=True, kw_only=True)
class QuietHours:
    """Wall-clock hours in the customer's zone in which nothing goes out; may pass midnight."""

    start: time
    end: time
    purposes: tuple[str, ...] = SURVEYS

    def covers(self, moment: datetime, zone: ZoneInfo) -> bool:
        wall = moment.astimezone(zone).time()
        if self.start <= self.end:
            return self.start <= wall < self.end
        return wall >= self.start or wall < self.end

    def end_after(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """The first end of quiet hours after a moment inside them, whatever the clocks do that night."""
        day = moment.astimezone(zone).date()
        ends = {
            datetime.combine(day + timedelta(days=ahead), self.end, tzinfo=zone).replace(fold=fold).astimezone(UTC)
            for ahead in range(3)
            for fold in (0, 1)
        }
        return min(end for end in ends if end > moment and not self.covers(end, zone))


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The rules of contact of one workspace."""

    needs_grant: tuple[str, ...] = ()  # purposes that need an explicit grant; others only end with a withdrawal
    rest_days: Mapping[str, float] = field(
        default_factory=lambda: {"nps": 90.0, "csat": 14.0, "ces": 14.0, "follow_up": 1.0}
    )
    rest_days_other: float = 30.0  # of a family not named above
    rest_days_overall: float = 3.0  # between any two surveys
    overall_purposes: tuple[str, ...] = ("survey",)
    caps: tuple[Cap, ...] = (Cap(limit=4, hours=30 * 24),)
    quiet: QuietHours | None = field(default_factory=lambda: QuietHours(start=time(21, 0), end=time(8, 0)))
    suppressible: tuple[str, ...] = ("survey",)  # purposes that wait while, say, a case is open
    suppression_recheck_hours: float = 12.0

    def rest_of(self, family: str) -> timedelta:
        return timedelta(days=self.rest_days.get(family, self.rest_days_other))

    def memory(self) -> timedelta:
        """How far back contacts can still matter."""
        days = [*self.rest_days.values(), self.rest_days_other, self.rest_days_overall]
        return max(timedelta(days=max(days)), *(timedelta(hours=cap.hours) for cap in self.caps), timedelta(0))


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What was decided, by which rule, on which figures; ``until`` is set when held."""

    name: VerdictName
    rule: str
    until: datetime | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class _Obstacle:
    rule: str
    free_at: datetime | None  # None: never
    parameters: Mapping[str, Any]


def judge(facts: Facts, policy: Policy, now: datetime) -> Verdict:
    """The verdict on one wish to contact one customer. Pure: equal arguments give equal verdicts."""
    for bar in _bars(facts, policy, now):
        return Verdict(name="never", rule=bar.rule, parameters=bar.parameters)
    last: _Obstacle | None = None
    for obstacle in _obstacles(facts, policy, now):
        if obstacle.free_at and obstacle.free_at > (last.free_at if last and last.free_at else now):
            last = obstacle
    last = _after_quiet_hours(facts, policy, now, last)
    if last is None or last.free_at is None:
        return Verdict(name="sent", rule="allowed")
    if facts.expires_at and last.free_at >= facts.expires_at:
        return Verdict(
            name="never",
            rule=last.rule,
            parameters={**last.parameters, "free_at": last.free_at.isoformat(), "too_late": True},
        )
    return Verdict(name="held", rule=last.rule, until=last.free_at, parameters=last.parameters)


def _bars(facts: Facts, policy: Policy, now: datetime) -> Iterator[_Obstacle]:
    """What no waiting will cure."""
    if facts.share < 1.0 and sample_position(facts.ask_key) >= facts.share:
        yield _Obstacle(rule="sampled_out", free_at=None, parameters={"share": facts.share})
    if facts.expires_at and now >= facts.expires_at:
        yield _Obstacle(rule="expired", free_at=None, parameters={"expired_at": facts.expires_at.isoformat()})
    if not facts.reachable:
        yield _Obstacle(rule="no_address", free_at=None, parameters={"channel": facts.channel})
    consent = _latest_consent(facts)
    if consent and not consent.granted:
        yield _Obstacle(rule="consent", free_at=None, parameters={"withdrawn_at": consent.at.isoformat()})
    if consent is None and facts.purpose in policy.needs_grant:
        yield _Obstacle(rule="no_grant", free_at=None, parameters={"purpose": facts.purpose})


def _latest_consent(facts: Facts) -> Consent | None:
    """The record in force; a withdrawal from surveys covers the asks that follow a case as well."""
    purposes = {facts.purpose, "*"} | ({"survey"} if facts.purpose in SURVEYS else set())
    relevant = [
        consent for consent in facts.consents if consent.channel in (facts.channel, "*") and consent.purpose in purposes
    ]
    return max(relevant, key=lambda consent: (consent.at, not consent.granted), default=None)


def _obstacles(facts: Facts, policy: Policy, now: datetime) -> Iterator[_Obstacle]:
    """What passes with time."""
    if facts.not_before:
        yield _Obstacle(rule="delay", free_at=facts.not_before, parameters={"not_before": facts.not_before.isoformat()})
    if facts.suppressed_by and facts.purpose in policy.suppressible:
        hours = policy.suppression_recheck_hours
        yield _Obstacle(
            rule=facts.suppressed_by, free_at=now + timedelta(hours=hours), parameters={"recheck_hours": hours}
        )
    if facts.family:
        same = [contact.at for contact in facts.contacts if contact.family == facts.family]
        yield from _rest("rest", policy.rest_of(facts.family), same, family=facts.family)
    if facts.purpose in policy.overall_purposes:
        any_survey = [contact.at for contact in facts.contacts if contact.purpose in policy.overall_purposes]
        yield from _rest("rest_overall", timedelta(days=policy.rest_days_overall), any_survey)
    for cap in policy.caps:
        yield from _cap(cap, facts)


def _rest(rule: str, rest: timedelta, earlier: list[datetime], **named: str) -> Iterator[_Obstacle]:
    if rest and earlier:
        last = max(earlier)
        days = rest / timedelta(days=1)
        yield _Obstacle(rule=rule, free_at=last + rest, parameters={"days": days, "last_at": last.isoformat(), **named})


def _cap(cap: Cap, facts: Facts) -> Iterator[_Obstacle]:
    if facts.purpose not in cap.purposes or cap.channel not in ("*", facts.channel):
        return
    counted = sorted(
        contact.at
        for contact in facts.contacts
        if contact.purpose in cap.purposes and cap.channel in ("*", contact.channel)
    )
    if cap.limit < 1:
        yield _Obstacle(rule="cap", free_at=NEVER, parameters=asdict(cap))
    elif len(counted) >= cap.limit:
        free_at = counted[-cap.limit] + timedelta(hours=cap.hours)
        yield _Obstacle(
            rule="cap",
            free_at=free_at,
            parameters={"limit": cap.limit, "hours": cap.hours, "channel": cap.channel},
        )


def _after_quiet_hours(facts: Facts, policy: Policy, now: datetime, last: _Obstacle | None) -> _Obstacle | None:
    """Move the time at which the way is free out of quiet hours; they are the rule only if nothing else is."""
    quiet = policy.quiet
    if quiet is None or quiet.start == quiet.end or facts.purpose not in quiet.purposes:
        return last
    zone = ZoneInfo(facts.zone)
    free_at = last.free_at if last and last.free_at else now
    if free_at >= NEVER or not quiet.covers(free_at, zone):
        return last
    end = quiet.end_after(free_at, zone)
    if last:
        return _Obstacle(rule=last.rule, free_at=end, parameters=last.parameters)
    parameters = {"start": f"{quiet.start:%H:%M}", "end": f"{quiet.end:%H:%M}", "zone": facts.zone}
    return _Obstacle(rule="quiet_hours", free_at=end, parameters=parameters)


def sample_position(ask_key: str) -> float:
    """Where an ask falls in [0, 1): the same key always at the same place, so that a sample can be checked."""
    return int.from_bytes(hashlib.blake2b(ask_key.encode(), digest_size=7).digest()) / 2**56


def policy_from(rules: Mapping[str, Any]) -> Policy:
    """A policy from its stored JSON; raises ``msgspec.ValidationError`` with the place of the mistake."""
    return msgspec.convert(rules, Policy, strict=False)


def facts_from(stored: Mapping[str, Any]) -> Facts:
    """The facts of a stored decision."""
    return msgspec.convert(stored, Facts)


def as_json(value: Facts | Policy) -> dict[str, Any]:
    """Plain JSON values; times in ISO 8601."""
    plain: dict[str, Any] = msgspec.to_builtins(value)
    return plain
