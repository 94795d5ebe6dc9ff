"""Files that customers give as answers: few, small, of known kinds by their content, kept in the database."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from allears.listen import filing
from allears.listen.definition import Files, parse
from allears.listen.models import Attachment, Invitation, Response


class AttachError(ValueError):
    """A file that is not kept; the message says why."""


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
    try:
        given = filing.check(filing.received(file), kinds=asked.kinds)
    except filing.FileError as error:
        raise AttachError(str(error)) from error
    made: Attachment = Attachment.objects.create(
        workspace_id=response.workspace_id,
        key=secrets.token_hex(8),
        response=response,
        question=asked.name,
        name=given.name,
        type=given.found.type,
        size=len(given.found.content),
        content=given.found.content,
        received_at=now,
    )
    return made
