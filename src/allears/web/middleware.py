"""What every answer carries: a strict content policy, and for htmx the toasts and the way to sign in."""

import json
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.http import urlencode

from allears.web.own_style import policy_with_styles
from allears.web.render import wants_fragment

CONTENT_POLICY = "; ".join(
    [
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)
Answer = Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]


class PackedPagesMiddleware(GZipMiddleware):
    """Pages repeat themselves, and a tenth of them is enough on the wire.

    Only whole pages: what streams must not wait in a packer, and files and the widget's script know best themselves.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.streaming or not response.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)


class ConsoleMiddleware:
    """Async-capable, so that streams stay on the event loop."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        self._is_async = bool(iscoroutinefunction(get_response))
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if self._is_async:
            return self._answer_async(request)
        response = self.get_response(request)
        assert isinstance(response, HttpResponseBase)
        return self._finish(request, response)

    async def _answer_async(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        assert not isinstance(response, HttpResponseBase)
        return self._finish(request, await response)

    def _finish(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        timezone.deactivate()
        if response.headers.get("Content-Type", "").startswith("text/html"):
            policy = response.headers.get("Content-Security-Policy", CONTENT_POLICY)
            response.headers["Content-Security-Policy"] = policy_with_styles(request, policy)
        if wants_fragment(request):
            self._send_to_sign_in(request, response)
            self._add_toasts(request, response)
        return response

    def _send_to_sign_in(self, request: HttpRequest, response: HttpResponseBase) -> None:
        """A fragment cannot show the sign-in page: the whole page goes there, and comes back."""
        location = response.headers.get("Location", "")
        sign_in = resolve_url(settings.LOGIN_URL)
        if response.status_code != 302 or urlsplit(location).path != sign_in:
            return
        here = urlsplit(request.headers.get("HX-Current-URL", "/"))
        back = here.path + (f"?{here.query}" if here.query else "")
        response.status_code = 204
        del response.headers["Location"]
        response.headers["HX-Redirect"] = f"{sign_in}?{urlencode({'next': back})}"

    def _add_toasts(self, request: HttpRequest, response: HttpResponseBase) -> None:
        """Messages of a fragment arrive as an event; those of a redirect wait for the page it leads to."""
        if response.status_code >= 300 or "HX-Redirect" in response.headers or "HX-Trigger" in response.headers:
            return
        toasts = [
            {"text": str(each), "level": each.level_tag, "undo": each.extra_tags or ""}
            for each in get_messages(request)
        ]
        if toasts:
            response.headers["HX-Trigger"] = json.dumps({"toast": toasts})
