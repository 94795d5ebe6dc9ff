"""The intake's raw ASGI application."""

import json
import logging
import re
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from django.conf import settings

from allears.events.doors import DOORS, Arrival, UnfitError, answer_at
from allears.events.intake.bodies import NotJsonError, TooLargeError, outline, unpack
from allears.events.intake.keys import KeysUnavailableError, WriteKeys, key_in
from allears.events.intake.limits import LimitedError, Limits
from allears.events.intake.log import BROKEN, Body, LogUnavailableError, open_log
from allears.events.intake.writer import DoorFullError, Writer

logger = logging.getLogger(__name__)
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

CALLS = ("track", "identify", "page", "screen", "group", "alias")
ROUTES = {
    **{f"/v1/{kind}": kind for kind in CALLS},
    **dict.fromkeys(("/v1/batch", "/v1/import", "/v1/b"), "batch"),
    **{f"/v1/{kind[0]}": kind for kind in CALLS},  # as browsers write them
    **dict.fromkeys(DOORS, "door"),
}
CORS = [(b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", b"retry-after")]
ALLOWED_HEADERS = b"authorization, content-type, content-encoding, anonymousid"
HEADER_NAMES = re.compile(rb"[A-Za-z0-9!#$%&'*+.^_`|~, -]{1,1000}")


def preflight(headers: Mapping[bytes, bytes]) -> list[tuple[bytes, bytes]]:
    """Whatever headers an SDK wants to send with its call, it may: none of them opens anything but the write key.

    They are named one by one, because ``*`` does not cover Authorization.
    """
    wanted = headers.get(b"access-control-request-headers", b"")
    return [
        *CORS,
        (b"access-control-allow-methods", b"POST, OPTIONS"),
        (b"access-control-allow-headers", wanted if HEADER_NAMES.fullmatch(wanted) else ALLOWED_HEADERS),
        (b"access-control-max-age", b"86400"),
        (b"vary", b"access-control-request-headers"),
        (b"webhook-allowed-origin", b"*"),  # senders of CloudEvents ask whether they may
    ]


JSON = (b"content-type", b"application/json")
TAKEN = (  # the same for all, so it is made once
    {"type": "http.response.start", "status": 200, "headers": [*CORS, JSON]},
    {"type": "http.response.body", "body": b'{"success": true}'},
)


class Refusal(Exception):  # noqa: N818 - an answer, not a fault
    """An answer other than success."""

    def __init__(self, status: int, error: str, *, retry_after: int | None = None) -> None:
        super().__init__(error)
        self.status, self.retry_after = status, retry_after


class ClientGoneError(RuntimeError):
    """The client closed the connection before its body was complete."""


_doors: list["Intake"] = []


def trouble() -> str:
    """Why this process's door cannot store bodies now; empty while all is well."""
    return next((door.writer.trouble for door in _doors if door.writer.trouble), "")


class Intake:
    """Takes request bodies in; one for each web process."""

    def __init__(self) -> None:
        self._keys = WriteKeys()
        self._limits = Limits()
        self._most = self._most_of_one = 0  # bytes, of a body and of an event
        self.writer = Writer(open_log, max_waiting=settings.INTAKE_MAX_WAITING)
        self._started = False

    def takes(self, path: str) -> bool:
        """Whether this path is one of the intake's."""
        return path in ROUTES or answer_at(path) is not None

    def start(self) -> None:
        sys.setswitchinterval(0.001)  # the writer's thread comes back from each commit soon, however busy the loop is
        self.writer.start()
        self._most, self._most_of_one = settings.INTAKE_MAX_BODY, settings.INTAKE_MAX_EVENT
        self._started = True
        _doors.append(self)

    def stop(self) -> None:
        """Store what waits, then end."""
        self._started = False
        self.writer.stop()
        if self in _doors:
            _doors.remove(self)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> int:
        """Answer; the answer's code, 0 when there was nobody left to answer."""
        if not self._started:
            self.start()
        if scope["method"] == "OPTIONS":
            return await _answer(send, 204, b"", preflight(dict(scope["headers"])))
        path = scope["path"]
        if path not in ROUTES and (answer := answer_at(path, **_address(scope))):
            return await _answer(send, 200, answer.body, [*CORS, (b"content-type", answer.type)])
        try:
            await self._take(ROUTES[path], scope, receive)
        except Refusal as refusal:
            return await _refuse(send, refusal)
        except ClientGoneError:
            return 0
        for message in TAKEN:
            await send(message)
        return 200

    async def _take(self, kind: str, scope: Scope, receive: Receive) -> None:
        if scope["method"] != "POST":
            raise Refusal(405, "send this by POST")
        headers = dict(scope["headers"])
        received_us = time.time_ns() // 1000
        key = key_in(headers.get(b"authorization", b""))
        workspace_id = await self._workspace(key) if key else None
        data = await _read(receive, headers, self._most)
        try:
            data = unpack(data, limit=self._most)
            if kind == "door":
                kind, data = "batch", translated(scope, headers, received_us, data)
            seen = outline(kind, data, event_limit=self._most_of_one)
        except TooLargeError as error:
            raise Refusal(413, str(error)) from error
        except UnfitError as error:
            if workspace_id is not None and error.kept:
                await self._store(workspace_id, "batch", received_us, error.kept)
            raise Refusal(error.status, str(error)) from error
        except NotJsonError as error:
            if workspace_id is not None:
                await self._store(workspace_id, BROKEN, received_us, data)
            raise Refusal(400, f"{error}; {'kept in quarantine' if workspace_id else 'nothing was kept'}") from error
        if workspace_id is None:
            workspace_id = await self._workspace(seen.write_key)
        if seen.events:
            await self._admit(workspace_id, seen.events)
            try:
                await self._store(workspace_id, seen.kind, received_us, seen.data)
            except Refusal:
                self._limits.give_back(workspace_id, seen.events)
                raise

    async def _admit(self, workspace_id: int, events: int) -> None:
        try:
            await self._limits.admit(workspace_id, events, datetime.now(UTC))
        except LimitedError as error:
            text = f"{error}; nothing of this request was kept: send it again in {error.retry_after} s"
            raise Refusal(429, text, retry_after=error.retry_after) from error

    async def _workspace(self, key: str) -> int:
        try:
            workspace_id = await self._keys.workspace(key) if key else None
        except KeysUnavailableError as error:
            raise Refusal(503, "the database is away; nothing was kept, send it again", retry_after=2) from error
        if workspace_id is None:
            raise Refusal(401, "this write key is not valid; send it as the user name of Basic authentication")
        return workspace_id

    async def _store(self, workspace_id: int, kind: str, received_us: int, data: bytes) -> None:
        try:
            await self.writer.store(Body(workspace_id=workspace_id, kind=kind, received_us=received_us, data=data))
        except DoorFullError as error:
            text = f"{error}; nothing was kept, send it again in {error.retry_after} s"
            raise Refusal(503, text, retry_after=error.retry_after) from error
        except LogUnavailableError as error:
            raise Refusal(503, "the intake log is away; send it again", retry_after=2) from error


def _address(scope: Scope) -> dict[str, Any]:
    """How the client came to us, by way of a proxy too."""
    headers = dict(scope["headers"])
    told = headers.get(b"x-forwarded-proto", b"").decode("latin-1")
    return {"scheme": told if told in ("http", "https") else scope["scheme"], "host": headers.get(b"host", b"")}


def translated(scope: Scope, headers: dict[bytes, bytes], received_us: int, data: bytes) -> bytes:
    """What came by a door of its own, as a batch; a single event above its limit is refused as it would be there."""
    arrival = Arrival(
        headers=headers,
        query=scope["query_string"],
        data=data,
        limit=settings.INTAKE_MAX_BODY,
        received_us=received_us,
    )
    found = DOORS[scope["path"]](arrival)
    if len(found.calls) == 1 and len(data) > settings.INTAKE_MAX_EVENT:
        raise TooLargeError(f"the event has {len(data)} bytes; the limit of one event is {settings.INTAKE_MAX_EVENT}")
    return found.body()


async def _read(receive: Receive, headers: dict[bytes, bytes], limit: int) -> bytes:
    declared = headers.get(b"content-length", b"")
    if declared.isdigit() and int(declared) > limit:
        raise Refusal(413, f"the body has {int(declared)} bytes; the limit of one request is {limit}")
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        part = message.get("body", b"")
        parts.append(part)
        size += len(part)
        if size > limit:
            raise Refusal(413, f"the body has more than {limit} bytes, the limit of one request")
        if not message.get("more_body"):
            return parts[0] if len(parts) == 1 else b"".join(parts)


async def _refuse(send: Send, refusal: Refusal) -> int:
    headers = [*CORS, JSON]
    if refusal.retry_after is not None:
        headers.append((b"retry-after", str(refusal.retry_after).encode()))
    if refusal.status == 401:
        headers.append((b"www-authenticate", b'Basic realm="write key"'))
    if refusal.status == 405:
        headers.append((b"allow", b"POST, OPTIONS"))
    code, text = HTTPStatus(refusal.status).phrase, str(refusal)  # SDKs read `code` and `message`
    body = json.dumps({"success": False, "error": text, "code": code, "message": text}).encode()
    return await _answer(send, refusal.status, body, headers)


async def _answer(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> int:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
    return status
