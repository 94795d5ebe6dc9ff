"""Our own lexicons: words with the feeling they carry, and words that speak of an emotion, a topic or a need.

Each file is plain text: `## heading`, then entries separated by `, ` (English) or `、` (Chinese); `#` is a remark.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final, Literal

from allears.understand.text.corpus import Language

Kind = Literal["emotions", "topics", "needs"]
_BETWEEN: Final[dict[Language, str]] = {"en": ", ", "zh": "、"}


@dataclass(frozen=True, slots=True)
class Feeling:
    """Strength from −3 to 3; with `industry`, only when the talk is of it."""

    strength: int
    industry: str | None = None


@lru_cache
def sentiment(language: Language) -> dict[str, Feeling]:
    """Words and phrases, lower case, with their feeling."""
    found = {}
    for heading, word in _entries("sentiment", language):
        strength, _, industry = heading.partition(" ")
        found[word] = Feeling(int(strength), industry or None)
    return found


@lru_cache
def intensity(language: Language) -> dict[str, float]:
    """Words before a feeling and the factor they multiply it by; a negation is −0.6 (it turns, and it weakens)."""
    return {
        word: -0.6 if heading == "negation" else float(heading) for heading, word in _entries("modifiers", language)
    }


@lru_cache
def words(kind: Kind, language: Language) -> dict[str, tuple[str, ...]]:
    """Words that speak of each emotion, topic or need."""
    found: dict[str, list[str]] = {}
    for heading, word in _entries(kind, language):
        found.setdefault(heading, []).append(word)
    return {heading: tuple(listed) for heading, listed in found.items()}


@lru_cache
def pairs(language: Language) -> dict[str, tuple[str, ...]]:
    """Things whose measure has a feeling: `+大 -小` and the things of which big is good and small is bad."""
    found: dict[str, list[str]] = {}
    for heading, word in _entries("pairs", language):
        found.setdefault(heading, []).append(word)
    return {heading: tuple(listed) for heading, listed in found.items()}


@lru_cache
def blocks(language: Language) -> tuple[str, ...]:
    """Words that hold a word of feeling and have none: 好像, "well as"."""
    return tuple(word for _, word in _entries("blocks", language))


def _entries(name: str, language: Language) -> Iterator[tuple[str, str]]:
    file = files("allears.understand.text") / "data" / "lexicon" / f"{name}.{language}.txt"
    heading = ""
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            heading = line[3:].strip()
        elif line.strip() and not line.startswith("# "):
            yield from ((heading, word) for word in line.split(_BETWEEN[language]))
