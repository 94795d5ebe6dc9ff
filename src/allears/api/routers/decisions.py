"""Decisions: why a customer was, or was not, contacted."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from allears.api.listing import Listing, PageParams, listing, where, workspace_of
from allears.outreach import actions, queries
from allears.outreach.models import Decision

router = Router(tags=["decisions"])


class DecisionOut(Schema):
    """One verdict of the governor with the facts it was taken on."""

    id: int
    customer_id: int
    at: datetime
    purpose: str
    family: str
    channel: str
    verdict: str
    rule: str
    facts: dict[str, Any]
    policy_version: int
    held_until: datetime | None
    settled_at: datetime | None
    probe_key: str
    touchpoint_key: str
    event_id: int | None
    ask_key: str


class ReplayOut(Schema):
    """The verdict computed again from the stored facts and the policy of that time."""

    verdict: str
    rule: str
    held_until: datetime | None
    parameters: dict[str, Any]
    agrees: bool


@router.get("/decisions", response=Listing[DecisionOut])
def list_decisions(
    request: HttpRequest,
    page: Query[PageParams],
    customer_id: int | None = None,
    verdict: str | None = None,
    rule: str | None = None,
    purpose: str | None = None,
    probe_key: str | None = None,
    event_id: int | None = None,
    since: datetime | None = None,
) -> dict[str, Any]:
    """Newest first; ``since`` keeps those taken at or after it."""
    rows = where(
        queries.decisions(workspace_id=workspace_of(request)),
        customer_id=customer_id,
        verdict=verdict,
        rule=rule,
        purpose=purpose,
        probe_key=probe_key,
        event_id=event_id,
        at__gte=since,
    )
    return listing(rows, page, order=("-at", "-id"))


@router.get("/decisions/{decision_id}", response=DecisionOut)
def get_decision(request: HttpRequest, decision_id: int) -> Decision:
    """One decision."""
    return queries.decisions(workspace_id=workspace_of(request)).get(id=decision_id)


@router.get("/decisions/{decision_id}/replay", response=ReplayOut)
def replay(request: HttpRequest, decision_id: int) -> dict[str, Any]:
    """Judge again from the stored facts."""
    decision = queries.decisions(workspace_id=workspace_of(request)).get(id=decision_id)
    verdict = actions.replay(decision=decision)
    same = (verdict.name, verdict.rule, verdict.until) == (decision.verdict, decision.rule, decision.held_until)
    return {
        "verdict": verdict.name,
        "rule": verdict.rule,
        "held_until": verdict.until,
        "parameters": dict(verdict.parameters),
        "agrees": same,
    }
