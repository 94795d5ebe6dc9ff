"""`kill -9` of every process while the whole loop runs: nothing acknowledged is lost, nobody is asked twice.

`--kills 20` (make bench-durability) kills each kind of process twenty times; CI kills each once.
"""

import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from allears.outreach.sender import CONNECTIONS
from tests.durability.load import LOWEST_GOOD, Load
from tests.support.postgres import PostgresServer
from tests.support.processes import wait_until
from tests.support.server import AllEars, ServerFactory
from tests.support.smtp import SmtpPeer

ROOT = Path(__file__).resolve().parents[2]
SETTLES_IN = 120.0


def inside(server: AllEars, script: str) -> str:
    """Run a module of this folder in the installation's environment."""
    env = {**server.env, "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}
    command = [sys.executable, "-m", f"tests.durability.{script}"]
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def audit(server: AllEars) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(inside(server, "audit"))
    return found


def killers(server: AllEars, postgres: PostgresServer | None) -> dict[str, Callable[[], None]]:
    """Each kind of death, and what brings it back: the supervisor brings its children, we bring the other two."""

    def everything() -> None:
        server.kill_everything()
        server.start()

    def database() -> None:
        assert postgres is not None
        postgres.kill()
        time.sleep(0.3)
        postgres.start()

    def role(name: str) -> Callable[[], None]:
        return lambda: server.kill(name)

    found = {name: role(name) for name in ("web", "worker", "analytics")} | {"everything": everything}
    return found | ({"database": database} if postgres is not None else {})


def run_under_fire(server: AllEars, peer: SmtpPeer, postgres: PostgresServer | None, kills: int) -> Load:
    load = Load(server=server, peer=peer)
    load.start()
    wait_until(lambda: len(peer.deliveries) >= 3, seconds=60, what="the first asks")
    order = [(name, kill) for name, kill in killers(server, postgres).items() for _ in range(kills)]
    random.Random(kills).shuffle(order)
    for _name, kill in order:
        kill()
        time.sleep(random.uniform(0.5, 2.5))
    load.stop_sending()
    return load


def settled(server: AllEars, load: Load) -> dict[str, Any]:
    """Wait until what was promised is there and nothing waits any more; then what is there."""
    found: dict[str, Any] = {}
    deadline = time.monotonic() + SETTLES_IN
    while time.monotonic() < deadline:
        found = audit(server)
        waits = found["jobs"].get("ready", 0) + found["jobs"].get("running", 0)
        unsent = sum(number for state, number in found["messages"].items() if state in {"queued", "sending"})
        lacking = load.acknowledged - {int(number) for number in found["events"]}
        unanswered = set(found["asked"]) - set(load.answers)
        if not (waits or unsent or lacking or unanswered):
            load.finish()
            return audit(server) | {"jobs": found["jobs"]}  # meanwhile a schedule may have begun a job of its own
        time.sleep(1)
    return found


@pytest.mark.slow
@pytest.mark.server
@pytest.mark.parametrize("backend", ["sqlite", "postgres"])
def test_nothing_acknowledged_is_lost_and_nobody_is_asked_twice(
    allears_server: ServerFactory, smtp_peer: SmtpPeer, backend: str, request: pytest.FixtureRequest
) -> None:
    server = allears_server(backend=backend, smtp=smtp_peer, start=False)
    inside(server, "prepare")
    server.start()
    postgres = request.getfixturevalue("postgres_server") if backend == "postgres" else None
    kills = request.config.getoption("--kills")
    load = run_under_fire(server, smtp_peer, postgres, kills)
    found = settled(server, load)
    report(backend, kills, load, found, smtp_peer)

    assert load.unexpected == []
    assert {int(n): times for n, times in found["events"].items()} == dict.fromkeys(load.acknowledged, 1)
    customers = {f"c{number}@example.test" for number in range(len(load.acknowledged) // 4)}
    assert found["asked"] == dict.fromkeys(customers, 1)
    assert found["messages"] == {"sent": len(customers)}
    check_wire(smtp_peer, customers, deaths_of_sender=2 * kills)
    assert found["answered"] == load.answers
    assert found["responses"] == len(customers)
    assert found["voices"] == dict.fromkeys(customers, 1)
    unhappy = {address for address, score in load.answers.items() if score < LOWEST_GOOD}
    assert found["cases"] == dict.fromkeys(unhappy, 1)
    assert found["voices_in_cases"] == len(unhappy)
    assert counted(server) == expected_counts(load.answers.values())
    assert found["quarantined"] == 0
    assert set(found["jobs"]) <= {"done"}


def counted(server: AllEars) -> dict[str, int]:
    """What the lake and the hot rows together say, read as any analyst would."""
    printed = server.command("score", "nps", "--json", "--data", str(server.data)).stdout
    counts: dict[str, int] = json.loads(printed)["counts"]
    return counts


def expected_counts(scores: Iterable[int]) -> dict[str, int]:
    names = ["promoters" if score >= 9 else "passives" if score >= LOWEST_GOOD else "detractors" for score in scores]
    return {name: names.count(name) for name in ("promoters", "passives", "detractors")}


def check_wire(peer: SmtpPeer, customers: set[str], *, deaths_of_sender: int) -> None:
    """One ask for each customer. SMTP has no way to take an acceptance back: where the sender dies between the peer's
    "250" and reading it, that message may arrive again, under its Message-ID (docs/decisions/0009).
    """
    names = Counter((each.recipients[0], str(each.message["Message-ID"])) for each in peer.deliveries)
    assert {address for address, _ in names} == customers
    assert len(names) == len(customers), "a customer was asked twice"
    assert sum(times - 1 for times in names.values()) <= CONNECTIONS * deaths_of_sender


def report(backend: str, kills: int, load: Load, found: dict[str, Any], peer: SmtpPeer) -> None:
    """The figures for docs/benchmarks.md."""
    repeated = len(peer.deliveries) - len({str(each.message["Message-ID"]) for each in peer.deliveries})
    print(
        f"\n{backend}: {kills} kills of each process; {len(load.acknowledged)} events acknowledged, "
        f"{len(load.acknowledged - {int(n) for n in found['events']})} lost, "
        f"{sum(times - 1 for times in found['events'].values())} doubled; {len(found['asked'])} asks, "
        f"{repeated} repeated on the wire; {len(load.answers)} answers, {sum(found['cases'].values())} cases"
    )
