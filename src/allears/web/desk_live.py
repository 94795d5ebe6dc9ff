"""One reader of new case entries for each process, however many desks watch. The desk's bell wakes it at once.

Nothing runs while nobody watches. The reader has a thread, and so a database connection, of its own.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

from django.db import close_old_connections
from django.db.models import Max

from allears.jobs.bell import Bell
from allears.respond.entries import DESK_BELL
from allears.respond.models import CaseEntry

LONGEST_WAIT = 0.5  # seconds between looks when no bell rings (another node wrote)
SILENCE = 15.0
LIFE = 3600.0  # a stream is taken up anew after this, so that rights are checked again


class Reader:
    """Looks for new entries while someone watches, and wakes the watchers of their workspaces."""

    def __init__(self) -> None:
        self._watchers: dict[asyncio.Event, int] = {}
        self._task: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="desk")
        self._last = 0

    async def watch(self, *, workspace_id: int) -> AsyncIterator[bool]:
        """True when cases of the workspace changed; False every 15 silent seconds, to notice a closed connection."""
        event, ends = asyncio.Event(), time.monotonic() + LIFE
        self._watchers[event] = workspace_id
        try:
            if self._task is None or self._task.done():
                self._task = asyncio.create_task(self._read())
            while time.monotonic() < ends:
                try:
                    await asyncio.wait_for(event.wait(), timeout=SILENCE)
                except TimeoutError:
                    yield False
                    continue
                event.clear()
                yield True
        finally:
            self._watchers.pop(event, None)

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        with Bell(DESK_BELL) as bell:
            self._last = await loop.run_in_executor(self._thread, self._latest)
            while self._watchers:
                await loop.run_in_executor(self._thread, bell.wait, LONGEST_WAIT)
                changed = await loop.run_in_executor(self._thread, self._look)
                for event, workspace_id in self._watchers.items():
                    if workspace_id in changed:
                        event.set()

    def _latest(self) -> int:
        close_old_connections()
        entries = CaseEntry.objects.across_workspaces()  # one reader serves every workspace's desks
        return entries.aggregate(last=Max("pk"))["last"] or 0

    def _look(self) -> set[int]:
        close_old_connections()
        entries = CaseEntry.objects.across_workspaces().filter(pk__gt=self._last)
        found = dict(entries.order_by("pk").values_list("pk", "workspace_id")[:1000])
        self._last = max(found, default=self._last)
        return set(found.values())


reader = Reader()
