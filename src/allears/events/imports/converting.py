"""Staged rows to values: each mapped cell read by its field's type, every mistake told with its column and way out."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from allears.events.imports import scores, times, vocabulary
from allears.events.imports.errors import BadCellError, ImportUseError
from allears.events.imports.fitting import language_code, source_kind_of
from allears.events.imports.kinds import BadRow, Field, FieldType, Kind, Row
from allears.events.imports.mapping import METRICS, REST_DROP, REST_KEEP, FieldMap, Mapping, signature
from allears.events.imports.staging import Staged, StagedRow

Reader = Callable[[str], Any]
SHORT, REMEMBERED = 40, 20_000  # characters of a cell, cells of a column whose meaning is remembered
_UNREAD = object()
# What proves that two equal rows are one and the same thing said twice, wherever they stand.
OWN_MARKS = frozenset({"id", "said_at", "ts", "user_id", "anonymous_id", "email", "phone"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """An answer: ``value`` on the metric's scale, ``stated`` as it stands in the file."""

    metric: str
    value: int
    stated: str


class Converter:
    """Reads rows of one staged file by one mapping."""

    def __init__(self, *, kind: Kind, mapping: Mapping, staged: Staged) -> None:
        self._columns = staged.columns
        self._place = {name: place for place, name in enumerate(staged.columns)}
        self._constants: dict[str, Any] = {}
        self._readers: list[tuple[str, tuple[int, ...], Reader]] = []
        zone = ZoneInfo(mapping.timezone or "UTC")
        for name, field_map in mapping.fields.items():
            field = kind.field(name)
            if field is None:
                raise ImportUseError(f"fields.{name}", _("The mapping names a field that this kind does not have."))
            self._add(field, field_map, zone)
        self._rest = _rest_places(mapping, staged.columns)
        self._keys = _Keys(kind, mapping, staged)

    def _add(self, field: Field, field_map: FieldMap, zone: ZoneInfo) -> None:
        reader = _reader(field, field_map, zone)
        if field_map.columns:
            self._readers.append((field.name, tuple(self._place[each] for each in field_map.columns), reader))
        elif field_map.value is not None:
            self._constants[field.name] = _constant(field, field_map.value, reader)
        if field_map.fallback:
            self._constants[f"{field.name}_fallback"] = field_map.fallback

    def convert(self, rows: Sequence[StagedRow]) -> tuple[list[Row], list[BadRow]]:
        """The rows that can be understood, and those that cannot."""
        good: list[Row] = []
        bad: list[BadRow] = []
        for row in rows:
            if row.reason:
                bad.append(BadRow(number=row.number, field="", reason=row.reason))
                continue
            found = self._one(row)
            if isinstance(found, Row):
                good.append(found)
            else:
                bad.append(found)
        return good, bad

    def _one(self, row: StagedRow) -> Row | BadRow:
        values, cells = dict(self._constants), row.cells
        for name, places, read in self._readers:
            cell = cells[places[0]] if len(places) == 1 else "\n".join(filter(None, (cells[each] for each in places)))
            if not cell:
                continue
            try:
                value = read(cell)
            except BadCellError as error:
                return BadRow(number=row.number, field=self._columns[places[0]], reason=str(error))
            if value is not None:
                values[name] = value
        rest = {name: cells[place] for name, place in self._rest if cells[place]}
        return Row(number=row.number, key=self._keys.of(row, values), values=values, rest=rest)


class _Keys:
    """Stable names of rows: the row's own id within files of the same columns, else its content and occurrence.

    A row that carries nothing of its own (no id, time or customer) is bound to the file's first row besides: "very
    good" in one file is another voice than "very good" in the next, but the same file sent again, or grown, repeats it.
    """

    def __init__(self, kind: Kind, mapping: Mapping, staged: Staged) -> None:
        self._by_id = bool(mapping.fields.get("id") and mapping.fields["id"].columns)
        self._base = kind.name.encode()
        mapped = {name for name, each in mapping.fields.items() if each.columns}
        if self._by_id:
            self._base += signature(staged.columns).encode()
        elif not mapped & OWN_MARKS:
            self._base += staged.first_digest

    def of(self, row: StagedRow, values: dict[str, Any]) -> str:
        if self._by_id and (own := values.get("id")):
            return blake2b(b"id" + self._base + str(own).encode(), digest_size=16).hexdigest()
        content = row.digest + row.occurrence.to_bytes(4, "big")
        return blake2b(self._base + content, digest_size=16).hexdigest()


def _rest_places(mapping: Mapping, columns: Sequence[str]) -> list[tuple[str, int]]:
    if mapping.rest == REST_DROP:
        return []
    wanted = set(columns) if mapping.rest == REST_KEEP else set(mapping.rest)
    mapped = {column for each in mapping.fields.values() for column in each.columns}
    return [(name, place) for place, name in enumerate(columns) if name in wanted and name not in mapped]


def _constant(field: Field, value: str, reader: Reader) -> Any:
    try:
        return reader(value)
    except BadCellError as error:
        raise ImportUseError(f"fields.{field.name}.value", str(error)) from error


def _reader(field: Field, field_map: FieldMap, zone: ZoneInfo) -> Reader:
    read = _READERS[field.type](field, field_map, zone)
    if not field_map.values:
        return _unless_empty(read)
    meanings = {vocabulary.folded(name): meaning for name, meaning in field_map.values.items()}

    def translated(cell: str) -> Any:
        meaning = meanings.get(vocabulary.folded(cell), cell)
        return None if meaning is None else read(meaning)

    return _unless_empty(translated)


def _unless_empty(read: Reader) -> Reader:
    """What files write for nothing is None; what was read is remembered, for columns repeat themselves."""
    known: dict[str, Any] = {}

    def checked(cell: str) -> Any:
        found = known.get(cell, _UNREAD)
        if found is _UNREAD:
            found = None if len(cell) < 10 and vocabulary.says_nothing(cell) else read(cell)
            if len(cell) <= SHORT and len(known) < REMEMBERED:
                known[cell] = found
        return found

    return checked


def _text(field: Field, field_map: FieldMap, zone: ZoneInfo) -> Reader:
    return lambda cell: cell


def _short(field: Field, field_map: FieldMap, zone: ZoneInfo) -> Reader:
    def read(cell: str) -> str:
        if len(cell) > field.most:
            message = _("“%(text)s…” has %(found)d characters; %(field)s may have %(most)d. Shorten it.")
            found = {"text": cell[:40], "found": len(cell), "field": field.label, "most": field.most}
            raise BadCellError(message % found)
        return cell

    return read


def _time(field: Field, field_map: FieldMap, zone: ZoneInfo) -> Reader:
    order: times.Order = "dmy" if field_map.order == "dmy" else "mdy" if field_map.order == "mdy" else ""
    return partial(times.parse, order=order, zone=zone)


def _score(field: Field, field_map: FieldMap, zone: ZoneInfo) -> Reader:
    target = METRICS[field_map.metric]
    scale = field_map.scale or target
    least, most = sorted(scale)
    known: dict[str, Score] = {}

    def read(cell: str) -> Score:
        if (found := known.get(cell)) is None:
            value = scores.number_of(cell)
            if value is None:
                value = _worded(cell, scale)
            if not least <= value <= most:
                message = _("%(value)g lies outside the scale from %(low)g to %(high)g. Mend the value or the scale.")
                raise BadCellError(message % {"value": value, "low": least, "high": most})
            found = Score(metric=field_map.metric, value=scores.onto(value, scale=scale, target=target), stated=cell)
            if len(known) < 10_000:
                known[cell] = found
        return found

    return read


def _worded(cell: str, scale: tuple[float, float]) -> float:
    word = scores.word_score(cell)
    if word is None:
        message = _(
            "“%(text)s” is no answer on the scale. Write a number, or say in the mapping’s “values” what it means."
        )
        raise BadCellError(message % {"text": cell[:60]})
    worst, best = scale
    return worst + (word - 1) / 4 * (best - worst)


def _sentiment(field: Field, field_map: FieldMap, zone: ZoneInfo) -> Reader:
    words = vocabulary.sentiments()

    def read(cell: str) -> str:
        if found := words.get(vocabulary.folded(cell)):
            return found
        message = _(
            "“%(text)s” is no feeling. Write positive, neutral or negative, or say it in the mapping’s “values”."
        )
        raise BadCellError(message % {"text": cell[:60]})

    return read


def _language(field: Field, field_map: FieldMap, zone: ZoneInfo) -> Reader:
    return lambda cell: language_code(cell) or cell.strip().lower().replace("_", "-").split("-")[0][:3]


def _source_kind(field: Field, field_map: FieldMap, zone: ZoneInfo) -> Reader:
    return lambda cell: source_kind_of(cell) or None


def _flag(field: Field, field_map: FieldMap, zone: ZoneInfo) -> Reader:
    def read(cell: str) -> bool:
        found = vocabulary.yes_or_no(cell)
        if found is None:
            raise BadCellError(_("“%(text)s” is neither yes nor no. Write yes or no.") % {"text": cell[:60]})
        return found

    return read


_READERS: dict[FieldType, Callable[[Field, FieldMap, ZoneInfo], Reader]] = {
    FieldType.TEXT: _text,
    FieldType.TITLE: _text,
    FieldType.TIME: _time,
    FieldType.SCORE: _score,
    FieldType.SENTIMENT: _sentiment,
    FieldType.KEY: _short,
    FieldType.WHO: _short,
    FieldType.EMAIL: _short,
    FieldType.PHONE: _short,
    FieldType.NAME: _short,
    FieldType.LABEL: _short,
    FieldType.LANGUAGE: _language,
    FieldType.SOURCE_KIND: _source_kind,
    FieldType.FLAG: _flag,
}


def file_moment(mapping: Mapping, fallback: datetime) -> datetime:
    """When rows without a time are taken to have happened."""
    if not mapping.file_time:
        return fallback
    try:
        return times.parse(mapping.file_time, zone=ZoneInfo(mapping.timezone or "UTC"))
    except BadCellError as error:
        raise ImportUseError("file_time", str(error)) from error


def chunks(staged: Staged, *, start: int, size: int) -> Iterator[list[StagedRow]]:
    """The rows from ``start`` on, ``size`` at a time."""
    for begin in range(start, staged.rows, size):
        yield list(staged.read(start=begin, count=size))
