"""The customer's world on one timeline: what happened, what we asked and why, what they said, what we did."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from allears.accounts.access import Access
from allears.customers.models import Customer, Identifier
from allears.events.models import Event
from allears.listen.models import Voice
from allears.outreach.models import Decision, Message
from allears.respond.models import Case, CaseEntry
from allears.respond.queries import visible_to

LENGTH = 60
# Replies and the customer's words stand in the story as messages and voices.
TOLD = (
    CaseEntry.Kind.OPENED,
    CaseEntry.Kind.HANDOVER,
    CaseEntry.Kind.BREACHED,
    CaseEntry.Kind.CLOSED,
    CaseEntry.Kind.REOPENED,
    CaseEntry.Kind.CONFIRMED,
)


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One line of the story: its kind, its time and the row it tells."""

    kind: str  # event, decision, voice, message, case, told
    at: datetime
    row: Any

    @property
    def order(self) -> tuple[datetime, str, int]:
        return self.at, self.kind, self.row.pk


@dataclass(frozen=True, kw_only=True)
class Story:
    """A customer with their newest moments first."""

    customer: Customer
    identifiers: Sequence[Identifier]
    moments: Sequence[Moment]
    cases: Sequence[Case]
    scores: Sequence[Voice]
    older: datetime | None  # the next page tells what was before


def access_customer(*, access: Access, key: str) -> Customer:
    """A manager finds every customer of the workspace; an agent those whose case they may see.

    Raises:
        Customer.DoesNotExist: none of this key, here, for this member. A merged customer leads to the one kept.
    """
    customer: Customer = Customer.objects.in_workspace(access.workspace_id).select_related("merged_into").get(key=key)
    customer = customer.merged_into or customer
    if access.is_manager or visible_to(access.membership).filter(customer=customer).exists():
        return customer
    raise Customer.DoesNotExist(key)


def story_of(*, customer: Customer, before: datetime | None = None, length: int = LENGTH) -> Story:
    """The newest ``length`` moments before ``before``. Each source is read only as far as it can matter."""
    moments = sorted(_moments(customer, before, length + 1), key=lambda each: each.order, reverse=True)
    older = moments[length - 1].at if len(moments) > length else None
    workspace_id = customer.workspace_id
    scored = Voice.objects.in_workspace(workspace_id).filter(customer=customer, score__isnull=False)
    return Story(
        customer=customer,
        identifiers=list(Identifier.objects.in_workspace(workspace_id).filter(customer=customer).order_by("id")),
        moments=moments[:length],
        cases=list(
            Case.objects.in_workspace(workspace_id)
            .filter(customer=customer)
            .select_related("owner__user")
            .order_by("-opened_at")[:10]
        ),
        scores=list(scored.select_related("touchpoint").order_by("-said_at")[:8]),
        older=older,
    )


def _moments(customer: Customer, before: datetime | None, length: int) -> Iterable[Moment]:
    mine: dict[str, Any] = {"customer": customer}
    here = customer.workspace_id
    sources: list[tuple[str, str, QuerySet[Any]]] = [
        ("event", "ts", Event.objects.in_workspace(here).filter(**mine)),
        ("decision", "at", Decision.objects.in_workspace(here).filter(**mine).exclude(purpose="service")),
        ("voice", "said_at", Voice.objects.in_workspace(here).filter(**mine).select_related("touchpoint", "customer")),
        ("message", "created_at", Message.objects.in_workspace(here).filter(**mine)),
        (
            "case",
            "at",
            CaseEntry.objects.in_workspace(here)
            .filter(case__customer=customer, kind__in=TOLD)
            .select_related("case__owner__user", "actor__user"),
        ),
        (
            "told",
            "at",
            CaseEntry.objects.in_workspace(here)
            .filter(case__customer=customer, kind=CaseEntry.Kind.REPLY, message_id__isnull=True)
            .select_related("case", "actor__user"),
        ),
    ]
    for kind, field, rows in sources:
        rows = rows.filter(**{f"{field}__lt": before}) if before else rows
        for row in rows.order_by(f"-{field}", "-pk")[:length]:
            yield Moment(kind=kind, at=getattr(row, field), row=row)
