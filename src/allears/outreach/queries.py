"""Scoped reads of the door out."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from allears.customers.models import ConsentRecord, Customer, Identifier
from allears.outreach.links import customer_key_of
from allears.outreach.models import Decision, Message, Policy


class UnknownCustomerLinkError(LookupError):
    """The address of a preference page is not ours, or its customer is gone."""


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """What one customer has chosen."""

    customer: Customer
    surveys_by_email: bool
    changed_at: datetime | None


def preferences(*, token: str) -> Preferences:
    """The choices behind a signed address; raises UnknownCustomerLinkError."""
    key = customer_key_of(token)
    customer = (
        Customer.objects.across_workspaces()  # the signed address itself says whose it is
        .select_related("workspace")
        .filter(key=key)
        .first()
        if key
        else None
    )
    if customer is None:
        raise UnknownCustomerLinkError
    latest = (
        ConsentRecord.objects.in_workspace(customer.workspace_id)
        .filter(customer=customer, channel__in=["email", "*"], purpose__in=["survey", "*"])
        .order_by("-at", "-id")
        .first()
    )
    granted = latest.granted if latest else True
    return Preferences(customer=customer, surveys_by_email=granted, changed_at=latest.at if latest else None)


def decisions(*, workspace_id: int) -> QuerySet[Decision]:
    found: QuerySet[Decision] = Decision.objects.in_workspace(workspace_id)
    return found


@dataclass(frozen=True, kw_only=True)
class LedgerFilter:
    """Which part of the ledger: every field that is set must fit."""

    words: str = ""  # what a customer is known by
    customer_id: int | None = None
    verdict: str = ""
    rule: str = ""
    purpose: str = ""
    family: str = ""
    channel: str = ""
    probe_key: str = ""
    touchpoint_key: str = ""
    segment: str = ""
    event_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None  # before it


EQUAL = ("customer_id", "verdict", "rule", "purpose", "family", "channel", "probe_key", "touchpoint_key", "segment")


def ledger(*, workspace_id: int, wanted: LedgerFilter) -> QuerySet[Decision]:
    """The decisions that fit."""
    rows = (
        decisions_about(workspace_id=workspace_id, words=wanted.words)
        if wanted.words.strip()
        else decisions(workspace_id=workspace_id)
    )
    given = {name: value for name in (*EQUAL, "event_id") if (value := getattr(wanted, name)) not in ("", None)}
    if wanted.since:
        given["at__gte"] = wanted.since
    if wanted.until:
        given["at__lt"] = wanted.until
    rows = rows.filter(**given)
    return rows.exclude(probe_key="") if wanted.probe_key else rows  # says nothing new, but its index is of the others


@dataclass(frozen=True, kw_only=True)
class ReasonCount:
    """How often a verdict was given for a reason; held asks that were decided anew stand under what came of them."""

    verdict: str
    rule: str
    number: int


def reasons(rows: QuerySet[Decision]) -> list[ReasonCount]:
    """The standing verdicts among these by reason, most frequent first."""
    counted = rows.filter(settled_at__isnull=True).order_by().values_list("verdict", "rule").annotate(n=Count("id"))
    found = [ReasonCount(verdict=verdict, rule=rule, number=number) for verdict, rule, number in counted]
    return sorted(found, key=lambda each: (-each.number, each.verdict, each.rule))


def messages(*, workspace_id: int) -> QuerySet[Message]:
    found: QuerySet[Message] = Message.objects.in_workspace(workspace_id)
    return found


def policies(*, workspace_id: int) -> QuerySet[Policy]:
    """Every version, newest first."""
    found: QuerySet[Policy] = Policy.objects.in_workspace(workspace_id).order_by("-version")
    return found


def decisions_about(*, workspace_id: int, words: str) -> QuerySet[Decision]:
    """Decisions on customers known by these words: an e-mail, a user id, a phone number, or a part of the name."""
    text = words.strip()
    known = Identifier.objects.in_workspace(workspace_id).filter(value__iexact=text).values("customer_id")
    named = Customer.objects.in_workspace(workspace_id).filter(
        Q(email__iexact=text) | Q(phone=text) | Q(name__icontains=text)
    )
    return decisions(workspace_id=workspace_id).filter(Q(customer_id__in=known) | Q(customer_id__in=named.values("id")))
