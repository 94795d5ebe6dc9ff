"""What a file can hold: kinds with their fields and loaders, known by registration in the ``apps.py`` files."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, overload

from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from allears.events.imports.errors import ImportUseError
from allears.store.scope import ScopedQuerySet

if TYPE_CHECKING:
    from allears.events.imports.acquaintance import Acquaintance


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
    named_only: bool = False  # proposed for a column by its heading alone, never by what stands in it

    @property
    def vocabulary(self) -> str:
        return self.words or self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One understood row. ``key`` is the same whenever the same row comes again; ``rest`` are its unmapped cells."""

    number: int
    key: str
    values: dict[str, Any]
    rest: dict[str, Any]


class Rows(Sequence[Row]):
    """Understood rows by columns; a row by itself is made when somebody looks at it.

    ``columns`` has None where a row says nothing; ``constants`` are the same for every row.
    """

    def __init__(
        self,
        *,
        numbers: Sequence[int],
        keys: Callable[[Sequence[int]], list[str]],
        columns: dict[str, list[Any]],
        constants: dict[str, Any],
        rest: dict[str, list[Any]],
        places: Sequence[int] | None = None,
    ) -> None:
        self._numbers, self._keys, self._rest = numbers, keys, rest
        self._columns, self._constants = columns, constants
        self._places = range(len(numbers)) if places is None else places

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> "Rows": ...
    def __getitem__(self, place: int | slice) -> "Row | Rows":
        if isinstance(place, slice):
            return self.only(range(len(self))[place])
        inner = self._places[place]
        values = dict(self._constants)
        for name, column in self._columns.items():
            if (value := column[inner]) is not None:
                values[name] = value
        rest = {name: cell for name, column in self._rest.items() if (cell := column[inner]) != ""}
        return Row(number=self._numbers[inner], key=self._keys([inner])[0], values=values, rest=rest)

    def __iter__(self) -> Iterator[Row]:
        return (self[place] for place in range(len(self)))

    def only(self, places: Sequence[int]) -> "Rows":
        """Some of them."""
        return Rows(
            numbers=self._numbers,
            keys=self._keys,
            columns=self._columns,
            constants=self._constants,
            rest=self._rest,
            places=[self._places[each] for each in places],
        )

    def number(self, place: int) -> int:
        """The row's number in its file."""
        return self._numbers[self._places[place]]

    def keys(self) -> list[str]:
        """The key of each row."""
        return self._keys(self._places)

    def column(self, name: str) -> list[Any]:
        """What each row says for a field; None where it says nothing."""
        constant, column = self._constants.get(name), self._columns.get(name)
        if column is None:
            return [constant] * len(self)
        found = self._taken(column)
        return found if constant is None else [constant if value is None else value for value in found]

    def says(self, name: str) -> bool:
        """Whether any row could say something for the field."""
        return name in self._columns or name in self._constants

    def rest(self) -> list[dict[str, Any]]:
        """The unmapped cells of each row, by column; empty ones left out."""
        if not self._rest:
            return [{} for _ in self._places]
        names = list(self._rest)
        rows = zip(*(self._taken(column) for column in self._rest.values()), strict=True)
        return [{name: cell for name, cell in zip(names, cells, strict=True) if cell != ""} for cells in rows]

    def _taken(self, column: list[Any]) -> list[Any]:
        if isinstance(self._places, range) and len(self._places) == len(column):
            return column
        return [column[place] for place in self._places]


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """Why one row cannot be taken: the column (or field), and the reason as ``reasons`` keeps it."""

    number: int
    field: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Rows that are loaded in one transaction."""

    workspace_id: int
    import_id: int
    rows: Rows
    now: datetime
    file_time: datetime  # when rows without a time of their own are taken to have happened
    source: str  # the kind of source, for rows that do not say
    announce: bool  # whether consequences (cases, probes) shall follow; not for history
    acquaintance: "Acquaintance"
    older: bool = False  # whether events of earlier imports may stand here under their former keys


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
    of_turns: bool = False  # a row is a turn of a conversation: transcripts are read as such

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
