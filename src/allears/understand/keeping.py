"""What the analytics process does round and round beside answering: flush, roll up, compact, sweep, check, forget.

Each thing has its own pace, remembered in the database so that a restart does not begin anew and two processes do not
do it twice. What fails is logged and tried again at its next turn; nothing here is lost by being late.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from allears.jobs import erasure, flusher
from allears.jobs.hot import sources
from allears.jobs.lease import LeaseLostError
from allears.jobs.models import LakeHead, ScheduleMark
from allears.jobs.rewriting import FlusherBusyError
from allears.understand import retention, rollups

if TYPE_CHECKING:
    from allears.lake.engine import Engine

logger = logging.getLogger(__name__)
HOUR = 3600.0
LOOK_SECONDS = 60.0
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Chore:
    name: str
    seconds: float
    run: Callable[[datetime], object]


class Keeper:
    """The chores of one process; ``engine`` is called only when something has to be counted."""

    def __init__(self, *, owner: str, engine: Callable[[], Engine]) -> None:
        self._owner, self._engine = owner, engine
        self._flusher = flusher.Flusher(owner=owner)
        self.worked_at = time.monotonic()
        """When last there was something to do (``time.monotonic``)."""
        self._looked: dict[str, datetime] = {}
        self.chores = (
            Chore(name="lake.rollups", seconds=30, run=self._roll_up),
            Chore(name="lake.erasures", seconds=600, run=lambda _: erasure.finish_erasures()),
            Chore(name="lake.compaction", seconds=HOUR, run=self._compact),
            Chore(name="lake.retention", seconds=24 * HOUR, run=self._forget),
            Chore(name="lake.check", seconds=24 * HOUR, run=self._check),
        )

    def step(self) -> None:
        """One look at the clock."""
        if self._flusher.step():
            self.worked_at = time.monotonic()
        now = timezone.now()
        for chore in self.chores:
            if self._looked.get(chore.name, LONG_AGO) + timedelta(seconds=min(chore.seconds, LOOK_SECONDS)) <= now:
                self._looked[chore.name] = now
                if _claim(chore, now):
                    self._do(chore)

    def _do(self, chore: Chore) -> None:
        try:
            chore.run(timezone.now())
        except (LeaseLostError, FlusherBusyError):
            logger.warning("%s: the lake was being written by others; it is done at the next turn", chore.name)

    def _roll_up(self, now: datetime) -> None:
        if rollups.due():
            self.worked_at = time.monotonic()
            rollups.maintain(engine=self._engine(), owner=self._owner, now=now)

    def _compact(self, now: datetime) -> None:
        tables = [source.spec.name for source in sources()]
        moved = Q(compacted_at__isnull=True) | Q(moved_at__gt=F("compacted_at"))
        if LakeHead.objects.filter(moved, table__in=tables, version__isnull=False).exists():
            flusher.compact_all(owner=self._owner, now=now)

    def _forget(self, now: datetime) -> None:
        retention.forget_old(owner=self._owner, now=now)

    def _check(self, now: datetime) -> None:
        for found in rollups.check(engine=self._engine(), now=now):
            if found.difference:
                logger.error("a roll-up is wrong and is built anew: %s", found.difference)


def _claim(chore: Chore, now: datetime) -> bool:
    """Whether it is the chore's turn; whoever is told so has it. A chore never seen waits a whole round first."""
    with transaction.atomic():
        mark, new = ScheduleMark.objects.get_or_create(task=chore.name, defaults={"queued_at": now})
        if new or mark.queued_at + timedelta(seconds=chore.seconds) > now:
            return False
        claimed = ScheduleMark.objects.filter(task=chore.name, queued_at=mark.queued_at).update(queued_at=now)
        return bool(claimed)
