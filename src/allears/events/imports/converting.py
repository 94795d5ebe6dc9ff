"""Staged rows to values: each mapped cell read by its field's type, every mistake told with its column and way out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from allears.events.imports import scores, times, typed, vocabulary
from allears.events.imports.errors import BadCellError, ImportUseError
from allears.events.imports.fitting import language_code, source_kind_of
from allears.events.imports.kinds import BadRow, Field, FieldType, Kind, Rows
from allears.events.imports.mapping import METRICS, REST_DROP, REST_KEEP, FieldMap, Mapping, signature
from allears.events.imports.reasons import in_words
from allears.events.imports.staging import Block, Staged

Reader = Callable[[str], Any]
SHORT, REMEMBERED = 40, 20_000  # characters of a cell, cells of a column whose meaning is remembered
LEAST = 10  # characters from which on a customer's mark is no word for nothing
LONGEST_NOTHING = 24  # the same of any other cell: “prefer not to answer”
ANY_LENGTH = 1 << 30
SHORT_WORDS = frozenset({FieldType.KEY, FieldType.WHO, FieldType.EMAIL, FieldType.PHONE, FieldType.NAME})
# What proves that two equal rows are one and the same thing said twice, wherever they stand.
OWN_MARKS = frozenset({"id", "said_at", "ts", "user_id", "anonymous_id", "email", "phone"})


@dataclass(frozen=True, slots=True)
class Wrong:
    """Stands where a cell could not be read, with the reason as it is kept."""

    reason: str


class _Meanings(dict[str, Any]):
    """Cells read before, for columns repeat themselves; what files write for nothing is None."""

    def __init__(self, read: Reader) -> None:
        super().__init__({"": None})
        self._read = read
        self.failed = False

    def __missing__(self, cell: str) -> Any:
        try:
            found = None if _short_word(cell) and vocabulary.says_nothing(cell) else self._read(cell)
        except BadCellError as error:
            found, self.failed = Wrong(error.reason), True
        if len(cell) <= SHORT and len(self) < REMEMBERED:
            self[cell] = found
        return found


def _short_word(cell: str) -> bool:
    """No word for nothing ends with a digit."""
    return len(cell) < LONGEST_NOTHING and not cell[-1].isdigit()


class ColumnReader:
    """Reads a column's cells. Those up to ``as_it_is`` characters mean themselves, if they are no word for nothing."""

    def __init__(self, read: Reader, *, as_it_is: int = 0) -> None:
        self._meaning = _Meanings(read)
        self._most = as_it_is

    @property
    def failed(self) -> bool:
        """Whether there was ever a cell that could not be read."""
        return self._meaning.failed

    def column(self, cells: list[str]) -> list[Any]:
        """The meaning of each cell: None for nothing, ``Wrong`` where it cannot be read."""
        meaning, most = self._meaning.__getitem__, self._most
        if not most:
            return list(map(meaning, cells))
        return [cell if LEAST <= len(cell) <= most else meaning(cell) for cell in cells]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """An answer: ``value`` on the metric's scale, ``stated`` as it stands in the file."""

    metric: str
    value: int
    stated: str


class Converter:
    """Reads rows of one staged file by one mapping."""

    def __init__(self, *, kind: Kind, mapping: Mapping, staged: Staged, moment: datetime) -> None:
        """``moment`` is the file's own: days that name no year were the last ones before it."""
        self._columns, self._moment = staged.columns, moment
        self._place = {name: place for place, name in enumerate(staged.columns)}
        self._constants: dict[str, Any] = {}
        self._readers: list[tuple[str, tuple[int, ...], ColumnReader]] = []
        zone = ZoneInfo(mapping.timezone or "UTC")
        for name, field_map in mapping.fields.items():
            field = kind.field(name)
            if field is None:
                raise ImportUseError(f"fields.{name}", _("The mapping names a field that this kind does not have."))
            self._add(field, field_map, zone)
        self._types: dict[str, str] = staged.about.get("types", {})
        self._rest = _rest_places(mapping, staged.columns)
        self._keys = _Keys(kind, mapping, staged)

    def _add(self, field: Field, field_map: FieldMap, zone: ZoneInfo) -> None:
        reader = _reader(field, field_map, zone, self._moment)
        if field_map.columns:
            self._readers.append((field.name, tuple(self._place[each] for each in field_map.columns), reader))
        elif field_map.value is not None:
            self._constants[field.name] = _constant(field, field_map.value, reader)
        if field_map.fallback:
            self._constants[f"{field.name}_fallback"] = field_map.fallback

    def convert(self, block: Block) -> tuple[Rows, list[BadRow]]:
        """The rows that can be understood, and those that cannot, told by the first field at fault."""
        bad = {place: ("", reason) for place, reason in block.reasons.items()}
        columns: dict[str, list[Any]] = {}
        for name, places, reader in self._readers:
            columns[name] = found = reader.column(_cells(block, places))
            if reader.failed:
                for place, value in enumerate(found):
                    if isinstance(value, Wrong):
                        bad.setdefault(place, (self._columns[places[0]], value.reason))
        rows = Rows(
            numbers=range(block.first, block.first + len(block)),
            keys=lambda places: self._keys.of(block, places, columns.get("id")),
            columns=columns,
            constants=self._constants,
            rest={name: typed.column(block.columns[place], self._types.get(name, "")) for name, place in self._rest},
        )
        if not bad:
            return rows, []
        told = [
            BadRow(number=block.first + place, field=field, reason=reason)
            for place, (field, reason) in sorted(bad.items())
        ]
        return rows.only([place for place in range(len(block)) if place not in bad]), told


def _cells(block: Block, places: Sequence[int]) -> list[str]:
    if len(places) == 1:
        return block.columns[places[0]]
    parts = zip(*(block.columns[place] for place in places), strict=True)
    return ["\n".join(filter(None, cells)) for cells in parts]


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

    def of(self, block: Block, places: Sequence[int], ids: list[Any] | None) -> list[str]:
        """The keys of the rows at these places."""
        own: list[Any] = ids if self._by_id and ids is not None else []
        by_id, base = b"id" + self._base, self._base
        occurrences = block.occurrences
        found = []
        for place in places:
            if own and (name := own[place]):
                content = by_id + str(name).encode()
            else:
                occurrence = occurrences[place] if occurrences else 0
                content = base + block.digests[place] + occurrence.to_bytes(4, "big")
            found.append(blake2b(content, digest_size=16).hexdigest())
        return found


def _rest_places(mapping: Mapping, columns: Sequence[str]) -> list[tuple[str, int]]:
    if mapping.rest == REST_DROP:
        return []
    wanted = set(columns) if mapping.rest == REST_KEEP else set(mapping.rest)
    mapped = {column for each in mapping.fields.values() for column in each.columns}
    return [(name, place) for place, name in enumerate(columns) if name in wanted and name not in mapped]


def _constant(field: Field, value: str, reader: ColumnReader) -> Any:
    (found,) = reader.column([value])
    if isinstance(found, Wrong):
        raise ImportUseError(f"fields.{field.name}.value", in_words(found.reason))
    return found


def _reader(field: Field, field_map: FieldMap, zone: ZoneInfo, moment: datetime) -> ColumnReader:
    of_time = field.type is FieldType.TIME
    read = _time(field_map, zone, moment) if of_time else _READERS[field.type](field, field_map, zone)
    if not field_map.values:
        return ColumnReader(read, as_it_is=_as_it_is(field))
    meanings = {vocabulary.folded(name): meaning for name, meaning in field_map.values.items()}

    def translated(cell: str) -> Any:
        meaning = meanings.get(vocabulary.folded(cell), cell)
        return None if meaning is None else read(meaning)

    return ColumnReader(translated)


def _as_it_is(field: Field) -> int:
    if field.type in {FieldType.TEXT, FieldType.TITLE}:
        return ANY_LENGTH
    return field.most if field.type in SHORT_WORDS else 0


def _text(field: Field, field_map: FieldMap, zone: ZoneInfo) -> Reader:
    return lambda cell: cell


def _short(field: Field, field_map: FieldMap, zone: ZoneInfo) -> Reader:
    def read(cell: str) -> str:
        if len(cell) > field.most:
            raise BadCellError("too_long", text=cell[:40], found=len(cell), field=field.label, most=field.most)
        return cell

    return read


def _time(field_map: FieldMap, zone: ZoneInfo, moment: datetime) -> Reader:
    order: times.Order = "dmy" if field_map.order == "dmy" else "mdy" if field_map.order == "mdy" else ""
    return partial(times.parse, order=order, zone=zone, meant=field_map.zone, latest=moment)


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
                raise BadCellError("off_scale", value=value, low=least, high=most)
            found = Score(metric=field_map.metric, value=scores.onto(value, scale=scale, target=target), stated=cell)
            if len(known) < 10_000:
                known[cell] = found
        return found

    return read


def _worded(cell: str, scale: tuple[float, float]) -> float:
    word = scores.word_score(cell)
    if word is None:
        raise BadCellError("no_answer", text=cell[:60])
    worst, best = scale
    return worst + (word - 1) / 4 * (best - worst)


def _sentiment(field: Field, field_map: FieldMap, zone: ZoneInfo) -> Reader:
    words = vocabulary.sentiments()

    def read(cell: str) -> str:
        if found := words.get(vocabulary.folded(cell)):
            return found
        raise BadCellError("no_feeling", text=cell[:60])

    return read


def _language(field: Field, field_map: FieldMap, zone: ZoneInfo) -> Reader:
    return lambda cell: language_code(cell) or cell.strip().lower().replace("_", "-").split("-")[0][:3]


def _source_kind(field: Field, field_map: FieldMap, zone: ZoneInfo) -> Reader:
    return lambda cell: source_kind_of(cell) or None


def _flag(field: Field, field_map: FieldMap, zone: ZoneInfo) -> Reader:
    def read(cell: str) -> bool:
        found = vocabulary.yes_or_no(cell)
        if found is None:
            raise BadCellError("no_flag", text=cell[:60])
        return found

    return read


_READERS: dict[FieldType, Callable[[Field, FieldMap, ZoneInfo], Reader]] = {
    FieldType.TEXT: _text,
    FieldType.TITLE: _text,
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
