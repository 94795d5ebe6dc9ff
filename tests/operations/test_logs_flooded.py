"""A running installation is flooded with marked personal data, good and bad; none of it stands in its log."""

import base64
import json
import time
import urllib.error
import urllib.request
from typing import Any

import pytest

from tests.support.processes import wait_until
from tests.support.server import AllEars, ServerFactory

pytestmark = pytest.mark.server
EMAIL, PHONE, NAME = "marked.zoe@secret-place.test", "+4915112345678", "Zoewinifred Markedsurname"
WORDS = "the sofa of my aunt Kunigunde arrived broken"
MARKS = ("marked.zoe", "secret-place", "15112345678", "Zoewinifred", "Markedsurname", "Kunigunde", "tok3nMark3dXyz")


def send(server: AllEars, path: str, body: Any, *, key: str = "", bearer: str = "", **headers: str) -> int:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    if key:
        headers["Authorization"] = "Basic " + base64.b64encode(f"{key}:".encode()).decode()
    if bearer:
        headers["Authorization"] = f"Bearer {bearer}"
    request = urllib.request.Request(
        server.url + path, data=data or None, headers={"Content-Type": "application/json", **headers}
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_nothing_personal_is_logged(allears_server: ServerFactory) -> None:
    server = allears_server(ALLEARS_LOG="json", ALLEARS_LOG_LEVEL="info", ALLEARS_SMTP_PORT="1")
    person = {"email": EMAIL, "phone": PHONE, "name": NAME, "comment": WORDS}
    identify = {"type": "identify", "userId": EMAIL, "traits": person}
    track = {"type": "track", "userId": EMAIL, "event": "order_delivered", "properties": person}
    for _ in range(5):
        send(server, "/v1/batch", {"batch": [identify, track, {"type": "nonsense", **person}]}, key=server.write_key)
        send(server, "/v1/batch", {"batch": [identify]}, key=f"tok3nMark3dXyz{EMAIL}")
        send(server, "/v1/track", b'{"userId": "' + EMAIL.encode() + b'", broken', key=server.write_key)
        voice = {"key": EMAIL, "source_kind": "complaint", "channel": "web", "text": WORDS, "initiator": "customer"}
        send(server, "/api/v1/voices", voice, bearer=server.api_key)
        send(server, "/api/v1/voices", {"text": WORDS, "said_at": NAME}, bearer=server.api_key)
        send(server, "/api/v1/voices", voice, bearer="tok3nMark3dXyz")
        send(server, f"/api/v1/customers?email={EMAIL}", b"", bearer=server.api_key)
        send(server, "/accounts/login/", f"login={EMAIL}&password={NAME}".encode())
        for page in (
            "/s/tok3nMark3dXyzAbcdef",
            "/u/tok3nMark3dXyzAbcdef",
            f"/customers?q={EMAIL}",
            f"/nowhere/{EMAIL}",
        ):
            send(server, page, b"")
    wait_until(lambda: (server.data / "serve.log").stat().st_size > 0, seconds=10, what="anything to be logged")
    time.sleep(3)
    log = (server.data / "serve.log").read_text(errors="replace")
    assert {mark for mark in MARKS if mark in log} == set()
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert any(line["message"].startswith("Not Found: /s/[token]") for line in lines)
    assert all(line["at"] and line["level"] for line in lines)
    assert any(line.get("request") for line in lines)


def test_the_request_is_named_from_the_web_to_the_worker(allears_server: ServerFactory) -> None:
    import sqlite3

    server = allears_server()
    voice = {"key": "v", "source_kind": "complaint", "channel": "web", "text": "late", "initiator": "customer"}
    headers = {"X-Request-ID": "from-the-caller-1"}
    assert send(server, "/api/v1/voices", voice, bearer=server.api_key, **headers) == 201
    file = sqlite3.connect(server.data / "allears.sqlite3", timeout=20)
    try:
        found = file.execute("SELECT DISTINCT request FROM jobs_job WHERE task LIKE '%open_case'").fetchall()
    finally:
        file.close()
    assert found == [("from-the-caller-1",)]
