"""Cuts a text where its thought turns: at punctuation, and before "but", 但是, "overall", 总的来说.

A clause is the unit that has one feeling and speaks of one thing more often than not.
"""

from __future__ import annotations

import re
from typing import Final

from allears.understand.text.corpus import Language

TURN: Final = 1  # opens with "but": what follows weighs more than what went before
VERDICT: Final = 2  # sums up: "overall", 总之
CONCEDE: Final = 4  # "although", 虽然: what follows weighs less
ASK: Final = 8  # ends with a question mark, or asks
EXCLAIM: Final = 16
CONDITION: Final = 32  # "if", 如果: nothing that happened
WISH: Final = 64  # "please", "hope", 希望, 建议
FLAGS: Final = 7

Piece = tuple[int, int, int]  # start, end, flags

_TURN_ZH: Final = (
    r"(?<![不非])但(?!愿|凡)是?|(?<![只])不过(?!如此|关|分|来|去|瘾|期|敏|时|是一)|可是|然而|唯一的?(?:不足|缺点|遗憾|不好|问题)"
    r"|美中不足|就是(?=有点|有些|太|不|价|贵|稍|略|味|房|位|离|没|噪|隔|速|发热|声|散热|重)|只是|除了|遗憾的是|可惜|缺点|不足"
    r"|倒是|反而|却(?!认)"
)
_VERDICT_ZH: Final = (
    r"总的来说|总体来说|总体上|总体|总的说来|总而言之|总之|整体来说|整体上|整体|综合来看|综合评价|综上|一句话|反正|结论"
    r"|最终|下次|以后|再也|强烈|推荐|建议大家|不建议|值得|不值|性价比|给个?[一二三四五]星|[一二三四五]星|打分|满意"
)
_CONCEDE_ZH: Final = r"虽然|虽说|虽|尽管|即使|即便|就算|哪怕"
_TURN_EN: Final = (
    r"but\b|however\b|except\b|only (?:problem|downside|issue|complaint|thing)\b|yet\b(?= (?:the|it|they|i|no|still)\b)"
    r"|although\b|though\b|unfortunately\b|sadly\b|that said\b|whereas\b|while (?=the|it)\b"
)
_VERDICT_EN: Final = (
    r"overall\b|in short\b|all in all\b|in summary\b|bottom line\b|to sum up\b|in conclusion\b|verdict\b"
    r"|would(?:n't| not)? (?:recommend|buy|use|go|stay)"
    r"|never again\b|will (?:be back|not be back|never|definitely|return)"
    r"|won't be back\b|i recommend\b|highly recommend|avoid\b|conclusion\b"
)
_CONCEDE_EN: Final = r"(?:al)?though\b|even though\b|despite\b|while\b|granted\b"
_OPENING: Final[dict[Language, re.Pattern[str]]] = {
    "zh": re.compile(rf"(?P<turn>{_TURN_ZH})|(?P<verdict>{_VERDICT_ZH})|(?P<concede>{_CONCEDE_ZH})"),
    "en": re.compile(rf"(?P<concede>{_CONCEDE_EN})|(?P<turn>{_TURN_EN})|(?P<verdict>{_VERDICT_EN})"),
}
_CUT: Final[dict[Language, re.Pattern[str]]] = {
    "zh": re.compile(
        r"[，。!?;,、\n\r~…：:（）()]+|\.(?!\d)|\s+|"
        r"(?=(?<![不非])但(?!愿|凡)|(?<!只)不过(?!如此|关|分|来|去|瘾|期|敏|时|是一)|可是|然而|美中不足|就是有点|就是太|总的来说|总体来说)"
    ),
    "en": re.compile(
        r"[!?;,\n\r()…~]+|\.(?!\d)\.*|:(?!\d)|\s[-–—]+\s|—|"
        r"(?<=\s)(?=(?:but|however|except|although|though|overall|because|unfortunately|yet the|yet it|whereas)\b)"
    ),
}
_ASKS: Final[dict[Language, re.Pattern[str]]] = {
    "zh": re.compile(
        r"请问|想问|问下|问一下|咨询|能否|可否|是否|是不是|有没有|可不可以|能不能"
        r"|怎么(?:才能|办理|弄|操作|用|查|开|改|取消|退)|如何|哪里可以|在哪|多少钱|几点|多久|吗$|呢$"
    ),
    "en": re.compile(
        r"^\W*(?:(?:hi|hello|hey|so|and|ok|also|just wondering|quick question)\W+)?"
        r"(?:can|could|do|does|did|is|are|was|will|would|may|any|how|what|when|where|which|who|should|has|have)\b"
    ),
}
_IF: Final[dict[Language, re.Pattern[str]]] = {
    "zh": re.compile(r"如果|要是|假如|倘若|若是|万一|的话$"),
    "en": re.compile(r"\b(?:if|unless|in case|would have|could have|should have)\b"),
}
_WISH: Final[dict[Language, re.Pattern[str]]] = {
    "zh": re.compile(r"希望|建议|请|麻烦|能不能|可以的话|最好能|望|盼"),
    "en": re.compile(
        r"\b(?:please|pls|plz|hope|wish|would like|would love|would be nice|suggest|need to|you should|should)\b"
    ),
}
_HINTS: Final[dict[Language, dict[int, re.Pattern[str]]]] = {
    "zh": {
        ASK: re.compile(r"[吗呢问询何几多能可是有怎哪]"),
        CONDITION: re.compile(r"[如要假倘若万的]"),
        WISH: re.compile(r"[希建请麻能可最望盼]"),
    },
    "en": {
        ASK: re.compile(r"[a-z]"),
        CONDITION: re.compile(r"if|unless|in case|have"),
        WISH: re.compile(r"p[l]|hope|wish|would|suggest|need|should"),
    },
}
_WORD: Final = re.compile(r"\w|[^\x00-\x7f]")


def split(folded: str, language: Language) -> list[Piece]:
    """The clauses of a folded text, in order, without overlap; an empty text has none."""
    pieces: list[Piece] = []
    looked = _looked(folded, language)
    start = 0
    for found in _CUT[language].finditer(folded):
        if found.start() > start:
            _take(pieces, folded, start, found.start(), found[0], looked)
        start = found.end() if found[0] else found.start()
    if start < len(folded):
        _take(pieces, folded, start, len(folded), "", looked)
    return pieces


Looked = tuple[tuple[int, re.Pattern[str]], ...]


def _looked(folded: str, language: Language) -> Looked:
    """The patterns worth trying on each clause: those that the text as a whole does not rule out."""
    tried = ((ASK, _ASKS[language]), (CONDITION, _IF[language]), (WISH, _WISH[language]))
    hints = _HINTS[language]
    return ((0, _OPENING[language]), *(each for each in tried if hints[each[0]].search(folded)))


def _take(pieces: list[Piece], folded: str, start: int, end: int, mark: str, looked: Looked) -> None:
    """Adds the clause, trimmed, unless no word is in it; then its mark belongs to the clause before."""
    words = folded[start:end]
    body = words.strip(" \t\"'-*")
    if not body or not _WORD.search(body):
        if pieces and mark:
            before = pieces[-1]
            pieces[-1] = (before[0], before[1], before[2] | _marks(mark))
        return
    start += words.index(body)
    pieces.append((start, start + len(body), _flags(body, looked) | _marks(mark)))


def _marks(mark: str) -> int:
    return (ASK if "?" in mark else 0) | (EXCLAIM if "!" in mark else 0)


def _flags(body: str, looked: Looked) -> int:
    flags = 0
    opening = looked[0][1].match(body)
    if opening:
        flags = TURN if opening["turn"] else VERDICT if opening["verdict"] else CONCEDE
    for flag, pattern in looked[1:]:
        if pattern.search(body):
            flags |= flag
    return flags
