"""Load that remembers what it was promised: a sender of events and the customers who answer."""

import base64
import json
import random
import re
import threading
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any

from tests.support.server import AllEars
from tests.support.smtp import SmtpPeer

PAUSE = 0.1  # between tries while the server is away, as a patient SDK would
LINK = re.compile(r"https?://[^\s\"<>]+(/s/[\w-]+)")
LOWEST_GOOD = 7
ACKNOWLEDGED = b'{"success": true}'


class _Stay(urllib.request.HTTPRedirectHandler):
    """The answer that matters is the redirect itself."""

    def redirect_request(self, *_: Any) -> None:
        return None


_opener = urllib.request.build_opener(_Stay)


def request(url: str, body: bytes, headers: dict[str, str], *, said: bytes = b"") -> int | None:
    """The status; None when nobody answered, so that it is unknown whether the server has it.

    A stranger who took the port while our server was down says something else than ``said``.
    """
    try:
        with _opener.open(urllib.request.Request(url, data=body, headers=headers, method="POST"), timeout=10) as answer:
            return int(answer.status) if not said or answer.read() == said else None
    except urllib.error.HTTPError as error:
        return error.code
    except (OSError, HTTPException):
        return None


@dataclass(kw_only=True)
class Load:
    """Runs until ``finish``; each batch is sent again, unchanged, until it was acknowledged."""

    server: AllEars
    peer: SmtpPeer
    batches_per_second: float = 12.0
    acknowledged: set[int] = field(default_factory=set)
    answers: dict[str, int] = field(default_factory=dict)  # address → score that the page accepted
    unexpected: list[str] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _done: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        for work in (self._send_events, self._answer_mails):
            thread = threading.Thread(target=work, daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop_sending(self) -> None:
        """No new events; what is under way is brought to its end."""
        self._stop.set()
        self._threads[0].join(120)

    def finish(self) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join(120)
        assert not any(thread.is_alive() for thread in self._threads)

    def _send_events(self) -> None:
        token = base64.b64encode(f"{self.server.write_key}:".encode()).decode()
        headers = {"Authorization": f"Basic {token}", "Content-Type": "application/json"}
        number = 0
        while not self._stop.is_set():
            batch = self._batch(number)
            body = json.dumps({"batch": batch}).encode()
            while (status := request(f"{self.server.url}/v1/batch", body, headers, said=ACKNOWLEDGED)) != 200:
                if status is not None and status not in {429, 500, 503}:
                    self.unexpected.append(f"batch {number}: {status}")
                    return
                self._stop.wait(PAUSE)
            self.acknowledged |= {call["properties"]["n"] for call in batch if "properties" in call}
            number += 1
            self._stop.wait(1 / self.batches_per_second)

    def _batch(self, number: int) -> list[dict[str, Any]]:
        """One customer of their own, who looks around and gets a parcel."""
        user, first = f"customer-{number}", number * 4
        calls: list[dict[str, Any]] = [
            {"type": "identify", "traits": {"email": f"c{number}@example.test", "name": f"Customer {number}"}},
            *({"type": "track", "event": "product_viewed", "properties": {"n": first + each}} for each in range(3)),
            {"type": "track", "event": "order_delivered", "properties": {"n": first + 3, "amount": 25}},
        ]
        return [{**call, "userId": user, "messageId": f"{user}-{place}"} for place, call in enumerate(calls)]

    def _answer_mails(self) -> None:
        """Each customer answers the first mail that asks, and goes on until the page has taken the answer."""
        while not self._done.is_set():
            for delivery in self.peer.deliveries:
                (address,) = delivery.recipients
                link = LINK.search(delivery.text)
                if link and address not in self.answers:
                    self._answer(address, link.group(1))
            self._done.wait(PAUSE)

    def _answer(self, address: str, path: str) -> None:
        score = random.Random(address).randint(0, 10)  # the same customer always means the same
        form = urllib.parse.urlencode({"q-nps": score, "q-why": f"My parcel, {address}", "lang": "en"}).encode()
        status = request(f"{self.server.url}{path}", form, {"Content-Type": "application/x-www-form-urlencoded"})
        if status in {200, 303}:
            self.answers[address] = score
        elif status is not None and status < 500:
            self.unexpected.append(f"answer of {address}: {status}")
            self.answers[address] = -1
