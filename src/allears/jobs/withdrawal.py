"""Taking rows back, out of the operational store and the lake in the same instant.

Rows that an import brought and an undo removes may have been flushed already. They are deleted from the lake's newest
version under the flusher's lease, which readers do not see yet; then one transaction deletes the rows and moves the
head. A crash between the two is mended by doing it again: the lake has nothing left to delete.
"""

import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from allears.jobs.flusher import LEASE, LEASE_SECONDS, Holder
from allears.jobs.hot import HotSource
from allears.jobs.models import LakeHead, WorkerLease

PAUSE_SECONDS = 0.2
PATIENCE_SECONDS = 60.0


class FlusherBusyError(RuntimeError):
    """A flush has been under way all the time; trying again later is safe."""


def withdraw(
    *, source: HotSource, workspace_id: int, ids: Sequence[int], delete: Callable[[], None], owner: str
) -> None:
    """Remove these rows from the lake and call ``delete`` for the operational rows, as one change for readers."""
    holder = _between_flushes(owner)
    try:
        version = _remove_from_lake(source, workspace_id, ids)
        with transaction.atomic():
            holder.prove(timezone.now())
            delete()
            if version is not None:
                LakeHead.objects.filter(table=source.spec.name).update(version=version, moved_at=timezone.now())
    finally:
        WorkerLease.objects.filter(name=LEASE, owner=owner).update(owner="")


def _between_flushes(owner: str) -> Holder:
    """Take the flusher's lease over while it has nothing pending; the fence tells it at its next step."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with transaction.atomic():
            now = timezone.now()
            WorkerLease.objects.get_or_create(name=LEASE, defaults={"owner": "", "until": now})
            lease = WorkerLease.objects.select_for_update().get(name=LEASE)
            if not LakeHead.objects.filter(pending_low__isnull=False).exists():
                lease.owner, lease.fence = owner, lease.fence + 1
                lease.until = now + timedelta(seconds=LEASE_SECONDS)
                lease.save()
                return Holder(owner=owner, fence=lease.fence)
        time.sleep(PAUSE_SECONDS)
    raise FlusherBusyError("a flush has been pending for a minute; try again when the worker has caught up")


def _remove_from_lake(source: HotSource, workspace_id: int, ids: Sequence[int]) -> int | None:
    from allears.lake import store

    head = LakeHead.objects.filter(table=source.spec.name).first()
    if head is None or head.version is None:
        return None
    return store.remove(root=settings.LAKE_ROOT, spec=source.spec, workspace_id=workspace_id, keys=ids)
