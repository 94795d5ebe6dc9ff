"""Invitations: each ask of one customer."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from allears.api.listing import Listing, PageParams, listing, where, workspace_of
from allears.listen import queries
from allears.listen.models import Invitation

router = Router(tags=["invitations"])


class InvitationOut(Schema):
    """One ask, from the event that caused it to the answer. ``token`` opens /s/<token>."""

    id: int
    token: str
    customer_id: int | None
    probe_id: int | None
    survey_version_id: int
    touchpoint_id: int | None
    channel: str
    event_id: int | None
    decision_id: int | None
    case_id: int | None
    snapshot: dict[str, Any]
    language: str
    created_at: datetime
    sent_at: datetime | None
    opened_at: datetime | None
    started_at: datetime | None
    completed_at: datetime | None
    expires_at: datetime


@router.get("/invitations", response=Listing[InvitationOut])
def list_invitations(
    request: HttpRequest,
    page: Query[PageParams],
    customer_id: int | None = None,
    probe_id: int | None = None,
    event_id: int | None = None,
    case_id: int | None = None,
    channel: str | None = None,
) -> dict[str, Any]:
    """Newest first."""
    rows = queries.invitations(workspace_id=workspace_of(request))
    rows = where(rows, customer_id=customer_id, probe_id=probe_id, event_id=event_id, case_id=case_id, channel=channel)
    return listing(rows, page, order=("-created_at", "-id"))


@router.get("/invitations/{invitation_id}", response=InvitationOut)
def get_invitation(request: HttpRequest, invitation_id: int) -> Invitation:
    """One invitation."""
    return queries.invitations(workspace_id=workspace_of(request)).get(id=invitation_id)
