"""A whole file annotated: its rows as they are, and beside them what the words say.

Rows go through in batches, so memory does not grow with the file. A row that cannot be read never loses another: it is
put beside the output with the reason. The result replaces an older file only when it is complete.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import islice, repeat
from pathlib import Path
from random import Random
from typing import IO, Any, Final

from django.utils.translation import gettext as _

from allears.events.exports.tables import Column, Type
from allears.events.exports.writers import write_parquet, write_xlsx
from allears.events.imports import typed
from allears.events.imports.tables import Table
from allears.understand.text.adapting import feeling_of
from allears.understand.text.annotation import Annotation, Annotator, Label
from allears.understand.text.corpus import Language
from allears.understand.text.learning import LabelModel

OWN: Final = (
    *("language", "sentiment", "sentiment_score", "emotion", "topics", "needs", "five_s"),
    *("point", "intent", "urgency", "confidence", "model", "abstained"),
)
SUFFIXES: Final = (".csv", ".tsv", ".xlsx", ".parquet", ".jsonl", ".csv.gz", ".tsv.gz", ".jsonl.gz")
BATCH: Final = 512
_TYPES: Final = {"sentiment_score": Type.NUMBER, "confidence": Type.NUMBER, "urgency": Type.INTEGER}
_BETWEEN: Final = ";"

Row = tuple[Any, ...]


class AnnotateError(ValueError):
    """The file cannot be annotated as asked. `field` names what to change."""

    def __init__(self, field_name: str, message: str) -> None:
        super().__init__(message)
        self.field = field_name


@dataclass(frozen=True, slots=True)
class Line:
    """A row that could be read: its cells as texts, and as they are written again."""

    cells: list[str]
    shown: Sequence[Any]


@dataclass(frozen=True, kw_only=True)
class Annotating:
    """What is done to each row of a table: which column holds the words, who reads them, and in which language."""

    table: Table
    text: int
    annotator: Annotator
    language: Language | None = None
    learnt: Sequence[tuple[str, LabelModel]] = ()  # (column that was learnt, model)
    splits: dict[int, str] | None = None  # by place of the row: train or holdout

    @property
    def columns(self) -> list[Column]:
        """The input's, then ours; ours take a prefix where the input has a column of that name."""
        there = set(self.table.columns)
        names = [*OWN, *(f"{name}_{what}" for name, _ in self.learnt for what in ("predicted", "confidence"))]
        if self.splits is not None:
            names.append("split")
        own = [f"allears_{name}" if name in there else name for name in names]
        kinds = [Type.NUMBER if name.endswith("_confidence") else _TYPES.get(name, Type.TEXT) for name in names]
        return [
            *_columns_of(self.table),
            *(Column(name=name, label=name, type=kind) for name, kind in zip(own, kinds, strict=True)),
        ]

    def rows(self, first: int, lines: list[Line]) -> list[Row]:
        """A batch of rows with what was found; the first of them is the `first` of the file, from 0."""
        texts = [line.cells[self.text] for line in lines]
        filled = [place for place, text in enumerate(texts) if text.strip()]
        words = [texts[place] for place in filled]
        languages = [self.language] * len(words) if self.language else None
        said = self.annotator.annotate(words, languages=languages) if words else []
        found: dict[int, Row] = dict(zip(filled, map(own_cells, said), strict=True))
        for _name, model in self.learnt:
            heard = said if model.annotator is self.annotator else None
            given = model.predict(words, languages=languages, said=heard, spans=False)
            for place, labels in zip(filled, given, strict=True):
                found[place] = (*found[place], model.cell(labels), labels[0].confidence if labels else None)
        nothing: Row = (None,) * (len(OWN) + 2 * len(self.learnt))
        splits = self.splits
        return [
            (*line.shown, *found.get(place, nothing), *(() if splits is None else (splits.get(first + place),)))
            for place, line in enumerate(lines)
        ]


_KINDS: Final = {typed.INTEGER: Type.INTEGER, typed.NUMBER: Type.NUMBER, typed.FLAG: Type.FLAG}


def _columns_of(table: Table) -> Iterator[Column]:
    """The input's columns, of the kinds they have there."""
    for place, name in enumerate(table.columns):
        kind = table.types[place] if table.types else typed.TEXT
        stored = table.stored[place] if table.stored else None
        yield Column(name=name, label=name, type=_KINDS.get(kind, Type.TEXT), stored=stored)


def own_cells(said: Annotation) -> Row:
    """An annotation as the cells of `OWN`. The sentiment is the likelier one even where it was not sure enough."""
    sentiment = said.of("sentiment")
    urgency = said.value("urgency")
    return (
        said.language,
        feeling_of(said),
        round(said.score, 4),
        _listed(said.of("emotion")),
        _listed(said.of("topic")),
        _listed(said.of("need")),
        _listed(said.of("five_s")),
        said.value("point") or "",
        _listed(said.of("intent")),
        int(urgency) if urgency else 0,
        round(sentiment[0].confidence, 4) if sentiment else None,
        said.model,
        _BETWEEN.join(said.abstained),
    )


def _listed(labels: Sequence[Label]) -> str:
    return _BETWEEN.join(each.value if each.polarity is None else f"{each.value}#{each.polarity}" for each in labels)


@dataclass(slots=True)
class Outcome:
    """What became of a file."""

    rows: int = 0
    unread: int = 0
    unread_file: Path | None = None
    reasons: list[tuple[int, str, str]] = field(default_factory=list)  # the first ones


def annotate_file(
    job: Annotating, out: Path, *, mark: bool = False, on_progress: Callable[[int], None] | None = None
) -> Outcome:
    """Write the annotated table to `out`, whose ending says the format. `mark`: CSV begins with the mark of UTF-8."""
    writer = writer_of(out)
    outcome, part = Outcome(), out.with_name(f".{out.name}.part")
    beside = out.with_name(f"{out.name}.unread.csv")
    try:
        told = on_progress or (lambda rows: None)
        batches = _batches(job, outcome, beside, told, as_text=writer is _write_delimited)
        writer(part, job.columns, batches, mark)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    return outcome


Writer = Callable[[Path, Sequence[Column], Iterator[list[Row]], bool], None]


def writer_of(out: Path) -> Writer:
    """Writes the format that the file's ending names. Raises AnnotateError."""
    name = out.name.lower().removesuffix(".gz")
    suffix = next((each for each in SUFFIXES if out.name.lower().endswith(each)), "")
    if not suffix:
        raise AnnotateError(
            "out",
            _("%(name)s: its ending names no format. Take one of %(formats)s.")
            % {"name": out.name, "formats": ", ".join(SUFFIXES)},
        )
    if name.endswith((".csv", ".tsv")):
        return _write_delimited
    if name.endswith(".jsonl"):
        return _write_lines
    return _workbook if name.endswith(".xlsx") else _parquet


def _workbook(path: Path, columns: Sequence[Column], batches: Iterator[list[Row]], mark: bool) -> None:
    plain = ([tuple(map(typed.for_sheet, row)) for row in batch] for batch in batches)
    write_xlsx(path, columns, plain, labels=False, mark=mark)


def _parquet(path: Path, columns: Sequence[Column], batches: Iterator[list[Row]], mark: bool) -> None:
    write_parquet(path, columns, batches, labels=False, mark=mark)


def _write_delimited(path: Path, columns: Sequence[Column], batches: Iterator[list[Row]], mark: bool) -> None:
    tabs = ".tsv" in path.suffixes
    with _text(path, "utf-8-sig" if mark else "utf-8") as file:
        writer = csv.writer(file, delimiter="\t" if tabs else ",", lineterminator="\n" if tabs else "\r\n")
        writer.writerow([column.name for column in columns])
        for batch in batches:
            writer.writerows(batch)


def _write_lines(path: Path, columns: Sequence[Column], batches: Iterator[list[Row]], mark: bool) -> None:
    names = [column.name for column in columns]
    with _text(path, "utf-8") as file:
        for batch in batches:
            for row in batch:
                document = dict(zip(names, typed.finite(row), strict=True))
                file.write(json.dumps(document, ensure_ascii=False, default=typed.for_json) + "\n")


def _text(path: Path, encoding: str) -> AbstractContextManager[IO[str]]:
    if ".gz" in path.suffixes:
        return io.TextIOWrapper(gzip.open(path, "wb"), encoding=encoding, newline="")
    return path.open("w", encoding=encoding, newline="")


_MOST_REASONS: Final = 20


def _batches(
    job: Annotating, outcome: Outcome, beside: Path, on_progress: Callable[[int], None], *, as_text: bool
) -> Iterator[list[Row]]:
    first, good = 0, _readable(job.table, outcome, beside, as_text=as_text)
    while batch := list(islice(good, BATCH)):
        yield job.rows(first, batch)
        first += len(batch)
        outcome.rows = first
        on_progress(first + outcome.unread)


def _readable(table: Table, outcome: Outcome, beside: Path, *, as_text: bool) -> Iterator[Line]:
    """The rows that can be read; the others are written beside the output with their reason."""
    beside.unlink(missing_ok=True)
    values = repeat(None) if as_text or table.values is None else table.values()
    for number, ((cells, reason, raw), shown) in enumerate(zip(table.rows(), values, strict=False), start=1):
        if not reason:
            yield Line(cells, cells if shown is None else shown)
            continue
        outcome.unread += 1
        outcome.unread_file = beside
        if len(outcome.reasons) < _MOST_REASONS:
            outcome.reasons.append((number, reason, raw[:200]))
        with beside.open("a", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            if outcome.unread == 1:
                writer.writerow(["row", "reason", "text"])
            writer.writerow([number, reason, raw])


def place_of(table: Table, name: str, *, option: str) -> int:
    """The column of this name, also in other capitals, or by its number from 1. Raises AnnotateError."""
    if name in table.columns:
        return table.columns.index(name)
    near = [place for place, each in enumerate(table.columns) if each.casefold() == name.strip().casefold()]
    if len(near) == 1:
        return near[0]
    if name.isdigit() and 1 <= int(name) <= len(table.columns):
        return int(name) - 1
    names = ", ".join(table.columns[:40])
    says = _("There is no column “%(name)s”. The file has: %(columns)s.")
    raise AnnotateError(option, says % {"name": name, "columns": names})


def count_of(table: Table) -> int:
    """How many rows there are."""
    return sum(1 for _ in table.rows())


MOST_READ: Final = 400_000  # rows that are held in memory to learn from; of a longer file, so many are drawn


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """Two columns of a file to learn from: the words, and what stands beside them; `places` are their rows."""

    texts: list[str]
    cells: list[str]
    places: list[int]

    def splits(self, held: Sequence[bool], used: Sequence[bool]) -> dict[int, str]:
        """Of each row that counts, on which side it is."""
        return {
            place: "holdout" if out else "train"
            for place, out, count in zip(self.places, held, used, strict=True)
            if count
        }


def lesson_of(
    table: Table, text: int, beside: int, *, rows: int, seed: int, on_progress: Callable[[int], None] | None = None
) -> Lesson:
    """Read what is to be learnt from; `rows` is how many the file has."""
    random = Random(seed)  # noqa: S311 – a sample, no secret
    share = min(1.0, MOST_READ / max(1, rows))
    lesson, good = Lesson(texts=[], cells=[], places=[]), -1
    for count, (cells, reason, _raw) in enumerate(table.rows(), start=1):
        if reason:
            continue
        good += 1
        if share == 1.0 or random.random() < share:
            lesson.texts.append(cells[text])
            lesson.cells.append(cells[beside])
            lesson.places.append(good)
        if on_progress and count % 1000 == 0:
            on_progress(count)
    return lesson
