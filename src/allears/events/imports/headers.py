"""Whether the first row names the columns, and names made good: none empty, none twice."""

import re
import unicodedata
from collections.abc import Sequence

from allears.kit import lax

NUMBER = re.compile(r"^\s*[-+]?[\d,]*\.?\d+\s*%?\s*$")
DATE = re.compile(r"^\s*\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}")
WORDS = re.compile(r"[a-z]+|[\u3400-\u9fff]+|\d+")
_KNOWN = """
    id text comment comments content review reviews body message feedback title subject label sentiment polarity
    emotion score rating star stars nps csat ces date time timestamp created user customer email phone name category
    class topic intent channel source language lang product order event type value answer question index no sn
    内容 评论 文本 留言 标签 情感 评分 星级 分数 满意度 时间 日期 用户 客户 编号 序号 姓名 电话 手机 邮箱 渠道 来源 语言
    产品 类别 分类 主题 标题 问题 事件 类型
"""
KNOWN = frozenset(_KNOWN.split())


def key_of(name: str) -> str:
    """A header brought to one form: words in small letters with single blanks, full-width forms folded."""
    folded = unicodedata.normalize("NFKC", name)
    folded = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", folded)
    folded = re.sub(r"[\W_]+", " ", folded.lower())
    return folded.strip()


_TOTALS = frozenset({
    *("合计", "总计", "总和", "总数", "小计", "汇总", "共计", "平均", "平均值", "平均分"),
    *("total", "totals", "grand total", "sum", "subtotal", "average", "mean"),
})  # fmt: skip


def is_total(cells: Sequence[str]) -> bool:
    """Whether a last row sums the table up: a word for it, and nothing but numbers and blanks besides."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if len(cells) < 2 or not filled or filled[0].rstrip(":： ").casefold() not in _TOTALS:
        return False
    return all(NUMBER.match(cell) or cell.startswith("=") for cell in filled[1:])


def _typed(cell: str) -> bool:
    return bool(NUMBER.match(cell) or DATE.match(cell))


def looks_like_header(first: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether ``first`` names the columns of ``body`` rather than being a row like the others."""
    cells = [cell.strip() for cell in first]
    if not any(cells):
        return False
    votes = sum(_known(cell) for cell in cells)
    for position, cell in enumerate(cells):
        column = [row[position].strip() for row in body if position < len(row) and row[position].strip()]
        votes += _column_vote(cell, column)
    return votes > 0


def _known(cell: str) -> int:
    key = key_of(cell)
    if len(cell) > 60:
        return -1
    words = set(WORDS.findall(key)) | {key}
    near = any(known in key for known in KNOWN if known > "\u3400")
    return 2 if (words & KNOWN or near) and len(words) <= 8 and len(key) <= 40 else 0


def _column_vote(cell: str, column: Sequence[str]) -> int:
    if not column or not cell:
        return 0
    typed_share = sum(map(_typed, column)) / len(column)
    if _typed(cell):
        return -3 if typed_share > 0.5 else -1
    if typed_share > 0.9:
        return 3
    if column.count(cell) > len(column) * 0.02:
        return -2  # the value stands among the rows as well
    typical = sorted(map(len, column))[len(column) // 2]
    if typical > 20 and len(cell) > typical * 0.6:
        return -1
    return 1 if typical > 20 and len(cell) < typical * 0.4 else 0


def explained(names: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[list[str], int]:
    """(the names, how many of the first rows belong to them). Qualtrics writes a survey's answers so: under its own
    names stand the questions' words and a row of ``{"ImportId": …}``; the words then name the questions. In workbooks
    a row of groups (Customer, Visit) often stands above the row of names.
    """
    if len(rows) >= 2 and _import_ids(rows[1]):
        return _worded(names, rows[0]), 2
    if is_second_header(names, rows):
        return _under_groups(names, rows[0]), 1
    return list(names), 0


def is_second_header(names: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first of ``rows`` names the columns as well. A row of data must not be lost: it is a header only if
    each column of numbers or dates below has a word in it (or is named above alone), no word of it is a value further
    down, and the row above holds groups or its own words are such as name columns.
    """
    if len(rows) < 1 + _ROWS_BELOW:
        return False
    second, body = [cell.strip() for cell in [*rows[0], *[""] * len(names)][: len(names)]], rows[1:]
    if any(map(_typed, second)) or not (_names_groups(names, second) or _are_known(second)):
        return False
    typed = 0
    for place, (above, cell) in enumerate(zip(names, second, strict=True)):
        column = [row[place].strip() for row in body if place < len(row) and row[place].strip()]
        if len(cell) > 60 or (cell and cell in column) or not (cell or above or not column):
            return False
        if column and all(map(_typed, column)):
            typed += bool(cell)
    return typed > 0


def _names_groups(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """A name with an empty cell beside it, as a merged one leaves it, and words under both."""
    beside = zip(upper, upper[1:], lower, lower[1:], strict=False)
    return any(one.strip() and not next_.strip() and below and below_next for one, next_, below, below_next in beside)


def _are_known(cells: Sequence[str]) -> bool:
    """Most are words that name columns, so that a row of data with “N/A” for its score is none."""
    filled = [cell for cell in cells if cell]
    return len(filled) >= 2 and 2 * sum(_known(cell) > 0 for cell in filled) > len(filled)


def _worded(names: Sequence[str], words: Sequence[str]) -> list[str]:
    said = [*words, *[""] * len(names)]
    return [said if said and _OF_A_QUESTION.match(name) else name for name, said in zip(names, said, strict=False)]


def _under_groups(above: Sequence[str], below: Sequence[str]) -> list[str]:
    """The names of two rows: the lower where the upper holds groups or codes, with its group where it stands twice; the
    upper where each column has a name of its own there, for the lower then only says it otherwise."""
    lower = [*below, *[""] * len(above)][: len(above)]
    if all(map(str.strip, above)) and len(set(above)) == len(above) and not all(map(_OF_A_QUESTION.match, above)):
        return list(above)
    groups, group = [], ""
    for name in above:
        group = name.strip() or group
        groups.append(group)
    return [
        name if low == "" else f"{group} {low}" if lower.count(low) > 1 else low
        for name, group, low in zip(above, groups, map(str.strip, lower), strict=True)
    ]


_ROWS_BELOW = 2
_OF_A_QUESTION = re.compile(r"Q(?:ID)?\d")


def _import_ids(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    return bool(filled) and all(cell.lstrip().startswith('{"ImportId"') for cell in filled)


def good_names(names: Sequence[str], *, empty: str) -> list[str]:
    """Names for use: an empty one becomes ``empty`` with its place, a repeated one gets a number."""
    seen: dict[str, int] = {}
    result = []
    for place, name in enumerate(names, start=1):
        base = " ".join(lax.whole(name).replace("\x00", "").split())[:120] or f"{empty} {place}"
        seen[base] = seen.get(base, 0) + 1
        result.append(base if seen[base] == 1 else f"{base} ({seen[base]})")
    return result
