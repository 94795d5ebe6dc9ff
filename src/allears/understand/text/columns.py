"""A column of labels as people keep it: one label a cell, a list of them, or labels in two parts (`topic#polarity`)."""

from __future__ import annotations

import ast
import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["single", "multi", "paired"]

LONGEST: Final = 200  # characters of a label
SEPARATORS: Final = (";", "；", "|", "┋", "\n", "、", ",", "，", "/")  # ┋ is that of Wenjuanxing's exports
_IN_PATHS: Final = "/"  # `Mobile/Complaint` is a path, unless its parts also stand alone
_ALONE_SHARE: Final = 0.5
_LIST_SHARE: Final = 0.8  # of the parts of listed cells that must stand in other cells too
_PAIR: Final = re.compile(r"^\s*(.*?\S)\s*[#:：=]\s*(\S[^#:：=]*?)\s*$")
_PAIR_SHARE: Final = 0.95
_MOST_SECONDS: Final = 9
_ABSENT: Final = frozenset({"", "null", "none", "nan", "n/a", "na", "-", "[]", "{}"})
_NUMBER: Final = re.compile(r"^[-+−]?\d+(?:\.\d+)?%?$")
_ARRAY: Final = re.compile(r"^\[\s*'[^']*'(?:\s+'[^']*')+\s*\]$")
_NOUGHTS: Final = re.compile(r"(?<=\d)\.0+$")
_TRUTHS: Final = {"0": "0", "1": "1", "false": "0", "true": "1"}
_GROUPED: Final = re.compile(r"^\d{1,3}(?:,\d{3})+$")

POLARITIES: Final = {
    **dict.fromkeys(("1", "+1", "+", "positive", "pos", "正", "正面", "积极", "好评", "满意"), 1),
    **dict.fromkeys(("0", "neutral", "neu", "中", "中性", "中立", "中评", "一般"), 0),
    **dict.fromkeys(("-1", "−1", "-", "negative", "neg", "负", "负面", "消极", "差评", "不满意", "不满"), -1),
}


@dataclass(frozen=True, slots=True)
class LabelColumn:
    """What a column says: of each row its labels, or None where the cell is empty."""

    kind: Kind
    rows: tuple[tuple[str, ...] | None, ...]
    ordinal: bool = False  # all labels are numbers, so that being near counts
    joint: str = "#"  # what stands between both parts where the cells have labels in two parts

    def counts(self) -> Counter[str]:
        """How many rows have each label."""
        return Counter(label for row in self.rows if row for label in row)


def read(cells: Sequence[str], *, multi: bool | None = None) -> LabelColumn:
    """The labels of a column. `multi` says whether a cell may list several; unless given it is found out."""
    listed, separator = _documents(cells), ""
    if listed is None and multi is not False:
        separator = _separator([cell for cell in cells if _there(cell)], sure=multi is True)
    rows = listed or [_parts(cell, separator) if _there(cell) else None for cell in cells]
    rows = [row and _once([part[:LONGEST].rstrip() for part in row]) for row in rows]
    if _paired([part for row in rows if row for part in row], listed=any(row and len(row) > 1 for row in rows)):
        paired = tuple(row and _once([_pair(part) for part in row]) for row in rows)
        return LabelColumn("paired", paired, joint=_joint(rows))
    rows = _one_writing(rows)
    several = multi or (multi is None and any(row is not None and len(row) != 1 for row in rows))
    kind: Kind = "multi" if several else "single"
    ordinal = kind == "single" and all(_NUMBER.match(row[0]) for row in rows if row)
    return LabelColumn(kind, tuple(rows), ordinal)


def parts_of(label: str) -> tuple[str, str]:
    """Both parts of a label in two parts."""
    first, _, second = label.rpartition("#")
    return first, second


def polarity_of(text: str) -> int | None:
    """−1, 0 or 1 where the words mean one of them."""
    return POLARITIES.get(text.strip().casefold())


def number_of(label: str) -> float | None:
    """The number that a label is."""
    plain = label.strip().replace("−", "-").removesuffix("%")
    return float(plain) if _NUMBER.match(plain) else None


def is_absent(cell: str) -> bool:
    """Whether a cell says that nothing is there: empty, NaN, null, None, N/A, a dash."""
    return cell.strip().casefold() in _ABSENT


def _there(cell: str) -> bool:
    return not is_absent(cell)


def _once(parts: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(parts))


def _one_writing(rows: Sequence[tuple[str, ...] | None]) -> list[tuple[str, ...] | None]:
    """Labels that differ in capitals, width or blanks alone are one, in the writing that most rows have.

    So are numbers that differ in a tail of noughts (`1`, `1.0`), and `true` and `1` where there is nothing but the two
    truths: programs write them so by turns.
    """
    counted = Counter(label for row in rows if row for label in row)
    bare = {label: _bare(label) for label in counted}
    short = {label: _NOUGHTS.sub("", plain) for label, plain in bare.items()}
    if all(_NUMBER.match(plain) for plain in short.values()):
        bare = short
    elif set(short.values()) <= _TRUTHS.keys():
        bare = {label: _TRUTHS[plain] for label, plain in short.items()}
    chosen: dict[str, str] = {}
    for label, _n in counted.most_common():
        chosen.setdefault(bare[label], label)
    return [row and _once([chosen[bare[label]] for label in row]) for row in rows]


def _bare(label: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", label).casefold().split())


def _documents(cells: Sequence[str]) -> list[tuple[str, ...] | None] | None:
    """Cells that are JSON lists or objects; None unless all are that are there. An empty list is no label at all."""
    rows: list[tuple[str, ...] | None] = []
    for cell in cells:
        text = cell.strip()
        if not text or (text[0] not in "[{" and not _there(text)):
            rows.append(None)
            continue
        if text[0] not in "[{":
            return None
        document = _document(text)
        if document is None:
            return None
        rows.append(_once(_items(document)))
    return rows if any(row is not None for row in rows) else None


def _document(text: str) -> object:
    """A JSON list or object, a Python one (`['it', "it's"]`), or an array as numpy prints it (`['a' 'b']`)."""
    if _ARRAY.match(text):
        return re.findall(r"'([^']*)'", text)
    for read_as in (json.loads, ast.literal_eval):
        try:
            document: object = read_as(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            continue
        if isinstance(document, list | dict):
            return document
    return None


def _items(document: object) -> list[str]:
    """The labels of a list, or of an object with their second parts; what is null there is not said."""
    if isinstance(document, dict):
        return [f"{name}#{value}" for name, value in document.items() if not is_absent(str(value))]
    if isinstance(document, list):
        parts = [_items(item) if isinstance(item, dict) else [str(item).strip()] for item in document]
        return [part for row in parts for part in row if not is_absent(part)]
    return [str(document)]


def _separator(cells: Sequence[str], *, sure: bool) -> str:
    """What stands between the labels of a cell; empty where a cell is one label.

    A comma may belong to a name ("Payday loan, title loan, or personal loan"). In lists the same parts come back in
    other combinations; in names they do not.
    """
    distinct = set(cells)
    for separator in SEPARATORS:
        holding = [cell for cell in distinct if separator in cell]
        if not holding or (separator == "," and all(_GROUPED.match(cell) for cell in holding)):
            continue
        found: dict[str, int] = defaultdict(int)
        for cell in distinct:
            for part in set(map(_stem, _parts(cell, separator))):
                found[part] += 1
        parts = [_stem(part) for cell in holding for part in _parts(cell, separator)]
        again = sum(found[part] > 1 for part in parts) / max(1, len(parts))
        alone = sum(part in distinct for part in set(parts)) / max(1, len(set(parts)))
        if not sure and separator == _IN_PATHS and alone < _ALONE_SHARE:
            continue
        if (sure or again >= _LIST_SHARE) and max(map(len, parts), default=99) <= 80:
            return separator
    return ""


def _stem(part: str) -> str:
    """Of a label in two parts the first."""
    match = _PAIR.match(part)
    return str(match[1]) if match else part


def _parts(cell: str, separator: str) -> tuple[str, ...]:
    if not separator:
        return (cell.strip(),)
    return _once([part.strip() for part in cell.split(separator) if part.strip()])


def _paired(parts: Sequence[str], *, listed: bool) -> bool:
    """Whether the labels are pairs such as `price#-1`: few different seconds that come with several firsts.

    One label a cell in two parts ("Billing: refund") is a class with a long name, unless the second part is a polarity.
    """
    distinct = set(parts)
    found = [match for part in distinct if (match := _PAIR.match(part))]
    if len(found) < 3 or len(found) < _PAIR_SHARE * len(distinct):
        return False
    firsts: dict[str, set[str]] = defaultdict(set)
    for match in found:
        firsts[match[1]].add(match[2])
    seconds = set().union(*firsts.values())
    if not listed and any(polarity_of(second) is None for second in seconds):
        return False
    shared = sum(len(values) > 1 for values in firsts.values())
    return len(seconds) <= _MOST_SECONDS and 2 * shared >= len(firsts) and len(firsts) >= 2


def _joint(rows: Sequence[tuple[str, ...] | None]) -> str:
    """How the column writes its pairs, as most of its cells do."""
    found = (match for row in rows if row for part in row if (match := _PAIR.match(part)))
    return Counter(match.string[match.end(1) : match.start(2)] for match in found).most_common(1)[0][0]


def _pair(part: str) -> str:
    match = _PAIR.match(part)
    return f"{match[1]}#{match[2]}" if match else f"{part}#"
