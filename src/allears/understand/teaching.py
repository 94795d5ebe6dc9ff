"""The voices whose labels would teach the most: by turns one the model doubts and one by lot, and none like another.

Doubt alone teaches less than lots: it finds the odd ones, and a model taught by these forgets what is usual
(figures in docs/text.md).
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from allears.listen.models import COUNTED, Voice
from allears.understand.models import Correction, VoiceAnnotation

LOOKED_AT = 2_000  # the latest annotated voices
DOUBTED = 300  # of those, the ones in most doubt are compared with each other
ALIKE = 0.5  # share of common letter triples from which two texts are the same lesson


@dataclass(frozen=True, slots=True)
class Share:
    """One person's part of the voices to be labelled: the ``place``-th of ``of``."""

    place: int = 0
    of: int = 1

    def holds(self, voice_id: int) -> bool:
        return _lot(voice_id) % self.of == self.place


def picks(*, workspace_id: int, limit: int = 20, share: Share = Share()) -> list[Voice]:
    """Voices that nobody has labelled: the most doubtful by turns with some by lot, none like one before it.

    Those of one's own share come first, then the others': who labels alone reaches all.
    """
    standing = Correction.objects.in_workspace(workspace_id).filter(undoes__isnull=True, undone_by__isnull=True)
    known = standing.values("voice_id")
    rows = VoiceAnnotation.objects.in_workspace(workspace_id).filter(replaced_at__isnull=True, annotator="text")
    latest = rows.exclude(voice_id__in=known).order_by("-said_at")[:LOOKED_AT]
    doubts = sorted(((doubt, voice_id) for voice_id, doubt in latest.values_list("voice_id", "doubt")), reverse=True)
    doubted = [voice_id for _, voice_id in doubts[:DOUBTED]]
    lots = sorted((voice_id for _, voice_id in doubts), key=_lot)[: len(doubted)]
    ids = list(dict.fromkeys(each for pair in zip(doubted, lots, strict=True) for each in pair))
    ids.sort(key=lambda voice_id: not share.holds(voice_id))
    found = Voice.objects.in_workspace(workspace_id).filter(COUNTED, pk__in=ids).exclude(text="")
    by_id = {voice.pk: voice for voice in found.select_related("touchpoint", "customer")}
    return diverse([by_id[each] for each in ids if each in by_id], limit=limit)


def _lot(voice_id: int) -> int:
    """Always the same of a voice, so that a page read again shows those that were not reached."""
    return zlib.crc32(str(voice_id).encode())


def diverse(voices: Sequence[Voice], *, limit: int) -> list[Voice]:
    """The first of them that are not like another taken before."""
    taken: list[Voice] = []
    seen: list[frozenset[str]] = []
    for voice in voices:
        triples = _triples(voice.text)
        if not any(_alike(triples, other) for other in seen):
            taken.append(voice)
            seen.append(triples)
        if len(taken) == limit:
            break
    return taken


def _triples(text: str) -> frozenset[str]:
    plain = "".join(text.casefold().split())
    return frozenset(plain[place : place + 3] for place in range(max(1, len(plain) - 2)))


def _alike(one: Iterable[str], other: frozenset[str]) -> bool:
    these = frozenset(one)
    return len(these & other) >= ALIKE * len(these | other)
