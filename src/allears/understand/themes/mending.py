"""Which theme to look into first: the one that takes most off the score, and whether that may be claimed."""

import math
from dataclasses import dataclass
from typing import Final

from allears.science.differences import benjamini_hochberg
from allears.science.estimate import Estimate
from allears.science.intervals import z_of
from allears.understand.themes.queries import Board, Card

FALSE_DISCOVERY: Final = 0.05


@dataclass(frozen=True, kw_only=True)
class First:
    """A theme that pulls the score down. `is_claimed`: also when all themes of the board are judged together."""

    card: Card
    is_claimed: bool


def first_to_mend(board: Board) -> First | None:
    """The heaviest of the themes that may be said to pull the score down; where none may, of those with an interval.

    None where no theme with enough answers lies below the rest. Of many themes one always weighs most by chance, so
    the claim is made by Benjamini–Hochberg over all of them, not by the one theme's own interval.
    """
    tested = [(card, found) for card in board.cards if (found := card.contribution) and found.low is not None]
    adjusted = benjamini_hochberg([_p_value(found) for _card, found in tested])
    below = [
        (p <= FALSE_DISCOVERY, card, found.estimate)
        for (card, found), p in zip(tested, adjusted, strict=True)
        if found.estimate is not None and found.estimate < 0
    ]
    if not below:
        return None
    is_claimed, card, _pull = min(below, key=lambda each: (not each[0], each[2]))
    return First(card=card, is_claimed=is_claimed)


def _p_value(found: Estimate) -> float:
    """Two-sided, of an estimate with a symmetric normal interval."""
    assert found.estimate is not None
    assert found.low is not None
    assert found.high is not None
    spread = (found.high - found.low) / 2 / z_of(found.level)
    return math.erfc(abs(found.estimate) / spread / math.sqrt(2)) if spread else float(found.estimate == 0)
