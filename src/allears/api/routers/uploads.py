"""Large files in, piece by piece, by the tus 1.0 protocol; a line that breaks costs only the piece under way."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Query, Router, Schema

from allears.accounts.models import Workspace
from allears.api.listing import Listing, PageParams, listing, where, workspace_of
from allears.events.imports import pieces, tus
from allears.events.models import Upload

router = Router(tags=["imports"])
PLACE = "/api/v1/uploads"


class UploadOut(Schema):
    """A file in pieces. Once it is ``whole``, ``import_id`` says what it has become."""

    id: int
    kind: str
    filename: str
    length: int
    received: int
    whole: bool
    sha256: str
    import_id: int | None
    created_at: datetime
    expires_at: datetime


def upload_out(row: Upload) -> UploadOut:
    names = ("kind", "filename", "length", "received", "created_at")
    return UploadOut(
        id=row.pk,
        whole=pieces.is_whole(row),
        sha256=row.wanted.get("sha256", ""),
        import_id=row.import_file_id,
        expires_at=pieces.expires_at(row),
        **{name: getattr(row, name) for name in names},
    )


def _door(request: HttpRequest) -> tus.Door:
    return tus.Door(
        workspace=Workspace.objects.get(pk=workspace_of(request)),
        actor_id=None,
        place=lambda upload: f"{PLACE}/{upload.pk}",
        result=lambda import_id: f"/api/v1/imports/{import_id}",
    )


def _find(request: HttpRequest, upload_id: int) -> Upload:
    return get_object_or_404(pieces.uploads_of(workspace_of(request)), pk=upload_id)


@router.api_operation(["OPTIONS"], "/uploads", response={204: None})
def upload_options(request: HttpRequest) -> HttpResponse:
    """Which parts of tus are spoken here, and how large a file may be."""
    return tus.options()


class BegunOut(Schema):
    """Where the pieces go; the header `Location` says the same."""

    id: int
    location: str


@router.post("/uploads", response={201: BegunOut})
def begin_upload(request: HttpRequest) -> HttpResponse:
    """Begin a file: `Upload-Length`, and in `Upload-Metadata` `filename`, `kind`, `mapping`, `start`, `sha256`."""
    return tus.create(request, _door(request), now=timezone.now())


@router.get("/uploads", response=Listing[UploadOut])
def list_uploads(
    request: HttpRequest,
    page: Query[PageParams],
    kind: str | None = None,
    filename: str | None = None,
    length: int | None = None,
    whole: bool | None = None,
) -> dict[str, Any]:
    """Files that come in pieces, newest first; those that are whole are listed until they expire."""
    workspace_id = workspace_of(request)
    rows = pieces.unfinished(workspace_id) if whole is False else pieces.uploads_of(workspace_id)
    if whole:
        rows = rows.exclude(pk__in=pieces.unfinished(workspace_id))
    return listing(where(rows, kind=kind, filename=filename, length=length), page, shape=upload_out)


@router.get("/uploads/{upload_id}", response=UploadOut)
def get_upload(request: HttpRequest, upload_id: int) -> UploadOut:
    """How far a file is, and what it has become."""
    return upload_out(_find(request, upload_id))


@router.api_operation(["HEAD"], "/uploads/{upload_id}", response={200: None})
def upload_offset(request: HttpRequest, upload_id: int) -> HttpResponse:
    """How far a file is, as tus clients ask."""
    return tus.attend(request, _door(request), _find(request, upload_id), now=timezone.now())


@router.patch("/uploads/{upload_id}", response={204: None})
def send_piece(request: HttpRequest, upload_id: int) -> HttpResponse:
    """A piece, which begins at `Upload-Offset`. The last one makes the import, named in `Content-Location`."""
    return tus.attend(request, _door(request), _find(request, upload_id), now=timezone.now())


@router.post("/uploads/{upload_id}", response={204: None})
def send_overridden(request: HttpRequest, upload_id: int) -> HttpResponse:
    """For clients that can only post: `X-HTTP-Method-Override` says what is meant."""
    return tus.attend(request, _door(request), _find(request, upload_id), now=timezone.now())


@router.delete("/uploads/{upload_id}", response={204: None})
def give_up(request: HttpRequest, upload_id: int) -> HttpResponse:
    """Give a file up; what came of it so far is removed."""
    return tus.attend(request, _door(request), _find(request, upload_id), now=timezone.now())
