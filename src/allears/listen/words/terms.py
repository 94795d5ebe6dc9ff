"""What a text and a question are made of, for the index.

Chinese, Japanese and Korean have no spaces, so a run of them is indexed as its pairs of characters, and a phrase of
pairs finds exactly the text that holds the run; its last character stands alone, so that one character can be looked
for as well. Other words are folded to lower case without accents of width; a word that is asked for without quotes
finds longer ones that begin with it (refund: refunds, refunded).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from allears.kit.runs import is_dense, runs

MOST_TERMS = 16_000  # of one voice: PostgreSQL counts positions no further
LONGEST = 40
SHORTEST = 4  # letters of a plural
_NO_PLURAL = frozenset({"does", "lens", "news", "series", "species"})
_APOSTROPHE = re.compile(r"(?<=\w)['’](?=\w)")
_PART = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"?|“(?P<quoted>[^”]*)”?|(?P<word>\S+))')


@dataclass(frozen=True, slots=True)
class Part:
    """Terms that stand one behind the other; the last may go on when ``open`` is set, or be one of ``others`` instead,
    which end there: customs is no customer. ``without``: it must not."""

    terms: tuple[str, ...]
    open: bool = False
    without: bool = False
    others: tuple[str, ...] = ()


def folded(text: str) -> str:
    """As the index compares: full width, case and apostrophes do not matter."""
    return _APOSTROPHE.sub("", unicodedata.normalize("NFKC", text).casefold())


def terms(text: str) -> list[str]:
    """The terms of a voice, in order."""
    found: list[str] = []
    for run in runs(folded(text)):
        found += _of_run(run, last=True)
        if len(found) >= MOST_TERMS:
            break
    return found[:MOST_TERMS]


def _of_run(run: str, *, last: bool) -> Iterator[str]:
    if not is_dense(run):
        yield run[:LONGEST]
        return
    for start in range(len(run) - 1):
        yield run[start : start + 2]
    if last or len(run) == 1:
        yield run[-1]


def parts(question: str) -> list[Part]:
    """What somebody looks for: words, "phrases", and -words that must not be there."""
    found = []
    for match in _PART.finditer(question):
        phrase = match["phrase"] if match["phrase"] is not None else match["quoted"]
        made = _part(
            match["word"] if phrase is None else phrase, exact=phrase is not None, without=bool(match["minus"])
        )
        if made.terms:
            found.append(made)
    return found


def is_empty(wanted: Iterable[Part]) -> bool:
    """Whether a question has nothing to look for, which finds nothing."""
    return all(part.without for part in wanted)


def _part(text: str, *, exact: bool, without: bool) -> Part:
    found = runs(folded(text))
    made: list[str] = []
    for place, run in enumerate(found):
        made += _of_run(run, last=place < len(found) - 1)
    if not found:
        return Part(terms=(), without=without)
    single = len(found[-1]) == 1 and is_dense(found[-1])  # it is indexed with the one behind it
    grows = not exact and not is_dense(found[-1]) and len(found[-1]) > 2
    others = tuple(_in_number(found[-1])) if grows else ()
    return Part(terms=tuple(made), open=single or grows, without=without, others=others)


def _in_number(word: str) -> Iterator[str]:
    """Singular or plural of an English word, where it does not begin with the word itself."""
    if not word.isascii() or len(word) < SHORTEST or word in _NO_PLURAL:
        return
    if word.endswith("ies"):
        yield word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes", "zes")):
        yield word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        yield word[:-1]
    elif word.endswith("y") and word[-2] not in "aeiou":
        yield word[:-1] + "ies"


def admits(question: str, text: str) -> bool:
    """Whether a voice would be found, for one that has just arrived and stands in no index yet."""
    wanted = parts(question)
    has = terms(text)
    return not is_empty(wanted) and all(_stands(part, has) != part.without for part in wanted)


def _stands(part: Part, has: list[str]) -> bool:
    size = len(part.terms)
    for start in range(len(has) - size + 1):
        *before, last = has[start : start + size]
        going_on = part.open and last.startswith(part.terms[-1])
        if tuple(before) == part.terms[:-1] and (going_on or last in (part.terms[-1], *part.others)):
            return True
    return False
