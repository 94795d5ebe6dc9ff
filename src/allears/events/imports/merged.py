"""Cells of a worksheet that are merged over several rows: the file holds their value once, a person sees it in each."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import IO, Any

BLOCK = 1 << 20
OVERLAP = 64  # characters that the longest tag looked for may be cut by
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\b[^>]*?\bref=[\"']([A-Z]{1,3})(\d{1,7}):[A-Z]{1,3}(\d{1,7})[\"']")
_BEGIN = b"mergeCells"
Ranges = dict[int, list[tuple[int, int]]]  # first row (from 1) → (column from 0, last row)


def ranges(sheet: Any) -> Ranges:
    """Those of a worksheet opened for reading alone, which does not tell them itself; they stand behind its rows."""
    found: Ranges = defaultdict(list)
    with sheet._get_source() as source:
        for column, first, last in _MERGED.findall(_behind_the_rows(source)):
            if int(last) > int(first):
                found[int(first)].append((_place(column), int(last)))
    return found


def _behind_the_rows(source: IO[bytes]) -> bytes:
    kept, begun = b"", False
    while block := source.read(BLOCK):
        kept += block
        if not begun:
            at = kept.find(_BEGIN)
            begun = at >= 0
            kept = kept[at:] if begun else kept[-OVERLAP:]
    return kept if begun else b""


def _place(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + letter - ord("A") + 1
    return place - 1


def filled(rows: Iterable[list[str]], merged: Ranges, above: int, about: dict[str, Any]) -> Iterator[list[str]]:
    """The rows; each below ``above`` with the merged cells it lies in. How many were filled is noted in ``about``."""
    if not merged:
        yield from rows
        return
    under: dict[int, tuple[str, int]] = {}  # column → what stands in it down to which row
    count = 0
    for number, cells in enumerate(rows, start=1):
        for column, (text, last) in list(under.items()):
            if number > last:
                del under[column]
            elif not (column < len(cells) and cells[column]):
                cells.extend([""] * (column + 1 - len(cells)))
                cells[column] = text
                count += 1
        for column, last in merged.get(number, ()) if number > above else ():
            if column < len(cells) and cells[column]:
                under[column] = cells[column], last
        about["merged"] = count
        yield cells
