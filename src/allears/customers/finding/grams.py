"""What a name, an address and a number are made of, for the index: so that any part of them is found.

Letters and digits are cut into every three that stand side by side, and Chinese, Japanese and Korean into every two, as
a name there has no more. Where a word ends they are shorter, so that something shorter than a piece is found as the
beginning of one. Whatever has all pieces of a part is looked at once more: "ann" and "nna" need not be "anna".
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from allears.kit.runs import is_dense, runs

DENSE_SIZE, SIZE = 2, 3
LONGEST: Final = 200  # characters of one word

Question = Sequence[str]  # parts, each of which must be there


def folded(text: str) -> str:
    """As it is compared: full width and case do not matter."""
    return unicodedata.normalize("NFKC", text).casefold()


def pieces(*fields: str) -> set[str]:
    """All pieces of what a customer is called and reached by."""
    found = set[str]()
    for run, size in _runs(fields):
        found |= {run[start : start + size] for start in range(len(run))}
    return found


def wanted(question: Question) -> tuple[set[str], set[str]]:
    """Pieces that must be there, and beginnings of pieces."""
    whole, begun = set[str](), set[str]()
    for run, size in _runs(question):
        if len(run) < size:
            begun.add(run)
        else:
            whole |= {run[start : start + size] for start in range(len(run) - size + 1)}
    return whole, begun


def _runs(texts: Iterable[str]) -> Iterator[tuple[str, int]]:
    for text in texts:
        for run in runs(folded(text)):
            yield run[:LONGEST], DENSE_SIZE if is_dense(run) else SIZE


def holds(question: Question, fields: Iterable[str]) -> bool:
    """Whether each part stands in one of these."""
    told = "\n".join(map(folded, fields))
    return all(part in told for part in question)
