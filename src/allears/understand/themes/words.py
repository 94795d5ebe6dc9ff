"""Words of a voice in either language, or in both at once: what is compared, and what a name can be made of."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

from allears.kit.lazy import LazyModule
from allears.understand.text.corpus import Language

rjieba = LazyModule("rjieba")

LONGEST = 2000  # characters of a voice that are read
_NOISE = re.compile(r"https?://\S+|www\.\S+|(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.-]+|[@#][\w_]+|&\w+;|\d[\d,.:/-]*")
_LATIN = re.compile(r"[a-zà-öø-ÿ]+(?:['’][a-z]+)?")
_HAN = re.compile(r"[\u3400-\u9fff]+")


def _stopwords(language: Language) -> frozenset[str]:
    file = files("allears.understand.themes") / "data" / f"stopwords.{language}.txt"
    lines = file.read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


STOP_EN: Final = _stopwords("en")
STOP_ZH: Final = _stopwords("zh")


@dataclass(frozen=True, slots=True)
class Words:
    """Of one voice. `latin` keeps the order and every word, as phrases are looked up in it."""

    latin: tuple[str, ...]
    han: tuple[str, ...]
    runs: tuple[str, ...]  # unbroken Chinese, for characters side by side

    @property
    def language(self) -> Language:
        return "zh" if sum(map(len, self.runs)) >= 2 * len(self.latin) and self.runs else "en"


def read(text: str) -> Words:
    """Numbers, addresses and handles are not words here: they name people and orders, not themes."""
    plain = _NOISE.sub(" ", unicodedata.normalize("NFKC", text[:LONGEST])[:LONGEST].lower())
    runs = tuple(_HAN.findall(plain))
    han = tuple(word for run in runs for word in rjieba.cut(run))
    return Words(latin=tuple(_LATIN.findall(plain.replace("’", "'"))), han=han, runs=runs)


def features(words: Words) -> Iterator[str]:
    """What is compared: stems and pairs of stems, Chinese words and characters side by side."""
    before = ""
    for word in words.latin:
        if word in STOP_EN or len(word) < 2:
            before = ""
            continue
        stemmed = stem(word)
        yield stemmed
        if before:
            yield f"{before} {stemmed}"
        before = stemmed
    yield from (word for word in words.han if word not in STOP_ZH)
    for run in words.runs:
        yield from ("#" + run[at : at + 2] for at in range(len(run) - 1))


def terms(words: Words) -> Iterator[str]:
    """What a name can be made of: words and pairs of words as they are written."""
    before = ""
    for word in words.latin:
        if word in STOP_EN or len(word) < 3:
            before = ""
            continue
        yield word
        if before:
            yield f"{before} {word}"
        before = word
    before = ""
    for word in words.han:
        if word in STOP_ZH:
            before = ""
            continue
        if len(word) > 1:
            yield word
        if before and 3 <= len(before) + len(word) <= 6:
            yield before + word
        before = word


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """English word forms brought together, roughly: delays, delayed, delaying → delay."""
    word = word.removesuffix("'s")
    for ending, least in (("ing", 6), ("ied", 6), ("ies", 5), ("ed", 5), ("es", 6), ("s", 4), ("ly", 6)):
        if word.endswith(ending) and len(word) >= least and not word.endswith("ss"):
            root = word[: -len(ending)]
            if ending in ("ied", "ies"):
                return root + "y"
            doubled = len(root) > 3 and root[-1] == root[-2] and root[-1] not in "ls"
            word = root[:-1] if doubled else root
            break
    return word.removesuffix("e") if len(word) > 4 else word
