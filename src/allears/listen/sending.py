"""Files that others gave, sent to a reader: nothing in them can act on our address."""

from typing import Any, Protocol
from urllib.parse import quote

from django.http import HttpResponse

SHOWN = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})  # by the browser itself, where asked


class Kept(Protocol):
    """A stored file."""

    @property
    def name(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def content(self) -> Any: ...  # bytes, or a view of them


def sent(file: Kept, *, show: bool = False) -> HttpResponse:
    """The file to be saved; a photo may be shown. Types are told, never guessed, and a page would have no rights."""
    shown = show and file.type in SHOWN
    media = file.type if file.type in SHOWN else "application/octet-stream"
    response = HttpResponse(bytes(file.content), content_type=media)
    way = "inline" if shown else "attachment"
    response["Content-Disposition"] = f"{way}; filename*=UTF-8''{quote(file.name, safe='')}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response
