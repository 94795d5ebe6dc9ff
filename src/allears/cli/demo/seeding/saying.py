"""Voices of the demo's past, stored as those that come in are: without personal data, the original sealed."""

from collections.abc import Sequence
from functools import cache

from allears.listen import originals
from allears.listen.models import Voice

AT_ONCE = 1000


@cache  # the simulated say the same things again and again
def blotted(text: str) -> originals.Blotted:
    return originals.blot(text)


def say(voices: Sequence[Voice]) -> list[Voice]:
    """Store them; whose words held personal data keeps the original."""
    said = {id(voice): voice.text for voice in voices if blotted(voice.text).hidden}
    for voice in voices:
        words = blotted(voice.text)
        voice.text, voice.hidden = words.text, words.hidden or None
    stored = Voice.objects.bulk_create(voices, batch_size=AT_ONCE)
    kept = [
        originals.Original(row_id=each.pk, customer_id=each.customer_id, said={"text": said[id(each)]}, at=each.said_at)
        for each in stored
        if id(each) in said
    ]
    if kept:
        originals.keep_voices(workspace_id=stored[0].workspace_id, originals=kept)
    return stored
