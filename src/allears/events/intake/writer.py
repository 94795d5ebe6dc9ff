"""Group commit: one thread stores all bodies that wait in one transaction, then wakes their requests."""

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, connection

from allears.events.intake.log import TELL_SECONDS, Body, IntakeLog, LogUnavailableError
from allears.jobs.bell import ring_local

logger = logging.getLogger(__name__)
GROUP_BYTES = 8 * 1024 * 1024  # in one commit
PATIENCE_SECONDS = 5.0  # a request waits so long for a log that is away
TRIM_SECONDS = 0.5
LOOK_SECONDS = 1.0
IDLE_SECONDS = 5.0


class DoorFullError(RuntimeError):
    """Too much is waiting already; the sender should come again after so many seconds."""

    def __init__(self, text: str, retry_after: int = 1) -> None:
        super().__init__(text)
        self.retry_after = retry_after


@dataclass(slots=True)
class _Waiting:
    body: Body
    loop: asyncio.AbstractEventLoop
    stored: "asyncio.Future[None]"
    deadline: float


class Writer:
    """The one thread of this process that writes the intake log."""

    def __init__(self, open_log: Callable[[], IntakeLog], *, max_waiting: int) -> None:
        self._open_log = open_log
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._max_waiting = max_waiting
        self._thread: threading.Thread | None = None
        self._trimmed_at = 0.0
        self.waiting = 0  # changed on the event loop only
        self._full: DoorFullError | None = None  # why the log takes no more
        self._looked_at = 0.0
        self.trouble = ""  # why the last commit failed; empty while all is well

    def start(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="intake writer", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Store what waits, then end."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join(PATIENCE_SECONDS + 1)
            self._thread = None

    async def store(self, body: Body) -> None:
        """Return once the body is safely on disk; raises DoorFullError or LogUnavailableError."""
        if self.waiting >= self._max_waiting:
            raise DoorFullError(f"{self.waiting} requests are waiting")
        if self._full is not None:
            raise self._full
        loop = asyncio.get_running_loop()
        stored = loop.create_future()
        self.waiting += 1
        self._queue.put(_Waiting(body, loop, stored, time.monotonic() + PATIENCE_SECONDS))
        try:
            await stored
        finally:
            self.waiting -= 1

    def _run(self) -> None:
        log = self._open_log()
        more = True
        while more:
            group, more = self._take(TELL_SECONDS if log.owes else LOOK_SECONDS if self._full else IDLE_SECONDS)
            if group:
                self._commit(log, group)
            elif log.owes:
                self._tell(log)
            self._trim(log)
            self._look(log)
        log.close()

    def _take(self, seconds: float) -> tuple[list[_Waiting], bool]:
        """Everything that waits, up to GROUP_BYTES, or nothing after so many seconds; False when told to stop."""
        group: list[_Waiting] = []
        size = 0
        try:
            item = self._queue.get(timeout=seconds)
            while item is not None:
                group.append(item)
                size += len(item.body.data)
                if size >= GROUP_BYTES:
                    return group, True
                item = self._queue.get_nowait()
        except queue.Empty:
            return group, True
        return group, False

    def _commit(self, log: IntakeLog, group: list[_Waiting]) -> None:
        while group:
            try:
                log.append([item.body for item in group])
            except LogUnavailableError as error:
                self.trouble = str(error)
                logger.warning("the intake log is away, trying again: %s", error)
                late = [item for item in group if item.deadline <= time.monotonic()]
                group = [item for item in group if item.deadline > time.monotonic()]
                _settle(late, error)
                time.sleep(0.1 if group else 0)
                continue
            self.trouble = ""
            _settle(group, None)
            ring_local("intake")
            return

    def _tell(self, log: IntakeLog) -> None:
        try:
            log.tell()
        except LogUnavailableError as error:
            logger.warning("other nodes were not told of new events, they look by themselves: %s", error)

    def _look(self, log: IntakeLog) -> None:
        """Whether the log may grow further: the disk has room, and the consumer keeps up."""
        if time.monotonic() - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = time.monotonic()
        try:
            self._full = _why_full(log)
        except (LogUnavailableError, DatabaseError, OSError) as error:
            logger.warning("whether the intake log may grow is not known now: %s", error)
            connection.close()

    def _trim(self, log: IntakeLog) -> None:
        if time.monotonic() - self._trimmed_at < TRIM_SECONDS:
            return
        try:
            trimmed = log.trim()
        except (LogUnavailableError, DatabaseError) as error:
            logger.warning("the intake log was not trimmed, trying again: %s", error)
            connection.close()
            trimmed = 0
        if not trimmed:
            self._trimmed_at = time.monotonic()


def _why_full(log: IntakeLog) -> DoorFullError | None:
    free = log.room()
    if free is not None and free < settings.INTAKE_MIN_FREE:
        return DoorFullError(f"the disk of the intake log is nearly full ({free // 1_000_000} MB are free)", 30)
    unread = log.unread(settings.INTAKE_MAX_UNREAD + 1)
    if unread > settings.INTAKE_MAX_UNREAD:
        return DoorFullError(f"more than {settings.INTAKE_MAX_UNREAD} requests wait to be read", 10)
    return None


def _settle(group: list[_Waiting], error: Exception | None) -> None:
    loops: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for item in group:
        loops.setdefault(item.loop, []).append(item.stored)
    for loop, futures in loops.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_wake, futures, error)


def _wake(futures: list["asyncio.Future[None]"], error: Exception | None) -> None:
    for future in futures:
        if future.done():
            continue  # the client went away
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)
