"""Deliveries: asks that the company's own program fetches, delivers and acknowledges."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from allears.api.listing import Listing, PageParams, listing, workspace_of
from allears.api.routers.messages import MessageOut
from allears.outreach.delivery import fetching
from allears.outreach.models import Message

router = Router(tags=["deliveries"])


class DeliveryOut(Schema):
    """One ask to deliver; ``idempotency_key`` is the same whenever it is handed out again."""

    id: int
    customer_id: int
    user_id: str
    address: str
    channel: str
    purpose: str
    language: str
    subject: str
    text: str
    idempotency_key: str
    not_before: datetime
    taken_until: datetime | None


class ClaimIn(Schema):
    limit: int = Field(50, ge=1, le=500)


class AcknowledgementIn(Schema):
    """Whether the customer has it now."""

    delivered: bool
    reason: str = Field("", max_length=300, description="why not")


def _shaped(workspace_id: int, messages: Sequence[Message]) -> list[dict[str, Any]]:
    known = fetching.user_ids(workspace_id=workspace_id, customer_ids=[each.customer_id for each in messages])
    names = ("id", "customer_id", "address", "channel", "purpose", "language", "subject", "text", "idempotency_key")
    return [
        {name: getattr(each, name) for name in names}
        | {"user_id": known.get(each.customer_id, ""), "not_before": each.not_before, "taken_until": each.lease_until}
        for each in messages
    ]


@router.get("/deliveries", response=Listing[DeliveryOut])
def list_deliveries(request: HttpRequest, page: Query[PageParams]) -> dict[str, Any]:
    """What waits to be fetched, the oldest first; looking changes nothing."""
    workspace_id = workspace_of(request)
    found = listing(fetching.waiting(workspace_id=workspace_id, now=timezone.now()), page, order=("not_before", "id"))
    return {**found, "items": _shaped(workspace_id, found["items"])}


@router.post("/deliveries", response=list[DeliveryOut])
def claim_deliveries(request: HttpRequest, body: ClaimIn) -> list[dict[str, Any]]:
    """Take the oldest of what waits; without an acknowledgement it is handed out again later."""
    workspace_id = workspace_of(request)
    return _shaped(workspace_id, fetching.claim(workspace_id=workspace_id, limit=body.limit, now=timezone.now()))


@router.post("/deliveries/{message_id}/acknowledgement", response=MessageOut)
def acknowledge_delivery(request: HttpRequest, message_id: int, body: AcknowledgementIn) -> Message:
    """Say what became of it; the first word counts."""
    return fetching.acknowledge(
        workspace_id=workspace_of(request), message_id=message_id, **body.dict(), now=timezone.now()
    )
