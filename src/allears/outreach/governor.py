"""The governor: may we contact this customer now? One pure function, so that every verdict can be replayed.

``judge(facts, policy, now)`` reads nothing but its arguments. Each rule that stands in the way says when the way is
free again; the last of these times, moved out of quiet hours, is when the ask is decided anew. An ask that would be
free only after it has expired is never made.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec

VerdictName = Literal["sent", "held", "never"]
SURVEYS = ("survey", "follow_up")  # purposes in which we want something from the customer
NEVER = datetime(9000, 1, 1, tzinfo=UTC)
MOMENT = timedelta(seconds=1)  # after a better ask is decided, the next one is
ORDER = (  # in which the rules are looked at, and shown
    "sampled_out", "hold_out", "overtaken", "expired", "quota", "no_address", "undeliverable", "consent", "no_grant",
    "no_credit", "outbid", "absence", "delay", "open_case", "rest", "rest_overall", "own_rest", "cap", "quiet_hours",
)  # fmt: skip
EVERY = "every/"  # a consent to this purpose says how many days lie between two surveys at least: every/30
LONGEST_EVERY = 90.0  # days that a customer can choose
# another channel may be free of these
OF_A_CHANNEL = ("no_address", "undeliverable", "consent", "no_grant", "no_credit")


@dataclass(frozen=True, kw_only=True)
class Contact:
    """One ask or message that was sent before."""

    at: datetime
    purpose: str
    family: str
    channel: str
    probe: str = ""  # who asked, for the explanation


@dataclass(frozen=True, kw_only=True)
class Way:
    """Another channel to try, in the order of preference."""

    channel: str
    reachable: bool
    credits: int | None = None
    undeliverable: str = ""
    present: bool = False


@dataclass(frozen=True, kw_only=True)
class Worth:
    """What this ask would teach, and the figures behind it (see science.information)."""

    bid: float
    variance: float
    answers: int
    weight: float = 1.0
    propensity: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Rival:
    """Another ask of the same customer that teaches more: one that has just won, or one that is due soon."""

    ask_key: str
    probe: str
    purpose: str
    family: str
    channel: str
    priority: int
    bid: float
    at: datetime
    won: bool


@dataclass(frozen=True, kw_only=True)
class Quota:
    """How many asks a probe makes in one cell (a segment; empty: in all), and how many it has made."""

    limit: int
    used: int = 0
    cell: str = ""


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
    undeliverable: str = ""  # why the channel cannot carry it: bounce, complaint, stop, channel_off
    present: bool = False  # the customer is here already, so no hour is a quiet one
    share: float = 1.0
    not_before: datetime | None = None
    expires_at: datetime | None = None
    suppressed_by: str = ""  # why no survey may go out now, e.g. "open_case"
    consents: tuple[Consent, ...] = ()
    contacts: tuple[Contact, ...] = ()
    customer: str = ""  # the pseudonymous key, by which the hold-out is drawn
    segment: str = ""
    credits: int | None = None  # grants left on a channel that takes one for each message; None: it takes none
    fallbacks: tuple[Way, ...] = ()
    priority: int = 0
    worth: Worth | None = None
    rivals: tuple[Rival, ...] = ()  # that outrank this ask
    quota: Quota | None = None
    awaits: str = ""  # the event whose absence is waited for until ``not_before``
    overtaken_by: str = ""  # why the ask has lost its cause: that event came after all

    @property
    def rank(self) -> tuple[int, float]:
        return (self.priority, self.worth.bid if self.worth else 0.0)


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
    holdout_share: float = 0.0  # of the customers, who are never surveyed: what asking does shows against them
    holdout_salt: str = ""  # another word draws another group
    auction_hours: float = 24.0  # an ask gives way to a better one of the same customer that is due within these

    def rest_of(self, family: str) -> timedelta:
        return timedelta(days=self.rest_days.get(family, self.rest_days_other))

    def memory(self) -> timedelta:
        """How far back contacts can still matter."""
        days = [*self.rest_days.values(), self.rest_days_other, self.rest_days_overall]
        days.append(LONGEST_EVERY)
        return max(timedelta(days=max(days)), *(timedelta(hours=cap.hours) for cap in self.caps), timedelta(0))


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What was decided, by which rule, on which figures; ``until`` is set when held."""

    name: VerdictName
    rule: str
    until: datetime | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    channel: str = ""  # by which to ask


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One rule, as it was looked at: whether it stands in the way, until when, on which figures."""

    rule: str
    outcome: Literal["free", "waits", "bars"]
    until: datetime | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class _Obstacle:
    rule: str
    free_at: datetime | None  # None: never
    parameters: Mapping[str, Any]


def judge(facts: Facts, policy: Policy, now: datetime) -> Verdict:
    """The verdict on one wish to contact one customer. Pure: equal arguments give equal verdicts.

    What bars the preferred channel alone lets the next one be tried; if none is free, the first one's bar counts.
    """
    first = _judge_way(facts, policy, now)
    if first.rule not in OF_A_CHANNEL or not facts.fallbacks or first.parameters.get("too_late"):
        return first
    tried = [{"channel": facts.channel, "rule": first.rule}]
    for way in facts.fallbacks:
        here = _by(facts, way)
        verdict = _judge_way(here, policy, now)
        if verdict.rule not in OF_A_CHANNEL:
            return replace(verdict, parameters={**verdict.parameters, "tried": tried})
        tried.append({"channel": way.channel, "rule": verdict.rule})
    return replace(first, parameters={**first.parameters, "tried": tried})


def _by(facts: Facts, way: Way) -> Facts:
    """The same wish by another channel."""
    return replace(
        facts,
        channel=way.channel,
        reachable=way.reachable,
        credits=way.credits,
        undeliverable=way.undeliverable,
        present=way.present,
    )


def _judge_way(facts: Facts, policy: Policy, now: datetime) -> Verdict:
    for bar in _bars(facts, policy, now):
        return Verdict(name="never", rule=bar.rule, parameters=bar.parameters, channel=facts.channel)
    last: _Obstacle | None = None
    for obstacle in _obstacles(facts, policy, now):
        if obstacle.free_at and obstacle.free_at > (last.free_at if last and last.free_at else now):
            last = obstacle
    last = _after_quiet_hours(facts, policy, now, last)
    if last is None or last.free_at is None:
        return Verdict(name="sent", rule="allowed", channel=facts.channel)
    if facts.expires_at and last.free_at >= facts.expires_at:
        return Verdict(
            name="never",
            rule=last.rule,
            parameters={**last.parameters, "free_at": last.free_at.isoformat(), "too_late": True},
            channel=facts.channel,
        )
    return Verdict(name="held", rule=last.rule, until=last.free_at, parameters=last.parameters, channel=facts.channel)


def examine(facts: Facts, policy: Policy, now: datetime) -> list[Finding]:
    """Every rule in its order with the figures used, for the channel that the verdict names: the whole reasoning."""
    verdict = judge(facts, policy, now)
    here = next(
        (_by(facts, way) for way in facts.fallbacks if way.channel == verdict.channel != facts.channel),
        facts,
    )
    found: dict[str, Finding] = {}
    for bar in _bars(here, policy, now):
        found.setdefault(bar.rule, Finding(rule=bar.rule, outcome="bars", parameters=bar.parameters))
    for obstacle in [*_obstacles(here, policy, now), _after_quiet_hours(here, policy, now, None)]:
        if obstacle is None or obstacle.free_at is None:
            continue
        waits = obstacle.free_at > now
        known = found.get(obstacle.rule)
        if known is None or (waits and (known.until is None or obstacle.free_at > known.until)):
            found[obstacle.rule] = Finding(
                rule=obstacle.rule,
                outcome="waits" if waits else "free",
                until=obstacle.free_at if waits else None,
                parameters=obstacle.parameters,
            )
    rules = [*ORDER, *(rule for rule in found if rule not in ORDER)]
    return [found.get(rule, Finding(rule=rule, outcome="free")) for rule in rules]


def _bars(facts: Facts, policy: Policy, now: datetime) -> Iterator[_Obstacle]:
    """What no waiting will cure."""
    if facts.share < 1.0 and sample_position(facts.ask_key) >= facts.share:
        yield _Obstacle(rule="sampled_out", free_at=None, parameters={"share": facts.share})
    if _held_out(facts, policy):
        yield _Obstacle(rule="hold_out", free_at=None, parameters={"share": policy.holdout_share})
    if facts.overtaken_by:
        yield _Obstacle(rule="overtaken", free_at=None, parameters={"event": facts.overtaken_by})
    if facts.expires_at and now >= facts.expires_at:
        yield _Obstacle(rule="expired", free_at=None, parameters={"expired_at": facts.expires_at.isoformat()})
    if facts.quota and facts.quota.used >= facts.quota.limit:
        yield _Obstacle(rule="quota", free_at=None, parameters=asdict(facts.quota))
    if not facts.reachable:
        yield _Obstacle(rule="no_address", free_at=None, parameters={"channel": facts.channel})
    if facts.undeliverable:
        found = {"channel": facts.channel, "reason": facts.undeliverable}
        yield _Obstacle(rule="undeliverable", free_at=None, parameters=found)
    consent = _latest_consent(facts)
    if consent and not consent.granted:
        yield _Obstacle(rule="consent", free_at=None, parameters={"withdrawn_at": consent.at.isoformat()})
    if consent is None and facts.purpose in policy.needs_grant:
        yield _Obstacle(rule="no_grant", free_at=None, parameters={"purpose": facts.purpose})
    if facts.credits is not None and facts.credits < 1:
        yield _Obstacle(rule="no_credit", free_at=None, parameters={"channel": facts.channel, "left": facts.credits})


def _held_out(facts: Facts, policy: Policy) -> bool:
    """Always the same customers, whatever asks them."""
    if not (policy.holdout_share and facts.customer and facts.purpose in SURVEYS):
        return False
    return sample_position(f"hold-out:{policy.holdout_salt}:{facts.customer}") < policy.holdout_share


def _latest_consent(facts: Facts) -> Consent | None:
    """The record in force; a withdrawal from surveys covers the asks that follow a case as well."""
    purposes = {facts.purpose, "*"} | ({"survey"} if facts.purpose in SURVEYS else set())
    relevant = [
        consent for consent in facts.consents if consent.channel in (facts.channel, "*") and consent.purpose in purposes
    ]
    return max(relevant, key=lambda consent: (consent.at, not consent.granted), default=None)


def _obstacles(facts: Facts, policy: Policy, now: datetime) -> Iterator[_Obstacle]:
    """What passes with time."""
    yield from _outbid(facts, policy)
    if facts.not_before:
        named = {"event": facts.awaits} if facts.awaits else {}
        yield _Obstacle(
            rule="absence" if facts.awaits else "delay",
            free_at=facts.not_before,
            parameters={"not_before": facts.not_before.isoformat(), **named},
        )
    if facts.suppressed_by and facts.purpose in policy.suppressible:
        hours = policy.suppression_recheck_hours
        yield _Obstacle(
            rule=facts.suppressed_by, free_at=now + timedelta(hours=hours), parameters={"recheck_hours": hours}
        )
    yield from _scarce(facts, policy)


def _outbid(facts: Facts, policy: Policy) -> Iterator[_Obstacle]:
    """A better ask takes the place where the two cannot both be made; where both can, it is no rival."""
    for rival in facts.rivals:
        if (rival.priority, rival.bid) <= facts.rank:
            continue
        asked = Contact(
            at=rival.at, purpose=rival.purpose, family=rival.family, channel=rival.channel, probe=rival.probe
        )
        after = replace(facts, contacts=(*facts.contacts, asked))
        free_at = max((each.free_at for each in _scarce(after, policy) if each.free_at), default=rival.at)
        if free_at <= rival.at:
            continue
        mine = facts.rank
        yield _Obstacle(
            rule="outbid",
            free_at=free_at if rival.won else rival.at + MOMENT,
            parameters={
                "winner": rival.probe or rival.purpose,
                "winner_ask": rival.ask_key,
                "winner_at": rival.at.isoformat(),
                "winner_bid": rival.bid,
                "winner_priority": rival.priority,
                "bid": mine[1],
                "priority": mine[0],
                "won": rival.won,
            },
        )


def _scarce(facts: Facts, policy: Policy) -> Iterator[_Obstacle]:
    """What asks of one customer take from each other: rests and caps."""
    if facts.family:
        same = [contact for contact in facts.contacts if contact.family == facts.family]
        yield from _rest("rest", policy.rest_of(facts.family), same, family=facts.family)
    if facts.purpose in policy.overall_purposes:
        any_survey = [contact for contact in facts.contacts if contact.purpose in policy.overall_purposes]
        yield from _rest("rest_overall", timedelta(days=policy.rest_days_overall), any_survey)
    if facts.purpose == "survey" and (days := _own_rest(facts)):
        any_survey = [contact for contact in facts.contacts if contact.purpose == "survey"]
        yield from _rest("own_rest", timedelta(days=days), any_survey)
    for cap in policy.caps:
        yield from _cap(cap, facts)


def _own_rest(facts: Facts) -> int:
    """What the customer has chosen, in days; the policy's rests hold besides."""
    said = [consent for consent in facts.consents if consent.purpose.startswith(EVERY)]
    last = max(said, key=lambda consent: (consent.at, consent.granted), default=None)
    return int(last.purpose.removeprefix(EVERY)) if last and last.granted else 0


def _rest(rule: str, rest: timedelta, earlier: list[Contact], **named: str) -> Iterator[_Obstacle]:
    if rest and earlier:
        last = max(earlier, key=lambda contact: contact.at)
        days = rest / timedelta(days=1)
        asked_by = {"last_probe": last.probe} if last.probe else {}
        figures = {"days": days, "last_at": last.at.isoformat(), **asked_by, **named}
        yield _Obstacle(rule=rule, free_at=last.at + rest, parameters=figures)


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
    if quiet is None or quiet.start == quiet.end or facts.purpose not in quiet.purposes or facts.present:
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


_NOTHING: tuple[Any, ...] = (None, "", 0, (), [])
_SELDOM = (
    "customer", "segment", "credits", "fallbacks", "priority", "worth", "rivals", "quota", "awaits", "overtaken_by"
)  # fmt: skip


def as_json(value: Facts | Policy) -> dict[str, Any]:
    """Plain JSON values; times in ISO 8601. Facts that do not matter to an ask are left out."""
    plain: dict[str, Any] = msgspec.to_builtins(value)
    if isinstance(value, Facts):
        for name in _SELDOM:
            if plain.get(name) in _NOTHING and not (name == "credits" and value.credits == 0):
                plain.pop(name, None)
    return plain


def digest(facts: Mapping[str, Any], version: int) -> str:
    """A fingerprint of the inputs of a verdict: the stored facts and the version of the policy."""
    written = msgspec.json.encode([version, facts], order="sorted")
    return hashlib.blake2b(written, digest_size=16).hexdigest()
