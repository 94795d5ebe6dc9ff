"""Complaints that are only polite or cold: a fault told as a plain fact, without a word of feeling.

“Could you look into why my parcel has been in your depot since the 3rd” and 麻烦看一下，已经第三次送错楼栋了 hold
nothing that the weights lean on, for our comments call most polite lines requests or questions. Ways of telling a
fault are few and general (what has not come, came otherwise, stopped, happens again); they stand in `data/faults.txt`
and were chosen on our own comments. In English a fault told without courtesy counts as well (“the bins have not been
emptied for the second week”): of our comments that tell one 85 % are negative. In Chinese such a fact is mostly a note
of what happened, unless one asks for something beside it. Praise that nobody means (“love how it dies whenever it
rains”, 又是改签又是延误) needs no courtesy in either language, and its kind words are blame too.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

from allears.understand.text.corpus import Language

SURE: Final[dict[Language, float]] = {
    "en": 0.74,
    "zh": 0.8,
}  # of our comments that tell a fault so, so many are complaints
COLD: Final[frozenset[Language]] = frozenset({"en"})  # a fault told without courtesy is one there too
_COURTESY: Final = "courtesy"
_IRONY: Final = "irony"
_SUPPOSED: Final[dict[Language, re.Pattern[str]]] = {
    "en": re.compile(r"\b(?:if|in case|whether|unless|should|when will|until|once|before)\b[^.;!?]{0,40}$"),
    "zh": re.compile(
        "(?:如果|要是|万一|假如|倘若|怕|担心|是否|会不会|有没有|以免|避免|防止|的话|没有?再?|从没|不会)[^,，。!?！？]{0,8}$"
    ),
}
_BACK: Final = 60  # characters before a fault in which it may be only supposed


@dataclass(frozen=True, slots=True)
class Told:
    """The characters `start:end` tell a fault; `ironic` where the kind words beside it are none."""

    start: int
    end: int
    ironic: bool


def told(folded: str, language: Language) -> Told | None:
    """Where in a folded text a fault is told: with courtesy, where the language asks for that."""
    patterns = _patterns(language)
    enough = language in COLD or patterns[_COURTESY].search(folded) is not None
    for name in ways(language) if enough else (_IRONY,):
        for found in patterns[name].finditer(folded):
            if not _SUPPOSED[language].search(folded, max(0, found.start() - _BACK), found.start()):
                return Told(*found.span(), ironic=name == _IRONY)
    return None


def ways(language: Language) -> list[str]:
    """The names of the ways of telling a fault; irony first, for it says more."""
    return [_IRONY, *(name for name in _patterns(language) if name not in (_COURTESY, _IRONY))]


@lru_cache
def _patterns(language: Language) -> dict[str, re.Pattern[str]]:
    """By name; what stands on several lines of one name is one pattern."""
    written: dict[str, list[str]] = {}
    for line in _written().splitlines():
        if line.startswith(f"{language} "):
            head, pattern = line.split(" | ", 1)
            written.setdefault(head.partition(" ")[2], []).append(pattern)
    return {name: re.compile("|".join(parts)) for name, parts in written.items()}


def digest() -> str:
    """Of this step's code and patterns: no part of the weights, but what is said of a text hangs on them."""
    here = files("allears.understand.text")
    return hashlib.blake2b((here / "faults.py").read_bytes() + _written().encode(), digest_size=16).hexdigest()


def _written() -> str:
    return (files("allears.understand.text") / "data" / "faults.txt").read_text(encoding="utf-8")
