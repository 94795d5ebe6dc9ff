"""Responses: answers to surveys, partial or whole."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from allears.api.listing import Listing, PageParams, listing, where, workspace_of
from allears.listen import queries
from allears.listen.models import Response

router = Router(tags=["responses"])


class ResponseOut(Schema):
    """One answer. ``completed_at`` is null while it is partial; a scored partial counts."""

    id: int
    key: str
    invitation_id: int | None
    survey_version_id: int | None
    customer_id: int | None
    touchpoint_id: int | None
    channel: str
    segment: str
    language: str
    answers: dict[str, Any]
    status: str  # running, partial, complete, screened or over_quota
    marks: list[dict[str, Any]]  # why it may not be genuine: robot, speeding, straight_lining, duplicate, begging
    metric: str
    score: int | None
    started_at: datetime
    updated_at: datetime
    completed_at: datetime | None


@router.get("/responses", response=Listing[ResponseOut])
def list_responses(
    request: HttpRequest,
    page: Query[PageParams],
    survey_id: int | None = None,
    customer_id: int | None = None,
    touchpoint_id: int | None = None,
    metric: str | None = None,
    score: int | None = None,
    channel: str | None = None,
    segment: str | None = None,
    language: str | None = None,
    completed: bool | None = None,
    since: datetime | None = None,
) -> dict[str, Any]:
    """Newest first; ``since`` keeps those begun at or after it."""
    rows = where(
        queries.responses(workspace_id=workspace_of(request)),
        survey_version__survey_id=survey_id,
        customer_id=customer_id,
        touchpoint_id=touchpoint_id,
        metric=metric,
        score=score,
        channel=channel,
        segment=segment,
        language=language,
        completed_at__isnull=None if completed is None else not completed,
        started_at__gte=since,
    )
    return listing(rows, page, order=("-started_at", "-id"))


@router.get("/responses/{response_id}", response=ResponseOut)
def get_response(request: HttpRequest, response_id: int) -> Response:
    """One response."""
    return queries.responses(workspace_id=workspace_of(request)).get(id=response_id)
