"""Rehearsals: the past played again by another policy or another probe."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from allears.api.listing import Listing, PageParams, listing, where, workspace_of
from allears.api.problems import ProblemError
from allears.api.routers.probes import ProbeIn, refused
from allears.listen import actions, simulating
from allears.listen.actions import ProbeSpec
from allears.listen.conditions import ConditionError
from allears.outreach import rehearsals
from allears.outreach.governor import policy_from
from allears.outreach.models import Rehearsal

router = Router(tags=["rehearsals"])


class LineOut(Schema):
    """How many asks there really were, and how many there would have been."""

    name: str
    real: int
    new: int
    gained: int
    lost: int


class NewRehearsal(Schema):
    """What to try: the rules of a policy, or a probe. One of the two."""

    policy: dict[str, Any] | None = Field(None, description="rules, as a policy version has them")
    probe: ProbeIn | None = None
    probe_id: int | None = Field(None, description="the published probe that it would replace")
    days: float = Field(30, gt=0, le=366)


class RehearsalOut(Schema):
    id: int
    kind: str
    wanted: dict[str, Any]
    since: datetime
    until: datetime
    total: int = Field(description="customers to look at")
    done: int
    finished_at: datetime | None
    all: list[LineOut]
    segments: list[LineOut]
    probes: list[LineOut]
    rules: list[LineOut]
    examples: dict[str, Any]

    @staticmethod
    def resolve_all(row: Rehearsal) -> list[rehearsals.Line]:
        return rehearsals.lines(row, "all")

    @staticmethod
    def resolve_segments(row: Rehearsal) -> list[rehearsals.Line]:
        return rehearsals.lines(row, "segment")

    @staticmethod
    def resolve_probes(row: Rehearsal) -> list[rehearsals.Line]:
        return rehearsals.lines(row, "probe")

    @staticmethod
    def resolve_rules(row: Rehearsal) -> list[rehearsals.Line]:
        return rehearsals.lines(row, "rule")

    @staticmethod
    def resolve_examples(row: Rehearsal) -> dict[str, Any]:
        found: dict[str, Any] = row.result.get("examples", {})
        return found


@router.get("/rehearsals", response=Listing[RehearsalOut])
def list_rehearsals(request: HttpRequest, page: Query[PageParams], kind: str | None = None) -> dict[str, Any]:
    """Newest first."""
    rows = rehearsals.rehearsals(workspace_id=workspace_of(request))
    return listing(where(rows, kind=kind), page, order=("-id",))


@router.post("/rehearsals", response={202: RehearsalOut})
def try_it(request: HttpRequest, body: NewRehearsal) -> Status[Rehearsal]:
    """Play the last days again in the background; look again until ``finished_at`` is set."""
    workspace_id, now = workspace_of(request), timezone.now()
    since = now - timedelta(days=body.days)
    if (body.policy is None) == (body.probe is None):
        raise ProblemError(status=422, title="Nothing to try", detail="Give the rules of a policy, or a probe.")
    try:
        if body.probe is not None:
            made = simulating.simulate_probe(
                workspace_id=workspace_id,
                spec=ProbeSpec(**body.probe.dict()),
                probe_id=body.probe_id,
                since=since,
                now=now,
            )
        else:
            rules = policy_from(body.policy or {})
            made = rehearsals.rehearse_policy(workspace_id=workspace_id, rules=rules, since=since, now=now)
    except msgspec.ValidationError as error:
        raise ProblemError(status=422, title="These rules cannot be read", detail=str(error)) from error
    except (actions.ProbeError, ConditionError) as error:
        raise refused(error) from error
    return Status(202, made)


@router.get("/rehearsals/{rehearsal_id}", response=RehearsalOut)
def get_rehearsal(request: HttpRequest, rehearsal_id: int) -> Rehearsal:
    """One rehearsal, as far as it is."""
    row: Rehearsal = rehearsals.rehearsals(workspace_id=workspace_of(request)).get(pk=rehearsal_id)
    return row
