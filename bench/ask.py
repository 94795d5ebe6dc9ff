"""From an event to its ask on the wire, at 500 events a second, one in fifty of which asks.

The floor does the least that must be done, in the same run: one post to a bare ASGI server that stores it, then one
mail over an SMTP connection that is open already.
"""

import http.client
import os
import smtplib
import subprocess
import sys
import threading
import time
from base64 import b64encode
from concurrent.futures import ProcessPoolExecutor
from email.message import EmailMessage
from multiprocessing import get_context

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from tests.support.processes import free_port, wait_until
from tests.support.server import AllEars

from bench._load import batches
from bench._servers import BACKENDS, Cpu, installation
from bench.intake import floor

SECONDS = float(os.environ.get("BENCH_SECONDS", "10"))
RATE = 500
ASKS_EVERY = 50
SENDERS = 8


class Wire:
    """An SMTP peer that notes when each address's mail arrived."""

    def __init__(self) -> None:
        self.arrived: dict[str, float] = {}
        self.repeated = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 – aiosmtpd's name
        now = time.time()
        for address in envelope.rcpt_tos:
            self.repeated += address in self.arrived
            self.arrived.setdefault(address, now)
        return "250 OK"


def percentiles(seconds: list[float]) -> str:
    """The median and the 99th percentile in milliseconds."""
    ordered = sorted(seconds)
    p50, p99 = (1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] for share in (0.5, 0.99))
    return f"p50 {p50:7.1f} ms   p99 {p99:7.1f} ms   n {len(ordered)}"


class Events:
    """Sends single events at a steady rate from several connections; notes when each one that asks left."""

    def __init__(self, server: AllEars, customers: int) -> None:
        self.left: dict[str, float] = {}
        self._port, self._customers = server.port, customers
        token = b64encode(f"{server.write_key}:".encode()).decode()
        self._headers = {"Authorization": f"Basic {token}", "Content-Type": "application/json"}

    def run(self) -> dict[str, float]:
        """Everything; when each event that asks left."""
        began = time.time() + 0.2
        threads = [threading.Thread(target=self._send, args=(began, place)) for place in range(SENDERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return self.left

    def _send(self, began: float, place: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port)
        for number in range(place, int(RATE * SECONDS), SENDERS):
            time.sleep(max(0.0, began + number / RATE - time.time()))
            asks = number % ASKS_EVERY == 0
            user = number // ASKS_EVERY if asks else number % self._customers
            name = "order_delivered" if asks else "product_viewed"
            body = f'{{"userId":"asked-{user}","event":"{name}","messageId":"bench-{number}"}}'
            if asks:
                self.left[f"asked-{user}@example.test"] = time.time()
            connection.request("POST", "/v1/track", body, self._headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"the intake answered {answer.status}")


def customers(server: AllEars, count: int) -> None:
    """Known customers with an address, through the door."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    token = b64encode(f"{server.write_key}:".encode()).decode()
    calls = ",".join(
        f'{{"type":"identify","userId":"asked-{each}","messageId":"who-{each}",'
        f'"traits":{{"email":"asked-{each}@example.test","language":"en"}}}}'
        for each in range(count)
    )
    connection.request("POST", "/v1/batch", f'{{"batch":[{calls}]}}', {"Authorization": f"Basic {token}"})
    if connection.getresponse().status != 200:
        raise RuntimeError("the customers were not taken")


def bare(backend: str, wire: Wire, port: int) -> None:
    """The floor."""
    body = batches(1, size=1, customers=1, seed=1)[0]
    took: list[float] = []
    with floor(backend) as server, smtplib.SMTP("127.0.0.1", port) as mail:
        connection = http.client.HTTPConnection("127.0.0.1", server)
        for number in range(200):
            message = EmailMessage()
            message["Subject"], message["From"], message["To"] = "ask", "a@example.test", f"floor-{number}@example.test"
            message.set_content("How likely are you to recommend us?")
            began = time.time()
            connection.request("POST", "/", body)
            connection.getresponse().read()
            mail.send_message(message)
            took.append(wire.arrived[f"floor-{number}@example.test"] - began)
    print(f"   {'floor: a post and a mail':<42}{percentiles(took)}", flush=True)


def measure(backend: str, wire: Wire, port: int) -> None:
    """The floor, then the product."""
    bare(backend, wire, port)
    with installation(backend, ALLEARS_SMTP_HOST="127.0.0.1", ALLEARS_SMTP_PORT=str(port)) as server:
        subprocess.run([sys.executable, "-m", "tests.durability.prepare"], env=server.env, check=True)
        asked = int(RATE * SECONDS / ASKS_EVERY)
        customers(server, asked)
        time.sleep(3)
        events = Events(server, asked)
        wire.arrived.clear()
        cpu = Cpu(server)
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as load:  # the mail server keeps this one's turn
            left = load.submit(events.run).result()
        wait_until(lambda: len(wire.arrived) >= asked, seconds=60, what=f"{asked} asks (there are {len(wire.arrived)})")
        took = [wire.arrived[address] - left for address, left in left.items()]
        print(f"   {'event to ask on the wire, at 500/s':<42}{percentiles(took)}   (promise 20 / 250 ms)", flush=True)
        print(f"   {'CPU microseconds for each event':<42}{cpu.line(int(RATE * SECONDS))}   (one in {ASKS_EVERY} asks)")
    if wire.repeated:
        raise AssertionError(f"{wire.repeated} asks were sent twice")


def main() -> None:
    """Each database in turn."""
    wire, port = Wire(), free_port()
    controller = Controller(wire, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        for backend in os.environ.get("BENCH_BACKENDS", ",".join(BACKENDS)).split(","):
            print(f" {backend}", flush=True)
            wire.arrived.clear()
            measure(backend, wire, port)
    finally:
        controller.stop()
