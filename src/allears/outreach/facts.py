"""Gathers the governor's facts for many customers in a few queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from allears.accounts.models import Workspace
from allears.customers.models import ConsentRecord, Customer
from allears.outreach import channels
from allears.outreach.contracts import Proposal
from allears.outreach.governor import SURVEYS, Consent, Contact, Facts, Policy
from allears.outreach.models import Decision
from allears.outreach.registry import register_suppressor, suppressors

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
    home = Workspace.objects.get(id=workspace_id)
    rows = (
        Customer.objects.in_workspace(workspace_id)
        .filter(id__in=set(customer_ids))
        .values("id", "key", "name", "email", "phone", "language", "timezone")
    )
    return {row["id"]: _addressee(row, home) for row in rows}


def _addressee(row: Mapping[str, Any], home: Workspace) -> Addressee:
    plain = {name: row[name] for name in ("id", "key", "name", "email", "phone")}
    return Addressee(
        **plain,
        language=row["language"] or home.language,
        zone=known_zone(row["timezone"], home.timezone),
        company=home.name,
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
    rows = (
        ConsentRecord.objects.in_workspace(workspace_id)
        .filter(customer_id__in=ids)
        .order_by("at", "id")
        .values_list("customer_id", "channel", "purpose", "granted", "at")
    )
    for customer_id, channel, purpose, granted, at in rows:
        latest[customer_id, channel, purpose] = Consent(channel=channel, purpose=purpose, granted=granted, at=at)
    consents = defaultdict(list)
    for (customer_id, _, _), consent in latest.items():
        consents[customer_id].append(consent)
    return consents


def _contacts(workspace_id: int, ids: set[int], *, policy: Policy, now: datetime) -> dict[int, list[Contact]]:
    """What was sent to them within the policy's memory, of the purposes that its clocks and caps count."""
    purposes = {*SURVEYS, *policy.overall_purposes, *(name for cap in policy.caps for name in cap.purposes)}
    contacts: dict[int, list[Contact]] = defaultdict(list)
    rows = (
        Decision.objects.in_workspace(workspace_id)
        .filter(customer_id__in=ids, at__gte=now - policy.memory(), verdict=Decision.Verdict.SENT)
        .filter(purpose__in=purposes)
        .order_by("at", "id")
        .values_list("customer_id", "at", "purpose", "family", "channel")
    )
    for customer_id, at, purpose, family, channel in rows:
        contacts[customer_id].append(Contact(at=at, purpose=purpose, family=family, channel=channel))
    return contacts


def _suppressed(workspace_id: int, ids: set[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    if ids:
        for suppressor in suppressors():
            found = {**suppressor(workspace_id=workspace_id, customer_ids=ids), **found}
    return found
