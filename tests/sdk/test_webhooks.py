"""Webhooks of a running installation, verified by the npm library; a killed worker forgets none."""

import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.support.processes import descendants, die_with_parent, kill_now, wait_until
from tests.support.server import AllEars, ServerFactory

pytestmark = pytest.mark.sdk
NODE = Path(__file__).parent / "node"
VOICES = 40


@dataclass
class NodeReceiver:
    port: int
    log: Path
    secret: Path

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()] if self.log.exists() else []


@pytest.fixture
def node_receiver(tmp_path: Path) -> Iterator[NodeReceiver]:
    """Answers slowly, so that a kill finds requests under way."""
    folder = tmp_path / "node"
    shutil.copytree(NODE, folder, ignore=shutil.ignore_patterns("node_modules"))
    subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=folder, check=True, capture_output=True, timeout=170)
    secret = tmp_path / "secret"
    process = subprocess.Popen(
        ["node", "receive.mjs", str(tmp_path / "log"), str(secret), "150"],
        cwd=folder, stdout=subprocess.PIPE, preexec_fn=die_with_parent, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    yield NodeReceiver(int(process.stdout.readline()), tmp_path / "log", secret)
    kill_now(process.pid, *descendants(process.pid))  # `node` may be a wrapper of the real one
    process.wait()


def call(server: AllEars, path: str, body: dict[str, Any]) -> dict[str, Any]:
    request = urllib.request.Request(
        f"{server.url}/api/v1{path}",
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {server.api_key}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        found: dict[str, Any] = json.loads(answer.read())
    return found


@pytest.mark.parametrize("backend", ["sqlite", "postgres"])
def test_npm_verifies_and_a_killed_worker_forgets_nothing(
    backend: str, allears_server: ServerFactory, node_receiver: NodeReceiver
) -> None:
    server = allears_server(backend=backend, ALLEARS_WEBHOOK_ALLOW="127.0.0.1")
    made = call(
        server, "/webhooks", {"url": f"http://127.0.0.1:{node_receiver.port}/", "event_types": ["voice.received"]}
    )
    node_receiver.secret.write_text(made["secret"])
    for number in range(VOICES):
        voice = {
            "key": f"v{number}", "source_kind": "praise", "channel": "web", "text": f"Fine {number} 很好",
            "initiator": "customer",
        }  # fmt: skip
        call(server, "/voices", voice)
        if number in (VOICES // 3, 2 * VOICES // 3):
            server.kill("worker")
    wait_until(
        lambda: {line.get("text") for line in node_receiver.lines()} == {f"Fine {n} 很好" for n in range(VOICES)},
        seconds=90,
        what="every voice to be told",
    )
    time.sleep(1)
    lines = node_receiver.lines()
    assert [line for line in lines if "error" in line] == []
    assert len({line["id"] for line in lines}) == VOICES  # repeats, if any, carry the id of the first
