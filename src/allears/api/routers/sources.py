"""Sources: what is fetched from where, whether it works, and what its runs brought."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from allears.accounts.models import Workspace
from allears.api.listing import Listing, PageParams, listing, where, workspace_of
from allears.api.problems import ProblemError
from allears.listen.models import Source, SourceRun
from allears.listen.sources import actions, kinds, queries
from allears.listen.sources.base import SettingsError, SourceTrouble
from allears.listen.sources.troubles import told

router = Router(tags=["sources"])


class SourceIn(Schema):
    """``settings`` as in docs/sources.md for the kind; passwords stand among them and are never given back."""

    kind: str = Field(description="imap, feed, sql or folder")
    name: str = Field(min_length=1, max_length=120)
    every_seconds: int = Field(900, ge=actions.SHORTEST, le=actions.LONGEST)
    settings: dict[str, Any]


class SourceOut(Schema):
    """A source and its health. ``state``: on, paused or stopped; ``trouble`` in words, with what to do."""

    id: int
    kind: str
    name: str
    settings: dict[str, Any]
    every_seconds: int
    state: str
    health: str
    trouble: str
    advice: str
    failures: int
    last_run_at: datetime | None
    last_good_at: datetime | None
    next_run_at: datetime
    created_at: datetime


class RunOut(Schema):
    """One look: rows read, new, there already, refused (in the imports' quarantine) and left aside, by reason."""

    id: int
    by_hand: bool
    started_at: datetime
    ended_at: datetime | None
    read: int
    taken: int
    known: int
    refused: int
    aside: dict[str, int]
    imports: list[int]
    trouble: str


class TriedOut(Schema):
    """The first rows as they would be taken; nothing was kept."""

    fields: list[str]
    rows: list[list[str]]
    aside: dict[str, int]
    mapping: dict[str, Any]
    problems: list[str]


def source_out(row: Source) -> SourceOut:
    health = queries.health_of(row, now=timezone.now())
    names = ("kind", "name", "settings", "every_seconds", "state", "failures", "last_run_at", "last_good_at")
    return SourceOut(
        id=row.pk,
        health=health.word,
        trouble=health.what,
        advice=health.advice,
        next_run_at=row.next_run_at,
        created_at=row.created_at,
        **{name: getattr(row, name) for name in names},
    )


def run_out(row: SourceRun) -> RunOut:
    counts = queries.counts_of([row])[row.pk]
    return RunOut(
        id=row.pk,
        by_hand=row.by_hand,
        started_at=row.started_at,
        ended_at=row.ended_at,
        read=counts.read,
        taken=counts.taken,
        known=counts.known,
        refused=counts.refused,
        aside=row.aside,
        imports=row.import_ids,
        trouble=told(row.trouble)[0],
    )


def _find(request: HttpRequest, source_id: int) -> Source:
    found: Source = get_object_or_404(queries.sources_of(workspace_of(request)), pk=source_id)
    return found


def _plan(given: SourceIn) -> actions.Plan:
    if given.kind not in kinds.adapters():
        wrong = SettingsError("kind", f"there are: {', '.join(sorted(kinds.adapters()))}")
        raise _refused(wrong)
    return actions.Plan(kind=given.kind, name=given.name, every_seconds=given.every_seconds, settings=given.settings)


def _refused(error: SettingsError) -> ProblemError:
    return ProblemError(
        status=422,
        title="This source cannot be set up so",
        detail=f"{error} Nothing was changed.",
        errors=[{"pointer": f"settings/{error.field}"}],
    )


@router.get("/sources", response=Listing[SourceOut])
def list_sources(
    request: HttpRequest, page: Query[PageParams], kind: str | None = None, state: str | None = None
) -> dict[str, Any]:
    """Sources, newest first."""
    rows = where(Source.objects.in_workspace(workspace_of(request)), kind=kind, state=state)
    return listing(rows, page, shape=source_out)


@router.post("/sources", response={201: SourceOut})
def create_source(request: HttpRequest, given: SourceIn) -> Any:
    """Set a source up; it is looked at at once."""
    workspace_id = workspace_of(request)
    try:
        row = actions.create(workspace_id=workspace_id, plan=_plan(given), actor_id=None, now=timezone.now())
    except SettingsError as error:
        raise _refused(error) from error
    return Status(201, source_out(row))


@router.post("/sources/trial", response=TriedOut)
def try_source(request: HttpRequest, given: SourceIn) -> TriedOut:
    """Read the first rows and say how they would be taken."""
    workspace = Workspace.objects.get(pk=workspace_of(request))
    try:
        tried = actions.attempt(workspace=workspace, plan=_plan(given), source=None, now=timezone.now())
    except SettingsError as error:
        raise _refused(error) from error
    except SourceTrouble as trouble:
        what, advice = told(trouble.to_json())
        raise ProblemError(status=422, title=what, detail=advice) from trouble
    return TriedOut(
        fields=list(tried.fields),
        rows=[list(row) for row in tried.rows],
        aside=dict(tried.aside),
        mapping=dict(tried.mapping),
        problems=list(tried.problems),
    )


@router.get("/sources/{source_id}", response=SourceOut)
def get_source(request: HttpRequest, source_id: int) -> SourceOut:
    """How a source is doing."""
    return source_out(_find(request, source_id))


@router.put("/sources/{source_id}", response=SourceOut)
def change_source(request: HttpRequest, source_id: int, given: SourceIn) -> SourceOut:
    """Change a source; passwords left out stay as they are."""
    row = _find(request, source_id)
    if given.kind != row.kind:
        raise _refused(SettingsError("kind", f"this source is of the kind {row.kind}."))
    try:
        actions.change(source=row, plan=_plan(given), actor_id=None, now=timezone.now())
    except SettingsError as error:
        raise _refused(error) from error
    return source_out(row)


@router.delete("/sources/{source_id}", response={204: None})
def remove_source(request: HttpRequest, source_id: int) -> Any:
    """Forget a source; what it brought stays."""
    actions.remove(source=_find(request, source_id), actor_id=None)
    return Status(204, None)


@router.get("/sources/{source_id}/runs", response=Listing[RunOut])
def list_runs(request: HttpRequest, source_id: int, page: Query[PageParams]) -> dict[str, Any]:
    """Its runs, newest first."""
    return listing(queries.runs_of(_find(request, source_id)), page, shape=run_out)


@router.post("/sources/{source_id}/runs", response={202: SourceOut})
def run_source(request: HttpRequest, source_id: int) -> Any:
    """Have the worker look now."""
    row = _find(request, source_id)
    actions.run_now(source=row, actor_id=None, now=timezone.now())
    return Status(202, source_out(row))


@router.post("/sources/{source_id}/pause", response=SourceOut)
def pause_source(request: HttpRequest, source_id: int) -> SourceOut:
    """Look no more until resumed."""
    row = _find(request, source_id)
    actions.pause(source=row, actor_id=None)
    return source_out(row)


@router.delete("/sources/{source_id}/pause", response=SourceOut)
def resume_source(request: HttpRequest, source_id: int) -> SourceOut:
    """Go on where it stands."""
    row = _find(request, source_id)
    actions.resume(source=row, actor_id=None, now=timezone.now())
    return source_out(row)
