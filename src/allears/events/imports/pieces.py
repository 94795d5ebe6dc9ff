"""Files that arrive in pieces, so that a line that breaks costs only the piece under way.

What is kept for sure is the number of bytes in the database: a piece is on the disk before that number moves, and what
a killed process wrote behind it is written over. A file becomes an import in the transaction of its last piece, so
that half a file is never one; a stated SHA-256 is compared before its first row is read.
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from allears.accounts.models import Workspace
from allears.events.imports import files, uploads
from allears.events.imports.errors import ImportUseError
from allears.events.imports.kinds import kind_named
from allears.events.models import Upload
from allears.store.scope import ScopedQuerySet

MOST_OPEN = 50  # unfinished files of one workspace
DIGESTS = ("sha1", "sha256", "md5")  # by which a piece may be checked


class PieceError(Exception):
    """A piece that cannot be taken; nothing of it was kept."""


class ElsewhereError(PieceError):
    """The piece does not begin where the file ends now."""


class BusyError(PieceError):
    """Another piece of this file is being written this moment."""


class DamagedError(PieceError):
    """The piece is not what its sender's checksum says."""


class TooLongError(PieceError):
    """The piece goes beyond the end of the file."""


class GoneError(PieceError):
    """What had come was removed: it took too long, or a person in it was erased."""


class NoRoomError(Exception):
    """The file is larger than is taken, there are too many unfinished ones, or the disk is too full."""


@dataclass(frozen=True, kw_only=True)
class Checksum:
    """What a piece must be: one of ``DIGESTS``, and its value."""

    name: str
    value: bytes


def uploads_of(workspace_id: int) -> ScopedQuerySet[Upload]:
    """Files of the workspace that came in pieces, or are coming, newest first."""
    return Upload.objects.in_workspace(workspace_id).order_by("-id")


def unfinished(workspace_id: int) -> ScopedQuerySet[Upload]:
    """Those of which something is missing yet."""
    return uploads_of(workspace_id).filter(received__lt=F("length"))


def expires_at(upload: Upload) -> datetime:
    """Until when the next piece may come."""
    return upload.changed_at + timedelta(hours=settings.UPLOAD_KEEP_HOURS)


def begin(
    *,
    workspace: Workspace,
    kind_name: str,
    filename: str,
    length: int,
    wanted: Mapping[str, Any],
    actor_id: int | None,
    now: datetime,
) -> Upload:
    """Make room for a file of ``length`` bytes; raises ``ImportUseError`` or ``NoRoomError``."""
    kind = kind_named(kind_name)
    if length == 0:
        raise ImportUseError("file", _("The file is empty: there is nothing to import."))
    _make_room(workspace.pk, length)
    upload = Upload(
        workspace=workspace,
        kind=kind.name,
        filename=filename[:255],
        path=uuid4().hex,
        length=length,
        wanted=dict(wanted),
        created_by_id=actor_id,
        created_at=now,
        changed_at=now,
    )
    files.keep_upload(files.folder_named(upload.path), [])
    upload.save()
    return upload


def _make_room(workspace_id: int, length: int) -> None:
    if length > settings.UPLOAD_MAX:
        message = _("The file has %(found)d bytes, more than the %(most)d that are taken. Send it in parts.")
        raise NoRoomError(message % {"found": length, "most": settings.UPLOAD_MAX})
    if unfinished(workspace_id).count() >= MOST_OPEN:
        message = _("%(most)d files are unfinished. Go on with them, or forget them under Imports, and try again.")
        raise NoRoomError(message % {"most": MOST_OPEN})
    files.root().mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(files.root()).free - length < settings.INTAKE_MIN_FREE:
        raise NoRoomError(_("The disk is too full for this file. Make room there and send it again."))


def append(
    *, upload: Upload, offset: int, blocks: Iterable[bytes], now: datetime, checksum: Checksum | None = None
) -> Upload:
    """Keep the piece that begins at ``offset``; the last one makes the import. Raises ``PieceError``."""
    if is_whole(upload) and offset == upload.length:
        return upload  # its sender did not hear that we have it
    with _alone(upload) as file:
        upload.refresh_from_db()
        if offset != upload.received:
            raise ElsewhereError
        reached = offset + _write(file, offset, _within(blocks, upload.length - offset), checksum)
        _advance(upload, reached, now)
    return upload


def is_whole(upload: Upload) -> bool:
    """Whether nothing is missing any more; then it is an import, as long as nobody discards that."""
    return upload.received == upload.length


def is_there(upload: Upload) -> bool:
    """Whether what came so far is kept still."""
    return is_whole(upload) or _path(upload).exists()


def _path(upload: Upload) -> Path:
    return files.folder_named(upload.path) / "upload"


@contextmanager
def _alone(upload: Upload) -> Iterator[IO[bytes]]:
    """The file, for this process alone."""
    try:
        file = _path(upload).open("r+b")
    except FileNotFoundError as error:
        raise GoneError from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError from error
        yield file


def _within(blocks: Iterable[bytes], room: int) -> Iterator[bytes]:
    for block in blocks:
        room -= len(block)
        if room < 0:
            raise TooLongError
        yield block


def _write(file: IO[bytes], offset: int, blocks: Iterable[bytes], checksum: Checksum | None) -> int:
    """Bytes written, and on the disk."""
    seen = hashlib.new(checksum.name, usedforsecurity=False) if checksum else None
    file.seek(offset)
    file.truncate()
    try:
        count = 0
        for block in blocks:
            count += file.write(block)
            if seen:
                seen.update(block)
        if checksum and seen and seen.digest() != checksum.value:
            raise DamagedError
    except PieceError:
        file.truncate(offset)
        raise
    file.flush()
    os.fsync(file.fileno())
    return count


@transaction.atomic
def _advance(upload: Upload, reached: int, now: datetime) -> None:
    moved = Upload.objects.in_workspace(upload.workspace_id).filter(pk=upload.pk, received=upload.received)
    if not moved.update(received=reached, changed_at=now):
        raise ElsewhereError
    upload.received, upload.changed_at = reached, now
    if reached == upload.length:
        upload.import_file = uploads.take_in(
            workspace=upload.workspace,
            kind_name=upload.kind,
            filename=upload.filename,
            path=upload.path,
            wanted=upload.wanted,
            actor_id=upload.created_by_id,
            now=now,
        )
        upload.save(update_fields=["import_file"])


@transaction.atomic
def forget(*, upload: Upload) -> None:
    """Give an upload up; what it has become stays."""
    folder = None if is_whole(upload) else files.folder_named(upload.path)
    Upload.objects.in_workspace(upload.workspace_id).filter(pk=upload.pk).delete()
    if folder is not None:
        transaction.on_commit(lambda: files.remove_folder(folder))


def expire(*, now: datetime) -> int:
    """Forget files of which no piece has come for long; how many."""
    late = now - timedelta(hours=settings.UPLOAD_KEEP_HOURS)
    rows = list(Upload.objects.across_workspaces().filter(changed_at__lt=late))
    for upload in rows:
        forget(upload=upload)
    return len(rows)
