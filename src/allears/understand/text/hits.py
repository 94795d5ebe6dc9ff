"""Finds the words of the lexicon in a clause, and what negation, degree and condition make of them.

Longest match from the left. An entry is a feeling, a word that turns or weighs what follows, a word that only blocks
(好像 is not 好), or one half of a pair that has a feeling only together (噪音 … 大, "battery … short").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from allears.understand.text import lexicon
from allears.understand.text.corpus import Language
from allears.understand.text.normal import fold

FEELING, NEGATION, DEGREE, CONDITION, BLOCK, THING, MEASURE = range(7)
REACH: Final[dict[Language, int]] = {"zh": 5, "en": 4}  # how far a negation reaches: characters, words
PAIR_REACH: Final[dict[Language, int]] = {"zh": 6, "en": 5}
_TURNED: Final = -0.6

Hit = tuple[int, int, int, float]  # start, end, number of the entry, factor

_TOKEN: Final = re.compile(
    r"[:;=8][-']?[()dp/\\|3*o\[\]](?!\w)|<3|[a-z0-9]+(?:[.'\-/][a-z0-9]+)*\+*%?|[!?]+|[\u00a9-\u00ae\u203c-\u3299\U0001f000-\U0001faff]|[^\s\w]"
)
_PLACES: Final = 1 << 18
_NO: Final = re.compile(r"[不没无未]")
_MANNER: Final = re.compile(
    r"[很太那么怎特别非常大够是有觉得感到会能让人我您你任何什一点儿丝毫多再过真的这样想像算十分家给出现发]*"
)
_ALONE: Final = (1,)
_REMEMBERED: Final = 50_000  # words
_LONG: Final = re.compile(r"([a-z])\1{2,}")


@dataclass(frozen=True, slots=True)
class Entry:
    """What an entry is; `number` counts feelings only; `groups` are the pairs it can be half of."""

    kind: int
    number: int = -1
    weight: float = 0.0
    groups: tuple[str, ...] = ()


_Found = tuple[int, int, int, int, Entry, str]  # place in steps of the language, place in characters, entry, word


_NOTHING: Final = Entry(BLOCK)


@dataclass(slots=True)
class Matcher:
    """The lexicon of one language, ready to search. `strengths[number]` is the feeling of entry `number`."""

    language: Language
    entries: dict[str, Entry] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    strengths: list[float] = field(default_factory=list)
    lengths: dict[str, tuple[int, ...]] = field(default_factory=dict)
    longer: dict[tuple[str, str], tuple[int, ...]] = field(default_factory=dict)  # of English entries, by two words
    plain: dict[str, str] = field(default_factory=dict)  # words seen, as `_known` leaves them
    pairs: dict[tuple[str, str], int] = field(default_factory=dict)  # (group of the thing, measure) → number
    openings: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(_PLACES, dtype=np.bool_))  # of two characters
    alone: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0x10000, dtype=np.bool_))  # entries of one

    def feeling(self, name: str, strength: float) -> int:
        """The number of a new feeling."""
        self.names.append(name)
        self.strengths.append(strength)
        return len(self.names) - 1

    def find(self, clause: str, offset: int, begins: Sequence[int] = ()) -> list[Hit]:
        """The feelings of one clause, their places counted from `offset`; in Chinese entries can begin at `begins`."""
        found = self._chinese(clause, offset, begins) if self.language == "zh" else self._english(clause)
        return self._resolved(found, offset, clause)

    def begins(self, joined: str) -> list[int]:
        """Where in a Chinese text an entry can begin, by its first two characters: most places are ruled out."""
        points = np.frombuffer(joined.encode("utf-32-le"), dtype=np.uint32).astype(np.int64)
        following = np.append(points[1:], 0)
        opened = self.openings[_pair_place(points, following)] | self.alone[points & 0xFFFF]
        found: list[int] = np.flatnonzero(opened).tolist()
        return found

    def _chinese(self, clause: str, offset: int, begins: Sequence[int]) -> list[_Found]:
        found: list[_Found] = []
        free, end, entries, lengths = 0, len(clause), self.entries, self.lengths
        for begin in begins:
            at = begin - offset
            if at < free:
                continue
            for length in lengths.get(clause[at : at + 2], ()) or lengths.get(clause[at], ()):
                word = clause[at : at + length]
                entry = entries.get(word)
                if entry is not None and at + length <= end:
                    if length == 1 and entry.number >= 0 and not _stands(clause, at, found):
                        entry = Entry(DEGREE, weight=entry.weight) if entry.kind == DEGREE else _NOTHING
                    free = at + length
                    found.append((at, free, at, free, entry, word))
                    break
        return found

    def _english(self, clause: str) -> list[_Found]:
        places = [(each.start(), each.end(), each[0]) for each in _TOKEN.finditer(clause)]
        words = self._plain([word for _, _, word in places])
        found, at, end, entries, lengths, longer = [], 0, len(words), self.entries, self.lengths, self.longer
        while at < end:
            word = words[at]
            if word not in lengths:
                if not word.isdigit():
                    at += 1
                    continue
                word = words[at] = "0"  # entries with a number are written with 0
            for length in longer.get((word, words[at + 1]), _ALONE) if at + 1 < end else _ALONE:
                phrase = word if length == 1 else " ".join(words[at : at + length])
                entry = entries.get(phrase)
                if entry is not None and at + length <= end:
                    found.append((at, at + length, places[at][0], places[at + length - 1][1], entry, phrase))
                    at += length
                    break
            else:
                at += 1
        return found

    def _plain(self, words: list[str]) -> list[str]:
        """Each word as the lexicon may have it; most have been seen before."""
        seen = self.plain
        for word in words:
            if word not in seen:
                if len(seen) >= _REMEMBERED:
                    seen.clear()
                seen[word] = self._known(word)
        return [seen.get(word) or self._known(word) for word in words]

    def _known(self, word: str) -> str:
        """`word`, or what is left of it without its drawn-out letters or its hyphen."""
        if word in self.lengths:
            return word
        if word[0].isalpha() and len(word) > 3:
            for shorter in (_LONG.sub(r"\1\1", word), _LONG.sub(r"\1", word)):
                if shorter in self.lengths:
                    return shorter
        elif word[0] in "!?" and len(word) > 3:
            return word[:3]
        return word

    def _resolved(self, found: list[_Found], offset: int, clause: str) -> list[Hit]:
        reading = _Reading(self, offset, clause)
        for place, each in enumerate(found):
            kind = each[4].kind
            if kind == DEGREE and each[4].number >= 0 and not _weighs(each, found[place + 1 : place + 2]):
                reading.feeling(each)
            elif kind in (NEGATION, DEGREE):
                reading.turns.append((each[1], each[4].weight))
            elif kind == CONDITION:
                reading.condition = each[4].weight
            elif kind == THING:
                reading.thing(each)
            elif kind in (MEASURE, FEELING):
                reading.feeling(each)
        return reading.hits

    def pair(self, thing: Entry, measure: str) -> int:
        """The feeling that `measure` has of `thing`, or −1."""
        for group in thing.groups:
            number = self.pairs.get((group, measure))
            if number is not None:
                return number
        return -1


class _Reading:
    """One clause being read: what turns, weighs or waits for its other half."""

    __slots__ = ("_clause", "_matcher", "_measure", "_offset", "_own", "_thing", "condition", "hits", "turns")

    def __init__(self, matcher: Matcher, offset: int, clause: str) -> None:
        self._matcher, self._offset, self._clause = matcher, offset, clause
        self._thing: _Found | None = None
        self._measure: _Found | None = None
        self._own = -1  # place among the hits of what the thing is by itself
        self.hits: list[Hit] = []
        self.turns: list[tuple[int, float]] = []
        self.condition = 1.0

    def thing(self, each: _Found) -> None:
        """A thing: it may be something by itself, and in English the measure may have come before it."""
        self._thing, self._own = each, -1
        before = self._measure
        if before is not None and each[0] - before[1] <= 1 and self._matcher.language == "en":
            number = self._matcher.pair(each[4], before[5])
            if number >= 0:
                if self.hits and self.hits[-1][0] == before[2] + self._offset:
                    self.hits.pop()
                self._add(before[2], each[3], number, before[0])
                return
        if each[4].number >= 0:
            self._own = len(self.hits)
            self._add(each[2], each[3], each[4].number, each[0])

    def feeling(self, each: _Found) -> None:
        """A feeling, or a measure that has one beside its thing."""
        entry, number = each[4], each[4].number
        if entry.groups or entry.kind == MEASURE:
            self._measure = each
            thing = self._thing
            if thing is not None and each[0] - thing[1] <= PAIR_REACH[self._matcher.language]:
                paired = self._matcher.pair(thing[4], each[5][-1] if self._matcher.language == "zh" else each[5])
                if paired >= 0:
                    number = paired
                    if 0 <= self._own == len(self.hits) - 1:
                        self.hits.pop()
        if number >= 0:
            self._add(each[2], each[3], number, each[0])

    def _add(self, start: int, end: int, number: int, at: int) -> None:
        factor = self.condition * self._factor(at)
        self.hits.append((start + self._offset, end + self._offset, number, factor))
        self.turns = []

    def _factor(self, at: int) -> float:
        """What the words before make of a feeling at `at`; a negation reaches over words of manner only."""
        factor, chinese = 1.0, self._matcher.language == "zh"
        for end, weight in self.turns:
            gap = at - end
            if weight >= 0:
                factor *= weight if gap <= 1 else 1.0
            elif gap <= REACH[self._matcher.language] and (not chinese or _MANNER.fullmatch(self._clause, end, at)):
                factor *= weight
        return min(2.0, max(-1.6, factor))


def _pair_place(first: Any, second: Any) -> Any:
    """Where two characters stand in the table of openings; others may stand there too."""
    return (first * 40503 + second) % _PLACES


def _stands(clause: str, at: int, found: list[_Found]) -> bool:
    """Whether a single character is a word here (很慢, 慢了) and no part of another (慢慢来, 缓慢)."""
    if not "\u4e00" <= clause[at] <= "\u9fff":
        return True
    if found and found[-1][1] == at and found[-1][4].kind in (DEGREE, NEGATION, THING):
        return True
    return at + 1 == len(clause) or clause[at + 1] in "的了得吧啊呀哦呢死极爆啦嘛哈点些到"


def _weighs(degree: _Found, following: list[_Found]) -> bool:
    """Whether a word that is both degree and feeling (好, "pretty") is the first here: a feeling comes right after."""
    return bool(following) and following[0][0] == degree[1] and following[0][4].kind in (FEELING, MEASURE, DEGREE)


@lru_cache
def matcher(language: Language) -> Matcher:
    """The matcher of a language, built from the lexicon files once."""
    made = Matcher(language)
    _pairs(made)
    for word, weight in lexicon.intensity(language).items():
        kind = NEGATION if weight < 0 else CONDITION if weight == 0.3 else DEGREE
        made.entries[_key(word, language)] = Entry(kind, weight=weight)
    for word in lexicon.blocks(language):
        made.entries[_key(word, language)] = Entry(BLOCK)
    measures = frozenset(measure for _, measure in made.pairs)
    for word, feeling in sorted(lexicon.sentiment(language).items()):
        _feeling(made, word, feeling.strength, measures)
    _measure_lengths(made)
    return made


def _feeling(made: Matcher, word: str, strength: int, measures: frozenset[str]) -> None:
    key = _key(word, made.language)
    number = made.feeling(key, float(strength))
    before = made.entries.get(key, Entry(BLOCK))
    if before.kind in (NEGATION, CONDITION):
        return  # a word that turns another has no feeling of its own
    if before.kind == DEGREE:
        made.entries[key] = Entry(DEGREE, number, before.weight)
        return
    if before.kind == THING:
        made.entries[key] = Entry(THING, number, 1.0, before.groups)
        return
    last = key[-1] if made.language == "zh" else key
    measured = last in measures
    if made.language == "zh":
        measured = measured and len(key) <= 3 and not _NO.search(key)
    made.entries[key] = Entry(FEELING, number, 1.0, ("*",) if measured else ())


def _pairs(made: Matcher) -> None:
    groups: dict[str, dict[str, None]] = {}  # in the order written: the first that fits is taken
    for heading, things in lexicon.pairs(made.language).items():
        for sign in heading.split(" "):
            strength, measures = (1.0 if sign[0] == "+" else -1.0), sign[1:].split("/")
            for measure in measures:
                key = measure.replace("_", " ")
                made.pairs[heading, key] = made.feeling(f"{things[0]}…{key}", strength * 1.5)
                made.entries.setdefault(key, Entry(MEASURE))
        for thing in things:
            groups.setdefault(_key(thing, made.language), {})[heading] = None
    for key, headings in groups.items():
        made.entries[key] = Entry(THING, groups=tuple(headings))


def _key(word: str, language: Language) -> str:
    folded = fold(word)
    return folded if language == "zh" else " ".join(_TOKEN.findall(folded)) or folded


def _measure_lengths(made: Matcher) -> None:
    found: dict[str, set[int]] = {}
    pairs: dict[tuple[str, str], set[int]] = {}
    for key in made.entries:
        if made.language == "en":
            words = key.split(" ")
            found.setdefault(words[0], set()).add(len(words))
            if len(words) > 1:
                pairs.setdefault((words[0], words[1]), {1}).add(len(words))
        else:
            found.setdefault(key[:2], set()).add(len(key))
    if made.language == "zh":
        for two in list(found):  # a single character is tried last, whatever follows it
            if len(two) == 2 and two[0] in made.entries:
                found[two].add(1)
    if made.language == "zh":
        for prefix in found:
            first = ord(prefix[0])
            if len(prefix) > 1:
                made.openings[_pair_place(first, ord(prefix[1]))] = True
            else:
                made.alone[first & 0xFFFF] = True
    made.lengths = {first: tuple(sorted(lengths, reverse=True)) for first, lengths in found.items()}
    made.longer = {first: tuple(sorted(lengths, reverse=True)) for first, lengths in pairs.items()}


def strengths(language: Language) -> Iterator[tuple[str, float]]:
    """Every feeling with the strength it is given, in the order of their numbers."""
    made = matcher(language)
    yield from zip(made.names, made.strengths, strict=True)
