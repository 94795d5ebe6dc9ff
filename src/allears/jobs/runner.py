"""The worker process: one thread for each loop; it survives restarts of the database and stops on SIGTERM."""

import gc
import logging
import signal
import threading
from collections.abc import Callable

import psycopg
from django.conf import settings
from django.db import Error as DatabaseProblem
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.utils import timezone
from django.utils.module_loading import import_string

from allears.jobs import loops, schedules, worker
from allears.jobs.bell import TOPICS_ON_POSTGRES, Bell, ring_local
from allears.jobs.lease import release, worker_name
from allears.store.postgres import connect

logger = logging.getLogger(__name__)
POLL_SECONDS = 1.0
HEARTBEAT_SECONDS = 10.0
KEPT_LOOKS = 30
Step = Callable[[], int]


class Runner:
    """All loops of one worker process."""

    def __init__(self, *, owner: str | None = None) -> None:
        self.owner = owner or worker_name()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._bells: set[str] = set()

    def start(self) -> None:
        """Start every loop; returns at once."""
        for loop in loops.loops():
            self._spawn(loop.name, loop.bell, self._domain_step(loop.function))
        self._spawn("jobs", "jobs", lambda: worker.run_due(owner=self.owner))
        self._spawn("long jobs", "jobs", lambda: worker.run_due(owner=self.owner, queues=[worker.LONG], limit=1))
        self._spawn("schedules", "schedules", self._tick)
        self._spawn("heartbeat", "heartbeat", self._beat, pause=HEARTBEAT_SECONDS)
        if settings.DATABASE_URL:
            thread = threading.Thread(target=relay_bells, args=(self._stop,), name="bells", daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Ask every loop to finish what it holds; ``join`` waits for them."""
        self._stop.set()
        for topic in self._bells:
            ring_local(topic)

    def join(self, seconds: float = 20.0) -> None:
        """Wait until the loops have ended, then give up the leases."""
        for thread in self._threads:
            thread.join(seconds)
        try:
            release(owner=self.owner)
        except DatabaseProblem:
            logger.warning("the database is away: the leases of %s run out by themselves", self.owner)

    def wait(self) -> None:
        """Sleep until ``stop`` is called."""
        while not self._stop.wait(3600):
            pass

    def _spawn(self, name: str, bell: str, step: Step, pause: float = POLL_SECONDS) -> None:
        self._bells.add(bell)
        thread = threading.Thread(target=self._turn, args=(name, bell, step, pause), name=name, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _turn(self, name: str, topic: str, step: Step, pause: float) -> None:
        failures = quiet = 0
        with Bell(topic) as bell:
            while not self._stop.is_set():
                try:
                    done = step()
                    failures = 0
                except (OperationalError, InterfaceError) as error:
                    failures += 1
                    logger.warning("%s: the database is away, trying again: %s", name, error)
                    connection.close()
                    done = 0
                except Exception:  # bulkhead: one failing round must not end the loop; logged with its trace
                    failures += 1
                    logger.exception("%s: this round failed, trying again", name)
                    done = 0
                if not done:
                    if _rests(quiet):
                        close_old_connections()
                    rung = bell.wait(pause if not failures else min(0.2 * 2 ** min(failures, 5), 5.0))
                    quiet = 0 if rung else quiet + 1
        connection.close()

    def _domain_step(self, function: str) -> Step:
        run_once = import_string(function)
        return lambda: int(run_once(self.owner))

    def _tick(self) -> int:
        schedules.queue_due(owner=self.owner, now=timezone.now())
        return 0

    def _beat(self) -> int:
        now = timezone.now()
        worker.prolong(owner=self.owner, now=now)
        worker.reap(now=now)
        return 0


def _rests(quiet: int) -> bool:
    """Whether a loop gives its connection back after so many looks at nothing in a row.

    A loop that is rung keeps it, with the pages and statements it knows: to open one costs more than a turn. Of a
    PostgreSQL pool the quiet ones keep none; a file is kept open between looks, and now and then opened anew.
    """
    return quiet > 0 if settings.DATABASE_URL else quiet % KEPT_LOOKS == KEPT_LOOKS - 1


def relay_bells(stop: threading.Event) -> None:
    """Pass on what other nodes ring through PostgreSQL to the listeners of this machine."""
    while not stop.is_set():
        try:
            with connect(autocommit=True) as listener:
                listener.execute("LISTEN allears")
                for topic in TOPICS_ON_POSTGRES:
                    ring_local(topic)  # what was rung while nobody listened
                while not stop.is_set():
                    for notice in listener.notifies(timeout=1.0):
                        ring_local(notice.payload)
        except psycopg.Error as error:
            logger.warning("bells: PostgreSQL is away, trying again: %s", error)
            stop.wait(1.0)


def main() -> None:
    """Run the worker until SIGTERM or SIGINT. Django must be set up."""
    gc.freeze()  # what is loaded stays; what rows leave behind has no cycles, so look for cycles less often
    gc.set_threshold(100_000, 20, 50)
    runner = Runner()
    signal.signal(signal.SIGTERM, lambda *_: runner.stop())
    signal.signal(signal.SIGINT, lambda *_: runner.stop())
    runner.start()
    runner.wait()
    runner.join()
