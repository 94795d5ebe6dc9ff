"""Taking a customer's name off everything the lake knows of him, and off the disk.

Facts stay and lose whose they were, so every score is after the erasure what it was before. From the first transaction
on readers see the rows without the customer. Then, alone with the lake, the partitions that hold him are written anew,
the heads move, and the old files go at once: readers hold a list of files for moments only and take a fresh head when
one is missing. What a crash leaves half done is remembered in ``LakeErasure`` and finished by the next call.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from allears.jobs.dirty import mark_dirty
from allears.jobs.flusher import settle
from allears.jobs.hot import HotSource, sources
from allears.jobs.lease import worker_name
from allears.jobs.models import LakeErasure, LakeHead
from allears.jobs.rewriting import Holder, bounds, rewriting


@dataclass(frozen=True, kw_only=True)
class LakeErasureReport:
    """What was done, for the certificate: rows that lost their customer, by table, and files removed from the disk."""

    rows: dict[str, int]
    files_removed: int


def tombstone(*, workspace_id: int, customer_keys: Collection[str]) -> None:
    """From now on readers of the lake see no row as these customers'. Cheap; part of the caller's transaction."""
    now = timezone.now()
    LakeErasure.objects.bulk_create(
        [LakeErasure(workspace_id=workspace_id, customer_key=key, at=now) for key in sorted(set(customer_keys))],
        ignore_conflicts=True,
    )


def erase_from_lake(*, workspace_id: int, customer_keys: Collection[str]) -> LakeErasureReport:
    """Make these customers unknown to the lake, for readers at once and on the disk before this returns.

    Call it after the operational rows have lost the customer, or fresh rows would bring his key again. Safe to repeat.
    Raises FlusherBusyError when the lake was being written all the time; readers see him no more even then, and
    `finish_erasures` does the rest.
    """
    tombstone(workspace_id=workspace_id, customer_keys=customer_keys)
    return _erase(workspace_id)


def finish_erasures() -> None:
    """Finish what a crash or a busy lake left undone."""
    for workspace_id in LakeErasure.objects.order_by("workspace_id").values_list("workspace_id", flat=True).distinct():
        _erase(workspace_id)


def _erase(workspace_id: int) -> LakeErasureReport:
    """Every customer of the workspace who waits for it, in one go."""
    from allears.lake import store

    rows: dict[str, int] = {}
    files = 0
    with rewriting(owner=worker_name()) as holder:
        waiting = dict(LakeErasure.objects.filter(workspace_id=workspace_id).values_list("customer_key", "id"))
        for source in sources():
            rows[source.spec.name] = _erase_table(source, holder, workspace_id, frozenset(waiting))
            holder.keep()
            files += len(store.vacuum(root=settings.LAKE_ROOT, spec=source.spec, keep_hours=0))
        LakeErasure.objects.filter(id__in=list(waiting.values())).delete()
    return LakeErasureReport(rows=rows, files_removed=files)


def _erase_table(source: HotSource, holder: Holder, workspace_id: int, keys: frozenset[str]) -> int:
    """The days are marked before the files change: roll-ups leave a workspace alone while an erasure waits in it."""
    from allears.lake import store

    head = settle(source=source, holder=holder, root=settings.LAKE_ROOT)
    if head is None:
        return 0
    asked: Mapping[str, Any] = {"root": settings.LAKE_ROOT, "spec": source.spec, "workspace_id": workspace_id}
    held = store.held_by(**asked, customer_keys=keys)
    days = {(workspace_id, date.fromisoformat(day)) for each in held.values() for day in each.days}
    mark_dirty(table=head.table, days=days)
    version = store.erase(**asked, customer_keys=keys, periods=held, bounds=bounds())
    with transaction.atomic():
        holder.prove(timezone.now())
        LakeHead.objects.filter(table=head.table).update(version=version, moved_at=timezone.now())
    return sum(each.rows for each in held.values())
