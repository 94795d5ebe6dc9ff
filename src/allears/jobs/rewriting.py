"""One at a time rewrites what is in the lake: compaction, roll-ups, erasure, withdrawal, retention, vacuum.

Appends are the flusher's and are safe beside nothing but themselves, so a rewriter also takes the flusher's lease, at a
moment when no flush is pending. A rewriter that is cut short leaves files that no head names; the next vacuum takes
them, and because a vacuum is a rewriting itself it never meets files of a commit under way.
"""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from allears.jobs.lease import acquire, hold
from allears.jobs.models import LakeHead, WorkerLease

if TYPE_CHECKING:
    from allears.lake.rewriting import Bounds

LEASE = "flusher"
LEASE_SECONDS = 60.0
REWRITE = "lake-rewrite"
REWRITE_SECONDS = 900.0
PAUSE_SECONDS = 0.1
PATIENCE_SECONDS = 120.0


class FlusherBusyError(RuntimeError):
    """The lake was being written all the time; trying again later is safe."""


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Who flushes or rewrites, with the proof that they alone do."""

    owner: str
    fence: int

    def prove(self, now: datetime) -> None:
        """Inside a transaction: still the holder, or LeaseLostError."""
        hold(name=LEASE, owner=self.owner, fence=self.fence, now=now, seconds=LEASE_SECONDS)

    def keep(self) -> None:
        """Between two long steps: still the holder for a good while more, or LeaseLostError."""
        with transaction.atomic():
            hold(name=LEASE, owner=self.owner, fence=self.fence, now=timezone.now(), seconds=REWRITE_SECONDS)


def bounds() -> "Bounds":
    """What a rewriter may hold in memory, and where it puts what is more."""
    from allears.lake.rewriting import Bounds

    spill = Path(settings.RUN_DIR) / "spill"
    spill.mkdir(parents=True, exist_ok=True)
    return Bounds(spill=str(spill))


@contextmanager
def rewriting(*, owner: str, patience: float = PATIENCE_SECONDS) -> Iterator[Holder]:
    """Alone with the lake's files. Raises FlusherBusyError when that does not come about in time."""
    me = f"{owner}:{secrets.token_hex(3)}"
    deadline = time.monotonic() + patience
    try:
        while acquire(name=REWRITE, owner=me, now=timezone.now(), seconds=REWRITE_SECONDS) is None:
            _wait(deadline)
        yield _between_flushes(me, deadline)
    finally:
        WorkerLease.objects.filter(name__in=[LEASE, REWRITE], owner=me).update(owner="")


def _between_flushes(me: str, deadline: float) -> Holder:
    """Take the flusher's lease over while it has nothing pending; the fence tells it at its next step."""
    while True:
        with transaction.atomic():
            now = timezone.now()
            WorkerLease.objects.get_or_create(name=LEASE, defaults={"owner": "", "until": now})
            lease = WorkerLease.objects.select_for_update().get(name=LEASE)
            if not LakeHead.objects.filter(pending_low__isnull=False).exists():
                lease.owner, lease.fence = me, lease.fence + 1
                lease.until = now + timedelta(seconds=REWRITE_SECONDS)
                lease.save()
                return Holder(owner=me, fence=lease.fence)
        _wait(deadline)


def _wait(deadline: float) -> None:
    if time.monotonic() >= deadline:
        raise FlusherBusyError("the lake was being written all the time; try again when the worker has caught up")
    time.sleep(PAUSE_SECONDS)
