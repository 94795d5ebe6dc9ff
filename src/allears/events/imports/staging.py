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

from allears.events.exports.writers import plain
from allears.events.imports.errors import ImportUseError
from allears.events.imports.reading import Table
from allears.kit.lazy import LazyModule

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq
else:
    np, pa, pq = LazyModule("numpy"), LazyModule("pyarrow"), LazyModule("pyarrow.parquet")

BATCH = 8_192
HASH_BYTES = 16
MAX_CELL = 1 << 20  # characters
SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedRow:
    """One row, counted from 1. ``reason`` says why it could not be read; then ``raw`` is its text."""

    number: int
    cells: list[str]
    digest: bytes
    occurrence: int
    reason: str = ""
    raw: str = ""


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

    @property
    def first_digest(self) -> bytes:
        """The content of the first row: what a file without ids and times is recognised by when it has grown."""
        return bytes.fromhex(self.about["first"])

    def batches(self, columns: list[str] | None = None) -> "Iterator[pa.RecordBatch]":
        """The staged columns (``c0`` …, or those named), a batch at a time."""
        with pq.ParquetFile(self.path) as file:
            yield from file.iter_batches(batch_size=BATCH, columns=columns)

    def read(self, *, start: int, count: int) -> Iterator[StagedRow]:
        """``count`` rows from the ``start``-th (0 is the first); only the row groups that hold them are read."""
        with pq.ParquetFile(self.path) as file:
            groups = range(start // BATCH, min((start + count - 1) // BATCH + 1, file.num_row_groups))
            for group in groups:
                rows = self._group(file.read_row_group(group), group * BATCH)
                first, last = max(start - group * BATCH, 0), start + count - group * BATCH
                yield from rows[first:last]

    def _group(self, table: "pa.Table", offset: int) -> list[StagedRow]:
        columns = [table.column(f"c{place}").to_pylist() for place in range(len(self.columns))]
        digests, reasons, raws = (table.column(name).to_pylist() for name in ("digest", "reason", "raw"))
        seen = None if self.occurrences is None else self.occurrences[offset : offset + len(digests)]
        cells = zip(*columns, strict=True) if columns else ([] for _each in digests)
        return [
            StagedRow(
                number=offset + place + 1,
                cells=list(row),
                digest=digests[place],
                occurrence=0 if seen is None else int(seen[place]),
                reason=reasons[place] or "",
                raw=raws[place] or "",
            )
            for place, row in enumerate(cells)
        ]


def stage(table: Table, folder: Path, *, on_progress: Callable[[int], None] | None = None) -> Staged:
    """Write ``table`` into ``folder``; a folder left by an interrupted attempt is replaced."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    hashes, rows, first = array("Q"), 0, b""
    with pq.ParquetWriter(folder / "rows.parquet", _schema(len(table.columns)), compression="zstd") as writer:
        for batch in _batched(table):
            writer.write_batch(_record_batch(batch, len(table.columns)), row_group_size=BATCH)
            hashes.extend(int.from_bytes(line[0][:8], "little") for line in batch)
            rows += len(batch)
            first = first or batch[0][0]
            if on_progress:
                on_progress(rows)
    if rows == 0:
        shutil.rmtree(folder, ignore_errors=True)
        raise ImportUseError("file", _("The file has a header but no rows: there is nothing to import."))
    _write_occurrences(hashes, folder)
    about = {**table.about, "form": table.form, "first": first.hex()}
    staged = Staged(folder=folder, columns=table.columns, rows=rows, about=about)
    text = json.dumps({"columns": staged.columns, "rows": rows, "about": about}, ensure_ascii=False)
    (folder / "staged.json").write_text(text, encoding="utf-8")  # last, so that its presence means: complete
    return staged


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
    if "'" in together and (together.startswith("'") or "\x1f'" in together):
        trimmed = [plain(cell) for cell in trimmed]  # an export of ours, its formulas defused
    if "\x00" in together:
        trimmed = [cell.replace("\x00", "").strip() for cell in trimmed]
    if len(together) > MAX_CELL and (longest := max(map(len, trimmed))) > MAX_CELL:
        reason = _("A cell has %(found)d characters, more than the %(most)d that are taken. Shorten it.")
        text = SEPARATOR.join(each[:2000] for each in trimmed)
        return [], reason % {"found": longest, "most": MAX_CELL}, text
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
