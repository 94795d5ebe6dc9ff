"""Takes personal data out of a text before anyone or anything else reads it.

Rules, check digits and lists; no model, no network, nothing kept. What it finds well and what it misses is measured on
our own labelled texts (`allears evaluate masking`, docs/masking.md): it lowers a risk and does not end it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from allears.understand.text.corpus import Language
from allears.understand.text.finders import contacts, names, numbers, places
from allears.understand.text.finders.page import Found, Page

__all__ = ["KINDS", "Found", "Masked", "mask"]

KINDS: Final = (
    "name",
    "phone",
    "email",
    "id",  # national identity number
    "card",
    "iban",
    "plate",
    "passport",
    "address",
    "number",  # order, parcel, account, staff
    "ip",
    "chat",  # id of a chat: WeChat, QQ …
    "link",  # one that opens something by what is in it
    "birthday",
    "handle",
)
_CHINESE: Final = {
    "name": "姓名",
    "phone": "电话",
    "email": "邮箱",
    "id": "证件号",
    "card": "银行卡",
    "iban": "银行账号",
    "plate": "车牌",
    "passport": "护照",
    "address": "地址",
    "number": "编号",
    "ip": "IP地址",
    "chat": "社交账号",
    "link": "链接",
    "birthday": "生日",
    "handle": "用户名",
}
_ENGLISH: Final = {kind: kind for kind in KINDS}
# The surest come first; what they took is not looked at again.
_FINDERS: Final[tuple[Callable[[Page], Iterator[Found]], ...]] = (
    contacts.find,
    numbers.find_identities,
    contacts.find_phones,
    numbers.find_things,
    places.find,
    numbers.find_numbers,
    names.find,
)


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without the personal data that was found; `found` speaks of the original's characters."""

    text: str
    found: tuple[Found, ...] = ()
    placeholders: tuple[str, ...] = ()  # one for each of `found`

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Characters of the original that stand behind `start:end` of the masked text; a placeholder counts whole."""
        starts, shift, shifts = [], 0, []
        for each, placeholder in zip(self.found, self.placeholders, strict=True):
            starts.append(each.start + shift)
            shift += len(placeholder) - (each.end - each.start)
            shifts.append(shift)

        def back(at: int, *, is_end: bool) -> int:
            step = bisect_right(starts, at - is_end) - 1
            if step < 0:
                return at
            inside = at - is_end < starts[step] + len(self.placeholders[step])
            if inside:
                return self.found[step].end if is_end else self.found[step].start
            return at - shifts[step]

        return back(start, is_end=False), back(max(end, start + 1), is_end=True)


def mask(text: str, *, language: Language | None = None, known: Sequence[str] = ()) -> Masked:
    """The text with each find replaced by a placeholder of its kind, `[phone]` or `[电话]`.

    The same value has the same placeholder throughout the text; a second one of its kind is `[phone 2]`. `known` are
    the customer's own values (name, e-mail, phone): they go wherever they stand. The language is that of the
    placeholders; it is recognised when it is not given.
    """
    page = Page(text)
    found = _found(page, known)
    if not found:
        return Masked(text)
    kinds = (
        _CHINESE if (language == "zh" or (language is None and page.has_han)) else dict(zip(KINDS, KINDS, strict=True))
    )
    numbered: dict[str, list[str]] = {}
    parts, placeholders, at = [], [], 0
    for each in found:
        number = _number_of(_plain(text[each.start : each.end], each.kind), numbered.setdefault(each.kind, []))
        placeholder = f"[{kinds[each.kind]}{f' {number}' if number > 1 else ''}]"
        parts += [text[at : each.start], placeholder]
        placeholders.append(placeholder)
        at = each.end
    return Masked("".join((*parts, text[at:])), tuple(found), tuple(placeholders))


def _found(page: Page, known: Sequence[str]) -> list[Found]:
    """All finds in the order of the text, none over another."""
    taken: list[Found] = []
    for each in _known(page, known):
        _take(each, taken)
    for finder in _FINDERS:
        for each in finder(page):
            _take(each, taken)
    return sorted((each for each in taken if each.kind), key=lambda each: each.start)


def _take(found: Found, taken: list[Found]) -> None:
    if found.end > found.start and not any(each.start < found.end and found.start < each.end for each in taken):
        taken.append(found)


def _number_of(value: str, seen: list[str]) -> int:
    """1 for the first value of a kind; a name that is part of an earlier one is the same person."""
    for number, other in enumerate(seen, start=1):
        if value == other:
            return number
        if _is_same_person(value, other):
            return number
    seen.append(value)
    return len(seen)


def _is_same_person(name: str, other: str) -> bool:
    short, long = sorted((name, other), key=len)
    if " " in long:
        return short in long.split(" ")
    return len(short) == 1 and not short.isascii() and long.startswith(short)


def _plain(value: str, kind: str) -> str:
    if kind in ("phone", "card", "id", "iban", "plate", "passport", "number"):
        plain = re.sub(r"[^0-9a-z\u4e00-\u9fff]", "", Page(value).flat.lower())
        return plain.removeprefix("0086").removeprefix("86") if kind == "phone" and len(plain) > 11 else plain
    return " ".join(value.lower().split())


def _known(page: Page, values: Sequence[str]) -> Iterator[Found]:
    for value in sorted({value.strip() for value in values}, key=len, reverse=True):
        if len(value) > 1:
            kind, pattern = _pattern_of(value)
            yield from (Found(*each.span(), kind) for each in pattern.finditer(page.flat))


@lru_cache(maxsize=512)
def _pattern_of(value: str) -> tuple[str, re.Pattern[str]]:
    """The kind a customer's value is of, and how it may be written."""
    flat = Page(value).flat
    digits = re.sub("[^0-9]", "", flat)
    if "@" in flat:
        return "email", re.compile(re.escape(flat).replace("@", " ?@ ?"), re.IGNORECASE)
    if len(digits) >= 7 and not re.search("[A-Za-z\u4e00-\u9fff]", flat):
        local = digits[-11:] if digits[:-11] in ("86", "0086") else digits[-10:]
        return "phone", re.compile(r"(?<![0-9])(?:\+?[0-9]{0,5}[ -]?)?" + "[ .()-]{0,2}".join(local) + "(?![0-9])")
    if flat.isascii():
        parts = [re.escape(part) for part in flat.split() if len(part) > 1]
        whole = r"[ ,.]{1,3}".join(parts)
        single = "|".join(part.capitalize() for part in parts if len(part) > 2) or "(?!)"
        return "name", re.compile(rf"(?<![A-Za-z0-9])(?:(?i:{whole})|{single})(?![A-Za-z0-9])")
    return "name", re.compile(re.escape(flat))
