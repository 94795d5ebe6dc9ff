"""SPSS: variable labels, value labels and levels of measurement, so that a file opens ready for analysis.

The format's library writes whole frames, so the rows go through a Parquet file on disk and are bounded in number here:
one frame of ``MOST`` rows. Larger tables are refused with the way out.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from allears.events.exports.errors import ExportUseError
from allears.events.exports.tables import Column, Measure, Type
from allears.events.exports.writers import Batches
from allears.kit.lazy import LazyModule

if TYPE_CHECKING:
    import pandas as pd
    import pyreadstat
else:
    pd, pyreadstat = LazyModule("pandas"), LazyModule("pyreadstat")

MOST = 500_000
VALUE_LABEL, LABEL = 120, 255  # bytes
LONGEST = 8_000  # bytes of one text; the format takes 32,767 and statistics take none of it
NAME = re.compile(r"[^A-Za-z0-9_\u3400-\u9fff]")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def write_sav(path: Path, columns: Sequence[Column], batches: Batches, *, labels: bool, mark: bool = True) -> None:
    """Write the rows with everything that a statistics program wants to know of them."""
    columns, batches = _apart(columns, batches)
    lists: list[list[Any]] = [[] for _column in columns]
    for batch in batches:
        for row in batch:
            for each, column, value in zip(lists, columns, row, strict=True):
                each.append(_value(column, value))
        if len(lists[0]) > MOST:
            message = _("An SPSS file takes at most %(most)d rows here. Narrow it with filters, or take Parquet.")
            raise ExportUseError("format", message % {"most": MOST})
    names = variable_names(columns)
    frame = pd.DataFrame(
        {name: _series(column, each) for name, column, each in zip(names, columns, lists, strict=True)}
    )
    pyreadstat.write_sav(
        frame,
        str(path),
        column_labels=[_cut(str(column.label), LABEL) for column in columns],
        variable_value_labels={
            name: _value_labels({_code(key): str(word) for key, word in column.values.items()})
            for name, column in zip(names, columns, strict=True)
            if column.values
        },
        variable_measure={name: column.level.value for name, column in zip(names, columns, strict=True)},
        variable_format={
            name: "DATETIME20" for name, each in zip(names, columns, strict=True) if each.type is Type.TIME
        },
    )


def _apart(columns: Sequence[Column], batches: Batches) -> tuple[list[Column], Batches]:
    """A line of several answers gets a variable of its own for each option: chosen or not, or its rank."""
    wide = [each for column in columns for each in (column, *_options(column))]

    def spread() -> Iterator[list[tuple[Any, ...]]]:
        for batch in batches:
            yield [
                tuple(each for column, value in zip(columns, row, strict=True) for each in _cells(column, value))
                for row in batch
            ]

    return wide, spread()


def _options(column: Column) -> list[Column]:
    words = {} if column.ranked else {0: _("no"), 1: _("yes")}
    level = Measure.ORDINAL if column.ranked else Measure.NOMINAL
    return [
        Column(
            name=f"{column.name}.{value}", label=f"{column.label}: {word}", type=Type.INTEGER, measure=level,
            values=words,
        )
        for value, word in column.options.items()
    ]  # fmt: skip


def _cells(column: Column, value: Any) -> list[Any]:
    if not value:
        return [value, *(None for _option in column.options)]  # not asked, or not answered: neither yes nor no
    held = str(value).split("; ")
    if column.ranked:
        return [value, *(held.index(each) + 1 if each in held else None for each in column.options)]
    return [value, *(int(each in held) for each in column.options)]


def _code(key: Any) -> Any:
    return float(key) if isinstance(key, int | float) else key


def _value_labels(words: Mapping[Any, str]) -> dict[Any, str]:
    """The words as the format takes them; those that begin alike stay apart after they were cut."""
    cut = {key: _cut(word, VALUE_LABEL) for key, word in words.items()}
    times = Counter(cut.values())
    return {
        key: label if times[label] == 1 else f"{_cut(label, VALUE_LABEL - 12)}… ({place})"
        for place, (key, label) in enumerate(cut.items(), start=1)
    }


def _cut(text: str, most: int) -> str:
    """The text in as many bytes, no character halved."""
    return text.encode("utf-8", "replace")[:most].decode(errors="ignore")


def variable_names(columns: Sequence[Column]) -> list[str]:
    """Names as the format takes them: letters, digits, low lines, a letter first, 64 bytes, none twice."""
    taken: set[str] = set()
    result = []
    for place, column in enumerate(columns, start=1):
        base = NAME.sub("_", column.name)
        base = base if base[:1].isalpha() else f"v_{base}"
        name = base.encode()[:56].decode(errors="ignore")
        if name.lower() in taken:
            name = f"{name}_{place}"
        taken.add(name.lower())
        result.append(name)
    return result


def _value(column: Column, value: Any) -> Any:
    if value is None:
        return None
    if column.type is Type.TIME:
        return value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) else None
    if column.type is Type.FLAG:
        return float(value) if isinstance(value, bool) else None
    if column.type in {Type.INTEGER, Type.NUMBER}:
        return float(value) if isinstance(value, int | float) else None
    return str(value).encode()[:LONGEST].decode(errors="ignore")


def _series(column: Column, values: list[Any]) -> Any:
    if column.type is Type.TIME:
        return pd.Series(values, dtype="datetime64[us]")
    if column.type is Type.TEXT:
        return pd.Series(["" if value is None else value for value in values], dtype=object)
    return pd.Series(values, dtype="float64")
