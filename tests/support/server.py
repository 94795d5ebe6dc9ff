"""The real thing: `allears serve` with all its processes, on a free port, in a data folder of its own."""

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.postgres import PostgresServer
from tests.support.processes import descendants, die_with_parent, free_port, is_alive, kill_now, wait_until
from tests.support.smtp import SmtpPeer

ALLEARS = [sys.executable, "-m", "allears.cli"]


@dataclass(kw_only=True)
class AllEars:
    """One installation. ``kill(role)`` is kill -9 of that role's process and all below it."""

    data: Path
    port: int
    env: dict[str, str]
    keys: dict[str, str] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def write_key(self) -> str:
        return self.keys["write_key"]

    @property
    def api_key(self) -> str:
        return self.keys["api_key"]

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of this installation; fails with its output."""
        done = subprocess.run([*ALLEARS, *arguments], env=self.env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"allears {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done

    def init(self) -> None:
        self.keys = json.loads(self.command("init", "--data", str(self.data), "--json").stdout)

    def start(self, *, seconds: float = 60) -> None:
        with (self.data / "serve.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*ALLEARS, "serve", "--data", str(self.data), "--port", str(self.port)],
                env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=die_with_parent,
            )  # fmt: skip
        self.wait_ready(seconds=seconds)

    def wait_ready(self, *, seconds: float = 60) -> None:
        wait_until(self.is_ready, seconds=seconds, what=f"/readyz of {self.url}; its log:\n{self.log()}")

    def is_ready(self) -> bool:
        assert self._process is None or self._process.poll() is None, f"allears serve ended:\n{self.log()}"
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def log(self) -> str:
        path = self.data / "serve.log"
        return path.read_text(errors="replace")[-8000:] if path.exists() else ""

    @property
    def supervisor_pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def pid_or_none(self, role: str) -> int | None:
        """None while a role that died has not been started again."""
        try:
            return int((self.data / "run" / f"{role}.pid").read_text())
        except FileNotFoundError:
            return None

    def pid(self, role: str) -> int:
        pid = self.pid_or_none(role)
        assert pid is not None, f"{role} does not run"
        return pid

    def kill(self, role: str, *, seconds: float = 30) -> None:
        """kill -9; a role that died before is waited for, until the supervisor has brought it back."""
        wait_until(lambda: self.pid_or_none(role), seconds=seconds, what=f"{role} to run")
        pid = self.pid(role)
        kill_now(pid, *descendants(pid))

    def kill_everything(self) -> None:
        """The supervisor first, so that nothing is restarted; then all that was below it."""
        assert self._process is not None
        below = descendants(self._process.pid)
        kill_now(self._process.pid, *below)
        self._process.wait()
        self._process = None

    def stop(self) -> None:
        """As Ctrl-C does; anything left behind is a failure."""
        if self._process is None or self._process.poll() is not None:
            return
        below = descendants(self._process.pid)
        self._process.send_signal(signal.SIGINT)
        code = self._process.wait(timeout=30)
        self._process = None
        left = [pid for pid in below if is_alive(pid)]
        kill_now(*left)
        assert left == [], f"left behind after Ctrl-C: {left}"
        assert code == 0, f"allears serve ended with {code}:\n{self.log()}"


ServerFactory = Callable[..., AllEars]
TemplateFactory = Callable[[str], AllEars]


def environment(*, data: Path, port: int, **env: str) -> dict[str, str]:
    """Ours alone: nothing of the test run's own settings reaches the installation."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("ALLEARS_", "DATABASE_URL"))}
    return {**clean, "ALLEARS_DATA": str(data), "ALLEARS_URL": f"http://127.0.0.1:{port}", **env}


@pytest.fixture(scope="session")
def initialised(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> TemplateFactory:
    """A fresh installation of each backend, made once by `allears init`; tests work on copies."""
    made: dict[str, AllEars] = {}

    def template(backend: str) -> AllEars:
        if backend not in made:
            data = tmp_path_factory.mktemp(f"template-{backend}") / "data"
            env = environment(data=data, port=1)
            if backend == "postgres":
                env["DATABASE_URL"] = request.getfixturevalue("postgres_server").create_database("template_allears")
            made[backend] = AllEars(data=data, port=1, env=env)
            made[backend].init()
        return made[backend]

    return template


@pytest.fixture
def allears_server(
    tmp_path: Path, initialised: TemplateFactory, request: pytest.FixtureRequest
) -> Iterator[ServerFactory]:
    """`allears_server(backend="postgres", smtp=smtp_peer, start=True)`: a ready one unless told otherwise."""
    made: list[AllEars] = []

    def make(*, backend: str = "sqlite", smtp: SmtpPeer | None = None, start: bool = True, **env: str) -> AllEars:
        template = initialised(backend)
        data, port = tmp_path / f"data{len(made)}", free_port()
        shutil.copytree(template.data, data)
        settings = environment(data=data, port=port, **env)
        if backend == "postgres":
            postgres: PostgresServer = request.getfixturevalue("postgres_server")
            settings["DATABASE_URL"] = postgres.create_database(f"allears_{port}", template="template_allears")
        if smtp is not None:
            settings |= {"ALLEARS_SMTP_HOST": smtp.host, "ALLEARS_SMTP_PORT": str(smtp.port)}
        server = AllEars(data=data, port=port, env=settings, keys={**template.keys, "data": str(data)})
        made.append(server)
        if start:
            server.start()
        return server

    yield make
    for server in made:
        server.stop()
