"""Where an import's files lie in the data folder, as long as they are needed."""

import hashlib
import shutil
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from django.conf import settings

from allears.events.models import Import

BLOCK = 1 << 20


def root() -> Path:
    return Path(settings.DATA_DIR) / "imports"


def folder_named(path: str) -> Path:
    """The folder that an import's ``path`` names."""
    return root() / path


def folder_of(row: Import) -> Path:
    return folder_named(row.path)


def staged_folder(row: Import) -> Path:
    return folder_of(row) / "staged"


def digest_of(path: Path) -> str:
    """SHA-256 of the file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def source_time(row: Import) -> datetime:
    """The file's own date, or when it came where that was not known."""
    stated = row.mapping.get("file_moment")
    return datetime.fromisoformat(stated) if stated else row.created_at


def keep_upload(folder: Path, blocks: Iterable[bytes]) -> Path:
    """Write an uploaded file into its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "upload"
    with path.open("wb") as file:
        for block in blocks:
            file.write(block)
    return path


def upload_of(row: Import) -> Path:
    """The uploaded file itself, until it has been read."""
    return folder_of(row) / "upload"


def forget_files(row: Import) -> None:
    """Remove the import's files: they hold people's words and are needed no more."""
    if row.path:
        shutil.rmtree(folder_of(row), ignore_errors=True)


def remove_folder(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def scratch_folder() -> Path:
    """A folder of its own for a file that is read once."""
    return root() / f"scratch-{uuid4().hex}"
