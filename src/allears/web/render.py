"""One view, two renderings: the whole page for a visit, the fragment for htmx."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers


def wants_fragment(request: HttpRequest) -> bool:
    """True for an htmx request that will place the answer inside the present page."""
    headers = request.headers
    return headers.get("HX-Request") == "true" and not (
        headers.get("HX-Boosted") or headers.get("HX-History-Restore-Request")
    )


def frame_first(request: HttpRequest) -> bool:
    """True for a visit to a page whose figures take long: its frame is the answer, and asks for them itself.

    ``?at_once=1`` has all in one answer, for a browser without scripts.
    """
    return request.method == "GET" and not wants_fragment(request) and "at_once" not in request.GET


def render_page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    fragment: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render ``template``, or ``fragment`` when htmx asks. An invalid form answers with ``status=422``."""
    chosen = fragment if fragment and wants_fragment(request) else template
    response = render(request, chosen, dict(context or {}), status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def flash(request: HttpRequest, text: str, *, undo: str = "", level: int = messages.SUCCESS) -> None:
    """Say what was done, on this page or the next; ``undo`` is an address that takes a POST."""
    messages.add_message(request, level, text, extra_tags=undo)
