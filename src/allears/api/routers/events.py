"""Events, and those that wait to be mended."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema, Status

from allears.api.listing import Listing, PageParams, listing, where, workspace_of
from allears.api.problems import ProblemError
from allears.events import queries
from allears.events.actions import ResendError, resend_quarantined
from allears.events.imports.reasons import in_words
from allears.events.models import Event, QuarantinedRow

router = Router(tags=["events"])


class EventOut(Schema):
    """Something that happened to a customer."""

    id: int
    type: str
    event: str
    customer: str | None
    timestamp: datetime
    received_at: datetime
    properties: dict[str, Any]
    context: dict[str, Any]


def event_out(row: Event) -> EventOut:
    return EventOut(
        id=row.id,
        type=row.type,
        event=row.name,
        customer=row.customer.key if row.customer else None,
        timestamp=row.ts,
        received_at=row.received_at,
        properties=row.properties,
        context=row.context,
    )


class QuarantinedOut(Schema):
    """What could not be taken, and why."""

    id: int
    source: str
    row_number: int | None
    field: str
    reason: str
    payload: str
    at: datetime


class MendedIn(Schema):
    """The event as it should have been; without it, the same is tried again."""

    payload: str | None = None


@router.get("/events", response=Listing[EventOut])
def list_events(
    request: HttpRequest,
    page: Query[PageParams],
    event: str | None = None,
    type: str | None = None,  # noqa: A002 - the field's name
    customer: str | None = None,
    user_id: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> dict[str, Any]:
    """Events, newest first; ``customer`` is a customer's key, ``user_id`` the id that your own systems use."""
    rows = where(
        queries.events(workspace_id=workspace_of(request)),
        name=event,
        type=type,
        customer__key=customer,
        ts__gte=since,
        ts__lt=until,
    )
    if user_id is not None:
        rows = rows.filter(customer__identifiers__kind="user_id", customer__identifiers__value=user_id)
    return listing(rows, page, order=("-id",), shape=event_out)


@router.get("/quarantine", response=Listing[QuarantinedOut])
def list_quarantine(
    request: HttpRequest, page: Query[PageParams], source: str | None = None, field: str | None = None
) -> dict[str, Any]:
    """Events and rows that could not be taken, newest first."""
    rows = where(queries.quarantine(workspace_id=workspace_of(request)), source=source, field=field)
    return listing(rows, page, shape=quarantined_out)


def quarantined_out(row: QuarantinedRow) -> QuarantinedOut:
    return QuarantinedOut(
        id=row.pk,
        source=row.source,
        row_number=row.row_number,
        field=row.field,
        reason=in_words(row.reason),
        payload=row.payload,
        at=row.at,
    )


@router.post("/quarantine/{row_id}/attempts", response={204: None})
def resend(request: HttpRequest, row_id: int, mended: MendedIn) -> Status[None]:
    """Take a quarantined event once more, mended or as it was."""
    try:
        resend_quarantined(
            workspace_id=workspace_of(request),
            row_id=row_id,
            now=timezone.now(),
            payload=mended.payload,
        )
    except ResendError as error:
        raise ProblemError(status=422, title="The event still cannot be taken", detail=str(error)) from error
    return Status(204, None)
