"""The customer's world on one timeline: what happened, what we asked and why, what they said, what we did."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from allears.accounts.access import Access
from allears.customers.models import Customer, Identifier
from allears.customers.queries import family, present
from allears.events.models import Event
from allears.listen.models import Voice
from allears.outreach.models import Decision, Message
from allears.respond.models import Case, CaseEntry
from allears.respond.queries import visible_to

LENGTH = 60
ORDER = ("event", "voice", "decision", "case", "message", "told")  # of what happened in the same instant
# Replies are told with their own words; the customer's words stand in the story as voices.
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

    kind: str  # one of ORDER
    at: datetime
    row: Any

    @property
    def order(self) -> tuple[datetime, int, int]:
        return self.at, ORDER.index(self.kind), self.row.pk


@dataclass(frozen=True, kw_only=True)
class Story:
    """A customer, and all who turned out to be them, with their newest moments first."""

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
    customer = present(workspace_id=access.workspace_id, key=key)
    if customer is None:
        raise Customer.DoesNotExist(key)
    kin = family(workspace_id=access.workspace_id, customer_id=customer.pk)
    if access.is_manager or visible_to(access.membership).filter(customer_id__in=kin).exists():
        return customer
    raise Customer.DoesNotExist(key)


def story_of(*, customer: Customer, before: datetime | None = None, length: int = LENGTH) -> Story:
    """The newest ``length`` moments before ``before``. Each source is read only as far as it can matter."""
    workspace_id = customer.workspace_id
    kin = family(workspace_id=workspace_id, customer_id=customer.pk)
    moments = sorted(_moments(workspace_id, kin, before, length + 1), key=lambda each: each.order, reverse=True)
    older = moments[length - 1].at if len(moments) > length else None
    scored = Voice.objects.in_workspace(workspace_id).filter(customer_id__in=kin, score__isnull=False)
    return Story(
        customer=customer,
        identifiers=list(Identifier.objects.in_workspace(workspace_id).filter(customer_id__in=kin).order_by("id")),
        moments=moments[:length],
        cases=list(
            Case.objects.in_workspace(workspace_id)
            .filter(customer_id__in=kin)
            .select_related("owner__user")
            .order_by("-opened_at")[:10]
        ),
        scores=list(scored.select_related("touchpoint").order_by("-said_at")[:8]),
        older=older,
    )


def _moments(here: int, kin: Sequence[int], before: datetime | None, length: int) -> Iterable[Moment]:
    mine: dict[str, Any] = {"customer_id__in": kin}
    replies = CaseEntry.objects.in_workspace(here).filter(case__customer_id__in=kin, kind=CaseEntry.Kind.REPLY)
    told = replies.filter(message_id__isnull=False).values("message_id")
    sources: list[tuple[str, str, QuerySet[Any]]] = [
        ("event", "ts", Event.objects.in_workspace(here).filter(**mine)),
        ("decision", "at", Decision.objects.in_workspace(here).filter(**mine).exclude(purpose="service")),
        ("voice", "said_at", Voice.objects.in_workspace(here).filter(**mine).select_related("touchpoint", "customer")),
        ("message", "created_at", Message.objects.in_workspace(here).filter(**mine).exclude(pk__in=told)),
        (
            "case",
            "at",
            CaseEntry.objects.in_workspace(here)
            .filter(case__customer_id__in=kin, kind__in=TOLD)
            .select_related("case__owner__user", "actor__user"),
        ),
        ("told", "at", replies.select_related("case", "actor__user")),
    ]
    for kind, field, rows in sources:
        rows = rows.filter(**{f"{field}__lt": before}) if before else rows
        for row in rows.order_by(f"-{field}", "-pk")[:length]:
            yield Moment(kind=kind, at=getattr(row, field), row=row)
