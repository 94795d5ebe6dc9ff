"""`allears demo`: whole or not at all, once, and alive."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.support.processes import die_with_parent, free_port, wait_until

from allears.cli.demo import seeding
from allears.cli.demo.visitor import Visitor
from allears.customers.models import Customer

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)


def test_an_interrupted_start_leaves_nothing_behind(db: None, tmp_path: Path) -> None:
    def stop(what: str, share: float) -> None:
        if share >= 0.6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        seeding.seed(scale=seeding.Scale(customers=30), now=NOW, folder=tmp_path, tell=stop)
    assert not seeding.is_seeded()
    assert Customer.objects.across_workspaces().count() == 0
    assert list(tmp_path.iterdir()) == []


class Running:
    """`allears demo` as a person starts it."""

    def __init__(self, folder: Path, *, live: bool = True) -> None:
        self.folder = folder
        self.port = free_port()
        self.log = (folder.parent / f"{self.port}.log").open("a+")
        command = [sys.executable, "-m", "allears.cli", "demo", "--data", str(folder), "--port", str(self.port)]
        self.process = subprocess.Popen(
            [*command, "--customers", "40", "--speed", "20000", "--live" if live else "--no-live"],
            stdout=self.log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "ALLEARS_DATA": str(folder)},
            preexec_fn=die_with_parent,
        )
        wait_until(lambda: self._ready(), seconds=120, what="the demo's sign-in link")

    def _ready(self) -> bool:
        assert self.process.poll() is None, self.told()
        return "/sign-in/" in self.told()

    def told(self) -> str:
        return Path(self.log.name).read_text()

    def env(self) -> dict[str, str]:
        lines = (self.folder / "demo.env").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)

    def count(self, what: str) -> int:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v1/{what}?count=true&limit=1",
            headers={"Authorization": f"Bearer {self.env()['ALLEARS_API_KEY']}"},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return int(json.load(answer)["count"])

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=40)
        self.log.close()


@pytest.mark.slow
@pytest.mark.server
def test_a_real_demo_signs_in_once_stays_alive_and_goes_on_after_ctrl_c(tmp_path: Path) -> None:
    running = Running(tmp_path / "data")
    try:
        visitor = Visitor(f"http://127.0.0.1:{running.port}")
        link = re.findall(r"/sign-in/\S+", running.told())[-1]
        assert visitor.fill_in(link, link, {}) == 302
        assert visitor.fill_in(link, link, {}) == 410
        before = running.count("voices")
        wait_until(lambda: running.count("voices") > before + 3, seconds=90, what="four more voices")
        assert len(list((tmp_path / "data" / "mail").glob("*.eml"))) > 0
        truth = (tmp_path / "data" / "truth.json").read_bytes()
    finally:
        running.stop()
    after = Running(tmp_path / "data", live=False)
    try:
        assert "The company is there already" in after.told()
        assert (tmp_path / "data" / "truth.json").read_bytes() == truth
        assert after.count("touchpoints") == 14
        assert after.count("voices") > before
    finally:
        after.stop()


def test_a_busy_port_is_said_before_anything_is_made(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        command = [sys.executable, "-m", "allears.cli", "demo", "--data", str(tmp_path / "x"), "--port", str(port)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert f"make demo PORT={port + 10}" in done.stderr
    assert not (tmp_path / "x").exists()
