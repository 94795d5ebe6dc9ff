"""Voices by their labels, as the address of a page or a query of the API names them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

from django.db.models import Q

from allears.listen.beside import voices_of
from allears.listen.wall import Marked
from allears.listen.words.marks import labelled
from allears.understand.labelling import VALUES, WITH_POLARITY
from allears.understand.models import VoiceLabel

FILTERS: Final = ("sentiment", "emotion", "topic", "intent", "urgency", "need", "point")
_POLARITY: Final = {"good": 1, "bad": -1}


@dataclass(frozen=True, kw_only=True)
class LabelFilter:
    """By task, the value wanted; of a value with polarity ``price.bad`` means: spoken of badly."""

    chosen: Mapping[str, str]

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> Self:
        """What is no label of ours is left out."""
        return cls(chosen={task: asked[task] for task in FILTERS if _is_label(task, asked.get(task, ""))})

    def __bool__(self) -> bool:
        return bool(self.chosen)

    def among(self, workspace_id: int) -> Q:
        """Voices that have every wanted label."""
        wanted = Q()
        for code, polarity in self._codes():
            spoken = Q(code=code) if polarity is None else Q(code=code, polarity=polarity)
            rows = VoiceLabel.objects.in_workspace(workspace_id).filter(spoken)
            each = VoiceLabel.objects.across_workspaces().filter(spoken)  # of a voice of this workspace
            wanted &= voices_of(rows, each=each)
        return wanted

    def marked(self, workspace_id: int) -> Marked:
        """The same for the wall, whose index of words knows labels."""
        return Marked(
            where=self.among(workspace_id), marks=[[labelled(code, polarity)] for code, polarity in self._codes()]
        )

    def _codes(self) -> Iterator[tuple[str, int | None]]:
        for task, text in self.chosen.items():
            value, polarity = _split(task, text)
            yield f"{task}:{value}", polarity


def marks_of(voice_ids: Sequence[int]) -> Mapping[int, list[str]]:
    """By voice, its labels as marks in the index of words: each with and without its polarity."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = VoiceLabel.objects.across_workspaces().filter(voice_id__in=voice_ids)
    for voice_id, code, polarity in rows.values_list("voice_id", "code", "polarity"):
        if code.partition(":")[0] in FILTERS:
            found[voice_id] += {labelled(code), labelled(code, polarity)}
    return found


def _split(task: str, text: str) -> tuple[str, int | None]:
    value, _, polarity = text.partition(".")
    return (value, _POLARITY[polarity]) if task in WITH_POLARITY and polarity in _POLARITY else (text, None)


def _is_label(task: str, text: str) -> bool:
    return bool(text) and _split(task, text)[0] in VALUES[task]
