"""The web process: the intake door before Django, Django behind it."""

import os
from collections.abc import Awaitable, Callable
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "allears.settings")

from django.core.asgi import get_asgi_application

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

_django: Any = get_asgi_application()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Send each request to its door."""
    if scope["type"] == "http":
        await _django(scope, receive, send)
