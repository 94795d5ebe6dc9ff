"""How much each workspace may send: events a second, as a bucket that refills, and events a day.

Each web process keeps its own buckets, so a limit is shared evenly among the web processes of a node, and counts for
each node. The day's count is kept by the consumer in the transaction that stores the events; a process adds what it let
in itself since, so the quota is exact to what is on its way through other nodes.
"""

import asyncio
import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection

from allears.store import plain

FRESH_SECONDS = 3.0
BURST_SECONDS = 2.0  # what may come at once after a quiet time
LONGEST_WAIT = 3600  # a sender that waits longer gives up


class LimitedError(RuntimeError):
    """The workspace has sent its share; the text says which, ``retry_after`` when to come again, in seconds."""

    def __init__(self, text: str, retry_after: float) -> None:
        super().__init__(text)
        self.retry_after = max(1, min(LONGEST_WAIT, math.ceil(retry_after)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Allowance:
    """What one workspace may send (0: as much as it likes), and how many events the consumer has counted today."""

    per_second: int = 0
    per_day: int = 0
    today: int = 0


@dataclass(slots=True)
class _Account:
    allowance: Allowance
    asked_at: float
    tokens: float
    filled_at: float
    day: date
    own: int = 0  # let in by this process today, beyond what was counted at its first look

    def used(self) -> int:
        return max(self.allowance.today, self.own)


class Limits:
    """The buckets of one web process. Used on the event loop only."""

    def __init__(
        self, look_up: "Callable[[int, str], Allowance] | None" = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._look_up = look_up or allowance_of
        self._clock = clock
        self._accounts: dict[int, _Account] = {}
        self._asking: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="limits")

    async def admit(self, workspace_id: int, events: int, now: datetime) -> None:
        """Count these events in, or raise LimitedError and count nothing.

        A batch may overdraw the bucket, so that one larger than it gets in at all; the next one waits the longer.
        """
        account = await self._account(workspace_id, now)
        allowed, moment = account.allowance, self._clock()
        if allowed.per_day and account.used() + events > allowed.per_day:
            midnight = datetime(now.year, now.month, now.day, tzinfo=UTC) + timedelta(days=1)
            text = f"this workspace may send {allowed.per_day} events a day and has sent {account.used()}"
            raise LimitedError(text, (midnight - now).total_seconds())
        if allowed.per_second:
            rate = allowed.per_second / settings.WEB_WORKERS
            full = rate * BURST_SECONDS
            account.tokens = min(full, account.tokens + (moment - account.filled_at) * rate)
            account.filled_at = moment
            if account.tokens < min(events, full):
                text = f"this workspace may send {allowed.per_second} events a second and is sending more"
                raise LimitedError(text, (min(events, full) - account.tokens) / rate)
            account.tokens -= events
        account.own += events

    def give_back(self, workspace_id: int, events: int) -> None:
        """They could not be stored after all."""
        if account := self._accounts.get(workspace_id):
            account.tokens += events
            account.own -= events

    async def _account(self, workspace_id: int, now: datetime) -> _Account:
        account, day = self._accounts.get(workspace_id), now.date()
        if account is None or account.day != day:
            await self._ask(workspace_id, day)
            return self._accounts[workspace_id]
        if self._clock() - account.asked_at > FRESH_SECONDS and workspace_id not in self._asking:
            self._asking.add(workspace_id)
            task = asyncio.get_running_loop().create_task(self._ask(workspace_id, day))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return account

    async def _ask(self, workspace_id: int, day: date) -> None:
        """While the database is away, what was known counts, and who is not known is let in: the log decides."""
        try:
            named = day.isoformat()
            found = await asyncio.get_running_loop().run_in_executor(self._thread, self._look_up, workspace_id, named)
        except DatabaseError:
            found = None
        finally:
            self._asking.discard(workspace_id)
        account, moment = self._accounts.get(workspace_id), self._clock()
        if account is None or account.day != day:
            allowed = found or (account.allowance if account else Allowance())
            full = allowed.per_second / settings.WEB_WORKERS * BURST_SECONDS
            self._accounts[workspace_id] = _Account(allowed, moment, full, moment, day, own=found.today if found else 0)
            return
        account.asked_at = moment
        if found is not None:
            if found.per_second != account.allowance.per_second:
                account.tokens = found.per_second / settings.WEB_WORKERS * BURST_SECONDS
            account.allowance = found


def allowance_of(workspace_id: int, day: str) -> Allowance:
    """Ask the database, on a thread of its own."""
    close_old_connections()
    try:
        rows = plain.select(
            "SELECT own.per_second, own.per_day, counted.events FROM accounts_workspace AS workspace"
            " LEFT JOIN events_intakelimit AS own ON own.workspace_id = workspace.id"
            " LEFT JOIN events_intakecount AS counted ON counted.workspace_id = workspace.id AND counted.day = %s"
            " WHERE workspace.id = %s",
            [day, workspace_id],
        )
    except DatabaseError:
        connection.close()
        raise
    per_second, per_day, today = rows[0] if rows else (None, None, None)
    return Allowance(
        per_second=settings.INTAKE_PER_SECOND if per_second is None else per_second,
        per_day=settings.INTAKE_PER_DAY if per_day is None else per_day,
        today=today or 0,
    )
