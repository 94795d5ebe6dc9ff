"""The door in: accepted in batches and singly, and sustained end to end.

`python -m bench intake`; BENCH_SECONDS (5) sets the length of each part, BENCH_BACKENDS (sqlite,postgres) the stores.
"""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from tests.support.postgres import PostgresServer
from tests.support.processes import free_port, wait_until
from tests.support.server import AllEars

from bench._load import Result, batches, drive, requests, singles
from bench._servers import BACKENDS, Cpu, installation

SECONDS = float(os.environ.get("BENCH_SECONDS", "5"))
SIZE = 100
CUSTOMERS = 20_000


def asked(server: AllEars, query: str) -> int:
    """The one figure that the operational store answers; 0 for none."""
    if url := server.env.get("DATABASE_URL"):
        with psycopg.connect(url) as connection:
            row = connection.execute(query).fetchone()
    else:
        file = sqlite3.connect(f"file:{server.data}/allears.sqlite3?mode=ro", uri=True, timeout=20)
        row = file.execute(query).fetchone()
        file.close()
    return int(row[0] or 0) if row else 0


def stored(server: AllEars) -> int:
    """Events in the operational store, counted one by one: not while anything is measured."""
    return asked(server, "SELECT count(*) FROM events_event")


def applied(server: AllEars) -> int:
    """What the consumer has counted in the transactions that stored it: a look at a row or two, so that looking does
    not cost what is measured."""
    return asked(server, "SELECT sum(events) FROM events_intakecount")


def wait_for(server: AllEars, events: int, *, seconds: float) -> None:
    """Until so many are applied in all."""
    wait_until(lambda: applied(server) >= events, seconds=seconds, what=f"{events} events")


def carried_away(server: AllEars) -> bool:
    """Whether the flusher has brought everything stored to the lake."""
    return not asked(server, "SELECT 1 FROM events_event WHERE flush_id IS NULL LIMIT 1")


def percentile(result: Result, share: float) -> float:
    """In milliseconds."""
    ordered = sorted(result.latencies)
    return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def line(what: str, result: Result, events_each: int = 1, remark: str = "") -> None:
    rate = result.requests * events_each / result.seconds
    print(
        f"   {what:<42}{rate:>10,.0f}/s   p50 {percentile(result, 0.5):7.1f} ms"
        f"   p99 {percentile(result, 0.99):7.1f} ms   refused {result.refused}{remark}",
        flush=True,
    )


@contextmanager
def floor(backend: str) -> Iterator[int]:
    """The bare server's port."""
    with tempfile.TemporaryDirectory(prefix="allears-floor-") as folder:
        postgres = PostgresServer.started() if backend == "postgres" else None
        target = postgres.create_database("floor") if postgres else str(Path(folder) / "floor.sqlite3")
        port = free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", "granian", "--interface", "asginl", "--no-ws", "--port", str(port),
             "--log-level", "warning", "bench._floor:application"],
            env={**os.environ, "FLOOR": target}, start_new_session=True,
        )  # fmt: skip
        try:
            wait_until(lambda: drive_one(port), seconds=20, what="the bare server")
            yield port
        finally:
            process.terminate()
            process.wait(timeout=10)
            if postgres:
                postgres.remove()


def drive_one(port: int) -> bool:
    try:
        return drive(port, requests("/", "x", [b"{}"]), connections=1).requests == 1
    except ConnectionError:
        return False


def limited(server: AllEars, *, per_second: int, per_day: int) -> None:
    """Limits of the workspace, over REST; the door knows them within three seconds."""
    body = json.dumps({"per_second": per_second, "per_day": per_day}).encode()
    request = urllib.request.Request(
        f"{server.url}/api/v1/intake/limits", data=body, method="PUT",
        headers={"Authorization": f"Bearer {server.api_key}", "Content-Type": "application/json"},
    )  # fmt: skip
    urllib.request.urlopen(request, timeout=20).close()


def measure(backend: str) -> None:
    """All parts on one store."""
    many = batches(int(500 * SECONDS), size=SIZE, customers=CUSTOMERS, seed=1)
    one = singles(int(4000 * SECONDS), customers=CUSTOMERS, seed=2)
    with floor(backend) as port:
        line("floor: batches of 100, events", drive(port, requests("/", "x", many), connections=16), SIZE)
        line("floor: singles", drive(port, requests("/", "x", one), connections=32))
    with installation(backend) as server:
        limited(server, per_second=1_000_000, per_day=10**12)  # never reached, but counted like any
        before, came = stored(server), applied(server)
        cpu = Cpu(server)
        began = time.perf_counter()
        accepted = drive(server.port, requests("/v1/batch", server.write_key, many), connections=16)
        line("accepted in batches of 100, events", accepted, SIZE, "   (promise 50,000/s)")
        wanted, came = before + len(many) * SIZE, came + len(many) * SIZE
        wait_for(server, came, seconds=300)
        took = time.perf_counter() - began
        print(f"   {'sustained end to end, events':<42}{len(many) * SIZE / took:>10,.0f}/s   (promise 25,000/s)")
        print(f"   {'CPU microseconds for each of these events':<42}{cpu.line(len(many) * SIZE)}", flush=True)
        packed = batches(int(100 * SECONDS), size=SIZE, customers=CUSTOMERS, seed=4)
        prepared = requests("/v1/batch", server.write_key, packed, encoding="gzip")
        line("packed batches of 100, events", drive(server.port, prepared, connections=16), SIZE)
        wanted, came = wanted + len(packed) * SIZE, came + len(packed) * SIZE
        wait_for(server, came, seconds=300)
        again = drive(server.port, requests("/v1/batch", server.write_key, many[:50]), connections=16)
        line("the same again: repeats, events", again, SIZE)
        came += 50 * SIZE
        wait_for(server, came, seconds=120)
        wait_until(lambda: carried_away(server), seconds=300, what="the lake to have what the batches brought")
        cpu = Cpu(server)
        line("singles", drive(server.port, requests("/v1/track", server.write_key, one), connections=32),
             remark="   (promise 4,000/s)")  # fmt: skip
        wanted, came = wanted + len(one), came + len(one)
        wait_for(server, came, seconds=120)
        print(f"   {'CPU microseconds for each single':<42}{cpu.line(len(one))}", flush=True)
        steady = requests("/v1/track", server.write_key, singles(int(500 * SECONDS), customers=CUSTOMERS, seed=3))
        line("answered at 500/s", drive(server.port, steady, connections=32, rate=500))
        wanted, came = wanted + len(steady), came + len(steady)
        wait_for(server, came, seconds=120)
        if stored(server) != wanted:
            raise AssertionError(f"{stored(server)} events stored, {wanted} sent: a repeat was counted")
        print(f"   stored exactly once: {wanted:,} events")
        limited(server, per_second=1000, per_day=0)
        time.sleep(4)  # by then the door knows
        many_singles = singles(int(4000 * SECONDS), customers=9, seed=5)
        over = drive(server.port, requests("/v1/track", server.write_key, many_singles), connections=32)
        taken = over.requests - over.refused
        rate = taken / (over.seconds + 2)
        print(f"   {'let in at 1,000/s and a burst of 2 s':<42}{rate:>10,.0f}/s   refused {over.refused}", flush=True)
        wait_for(server, came + taken, seconds=120)
        if stored(server) != wanted + taken:
            raise AssertionError(f"{stored(server)} stored, {wanted + taken} let in: one that was refused was kept")


def main() -> None:
    wanted: Any = os.environ.get("BENCH_BACKENDS", ",".join(BACKENDS)).split(",")
    for backend in wanted:
        print(f" {backend}", flush=True)
        measure(backend)
