"""Where personal data stands: each domain declares its own tables and files, so that a person can be shown, sealed in a
back-up and erased without any domain being forgotten. A test looks at every text and JSON column there is.

A domain writes its declarations in its ``personal.py`` and registers them in ``apps.py``. Names are strings: nothing
here loads a model.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db import models
from django.utils.module_loading import import_string


class Erase(StrEnum):
    """What becomes of a row when its person is erased."""

    DELETE = "delete"  # the row goes; without a link to a customer: rows that mention the person go
    BLANK = "blank"  # the row stays as an anonymous fact: its columns are emptied, its link to the customer is cut
    ALL = "all"  # no link, and words alone do not tell whose a row is: every row's columns are emptied
    MENTIONS = "mentions"  # no link: rows are searched for what the person is known by, and that is struck out


@dataclass(frozen=True, kw_only=True)
class PersonalTable:
    """One model that holds personal data.

    ``customer`` is the path to the customer's id from a row, ``""`` where rows have no link and are searched.
    ``columns`` are emptied (text ``""``, JSON its default, null where allowed); ``renew`` are unique names such as
    tokens and row keys, which get a fresh random value instead; ``fill`` says what other columns become. ``kind`` is
    the kind of data that a retention period names, ``at`` the time field the period counts from; both empty where
    rows live as long as their customer.
    """

    model: str  # "listen.Voice"
    customer: str = ""
    columns: tuple[str, ...] = ()
    renew: tuple[str, ...] = ()
    fill: tuple[tuple[str, Any], ...] = ()
    erase: Erase = Erase.BLANK
    kind: str = ""
    at: str = ""
    label: str = ""  # for people, in English; translated where shown
    home: str = ""  # the package under ``allears`` that holds the model, where it is not named as the model's domain
    typed: bool = False  # staff typed the words and mean no customer by them: the person's own name is looked for, too

    @property
    def link(self) -> str:
        """The row's own foreign key to cut when blanked; empty where the path leads over another row."""
        return self.customer if "__" not in self.customer else ""

    def model_type(self) -> type[models.Model]:
        return _model(self.model, self.home)


def typed_by_staff(model: str, columns: tuple[str, ...], *, label: str, home: str = "") -> PersonalTable:
    """Names and remarks of the company's own: only where they name the person do those words go."""
    return PersonalTable(model=model, columns=columns, erase=Erase.MENTIONS, label=label, home=home, typed=True)


def _model(label: str, home: str) -> type[models.Model]:
    domain, _, name = label.partition(".")
    found: type[models.Model] = import_string(f"allears.{home or domain}.models.{name}")
    return found


@dataclass(frozen=True, kw_only=True)
class PersonalFiles:
    """Files that hold personal data.

    ``erase`` is the dotted path of ``f(*, person: customers.rights.person.Person, now) -> int | Looked`` (files or
    entries rewritten or removed); ``find`` of ``f(*, person) -> list[(name, bytes)]`` for the access export, or empty.
    ``feeds``: rows are made of what stands there, so it is cleaned before the rows go as well as after.
    """

    name: str  # "uploads"
    erase: str
    find: str = ""
    feeds: bool = False
    label: str = ""


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What became of others' files: how many went, and which stay though they could not be looked into."""

    removed: int
    unread: Sequence[tuple[str, int, str]] = ()  # model, id and why, a line for each reason


@dataclass(frozen=True, kw_only=True)
class PersonalIndex:
    """A table of words beside the models, kept by triggers, that is written anew when a person was erased.

    ``sqlite`` is the statement that drops what its deleted rows left in it; PostgreSQL's is a full vacuum.
    """

    table: str
    sqlite: str


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Columns that staff wrote and that would no longer work with a word struck out of them: addresses, conditions,
    questions. An erasure tells where they name the person, and leaves them to the staff. Harmless besides."""

    model: str
    columns: tuple[str, ...]
    label: str
    home: str = ""

    def model_type(self) -> type[models.Model]:
        return _model(self.model, self.home)


@dataclass(frozen=True, kw_only=True)
class Harmless:
    """Text columns that hold no personal data of customers, and why that is so."""

    model: str
    columns: tuple[str, ...]
    because: str


@dataclass
class _Registry:
    tables: dict[str, PersonalTable] = field(default_factory=dict)
    files: dict[str, PersonalFiles] = field(default_factory=dict)
    harmless: dict[str, list[Harmless]] = field(default_factory=dict)
    indexes: dict[str, PersonalIndex] = field(default_factory=dict)
    rules: dict[str, Rules] = field(default_factory=dict)


_registry = _Registry()


def register_personal(*declared: PersonalTable | PersonalFiles | PersonalIndex | Rules | Harmless) -> None:
    """Declare, from ``apps.py``; a second declaration of the same model or files takes the place of the first."""
    for each in declared:
        if isinstance(each, PersonalTable):
            _registry.tables[each.model] = each
        elif isinstance(each, PersonalFiles):
            _registry.files[each.name] = each
        elif isinstance(each, PersonalIndex):
            _registry.indexes[each.table] = each
        elif isinstance(each, Rules):
            _registry.rules[each.model] = each
        else:
            told = _registry.harmless.setdefault(each.model, [])
            if each not in told:
                told.append(each)


def personal_tables() -> list[PersonalTable]:
    """Every table with personal data, in the order of declaration: those below come before those that lean on them."""
    return list(_registry.tables.values())


def personal_table(model: str) -> PersonalTable | None:
    """The declaration of one model, or None when it holds nothing personal."""
    return _registry.tables.get(model)


def personal_files() -> list[PersonalFiles]:
    """Every kind of file with personal data."""
    return list(_registry.files.values())


def personal_indexes() -> list[PersonalIndex]:
    """Every index of words."""
    return list(_registry.indexes.values())


def written_rules() -> list[Rules]:
    """Every table of rules that staff wrote."""
    return list(_registry.rules.values())


def harmless() -> Mapping[str, Sequence[Harmless]]:
    """What was declared to hold no personal data, by model."""
    return dict(_registry.harmless)
