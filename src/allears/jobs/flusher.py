"""Carrying hot rows to the lake: claim, one Delta commit, then the head moves. Every step may die and is repeated.

The claim numbers the rows in a transaction of its own; the commit carries that number as an application transaction,
so that a replay finds whether it was written; moving the head makes the files, and unmakes the hot rows, in the same
instant for every reader. A row that changes meanwhile loses its number and stays hot.
"""

import logging
import time
from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from allears.jobs.dirty import days_of, mark_dirty
from allears.jobs.hot import HotSource, sources
from allears.jobs.lease import LeaseLostError, acquire
from allears.jobs.models import LakeErasure, LakeHead, LakeRollup
from allears.jobs.rewriting import LEASE, LEASE_SECONDS, Holder, bounds, rewriting
from allears.lake.rollups import ROLLUPS, rollups_of

logger = logging.getLogger(__name__)
BATCH = 50_000
EVERY_SECONDS = 10.0
APP_ID = "allears-flusher"


def flush_all(*, owner: str, now: datetime, root: str | None = None) -> int:
    """Flush everything that is hot and ready now; the number of rows. 0 while another process flushes."""
    fence = acquire(name=LEASE, owner=owner, now=now, seconds=LEASE_SECONDS)
    if fence is None:
        return 0
    holder = Holder(owner=owner, fence=fence)
    total = 0
    for source in sources():
        while done := flush(source=source, holder=holder, now=now, root=root):
            total += done
    return total


def flush(*, source: HotSource, holder: Holder, now: datetime, root: str | None = None, limit: int = BATCH) -> int:
    """One batch of one table: finish a pending flush, else begin a new one. Returns the number of rows claimed."""
    from allears.lake import store

    root = root or settings.LAKE_ROOT
    head = _claim(source, holder, now, limit, root)
    if head.pending_low is None:
        return 0
    number, version = head.flushed + 1, head.version
    erased = set(LakeErasure.objects.values_list("customer_key", flat=True))
    table = source.facts(_pending(source, head), version=number)
    table = store.nameless(table, spec=source.spec, customer_keys=erased)
    if len(table):
        version = store.append(root=root, spec=source.spec, table=table, app_id=APP_ID, version=number)
    _move(head, version, holder, days_of(table))
    return max(len(table), 1)


def _pending(source: HotSource, head: LakeHead) -> QuerySet[Any]:
    rows = source.model.objects.across_workspaces()
    return rows.filter(id__range=(head.pending_low, head.pending_high), flush_id=head.flushed + 1)


def _claim(source: HotSource, holder: Holder, now: datetime, limit: int, root: str) -> LakeHead:
    """Number the oldest hot rows, unless rows are numbered already."""
    with transaction.atomic():
        holder.prove(now)
        head, _ = LakeHead.objects.get_or_create(table=source.spec.name, defaults={"moved_at": now})
        if head.pending_low is not None:
            return head
        hot = source.model.objects.across_workspaces().filter(source.ready(now), flush_id__isnull=True)
        ids = list(hot.order_by("id").values_list("id", flat=True)[: min(limit, source.most)])
        if ids:
            _catch_up(source, head, root)
            hot.filter(id__range=(ids[0], ids[-1])).update(flush_id=head.flushed + 1)
            head.pending_low, head.pending_high = ids[0], ids[-1]
            head.save()
        return head


def _catch_up(source: HotSource, head: LakeHead, root: str) -> None:
    """A lake that is ahead of its database (an older backup was restored) goes back to what the database knows."""
    from allears.lake import store

    written = store.committed(root=root, spec=source.spec, app_id=APP_ID)
    if written is None or written <= head.flushed:
        return
    logger.warning("%s: the lake is %s flushes ahead of the database; going back", head.table, written - head.flushed)
    head.version = store.rewind(root=root, spec=source.spec, version=head.version)
    head.flushed = written
    LakeRollup.objects.filter(rollup__in=[each.name for each in rollups_of(head.table)]).delete()


def settle(*, source: HotSource, holder: Holder, root: str) -> LakeHead | None:
    """The head of a table that is about to be rewritten, after a lake ahead of its database went back."""
    with transaction.atomic():
        holder.prove(timezone.now())
        head = LakeHead.objects.filter(table=source.spec.name, version__isnull=False).first()
        if head is not None:
            _catch_up(source, head, root)
            head.save()
        return head


def _move(head: LakeHead, version: int | None, holder: Holder, days: Collection[tuple[int, date]]) -> None:
    """The instant at which the pending rows are in the lake and no longer hot."""
    now = timezone.now()
    with transaction.atomic():
        holder.prove(now)
        moved = LakeHead.objects.filter(table=head.table, flushed=head.flushed).update(
            version=version, flushed=head.flushed + 1, pending_low=None, pending_high=None, moved_at=now
        )
        if not moved:
            raise LeaseLostError(f"{head.table}: another flusher finished flush {head.flushed + 1}")
        mark_dirty(table=head.table, days=days)


def compact_all(*, owner: str, now: datetime, root: str | None = None) -> int:
    """Rewrite partitions of many small files, move the heads, remove files nobody can see; partitions rewritten."""
    from allears.lake import store

    root, done = root or settings.LAKE_ROOT, 0
    with rewriting(owner=owner) as holder:
        for source in sources():
            done += _compact(source, holder, now, root)
        for rollup in ROLLUPS.values():
            holder.keep()
            store.vacuum(root=root, spec=rollup.spec, keep_hours=0)
    return done


def _compact(source: HotSource, holder: Holder, now: datetime, root: str) -> int:
    from allears.lake import store

    if settle(source=source, holder=holder, root=root) is None:
        return 0
    partitions = store.small_partitions(root=root, spec=source.spec)
    for partition in partitions:
        holder.keep()
        version = store.compact(root=root, spec=source.spec, partitions=[partition], bounds=bounds())
        with transaction.atomic():
            holder.prove(timezone.now())
            LakeHead.objects.filter(table=source.spec.name).update(version=version)
    holder.keep()
    LakeHead.objects.filter(table=source.spec.name).update(compacted_at=now)
    store.vacuum(root=root, spec=source.spec)
    store.tidy(root=root, spec=source.spec)
    return len(partitions)


class Flusher:
    """The loop's memory: flush every few seconds."""

    def __init__(self, *, owner: str) -> None:
        self._owner = owner
        self._flushed = 0.0

    def step(self) -> int:
        """One look at the clock; the number of rows flushed."""
        if time.monotonic() - self._flushed < EVERY_SECONDS:
            return 0
        self._flushed = time.monotonic()
        try:
            return flush_all(owner=self._owner, now=timezone.now())
        except LeaseLostError:
            logger.warning("another process took over flushing; what was pending is finished there")
            return 0
