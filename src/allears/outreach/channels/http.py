"""Requests to providers of channels, by the same guarded way as webhooks."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from allears.kit.lazy import LazyModule
from allears.outreach.channels.base import DeliveryError, SetupError

if TYPE_CHECKING:
    from allears.kit import outbound
else:
    outbound = LazyModule("allears.kit.outbound")

SECONDS = 15.0
KEPT_BYTES = 64 * 1024


@lru_cache(maxsize=4)
def _way(allowed: str) -> "outbound.Outbound":
    return outbound.Outbound(allowed=outbound.parse_allowed(allowed))


def ask(method: str, url: str, *, headers: Sequence[tuple[str, str]] = (), body: bytes = b"") -> tuple[int, bytes]:
    """The answer's code and body; raises DeliveryError when there is none."""
    named = [("host", urlsplit(url).netloc.rpartition("@")[2]), ("user-agent", "AllEars/1"), *headers]
    if body:
        named.append(("content-length", str(len(body))))
    try:
        got = _way(settings.WEBHOOK_ALLOW).request(
            method, url, headers=named, body=body, seconds=SECONDS, kept=KEPT_BYTES
        )
    except outbound.BlockedAddressError as error:
        raise DeliveryError(
            f"{error}. Whoever runs All Ears can allow it with ALLEARS_WEBHOOK_ALLOW", permanent=False
        ) from error
    except outbound.OutboundError as error:
        raise DeliveryError(f"the provider cannot be reached: {error}", permanent=False) from error
    return got.status, got.start


def ask_json(url: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A JSON object from a provider; raises DeliveryError when it is none."""
    if body is None:
        status, answer = ask("GET", url)
    else:
        data = json.dumps(body, ensure_ascii=False).encode()
        status, answer = ask("POST", url, headers=[("content-type", "application/json; charset=utf-8")], body=data)
    if status == 429 or status >= 500:
        raise DeliveryError(f"the provider answered {status}", permanent=False)
    try:
        found = json.loads(answer)
    except ValueError as error:
        raise DeliveryError(f"the provider answered {status} without JSON", permanent=False) from error
    if not isinstance(found, dict):
        raise DeliveryError("the provider answered something unknown", permanent=False)
    return found


def filled(template: str, values: Mapping[str, str], *, kind: str) -> str:
    """Put values where ``{name}`` stands: percent-encoded for ``url`` and ``form``, escaped for ``json``."""
    made = template
    for name, value in values.items():
        safe = json.dumps(value, ensure_ascii=False)[1:-1] if kind == "json" else quote(value, safe="")
        made = made.replace("{" + name + "}", safe if kind != "plain" else value)
    return made


def check_url(field: str, url: str) -> None:
    """Raises SetupError unless it is a web address."""
    parts = outbound.parts_of(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SetupError(field, _("write a whole address, such as https://sms.example.com/send"))
