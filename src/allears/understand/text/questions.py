"""Which questions a customer asked, and which of them an answer speaks of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from allears.understand.text.corpus import Language
from allears.understand.text.lexicon import words
from allears.understand.text.phrases import phrases

_HAN: Final = re.compile("[\u4e00-\u9fff]")
_PAIR: Final = re.compile("[\u4e00-\u9fff]{2}")
_SENTENCE: Final = re.compile(r"[^.!?。！？；\n]+[.!?。！？；]*")
_ASKS: Final = {
    "en": re.compile(
        r"\?\s*$|^\s*(?:and |so |but |also,? )?(?:when|where|why|how|what|which|who|can|could|will|would|"
        r"is|are|do|does|did|may|should)\s+(?:i|you|we|it|they|the|my|there|this|that|long|much|many|soon|"
        r"do|does|is|are|can|will|about)(?![a-z])|"
        r"(?:please (?:tell|explain|confirm|let me know)|i(?:'d| would) like to know|i want to know|wondering (?"
        r":if|whether|when|why|how))",
        re.IGNORECASE,
    ),
    "zh": re.compile(
        r"[?？]\s*$|吗\s*$|呢\s*$|么\s*$|怎么(?!样都)|为什么|为啥|什么时候|啥时候|几时|何时|多久|几天|"
        r"哪里|哪儿|在哪|多少|几个|能不能|可不可以|是不是|有没有|会不会|行不行|该不该|如何|请问|想问|想知道|"
        r"求解"
    ),
}
# What an answer to this kind of question has to hold.
_KINDS: Final = (
    ("when", r"\bwhen\b|how long|how soon|what time|什么时候|啥时候|几时|何时|多久|几天|几点"),
    ("how_much", r"how much|how many|what.{0,12}(?:cost|price|fee)|多少|几个|几块"),
    ("where", r"\bwhere\b|哪里|哪儿|在哪"),
    ("why", r"\bwhy\b|how come|为什么|为啥|怎么会|怎么还"),
)
_TIMES: Final = (
    r"\d+\s*(?:minutes?|hours?|days?|weeks?|months?|am|pm)|\d{1,2}:\d\d|today|tonight|tomorrow|(?:mon|"
    r"tues|wednes|thurs|fri|satur|sun)day|"
    r"next week|january|february|march|april|\bmay \d|june|july|august|september|october|november|december|"
    r"[0-9一二两三四五六七八九十半]+\s*(?:个)?(?:工作日|小时|分钟|天|周|星期|个?月|点|号|日)|今天|"
    r"今晚|明天|后天|本周|下周|周[一二三四五六日末]|月底"
)
_HOLDS: Final = {
    "when": re.compile(_TIMES, re.IGNORECASE),
    "how_much": re.compile(r"\d|free of charge|no charge|nothing|免费|不收|全额|一半"),
    "where": re.compile(
        r"\b(?:at|in|on|under|near|next to|from|behind)\s+\w|路|街|店|楼|号|页面|里|仓库|柜台|门口|app|"
        r"网站|website",
        re.IGNORECASE,
    ),
    "why": re.compile(
        r"because|reason|due to|caused|since|turns out|mistake|error|wrong|forgot|missed|因为|由于|原因|"
        r"原来|导致|是我们|失误|忘|漏|错",
        re.IGNORECASE,
    ),
}
_STOP_ZH: Final = re.compile(
    "什么时候|啥时候|为什么|为啥|怎么|什么|多久|多少|哪里|能不能|可不可以|是不是|有没有|会不会|请问|"
    "想问|你们|我们|我的|你的|这个|那个|可以|现在|到底|究竟|还是|还没|没有|一下|一个|[吗呢吧啊呀的了我你您他她"
    "它是在有和就都也还能要会给到]"
)


@dataclass(frozen=True, slots=True)
class Question:
    """Characters `start:end` of the customer's text ask something of a kind; whether the answer speaks of it."""

    start: int
    end: int
    kind: str  # when, how_much, where, why or other
    answered: bool


def questions(text: str, *, answer: str) -> tuple[Question, ...]:
    """The questions of `text`. Answered: the words or the topic are taken up, and what is asked for is there."""
    language: Language = "zh" if len(_HAN.findall(text)) * 4 > len(text) else "en"
    found = [each for each in _SENTENCE.finditer(text) if each[0].strip() and _ASKS[language].search(each[0])]
    return tuple(
        Question(
            each.start(), each.end(), (kind := _kind(each[0])), _speaks(each[0], kind, answer, language, len(found))
        )
        for each in found
    )


def _kind(question: str) -> str:
    return next((kind for kind, pattern in _KINDS if re.search(pattern, question, re.IGNORECASE)), "other")


def _speaks(question: str, kind: str, answer: str, language: Language, asked: int) -> bool:
    holds = kind not in _HOLDS or _HOLDS[kind].search(answer) is not None
    if not holds:
        return False
    if kind in _HOLDS and (asked == 1 or not _content(question)):
        return True  # it names nothing that could be taken up, and what it asks for is there
    other = bool(_HAN.search(answer)) != (language == "zh")
    return bool(_topics(question) & _topics(answer)) or (not other and bool(_content(question) & _content(answer)))


def _content(text: str) -> set[str]:
    stop = frozenset(phrases("en")["stop"])
    stems = {
        re.sub(r"(?:ing|ed|es|s|ly|er)$", "", word)[:7]
        for word in re.findall(r"[a-z]{3,}", text.lower())
        if word not in stop
    }
    chinese = _STOP_ZH.sub("|", text)
    pairs = {chinese[at : at + 2] for at in range(len(chinese) - 1)}
    return stems | {pair for pair in pairs if _PAIR.fullmatch(pair)}


def _topics(text: str) -> set[str]:
    low = text.lower()
    found = set()
    for language in ("en", "zh"):
        for topic, listed in words("topics", language).items():
            if any(_stands(word, low) for word in listed):
                found.add(topic)
    return found


def _stands(word: str, low: str) -> bool:
    at = low.find(word)
    if at < 0 or not word.isascii():
        return at >= 0
    return re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", low) is not None
