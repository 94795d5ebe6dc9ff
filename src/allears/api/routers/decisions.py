"""Decisions: why a customer was, or was not, contacted."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from allears.api.listing import Listing, PageParams, listing, workspace_of
from allears.api.problems import ProblemError
from allears.outreach import actions, queries, recomputing
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
    segment: str
    priority: int
    bid: float | None
    digest: str


class FindingOut(Schema):
    """One rule as it was looked at."""

    rule: str
    outcome: str = Field(description="free, waits or bars")
    until: datetime | None
    parameters: dict[str, Any]


class ReplayOut(Schema):
    """The verdict computed again from the stored facts and the policy of that time, with every rule in its order."""

    verdict: str
    rule: str
    held_until: datetime | None
    parameters: dict[str, Any]
    agrees: bool
    findings: list[FindingOut]


class RecomputationOut(Schema):
    """The verdict computed again from the raw history: consents, asks, cases and attributes as they stood then."""

    decision_id: int
    verdict: str
    rule: str
    held_until: datetime | None
    agrees: bool
    intact: bool = Field(description="the row's facts are those that were stored")
    differences: dict[str, Any] = Field(description="fact → [as stored, as the history has it]")


class AuditOut(Schema):
    """A random sample of the ledger, recomputed."""

    checked: int
    agreed: int
    erased: int = Field(description="customers were erased, and the facts with them")
    facts_differ: int
    tampered: int
    disagreements: list[RecomputationOut]


class ReasonOut(Schema):
    """How often a verdict stands for a reason."""

    verdict: str
    rule: str
    number: int


class DecisionFilters(Schema):
    """Filters by field name; ``since`` (at or after) and ``until`` (before) are times."""

    customer_id: int | None = None
    verdict: str = ""
    rule: str = ""
    purpose: str = ""
    family: str = ""
    channel: str = ""
    probe_key: str = ""
    touchpoint_key: str = ""
    segment: str = ""
    event_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    customer: str = Field("", description="an e-mail, user id, phone number or a part of the name")

    def rows(self, workspace_id: int) -> QuerySet[Decision]:
        wanted = queries.LedgerFilter(words=self.customer, **self.dict(exclude={"customer"}))
        return queries.ledger(workspace_id=workspace_id, wanted=wanted)


class SampleParams(Schema):
    """How many are drawn; the same seed draws the same ones."""

    sample: int = Field(100, ge=1, le=1000)
    seed: int = 0


def _shown(found: recomputing.Recomputation) -> dict[str, Any]:
    verdict = found.verdict
    return {
        "decision_id": found.decision_id,
        "verdict": verdict.name,
        "rule": verdict.rule,
        "held_until": verdict.until,
        "agrees": found.agrees,
        "intact": found.intact,
        "differences": {name: list(pair) for name, pair in found.differences.items()},
    }


@router.get("/decisions", response=Listing[DecisionOut])
def list_decisions(request: HttpRequest, page: Query[PageParams], wanted: Query[DecisionFilters]) -> dict[str, Any]:
    """Newest first."""
    return listing(wanted.rows(workspace_of(request)), page, order=("-at", "-id"))


@router.get("/decisions/reasons", response=list[ReasonOut])
def list_reasons(request: HttpRequest, wanted: Query[DecisionFilters]) -> list[queries.ReasonCount]:
    """The standing verdicts counted by reason, with the filters of the list."""
    return queries.reasons(wanted.rows(workspace_of(request)))


@router.get("/decisions/audit", response=AuditOut)
def audit(
    request: HttpRequest,
    wanted: Query[DecisionFilters],
    drawn: Query[SampleParams],
) -> dict[str, Any]:
    """Recompute a random sample of the verdicts that fit from the raw history, and compare."""
    workspace_id = workspace_of(request)
    found = recomputing.audit(
        workspace_id=workspace_id, sample=drawn.sample, seed=drawn.seed, rows=wanted.rows(workspace_id)
    )
    return {**vars(found), "disagreements": [_shown(each) for each in found.disagreements]}


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
        "findings": [vars(each) for each in actions.explain(decision=decision)],
    }


@router.get("/decisions/{decision_id}/recomputation", response=RecomputationOut)
def recomputation(request: HttpRequest, decision_id: int) -> dict[str, Any]:
    """Judge again from the raw history, not from what was noted."""
    decision = queries.decisions(workspace_id=workspace_of(request)).get(id=decision_id)
    try:
        return _shown(recomputing.recompute(decision=decision))
    except recomputing.ErasedError as error:
        raise ProblemError(
            status=410, title="The facts are gone", detail="The customer was erased; the verdict goes on counting."
        ) from error
