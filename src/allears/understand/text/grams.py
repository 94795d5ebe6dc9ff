"""Hashed n-grams of any script, for a whole batch at once.

Ideographs and kana are a token each, letters and digits between blanks are one, any other sign is one. The grams are
runs of up to three tokens (four of ideographs) and pieces of three to five letters of longer words, each told apart by
its kind and by whether the piece begins or ends the word. A gram is known by 32 bits of a polynomial hash (Karp & Rabin
1987): models hold no words of anybody. Every gram knows the characters it covers, so that what it earned can be shown.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Keys = NDArray[np.uint32]
Hashes = NDArray[np.uint64]

MOST_CHARACTERS: Final = 6_000  # of one text; what follows changes no label
BATCH: Final = 1_024  # texts hashed together: some tens of megabytes
_TOKENS: Final = 3
_IDEOGRAPHS: Final = 4
_PIECES: Final = (3, 4, 5)
_BLANK, _WORD, _IDEOGRAPH, _SIGN = range(4)
_BASE: Final = 0x9E3779B97F4A7C15
_INVERSE: Final = pow(_BASE, -1, 1 << 64)
_APOSTROPHE: Final = 39


@dataclass(frozen=True, slots=True)
class Grams:
    """Occurrences of grams: of which text, which gram, and the characters `start:end` (whole words) they stand in."""

    rows: int
    row: Ints
    key: Keys
    start: Ints
    end: Ints

    def by_row(self) -> list[Grams]:
        """Those of each text by themselves."""
        order = np.argsort(self.row, kind="stable")
        bounds = np.searchsorted(self.row[order], np.arange(self.rows + 1))
        key, start, end = self.key[order], self.start[order], self.end[order]
        return [
            Grams(1, np.zeros(below - above, np.int64), key[above:below], start[above:below], end[above:below])
            for above, below in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True)
        ]


@dataclass(frozen=True, slots=True)
class KeyRows:
    """The different grams of each text: those of row `i` are `keys[bounds[i]:bounds[i + 1]]`, ascending."""

    bounds: Ints
    keys: Keys

    def __len__(self) -> int:
        return len(self.bounds) - 1

    def take(self, rows: Ints) -> KeyRows:
        """These rows in this order."""
        sizes = np.diff(self.bounds)[rows]
        bounds = np.concatenate(([0], np.cumsum(sizes)))
        places = np.arange(int(bounds[-1])) + np.repeat(self.bounds[rows] - bounds[:-1], sizes)
        return KeyRows(bounds, self.keys[places])


def key_rows(texts: Sequence[str]) -> KeyRows:
    """The different grams of each text."""
    parts = [distinct(grams(texts[at : at + BATCH])) for at in range(0, len(texts), BATCH)]
    return together(parts)


def together(parts: Sequence[KeyRows]) -> KeyRows:
    """One after the other."""
    if not parts:
        return KeyRows(np.zeros(1, np.int64), np.zeros(0, np.uint32))
    sizes = np.concatenate([np.diff(part.bounds) for part in parts])
    return KeyRows(np.concatenate(([0], np.cumsum(sizes))), np.concatenate([part.keys for part in parts]))


def distinct(found: Grams) -> KeyRows:
    """Each gram once a text."""
    seen = np.unique((found.row.astype(np.uint64) << np.uint64(32)) | found.key)
    bounds = np.searchsorted(seen, np.arange(found.rows + 1, dtype=np.uint64) << np.uint64(32))
    return KeyRows(bounds.astype(np.int64), (seen & np.uint64(0xFFFFFFFF)).astype(np.uint32))


def crossed(keys: Keys, headings: Ints) -> Keys:
    """The same grams as seen under headings (a number for each): other keys under each."""
    salts = (headings.astype(np.uint64) + np.uint64(1)) * np.uint64(0x5851F42D4C957F2D)
    return _short(_mixed(keys.astype(np.uint64) + salts))


def grams(texts: Sequence[str]) -> Grams:
    """All occurrences in a batch of texts."""
    codes, starts = _codes(texts)
    kinds = _kinds(codes)
    row_of = np.repeat(np.arange(len(texts), dtype=np.int64), np.diff(starts))
    first, last, token = _tokens(kinds)
    segment = _Segments(codes)
    found = [*_runs(segment, kinds, row_of, first, last), *_pieces(segment, kinds, first, last, token, row_of)]
    row, key, start, end = (np.concatenate(each) for each in zip(*found, strict=True))
    offset = starts[row]
    return Grams(len(texts), row, key, start - offset, end - offset)


def _mixed(hashes: Hashes) -> Hashes:
    """The finaliser of splitmix64 (Steele et al. 2014): every bit of a hash depends on all."""
    mixed = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _short(hashes: Hashes) -> Keys:
    return (hashes >> np.uint64(32)).astype(np.uint32)


def _codes(texts: Sequence[str]) -> tuple[NDArray[np.uint32], Ints]:
    """Folded code points of all texts, a blank behind each, and where each begins."""
    cut = [text[:MOST_CHARACTERS] for text in texts]
    raw = "\n".join([*cut, ""]).encode("utf-32-le", "surrogatepass")
    codes = np.frombuffer(raw, dtype="<u4").astype(np.uint32)
    starts = np.concatenate(([0], np.cumsum([len(text) + 1 for text in cut]))).astype(np.int64)
    fold = _folds()
    low = codes < len(fold)
    return np.where(low, fold[np.where(low, codes, 0)], codes), starts


@lru_cache
def _folds() -> NDArray[np.uint32]:
    """Small letters for capitals and plain forms for full-width ones, character by character, so that places stay."""
    fold = np.arange(0x10000, dtype=np.uint32)
    for code in range(0x10000):
        char = chr(code)
        plain = unicodedata.normalize("NFKC", char) if 0xFF00 <= code < 0xFFF0 else char
        small = plain.lower()
        fold[code] = ord(small) if len(small) == 1 else code
    fold[[0x2018, 0x2019, 0x60, 0xB4]] = _APOSTROPHE
    return fold


@lru_cache
def _classes() -> NDArray[np.uint8]:
    return np.array([_class(code) for code in range(0x10000)], dtype=np.uint8)


def _class(code: int) -> int:
    char = chr(code)
    if 0x3400 <= code < 0xA000 or 0xF900 <= code < 0xFB00 or 0x3040 <= code < 0x3100:
        return _IDEOGRAPH
    if char.isalnum() or unicodedata.category(char)[0] == "M":
        return _WORD
    return _BLANK if char.isspace() or unicodedata.category(char)[0] in "CZ" else _SIGN


def _kinds(codes: NDArray[np.uint32]) -> NDArray[np.uint8]:
    classes = _classes()
    low = codes < len(classes)
    kinds = np.where(low, classes[np.where(low, codes, 0)], _SIGN).astype(np.uint8)
    kinds[(codes >= 0x20000) & (codes < 0x30000)] = _IDEOGRAPH
    word = kinds == _WORD
    inside = np.zeros(len(codes), bool)
    inside[1:-1] = (codes[1:-1] == _APOSTROPHE) & word[:-2] & word[2:]
    kinds[inside] = _WORD
    return kinds


def _tokens(kinds: NDArray[np.uint8]) -> tuple[Ints, Ints, Ints]:
    """(first, behind last) character of each token, and of each character its token."""
    word = kinds == _WORD
    before = np.concatenate(([False], word[:-1]))
    begins = (kinds != _BLANK) & ~(word & before)
    first = np.flatnonzero(begins)
    word_ends = np.flatnonzero(word & ~np.concatenate((word[1:], [False]))) + 1
    last = first + 1
    last[kinds[first] == _WORD] = word_ends
    return first, last, np.cumsum(begins) - 1


class _Segments:
    """The hash of any run of characters from two running sums, all arithmetic modulo 2⁶⁴."""

    def __init__(self, codes: NDArray[np.uint32]) -> None:
        self.powers, self.inverses = _powers(len(codes))
        weighted = (codes.astype(np.uint64) + np.uint64(1)) * self.powers[: len(codes)]
        self.sums = np.concatenate((np.zeros(1, np.uint64), np.cumsum(weighted, dtype=np.uint64)))

    def hash(self, start: Ints, end: Ints) -> Hashes:
        return _mixed((self.sums[end] - self.sums[start]) * self.inverses[start])


_kept: dict[str, tuple[Hashes, Hashes]] = {}


def _powers(size: int) -> tuple[Hashes, Hashes]:
    """Powers of the base and of its inverse, kept for the longest batch so far."""
    if "powers" not in _kept or len(_kept["powers"][0]) < size:
        room = 1 << max(16, size.bit_length())
        _kept["powers"] = _powers_of(_BASE, room), _powers_of(_INVERSE, room)
    return _kept["powers"]


def _powers_of(base: int, size: int) -> Hashes:
    steps = np.full(size, base, dtype=np.uint64)
    steps[0] = 1
    return np.cumprod(steps, dtype=np.uint64)


Found = tuple[Ints, Keys, Ints, Ints]


def _runs(segment: _Segments, kinds: Any, row_of: Ints, first: Ints, last: Ints) -> Iterator[Found]:
    """Runs of one to three tokens, four where all are ideographs."""
    row, own = row_of[first], segment.hash(first, last)
    ideograph = kinds[first] == _IDEOGRAPH
    run, all_ideographs = own, ideograph
    for size in range(1, _IDEOGRAPHS + 1):
        ends = slice(size - 1, None)
        if size > 1:
            run = _mixed(run[:-1] * np.uint64(_BASE) + own[ends] + np.uint64(size))
            all_ideographs = all_ideographs[:-1] & ideograph[ends]
        begin, behind = first[: len(run)], last[ends]
        fits = row[: len(run)] == row[ends]
        if size > _TOKENS:
            fits = fits & all_ideographs
        yield row[: len(run)][fits], _short(run[fits]), begin[fits], behind[fits]
        if len(run) < 2:
            return


def _pieces(segment: _Segments, kinds: Any, first: Ints, last: Ints, token: Ints, row_of: Ints) -> Iterator[Found]:
    """Pieces of words longer than they are; each stands for its whole word."""
    word = kinds == _WORD
    for size in _PIECES:
        if len(kinds) <= size:
            return
        begin = np.flatnonzero(word[: len(word) - size + 1] & word[size - 1 :])
        begin = begin[token[begin] == token[begin + size - 1]]
        mine = token[begin]
        longer = last[mine] - first[mine] > size
        begin, mine = begin[longer], mine[longer]
        edge = (begin == first[mine]).astype(np.uint64) + np.uint64(2) * (begin + size == last[mine]).astype(np.uint64)
        key = _short(_mixed(segment.hash(begin, begin + size) + edge * np.uint64(0x632BE59BD9B4E019) + np.uint64(7)))
        yield row_of[begin], key, first[mine], last[mine]
