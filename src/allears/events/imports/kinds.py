"""What a file can hold: kinds with their fields and loaders, known by registration in the ``apps.py`` files."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from allears.events.imports.errors import ImportUseError
from allears.store.scope import ScopedQuerySet


class FieldType(StrEnum):
    """How the cells of a field are read, and what a column must look like to be proposed for it."""

    TEXT = "text"  # writing
    TITLE = "title"
    TIME = "time"
    SCORE = "score"
    SENTIMENT = "sentiment"
    KEY = "key"  # names the row itself
    WHO = "who"  # names a customer
    EMAIL = "email"
    PHONE = "phone"
    NAME = "name"
    LABEL = "label"  # one of few words
    LANGUAGE = "language"
    SOURCE_KIND = "source_kind"
    FLAG = "flag"


@dataclass(frozen=True, kw_only=True)
class Field:
    """One thing that a row of a kind can say. ``most`` is the greatest length that is kept."""

    name: str
    type: FieldType
    label: str | Promise
    most: int = 254
    words: str = ""  # the section of the vocabulary, where it is not the name

    @property
    def vocabulary(self) -> str:
        return self.words or self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One understood row. ``key`` is the same whenever the same row comes again; ``rest`` are its unmapped cells."""

    number: int
    key: str
    values: dict[str, Any]
    rest: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """Why one row cannot be taken: the column (or field), and the reason in words with the way out."""

    number: int
    field: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Rows that are loaded in one transaction."""

    workspace_id: int
    import_id: int
    rows: Sequence[Row]
    now: datetime
    file_time: datetime  # when rows without a time of their own are taken to have happened
    source: str  # the kind of source, for rows that do not say
    announce: bool  # whether consequences (cases, probes) shall follow; not for history


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a chunk; rows that are neither bad nor repeated are good."""

    repeated: int = 0
    bad: list[BadRow] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """Rows of one kind. Of each group in ``needs`` at least one field must be mapped.

    ``rows`` finds, by lake table, what an import of this kind brought; those to be removed first stand first.
    """

    name: str
    label: str | Promise
    fields: tuple[Field, ...]
    needs: tuple[tuple[str, ...], ...]
    load: Callable[[Chunk], Outcome]
    rows: Callable[[int, int], dict[str, ScopedQuerySet[Any]]]  # (workspace_id, import_id)

    def field(self, name: str) -> Field | None:
        return next((each for each in self.fields if each.name == name), None)


_paths: dict[str, str] = {}


def register_kind(name: str, path: str) -> None:
    """Make rows of this kind importable; ``path`` is the dotted path of its ``Kind``."""
    _paths[name] = path


def kind_names() -> list[str]:
    """Every registered kind, in the order of registration."""
    return list(_paths)


def kind_named(name: str) -> Kind:
    """The kind of this name."""
    if name not in _paths:
        message = _("There is no kind “%(name)s”. A file can be imported as: %(names)s.")
        raise ImportUseError("as", message % {"name": name, "names": ", ".join(_paths)})
    found = import_string(_paths[name])
    if not isinstance(found, Kind):
        raise TypeError(f"{_paths[name]} is no Kind")
    return found
