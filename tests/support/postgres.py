"""A PostgreSQL of the run's own, with its durable settings on, in a temporary folder."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from glob import glob
from pathlib import Path
from typing import Self

import psycopg
import pytest

from tests.support.processes import descendants, die_with_parent, free_port, kill_now, wait_until

SETTINGS = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "max_connections": "200"}
HOW_TO_GET_IT = (
    "PostgreSQL 15 or newer is not installed. `make test` installs it as root; otherwise: "
    "sudo apt-get install --no-install-recommends postgresql"
)


def binary(name: str) -> str:
    """Debian keeps the server's programs out of PATH."""
    found = sorted(glob(f"/usr/lib/postgresql/*/bin/{name}")) or [shutil.which(name)]
    if found[-1] is None:
        raise RuntimeError(HOW_TO_GET_IT)
    return found[-1]


class PostgresServer:
    """One cluster. It refuses to run as root, so root starts it as the user `postgres`."""

    def __init__(self, folder: Path | None = None, **settings: str) -> None:
        self.settings = SETTINGS | settings
        self.folder = folder or Path(tempfile.mkdtemp(prefix="allears-pg-"))
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._user = "postgres" if os.geteuid() == 0 else None
        if self._user:
            account = pwd.getpwnam(self._user)
            os.chown(self.folder, account.pw_uid, account.pw_gid)

    @classmethod
    def started(cls, folder: Path | None = None, **settings: str) -> Self:
        """In a new temporary folder, or in one where a cluster may stand already."""
        server = cls(folder, **settings)
        if not server.data.exists():
            server._run(
                binary("initdb"), "-D", str(server.data), "-U", "allears", "-A", "trust", "-E", "UTF8", "--locale=C"
            )
        server.start()
        return server

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def url(self, database: str) -> str:
        return f"postgresql://allears@127.0.0.1:{self.port}/{database}"

    def _run(self, *command: str) -> None:
        done = subprocess.run(
            command, cwd=self.folder, user=self._user, extra_groups=[] if self._user else None,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{command[0]} failed: {done.stderr}")

    def start(self) -> None:
        settings = [f"-c{name}={value}" for name, value in self.settings.items()]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [binary("postgres"), "-D", str(self.data), "-k", str(self.folder), "-p", str(self.port),
                 "-clisten_addresses=127.0.0.1", *settings],
                cwd=self.folder, user=self._user, extra_groups=[] if self._user else None,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=die_with_parent,
            )  # fmt: skip
        wait_until(self.answers, seconds=30, what=f"PostgreSQL to start (log: {self.folder}/log)")

    def answers(self) -> bool:
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def create_database(self, name: str, *, template: str = "template1") -> str:
        """Returns its URL, as DATABASE_URL wants it."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')  # names come from tests
        return self.url(name)

    def kill(self) -> None:
        """kill -9 of all its processes, as a power cut would; `start` recovers from the log."""
        assert self._process is not None
        kill_now(self._process.pid, *descendants(self._process.pid))
        self._process.wait()
        self._process = None

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)  # fast shutdown: roll back and go
            self._process.wait(timeout=30)
            self._process = None

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A cluster beside the one of ``--pg``, for tests that start real servers and may kill the database."""
    server = PostgresServer.started()
    yield server
    server.remove()
