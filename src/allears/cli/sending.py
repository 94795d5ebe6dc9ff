"""The sending end of tus 1.0. It keeps nothing here: the server is asked which file it has half of, by its SHA-256."""

import base64
import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allears.cli.words import gettext as _
from allears.kit.lazy import LazyModule

if TYPE_CHECKING:
    import httpx
else:
    httpx = LazyModule("httpx")

TUS = {"Tus-Resumable": "1.0.0"}
TIMEOUT = 120.0  # seconds without any sign of life
LONGEST_WAIT = 60.0
PASSING = frozenset({408, 409, 423, 429, 460})  # and 5xx: trying again helps


class RefusedError(Exception):
    """The server will not take it, however often it is tried; its words."""


class StoppedError(Exception):
    """The line broke too often. What came is kept."""


class _TryAgainError(Exception):
    """A failure that may pass."""


class Sender:
    """Sends files to one workspace."""

    def __init__(
        self, *, url: str, key: str, piece: int, tries: int, wait: Callable[[float], None] = time.sleep
    ) -> None:
        self._client = httpx.Client(
            base_url=url.rstrip("/"), headers={"Authorization": f"Bearer {key}"}, timeout=TIMEOUT
        )
        self._piece, self._tries, self._wait = piece, tries, wait

    def send(
        self, file: Path, *, kind: str, mapping: str, start: bool, on_progress: Callable[[int], None]
    ) -> dict[str, Any]:
        """Send what is missing; the upload's and the import's ids. Raises RefusedError or StoppedError."""
        told = {"filename": file.name, "kind": kind, "mapping": mapping, "sha256": _sha256(file)}
        told |= {"modified": str(round(file.stat().st_mtime * 1000)), "start": "true" if start else ""}
        size, place, failures = file.stat().st_size, "", 0
        while True:
            try:
                place = place or self._half_sent(told, size) or self._begin(told, size)
                offset = int(self._ask("HEAD", place).headers["Upload-Offset"])
                while offset < size:
                    on_progress(offset)
                    offset, failures = self._send_piece(file, place, offset), 0
                on_progress(size)
                found = self._ask("GET", place).json()
            except _TryAgainError as error:
                failures += 1
                if failures >= self._tries:
                    raise StoppedError(str(error)) from error
                self._wait(min(2.0 ** (failures - 1), LONGEST_WAIT))
            else:
                return {"upload": found["id"], "import": found["import_id"], "bytes": size}

    def _half_sent(self, told: dict[str, str], size: int) -> str:
        """Where this very file was begun before, as the same kind."""
        query = {"whole": "false", "filename": told["filename"], "kind": told["kind"], "length": str(size)}
        rows = self._ask("GET", "/api/v1/uploads", params=query).json()["items"]
        return next((f"/api/v1/uploads/{row['id']}" for row in rows if row["sha256"] == told["sha256"]), "")

    def _begin(self, told: dict[str, str], size: int) -> str:
        pairs = [f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in told.items() if value]
        head = {"Upload-Length": str(size), "Upload-Metadata": ",".join(pairs)}
        return str(self._ask("POST", "/api/v1/uploads", headers=head).headers["Location"])

    def _send_piece(self, file: Path, place: str, offset: int) -> int:
        """Where the next one begins."""
        with file.open("rb") as source:
            source.seek(offset)
            content = source.read(self._piece)
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        head = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        answer = self._ask("PATCH", place, headers={**head, "Upload-Checksum": f"sha256 {digest}"}, content=content)
        return int(answer.headers["Upload-Offset"])

    def _ask(self, method: str, place: str, *, headers: dict[str, str] | None = None, **more: Any) -> "httpx.Response":
        try:
            answer = self._client.request(method, place, headers={**TUS, **(headers or {})}, **more)
        except httpx.TransportError as error:
            raise _TryAgainError(_("The server cannot be reached ({why}).").format(why=error)) from error
        if answer.status_code in PASSING or answer.status_code >= 500:
            raise _TryAgainError(_("The server answered {code}.").format(code=answer.status_code))
        if answer.status_code >= 300:
            raise RefusedError(_words_of(answer))
        return answer


def _words_of(answer: "httpx.Response") -> str:
    try:
        document = json.loads(answer.content or b"{}")
    except ValueError:
        document = {}
    told = " ".join(filter(None, (document.get("title"), document.get("detail"))))
    return _("The server refused it ({code}). {told}").format(code=answer.status_code, told=told).strip()


def _sha256(file: Path) -> str:
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
