"""Comments whose sentiment is known: corrected by our own people, or in an uploaded file."""

from __future__ import annotations

from pathlib import Path

from allears.events.imports.errors import ImportUseError
from allears.listen.models import Voice
from allears.understand.models import VoiceLabel
from allears.understand.plugin.actions import OutsideModelError
from allears.understand.registry import RegistryError
from allears.understand.registry import rows_of_file as read_rows

SENTIMENT = "sentiment:"


def size(*, workspace_id: int) -> int:
    """How many voices have a sentiment that a person gave."""
    return VoiceLabel.objects.in_workspace(workspace_id).filter(by_person=True, code__startswith=SENTIMENT).count()


def rows(*, workspace_id: int, most: int) -> list[tuple[str, str]]:
    """(text, sentiment) of voices that people corrected, the latest first."""
    said = VoiceLabel.objects.in_workspace(workspace_id).filter(by_person=True, code__startswith=SENTIMENT)
    by_voice = {
        voice: code.removeprefix(SENTIMENT)
        for voice, code in said.order_by("-id").values_list("voice_id", "code")[:most]
    }
    texts = Voice.objects.in_workspace(workspace_id).filter(pk__in=by_voice).exclude(text="")
    return [(text, by_voice[pk]) for pk, text in texts.order_by("-pk").values_list("pk", "text")]


def rows_of_file(path: Path, *, text: str, label: str) -> list[tuple[str, str]]:
    """(text, sentiment) of each row. Raises OutsideModelError where the file cannot be read or a column is missing."""
    try:
        return list(read_rows(path, text=text, label=label).rows)
    except (RegistryError, ImportUseError) as error:
        raise OutsideModelError(str(error)) from error
