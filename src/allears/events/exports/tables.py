"""What can leave as a file: tables with their columns, rows and filters, known by registration in ``apps.py``."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from allears.events.exports.errors import ExportUseError

Filters = Mapping[str, str]


class Type(StrEnum):
    """What a column's values are; texts in a column of numbers are left empty."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    TIME = "time"
    FLAG = "flag"


class Measure(StrEnum):
    """What may be computed with a column's values, as statistics programs ask."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    SCALE = "scale"


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column. ``name`` is the same in every language; ``label`` and the words for ``values`` are for people."""

    name: str
    label: str | Promise
    type: Type = Type.TEXT
    measure: Measure | None = None
    values: Mapping[Any, str | Promise] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)  # what a line of several (``a; b``) may hold
    ranked: bool = False  # the several stand in an order
    stored: Any = None  # the Arrow type that Parquet keeps it as, where that is not the usual one of ``type``

    @property
    def level(self) -> Measure:
        """The stated level of measurement, else the one that follows from the type."""
        if self.measure:
            return self.measure
        return Measure.SCALE if self.type in {Type.NUMBER, Type.TIME} else Measure.NOMINAL


@dataclass(frozen=True, kw_only=True)
class Selection:
    """One table of one workspace, narrowed: ``columns``, how many rows, and the rows a batch at a time."""

    columns: Sequence[Column]
    count: Callable[[], int]
    batches: Callable[[int], Iterator[list[tuple[Any, ...]]]]


@dataclass(frozen=True, kw_only=True)
class ExportTable:
    """``select`` takes (workspace_id, filters); ``filters`` are the names it knows beside ``since`` and ``until``."""

    name: str
    label: str | Promise
    filters: tuple[str, ...]
    select: Callable[[int, Filters], Selection]


_paths: dict[str, str] = {}


def register_export(name: str, path: str) -> None:
    """Make a table exportable; ``path`` is the dotted path of its ``ExportTable``."""
    _paths[name] = path


def table_names() -> list[str]:
    """Every registered table, by name."""
    return sorted(_paths)


def table_named(name: str) -> ExportTable:
    """The table of this name."""
    if name not in _paths:
        message = _("There is no table “%(name)s”. These can be exported: %(names)s.")
        raise ExportUseError("table", message % {"name": name, "names": ", ".join(table_names())})
    found = import_string(_paths[name])
    if not isinstance(found, ExportTable):
        raise TypeError(f"{_paths[name]} is no ExportTable")
    return found


def known_filters(table: ExportTable, given: Mapping[str, Any]) -> dict[str, str]:
    """The given filters as texts without the empty ones; raises on one that the table does not know."""
    known = (*table.filters, "since", "until")
    for name in given:
        if name not in known:
            message = _("“%(table)s” has no filter “%(name)s”. It has: %(names)s.")
            told = {"table": table.name, "name": name, "names": ", ".join(known)}
            raise ExportUseError(f"filters.{name}", message % told)
    return {name: str(value) for name, value in given.items() if value not in (None, "")}


def keyed_batches(
    rows: Any, names: Sequence[str], shape: Callable[[tuple[Any, ...]], tuple[Any, ...]], size: int
) -> Iterator[list[tuple[Any, ...]]]:
    """``rows`` by id, ``size`` at a time, each batch a query of its own: no cursor stays open, no lock is held.

    ``names`` are fields of the query; ``shape`` makes the exported row of what they give.
    """
    last = 0
    while True:
        found = list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", *names)[:size])
        if not found:
            return
        last = found[-1][0]
        yield [shape(row[1:]) for row in found]
        if len(found) < size:
            return


def labels_of(columns: Iterable[Column]) -> list[str]:
    """Headings for people, each once."""
    seen: dict[str, int] = {}
    result = []
    for column in columns:
        label = str(column.label)
        seen[label] = seen.get(label, 0) + 1
        result.append(label if seen[label] == 1 else f"{label} ({column.name})")
    return result
