"""Gathers the governor's facts for many customers in a few queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from allears.outreach import channels
from allears.outreach.auction import History, Past
from allears.outreach.contracts import Proposal
from allears.outreach.delivery import queries as delivery
from allears.outreach.governor import SURVEYS, Consent, Contact, Facts, Policy, Quota, Rival, Way
from allears.outreach.registry import credit_counters, register_suppressor, suppressor_queries
from allears.outreach.returned import AGAIN, family_of, is_again
from allears.store import plain

__all__ = ["Addressee", "Dossier", "addressees", "gather", "register_suppressor"]


@dataclass(frozen=True, kw_only=True)
class Addressee:
    """What of a customer the door out needs to know."""

    id: int
    key: str
    name: str
    email: str
    phone: str
    language: str
    zone: str
    company: str  # the name of the workspace that speaks to them
    segment: str = ""
    handles: Mapping[str, str] = field(default_factory=dict)  # other names, where a channel reaches them by one


Kin = Mapping[int, frozenset[int]]  # customer → those who turned out to be the same person: their past is one


@dataclass(frozen=True, kw_only=True)
class Roads:
    """Which ways are closed: channels that are off, and addresses that are barred."""

    off: frozenset[str] = frozenset()
    barred: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def closed(self, channel: str, address: str) -> str:
        """Why, or empty."""
        return "channel_off" if channel in self.off else self.barred.get((channel, address), "")


@dataclass(kw_only=True)
class Dossier:
    """The facts about the customers of one batch; grows with each verdict, so that later ones see earlier ones."""

    people: Mapping[int, Addressee]
    consents: Mapping[int, Sequence[Consent]]
    history: History
    suppressed: Mapping[int, str]
    credits: dict[str, Mapping[int, int]]  # by channels that take a grant for each message
    used: dict[tuple[str, str], int]  # (probe, cell) → asks made
    now: datetime
    soon: datetime  # until when a waiting ask is a rival
    roads: Roads = field(default_factory=Roads)
    kin: Kin = field(default_factory=dict)

    def facts(self, proposal: Proposal) -> Facts:
        number = proposal.customer_id
        person = self.people.get(number)
        rank = (proposal.priority, proposal.worth.bid if proposal.worth else 0.0)
        rivals: tuple[Rival, ...] = ()
        if proposal.purpose in SURVEYS and (number in self.history.sent or number in self.history.waiting):
            rivals = self.history.rivals(number, ask_key=proposal.ask_key, rank=rank, now=self.now)
        return Facts(
            purpose=proposal.purpose,
            family=proposal.family,
            channel=proposal.channel,
            ask_key=proposal.ask_key,
            zone=person.zone if person else "UTC",
            reachable=bool(person and channels.address(proposal.channel, person)),
            share=proposal.share,
            not_before=proposal.not_before,
            expires_at=proposal.expires_at,
            suppressed_by=self.suppressed.get(number, ""),
            consents=tuple(self.consents.get(number, ())),
            contacts=contacts_but_own(self.history.sent.get(number, ()), proposal.ask_key),
            customer=person.key if person else "",
            segment=person.segment if person else "",
            credits=self._credits(proposal.channel, number),
            undeliverable=self._closed(proposal.channel, person),
            present=channels.is_present(proposal.channel),
            fallbacks=tuple(
                Way(
                    channel=name,
                    reachable=bool(person and channels.address(name, person)),
                    credits=self._credits(name, number),
                    undeliverable=self._closed(name, person),
                    present=channels.is_present(name),
                )
                for name in proposal.fallbacks
            ),
            priority=proposal.priority,
            worth=proposal.worth,
            rivals=rivals,
            quota=self._quota(proposal),
            awaits=proposal.awaits,
            overtaken_by=proposal.overtaken_by,
        )

    def _closed(self, channel: str, person: Addressee | None) -> str:
        return self.roads.closed(channel, channels.address(channel, person) if person else "")

    def _credits(self, channel: str, customer_id: int) -> int | None:
        counted = self.credits.get(channel)
        return None if counted is None else counted.get(customer_id, 0)

    def _quota(self, proposal: Proposal) -> Quota | None:
        allowed = proposal.allowance
        if allowed is None:
            return None
        return Quota(limit=allowed.limit, cell=allowed.cell, used=self.used.get((proposal.probe_key, allowed.cell), 0))

    def note_sent(self, proposal: Proposal, channel: str) -> None:
        """A verdict "sent" is history for the next proposal of the same batch."""
        person = (proposal.customer_id, *self.kin.get(proposal.customer_id, ()))
        for number in person:
            self.history.sent.setdefault(number, []).append(_past(proposal, channel, self.now))
        left = self.credits.get(channel)
        if left is not None:
            self.credits[channel] = {**left, **{number: left.get(number, 0) - 1 for number in person}}
        if proposal.allowance:
            cell = (proposal.probe_key, proposal.allowance.cell)
            self.used[cell] = self.used.get(cell, 0) + 1

    def note_held(self, proposal: Proposal, channel: str, until: datetime) -> None:
        """One that waits and is due soon is a rival of the next ones."""
        if until > self.soon:
            return
        for number in (proposal.customer_id, *self.kin.get(proposal.customer_id, ())):
            self.history.waiting.setdefault(number, []).append(_past(proposal, channel, until))


def contacts_but_own(sent: Sequence[Past], ask_key: str) -> tuple[Contact, ...]:
    """What was said to the customer; an earlier way of the same ask came back, and was not said."""
    if not is_again(ask_key):
        return tuple(past.contact for past in sent)
    own = family_of(ask_key)
    return tuple(past.contact for past in sent if family_of(past.ask_key) != own)


def _past(proposal: Proposal, channel: str, at: datetime) -> Past:
    contact = Contact(
        at=at, purpose=proposal.purpose, family=proposal.family, channel=channel, probe=proposal.probe_key
    )
    return Past(contact, proposal.ask_key, proposal.priority, proposal.worth.bid if proposal.worth else 0.0)


@lru_cache(maxsize=1024)
def known_zone(name: str, fallback: str) -> str:
    """The customer's zone if it exists, else the workspace's, else UTC."""
    for candidate in (name, fallback):
        try:
            if candidate and ZoneInfo(candidate):
                return candidate
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return "UTC"


def addressees(
    *, workspace_id: int, customer_ids: Iterable[int], names_for: Iterable[str] = ()
) -> dict[int, Addressee]:
    """The customers by id, with language and zone filled from the workspace where unknown.

    ``names_for``: channels; where one reaches people by a name of its own, these names come along.
    """
    ids = set(customer_ids)
    if not ids:
        return {}
    people, handles = plain.together(
        _people_query(workspace_id, ids), _handles_query(workspace_id, ids, channels.identifiers(names_for))
    )
    return _people(people, handles)


def _people_query(workspace_id: int, ids: Collection[int]) -> plain.Query:
    these, parameters = plain.among("mine.id", ids)
    return plain.Query(
        "SELECT mine.id, mine.key, mine.name, mine.email, mine.phone, mine.language, mine.timezone, mine.segment,"  # noqa: S608 - own names
        " home.name, home.language, home.timezone"
        " FROM customers_customer AS mine JOIN accounts_workspace AS home ON home.id = mine.workspace_id"
        f" WHERE mine.workspace_id + 0 = %s AND {these}",  # by their ids, never by way of all the workspace's
        [workspace_id, *parameters],
    )


def _handles_query(workspace_id: int, ids: Collection[int], kinds: Collection[str]) -> plain.Query | None:
    """Their names of these kinds, the newest last."""
    if not kinds:
        return None
    whose, parameters = plain.among("customer_id", ids)
    wanted, named = plain.among("kind", sorted(kinds))
    return plain.Query(
        "SELECT customer_id, kind, value FROM customers_identifier"  # noqa: S608 - own names
        f" WHERE workspace_id = %s AND {whose} AND {wanted} AND shared_at IS NULL ORDER BY created_at, id",
        [workspace_id, *parameters, *named],
    )


def _people(rows: plain.Rows, handles: plain.Rows) -> dict[int, Addressee]:
    """Each with the newest name of each kind."""
    named: dict[int, dict[str, str]] = defaultdict(dict)
    for customer_id, kind, value in handles:
        named[customer_id][kind] = value
    return {row[0]: _addressee(row, named[row[0]]) for row in rows}


def _addressee(row: tuple[Any, ...], handles: Mapping[str, str]) -> Addressee:
    number, key, name, email, phone, language, zone, segment, company, home_language, home_zone = row
    return Addressee(
        id=number,
        key=key,
        name=name,
        email=email,
        phone=phone,
        language=language or home_language,
        zone=known_zone(zone, home_zone),
        company=company,
        segment=segment,
        handles=handles,
    )


def gather(*, workspace_id: int, proposals: Sequence[Proposal], policy: Policy, now: datetime) -> Dossier:
    """All facts for these proposals: a handful of queries, whatever their number."""
    look = Look(workspace_id=workspace_id, proposals=proposals, now=now)
    return look.dossier(*plain.together(*look.queries()), policy=policy)


@dataclass(frozen=True, kw_only=True)
class Look:
    """A look at the customers of some proposals, in two steps: the first needs no policy, and may be asked with it."""

    workspace_id: int
    proposals: Sequence[Proposal]
    now: datetime

    def queries(self) -> list[plain.Query | None]:
        """What is asked first, to be handed to ``dossier``."""
        return [
            _people_query(self.workspace_id, self._ids),
            _handles_query(self.workspace_id, self._ids, channels.identifiers(self._names)),
            _consents_query(self.workspace_id, self._ids, self.now),
            _kin_query(self.workspace_id, self._ids),
        ]

    def dossier(
        self, people: plain.Rows, handles: plain.Rows, consents: plain.Rows, merged: plain.Rows, *, policy: Policy
    ) -> Dossier:
        """All facts, with what the policy wants to know beside."""
        workspace_id, known = self.workspace_id, _people(people, handles)
        kin = _kin(merged)
        others = {number for kindred in kin.values() for number in kindred} - self._ids
        barred, past, more, *suppressed = plain.together(
            delivery.barred_query(workspace_id=workspace_id, addresses=self._addresses(known)),
            _history_query(workspace_id, self._ids | others, policy=policy, now=self.now),
            _consents_query(workspace_id, others, self.now) if others else None,
            *self._suppressors(policy, others),
        )
        whose = _whose(self._ids, kin)
        off = delivery.unusable(workspace_id=workspace_id, names=self._names)
        return Dossier(
            people=known,
            roads=Roads(off=frozenset(off), barred=delivery.barred_among(barred)),
            consents=_consents([*consents, *more], whose),
            history=_history(past, whose),
            suppressed={
                number: reason for rows in reversed(suppressed) for each, reason in rows for number in whose[each]
            },
            credits=_counted_credits(workspace_id, self.proposals, kin),
            used=_used(workspace_id, self.proposals),
            now=self.now,
            soon=self.now + timedelta(hours=policy.auction_hours),
            kin=kin,
        )

    def _suppressors(self, policy: Policy, others: set[int]) -> list[plain.Query]:
        """The first to give a reason is the one that is named."""
        ids = {each.customer_id for each in self.proposals if each.purpose in policy.suppressible}
        if not ids:
            return []
        asked = ids | others
        return [suppressor(workspace_id=self.workspace_id, customer_ids=asked) for suppressor in suppressor_queries()]

    @cached_property
    def _ids(self) -> set[int]:
        return {each.customer_id for each in self.proposals}

    @cached_property
    def _names(self) -> set[str]:
        """Of the channels."""
        return {name for each in self.proposals for name in (each.channel, *each.fallbacks)}

    def _addresses(self, people: Mapping[int, Addressee]) -> set[str]:
        return {channels.address(name, person) for name in self._names for person in people.values()} - {""}


def _counted_credits(workspace_id: int, proposals: Sequence[Proposal], kin: Kin) -> dict[str, Mapping[int, int]]:
    """What each allowed, and what was allowed under another name of the same person."""
    counters = credit_counters()
    wanted: dict[str, set[int]] = {}
    for proposal in proposals if counters else ():
        for channel in (proposal.channel, *proposal.fallbacks):
            if channel in counters:
                wanted.setdefault(channel, set()).add(proposal.customer_id)
    found: dict[str, Mapping[int, int]] = {}
    for name, ids in wanted.items():
        persons = {number: {number, *kin.get(number, ())} for number in ids}
        left = counters[name](workspace_id=workspace_id, customer_ids=set().union(*persons.values()))
        found[name] = {number: sum(left.get(each, 0) for each in person) for number, person in persons.items()}
    return found


def _used(workspace_id: int, proposals: Sequence[Proposal]) -> dict[tuple[str, str], int]:
    """How many asks each probe with a quota has made, in all and by segment."""
    since = {each.probe_key: each.allowance.since for each in proposals if each.allowance}
    used: dict[tuple[str, str], int] = {}
    for probe_key, moment in since.items():
        rows = plain.select(
            "SELECT segment, count(*) FROM outreach_decision WHERE workspace_id = %s AND probe_key = %s"
            " AND verdict = 'sent' AND at >= %s AND ask_key NOT LIKE %s GROUP BY segment",
            [workspace_id, probe_key, plain.written(moment), f"%{AGAIN}%"],
        )
        for segment, number in rows:
            used[probe_key, ""] = used.get((probe_key, ""), 0) + number
            if segment:
                used[probe_key, segment] = number
    return used


def _kin_query(workspace_id: int, ids: Collection[int]) -> plain.Query:
    """Up to whom each was merged into in the end, and down to all who were merged into that one."""
    these, parameters = plain.among("mine.id", ids)
    return plain.Query(
        "WITH RECURSIVE up (asked, id, above) AS ("  # noqa: S608 - own names
        "SELECT mine.id, mine.id, mine.merged_into_id FROM customers_customer AS mine"
        f" WHERE mine.workspace_id + 0 = %s AND {these}"
        " UNION ALL SELECT up.asked, head.id, head.merged_into_id"
        " FROM up JOIN customers_customer AS head ON head.id = up.above),"
        " kin (asked, id) AS (SELECT up.asked, up.id FROM up WHERE up.above IS NULL"
        " UNION ALL SELECT kin.asked, part.id FROM kin JOIN customers_customer AS part ON part.merged_into_id = kin.id)"
        " SELECT kin.asked, kin.id FROM kin WHERE kin.id <> kin.asked",
        [workspace_id, *parameters],
    )


def _kin(rows: plain.Rows) -> Kin:
    found: dict[int, set[int]] = defaultdict(set)
    for asked, number in rows:
        found[asked].add(number)
    return {asked: frozenset(numbers) for asked, numbers in found.items()}


def _whose(ids: Collection[int], kin: Kin) -> Mapping[int, list[int]]:
    """For whom the past of each customer counts."""
    found: dict[int, list[int]] = defaultdict(list, {number: [number] for number in ids})
    for asked, numbers in kin.items():
        for number in numbers:
            found[number].append(asked)
    return found


def _consents_query(workspace_id: int, ids: Collection[int], now: datetime) -> plain.Query:
    these, parameters = plain.among("customer_id", ids)
    return plain.Query(
        "SELECT customer_id, channel, purpose, granted, at, id FROM customers_consentrecord"  # noqa: S608 - own names
        f" WHERE workspace_id = %s AND {these} AND at <= %s ORDER BY at, id",  # a pause's end lies ahead
        [workspace_id, *parameters, plain.written(now)],
    )


def _consents(rows: plain.Rows, whose: Mapping[int, Sequence[int]]) -> dict[int, list[Consent]]:
    latest: dict[tuple[int, str, str], Consent] = {}
    for customer_id, channel, purpose, granted, at, _id in sorted(rows, key=lambda row: (row[4], row[5])):
        said = Consent(channel=channel, purpose=purpose, granted=bool(granted), at=_time(at))
        latest |= {(number, channel, purpose): said for number in whose[customer_id]}
    consents = defaultdict(list)
    for (customer_id, _, _), consent in latest.items():
        consents[customer_id].append(consent)
    return consents


def _time(value: datetime) -> datetime:
    found = plain.moment(value)
    assert found is not None
    return found


def counted_purposes(policy: Policy) -> set[str]:
    """The purposes that the policy's clocks and caps count."""
    return {*SURVEYS, *policy.overall_purposes, *(name for cap in policy.caps for name in cap.purposes)}


def _history_query(workspace_id: int, ids: Collection[int], *, policy: Policy, now: datetime) -> plain.Query:
    """What was sent to them within the policy's memory, and which asks wait to be made within the auction's time."""
    these, who = plain.among("customer_id", ids)
    wanted, what = plain.among("purpose", counted_purposes(policy))
    return plain.Query(
        "SELECT customer_id, at, purpose, family, channel, probe_key, ask_key, priority, bid, held_until"  # noqa: S608 - own names
        f" FROM outreach_decision WHERE workspace_id = %s AND {these} AND {wanted}"
        " AND (verdict = 'sent' AND at >= %s OR"
        " verdict = 'held' AND settled_at IS NULL AND held_until <= %s AND rule <> 'absence') ORDER BY at, id",
        [
            workspace_id,
            *who,
            *what,
            plain.written(now - policy.memory()),
            plain.written(now + timedelta(hours=policy.auction_hours)),
        ],
    )


def _history(rows: plain.Rows, whose: Mapping[int, Sequence[int]]) -> History:
    found = History(sent={}, waiting={})
    for customer_id, at, purpose, family, channel, probe, ask_key, priority, bid, held_until in rows:
        due = plain.moment(held_until)
        contact = Contact(at=due or _time(at), purpose=purpose, family=family, channel=channel, probe=probe)
        there = found.waiting if due else found.sent
        for number in whose[customer_id]:
            there.setdefault(number, []).append(Past(contact, ask_key, priority, bid or 0.0))
    return found
