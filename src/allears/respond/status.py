"""What the customer sees of their matter: what we heard, who owns it, what we promised, and what was said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from allears.respond import mail
from allears.respond.models import Case, CaseEntry

# Notes, hand-overs, priorities and clocks are ours; the customer sees words and results.
SHOWN = (
    CaseEntry.Kind.OPENED,
    CaseEntry.Kind.CUSTOMER,
    CaseEntry.Kind.REPLY,
    CaseEntry.Kind.CLOSED,
    CaseEntry.Kind.REOPENED,
    CaseEntry.Kind.CONFIRMED,
)


@dataclass(frozen=True, kw_only=True)
class Said:
    """One thing on the customer's page. ``who``: customer, us, or state for what became of the matter."""

    who: str
    kind: str
    at: datetime
    text: str
    score: int | None = None


@dataclass(frozen=True, kw_only=True)
class Status:
    """A matter as its customer sees it."""

    case: Case
    owner: str  # a name, never an address
    company: str
    language: str
    zone: str
    answer_by: datetime | None
    settle_by: datetime | None
    lines: Sequence[Said]


def status_of(*, token: str) -> Status:
    """The status page's contents; raises ``Case.DoesNotExist`` for an unknown token."""
    case: Case = (
        Case.objects.across_workspaces()  # the token itself says which case, and nothing else opens it
        .select_related("workspace", "customer", "touchpoint", "owner__user", "origin")
        .get(token=token)
    )
    entries = case.entries.filter(kind__in=SHOWN).select_related("voice").order_by("at", "id")
    customer = case.customer
    return Status(
        case=case,
        owner=case.owner.user.name,
        company=case.workspace.name,
        language=mail.language_of(case),
        zone=(customer.timezone if customer else "") or case.workspace.timezone,
        answer_by=case.reply_due_at if case.state == Case.State.OPEN else None,
        settle_by=case.resolve_due_at if case.state == Case.State.OPEN else None,
        lines=[_said(entry) for entry in entries],
    )


def _said(entry: CaseEntry) -> Said:
    if entry.kind in {CaseEntry.Kind.OPENED, CaseEntry.Kind.CUSTOMER}:
        voice = entry.voice
        return Said(
            who="customer",
            kind=entry.kind,
            at=entry.at,
            text=voice.text if voice else "",
            score=voice.score if voice else None,
        )
    if entry.kind == CaseEntry.Kind.REPLY:
        return Said(who="us", kind=entry.kind, at=entry.at, text=entry.text)
    return Said(who="state", kind=entry.kind, at=entry.at, text="")
