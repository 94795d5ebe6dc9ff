"""A text as the finders read it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

# Characters of addresses, titles and announcements as they are written in Hong Kong and Taiwan, and here.
_OLD: Final = (
    "區縣號樓鄉鎮園廣廈莊灣單棟戶層東電話碼訂帳聯絡師護醫經領隊總郵編證機運遞貨寶實應該門館員務顧問導購駕駛"
    "執車學會職稱謝讓請給這個從對說沒態見"
)
_NEW: Final = (
    "区县号楼乡镇园广厦庄湾单栋户层东电话码订账联络师护医经领队总邮编证机运递货宝实应该门馆员务顾问导购驾驶"
    "执车学会职称谢让请给这个从对说没态见"
)
_FLAT: Final = (
    {0xFF01 + step: 0x21 + step for step in range(94)}
    | {0x3000: 0x20, 0xA0: 0x20, 0x202F: 0x20, 0x2009: 0x20, 0x2010: 0x2D, 0x2011: 0x2D, 0x2012: 0x2D, 0x2013: 0x2D}
    | {0x2212: 0x2D, 0x200B: 0x20}
    | {ord(old): ord(new) for old, new in zip(_OLD, _NEW, strict=True)}
)
_WIDE: Final = re.compile(
    f"[\uff03\uff08\uff09\uff0b\uff0d-\uff1a\uff1d\uff20-\uff5e\u00a0\u2009-\u2013\u200b\u202f\u2212\u3000{_OLD}]"
)
_HAN: Final = re.compile("[\u4e00-\u9fff]")
_FIGURE: Final = re.compile("[0-9]")
_FIGURES: Final = re.compile("[0-9](?:[ .()-]{0,2}[0-9]){2}")


@dataclass(frozen=True, slots=True)
class Found:
    """Characters `start:end` of the text are personal data of `kind`."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class Page:
    """`flat` is the text with full-width letters, figures and signs made plain; every character keeps its place."""

    raw: str

    @cached_property
    def flat(self) -> str:
        if self.raw.isascii() or not _WIDE.search(self.raw):
            return self.raw
        return self.raw.translate(_FLAT)

    @cached_property
    def lower(self) -> str:
        low = self.flat.lower()
        return low if len(low) == len(self.flat) else self.flat

    @cached_property
    def has_han(self) -> bool:
        return not self.raw.isascii() and _HAN.search(self.raw) is not None

    @cached_property
    def has_figures(self) -> bool:
        """Three figures near each other: fewer say nothing of anybody."""
        return self.has_figure and _FIGURES.search(self.flat) is not None

    @cached_property
    def has_figure(self) -> bool:
        return _FIGURE.search(self.flat) is not None

    def before(self, start: int, length: int = 18) -> str:
        """What stands before, in lower case, back to the last end of a sentence."""
        words = self.flat[max(0, start - length) : start].lower()
        return re.split("[。!?;\n]", words)[-1]

    def after(self, end: int, length: int = 6) -> str:
        return self.flat[end : end + length].lower()
