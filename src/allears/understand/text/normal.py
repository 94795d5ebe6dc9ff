"""Text as the model reads it, letter for letter: every fold keeps the length, so that spans hold in the original.

Lower case, half width, simplified characters, straight quotes; links, mentions and mark-up become blanks.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files
from typing import Final

from allears.understand.text.corpus import Language

_BLANKED: Final = re.compile(r"https?://\S+|www\.\S+|(?<![\w.])@[\w.\-]+|&(?:amp|lt|gt|quot|nbsp|#\d+);|<[^<>]{1,40}>")
_HINT: Final = re.compile(r"[@<&]|http|www\.")
_HAN: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_LATIN: Final = re.compile(r"[A-Za-z]")
_FULL_WIDTH: Final = 0xFEE0
_ODD: Final = {
    "\u3000": " ",
    "’": "'",
    "‘": "'",
    "`": "'",
    "´": "'",
    "“": '"',
    "”": '"',
    "「": '"',
    "」": '"',
    "#": " ",
    "。": "。",
    "，": "，",
    "！": "!",
    "？": "?",
    "；": ";",
    "：": ":",
    "（": "(",
    "）": ")",
    "\ufe0f": " ",
}


class _Fold(dict[int, str]):
    """A translation table that fills itself: each character is thought about once."""

    def __missing__(self, point: int) -> str:
        letter = chr(point)
        if 0xFF01 <= point <= 0xFF5E:
            letter = chr(point - _FULL_WIDTH)
        low = letter.lower()
        self[point] = low if len(low) == 1 else letter
        return self[point]


@lru_cache
def _table() -> _Fold:
    table = _Fold({ord(odd): plain for odd, plain in _ODD.items()})
    pairs = (files("allears.understand.text") / "data" / "lexicon" / "traditional.txt").read_text(encoding="utf-8")
    for line in pairs.splitlines():
        if not line.startswith("#"):
            table.update({ord(pair[0]): pair[1] for pair in line.split()})
    return table


def fold(text: str) -> str:
    """The text folded; `len(fold(text)) == len(text)`, position by position."""
    folded = text.translate(_table())
    if _HINT.search(folded):
        folded = _BLANKED.sub(lambda found: " " * len(found[0]), folded)
    return folded


def language_of(text: str) -> Language:
    """Chinese when its characters say at least a third of what the letters say (a character is worth two letters)."""
    han = len(_HAN.findall(text))
    if not han:
        return "en"
    return "zh" if han * 4 >= len(_LATIN.findall(text)) else "en"


def shares(text: str) -> tuple[int, int]:
    """How many Chinese characters and how many Latin letters the text has: both many, and it is mixed."""
    return len(_HAN.findall(text)), len(_LATIN.findall(text))
