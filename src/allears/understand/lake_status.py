"""How the lake is: its tables, how fresh they are, and whether the roll-ups agree with the rows. For analysts.

Runs in the analytics process, because file lists need Arrow.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from allears.accounts.models import Workspace
from allears.jobs.hot import hot_rows, source_of
from allears.jobs.models import LakeDirty, LakeHead, LakeRollup
from allears.lake.rollups import ROLLUPS, Rollup
from allears.lake.tables import TABLES, TableSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusQuestion:
    """Of one workspace."""

    workspace_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TableStatus:
    """One table of facts. Queries see the waiting rows too; other tools see them once they are in the files."""

    name: str
    says: str
    columns: int
    rows: int
    files: int
    bytes: int
    waiting: int  # rows not in the files yet
    fresh_to: datetime | None  # everything recorded before this moment is in the files
    compacted_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RollupStatus:
    """One roll-up. ``state``: ready, behind (days are to be worked out anew) or unbuilt; ``difference`` when wrong."""

    name: str
    says: str
    state: str
    cells: int
    bytes: int
    built_at: datetime | None
    checked_at: datetime | None
    checked_days: int
    difference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LakeStatus:
    """The whole, for one workspace."""

    place: str
    zone: str
    tables: tuple[TableStatus, ...]
    rollups: tuple[RollupStatus, ...]


def lake_status(question: StatusQuestion, *, now: datetime) -> LakeStatus:
    """Figures from transaction logs and a few small tables; no row is read."""
    workspace = Workspace.objects.get(pk=question.workspace_id)
    heads = {head.table: head for head in LakeHead.objects.all()}
    states = {state.rollup: state for state in LakeRollup.objects.filter(workspace_id=workspace.pk)}
    return LakeStatus(
        place=settings.LAKE_ROOT,
        zone=workspace.timezone,
        tables=tuple(_table(spec, heads.get(spec.name), workspace.pk, now) for spec in TABLES.values()),
        rollups=tuple(
            _rollup(each, heads.get(each.name), states.get(each.name), workspace) for each in ROLLUPS.values()
        ),
    )


def _table(spec: TableSpec, head: LakeHead | None, workspace_id: int, now: datetime) -> TableStatus:
    from allears.lake.store import figures

    version = head.version if head else None
    found = figures(root=settings.LAKE_ROOT, spec=spec, version=version, workspace_id=workspace_id)
    waiting = hot_rows(source_of(spec.name), head).filter(workspace_id=workspace_id).count()
    return TableStatus(
        name=spec.name,
        says=spec.doc,
        columns=len(spec.columns),
        rows=found.rows,
        files=found.files,
        bytes=found.bytes,
        waiting=waiting,
        fresh_to=None if head is None or version is None else head.moved_at if waiting else now,
        compacted_at=head.compacted_at if head else None,
    )


def _rollup(rollup: Rollup, head: LakeHead | None, state: LakeRollup | None, workspace: Workspace) -> RollupStatus:
    from allears.lake.store import figures

    version = head.version if head else None
    found = figures(root=settings.LAKE_ROOT, spec=rollup.spec, version=version, workspace_id=workspace.pk)
    behind = LakeDirty.objects.filter(table=rollup.source.name, workspace_id=workspace.pk).exists()
    built = state is not None and state.zone == workspace.timezone and state.contract == rollup.contract
    return RollupStatus(
        name=rollup.name,
        says=rollup.doc,
        state="unbuilt" if not built else "behind" if behind else "ready",
        cells=found.rows,
        bytes=found.bytes,
        built_at=state.built_at if state else None,
        checked_at=state.checked_at if state else None,
        checked_days=state.checked_days if state else 0,
        difference=state.difference if state else "",
    )
