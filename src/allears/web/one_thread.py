"""The API's way through Django: middleware and view in one thread.

Pages may stream, so their middleware runs on the event loop, and each part that is not asynchronous changes threads
twice. No route of the API streams from the loop; its calls change threads once.
"""

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.base import BaseHandler
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase


class OneThread(ASGIHandler):
    """Answers as Django's own handler does, with its middleware loaded for threads."""

    def __init__(self) -> None:
        BaseHandler.__init__(self)
        self.load_middleware(is_async=False)

    async def run_get_response(self, request: HttpRequest) -> HttpResponseBase:
        response = await sync_to_async(self.get_response, thread_sensitive=True)(request)
        response._handler_class = type(self)  # type: ignore[attr-defined]  # as Django's own handler sets it
        if isinstance(response, FileResponse):
            response.block_size = self.chunk_size
        return response
