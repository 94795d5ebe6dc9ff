"""Whom to look for: a customer, all who were merged into it, and every name that could give them away in a text."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote, quote_plus

from allears.customers.models import Customer, Identifier
from allears.customers.queries import family

STRUCK_OUT = "[erased]"
SHORTEST = 5  # characters of a name that is searched inside texts; a shorter one must be a whole value
_NOT_INSIDE = r"[\w@]"


@dataclass(frozen=True, kw_only=True)
class Person:
    """A customer with all who turned out to be him. ``names`` are what he is known by, in every common spelling.

    ``called`` is his own name, which others may bear as well: it is looked for only in what staff typed, and struck out
    there only where somebody who saw the places said so (``strike_called``).
    """

    workspace_id: int
    ids: tuple[int, ...]
    keys: tuple[str, ...]  # pseudonymous, of the lake
    names: tuple[str, ...]
    called: tuple[str, ...] = ()
    strike_called: bool = False

    @cached_property
    def long_names(self) -> tuple[str, ...]:
        """Those distinctive enough to be searched inside texts, the longest first."""
        long = {name for name in (*self.names, *self.keys) if len(name) >= SHORTEST}
        return tuple(sorted({form for name in long for form in written(name)}, key=len, reverse=True))

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        if not self.long_names:
            return None
        parts = "|".join(re.escape(name) for name in self.long_names)
        return re.compile(f"(?<!{_NOT_INSIDE})(?:{parts})(?!{_NOT_INSIDE})", re.IGNORECASE)

    @cached_property
    def _called(self) -> re.Pattern[str] | None:
        parts = "|".join(_bounded(form) for name in self.called for form in sorted({name, json.dumps(name)[1:-1]}))
        return re.compile(parts, re.IGNORECASE) if parts else None

    def is_called_in(self, value: Any) -> bool:
        """Whether the person's own name stands in a text or anywhere in this JSON."""
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        return self._called is not None and self._called.search(text) is not None

    def strike_called_in(self, value: Any) -> Any:
        """The same JSON or text with the person's own name struck out."""
        if isinstance(value, dict):
            return {self.strike_called_in(key): self.strike_called_in(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self.strike_called_in(each) for each in value]
        return self._called.sub(STRUCK_OUT, value) if self._called and isinstance(value, str) else value

    @cached_property
    def _whole(self) -> frozenset[str]:
        return frozenset(name.lower() for name in self.names)

    @cached_property
    def hints(self) -> tuple[bytes, ...]:
        """Byte strings of which one stands in every body that could mention the person: a quick first look."""
        spelt = {form for name in (*self.names, *self.keys) for form in written(name)}
        return tuple(sorted(form.lower().encode() for form in spelt))

    def may_be_in(self, data: bytes) -> bool:
        """A quick look; False is certain for text in UTF-8 or escaped JSON."""
        low = data.lower()
        return any(hint in low for hint in self.hints)

    def is_in(self, value: Any) -> bool:
        """Whether any value inside this JSON names the person, whole or within a text."""
        if isinstance(value, dict):
            return any(self.is_in(key) or self.is_in(each) for key, each in value.items())
        if isinstance(value, list | tuple):
            return any(self.is_in(each) for each in value)
        if value is None or isinstance(value, bool):
            return False
        text = str(value)
        return text.strip().lower() in self._whole or self.is_in_text(text)

    def is_in_text(self, text: str) -> bool:
        """Whether a text mentions the person by a distinctive name."""
        return self._pattern is not None and self._pattern.search(text) is not None

    def strike(self, value: Any) -> Any:
        """The same JSON or text with the person's names struck out."""
        if isinstance(value, dict):
            return {self.strike(key): self.strike(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self.strike(each) for each in value]
        if isinstance(value, str):
            return self._pattern.sub(STRUCK_OUT, value) if self._pattern else value
        return STRUCK_OUT if self.is_in(value) else value

    def as_json(self) -> dict[str, Any]:
        return {
            "ids": list(self.ids),
            "keys": list(self.keys),
            "names": list(self.names),
            "called": list(self.called),
            "strike_called": self.strike_called,
        }


def _bounded(name: str) -> str:
    """A name as a pattern: between blanks where its script has them."""
    escaped = re.escape(name)
    return escaped if _SINOGRAPH.search(name) else f"(?<!{_NOT_INSIDE}){escaped}(?!{_NOT_INSIDE})"


_SINOGRAPH = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")


def own_names(customers: Iterable[Customer]) -> tuple[str, ...]:
    """What the customers are called, where it is long enough to be looked for: two sinographs, or five letters."""
    called = {name for each in customers if (name := " ".join(each.name.split()))}
    return tuple(sorted(name for name in called if len(name) >= (2 if _SINOGRAPH.search(name) else SHORTEST)))


def written(name: str) -> set[str]:
    """A name as it stands in a text, in JSON, and in a form or an address."""
    return {name, json.dumps(name)[1:-1], quote(name, safe=""), quote_plus(name)}


def person_of(*, workspace_id: int, customer_id: int) -> Person:
    """The customer with all who were merged into him."""
    ids = family(workspace_id=workspace_id, customer_id=customer_id)
    rows = list(Customer.objects.in_workspace(workspace_id).filter(id__in=ids))
    known = Identifier.objects.in_workspace(workspace_id).filter(customer_id__in=ids, shared_at__isnull=True)
    names: set[str] = set()
    for value in known.values_list("value", flat=True):
        names |= spellings(value)
    for row in rows:
        names |= spellings(row.email) | spellings(row.phone)
    return Person(
        workspace_id=workspace_id,
        ids=tuple(ids),
        keys=tuple(row.key for row in rows),
        names=tuple(sorted(names)),
        called=own_names(rows),
    )


def person_from(workspace_id: int, stored: dict[str, Any]) -> Person:
    """A person as ``as_json`` wrote him down."""
    return Person(
        workspace_id=workspace_id,
        ids=tuple(stored["ids"]),
        keys=tuple(stored["keys"]),
        names=tuple(stored["names"]),
        called=tuple(stored.get("called", ())),
        strike_called=stored.get("strike_called", False),
    )


def spellings(value: str) -> set[str]:
    """A name and the other ways it is commonly written: an E.164 number also as people dial and group it."""
    if not value:
        return set()
    if not re.fullmatch(r"\+[0-9]{7,15}", value):
        return {value}
    return {value, value[1:], *_dialled(value)}


def _dialled(value: str) -> Iterable[str]:
    import phonenumbers

    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        return
    forms = phonenumbers.PhoneNumberFormat
    yield phonenumbers.national_significant_number(number)
    for form in (forms.INTERNATIONAL, forms.NATIONAL):
        written = phonenumbers.format_number(number, form)
        yield from (written, written.replace(" ", "-"), re.sub(r"\D", "", written))
