"""Counters of one process, written to a small file now and then, so that one page can add up all processes.

A process that dies leaves its file, and with it what it had counted until a few seconds before.
"""

import fcntl
import json
import os
import threading
import time
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache
from pathlib import Path

WRITE_SECONDS = 2.0
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Meter:
    """Counts by name. Adding is a dictionary's work: cheap enough for each request."""

    def __init__(self) -> None:
        self._counts: dict[str, float] = {}
        self._path: Path | None = None
        self._written: dict[str, float] = {}

    def add(self, name: str, value: float = 1.0) -> None:
        self._counts[name] = self._counts.get(name, 0.0) + value

    def observe(self, name: str, seconds: float) -> None:
        """One duration: into its bucket, the sum and the count."""
        parts = _parts(name)
        self.add(parts[bisect_left(BUCKETS, seconds)])
        self.add(parts[-1], seconds)

    @property
    def begun(self) -> bool:
        """Whether a folder is known: asked with each request, where making the folder's name would cost more."""
        return self._path is not None

    def begin(self, folder: Path, role: str) -> None:
        """Write to the folder from now on, in a thread; a second call does nothing."""
        if self._path is not None:
            return
        folder.mkdir(parents=True, exist_ok=True)
        fold(folder)
        self._path = folder / f"{role}.{os.getpid()}.{time.time_ns()}.json"
        threading.Thread(target=self._keep_writing, name="meter", daemon=True).start()

    def _keep_writing(self) -> None:
        while True:
            time.sleep(WRITE_SECONDS)
            self.write()

    def write(self) -> None:
        counts = dict(self._counts)
        if self._path is None or counts == self._written:
            return
        part = self._path.with_suffix(".part")
        part.write_text(json.dumps(counts))
        part.replace(self._path)
        self._written = counts


@cache
def _parts(name: str) -> tuple[str, ...]:
    """What a duration of this name is counted under: its buckets, then its sum."""
    return *(f"{name}|{number}" for number in range(len(BUCKETS) + 1)), f"{name}|sum"


def added_up(folder: Path) -> dict[str, float]:
    """The sums over every process, living or gone."""
    total: dict[str, float] = {}
    for counts in _files(folder):
        for name, value in counts.items():
            total[name] = total.get(name, 0.0) + value
    return total


def _files(folder: Path) -> Iterator[dict[str, float]]:
    for path in folder.glob("*.json"):
        try:
            yield json.loads(path.read_text())
        except (FileNotFoundError, ValueError):
            continue  # folded away by another process this moment


def fold(folder: Path, *, keep: int = 50) -> None:
    """Put the files of processes long gone into one, so that their number stays small; each start does it."""
    with (folder / "fold.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # another process is at it
        _fold(folder, keep)


def _fold(folder: Path, keep: int) -> None:
    files = list(folder.glob("*.*.*.json"))
    if len(files) <= keep:
        return
    gone = [path for path in files if not Path(f"/proc/{path.name.split('.')[1]}").exists()]
    total: dict[str, float] = {}
    past = folder / "past.json"
    for path in [*([past] if past.exists() else []), *gone]:
        for name, value in json.loads(path.read_text()).items():
            total[name] = total.get(name, 0.0) + value
    part = past.with_suffix(".part")
    part.write_text(json.dumps(total))
    part.replace(past)
    for path in gone:
        path.unlink(missing_ok=True)


METER = Meter()
