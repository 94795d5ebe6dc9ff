"""Messages: what went out, or waits to."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from allears.api.listing import Listing, PageParams, listing, where, workspace_of
from allears.outreach import queries
from allears.outreach.models import Message

router = Router(tags=["messages"])


class MessageOut(Schema):
    """One message to one customer and what became of it."""

    id: int
    customer_id: int
    decision_id: int | None
    purpose: str
    channel: str
    language: str
    address: str
    subject: str
    text: str
    case_id: int | None
    state: str
    attempts: int
    error: str
    not_before: datetime
    created_at: datetime
    sent_at: datetime | None


@router.get("/messages", response=Listing[MessageOut])
def list_messages(
    request: HttpRequest,
    page: Query[PageParams],
    customer_id: int | None = None,
    state: str | None = None,
    purpose: str | None = None,
    channel: str | None = None,
    case_id: int | None = None,
) -> dict[str, Any]:
    """Newest first."""
    rows = queries.messages(workspace_id=workspace_of(request))
    rows = where(rows, customer_id=customer_id, state=state, purpose=purpose, channel=channel, case_id=case_id)
    return listing(rows, page, order=("-created_at", "-id"))


@router.get("/messages/{message_id}", response=MessageOut)
def get_message(request: HttpRequest, message_id: int) -> Message:
    """One message."""
    return queries.messages(workspace_id=workspace_of(request)).get(id=message_id)
