"""Lists that tell a name from an ordinary word; all of our own making (`data/masking`), meant to grow."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

TITLES: Final = (
    "先生|女士|小姐|太太|夫人|阿姨|叔叔|大叔|大哥|大姐|大爷|大妈|大娘|奶奶|爷爷|师傅|老师|"
    "教授|医生|大夫|护士(?!站)|主任(?!医师)|经理(?!级|人(?!很|真|也|不|特|挺|非|超|好)|部|室)|总监|"
    "店长|主管|组长|队长|班长|校长|院长|科长|处长|局长|"
    "部长|镇长|所长|站长|老板|老板娘|总经理|总裁|董事长|工程师|律师(?!函)|会计(?!师)|教练|顾问|专员|客服|"
    "柜员|警官|司机|同志|同学|管家|导游|导购|设计师|美容师|技师|小哥|姑娘|姐姐|哥哥|先森|師傅|"
    "老師|醫生|護士|經理|女仕"
)
# One character, and not the beginning of another word.
SHORT_TITLES: Final = (
    "总(?!是|共|部|算|之|体|价|额|数|结|裁|会|和|监|要|得|觉|说)|"
    "工(?!作|程|人|厂|资|业|具|艺|商|夫|地|会|单|号)|哥(?!们|斯|特)|姐(?!妹)|"
    "导(?!航|致|购|演|游|入|出|师)|董(?!事)|姨|叔|婶|嫂|爷(?!爷)|队(?!伍|列|友)|"
    "医(?!院|保|药|生|疗)"
)


def _lines(name: str) -> list[str]:
    file = files("allears.understand.text") / "data" / "masking" / f"{name}.txt"
    return [line for line in file.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]


def _words(name: str) -> frozenset[str]:
    return frozenset(word for line in _lines(name) for word in line.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Chinese:
    """What Chinese names are made of."""

    surnames: frozenset[str]
    compound: frozenset[str]  # surnames of two characters
    loose: frozenset[str]  # surnames that are ordinary words too often to be believed without a cue
    familiar: frozenset[str]  # surnames that follow 小 or 老
    given: frozenset[str]
    never_given: frozenset[str]
    usual: frozenset[str]  # of `given`: often something else
    less_usual: frozenset[str]  # now and then something else; the rest seldom
    side_by_side: frozenset[str]  # pairs that ordinary words have too
    not_names: frozenset[str]
    not_familiar: frozenset[str]
    bound: frozenset[str]  # two characters, the second a surname that here ends another word


@dataclass(frozen=True, slots=True, kw_only=True)
class Latin:
    """Names in Latin letters, all in lower case."""

    given: frozenset[str]  # hardly ever anything else
    any_given: frozenset[str]  # and those that are ordinary words as well: believed before a surname or after a cue
    surnames: frozenset[str]
    families: frozenset[str]  # Chinese ones in pinyin
    ordinary: frozenset[str]
    brands: re.Pattern[str]


@lru_cache(maxsize=1)
def chinese() -> Chinese:
    surnames, compound, loose, familiar = _lines("surnames.zh")
    given, never = _lines("given.zh")
    usual, less_usual = _lines("usual_given.zh")
    return Chinese(
        surnames=frozenset(surnames),
        compound=frozenset(compound.split()),
        loose=frozenset(loose),
        familiar=frozenset(familiar),
        given=frozenset(given),
        never_given=frozenset(never),
        usual=frozenset(usual),
        less_usual=frozenset(less_usual),
        side_by_side=frozenset(line[0] + each for line in _lines("side_by_side.zh") for each in line[1:]),
        not_names=_words("not_names.zh"),
        not_familiar=_words("not_familiar.zh"),
        bound=_words("bound.zh"),
    )


@lru_cache(maxsize=1)
def latin() -> Latin:
    ordinary = _words("ordinary.en")
    doubtful = _words("given_or_word")
    brands = "|".join(re.escape(each) for each in sorted(_lines("brands.en"), key=len, reverse=True))
    return Latin(
        given=_words("given") - doubtful - ordinary,
        any_given=(_words("given") | doubtful) - ordinary,
        surnames=_words("surnames"),
        families=_words("families"),
        ordinary=ordinary,
        brands=re.compile(rf"(?<![A-Za-z])(?:{brands})(?:['’]s)?"),
    )
