"""The tus 1.0 protocol (https://tus.io/protocols/resumable-upload): files in pieces, over HTTP.

The core with its extensions creation, expiration, termination and checksum, so that any tus client sends files here.
The REST API and the console answer by these same functions; they say who asks, and where an upload is found.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.http import http_date
from django.utils.translation import gettext as _

from allears.accounts.models import Workspace
from allears.events.imports import pieces
from allears.events.imports.errors import ImportUseError
from allears.events.models import Upload

VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,termination,checksum"
BODY = "application/offset+octet-stream"
BLOCK = 1 << 18
CHECKSUM_DIFFERS = 460  # as the protocol has it
METHODS = ("HEAD", "PATCH", "DELETE")


@dataclass(frozen=True, kw_only=True)
class Door:
    """Whose files come, who sends them, and where an upload or its import is found."""

    workspace: Workspace
    actor_id: int | None
    place: Callable[[Upload], str]
    result: Callable[[int], str]  # takes an import's id


class _WrongError(Exception):
    """The request does not keep to the protocol."""

    def __init__(self, status: int, title: str, detail: str = "") -> None:
        super().__init__(title)
        self.status, self.title, self.detail = status, title, detail


def options() -> HttpResponse:
    """What is understood here."""
    answer = HttpResponse(status=204)
    told = {"Tus-Version": VERSION, "Tus-Extension": EXTENSIONS, "Tus-Max-Size": settings.UPLOAD_MAX}
    for name, value in {**told, "Tus-Checksum-Algorithm": ",".join(pieces.DIGESTS)}.items():
        answer[name] = str(value)
    return _ours(answer)


def create(request: HttpRequest, door: Door, *, now: datetime) -> HttpResponse:
    """Make room for a file: its length and what is known of it stand in the head."""
    try:
        _check_version(request)
        told = _metadata(request)
        upload = pieces.begin(
            workspace=door.workspace,
            kind_name=told.get("kind") or told.get("as") or "voices",
            filename=told.get("filename") or told.get("name") or "upload",
            length=_whole_number(request, "Upload-Length"),
            wanted=_wanted(told),
            actor_id=door.actor_id,
            now=now,
        )
    except _WrongError as error:
        return _refused(error)
    except ImportUseError as error:
        return _problem(422, _("This file cannot be sent"), str(error))
    except pieces.NoRoomError as error:
        return _problem(413, _("This file cannot be sent"), str(error))
    answer = JsonResponse({"id": upload.pk, "location": door.place(upload)}, status=201)
    answer["Location"] = door.place(upload)
    return _standing(answer, upload, door)


def attend(request: HttpRequest, door: Door, upload: Upload, *, now: datetime) -> HttpResponse:
    """``HEAD``: how far it is. ``PATCH``: a piece of it. ``DELETE``: give it up."""
    method = request.headers.get("X-HTTP-Method-Override", request.method or "").upper()
    try:
        _check_version(request)
        if method not in METHODS:
            raise _WrongError(405, _("This is not possible here"))
        if not pieces.is_there(upload):
            raise pieces.GoneError
        if method == "PATCH":
            return _patched(request, door, upload, now)
        if method == "HEAD":
            answer = HttpResponse(status=200, headers={"Upload-Length": upload.length, "Cache-Control": "no-store"})
            return _standing(answer, upload, door)
        pieces.forget(upload=upload)
        return _ours(HttpResponse(status=204))
    except _WrongError as error:
        return _refused(error)
    except pieces.PieceError as error:
        if isinstance(error, pieces.GoneError):
            pieces.forget(upload=upload)
        return _problem(*_said(error), upload=upload)


def _patched(request: HttpRequest, door: Door, upload: Upload, now: datetime) -> HttpResponse:
    if request.headers.get("Content-Type", "").partition(";")[0].strip() != BODY:
        raise _WrongError(415, _("A piece is sent as %(type)s") % {"type": BODY})
    upload = pieces.append(
        upload=upload,
        offset=_whole_number(request, "Upload-Offset"),
        blocks=_blocks(request),
        checksum=_checksum(request),
        now=now,
    )
    return _standing(HttpResponse(status=204), upload, door)


def _said(error: pieces.PieceError) -> tuple[int, str, str]:
    """Status, title and way out of what happened to a piece."""
    title = _("This piece was not taken")
    return {
        pieces.ElsewhereError: (409, title, _("It does not begin where the file ends now. Ask how far it is, go on.")),
        pieces.BusyError: (423, title, _("Another piece of the same file is being written. Try again in a moment.")),
        pieces.DamagedError: (CHECKSUM_DIFFERS, title, _("It was damaged on its way. Send it again.")),
        pieces.TooLongError: (413, title, _("It goes beyond the end of the file. Send the file anew.")),
        pieces.GoneError: (410, _("This upload is gone"), _("What had come of it was removed. Send the file anew.")),
    }[type(error)]


def _check_version(request: HttpRequest) -> None:
    if request.headers.get("Tus-Resumable") != VERSION:
        raise _WrongError(412, _("Only version %(version)s of tus is spoken here") % {"version": VERSION})


def _whole_number(request: HttpRequest, name: str) -> int:
    text = request.headers.get(name, "")
    if not text.isascii() or not text.isdecimal() or len(text) > 18:
        raise _WrongError(400, _("%(header)s must be a whole number") % {"header": name})
    return int(text)


def _metadata(request: HttpRequest) -> dict[str, str]:
    """``Upload-Metadata``: names, each with its value in Base64."""
    told: dict[str, str] = {}
    for pair in filter(None, (each.strip() for each in request.headers.get("Upload-Metadata", "").split(","))):
        name, _blank, value = pair.partition(" ")
        try:
            told[name] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise _WrongError(400, _("%(header)s cannot be read") % {"header": "Upload-Metadata"}) from error
    return told


def _wanted(told: dict[str, str]) -> dict[str, Any]:
    """What the import shall be like. ``modified`` is ISO 8601, or milliseconds since 1970 as browsers tell it."""
    try:
        given = json.loads(told.get("mapping") or "{}")
    except ValueError as error:
        raise _WrongError(400, _("The mapping is no JSON"), str(error)) from error
    if not isinstance(given, dict):
        raise _WrongError(400, _("The mapping is no JSON"), _("A mapping is a JSON object; see docs/import.md."))
    wanted: dict[str, Any] = {"mapping": given, "modified": _moment(told.get("modified", ""))}
    if told.get("start", "").lower() in {"1", "true", "on", "yes"}:
        wanted["start"] = True
    if sha256 := told.get("sha256", "").lower():
        wanted["sha256"] = sha256
    return {name: value for name, value in wanted.items() if value}


def _moment(text: str) -> str:
    try:
        if text.isdecimal() and len(text) <= 14:
            return datetime.fromtimestamp(int(text) / 1000, UTC).isoformat()
        found = datetime.fromisoformat(text) if text else None
    except ValueError as error:
        raise _WrongError(400, _("“%(text)s” is no time") % {"text": text[:40]}) from error
    return "" if found is None else (found if found.tzinfo else found.replace(tzinfo=UTC)).isoformat()


def _checksum(request: HttpRequest) -> pieces.Checksum | None:
    """``Upload-Checksum``: an algorithm and the Base64 of its value."""
    text = request.headers.get("Upload-Checksum", "")
    if not text:
        return None
    name, _blank, value = text.partition(" ")
    if name not in pieces.DIGESTS:
        raise _WrongError(400, _("Take one of these checksums: %(names)s") % {"names": ", ".join(pieces.DIGESTS)})
    try:
        found = base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise _WrongError(400, _("%(header)s cannot be read") % {"header": "Upload-Checksum"}) from error
    if len(found) != hashlib.new(name, usedforsecurity=False).digest_size:
        raise _WrongError(400, _("%(header)s cannot be read") % {"header": "Upload-Checksum"})
    return pieces.Checksum(name=name, value=found)


def _blocks(request: HttpRequest) -> Iterator[bytes]:
    while block := request.read(BLOCK):
        yield block


def _ours(answer: HttpResponse) -> HttpResponse:
    answer["Tus-Resumable"] = VERSION
    return answer


def _standing(answer: HttpResponse, upload: Upload, door: Door) -> HttpResponse:
    """How far it is, until when it may go on, and what it has become."""
    answer["Upload-Offset"] = str(upload.received)
    if not pieces.is_whole(upload):
        answer["Upload-Expires"] = http_date(pieces.expires_at(upload).timestamp())
    elif upload.import_file_id is not None:
        answer["Content-Location"] = door.result(upload.import_file_id)
    return _ours(answer)


def _refused(error: _WrongError) -> HttpResponse:
    answer = _problem(error.status, error.title, error.detail)
    if error.status == 412:
        answer["Tus-Version"] = VERSION
    return answer


def _problem(status: int, title: str, detail: str = "", *, upload: Upload | None = None) -> HttpResponse:
    """An RFC 9457 document, as every error of the API is."""
    document = {"type": "about:blank", "title": title, "status": status, **({"detail": detail} if detail else {})}
    answer = JsonResponse(document, status=status, content_type="application/problem+json")
    if upload is not None and status in {409, CHECKSUM_DIFFERS}:
        answer["Upload-Offset"] = str(upload.received)
    return _ours(answer)
