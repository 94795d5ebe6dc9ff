"""What a voice is about in both languages at once: one concept for `late delivery` and 送货晚, so that a theme can hold
voices of both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

from allears.understand.text import labels
from allears.understand.text.corpus import LANGUAGES
from allears.understand.text.lexicon import words as lexicon_words
from allears.understand.themes.words import Words, stem

LONGEST_EN, LONGEST_ZH = 5, 6  # words, characters


@dataclass(frozen=True, slots=True)
class Concept:
    """Its name in each language and the topic (labels.TOPICS) it belongs to."""

    en: str
    zh: str
    topic: str


@dataclass(frozen=True, slots=True)
class Concepts:
    """`listed` by number; then come the topics themselves, for words that say no more than the topic."""

    listed: tuple[Concept, ...]
    stems: dict[str, int]
    characters: dict[str, int]
    beginnings: frozenset[str]

    @property
    def size(self) -> int:
        return len(self.listed) + len(labels.TOPICS)

    def topic_of(self, number: int) -> str:
        beyond = number - len(self.listed)
        return self.listed[number].topic if beyond < 0 else labels.TOPICS[beyond]

    def topic_number(self, number: int) -> int:
        return len(self.listed) + labels.TOPICS.index(self.topic_of(number))

    def of(self, words: Words) -> Counter[int]:
        """How often each concept is named; the longest wording counts, and a concept counts for its topic too."""
        named = Counter(self._in_latin(words.latin))
        for run in words.runs:
            named.update(self._in_han(run))
        topics: Counter[int] = Counter()
        for number, times in named.items():
            if number < len(self.listed):
                topics[self.topic_number(number)] += times
        return named + topics

    def _in_latin(self, latin: Sequence[str]) -> list[int]:
        stems, found, at = [stem(word) for word in latin], [], 0
        while at < len(stems):
            for length in range(min(LONGEST_EN, len(stems) - at), 0, -1):
                number = self.stems.get(" ".join(stems[at : at + length]))
                if number is not None:
                    found.append(number)
                    at += length - 1
                    break
            at += 1
        return found

    def _in_han(self, run: str) -> list[int]:
        found, at = [], 0
        while at < len(run):
            if run[at] in self.beginnings:
                for length in range(min(LONGEST_ZH, len(run) - at), 0, -1):
                    number = self.characters.get(run[at : at + length])
                    if number is not None:
                        found.append(number)
                        at += length - 1
                        break
            at += 1
        return found


@lru_cache
def concepts() -> Concepts:
    """Our own list, and behind it the lexicon's words for each topic."""
    listed: list[Concept] = []
    stems: dict[str, int] = {}
    characters: dict[str, int] = {}
    topic = ""
    for line in (files("allears.understand.themes") / "data" / "concepts.txt").read_text("utf-8").splitlines():
        if line.startswith("## "):
            topic = line[3:].strip()
        elif line and not line.startswith("#"):
            english, chinese = line.split(" = ")
            names_en, names_zh = english.split(", "), chinese.split("、")
            for word in names_en:
                stems.setdefault(_stems(word), len(listed))
            for word in names_zh:
                characters.setdefault(word.lower(), len(listed))
            listed.append(Concept(names_en[0], names_zh[0], topic))
    for number, name in enumerate(labels.TOPICS, start=len(listed)):
        for language in LANGUAGES:
            for word in lexicon_words("topics", language).get(name, ()):
                if language == "en":
                    stems.setdefault(_stems(word), number)
                elif len(word) > 1:
                    characters.setdefault(word.lower(), number)
    beginnings: Final = frozenset(word[0] for word in characters)
    return Concepts(tuple(listed), stems, characters, beginnings)


def _stems(phrase: str) -> str:
    return " ".join(stem(word) for word in phrase.lower().split())
