"""Gathers the governor's facts for many customers in a few queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from allears.outreach import channels
from allears.outreach.contracts import Proposal
from allears.outreach.governor import SURVEYS, Consent, Contact, Facts, Policy
from allears.outreach.registry import register_suppressor, suppressors
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


class Dossier:
    """The facts about the customers of one batch; grows with each verdict, so that later ones see earlier ones."""

    def __init__(
        self,
        *,
        people: Mapping[int, Addressee],
        consents: Mapping[int, Sequence[Consent]],
        contacts: Mapping[int, list[Contact]],
        suppressed: Mapping[int, str],
    ) -> None:
        self._people = people
        self._consents = consents
        self._contacts = defaultdict(list, contacts)
        self._suppressed = suppressed

    def facts(self, proposal: Proposal) -> Facts:
        person = self._people.get(proposal.customer_id)
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
            suppressed_by=self._suppressed.get(proposal.customer_id, ""),
            consents=tuple(self._consents.get(proposal.customer_id, ())),
            contacts=tuple(self._contacts.get(proposal.customer_id, ())),
        )

    def note_sent(self, proposal: Proposal, at: datetime) -> None:
        """A verdict "sent" is history for the next proposal of the same batch."""
        contact = Contact(at=at, purpose=proposal.purpose, family=proposal.family, channel=proposal.channel)
        self._contacts[proposal.customer_id].append(contact)


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


def addressees(*, workspace_id: int, customer_ids: Iterable[int]) -> dict[int, Addressee]:
    """The customers by id, with language and zone filled from the workspace where unknown."""
    ids = set(customer_ids)
    if not ids:
        return {}
    home = plain.select("SELECT name, language, timezone FROM accounts_workspace WHERE id = %s", [workspace_id])[0]
    these, parameters = plain.among("id", ids)
    rows = plain.select(
        "SELECT id, key, name, email, phone, language, timezone FROM customers_customer"  # noqa: S608 - own names
        f" WHERE workspace_id = %s AND {these}",
        [workspace_id, *parameters],
    )
    return {row[0]: _addressee(row, *home) for row in rows}


def _addressee(row: tuple[Any, ...], company: str, home_language: str, home_zone: str) -> Addressee:
    number, key, name, email, phone, language, zone = row
    return Addressee(
        id=number,
        key=key,
        name=name,
        email=email,
        phone=phone,
        language=language or home_language,
        zone=known_zone(zone, home_zone),
        company=company,
    )


def gather(*, workspace_id: int, proposals: Sequence[Proposal], policy: Policy, now: datetime) -> Dossier:
    """All facts for these proposals: four queries, whatever their number."""
    ids = {proposal.customer_id for proposal in proposals}
    return Dossier(
        people=addressees(workspace_id=workspace_id, customer_ids=ids),
        consents=_consents(workspace_id, ids),
        contacts=_contacts(workspace_id, ids, policy=policy, now=now),
        suppressed=_suppressed(workspace_id, {p.customer_id for p in proposals if p.purpose in policy.suppressible}),
    )


def _consents(workspace_id: int, ids: set[int]) -> dict[int, list[Consent]]:
    latest: dict[tuple[int, str, str], Consent] = {}
    these, parameters = plain.among("customer_id", ids)
    rows = plain.select(
        "SELECT customer_id, channel, purpose, granted, at FROM customers_consentrecord"  # noqa: S608 - own names
        f" WHERE workspace_id = %s AND {these} ORDER BY at, id",
        [workspace_id, *parameters],
    )
    for customer_id, channel, purpose, granted, at in rows:
        said = Consent(channel=channel, purpose=purpose, granted=bool(granted), at=_time(at))
        latest[customer_id, channel, purpose] = said
    consents = defaultdict(list)
    for (customer_id, _, _), consent in latest.items():
        consents[customer_id].append(consent)
    return consents


def _time(value: datetime) -> datetime:
    found = plain.moment(value)
    assert found is not None
    return found


def _contacts(workspace_id: int, ids: set[int], *, policy: Policy, now: datetime) -> dict[int, list[Contact]]:
    """What was sent to them within the policy's memory, of the purposes that its clocks and caps count."""
    purposes = {*SURVEYS, *policy.overall_purposes, *(name for cap in policy.caps for name in cap.purposes)}
    contacts: dict[int, list[Contact]] = defaultdict(list)
    these, who = plain.among("customer_id", ids)
    wanted, what = plain.among("purpose", purposes)
    rows = plain.select(
        "SELECT customer_id, at, purpose, family, channel FROM outreach_decision"  # noqa: S608 - own names
        f" WHERE workspace_id = %s AND {these} AND at >= %s AND verdict = 'sent' AND {wanted} ORDER BY at, id",
        [workspace_id, *who, plain.written(now - policy.memory()), *what],
    )
    for customer_id, at, purpose, family, channel in rows:
        contacts[customer_id].append(Contact(at=_time(at), purpose=purpose, family=family, channel=channel))
    return contacts


def _suppressed(workspace_id: int, ids: set[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    if ids:
        for suppressor in suppressors():
            found = {**suppressor(workspace_id=workspace_id, customer_ids=ids), **found}
    return found
