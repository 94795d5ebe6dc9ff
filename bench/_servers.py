"""Real installations for benches: the same ones that the tests start."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.postgres import PostgresServer
from tests.support.processes import descendants, free_port
from tests.support.server import AllEars

TICKS = os.sysconf("SC_CLK_TCK")
BACKENDS = ("sqlite", "postgres")


@contextmanager
def installation(backend: str, **env: str) -> Iterator[AllEars]:
    """`allears serve` with all its processes, in a temporary folder, on SQLite or on a PostgreSQL of its own."""
    with tempfile.TemporaryDirectory(prefix="allears-bench-") as folder:
        postgres = PostgresServer.started() if backend == "postgres" else None
        data, port = Path(folder) / "data", free_port()
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("ALLEARS_", "DATABASE_URL"))}
        settings = {"ALLEARS_DATA": str(data), "ALLEARS_URL": f"http://127.0.0.1:{port}", **env}
        if postgres is not None:
            settings["DATABASE_URL"] = postgres.create_database("bench")
        server = AllEars(data=data, port=port, env={**clean, **settings})
        try:
            server.init()
            server.start()
            yield server
        finally:
            server.stop()
            if postgres is not None:
                postgres.remove()


class Cpu:
    """CPU seconds of an installation's parts since this was made: what a busy machine cannot blur as it does rates."""

    def __init__(self, server: AllEars) -> None:
        self._pids = {role: [server.pid(role), *descendants(server.pid(role))] for role in ("web", "worker")}
        if "DATABASE_URL" in server.env:
            postgres = descendants(os.getpid())
            self._pids["database"] = [pid for pid in postgres if _name(pid) == "postgres"]
        self._before = self._now()

    def _now(self) -> dict[str, float]:
        return {part: sum(map(_seconds, pids)) for part, pids in self._pids.items()}

    def spent(self) -> dict[str, float]:
        """By part: web, worker, and the database's server where there is one."""
        return {part: now - self._before[part] for part, now in self._now().items()}

    def line(self, events: int) -> str:
        """Microseconds for each of so many events."""
        return "   ".join(f"{part} {seconds / events * 1e6:.1f}" for part, seconds in self.spent().items())


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except FileNotFoundError:  # a short-lived helper of the database that has ended meanwhile
        return ""


def _seconds(pid: int) -> float:
    """Of the process and of its children that have ended; what itself has ended is in its parent's."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except FileNotFoundError:
        return 0.0
    return sum(map(int, fields[11:15])) / TICKS
