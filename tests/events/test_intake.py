"""The door: keys, sizes, JSON, gzip, browsers, and what it says when it cannot store."""

import asyncio
import base64
import gzip
import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.utils import timezone
from tests.support.processes import wait_until

from allears.accounts.models import AccessKey, Workspace
from allears.events.intake import writer as writers
from allears.events.intake.app import Intake, trouble
from allears.events.intake.keys import key_in, look_up
from allears.events.intake.log import Body, LogUnavailableError, SqliteLog
from allears.events.intake.writer import Writer

TRACK = {"userId": "u1", "event": "order_delivered"}
BATCH = {"batch": [{"type": "track", **TRACK}]}


class Keys:
    """Knows one key."""

    async def workspace(self, key: str) -> int | None:
        return 7 if key == "right" else None


async def no_limits(workspace_id: int, events: int, now: datetime) -> None: ...


class Door:
    """An intake on a log of its own, called as a server would."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.intake = Intake()
        self.intake._keys = Keys()  # type: ignore[assignment]
        self.intake._limits.admit = no_limits  # type: ignore[method-assign]
        self.log: Any = SqliteLog(path)
        self.intake.writer = Writer(lambda: self.log, max_waiting=100)

    def post(self, path: str, content: Any = None, *, key: str = "right", **headers: str) -> httpx.Response:
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        credentials = {"authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()} if key else {}
        return self.send("POST", path, content=data, headers={**credentials, **headers})

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        async def go() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.intake)  # type: ignore[arg-type]
            async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
                return await client.request(method, path, **options)

        return asyncio.run(go())

    def rows(self) -> list[tuple[int, str, bytes]]:
        if not self.path.exists():
            return []
        with sqlite3.connect(self.path) as file:
            return file.execute("SELECT workspace_id, kind, body FROM intake ORDER BY id").fetchall()


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    monkeypatch.setattr(SqliteLog, "trim", lambda _: 0)
    monkeypatch.setattr(SqliteLog, "unread", lambda _, most: 0)
    made = Door(tmp_path / "intake.sqlite3")
    yield made
    made.intake.stop()


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/v1/track", "track"), ("/v1/identify", "identify"), ("/v1/page", "page"), ("/v1/screen", "screen"),
     ("/v1/group", "group"), ("/v1/alias", "alias"), ("/v1/t", "track"), ("/v1/i", "identify"), ("/v1/p", "page"),
     ("/v1/s", "screen"), ("/v1/g", "group"), ("/v1/a", "alias")],
)  # fmt: skip
def test_one_call_is_one_row_as_it_came(door: Door, path: str, kind: str) -> None:
    answer = door.post(path, TRACK)
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert door.rows() == [(7, kind, json.dumps(TRACK).encode())]


@pytest.mark.parametrize("path", ["/v1/batch", "/v1/import", "/v1/b"])
def test_one_batch_is_one_row(door: Door, path: str) -> None:
    assert door.post(path, BATCH).status_code == 200
    assert [row[1] for row in door.rows()] == ["batch"]
    assert door.post(path, {"batch": []}).status_code == 200
    assert len(door.rows()) == 1


def test_gzip_is_recognised_whatever_it_is_called(door: Door) -> None:
    packed = gzip.compress(json.dumps(BATCH).encode(), mtime=0)
    for headers in ({"content-encoding": "gzip"}, {"content-type": "application/x-www-form-urlencoded"}, {}):
        assert door.post("/v1/batch", packed, **headers).status_code == 200
    assert {row[2] for row in door.rows()} == {json.dumps(BATCH).encode()}


def test_a_browser_sends_its_key_in_the_body_from_any_site(door: Door) -> None:
    answer = door.post("/v1/t", {"writeKey": "right", **TRACK}, key="", **{"content-type": "text/plain"})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "*")
    preflight = door.send("OPTIONS", "/v1/batch")
    assert (preflight.status_code, "authorization" in preflight.headers["access-control-allow-headers"]) == (204, True)


@pytest.mark.parametrize(("key", "body"), [("wrong", BATCH), ("", BATCH), ("", {"writeKey": "wrong", **BATCH})])
def test_without_a_valid_key_nothing_is_kept(door: Door, key: str, body: Any) -> None:
    answer = door.post("/v1/batch", body, key=key)
    assert (answer.status_code, answer.json()["success"]) == (401, False)
    assert door.rows() == []


@pytest.mark.parametrize(
    ("content", "says"),
    [(b'{"batch":[', "truncated"), (b"hello", "malformed"), (b'{"batch":{}}', "Expected `array`"),
     (b"\x1f\x8b\x00broken", "gzip"), (gzip.compress(b"{}" * 99, mtime=0)[:-9], "gzip stream ends")],
)  # fmt: skip
def test_what_is_no_json_is_refused_with_a_reason_and_kept(door: Door, content: bytes, says: str) -> None:
    answer = door.post("/v1/batch", content)
    assert answer.status_code == 400
    assert says in answer.json()["error"]
    assert [(kind, body) for _, kind, body in door.rows()] == [("broken", content)]


def test_what_sdks_write_though_json_knows_it_not_costs_no_event_of_the_batch(door: Door) -> None:
    """Half an emoji (a text cut by JavaScript), NaN and Infinity (Python), a byte order mark (.NET)."""
    said = (r'"\ud83d cut"', r'"\udc4d"', "NaN", "-Infinity", '"whole"', r'"\ud83d\udc4d"')
    calls = [f'{{"type":"track","userId":"u1","event":"e","properties":{{"x":{x}}}}}' for x in said]
    body = '\ufeff{"batch":[' + ",".join(calls) + "]}"
    assert door.post("/v1/batch", body.encode()).status_code == 200
    [(_, kind, kept)] = door.rows()
    assert kind == "batch"
    values = [call["properties"]["x"] for call in json.loads(kept)["batch"]]
    assert values == ["\ufffd cut", "\ufffd", None, None, "whole", "\U0001f44d"]
    assert door.post("/batch/", b'{"api_key":"right","batch":[{"event":"e","distinct_id":"u","properties":{"x":NaN}}]}',
                     key="").status_code == 200  # fmt: skip


def test_limits_are_named(door: Door, settings: Any) -> None:
    settings.INTAKE_MAX_BODY, settings.INTAKE_MAX_EVENT = 2000, 1000
    bomb = gzip.compress(b" " * 200_000, mtime=0)
    assert len(bomb) < 2000
    for path, content, says in (
        ("/v1/batch", b" " * 2001, "the limit of one request is 2000"),
        ("/v1/batch", bomb, "unpacks to more than 2000 bytes"),
        ("/v1/track", {**TRACK, "properties": {"x": "y" * 1000}}, "the limit of one event is 1000"),
    ):
        answer = door.post(path, content)
        assert answer.status_code == 413
        assert says in answer.json()["error"]
    assert door.rows() == []
    settings.INTAKE_MAX_BODY = 4000
    big = {"type": "track", **TRACK, "properties": {"x": "y" * 1000}}
    assert door.post("/v1/batch", {"batch": [*BATCH["batch"], big]}).status_code == 200
    assert [row[1] for row in door.rows()] == ["mixed"]


def test_other_methods_are_told_what_to_use(door: Door) -> None:
    answer = door.send("GET", "/v1/batch")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST, OPTIONS")


class AwayLog:
    """A log that is away for so many attempts."""

    def __init__(self, inner: SqliteLog, attempts: int) -> None:
        self.inner, self.attempts, self.owes = inner, attempts, False

    def append(self, bodies: Sequence[Body]) -> None:
        self.attempts -= 1
        if self.attempts >= 0:
            raise LogUnavailableError("gone fishing")
        self.inner.append(bodies)

    def tell(self) -> None: ...

    def trim(self) -> int:
        return 0

    def room(self) -> int | None:
        return None

    def unread(self, most: int) -> int:
        return 0

    def close(self) -> None:
        self.inner.close()


def test_a_log_that_comes_back_soon_is_waited_for(door: Door) -> None:
    door.log = AwayLog(door.log, 2)
    assert door.post("/v1/batch", BATCH).status_code == 200
    assert len(door.rows()) == 1


def test_a_log_that_stays_away_is_a_503_to_come_back_from(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writers, "PATIENCE_SECONDS", 0.2)
    door.log = AwayLog(door.log, 1000)
    answer = door.post("/v1/batch", BATCH)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


def test_a_full_door_says_so_at_once(door: Door) -> None:
    door.intake.writer.waiting = 100
    answer = door.post("/v1/batch", BATCH)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert door.rows() == []


def test_a_disk_nearly_full_takes_nothing_more_until_there_is_room(
    door: Door, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writers, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(SqliteLog, "room", lambda _: 600_000_000)
    settings.INTAKE_MIN_FREE = 700_000_000
    assert door.post("/v1/batch", BATCH).status_code == 200  # after it, the log looks around
    wait_until(lambda: door.intake.writer._full, seconds=5, what="the door to notice")
    answer = door.post("/v1/batch", BATCH)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert answer.json()["error"] == (
        "the disk of the intake log is nearly full (600 MB are free); nothing was kept, send it again in 30 s"
    )
    assert len(door.rows()) == 1
    settings.INTAKE_MIN_FREE = 500_000_000
    wait_until(lambda: not door.intake.writer._full, seconds=5, what="the door to open again")
    assert door.post("/v1/batch", BATCH).status_code == 200


def test_a_log_that_is_not_read_takes_nothing_more(door: Door, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writers, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(SqliteLog, "unread", lambda _, most: min(most, 11))
    settings.INTAKE_MAX_UNREAD = 10
    door.post("/v1/batch", BATCH)
    wait_until(lambda: door.intake.writer._full, seconds=5, what="the door to notice")
    answer = door.post("/v1/batch", BATCH)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert len(door.rows()) == 1


def test_a_browser_may_send_whatever_headers_its_sdk_wants_to(door: Door) -> None:
    asked = {"origin": "https://shop.test", "access-control-request-method": "POST"}
    wanted = "authorization, content-type, anonymousid, x-something-new"
    answer = door.send("OPTIONS", "/v1/batch", headers={**asked, "access-control-request-headers": wanted})
    assert (answer.status_code, answer.headers["access-control-allow-headers"]) == (204, wanted)
    assert answer.headers["access-control-allow-origin"] == "*"
    odd = door.send("OPTIONS", "/v1/t", headers={**asked, "access-control-request-headers": "x<y>: z"})
    assert "x<y>" not in odd.headers["access-control-allow-headers"]
    plain = {**BATCH, "writeKey": "right"}
    answer = door.post("/v1/b", plain, key="", **{"content-type": "text/plain", "origin": "https://shop.test"})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "*")
    refused = door.post("/v1/b", plain, key="wrong", origin="https://shop.test")
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, "*")


@pytest.mark.parametrize(
    ("header", "key"),
    [(b"Basic " + base64.b64encode(b"k1:"), "k1"), (b"basic " + base64.b64encode(b"k1:x"), "k1"), (b"Bearer k1", "k1"),
     (b"Basic !!!", ""), (b"", ""), (b"Digest x", "")],
)  # fmt: skip
def test_the_key_is_read_from_the_header(header: bytes, key: str) -> None:
    assert key_in(header) == key


@pytest.mark.django_db(transaction=True)  # the look-up gives its connection back, as it does in a thread of web
def test_only_a_live_write_key_opens(acme: Workspace, elsewhere: Workspace) -> None:
    import hashlib

    for kind, key, workspace in (("write", "w1", acme), ("api", "a1", acme), ("write", "w2", elsewhere)):
        digest = hashlib.sha256(key.encode()).hexdigest()
        AccessKey.objects.create(workspace=workspace, kind=kind, name="t", prefix=key, key_hash=digest)
    assert [look_up(key) for key in ("w1", "w2", "a1", "none")] == [acme.id, elsewhere.id, None, None]
    AccessKey.objects.in_workspace(acme.id).update(revoked_at=timezone.now())
    assert look_up("w1") is None


def test_readiness_tells_of_a_log_that_is_away(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writers, "PATIENCE_SECONDS", 0.1)
    away = AwayLog(door.log, 1000)
    door.log = away
    door.post("/v1/batch", BATCH)
    assert trouble() == "gone fishing"
    away.attempts = 0
    assert door.post("/v1/batch", BATCH).status_code == 200
    assert trouble() == ""
