"""Names for themes in both languages: what is said in one far more than in the others."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from allears.understand.text.corpus import LANGUAGES, Language
from allears.understand.themes.concepts import concepts
from allears.understand.themes.words import Words, terms

LEAST_COVER, LEAST_LIFT = 0.12, 1.6
"""A concept names a theme when so many of its voices speak of it, and so many times more than of the whole."""
KEPT_TERMS = 12
LEAST_SAID = 3
PRIOR = 200.0
BETWEEN: Final[dict[Language, str]] = {"en": ", ", "zh": "、"}


@dataclass(slots=True)
class Pile:
    """The voices of one theme, counted."""

    voices: int = 0
    said: dict[Language, Counter[str]] = field(default_factory=lambda: {"en": Counter(), "zh": Counter()})
    concepts: Counter[int] = field(default_factory=Counter)

    def add(self, words: Words, named_concepts: Iterable[int]) -> None:
        self.voices += 1
        self.said[words.language].update(set(terms(words)))
        self.concepts.update(named_concepts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """`terms` set the theme apart in each language, the most telling first; `topic` is of labels.TOPICS or ""."""

    en: str
    zh: str
    topic: str
    terms: dict[str, list[str]]


def named(piles: Sequence[Pile]) -> list[Named]:
    """A name for each pile, no two alike; the greater pile chooses first."""
    whole = Pile(voices=sum(pile.voices for pile in piles))
    for pile in piles:
        whole.concepts.update(pile.concepts)
        for language in LANGUAGES:
            whole.said[language].update(pile.said[language])
    taken: set[tuple[Language, str]] = set()
    found: dict[int, Named] = {}
    for at in sorted(range(len(piles)), key=lambda number: -piles[number].voices):
        found[at] = _one(piles[at], whole, taken)
    return [found[at] for at in range(len(piles))]


def _one(pile: Pile, whole: Pile, taken: set[tuple[Language, str]]) -> Named:
    known = concepts()
    telling = {language: distinctive(pile.said[language], whole.said[language]) for language in LANGUAGES}
    marking = [known.listed[number] for number in _marking(pile, whole) if number < len(known.listed)]
    topic = next(iter(_topics(pile, whole)), marking[0].topic if marking else "")
    names = {}
    for language in LANGUAGES:
        parts = [concept.en if language == "en" else concept.zh for concept in marking[:4]]
        other: Language = "zh" if language == "en" else "en"
        parted = [*parts, *telling[language], *telling[other]]
        names[language] = _unique(language, parted or _commonest(pile, language), len(parts), taken)
    kept = {language: telling[language][:KEPT_TERMS] for language in LANGUAGES}
    return Named(en=names["en"], zh=names["zh"], topic=topic, terms={str(key): value for key, value in kept.items()})


def _commonest(pile: Pile, language: Language) -> list[str]:
    """What is said most, for a pile that nothing tells from the others: the only one, or one of all sorts."""
    known = concepts()
    often = [number for number, _ in pile.concepts.most_common() if number < len(known.listed)][:4]
    parts = [known.listed[number].en if language == "en" else known.listed[number].zh for number in often]
    other: Language = "zh" if language == "en" else "en"
    said = [term for side in (language, other) for term, _ in pile.said[side].most_common(KEPT_TERMS)]
    return [*parts, *said]


def _unique(language: Language, parts: Sequence[str], concepts_in_it: int, taken: set[tuple[Language, str]]) -> str:
    """Two parts, with more while another theme has that name."""
    wanted = list(_apart(parts)) or ["…"]
    least = min(len(wanted), 1 if concepts_in_it == 1 else 2)
    for length in range(least, len(wanted) + 1):
        name, same = BETWEEN[language].join(wanted[:length]), BETWEEN[language].join(sorted(wanted[:length]))
        if (language, same) not in taken:  # “check-in, room” is no other name than “room, check-in”
            break
    else:
        name = same = f"{BETWEEN[language].join(wanted[:least])} {len(taken)}"
    taken.add((language, same))
    return name[:1].upper() + name[1:]


def _apart(parts: Sequence[str]) -> Iterator[str]:
    """Parts that do not repeat a former one's words."""
    used: list[str] = []
    for part in parts:
        words = set(part.split()) if part.isascii() else {part}
        if any(words & set(before.split()) or part in before or before in part for before in used):
            continue
        used.append(part)
        yield part


def _marking(pile: Pile, whole: Pile) -> list[int]:
    """Concepts by how much they tell the pile from the whole: cover × log lift."""
    scored = []
    for number, times in pile.concepts.items():
        cover, base = times / max(1, pile.voices), whole.concepts[number] / max(1, whole.voices)
        if cover >= LEAST_COVER and cover >= LEAST_LIFT * base:
            scored.append((cover * math.log(cover / base), number))
    return [number for _, number in sorted(scored, reverse=True)]


def _topics(pile: Pile, whole: Pile) -> Iterator[str]:
    """The topic that most of the pile speaks of, beyond what everybody does."""
    known = concepts()
    scored = []
    for number in range(len(known.listed), known.size):
        cover, base = pile.concepts[number] / max(1, pile.voices), whole.concepts[number] / max(1, whole.voices)
        if cover >= 2 * LEAST_COVER and cover > base:
            scored.append((cover * math.log(cover / base), number))
    yield from (known.topic_of(number) for _, number in sorted(scored, reverse=True))


def distinctive(said: Counter[str], everywhere: Counter[str]) -> list[str]:
    """Terms by z of their log-odds against the rest, with the whole as Dirichlet prior.

    Monroe, Colaresi & Quinn (2008), Political Analysis 16(4):372–403, equations 15, 16, 19 and 22.
    """
    mine, total = sum(said.values()), sum(everywhere.values())
    rest, scored = total - mine, []
    for term, times in said.items():
        if times < LEAST_SAID:
            continue
        other = everywhere[term] - times
        prior = PRIOR * everywhere[term] / max(1, total)
        if not rest:
            break  # nothing is said by others
        one, two = times + prior, other + prior
        odds = math.log(one / (mine + PRIOR - one)) - math.log(two / max(rest + PRIOR - two, 1e-9))
        z = odds / math.sqrt(1 / one + 1 / two)
        if z > 1.96:
            scored.append((z, term))
    return list(_apart([term for _, term in sorted(scored, reverse=True)[: 3 * KEPT_TERMS]]))
