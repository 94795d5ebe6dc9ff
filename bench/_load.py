"""A load generator that leaves the cores to the server: bodies encoded beforehand, raw sockets, one epoll loop."""

import base64
import gzip
import random
import select
import socket
import time
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

EVENTS = ("order_delivered", "product_viewed", "cart_updated", "page_seen", "support_called", "order_placed")
CRLF = "\r\n"
CITIES = ("Shanghai", "Berlin", "Lyon", "Chengdu", "Porto")


@dataclass
class Result:
    """What came of one run. Latencies in seconds, in order of completion."""

    requests: int = 0
    refused: int = 0
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)


def event(number: int, customers: int, dice: random.Random) -> str:
    """One call as a shop would send it, about 330 bytes."""
    return (
        f'{{"type":"track","messageId":"{uuid.UUID(int=dice.getrandbits(128))}","userId":"user-{number % customers}",'
        f'"event":"{dice.choice(EVENTS)}","timestamp":"{datetime.now(UTC).isoformat()}",'
        f'"properties":{{"order_id":"o-{number}","amount":{dice.randrange(100, 90000) / 100},'
        f'"items":{dice.randrange(1, 9)},"city":"{dice.choice(CITIES)}","late":false}},'
        f'"context":{{"library":{{"name":"bench","version":"1"}},"ip":"198.51.100.7"}}}}'
    )


def batches(count: int, *, size: int, customers: int, seed: int) -> list[bytes]:
    """Bodies of ``size`` events each."""
    dice = random.Random(seed)
    sent = datetime.now(UTC).isoformat()
    return [
        f'{{"batch":[{",".join(event(at * size + each, customers, dice) for each in range(size))}],'
        f'"sentAt":"{sent}"}}'.encode()
        for at in range(count)
    ]


def singles(count: int, *, customers: int, seed: int) -> list[bytes]:
    """Bodies of one event each, for /v1/track."""
    dice = random.Random(seed)
    return [event(number, customers, dice).encode() for number in range(count)]


def requests(path: str, key: str, bodies: Iterable[bytes], *, encoding: str = "") -> list[bytes]:
    """Whole HTTP requests; with ``encoding="gzip"`` the bodies are packed, as the server SDKs do."""
    if encoding:
        bodies = (gzip.compress(body, 1) for body in bodies)
    credentials = base64.b64encode(f"{key}:".encode()).decode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Basic {credentials}\r\n"
        f"Origin: https://shop.example.test\r\nContent-Type: application/json\r\n"
        f"{f'Content-Encoding: {encoding}{CRLF}' if encoding else ''}Content-Length: "
    )
    return [f"{head}{len(body)}\r\n\r\n".encode() + body for body in bodies]


class _Connection:
    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.rest = memoryview(b"")
        self.began = 0.0

    def send(self) -> bool:
        """True when all is out."""
        while self.rest:
            try:
                sent = self.socket.send(self.rest)
            except BlockingIOError:
                return False
            self.rest = self.rest[sent:]
        return True


def drive(port: int, prepared: list[bytes], *, connections: int, rate: float | None = None) -> Result:
    """Send everything over so many connections, as fast as answered or at ``rate`` requests a second."""
    loop = select.epoll()
    pool = [_Connection(port) for _ in range(connections)]
    by_number = {each.socket.fileno(): each for each in pool}
    for each in pool:
        loop.register(each.socket, select.EPOLLIN)
    queue: Iterator[bytes] = iter(prepared)
    result, idle, flying = Result(), list(pool), 0
    began = time.perf_counter()
    due = began
    while flying or idle:
        while idle and (rate is None or due <= time.perf_counter()):
            request = next(queue, None)
            if request is None:
                idle, rate = [], None
                break
            connection = idle.pop()
            connection.began = due if rate else time.perf_counter()
            connection.rest = memoryview(request)
            flying += 1
            due += 1 / rate if rate else 0
            if not connection.send():
                loop.modify(connection.socket, select.EPOLLIN | select.EPOLLOUT)
        wait = max(0.0, due - time.perf_counter()) if rate and idle else 1.0
        for number, happened in loop.poll(wait if flying or idle else 0):
            connection = by_number[number]
            if happened & select.EPOLLOUT and connection.send():
                loop.modify(connection.socket, select.EPOLLIN)
            if happened & select.EPOLLIN:
                answer = connection.socket.recv(65536)
                result.requests += 1
                result.refused += answer[9:12] != b"200"
                result.latencies.append(time.perf_counter() - connection.began)
                flying -= 1
                idle.append(connection)
    result.seconds = time.perf_counter() - began
    for each in pool:
        each.socket.close()
    return result
