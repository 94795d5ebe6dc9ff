"""The lake's part of keeping data no longer than told: old facts stay as figures and lose whose they were."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from allears.accounts.models import Workspace
from allears.customers.retention import border
from allears.jobs.dirty import mark_dirty
from allears.jobs.flusher import settle
from allears.jobs.hot import HotSource, sources
from allears.jobs.models import LakeHead
from allears.jobs.rewriting import Holder, bounds, rewriting
from allears.understand.rollups import span_of


def forget_old(*, owner: str, now: datetime) -> int:
    """Take the customers off every partition that is wholly past its workspace's period; rows changed."""
    borders = {
        ws: border(workspace_id=ws, kind="facts", now=now) for ws in Workspace.objects.values_list("id", flat=True)
    }
    past = {workspace_id: limit for workspace_id, limit in borders.items() if limit is not None}
    if not past:
        return 0
    with rewriting(owner=owner) as holder:
        return sum(
            _forget(source, holder, workspace_id, limit)
            for source in sources()
            if source.spec.personal
            for workspace_id, limit in past.items()
        )


def _forget(source: HotSource, holder: Holder, workspace_id: int, limit: datetime) -> int:
    from allears.lake import store

    head = settle(source=source, holder=holder, root=settings.LAKE_ROOT)
    if head is None:
        return 0
    where: dict[str, Any] = {"root": settings.LAKE_ROOT, "spec": source.spec}
    periods = store.periods_of(**where, version=store.newest_version(**where)).get(workspace_id, ())
    old = [period for period in periods if span_of(period)[1] < limit.date()]
    held = store.held_by(**where, workspace_id=workspace_id, customer_keys=None, periods=old)
    if not held:
        return 0
    holder.keep()
    mark_dirty(
        table=head.table, days={(workspace_id, date.fromisoformat(day)) for each in held.values() for day in each.days}
    )
    version = store.erase(**where, workspace_id=workspace_id, customer_keys=None, periods=held, bounds=bounds())
    with transaction.atomic():
        holder.prove(timezone.now())
        LakeHead.objects.filter(table=head.table).update(version=version, moved_at=timezone.now())
    store.vacuum(**where, keep_hours=0)
    return sum(each.rows for each in held.values())
