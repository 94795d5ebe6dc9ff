"""How the simulated shop and its customers reach All Ears: over HTTP, like everybody else."""

import base64
import http.cookiejar
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Any

TIMEOUT = 10.0
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class _Stay(urllib.request.HTTPRedirectHandler):
    """A redirect after a form is an answer, not an errand."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class Visitor:
    """Requests to one server. Raises OSError when it cannot be reached; an error page is an answer."""

    def __init__(self, base: str, *, write_key: str = "", api_key: str = "") -> None:
        self.base = base.rstrip("/")
        self.bearer = {"Authorization": f"Bearer {api_key}", "Content-Type": "application/json"}
        self.basic = base64.b64encode(f"{write_key}:".encode()).decode()
        self.opener = urllib.request.build_opener(_Stay())

    def page(self, path: str) -> str:
        """The text of a page; empty when there is none."""
        status, body = self._ask(urllib.request.Request(self.base + path))  # noqa: S310 – our own address
        return body if status == 200 else ""

    def is_ready(self) -> bool:
        try:
            status, _ = self._ask(urllib.request.Request(f"{self.base}/readyz"))  # noqa: S310 – our own address
        except OSError:
            return False
        return status == 200

    def fill_in(self, page: str, action: str, fields: Mapping[str, str]) -> int:
        """Open a page, fill in one of its forms and send it with the cookies and token it came with; the status."""
        jar = http.cookiejar.CookieJar()
        browser = urllib.request.build_opener(_Stay(), urllib.request.HTTPCookieProcessor(jar))
        _, text = self._ask(urllib.request.Request(self.base + page), browser)  # noqa: S310 – our own address
        token = TOKEN.search(text)
        body = urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": token[1] if token else ""}).encode()
        request = urllib.request.Request(self.base + action, data=body, method="POST")  # noqa: S310 – our own address
        return self._ask(request, browser)[0]

    def submit(self, path: str, fields: Mapping[str, str]) -> int:
        """Send a form as a browser does; the status."""
        body = urllib.parse.urlencode(fields).encode()
        request = urllib.request.Request(self.base + path, data=body, method="POST")  # noqa: S310 – our own address
        return self._ask(request)[0]

    def post_events(self, calls: Sequence[Mapping[str, Any]]) -> bool:
        """One batch through the door in; True when it was acknowledged."""
        request = urllib.request.Request(  # noqa: S310 – our own address
            f"{self.base}/v1/batch",
            data=json.dumps({"batch": list(calls)}).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Basic {self.basic}"},
            method="POST",
        )
        return self._ask(request)[0] == 200

    def ask_api(self, path: str) -> dict[str, Any]:
        """What the REST API answers; empty when it refuses."""
        request = urllib.request.Request(self.base + path, headers=self.bearer)  # noqa: S310 – our own address
        status, body = self._ask(request)
        found: dict[str, Any] = json.loads(body) if status == 200 else {}
        return found

    def tell_api(self, path: str, body: Mapping[str, Any]) -> int:
        """Post to the REST API; the status."""
        data = json.dumps(body).encode()
        return self._ask(urllib.request.Request(self.base + path, data=data, headers=self.bearer))[0]  # noqa: S310

    def _ask(
        self, request: urllib.request.Request, browser: urllib.request.OpenerDirector | None = None
    ) -> tuple[int, str]:
        try:
            with (browser or self.opener).open(request, timeout=TIMEOUT) as answer:
                return answer.status, answer.read().decode("utf-8", "replace")
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode("utf-8", "replace")
