"""Files that customers give as answers: few, small, of known kinds by their first bytes, kept in the database."""

import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from allears.listen.definition import Files, parse
from allears.listen.models import Attachment, Invitation, Response

LARGEST = 5 * 1024 * 1024
UNSAFE = re.compile(r"[\x00-\x1f/\\<>:\"|?*]+")


class AttachError(ValueError):
    """A file that is not kept; the message says why."""


def kind_of(head: bytes) -> tuple[str, str]:
    """(image or document, media type) by the first bytes; empty words for anything else."""
    if head.startswith(b"\xff\xd8\xff"):
        return "image", "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image", "image/png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image", "image/webp"
    if head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"mif1", b"msf1"):
        return "image", "image/heic"
    if head.startswith(b"%PDF-"):
        return "document", "application/pdf"
    return "", ""


def attach(
    *, invitation: Invitation, question: str, files: "Sequence[UploadedFile[Any]]", now: datetime
) -> list[Attachment]:
    """Keep files as the answer to a question; raises AttachError, and then keeps none of them."""
    definition = parse(invitation.survey_version.definition)
    asked = definition.question(question)
    if not isinstance(asked, Files):
        raise AttachError(_("This question takes no files."))
    with transaction.atomic():
        locked = Invitation.objects.in_workspace(invitation.workspace_id).select_for_update().get(pk=invitation.pk)
        response, _made = Response.objects.in_workspace(invitation.workspace_id).get_or_create(
            invitation=locked,
            defaults={
                "workspace_id": invitation.workspace_id,
                "key": invitation.token,
                "survey_version_id": invitation.survey_version_id,
                "customer_id": invitation.customer_id,
                "touchpoint_id": invitation.touchpoint_id,
                "channel": invitation.channel,
                "language": invitation.language,
                "started_at": now,
                "updated_at": now,
            },
        )
        kept = response.answers.get(question) or response.aside.get(question) or []
        if len(kept) + len(files) > asked.most:
            raise AttachError(_("There are too many files; at most %(most)s can be kept.") % {"most": asked.most})
        made = [_keep(response, asked, file, now) for file in files]
        told = [{"key": each.key, "name": each.name, "type": each.type, "size": each.size} for each in made]
        response.answers = {**response.answers, question: [*kept, *told]}
        response.updated_at = now
        response.heat().save(update_fields=["answers", "updated_at", "flush_id"])
    return made


def _keep(response: Response, asked: Files, file: "UploadedFile[Any]", now: datetime) -> Attachment:
    size = file.size or 0
    if not 0 < size <= LARGEST:
        raise AttachError(_("A file has at most 5 MB, and is not empty."))
    content = file.read()
    kind, media = kind_of(content[:16])
    if kind not in asked.kinds:
        raise AttachError(
            _("This kind of file is not kept; a photo (JPEG, PNG, WebP, HEIC) or, where asked, a PDF is.")
        )
    made: Attachment = Attachment.objects.create(
        workspace_id=response.workspace_id,
        key=secrets.token_hex(8),
        response=response,
        question=asked.name,
        name=UNSAFE.sub("_", file.name or "file")[-200:],
        type=media,
        size=size,
        content=content,
        received_at=now,
    )
    return made
