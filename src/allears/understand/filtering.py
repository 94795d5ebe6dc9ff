"""Voices by their labels, as the address of a page or a query of the API names them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from django.db.models import Q

from allears.understand.labelling import VALUES, WITH_POLARITY
from allears.understand.models import VoiceLabel

LATEST = 20_000  # of the voices with a label, the latest this many are looked through
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
        for task, text in self.chosen.items():
            value, polarity = _split(task, text)
            rows = VoiceLabel.objects.in_workspace(workspace_id).filter(code=f"{task}:{value}")
            if polarity is not None:
                rows = rows.filter(polarity=polarity)
            wanted &= Q(pk__in=rows.order_by("-said_at").values("voice_id")[:LATEST])
        return wanted


def _split(task: str, text: str) -> tuple[str, int | None]:
    value, _, polarity = text.partition(".")
    return (value, _POLARITY[polarity]) if task in WITH_POLARITY and polarity in _POLARITY else (text, None)


def _is_label(task: str, text: str) -> bool:
    return bool(text) and _split(task, text)[0] in VALUES[task]
