"""The web process: the intake door before Django, Django behind it."""

import asyncio
import time
from typing import Any

from allears.kit.processes import point_at_settings

point_at_settings()

from django.core.asgi import get_asgi_application  # noqa: E402 - needs to know the settings

_pages: Any = get_asgi_application()

from allears.events.intake.app import Intake, Receive, Scope, Send  # noqa: E402 - needs the models just loaded
from allears.kit.meter import METER  # noqa: E402
from allears.kit.tracing import HEADER, fitting, request_id, work_for  # noqa: E402
from allears.operations.exposing import meter_folder  # noqa: E402
from allears.store.sqlite import kept  # noqa: E402
from allears.web.one_thread import OneThread  # noqa: E402

intake = Intake()
_api: Any = OneThread()
_REQUEST = HEADER.lower().encode()


def counting(send: Send) -> Send:
    """Counts the answer of an API call or a page by its code's class and its time; names the request in its head."""
    began = time.perf_counter()

    async def counted(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            METER.add(f"http.code.{message['status'] // 100}xx")
            METER.observe("http.seconds", time.perf_counter() - began)
            message = {**message, "headers": [*message["headers"], (_REQUEST, request_id().encode())]}
        await send(message)

    return counted


async def take_in(scope: Scope, receive: Receive, send: Send) -> None:
    """The intake's answer, counted by its code and its time: thousands come a second, so nothing is wrapped here."""
    began = time.perf_counter()
    if status := await intake(scope, receive, send):
        METER.add(f"intake.code.{status}")
        METER.observe("intake.seconds", time.perf_counter() - began)


def until_cut(receive: Receive) -> Receive:
    """A body whose line breaks ends there, so that what came of a piece of a file is kept (see events.imports.tus)."""
    over = whole = False

    async def heard() -> dict[str, Any]:
        nonlocal over, whole
        if over:
            await asyncio.Event().wait()  # the answer is still made; whoever makes it ends this
        message = await receive()
        if message["type"] == "http.disconnect" and not whole:
            over = True
            return {"type": "http.request", "body": b"", "more_body": False}
        whole = not message.get("more_body", False)
        return message

    return heard


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Send each request to its door, and count it there."""
    if scope["type"] == "http":
        if not METER.begun:
            METER.begin(meter_folder(), "web")
        if intake.takes(scope["path"]):
            await take_in(scope, receive, send)
        else:
            told = next((value for name, value in scope["headers"] if name == _REQUEST), b"").decode("latin-1")
            if scope["method"] == "PATCH" and "/uploads/" in scope["path"]:
                receive = until_cut(receive)
            with work_for(fitting(told)):
                door = _api if scope["path"].startswith("/api/") else _pages
                await door(scope, receive, counting(send))
    elif scope["type"] == "lifespan":
        await _lifespan(receive, send)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            kept.keep()
            intake.start()
            await send({"type": "lifespan.startup.complete"})
        else:
            intake.stop()
            kept.end()
            await send({"type": "lifespan.shutdown.complete"})
            return
