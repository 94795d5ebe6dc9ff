"""What `respond` tells other systems."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from allears.events.webhooks.catalogue import EventType, Told
from allears.events.webhooks.shapes import CUSTOMER_FIELDS, CUSTOMER_SAMPLE, customer_data, link, time
from allears.respond.models import Case

TIMES = ("opened_at", "reply_due_at", "resolve_due_at", "first_reply_at", "closed_at")


def case_told(*, workspace_id: int, case_id: int) -> Told | None:
    """The case as it stands now; what was written in it stays in All Ears."""
    rows = Case.objects.in_workspace(workspace_id).select_related(
        "customer", "touchpoint", "cause", "owner__user", "first_owner__user"
    )
    case: Case | None = rows.filter(pk=case_id).first()
    if case is None:
        return None
    shown: dict[str, Any] = {
        "number": case.number,
        "subject": case.subject,
        "state": case.state,
        "priority": case.priority,
        "owner": case.owner.user.email,
        "first_owner": case.first_owner.user.email,
        "cause": case.cause.key if case.cause else None,
        "touchpoint": case.touchpoint.key if case.touchpoint else None,
        "voice_id": case.origin_id,
        "breached": bool(case.reply_breached_at or case.resolve_breached_at),
        "reopened_count": case.reopened_count,
        **{name: time(getattr(case, name)) for name in TIMES},
        "link": link(f"/cases/{case.number}"),
    }
    return Told(data={"case": shown, "customer": customer_data(case.customer)}, customer_id=case.customer_id)


FIELDS = {
    "case.number": "integer: counts within the workspace",
    "case.subject": "string",
    "case.state": "string: open, waiting (for the customer), closed",
    "case.priority": "string: low, normal, high, urgent",
    "case.owner": "string: the owner's e-mail address",
    "case.first_owner": "string: who was asked first and stays accountable",
    "case.cause": "string or null: the cause's key, once closed",
    "case.touchpoint": "string or null: the touchpoint's key",
    "case.voice_id": "integer or null: the voice that opened it",
    "case.breached": "boolean: a promise of time is broken now",
    "case.reopened_count": "integer",
    "case.opened_at": "string: ISO 8601 in UTC",
    "case.reply_due_at": "string or null: when the customer must have an answer",
    "case.resolve_due_at": "string: when it must be solved",
    "case.first_reply_at": "string or null",
    "case.closed_at": "string or null",
    "case.link": "string: its page in the console",
    **CUSTOMER_FIELDS,
}
SAMPLE = {
    "case": {
        "number": 412,
        "subject": "The sofa came two days late and nobody told me.",
        "state": "open",
        "priority": "high",
        "owner": "bob@acme.test",
        "first_owner": "bob@acme.test",
        "cause": None,
        "touchpoint": "delivery",
        "voice_id": 8731,
        "breached": False,
        "reopened_count": 0,
        "opened_at": "2026-03-01T09:00:02Z",
        "reply_due_at": "2026-03-01T13:00:02Z",
        "resolve_due_at": "2026-03-03T09:00:02Z",
        "first_reply_at": None,
        "closed_at": None,
        "link": "https://ears.example.com/cases/412",
    },
    "customer": CUSTOMER_SAMPLE,
}


def _case_type(name: str, summary: str | Promise) -> EventType:
    return EventType(
        name=name, summary=summary, tell="allears.respond.webhooks.case_told", fields=FIELDS, sample=SAMPLE
    )


CASE_OPENED = _case_type("case.opened", gettext_lazy("A voice became a case."))
CASE_REPLIED = _case_type("case.replied", gettext_lazy("The customer was answered."))
CASE_HANDED_OVER = _case_type("case.handed_over", gettext_lazy("A case has another owner."))
CASE_BREACHED = _case_type("case.breached", gettext_lazy("A promise of time was broken."))
CASE_CLOSED = _case_type("case.closed", gettext_lazy("A case was closed with its cause."))
CASE_REOPENED = _case_type("case.reopened", gettext_lazy("A closed case was not solved."))
