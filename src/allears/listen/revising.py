"""A public voice that its author edits under the same id: one voice in its latest words, with the earlier ones kept."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from allears.listen import originals, repeats
from allears.listen.actions import grow_voice
from allears.listen.models import Voice, VoiceEdition

MOST = 20  # earlier editions of one voice: a feed that counts its readers in the text edits itself at every look


def revise(*, voice_id: int, workspace_id: int, text: str, metric: str, score: int | None, now: datetime) -> bool:
    """Take the words and the rating as they are now; False where nothing changed. What was erased stays erased."""
    with transaction.atomic():
        repeats.one_at_a_time(workspace_id)  # before the row: who hears the same now has this first, and the row next
        voice = Voice.objects.in_workspace(workspace_id).select_for_update().get(pk=voice_id)
        metric = metric if score is not None else voice.metric
        erased = not voice.text and voice.score is None
        if erased or (originals.words_of(voice), voice.score) == (text, score):
            return False
        VoiceEdition.objects.create(
            workspace_id=workspace_id,
            voice=voice,
            text=voice.text,
            metric=voice.metric,
            score=voice.score,
            replaced_at=now,
        )
        values = {
            name: getattr(voice, name) for name in ("initiator", "source_kind", "public", "customer_id", "said_at")
        }
        voice.metric = metric
        voice.sameness = repeats.digest_for(workspace_id=workspace_id, values=values, text=text)
        voice.save(update_fields=["metric", "sameness"])
        grow_voice(voice=voice, text=text, score=score, language=voice.language)
        repeats.link_again(voice)
        _forget_the_oldest(voice)
    return True


def editions_of(voice: Voice) -> Sequence[VoiceEdition]:
    """What it said before, the latest first."""
    return list(voice.editions.order_by("-replaced_at", "-id"))


def _forget_the_oldest(voice: Voice) -> None:
    old = voice.editions.order_by("-replaced_at", "-id").values_list("id", flat=True)[MOST:]
    VoiceEdition.objects.in_workspace(voice.workspace_id).filter(id__in=list(old)).delete()
