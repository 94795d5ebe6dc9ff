"""The staged file: any source as one Parquet file of text columns, so that every later step can begin at any row.

Beside the cells each row carries its number in the source, the hash of its content and, if it could not be read, why.
A repeated row gets its occurrence number in a second small file, so that two equal rows are told apart and a file sent
again is recognised. Memory is bounded: 8 bytes a row for the hashes, one batch of rows besides.
"""

import hashlib
import json
import shutil
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from allears.events.imports import regular
from allears.events.imports.delimited import as_meant
from allears.events.imports.errors import ImportUseError
from allears.events.imports.reasons import coded
from allears.events.imports.tables import Table
from allears.kit.lazy import LazyModule

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq
else:
    np, pa, pq = LazyModule("numpy"), LazyModule("pyarrow"), LazyModule("pyarrow.parquet")

BATCH = 8_192
HASH_BYTES = regular.DIGEST
MAX_CELL = 1 << 20  # characters
SEPARATOR = regular.SEPARATOR


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedRow:
    """One row, counted from 1. ``reason`` keeps why it could not be read; then ``raw`` is its text."""

    number: int
    cells: list[str]
    digest: bytes
    occurrence: int
    reason: str = ""
    raw: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Neighbouring rows by columns. ``reasons`` are of the broken ones among them, by place."""

    first: int  # the number of the first row
    columns: list[list[str]]
    digests: list[bytes]
    occurrences: list[int] | None
    reasons: dict[int, str]
    raws: dict[int, str]

    def __len__(self) -> int:
        return len(self.digests)

    def row(self, place: int) -> StagedRow:
        """One of them by itself."""
        return StagedRow(
            number=self.first + place,
            cells=[column[place] for column in self.columns],
            digest=self.digests[place],
            occurrence=self.occurrences[place] if self.occurrences else 0,
            reason=self.reasons.get(place, ""),
            raw=self.raws.get(place, ""),
        )


@dataclass(frozen=True, kw_only=True)
class Staged:
    """A staged file in its folder."""

    folder: Path
    columns: list[str]
    rows: int
    about: dict[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        return self.folder / "rows.parquet"

    @cached_property
    def occurrences(self) -> Any:
        path = self.folder / "occurrences.npy"
        return np.load(path, mmap_mode="r") if path.exists() else None

    @cached_property
    def repeats(self) -> int:
        """Rows that stand further up already, word for word."""
        return 0 if self.occurrences is None else int(np.count_nonzero(self.occurrences))

    @property
    def first_digest(self) -> bytes:
        """The content of the first row: what a file without ids and times is recognised by when it has grown."""
        return bytes.fromhex(self.about["first"])

    def batches(self, columns: list[str] | None = None) -> "Iterator[pa.RecordBatch]":
        """The staged columns (``c0`` …, or those named), a batch at a time."""
        with pq.ParquetFile(self.path) as file:
            yield from file.iter_batches(batch_size=BATCH, columns=columns)

    def block(self, *, start: int, count: int) -> Block:
        """``count`` rows from the ``start``-th (0 is the first); only the row groups that hold them are read."""
        with pq.ParquetFile(self.path) as file:
            first, last = start // BATCH, min((start + count - 1) // BATCH + 1, file.num_row_groups)
            table = file.read_row_groups(list(range(first, last)), use_threads=False)
        table = table.slice(start - first * BATCH, count)
        stop = start + table.num_rows
        seen = None if self.occurrences is None else self.occurrences[start:stop].tolist()
        return Block(
            first=start + 1,
            columns=[table.column(f"c{place}").to_pylist() for place in range(len(self.columns))],
            digests=table.column("digest").to_pylist(),
            occurrences=seen if seen and any(seen) else None,
            reasons=_stated(table.column("reason")),
            raws=_stated(table.column("raw")),
        )


def _stated(column: "pa.ChunkedArray") -> dict[int, str]:
    if column.null_count == len(column):
        return {}
    return {place: text for place, text in enumerate(column.to_pylist()) if text}


def stage(table: Table, folder: Path, *, on_progress: Callable[[int], None] | None = None) -> Staged:
    """Write ``table`` into ``folder``; a folder left by an interrupted attempt is replaced."""
    told = on_progress or (lambda rows: None)
    try:
        writing = _written(folder, len(table.columns), _by_columns(table), told)
    except regular.IrregularError:
        writing = _written(folder, len(table.columns), _by_rows(table), told)
    hashes, rows, first = writing.hashes, writing.rows, writing.first
    if rows == 0:
        shutil.rmtree(folder, ignore_errors=True)
        raise ImportUseError("file", _("The file has a header but no rows: there is nothing to import."))
    _write_occurrences(hashes, folder)
    about = {**table.about, "form": table.form, "first": first.hex(), **_types(table)}
    staged = Staged(folder=folder, columns=table.columns, rows=rows, about=about)
    text = json.dumps({"columns": staged.columns, "rows": rows, "about": about}, ensure_ascii=False)
    (folder / "staged.json").write_text(text, encoding="utf-8")  # last, so that its presence means: complete
    return staged


def _types(table: Table) -> dict[str, Any]:
    """The columns that are more than text, by name."""
    known = {name: kind for name, kind in zip(table.columns, table.types, strict=False) if kind}
    return {"types": known} if known else {}


@dataclass(slots=True)
class _Writing:
    """What is known of the rows written so far."""

    hashes: "array[int]" = field(default_factory=lambda: array("Q"))
    rows: int = 0
    first: bytes = b""


def _written(
    folder: Path, width: int, batches: "Iterator[tuple[bytes, pa.RecordBatch]]", told: Callable[[int], None]
) -> _Writing:
    """Write (digests, rows) in row groups of ``BATCH``; a folder left by an interrupted attempt is replaced."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    done = _Writing()
    with pq.ParquetWriter(folder / "rows.parquet", _schema(width), compression="zstd") as writer:
        for digests, batch in batches:
            writer.write_batch(batch, row_group_size=BATCH)
            done.hashes.frombytes(np.frombuffer(digests, dtype="<u8")[:: HASH_BYTES // 8].astype(np.uint64).tobytes())
            done.rows += batch.num_rows
            done.first = done.first or digests[:HASH_BYTES]
            told(done.rows)
    return done


def _by_columns(table: Table) -> "Iterator[tuple[bytes, pa.RecordBatch]]":
    if table.columnwise is None:
        raise regular.IrregularError
    for batch in _evenly(table.columnwise()):
        digests = regular.digests(batch)
        kept = pa.Array.from_buffers(pa.binary(HASH_BYTES), batch.num_rows, [None, pa.py_buffer(digests)])
        nothing = pa.nulls(batch.num_rows, pa.string())
        yield digests, pa.record_batch([*batch.columns, kept, nothing, nothing], schema=_schema(len(table.columns)))


def _evenly(batches: "Iterator[pa.RecordBatch]") -> "Iterator[pa.RecordBatch]":
    """The same rows, ``BATCH`` at a time."""
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        waiting.append(batch)
        if sum(each.num_rows for each in waiting) >= BATCH:
            together = pa.concat_batches(waiting)
            whole = together.num_rows // BATCH * BATCH
            for start in range(0, whole, BATCH):
                yield together.slice(start, BATCH)
            waiting = [together.slice(whole)]
    if waiting and (rest := pa.concat_batches(waiting)).num_rows:
        yield rest


def _by_rows(table: Table) -> "Iterator[tuple[bytes, pa.RecordBatch]]":
    for batch in _batched(table):
        yield b"".join([line[0] for line in batch]), _record_batch(batch, len(table.columns))


def find(folder: Path) -> Staged | None:
    """The complete staged file in ``folder``, if there is one."""
    path = folder / "staged.json"
    if not path.exists():
        return None
    stored = json.loads(path.read_text(encoding="utf-8"))
    return Staged(folder=folder, columns=stored["columns"], rows=stored["rows"], about=stored["about"])


def _schema(width: int) -> "pa.Schema":
    cells = [pa.field(f"c{place}", pa.string()) for place in range(width)]
    own = [pa.field("digest", pa.binary(HASH_BYTES)), pa.field("reason", pa.string()), pa.field("raw", pa.string())]
    return pa.schema([*cells, *own])


Staging = tuple[bytes, list[str], str, str]


def _batched(table: Table) -> Iterator[list[Staging]]:
    width, batch = len(table.columns), []
    for cells, reason, raw in table.rows():
        if not reason:
            cells, reason, raw = _checked(cells)
        if reason:
            cells = [""] * width
        content = raw if reason else SEPARATOR.join(cells)
        digest = hashlib.blake2b(content.encode("utf-8", "surrogatepass"), digest_size=HASH_BYTES).digest()
        batch.append((digest, cells, reason, raw))
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _checked(cells: list[str]) -> tuple[list[str], str, str]:
    """Cells as they can be stored: trimmed, without zero bytes; a cell beyond all measure breaks the row."""
    trimmed = [cell.strip() for cell in cells]
    together = SEPARATOR.join(trimmed)
    if ("'" in together and (together.startswith("'") or "\x1f'" in together)) or '="' in together:
        trimmed = [as_meant(cell) for cell in trimmed]
    if "\x00" in together:
        trimmed = [cell.replace("\x00", "").strip() for cell in trimmed]
    if len(together) > MAX_CELL and (longest := max(map(len, trimmed))) > MAX_CELL:
        text = SEPARATOR.join(each[:2000] for each in trimmed)
        return [], coded("large_cell", found=longest, most=MAX_CELL), text
    return trimmed, "", ""


def _record_batch(batch: list[Staging], width: int) -> "pa.RecordBatch":
    digests, rows, reasons, raws = zip(*batch, strict=True)
    columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
    own = [pa.array(digests, pa.binary(HASH_BYTES)), pa.array(reasons, pa.string()), pa.array(raws, pa.string())]
    return pa.record_batch([*columns, *own], schema=_schema(width))


def _write_occurrences(hashes: "array[int]", folder: Path) -> None:
    """For each row, how many equal rows stand before it; nothing is written when no row repeats."""
    values = np.frombuffer(hashes, dtype=np.uint64)
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    begins = np.concatenate(([True], ordered[1:] != ordered[:-1]))
    if begins.all():
        return
    places = np.arange(len(values))
    occurrence = np.empty(len(values), dtype=np.uint32)
    occurrence[order] = places - np.maximum.accumulate(np.where(begins, places, 0))
    np.save(folder / "occurrences.npy", occurrence)
