"""A call of the API changes threads once for Django's middleware and its view."""

import asyncio
import json
from typing import Any

import pytest
from asgiref.sync import SyncToAsync
from django.utils import timezone
from tests.conftest import Person

from allears.accounts.actions import make_key
from allears.accounts.models import AccessKey
from allears.web import asgi


async def call(path: str, headers: list[tuple[bytes, bytes]]) -> list[dict[str, Any]]:
    """What the server is sent back."""
    sent: list[dict[str, Any]] = []
    given = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> dict[str, Any]:
        if given:
            return given.pop()
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": headers}
    await asgi.application(scope, receive, send)
    return sent


@pytest.mark.django_db(transaction=True)
def test_a_call_of_the_api_changes_threads_as_little_as_can_be(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    _, key = make_key(workspace=alice.workspace, kind=AccessKey.Kind.API, name="t", actor=None, now=timezone.now())
    hops: list[str] = []
    hop = SyncToAsync.__call__

    async def counted(self: Any, *args: Any, **kwargs: Any) -> Any:
        hops.append(getattr(self.func, "__qualname__", type(self.func).__name__))
        return await hop(self, *args, **kwargs)

    monkeypatch.setattr(SyncToAsync, "__call__", counted)
    answers = asyncio.run(call("/api/v1/touchpoints", [(b"authorization", f"Bearer {key}".encode())]))
    start, body = answers
    assert start["status"] == 200
    assert "items" in json.loads(body["body"])
    assert len(hops) == 3, hops  # the request begins, is answered, and ends


@pytest.mark.django_db(transaction=True)
def test_a_call_without_a_key_is_refused_there_too() -> None:
    start, body = asyncio.run(call("/api/v1/touchpoints", []))
    assert start["status"] == 401
    assert json.loads(body["body"])["status"] == 401
    assert (b"Referrer-Policy", b"same-origin") in start["headers"]  # the middleware is that of every page
