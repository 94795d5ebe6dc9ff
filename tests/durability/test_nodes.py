"""Two web and two worker nodes on one PostgreSQL: once each, in order for each customer, though a worker is killed."""

import http.client
import json
import shutil
import subprocess
import threading
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.durability.test_kill import inside
from tests.support.processes import die_with_parent, free_port, kill_now, wait_until
from tests.support.server import ALLEARS, AllEars, ServerFactory
from tests.support.smtp import SmtpPeer

pytestmark = pytest.mark.server
CUSTOMERS = 24
STEPS = 40  # of each customer, every other one to the other node
SENDERS = 4


@dataclass
class Node:
    """One machine's `allears serve` with one role; here all of them are on one machine, with a folder each."""

    server: AllEars
    role: str
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        with (self.server.data / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*ALLEARS, "serve", "--data", str(self.server.data), "--port", str(self.server.port),
                 "--role", self.role],
                env=self.server.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=die_with_parent,
            )  # fmt: skip

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=30)


@pytest.fixture
def nodes(allears_server: ServerFactory, smtp_peer: SmtpPeer, tmp_path: Path) -> Iterator[list[Node]]:
    first = allears_server(backend="postgres", smtp=smtp_peer, start=False)
    inside(first, "prepare")
    made = []
    for number, role in enumerate(("web", "web", "worker", "worker")):
        data, port = tmp_path / f"node{number}", free_port()
        shutil.copytree(first.data, data)
        env = {**first.env, "ALLEARS_DATA": str(data), "ALLEARS_URL": f"http://127.0.0.1:{port}"}
        made.append(Node(replace(first, data=data, port=port, env=env), role))
    for node in made:
        node.start()
    try:
        for node in made[:2]:
            node.server.wait_ready(seconds=120)
        for node in made[2:]:
            wait_until(lambda node=node: node.server.pid_or_none("worker"), seconds=60, what="a worker")
        yield made
    finally:
        for node in made:
            node.stop()


class Sender:
    """Sends the steps of its customers, each one after the one before was acknowledged, to the nodes in turn."""

    def __init__(self, webs: list[Node], mine: range) -> None:
        self._connections = [http.client.HTTPConnection("127.0.0.1", web.server.port, timeout=30) for web in webs]
        token = b64encode(f"{webs[0].server.write_key}:".encode()).decode()
        self._headers = {"Authorization": f"Basic {token}", "Content-Type": "application/json"}
        self._mine = mine

    def run(self) -> None:
        for step in range(STEPS + 1):
            for customer in self._mine:
                name = "order_delivered" if step == STEPS else "stepped"
                call = {"userId": f"u{customer}", "event": name, "messageId": f"{customer}-{step}"}
                self._post({**call, "properties": {"step": step}}, self._connections[(customer + step) % 2])

    def _post(self, call: dict[str, Any], connection: http.client.HTTPConnection) -> None:
        connection.request("POST", "/v1/track", json.dumps(call), self._headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status


def holder(database: "psycopg.Connection[Any]") -> str:
    row = database.execute("SELECT owner FROM jobs_workerlease WHERE name = 'consumer'").fetchone()
    return str(row[0]) if row else ""


def test_two_web_and_two_worker_nodes_keep_order_and_count_once_while_a_worker_is_killed(
    nodes: list[Node], smtp_peer: SmtpPeer
) -> None:
    webs = nodes[:2]
    with psycopg.connect(webs[0].server.env["DATABASE_URL"], autocommit=True) as database:

        def count(query: str) -> int:
            row = database.execute(query).fetchone()  # type: ignore[call-overload]
            return int(row[0])

        identify = Sender(webs, range(0))
        for customer in range(CUSTOMERS):
            traits = {"email": f"u{customer}@example.test", "language": "en"}
            who = {"userId": f"u{customer}", "messageId": f"who-{customer}", "traits": traits}
            connection = identify._connections[customer % 2]
            connection.request("POST", "/v1/identify", json.dumps(who), identify._headers)
            assert connection.getresponse().read() == b'{"success": true}'
        wait_until(lambda: holder(database), seconds=30, what="a worker to take the log")
        share = CUSTOMERS // SENDERS
        threads = [
            threading.Thread(target=Sender(webs, range(at * share, (at + 1) * share)).run) for at in range(SENDERS)
        ]
        for thread in threads:
            thread.start()
        total = CUSTOMERS * (STEPS + 2)
        wait_until(lambda: count("SELECT count(*) FROM events_event") > total // 3, seconds=120, what="a third")
        victim = holder(database)
        kill_now(int(victim.split(":")[1]))
        killed = time.monotonic()
        wait_until(lambda: holder(database) not in ("", victim), seconds=8, what="another worker to take over")
        print(f"taken over after {time.monotonic() - killed:.2f} s")
        for thread in threads:
            thread.join(120)
        wait_until(lambda: count("SELECT count(*) FROM events_event") >= total, seconds=120, what=f"{total} events")
        smtp_peer.wait_for(CUSTOMERS, seconds=120)
        time.sleep(2)  # what would be doubled would come now

        assert count("SELECT count(*) FROM events_event") == total
        assert count("SELECT count(DISTINCT message_key) FROM events_event") == total
        assert count("SELECT count(*) FROM events_intakerow") == 0
        assert count("SELECT count(*) FROM customers_customer") == CUSTOMERS
        assert count("SELECT sum(events) FROM events_intakecount") == total
        arrived = database.execute(
            "SELECT customer_id, (properties->>'step')::int FROM events_event WHERE type = 'track' ORDER BY id"
        ).fetchall()
        steps: dict[int, list[int]] = {}
        for customer, step in arrived:
            steps.setdefault(customer, []).append(step)
        assert list(steps.values()) == [list(range(STEPS + 1))] * CUSTOMERS
        assert count("SELECT count(*) FROM outreach_decision") == CUSTOMERS
        asked = Counter(address for each in smtp_peer.deliveries for address in each.recipients)
        assert asked == {f"u{customer}@example.test": 1 for customer in range(CUSTOMERS)}
