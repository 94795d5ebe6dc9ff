"""Mail through a provider's API by anymail: a real HTTP peer plays Mailgun and Postmark."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.test import override_settings

from allears.outreach import channels
from allears.outreach.channels.base import DeliveryError, Outgoing

MESSAGE = Outgoing(
    id=7,
    address="zoe@example.test",
    name="王 Zoe",
    language="zh",
    subject="您的体验如何？",
    text="请打分",
    html="<p>请打分</p>",
    idempotency_key="ask:7",
    headers={
        "List-Unsubscribe": "<https://ears.example.test/u/x>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    },
)


@dataclass
class Provider:
    """``answer`` is what it says to every call."""

    answer: tuple[int, Any] = (200, {"id": "<1@mailgun.test>", "message": "Queued. Thank you."})
    calls: list[tuple[str, str, str]] = field(default_factory=list)  # path, authorization, body
    url: str = ""


@pytest.fixture
def provider() -> Iterator[Provider]:
    kept = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            kept.calls.append((self.path, self.headers.get("authorization", ""), body))
            status, told = kept.answer
            said = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    kept.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield kept
    server.shutdown()
    server.server_close()


def by(name: str, **told: str) -> override_settings:
    return override_settings(EMAIL_BACKEND=f"anymail.backends.{name}.EmailBackend", ANYMAIL=told)


def mailgun(provider: Provider) -> override_settings:
    return by(
        "mailgun", MAILGUN_API_KEY="k1", MAILGUN_SENDER_DOMAIN="example.test", MAILGUN_API_URL=f"{provider.url}/v3"
    )


def send() -> None:
    session = channels.adapter("email").session()
    session.send(MESSAGE, committing=lambda: None, handed_over=lambda: None)
    session.close()


def test_a_mail_reaches_the_provider_with_all_that_makes_it_ours(provider: Provider) -> None:
    with mailgun(provider):
        send()
    ((path, authorization, body),) = provider.calls
    assert (path, authorization.startswith("Basic ")) == ("/v3/example.test/messages", True)
    for part in (
        "zoe%40example.test",
        "h%3AMessage-Id",
        "h%3AList-Unsubscribe-Post",
        "One-Click",
        "X-All-Ears-Message",
    ):
        assert part in body, part


@pytest.mark.parametrize("status", [401, 429, 500])
def test_a_providers_trouble_is_tried_again(provider: Provider, status: int) -> None:
    provider.answer = (status, {"message": "no"})
    with mailgun(provider), pytest.raises(DeliveryError) as caught:
        send()
    assert caught.value.permanent is False


def test_a_recipient_whom_the_provider_refuses_is_refused_for_good(provider: Provider) -> None:
    said = (
        "You tried to send to recipient(s) that have been marked as inactive. Found inactive addresses:"
        " zoe@example.test. Inactive recipients are ones that have generated a hard bounce or a spam complaint."
    )
    provider.answer = (422, {"ErrorCode": 406, "Message": said})
    url = f"{provider.url}/"
    with by("postmark", POSTMARK_SERVER_TOKEN="t", POSTMARK_API_URL=url), pytest.raises(DeliveryError) as caught:
        send()
    assert caught.value.permanent is True


def test_a_provider_without_its_key_keeps_the_mails_and_says_what_is_missing() -> None:
    with by("mailgun"), pytest.raises(DeliveryError, match="MAILGUN_API_KEY") as caught:
        send()
    assert caught.value.permanent is False
