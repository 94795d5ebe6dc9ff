"""Keeps the processes of one installation running: starts them, restarts the one that died, stops them in order.

It loads no Django, so that the whole house stays small at rest.
"""

import fcntl
import logging
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

logger = logging.getLogger("allears.serve")
WATCHED = {signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
STOPPING = WATCHED - {signal.SIGCHLD}
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 10.0
GOOD_LIFE = 30.0  # a process that lived this long starts again without waiting
GRACE = 15.0  # seconds to finish what it holds before it is killed


class AlreadyServedError(RuntimeError):
    """Another `allears serve` works on this data folder; two would write the same files."""


class NeverStartedError(RuntimeError):
    """A process ended again and again before it was ever up: a setting or a port is wrong."""


@dataclass(kw_only=True)
class Child:
    """One role's process, and when to start it again after it died."""

    role: str
    command: Sequence[str]
    run_dir: Path
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    deaths: int = 0
    due: float = 0.0

    @property
    def pid_file(self) -> Path:
        return self.run_dir / f"{self.role}.pid"

    def start(self) -> None:
        self.process = subprocess.Popen(  # noqa: S603 – our own module and interpreter
            self.command,
            env={**os.environ, "_ALLEARS_PARENT_PID": str(os.getpid())},
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which stops them in order
            preexec_fn=_take_signals_again,
        )
        self.started = time.monotonic()
        replacement = self.pid_file.with_suffix(".new")
        replacement.write_text(f"{self.process.pid}\n")
        replacement.rename(self.pid_file)

    def reap(self) -> None:
        """Note a death, and when to start again: at once after a good life, later after each bad one."""
        if self.process is None or self.process.poll() is None:
            return
        lived = time.monotonic() - self.started
        self.deaths = 1 if lived > GOOD_LIFE else self.deaths + 1
        pause = min(FIRST_PAUSE * 2 ** (self.deaths - 1), LONGEST_PAUSE)
        self.due = time.monotonic() + pause
        logger.warning("%s ended (%s); starting again in %.1f s", self.role, _how(self.process.returncode), pause)
        self.process = None
        self.pid_file.unlink(missing_ok=True)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def finish(self, deadline: float) -> None:
        """Wait for the end, and force it after the grace."""
        if self.process is not None:
            try:
                self.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                logger.warning("%s did not end in %.0f s and was killed", self.role, GRACE)
                self.process.kill()
                self.process.wait()
        self.pid_file.unlink(missing_ok=True)


def _take_signals_again() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED)


def _how(code: int) -> str:
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name


@dataclass(kw_only=True)
class Supervisor:
    """``on_ready`` is called once, when ``ready_url`` first answers (at once where there is none)."""

    data: Path
    roles: Sequence[str]
    ready_url: str | None = None
    on_ready: Callable[[], None] = lambda: None
    children: list[Child] = field(default_factory=list)
    _locks: list[IO[str]] = field(default_factory=list)

    def run(self) -> None:
        """Serve until SIGTERM, SIGINT or SIGHUP."""
        run_dir = self.data / "run"
        run_dir.mkdir(parents=True, exist_ok=True)
        self._lock(run_dir)
        signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
        self.children = [
            Child(role=role, command=[sys.executable, "-m", "allears.cli.roles", role], run_dir=run_dir)
            for role in self.roles
        ]
        try:
            self._watch()
        finally:
            self._stop()
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})

    def _lock(self, run_dir: Path) -> None:
        """The kernel gives these locks back however we end."""
        for role in self.roles:
            lock = (run_dir / f"{role}.lock").open("w")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise AlreadyServedError(role) from None
            self._locks.append(lock)

    def _watch(self) -> None:
        ready = False
        while True:
            now = time.monotonic()
            for child in self.children:
                if child.process is None and now >= child.due:
                    child.start()
            if not ready:
                self._give_up_on_false_starts()
                ready = self._is_ready()
                if ready:
                    self.on_ready()
            if self._wait(0.1 if not ready else 3600.0) in STOPPING:
                return
            for child in self.children:
                child.reap()

    def _wait(self, longest: float) -> signal.Signals | None:
        waits = [child.due - time.monotonic() for child in self.children if child.process is None]
        info = signal.sigtimedwait(WATCHED, max(0.0, min([longest, *waits])))
        return signal.Signals(info.si_signo) if info else None

    def _give_up_on_false_starts(self) -> None:
        for child in self.children:
            if child.deaths >= 5:
                raise NeverStartedError(child.role)

    def _is_ready(self) -> bool:
        if any(child.process is None for child in self.children):
            return False
        if self.ready_url is None:
            return True
        try:
            with urllib.request.urlopen(self.ready_url, timeout=2) as answer:  # noqa: S310 – our own address
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def _stop(self) -> None:
        """All at once: what one leaves for another waits safely in the log, the outbox or the queue."""
        deadline = time.monotonic() + GRACE
        for child in self.children:
            child.stop()
        for child in self.children:
            child.finish(deadline)
