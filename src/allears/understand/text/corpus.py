"""Reads our own labelled comments.

A file holds comments of one language. A heading `## industry source` says where those under it come from; each
comment is one line, `codes | text`. In the text `[words]{topic-}` marks the words that speak of a topic, and how.
docs/annotation-guide.md defines the codes; their order does not matter:

- `+2 … -2` sentiment (required), with `m` behind it when both poles are there: `-1m`; `sarcasm` when meant otherwise
- emotions and intents by name; `u1 … u3` urgency; `pain`, `itch` or `latent`; `easy`, `some` or `high` effort
- `speed-`, `trust+`, `c.tone-`: five S, needs and contact measures with their polarity

Beside them stand reviews as people commonly write them, of which only the verdict is told: `+ text` or `- text`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final, Literal

from allears.understand.text import labels

Language = Literal["en", "zh"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "zh")
REVIEWED: Final[tuple[Language, ...]] = ("zh",)
"""English ones were written too; our own test part showed nothing of what they taught."""

_SENTIMENT = re.compile(r"^([+-][12]|0)(m?)$")
_SIGNED = re.compile(r"^(c\.)?([a-z]+)([+0-])$")
_SPAN = re.compile(r"\[([^\[\]]+)\]\{([^{}]*)\}")
_TOPIC = re.compile(r"^([a-z]+)([+0-])$")


class CorpusError(Exception):
    """A line of the corpus breaks the format; the message names file, line and what to write."""


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start:end` of the text speak of `topic` with `polarity` −1, 0 or 1."""

    start: int
    end: int
    topic: str
    polarity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """One comment and all that people said of it. A label that is absent was judged absent."""

    text: str
    language: Language
    industry: str
    source: str
    strength: int  # −2 … 2
    mixed: bool = False
    sarcasm: bool = False
    emotions: frozenset[str] = frozenset()
    intents: frozenset[str] = frozenset()
    urgency: int = 0
    five_s: dict[str, int] = field(default_factory=dict)
    needs: dict[str, int] = field(default_factory=dict)
    contact: dict[str, int] = field(default_factory=dict)
    point: str | None = None
    effort: str | None = None
    spans: tuple[Span, ...] = ()
    verdict_only: bool = False  # nobody judged the other labels

    @property
    def sentiment(self) -> str:
        return "positive" if self.strength > 0 else "negative" if self.strength < 0 else "neutral"

    @property
    def key(self) -> str:
        """Stable name of the comment: a digest of its words."""
        return hashlib.blake2b(self.text.encode(), digest_size=6).hexdigest()

    @property
    def held_out(self) -> bool:
        """Whether it is of our test part: one in seven, by its words, so that the split never moves."""
        return int(self.key, 16) % 7 == 0


def corpus(*languages: Language) -> Iterator[Comment]:
    """All comments of the languages (both when none is named), file by file."""
    root = files("allears.understand.text") / "data" / "corpus"
    for language in languages or LANGUAGES:
        for file in sorted((root / language).iterdir(), key=lambda each: each.name):
            if file.name.endswith(".txt"):
                yield from read(file, language)


def read(file: Traversable, language: Language) -> Iterator[Comment]:
    """Comments of one file. Raises `CorpusError` at the first line that breaks the format."""
    industry = source = ""
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            if line.startswith("## "):
                industry, source = _heading(line)
            elif line.strip() and not line.startswith("# "):
                yield comment(line, language=language, industry=industry, source=source)
        except ValueError as error:
            raise CorpusError(f"{file.name}, line {number}: {error}") from error


def reviews(*languages: Language) -> Iterator[Comment]:
    """All reviews of the languages (both when none is named), file by file."""
    root = files("allears.understand.text") / "data" / "reviews"
    for language in [each for each in REVIEWED if each in (languages or LANGUAGES)]:
        for file in sorted((root / language).iterdir(), key=lambda each: each.name):
            if file.name.endswith(".txt"):
                yield from read_reviews(file, language)


def read_reviews(file: Traversable, language: Language) -> Iterator[Comment]:
    """Reviews of one file, under `## industry`. Raises `CorpusError` at the first line that breaks the form."""
    industry = ""
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith("## ") and line[3:] in labels.INDUSTRIES:
            industry = line[3:]
        elif industry and line[:2] in _VERDICTS and line[2:].strip():
            yield Comment(
                text=line[2:].strip(),
                language=language,
                industry=industry,
                source="review",
                strength=_VERDICTS[line[:2]],
                verdict_only=True,
            )
        elif line.strip() and not line.startswith("# "):
            raise CorpusError(
                f"{file.name}, line {number}: write `+ text` or `- text` under `## industry` with a name of labels.py."
            )


_VERDICTS: Final = {"+ ": 1, "- ": -1}


def _heading(line: str) -> tuple[str, str]:
    words = line[3:].split()
    if len(words) != 2 or words[0] not in labels.INDUSTRIES or words[1] not in labels.SOURCES:
        raise ValueError(f"{line!r} is no heading: write `## industry source` with names of labels.py.")
    return words[0], words[1]


def comment(line: str, *, language: Language, industry: str, source: str) -> Comment:
    """One line as a comment. Raises ValueError that says what is wrong with it."""
    if not industry:
        raise ValueError("a comment stands before the first `## industry source`.")
    codes, bar, marked = line.partition(" | ")
    if not bar or not marked.strip():
        raise ValueError("a comment is written `codes | text`.")
    text, spans = _unmarked(marked.strip())
    given = _Codes()
    for code in codes.split():
        given.take(code)
    if given.strength is None:
        raise ValueError("no sentiment among the codes: one of +2 +1 0 -1 -2.")
    return Comment(
        text=text,
        language=language,
        industry=industry,
        source=source,
        strength=given.strength,
        mixed=given.mixed,
        sarcasm=given.sarcasm,
        emotions=frozenset(given.emotions),
        intents=frozenset(given.intents),
        urgency=given.urgency,
        five_s=given.five_s,
        needs=given.needs,
        contact=given.contact,
        point=given.point,
        effort=given.effort,
        spans=spans,
    )


def _unmarked(marked: str) -> tuple[str, tuple[Span, ...]]:
    text, spans, at = "", [], 0
    for found in _SPAN.finditer(marked):
        text += marked[at : found.start()]
        start = len(text)
        text += found[1]
        for code in found[2].split(","):
            known = _TOPIC.match(code.strip())
            if not known or known[1] not in labels.TOPICS:
                raise ValueError(f"{code!r} is no topic with polarity: write e.g. `{{delivery-}}`.")
            spans.append(Span(start, len(text), known[1], _POLARITY[known[2]]))
        at = found.end()
    text += marked[at:]
    if any(mark in text for mark in "[]{}"):
        raise ValueError("a bracket is left over: spans are written `[words]{topic-}` and do not nest.")
    return text, tuple(spans)


_POLARITY: Final = {"+": 1, "0": 0, "-": -1}


@dataclass(slots=True)
class _Codes:
    strength: int | None = None
    mixed: bool = False
    sarcasm: bool = False
    emotions: set[str] = field(default_factory=set)
    intents: set[str] = field(default_factory=set)
    urgency: int = 0
    five_s: dict[str, int] = field(default_factory=dict)
    needs: dict[str, int] = field(default_factory=dict)
    contact: dict[str, int] = field(default_factory=dict)
    point: str | None = None
    effort: str | None = None

    def take(self, code: str) -> None:
        if not (self._plain(code) or self._signed(code)):
            raise ValueError(f"{code!r} is no code; docs/annotation-guide.md lists them.")

    def _plain(self, code: str) -> bool:
        if found := _SENTIMENT.match(code):
            self.strength, self.mixed = int(found[1]), bool(found[2])
        elif code == "sarcasm":
            self.sarcasm = True
        elif code in labels.EMOTIONS:
            self.emotions.add(code)
        elif code in labels.INTENTS:
            self.intents.add(code)
        elif code in ("u0", "u1", "u2", "u3"):
            self.urgency = int(code[1])
        elif code in labels.POINTS:
            self.point = code
        elif code in labels.EFFORTS:
            self.effort = code
        else:
            return False
        return True

    def _signed(self, code: str) -> bool:
        found = _SIGNED.match(code)
        if not found:
            return False
        contact, name, sign = found.groups()
        for taken, names, into in (
            (bool(contact), labels.CONTACT, self.contact),
            (not contact, labels.FIVE_S, self.five_s),
            (not contact, labels.NEEDS, self.needs),
        ):
            if taken and name in names:
                into[name] = _POLARITY[sign]
                return True
        return False
