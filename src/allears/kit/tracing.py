"""The name of the request that caused this work, carried from the web process into the jobs it queued."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

HEADER = "X-Request-ID"
_FORM = re.compile(r"[A-Za-z0-9._-]{8,64}")
_request: ContextVar[str] = ContextVar("allears_request", default="")


def request_id() -> str:
    """Of the work going on now; empty outside of any."""
    return _request.get()


def fitting(told: str) -> str:
    """What the caller calls its request, when that is a plain name; else a fresh one."""
    return told if _FORM.fullmatch(told) else secrets.token_hex(8)


@contextmanager
def work_for(request: str) -> Iterator[None]:
    """What happens in this block belongs to the request."""
    token = _request.set(request)
    try:
        yield
    finally:
        _request.reset(token)
