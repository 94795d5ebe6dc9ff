"""Voices that speak for a theme: near its centre and unlike one another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from allears.listen.models import Voice

GRAM = 3
ALIKE = 0.6  # more in common than that is the same said twice
CENTRE = 0.7  # how much nearness counts against being unlike those chosen
SHORT, LONG = 8, 400


@dataclass(frozen=True, kw_only=True)
class Quote:
    voice: Voice
    text: str
    nearness: float


class Said(Protocol):
    """What may be quoted."""

    @property
    def text(self) -> str: ...

    @property
    def nearness(self) -> float: ...


S = TypeVar("S", bound=Said)


def chosen(candidates: Sequence[S], *, limit: int) -> list[S]:
    """By maximal marginal relevance (Carbonell & Goldstein 1998): each next one is near the centre and adds something.

    Likeness is Jaccard of letters three by three, which sees copies in both languages. Very short voices say little
    and very long ones are not read, so both come last.
    """
    left = [(each, grams(each.text)) for each in candidates]
    found: list[tuple[S, frozenset[str]]] = []
    while left and len(found) < limit:
        scored = []
        for place, (each, mine) in enumerate(left):
            like = max((jaccard(mine, other) for _, other in found), default=0.0)
            if like < ALIKE:
                scored.append((CENTRE * _worth(each) - (1 - CENTRE) * like, -place))
        if not scored:
            break
        _, place = max(scored)
        found.append(left.pop(-place))
    return [each for each, _ in found]


def _worth(quote: Said) -> float:
    return quote.nearness - (0.5 if not SHORT <= len(quote.text) <= LONG else 0.0)


def grams(text: str) -> frozenset[str]:
    plain = "".join(text.lower().split())
    return frozenset(plain[at : at + GRAM] for at in range(max(1, len(plain) - GRAM + 1)))


def jaccard(one: frozenset[str], two: frozenset[str]) -> float:
    return len(one & two) / len(one | two) if one or two else 1.0
