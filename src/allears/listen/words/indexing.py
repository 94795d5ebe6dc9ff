"""Keeps the index up behind the writers: whatever the triggers noted is read and indexed, a few hundred at a time."""

from collections import defaultdict

from django.db import connection, transaction
from django.utils import timezone

from allears.jobs.lease import acquire
from allears.listen.models import Voice, VoicePending
from allears.listen.tags.models import VoiceTag
from allears.listen.words import marks, storing
from allears.listen.words.beside import marks_beside
from allears.listen.words.terms import terms

LEASE = "voice-words"
LEASE_SECONDS = 30.0
AT_ONCE = 500
_looked = False


def run_once(owner: str) -> int:
    """Index what waits; how many voices. Zero when none does, or another worker is at it."""
    if not _due():
        return 0
    if acquire(name=LEASE, owner=owner, now=timezone.now(), seconds=LEASE_SECONDS) is None:
        return 0
    return index_some()


def _due() -> bool:
    global _looked
    if not _looked:
        _looked = True
        if not storing.watches():
            storing.begin_anew()
    return VoicePending.objects.exists()


def index_some() -> int:
    """The next few hundred, in one short transaction."""
    with transaction.atomic():
        waiting = VoicePending.objects.order_by("-voice_id")
        if connection.vendor == "postgresql":
            waiting = waiting.select_for_update(skip_locked=True)
        numbers = list(waiting.values_list("voice_id", flat=True)[:AT_ONCE])
        storing.store(_told(numbers))
        VoicePending.objects.filter(pk__in=numbers).delete()
    return len(numbers)


def _told(numbers: list[int]) -> list[tuple[int, list[str], list[str]]]:
    """Voices with their terms and marks; one without words has marks only."""
    tags: dict[int, list[int]] = defaultdict(list)
    rows = VoiceTag.objects.across_workspaces().filter(voice_id__in=numbers).values_list("voice_id", "tag_id")
    for voice_id, tag_id in rows:
        tags[voice_id].append(tag_id)
    beside = marks_beside(numbers)
    voices = Voice.objects.across_workspaces().filter(pk__in=numbers).only(*marks.COLUMNS)
    return [
        (voice.pk, terms(voice.text), [*marks.of_voice(voice, tags[voice.pk]), *beside.get(voice.pk, ())])
        for voice in voices
    ]


def index_all() -> int:
    """Everything that waits, at once."""
    done = 0
    while found := index_some():
        done += found
    return done
