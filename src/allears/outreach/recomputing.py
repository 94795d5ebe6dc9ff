"""The ledger against the raw history: each verdict worked out again from what happened, not from what was noted.

What the proposer wished (channels, share, times, worth, quota) is taken from the row, and so is what a channel said of
itself: grants left, barred addresses, whether it was on. All else that concerns the customer
is gathered anew as it stood at that moment: consents, what was sent, open cases, address, zone, segment and rivals.
Then the same function judges by the policy of that time, and both facts and verdict are compared.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from allears.customers.actions.traits import apply_traits
from allears.customers.merged_then import columns_then, consents_then, kin_then
from allears.customers.models import AttributeValue, Customer
from allears.outreach import channels
from allears.outreach.auction import History, Past
from allears.outreach.facts import Addressee, addressees, contacts_but_own, counted_purposes, known_zone
from allears.outreach.governor import (
    SURVEYS,
    Consent,
    Contact,
    Facts,
    Policy,
    Quota,
    Verdict,
    as_json,
    digest,
    facts_from,
    judge,
    policy_from,
)
from allears.outreach.models import Decision
from allears.outreach.models import Policy as PolicyRow
from allears.outreach.registry import suppressors
from allears.outreach.returned import first_tries

GIVEN = ("name", "email", "phone", "timezone", "segment")


class ErasedError(LookupError):
    """The customer was erased, and the facts with them: the verdict counts on, and can no longer be recomputed."""


@dataclass(frozen=True, kw_only=True)
class Recomputation:
    """One verdict, worked out again."""

    decision_id: int
    verdict: Verdict
    facts: Facts
    agrees: bool  # the verdict: name, rule, time
    intact: bool  # the row's facts are those that were stored (by their fingerprint)
    differences: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)  # fact → (stored, from the history)


@dataclass(frozen=True, kw_only=True)
class Audit:
    """Many verdicts, worked out again."""

    checked: int = 0
    agreed: int = 0
    erased: int = 0
    facts_differ: int = 0
    tampered: int = 0
    disagreements: tuple[Recomputation, ...] = ()


def recompute(*, decision: Decision) -> Recomputation:
    """Judge one decision again from the raw history; raises ErasedError."""
    told = decision.facts.get("facts")
    if decision.customer_id is None or not told:
        raise ErasedError(decision.pk)
    stored = facts_from(told)
    row = PolicyRow.objects.in_workspace(decision.workspace_id).get(version=decision.policy_version)
    policy = policy_from(row.rules)
    facts = facts_then(decision=decision, stored=stored, policy=policy)
    verdict = judge(facts, policy, decision.at)
    before, after = as_json(stored), as_json(facts)
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return Recomputation(
        decision_id=decision.pk,
        verdict=verdict,
        facts=facts,
        agrees=(verdict.name, verdict.rule, verdict.until) == (decision.verdict, decision.rule, decision.held_until),
        intact=not decision.digest or decision.digest == digest(told, decision.policy_version),
        differences={name: (before.get(name), after.get(name)) for name in names},
    )


def audit(*, workspace_id: int, sample: int, seed: int, rows: QuerySet[Decision] | None = None) -> Audit:
    """Recompute a random sample of decisions; the same seed takes the same ones."""
    chosen = rows if rows is not None else Decision.objects.in_workspace(workspace_id)
    found = {"checked": 0, "agreed": 0, "erased": 0, "facts_differ": 0, "tampered": 0}
    wrong: list[Recomputation] = []
    for decision in _drawn(chosen, sample, seed):
        try:
            again = recompute(decision=decision)
        except ErasedError:
            found["erased"] += 1
            continue
        found["checked"] += 1
        found["agreed"] += again.agrees
        found["facts_differ"] += bool(again.differences)
        found["tampered"] += not again.intact
        if not again.agrees or not again.intact:
            wrong.append(again)
    return Audit(**found, disagreements=tuple(wrong))


def _drawn(rows: QuerySet[Decision], sample: int, seed: int) -> Iterator[Decision]:
    ids = list(rows.order_by("id").values_list("id", flat=True))
    if sample < len(ids):
        ids = sorted(random.Random(seed).sample(ids, sample))  # noqa: S311 – a repeatable sample, no secret
    for start in range(0, len(ids), 200):
        yield from rows.filter(id__in=ids[start : start + 200]).order_by("id")


def facts_then(*, decision: Decision, stored: Facts, policy: Policy) -> Facts:
    """The customer's side of the facts as the history has it at the moment of the decision."""
    person = _person_then(decision, {stored.channel, *(way.channel for way in stored.fallbacks)})
    history = _history_then(decision, policy)
    number = decision.customer_id or 0
    rivals = history.rivals(number, ask_key=stored.ask_key, rank=stored.rank, now=decision.at)
    return replace(
        stored,
        zone=person.zone,
        reachable=bool(channels.address(stored.channel, person)),
        fallbacks=tuple(
            replace(way, reachable=bool(channels.address(way.channel, person))) for way in stored.fallbacks
        ),
        customer=person.key if stored.customer else "",
        segment=person.segment if stored.segment else "",
        suppressed_by=_suppressed_then(decision) if stored.purpose in policy.suppressible else "",
        consents=_consents_then(decision),
        contacts=contacts_but_own(history.sent[number], stored.ask_key),
        rivals=rivals if stored.purpose in SURVEYS else (),
        quota=_quota_then(decision, stored.quota),
    )


def _person_then(decision: Decision, names: set[str]) -> Addressee:
    number = decision.customer_id or 0
    person = addressees(workspace_id=decision.workspace_id, customer_ids=[number], names_for=names)[number]
    customer = (
        Customer.objects.in_workspace(decision.workspace_id).select_related("workspace").get(id=decision.customer_id)
    )
    told = columns_then(customer=customer, names=GIVEN, at=decision.at, told=_told_then)
    return replace(
        person,
        name=told.get("name", person.name),
        email=told.get("email", person.email),
        phone=told.get("phone", person.phone),
        segment=told.get("segment", person.segment),
        zone=known_zone(told["timezone"], customer.workspace.timezone) if "timezone" in told else person.zone,
    )


def _told_then(customer: Customer, at: datetime) -> dict[str, str]:
    """The columns that have a history, as they stood; empty before they were first told, or once they had ended.

    A value that does not fit its column, such as a number that nobody can dial, left the column as it was.
    """
    then: dict[str, str] = {}
    told = AttributeValue.objects.in_workspace(customer.workspace_id).filter(customer_id=customer.pk, name__in=GIVEN)
    values = told.order_by("valid_from", "recorded_at", "id")
    for name, value, since, recorded_at in values.values_list("name", "value", "valid_from", "recorded_at"):
        then.setdefault(name, "")
        if since <= at and recorded_at <= at:
            blank = Customer(attributes={})
            apply_traits(customer=blank, traits={name: value})
            if name not in blank.attributes:
                then[name] = getattr(blank, name)
    return then


def _kin_then(decision: Decision) -> set[int]:
    return kin_then(workspace_id=decision.workspace_id, customer_id=decision.customer_id or 0, at=decision.at)


def _suppressed_then(decision: Decision) -> str:
    kin = _kin_then(decision)
    found = (
        suppressor(workspace_id=decision.workspace_id, customer_ids=kin, at=decision.at) for suppressor in suppressors()
    )
    return next((str(reason) for each in found for number, reason in each.items() if number in kin), "")


def _consents_then(decision: Decision) -> tuple[Consent, ...]:
    rows = consents_then(workspace_id=decision.workspace_id, customer_id=decision.customer_id or 0, at=decision.at)
    latest: dict[tuple[str, str], Consent] = {}
    for row in rows:
        said = Consent(channel=row.channel, purpose=row.purpose, granted=row.granted, at=row.at)
        latest[row.channel, row.purpose] = said
    return tuple(latest.values())


def _history_then(decision: Decision, policy: Policy) -> History:
    """What had been sent to the person, and what was waiting within the auction's time."""
    before = Q(at__lt=decision.at) | Q(at=decision.at, id__lt=decision.pk)
    rows = Decision.objects.in_workspace(decision.workspace_id).filter(
        before, customer_id__in=_kin_then(decision), purpose__in=counted_purposes(policy)
    )
    sent = rows.filter(verdict=Decision.Verdict.SENT, at__gte=decision.at - policy.memory())
    unsettled = Q(settled_at__isnull=True) | Q(settled_at__gt=decision.at)
    soon = decision.at + timedelta(hours=policy.auction_hours)
    held = rows.filter(unsettled, verdict=Decision.Verdict.HELD, held_until__lte=soon).exclude(rule="absence")
    number = decision.customer_id or 0
    return History(
        sent={number: [_past(row) for row in sent.order_by("at", "id")]},
        waiting={number: [_past(row, due=True) for row in held.order_by("at", "id")]},
    )


def _past(row: Decision, *, due: bool = False) -> Past:
    at = row.held_until if due and row.held_until else row.at
    contact = Contact(at=at, purpose=row.purpose, family=row.family, channel=row.channel, probe=row.probe_key)
    return Past(contact, row.ask_key, row.priority, row.bid or 0.0)


def _quota_then(decision: Decision, stored: Quota | None) -> Quota | None:
    """Counted again; asks of the same moment count when they were ruled on before this one."""
    since = decision.facts.get("since")
    if stored is None or since is None:
        return stored
    before = Q(at__lt=decision.at) | Q(at=decision.at, id__lt=decision.pk)
    made = Decision.objects.in_workspace(decision.workspace_id).filter(
        before, first_tries(), probe_key=decision.probe_key, verdict=Decision.Verdict.SENT, at__gte=since
    )
    if stored.cell:
        made = made.filter(segment=stored.cell)
    return replace(stored, used=made.count())
