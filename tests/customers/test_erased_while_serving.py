"""A person is erased while `allears serve` runs: its processes forget him, and who comes again is somebody new."""

import base64
import json
import sqlite3
import time
import urllib.error
import urllib.request
from contextlib import closing
from typing import Any

import pytest

from tests.customers.markers import EMAIL, MARKERS, NAME, PHONE, TEXT, USER_ID
from tests.customers.test_no_byte_left import left_over
from tests.support.processes import wait_until
from tests.support.server import AllEars, ServerFactory

pytestmark = pytest.mark.server
STRANGER = "o-77"


def post(server: AllEars, path: str, body: bytes) -> int:
    key = base64.b64encode(f"{server.write_key}:".encode()).decode()
    headers = {"Authorization": f"Basic {key}", "Content-Type": "application/json"}
    asked = urllib.request.Request(f"{server.url}{path}", data=body, headers=headers)
    try:
        with urllib.request.urlopen(asked, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def send(server: AllEars, *calls: dict[str, Any]) -> None:
    assert post(server, "/v1/batch", json.dumps({"batch": calls}).encode()) == 200


def comes(user: str, number: int, *, words: str = "", **traits: str) -> list[dict[str, Any]]:
    """Who he is, and something that happened to him."""
    who = {"type": "identify", "userId": user, "messageId": f"i-{user}-{number}", "traits": traits}
    what = {"type": "track", "event": "order_delivered", "userId": user, "messageId": f"t-{user}-{number}"}
    return [who, {**what, "properties": {"note": words}, "context": {"ip": "203.0.113.77"}}]


def asked(server: AllEars, sql: str, *values: object) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(server.data / "allears.sqlite3", timeout=20)) as file:
        return file.execute(sql, values).fetchall()


def customer_of(server: AllEars, user: str) -> int | None:
    found = asked(server, "SELECT customer_id FROM customers_identifier WHERE kind = 'user_id' AND value = ?", user)
    return found[0][0] if found else None


def events_of(server: AllEars, customer: int | None) -> int:
    return int(asked(server, "SELECT count(*) FROM events_event WHERE customer_id IS ?", customer)[0][0])


def figures(server: AllEars) -> str:
    with urllib.request.urlopen(f"{server.url}/metrics", timeout=20) as answer:
        return str(answer.read().decode())


def test_running_processes_forget_the_person(allears_server: ServerFactory) -> None:
    server = allears_server(ALLEARS_LOG="json", ALLEARS_LOG_LEVEL="info")
    send(server, *comes(USER_ID, 1, words=TEXT, email=EMAIL, name=NAME, phone=PHONE, city=TEXT), *comes(STRANGER, 1))
    post(server, "/v1/track", f'{{"userId": "{USER_ID}", "event": "{EMAIL}'.encode())  # broken off
    wait_until(lambda: customer_of(server, STRANGER) is not None, seconds=60, what="the first calls")
    first, stranger = customer_of(server, USER_ID), customer_of(server, STRANGER)
    assert first is not None
    (key,) = asked(server, "SELECT key FROM customers_customer WHERE id = ?", first)[0]
    assert set(left_over(server.data, MARKERS)) == set(MARKERS)

    server.command("erase", EMAIL, "--yes", "--json", "--data", str(server.data))
    assert left_over(server.data, (*MARKERS, key)) == {}
    assert customer_of(server, USER_ID) is None
    kept = events_of(server, None)

    send(server, *comes(USER_ID, 1), *comes(USER_ID, 2, email=EMAIL), *comes(STRANGER, 2))
    wait_until(lambda: customer_of(server, USER_ID) is not None, seconds=60, what="the person to come by himself")
    wait_until(lambda: events_of(server, stranger) == 4, seconds=60, what="the other one's second call")
    second = customer_of(server, USER_ID)
    assert second not in (None, first)
    assert events_of(server, first) == 0
    assert events_of(server, None) == kept
    assert customer_of(server, STRANGER) == stranger
    figures(server)
    time.sleep(2)  # the flusher and the sender have their turn
    old = [word for word in MARKERS if word not in ("zqxjk", "vqxplonk")]  # who he is came anew; nothing else did
    assert left_over(server.data, (*old, key)) == {}
    server.stop()
    assert left_over(server.data, (*old, key)) == {}
    log = (server.data / "serve.log").read_bytes()
    assert not any(word.encode() in log for word in MARKERS)
