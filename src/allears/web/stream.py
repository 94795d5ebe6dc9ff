"""One reader of new voices for each process, however many walls watch: it looks once a second, never more.

Nothing runs while nobody watches. The reader has a thread, and so a database connection, of its own.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import close_old_connections
from django.utils import timezone

from allears.listen import wall
from allears.listen.models import Voice

T = TypeVar("T")
PAUSE = 1.0
LAG = 500  # ids looked at again, for rows that commit out of order
QUEUED = 200  # a watcher slower than this loses the oldest


class Reader:
    """Looks for new voices while someone watches, and hands each to every watcher."""

    def __init__(self) -> None:
        self._watchers: set[asyncio.Queue[Voice]] = set()
        self._task: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="wall")
        self._highest = 0
        self._known: set[int] = set()

    async def watch(self) -> AsyncIterator[Voice | None]:
        """Voices as they arrive; None every 15 silent seconds, so that a closed connection is noticed."""
        queue: asyncio.Queue[Voice] = asyncio.Queue(QUEUED)
        self._watchers.add(queue)
        try:
            if self._task is None or self._task.done():
                await self._run(self._start)
                self._task = asyncio.create_task(self._read())
            while True:
                try:
                    yield await asyncio.wait_for(queue.get(), timeout=15)
                except TimeoutError:
                    yield None
        finally:
            self._watchers.discard(queue)

    async def _run(self, function: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, function)

    def _start(self) -> None:
        close_old_connections()
        self._highest = wall.latest_id()
        self._known = set(range(self._highest - LAG, self._highest + 1))

    def _look(self) -> list[Voice]:
        close_old_connections()
        found = wall.arrived(above=self._highest - LAG, known=self._known, now=timezone.now())
        for voice in found:
            self._known.add(voice.pk)
            self._highest = max(self._highest, voice.pk)
        self._known = {each for each in self._known if each > self._highest - LAG}
        return found

    async def _read(self) -> None:
        while self._watchers:
            for voice in await self._run(self._look):
                for queue in self._watchers:
                    if queue.full():
                        queue.get_nowait()
                    queue.put_nowait(voice)
            await asyncio.sleep(PAUSE)


reader = Reader()
