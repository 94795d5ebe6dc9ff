"""Tone and empathy of what a company writes to a customer, in Chinese and English, by rules and our own lexicon.

Each aspect is a score from 0 to 1 with the words that earned it, and a code of advice where there is something to do
better. It judges the writing, not the writer, and not whether what it says is true.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Final

from allears.understand.text.corpus import Language
from allears.understand.text.lexicon import sentiment
from allears.understand.text.phrases import phrases
from allears.understand.text.questions import Question, questions

ASPECTS: Final = (
    "warmth",
    "clarity",
    "ownership",
    "apology",
    "promise",
    "answered",
    "name",
    "next_step",
    "personal",  # 1: written for this customer; 0: feels like a template
    "formality",  # 0 casual … 1 formal; a manner, not a merit
)
# What counts how much in the whole; formality counts nothing.
WEIGHTS: Final = {
    "warmth": 2.0,
    "clarity": 1.5,
    "ownership": 2.0,
    "apology": 2.0,
    "promise": 1.0,
    "answered": 2.0,
    "name": 0.5,
    "next_step": 1.0,
    "personal": 1.0,
}
LONG: Final = {"en": 25, "zh": 45}  # words, characters: a sentence beyond is hard to read
_HAN: Final = re.compile("[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Aspect:
    """`score` is None where the aspect does not apply; `advice` is a code of `advising.ADVICE`, or empty."""

    name: str
    score: float | None
    spans: tuple[tuple[int, int], ...] = ()
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Promised:
    """Characters `start:end` promise something; the deadline stands at `deadline`, or none is given."""

    start: int
    end: int
    deadline: tuple[int, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tone:
    """All that is said of one text."""

    language: Language
    score: float  # weighted mean of the aspects that apply
    aspects: tuple[Aspect, ...]
    promises: tuple[Promised, ...]
    questions: tuple[Question, ...]  # of the customer's text

    def of(self, name: str) -> Aspect:
        return next(each for each in self.aspects if each.name == name)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def tone(text: str, *, reply_to: str = "", name: str = "", language: Language | None = None) -> Tone:
    """How `text` sounds to the one who reads it; `reply_to` is what the customer wrote, `name` the customer's."""
    spoken: Language = language or ("zh" if len(_HAN.findall(text)) * 4 > len(text) else "en")
    said = _Said(text.replace("’", "'"), spoken, reply_to, name)
    promises = _promises(said)
    asked = questions(reply_to, answer=text)
    aspects = (
        _warmth(said),
        _clarity(said),
        _ownership(said),
        _apology(said),
        _promise(said, promises),
        _answered(asked),
        _name(said),
        _next_step(said),
        _personal(said),
        _formality(said),
    )
    counted = [(each.score, WEIGHTS[each.name]) for each in aspects if each.score is not None and each.name in WEIGHTS]
    score = sum(value * weight for value, weight in counted) / (sum(weight for _, weight in counted) or 1)
    return Tone(language=spoken, score=round(score, 3), aspects=aspects, promises=promises, questions=asked)


@dataclass(frozen=True, slots=True)
class _Said:
    text: str
    language: Language
    reply_to: str
    name: str

    def spans(self, heading: str) -> list[tuple[int, int]]:
        return [found.span() for found in _pattern(heading, self.language).finditer(self.text)]

    def sentences(self) -> list[tuple[int, int]]:
        return [found.span() for found in _SENTENCE.finditer(self.text) if found[0].strip()]


_SENTENCE: Final = re.compile(r"[^.!?。！？；\n]+(?:[.!?。！？；]+(?=\s|$|[^\d\s])|\n|$)|[^\n]+")


@lru_cache(maxsize=64)
def _pattern(heading: str, language: Language) -> re.Pattern[str]:
    words = [
        re.escape(each).replace(r"\*", r"[a-z]*").replace("…", "[^.!?。！？]{1,30}?")
        for each in sorted(phrases(language)[heading], key=len, reverse=True)
    ]
    joined = "|".join(words)
    return re.compile(joined if language == "zh" else rf"(?<![a-z'])(?:{joined})(?![a-z])", re.IGNORECASE)


def _warmth(said: _Said) -> Aspect:
    warm, cold = said.spans("warm"), said.spans("cold")
    sorry = bool(said.spans("sorry")) and not said.spans("empty")
    score = _clip(0.4 + 0.2 * min(len(warm) + sorry, 3) - 0.25 * len(cold))
    advice = "cold" if cold else "warm" if score < 0.55 else ""
    return Aspect("warmth", score, tuple(cold or warm), advice)


def _clarity(said: _Said) -> Aspect:
    long = [span for span in said.sentences() if _length(said.text[slice(*span)], said.language) > LONG[said.language]]
    jargon, passive = said.spans("jargon"), said.spans("passive")
    size = max(len(said.sentences()), 1)
    score = _clip(1 - 0.35 * len(long) / size - 0.12 * len(jargon) - 0.12 * len(passive))
    advice = "long" if long else "jargon" if jargon else "passive" if passive else ""
    return Aspect("clarity", score, tuple(long or jargon or passive), advice)


def _length(sentence: str, language: Language) -> int:
    return len(_HAN.findall(sentence)) if language == "zh" else len(sentence.split())


def _ownership(said: _Said) -> Aspect:
    own, evade = said.spans("own"), said.spans("evade")
    score = _clip((len(own) + 0.5) / (len(own) + len(evade) + 1))
    advice = "own" if score < 0.55 else ""
    return Aspect("ownership", score, tuple(evade if advice else own), advice)


def _apology(said: _Said) -> Aspect:
    """None when nobody asks for one: the customer did not complain, and nothing is regretted."""
    empty = said.spans("empty")
    real = [span for span in said.spans("sorry") if not _near_empty(said, span, empty)]
    if real:
        what = _clip(0.7 + 0.15 * len(said.spans("own")[:2]))
        return Aspect("apology", what, tuple(real), "")
    if empty:
        return Aspect("apology", 0.2, tuple(empty), "empty_apology")
    return Aspect("apology", 0.0, (), "apologise") if _complains(said.reply_to) else Aspect("apology", None)


def _near_empty(said: _Said, span: tuple[int, int], empty: list[tuple[int, int]]) -> bool:
    """Whether the words of regret stand in a clause that takes them back: sorry if, 如有不便深表歉意."""
    return any(
        not re.search("[.!?。！？\n]", said.text[min(span[1], other[1]) : max(span[0], other[0])]) for other in empty
    )


def _complains(text: str) -> bool:
    """By our lexicon: more of blame than of praise."""
    if not text.strip():
        return False
    language: Language = "zh" if len(_HAN.findall(text)) * 4 > len(text) else "en"
    known, low, total, at = sentiment(language), text.lower(), 0, 0
    while at < len(low):
        size = next((size for size in range(min(18, len(low) - at), 0, -1) if _is_word(low, at, size, known)), 0)
        if size and (feeling := known[low[at : at + size]]).industry is None:
            total += feeling.strength
        at += size or 1
    return total < 0


def _is_word(low: str, at: int, size: int, known: Any) -> bool:
    if low[at : at + size] not in known:
        return False
    if not low[at].isascii():
        return True
    before, after = low[at - 1 : at], low[at + size : at + size + 1]
    return not (before.isalpha() and before.isascii()) and not (after.isalpha() and after.isascii())


_WILL: Final = {
    "en": re.compile(
        r"(?<![A-Za-z])(?:I|we|you|he|she|they|our \w+|my \w+|a \w+|the \w+)(?:'ll| will| am going to|"
        r" are going to|'m going to|'re going to)"
        r"(?! (?:find|see|need|have to))[^.!?;\n]{3,160}",
        re.IGNORECASE,
    ),
    "zh": re.compile(
        r"(?:我们?|同事|师傅|技术员|财务|仓库|专员|您|客服)?[^，。！？；\n]{0,12}?(?:会|将|一定|保证|"
        r"承诺|争取|马上|这就)(?!议|员|计)[^。！？；\n]{2,80}"
    ),
}
_DEADLINE: Final = {
    "en": re.compile(
        r"(?:by|before|until|on|within|in|no later than|at)\s+(?:the end of (?:today|the day|the week|"
        r"this week|next week|the month)|"
        r"(?:the next |next |this |about |at most )?(?:\d+|one|two|three|four|five|six|seven|ten|twenty-four|"
        r"forty-eight|a|an)(?:\s*(?:-|to)\s*\d+)?\s*(?:working |business )?"
        r"(?:minutes?|hours?|days?|weeks?|months?)|\d{1,2}(?::\d\d)?\s*(?:am|pm|a\.m\.|p\.m\.|o'clock)"
        r"|noon|midnight|tonight|"
        r"(?:next |this )?(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:next |this )?(?:week|month|weekend)"
        r"|tomorrow(?: \w+)?|"
        r"(?:january|february|march|april|may|june|july|august|september|october|november|december)\s+\d{1,2}"
        r"|\d{1,2}\s+(?:january|february|march|april|may|june|july|august|september|october|november|december)"
        r")"
        r"|(?<![a-z])(?:today|tonight|tomorrow(?: (?:morning|afternoon|evening))?|this (?:morning|afternoon|"
        r"evening))(?![a-z])",
        re.IGNORECASE,
    ),
    "zh": re.compile(
        r"(?:今天|今晚|今日|明天|明日|明早|后天|本周|这周|下周|周|星期)(?:[一二三四五六日天末]"
        r")?(?:上午|中午|下午|晚上|早上)?(?:\d{1,2}[点时](?:\d{1,2}分?|半)?)?(?:之前|以前|前|内|之内)?|"
        r"(?:\d+|[一二两三四五六七八九十]+|半)(?:[-~至到]\d+)?\s*(?:个)?(?:工作日|小时|分钟|天|日|周|"
        r"星期|个月|月)(?:之内|以内|内|后|之后)|"
        r"\d{1,2}月\d{1,2}[日号](?:之前|前)?|\d{1,2}[日号](?:之前|前)|(?:上午|下午|晚上)?\d{1,2}[点时]"
        r"(?:半|\d{1,2}分)?(?:之前|前)|月底前?|周末前|下班前|年底前"
    ),
}


_DUE: Final = {  # without “will”: it arrives by Thursday; 周四前送到
    "en": re.compile(
        r"(?<![A-Za-z])(?:arrives?|leaves|ships|goes out|comes|(?:is|are) on (?:its|their|the) way|will be)"
        r"(?![A-Za-z])[^.!?;\n]{0,60}",
        re.IGNORECASE,
    ),
    "zh": re.compile(
        r"[^，。！？；\n]{2,30}?(?:给您|为您|帮您|送到|送达|发出|寄出|到账|到您|退回|完成|修好|办好|回复|联系)[^，。！？；\n]{0,20}"
    ),
}
_DONE: Final = re.compile("已|刚|了(?!解)|过(?!来)")


def _promises(said: _Said) -> tuple[Promised, ...]:
    said_so = _WILL[said.language].finditer(said.text)
    found = [Promised(each.start(), each.end(), _deadline(said, *each.span())) for each in said_so]
    for each in _DUE[said.language].finditer(said.text):
        deadline = _DEADLINE[said.language].search(said.text, *each.span())
        apart = all(each.end() <= one.start or one.end <= each.start() for one in found)
        if deadline and apart and not (said.language == "zh" and _DONE.search(each[0])):
            found.append(Promised(each.start(), each.end(), deadline.span()))
    return tuple(sorted(found, key=lambda one: one.start))


def _deadline(said: _Said, start: int, end: int) -> tuple[int, int] | None:
    """In the promise, or before it in the same sentence: 今天下午5点前，我会…; By Friday you'll have…"""
    within = _DEADLINE[said.language].search(said.text, start, end)
    if within:
        return within.span()
    before = max(said.text.rfind(mark, 0, start) for mark in ("\n", "。", ". ", "!", "?", "！", "？"))
    found = _DEADLINE[said.language].search(said.text, max(before, start - 24) + 1, start)
    return found.span() if found else None


def _promise(said: _Said, promises: tuple[Promised, ...]) -> Aspect:
    if not promises:
        return Aspect("promise", None)
    dated = [each for each in promises if each.deadline]
    spans = tuple(each.deadline or (each.start, each.end) for each in promises)
    if dated:
        return Aspect("promise", 1.0, spans, "")
    vague = said.spans("vague")
    return Aspect("promise", 0.3 if vague else 0.5, tuple(vague) or spans, "deadline")


def _answered(asked: tuple[Question, ...]) -> Aspect:
    if not asked:
        return Aspect("answered", None)
    share = sum(each.answered for each in asked) / len(asked)
    return Aspect("answered", round(share, 3), (), "" if share == 1 else "answer")


_GREETED: Final = {
    "en": re.compile(
        r"^\s*(?:dear|hi|hello|hey|good (?:morning|afternoon|evening)),? (?!sir|madam|customer|guest|"
        r"team|there|all|valued|user|client)"
        r"(?:mr\.?|mrs\.?|ms\.?|dr\.?)? ?[A-Za-z\[][\w' \]-]{1,30}[,!:\n]",
        re.IGNORECASE,
    ),
    "zh": re.compile(
        r"^\s*(?:尊敬的|亲爱的)?(?!客户|用户|顾客|会员|业主|旅客|女士|先生|各位)[\u4e00-\u9fff\[\]A-Za-z]{1,8}?"
        r"(?:先生|女士|小姐|老师|阿姨|叔叔|总|医生)[，,：:！!您\s]"
    ),
}


def _name(said: _Said) -> Aspect:
    parts = {said.name, *said.name.split()} if said.name else set()
    for part in sorted((part for part in parts if len(part) > 1), key=len, reverse=True):
        at = said.text.lower().find(part.lower())
        if at >= 0:
            return Aspect("name", 1.0, ((at, at + len(part)),))
    if (
        said.name
        and _HAN.match(said.name)
        and (found := re.search(said.name[0] + "(?:先生|女士|小姐|老师|总)", said.text))
    ):
        return Aspect("name", 1.0, (found.span(),))
    if found := _GREETED[said.language].search(said.text):
        return Aspect("name", 0.5 if said.name else 1.0, (found.span(),), "name" if said.name else "")
    return Aspect("name", 0.0, (), "name") if said.name else Aspect("name", None)


def _next_step(said: _Said) -> Aspect:
    spans = said.spans("next")
    return Aspect("next_step", 1.0 if spans else 0.0, tuple(spans), "" if spans else "next_step")


def _personal(said: _Said) -> Aspect:
    """Falls with stock phrases, rises with the customer's own words and figures taken up."""
    stock = said.spans("stock")
    score = _clip(0.8 - 0.2 * len(stock) + min(0.4, 0.1 * len(taken_up(said.reply_to, said.text))))
    return Aspect("personal", score, tuple(stock), "template" if stock and score < 0.6 else "")


_OWN_WORDS: Final = re.compile(r"[A-Za-z]{5,}|[0-9]{3,}|[\u4e00-\u9fff]{2}")


def taken_up(asked: str, answer: str) -> set[str]:
    """Words of some weight that stand in both."""
    low = answer.lower()
    return {word for word in _OWN_WORDS.findall(asked.lower()) if word in low and word not in _common()}


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    return frozenset((*phrases("en")["common"], *phrases("zh")["common"]))


def _formality(said: _Said) -> Aspect:
    formal, casual = said.spans("formal"), said.spans("casual")
    lively = len(re.findall(r"[!！]{2,}|[~～]|[\U0001f300-\U0001faff]|n't|'ll|'re|'m ", said.text))
    score = _clip(0.5 + 0.12 * len(formal) - 0.15 * len(casual) - 0.05 * lively)
    mixed = said.language == "zh" and "您" in said.text and re.search("(?<!迷)你(?!们)", said.text) is not None
    return Aspect("formality", score, tuple(casual or formal), "address" if mixed else "")


def _clip(value: float) -> float:
    return round(min(1.0, max(0.0, value)), 3)
