"""The web process: the intake door before Django, Django behind it."""

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "allears.settings")

from django.core.asgi import get_asgi_application

_django: Any = get_asgi_application()

from allears.events.intake.app import Intake, Receive, Scope, Send  # noqa: E402 - needs the models just loaded

intake = Intake()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Send each request to its door."""
    if scope["type"] == "http":
        await (intake if intake.takes(scope["path"]) else _django)(scope, receive, send)
    elif scope["type"] == "lifespan":
        await _lifespan(receive, send)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            intake.start()
            await send({"type": "lifespan.startup.complete"})
        else:
            intake.stop()
            await send({"type": "lifespan.shutdown.complete"})
            return
