"""Answers in words: "Very satisfied", 不太满意, 好评, 👍, "5 – Strongly agree", true."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from allears.understand.text.columns import polarity_of

LONGEST: Final = 80  # characters; longer cells are comments, no answers


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_GOOD: Final = _words("""
    satisfied satisfying good great excellent outstanding superb fantastic amazing wonderful perfect awesome
    happy pleased delighted agree likely positive pos easy helpful like liked love loved recommend
    recommended promoter promoters favorable favourable yes true thumbs_up up 👍 😀 😊 🙂 😃 😄 满意 好 好评
    优 优秀 优质 良 良好 棒 赞 赞同 同意 愿意 喜欢 推荐 力荐 正面 正向 积极 正 高兴 开心 容易 推荐者 是
    有帮助 👏
""")
_BAD: Final = _words("""
    dissatisfied unsatisfied unsatisfying bad poor terrible awful horrible worst unacceptable unhappy
    displeased disappointed disagree unlikely negative neg difficult hard unhelpful dislike disliked hate
    hated detractor detractors unfavorable unfavourable no false thumbs_down down angry 👎 😡 😠 🙁 ☹ 😞
    失望 差 差评 坏 糟 糟糕 糟透 踩 反对 讨厌 负面 负向 消极 负 生气 困难 贬损者 否 垃圾
""")
_NEUTRAL: Final = _words("""
    neutral neu neither average ok okay so_so fair mixed undecided unsure not_sure no_opinion passive
    passives indifferent moderate acceptable adequate 😐 一般 一般般 中 中等 中性 中立 中评 普通 还行 还可以
    说不清 说不准 不好说 不确定 无所谓 尚可 凑合 中立者 被动者 马马虎虎 过得去
""")
_DEGREES: Final = re.compile(
    r"^(?:(?:very|extremely|completely|totally|highly|quite|somewhat|mostly|fairly|slightly|rather|strongly|moderately|"
    r"generally|really|absolutely|a_little|a_bit|pretty|partly|tend_to|i)_"
    r"|非常地?|很|十分|极其|极度|极|比较|较为?|特别|太|完全|相当|基本上?|总体上?|还算|有点儿?|略|强烈|超级?|最)"
)
_NOT: Final = re.compile(
    r"^(?:not_at_all_|not_so_|not_very_|not_|would_not_|don_t_|do_not_|不太|不怎么|不是很|不够|不|没)"
)
_NUMBERED: Final = re.compile(
    r"^\s*[-+−]?\d+(?:\.\d+)?\s*分?\s*(?:[-–—:：.、,，=]\s*|[(（]\s*|\s+)(\S.*?)\s*[)）]?\s*$"
)
_NUMBER_AFTER: Final = re.compile(r"^\s*(\S.*?)\s*[-–—:：(（]\s*\d+(?:\.\d+)?\s*分?\s*[)）]?\s*$")


def feeling_in_words(cell: str) -> int | None:
    """−1, 0 or 1 where the cell is an answer in words; None where it is a number or says something else."""
    if len(cell) > LONGEST or not any(char.isalpha() or unicodedata.category(char) == "So" for char in cell):
        return None
    for text in (cell, *(found[1] for shape in (_NUMBERED, _NUMBER_AFTER) if (found := shape.match(cell)))):
        known = polarity_of(text)
        found_here = known if known is not None else _said(_plain(text))
        if found_here is not None:
            return found_here
    return None


def _plain(text: str) -> str:
    low = unicodedata.normalize("NFKC", text).casefold().replace("\ufe0f", "").strip(" \t.!。！")
    return re.sub(r"[\s'’\-_]+", "_", low)


def _said(word: str) -> int | None:
    if word in _NEUTRAL or word.startswith(("neither_", "既不")):
        return 0
    if word in _GOOD:
        return 1
    if word in _BAD:
        return -1
    if found := _NOT.match(word):
        inner = _said(word[found.end() :])
        return -1 if inner == 1 else 0 if inner == -1 else None
    if found := _DEGREES.match(word):
        return _said(word[found.end() :])
    return None
