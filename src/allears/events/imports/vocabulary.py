"""The words of ``vocabulary.toml`` in the forms in which they are asked for."""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

# Plain words of praise and blame: enough to tell which of two labels stands for which feeling, not to judge one text.
_PRAISE = re.compile(
    r"\b(?:good|great|love|loved|excellent|amazing|best|thanks?|awesome|nice|perfect|happy|wonderful|recommend|"
    r"fantastic|enjoyed|delicious|beautiful|helpful|friendly)\b|不错|很好|喜欢|满意|好吃|赞|推荐|舒服|方便|开心|哈哈|漂亮|"
    r"实惠|值得|清晰|流畅|爱你|太棒|热情|干净|超级好|快乐|嘻嘻|鼓掌|爱",
    re.IGNORECASE,
)
_BLAME = re.compile(
    r"\b(?:bad|worst|terrible|awful|hated?|poor|never|horrible|disappointed|disappointing|waste|broken|rude|delayed|"
    r"cancelled|lost|useless|refund|worse|boring|dirty|slow|sucks)\b|太差|很差|难吃|失望|垃圾|不好|不值|后悔|退货|不满|糟糕|"
    r"坏了|难用|投诉|慢|脏|骗|泪|抓狂|怒|不行|不推荐|差评|上当|伤心|衰|悲",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class FieldWords:
    """What headings speak for a field, and against it."""

    exact: frozenset[str]
    part: tuple[str, ...]
    against: tuple[str, ...]


@cache
def _all() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("vocabulary.toml").read_text(encoding="utf-8"))


@cache
def field_words(field: str) -> FieldWords:
    """The headings of a field; a field without words has none."""
    section = _all()["fields"].get(field, {})
    if "like" in section:
        return field_words(section["like"])
    return FieldWords(
        exact=frozenset(section.get("exact", ())),
        part=tuple(section.get("part", ())),
        against=tuple(section.get("not", ())),
    )


@cache
def metric_words() -> dict[str, tuple[str, ...]]:
    return {metric: tuple(words) for metric, words in _all()["metrics"].items()}


@cache
def preferred() -> tuple[str, ...]:
    """Words of the one score that stands for all, among several."""
    return tuple(_all()["prefer"]["best"])


@cache
def sentiments() -> dict[str, str]:
    return {word: name for name, words in _all()["sentiment"].items() for word in words.split()}


@cache
def five() -> dict[str, int]:
    """Answers in words on a scale of five."""
    return {word: int(score) for score, words in _all()["five"].items() for word in words.split("|")}


@cache
def source_kinds() -> dict[str, tuple[str, ...]]:
    return {kind: tuple(words) for kind, words in _all()["source_kinds"].items()}


@cache
def _flags() -> tuple[frozenset[str], frozenset[str]]:
    flags = _all()["flags"]
    return frozenset(flags["yes"].split("|")), frozenset(flags["no"].split("|"))


@cache
def empties() -> frozenset[str]:
    """What files write where nothing stands."""
    return frozenset(_all()["empty"]["words"].split("|")) | {""}


@lru_cache(maxsize=65_536)
def says_nothing(cell: str) -> bool:
    """Whether the cell is one of the words that files write for nothing."""
    return folded(cell) in empties()


def folded(text: str) -> str:
    """One form for comparing words: small letters, full-width forms folded, blanks and underscores single."""
    return re.sub(r"[\s_-]+", " ", unicodedata.normalize("NFKC", text).strip().lower())


def tone(text: str) -> int:
    """Words of praise less words of blame."""
    return len(_PRAISE.findall(text)) - len(_BLAME.findall(text))


def yes_or_no(text: str) -> bool | None:
    """True, False, or None where the word is neither."""
    word, (yes, no) = folded(text), _flags()
    if word in yes:
        return True
    return False if word in no else None


def header_score(key: str, field: str) -> tuple[float, str]:
    """(0…1, the word that spoke) for a heading in ``headers.key_of`` form."""
    words = field_words(field)
    if key in words.exact or key.replace(" ", "") in {word.replace(" ", "") for word in words.exact}:
        return 1.0, key
    best, by = 0.0, ""
    for word in words.exact:
        if _within(word, key) and (weight := 0.55 + 0.35 * len(word) / len(key)) > best:
            best, by = weight, word
    for word in words.part:
        if _within(word, key, loose=True) and best < 0.5:
            best, by = 0.5, word
    if any(_within(word, key) for word in words.against):
        best -= 0.55
    return max(best, 0.0), by


def _within(word: str, key: str, *, loose: bool = False) -> bool:
    """Chinese words count anywhere; others as whole words, or with ``loose`` as the beginning of one."""
    if CJK.search(word):
        return word in key
    padded = f" {key} "
    return f" {word} " in padded or (loose and f" {word}" in padded)


def has_any(text: str, words: tuple[str, ...]) -> str:
    """The first of ``words`` that stands in ``text`` (folded), else nothing."""
    key = f" {text} "
    return next((word for word in words if (word in text if CJK.search(word) else f" {word}" in key)), "")
