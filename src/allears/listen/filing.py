"""Photos and files that come with voices: what they are is read from their content, and hidden data is taken off."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from allears.kit.sniffing import DOCUMENT, IMAGE, LARGEST, FileRefusedError, Sniffed, sniff
from allears.listen.models import Voice, VoiceFile

MOST = 5  # files of one voice
KINDS = (IMAGE, DOCUMENT)
UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069/\\<>:\"|?*]+")


class FileError(ValueError):
    """A file that is not kept; the message names it, and the way out."""


@dataclass(frozen=True, kw_only=True)
class GivenFile:
    """A file as it came."""

    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class CheckedFile:
    """A file that may be kept, cleaned."""

    name: str
    found: Sniffed


def received(upload: "UploadedFile[Any]", *, largest: int = LARGEST) -> GivenFile:
    """A file of a form; no more than the largest that could be kept is read into memory."""
    return GivenFile(name=upload.name or "file", content=upload.read(largest + 1))


def safe_name(name: str, *, extension: str = "") -> str:
    """A name that is only a name: no path, no control or direction signs; it ends as its content is."""
    short = UNSAFE.sub("_", name.replace("\\", "/").rpartition("/")[2]).strip(" .") or "file"
    if extension and not short.lower().endswith((f".{extension}", ".jpeg" if extension == "jpg" else f".{extension}")):
        short = f"{short[:180]}.{extension}"
    return short[-200:]


def check(file: GivenFile, *, kinds: Sequence[str] = KINDS, largest: int = LARGEST) -> CheckedFile:
    """What it is; raises FileError."""
    try:
        found = sniff(file.content, largest=largest)
        if found.kind not in kinds:
            raise FileRefusedError("unknown")
    except FileRefusedError as error:
        raise FileError(why(safe_name(file.name), error.code, kinds=kinds, largest=largest)) from error
    return CheckedFile(name=safe_name(file.name, extension=_extension(file.name, found)), found=found)


def _extension(name: str, found: Sniffed) -> str:
    """Old Office and plain text keep their own endings; everything else is called what it is."""
    ending = name.rpartition(".")[2].lower()
    keeps = {"application/x-ole-storage": {"doc", "xls", "ppt", "msg"}, "text/plain": {"txt", "csv", "log", "md"}}
    return ending if ending in keeps.get(found.type, ()) else found.extension


def why(name: str, code: str, *, kinds: Sequence[str] = KINDS, largest: int = LARGEST) -> str:
    """Why a file is not kept, for whoever gave it."""
    given = {"name": name, "megabytes": largest >> 20}
    words = {
        "empty": _("“%(name)s” is empty, so it was not kept. Choose the file again."),
        "large": _("“%(name)s” is larger than %(megabytes)s MB, so it was not kept. Send a smaller photo or file."),
        "active": _(
            "“%(name)s” could run a program when opened, so it was not kept. Send a photo or a plain PDF of it."
        ),
        "double": _(
            "“%(name)s” hides an archive inside, so it was not kept. Take a photo or a screenshot and send that."
        ),
        "bomb": _("“%(name)s” would grow far too large when opened, so it was not kept. Send a smaller copy."),
        "damaged": _("“%(name)s” is damaged or cut off, so it was not kept. Save it again and send the new copy."),
    }
    if DOCUMENT in kinds:
        other = _(
            "“%(name)s” is of a kind that is not kept. Send a photo (JPEG, PNG, WebP, HEIC), a PDF or an Office file."
        )
    else:
        other = _("“%(name)s” is no photo, so it was not kept. Send a JPEG, PNG, WebP or HEIC.")
    return words.get(code, other) % given


def check_all(files: Sequence[GivenFile], *, already: int = 0, kinds: Sequence[str] = KINDS) -> list[CheckedFile]:
    """All of them; raises FileError for the first that cannot be kept, or when they are too many."""
    if len(files) + already > MOST:
        raise FileError(_("At most %(most)s files can be kept with one voice. Send fewer.") % {"most": MOST})
    return [check(each, kinds=kinds) for each in files]


def keep(*, voice: Voice, files: Sequence[CheckedFile], now: datetime) -> list[VoiceFile]:
    """Store checked files with their voice, under random keys."""
    made = [
        VoiceFile(
            workspace_id=voice.workspace_id,
            voice=voice,
            key=secrets.token_hex(16),
            name=each.name,
            type=each.found.type,
            size=len(each.found.content),
            content=each.found.content,
            received_at=now,
        )
        for each in files
    ]
    return VoiceFile.objects.bulk_create(made)


@transaction.atomic
def add(*, voice: Voice, files: Sequence[GivenFile], now: datetime) -> list[VoiceFile]:
    """Check and store files that come after their voice; raises FileError, and then keeps none."""
    Voice.objects.in_workspace(voice.workspace_id).select_for_update(of=("self",)).get(pk=voice.pk)
    already = VoiceFile.objects.in_workspace(voice.workspace_id).filter(voice=voice).count()
    return keep(voice=voice, files=check_all(files, already=already), now=now)
