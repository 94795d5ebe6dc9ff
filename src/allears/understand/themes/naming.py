"""Names for themes in both languages: what is said in one far more than in the others."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
ELSEWHERE: Final[dict[Language, str]] = {"en": "In Chinese only", "zh": "仅有英文"}
COLON: Final[dict[Language, str]] = {"en": ": ", "zh": "："}
TOPICS: Final[Mapping[str, tuple[str, str]]] = {
    "quality": ("Quality", "品质"),
    "function": ("Function", "功能"),
    "design": ("Design", "外观设计"),
    "comfort": ("Comfort", "舒适"),
    "price": ("Price", "价格"),
    "fees": ("Bills and fees", "账单费用"),
    "promotion": ("Offers and points", "优惠活动"),
    "delivery": ("Delivery", "配送物流"),
    "packaging": ("Packaging", "包装"),
    "choice": ("Choice and stock", "选择与库存"),
    "ordering": ("Ordering", "预订下单"),
    "payment": ("Payment", "支付"),
    "refund": ("Returns and refunds", "退换赔付"),
    "repair": ("Installation and repair", "安装维修"),
    "waiting": ("Waiting", "等候"),
    "attitude": ("Attitude", "服务态度"),
    "skill": ("Competence", "专业能力"),
    "support": ("Support", "客服渠道"),
    "information": ("Information", "信息告知"),
    "app": ("App and site", "应用网站"),
    "reliability": ("Reliability", "稳定准时"),
    "place": ("Place", "环境地点"),
    "safety": ("Safety", "安全健康"),
    "privacy": ("Privacy", "隐私骚扰"),
    "policy": ("Rules", "规则条款"),
    "brand": ("Brand", "品牌整体"),
}
"""As the console calls them, in English and Chinese."""
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
        parted = [*parts, *telling[language]]
        if not parted and topic:  # the words that tell it are of the other language, and mean nothing to the reader
            parted = [TOPICS[topic][LANGUAGES.index(language)], *_commonest(pile, language)]
        parted = parted or _commonest(pile, language) or [_elsewhere(pile, telling, language)]
        names[language] = _unique(language, parted, len(parts), taken)
    kept = {language: telling[language][:KEPT_TERMS] for language in LANGUAGES}
    return Named(en=names["en"], zh=names["zh"], topic=topic, terms={str(key): value for key, value in kept.items()})


def _elsewhere(pile: Pile, telling: Mapping[Language, Sequence[str]], language: Language) -> str:
    """That the theme has no word of this language, and the two that tell it most in the other: better than a number."""
    for other in LANGUAGES:
        words = (telling[other] or _commonest(pile, other))[:2]
        if other != language and words:
            return ELSEWHERE[language] + COLON[language] + BETWEEN[other].join(words)
    return ELSEWHERE[language]


def _commonest(pile: Pile, language: Language) -> list[str]:
    """What is said most, for a pile that nothing tells from the others in this language: the only one, one of all
    sorts, or one whose own words are of the other language."""
    known = concepts()
    often = [
        known.listed[number]
        for number, times in pile.concepts.most_common()
        if number < len(known.listed) and times >= LEAST_COVER * pile.voices
    ][:4]
    parts = [concept.en if language == "en" else concept.zh for concept in often]
    said = [term for term, times in pile.said[language].most_common(KEPT_TERMS) if times >= LEAST_SAID]
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
