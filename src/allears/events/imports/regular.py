"""The quick way through a delimited file in which every row has its cells: read by columns, by pyarrow.

Whatever the tolerant reader would judge (a row of another width, bytes of another encoding, a quote that never closes)
raises ``IrregularError``, and the file is read again by that reader. Both give the same rows with the same digests.
"""

import hashlib
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any

from allears.events.imports.delimited import BLANKS, Dialect, as_meant
from allears.events.imports.encodings import Opener
from allears.events.imports.headers import is_total
from allears.kit.lazy import LazyModule

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.csv as arrow_csv
else:
    np = LazyModule("numpy")
    pa, pc, arrow_csv = LazyModule("pyarrow"), LazyModule("pyarrow.compute"), LazyModule("pyarrow.csv")

SEPARATOR = "\x1f"  # between the cells of a row when it is hashed
DIGEST = 16  # bytes
BLOCK = 1 << 20
LONGEST = 1 << 16  # bytes of a cell; a longer one may be a quote that never closed
UTF8 = frozenset({"utf-8", "utf8", "utf-8-sig", "ascii", "us-ascii"})


class IrregularError(Exception):
    """The file needs the tolerant reader."""


def batches(opener: Opener, dialect: Dialect, *, width: int) -> "Iterator[pa.RecordBatch]":
    """The data rows as trimmed texts in columns ``c0`` …, rows without any character left out."""
    if (
        dialect.told
        or dialect.escaped
        or dialect.separator == BLANKS
        or len(dialect.separator) != 1
        or ord(dialect.separator) > 127
    ):
        raise IrregularError
    waiting_for_header, last = dialect.header, None
    with opener() as file:
        for batch in _parsed(file, dialect, width):
            found = _without_empty(batch)
            if waiting_for_header and found.num_rows:
                found, waiting_for_header = found.slice(1), False
            if found.num_rows:
                last = pa.record_batch([_clean(column) for column in found.columns], names=found.schema.names)
                yield last
    if last is not None and is_total([column[-1].as_py() for column in last.columns]):
        raise IrregularError


def _parsed(file: IO[bytes], dialect: Dialect, width: int) -> "Iterator[pa.RecordBatch]":
    names = [f"c{place}" for place in range(width)]
    encoding = "utf8" if dialect.encoding.lower() in UTF8 else dialect.encoding
    try:
        yield from arrow_csv.open_csv(
            file,
            arrow_csv.ReadOptions(use_threads=False, block_size=BLOCK, column_names=names, encoding=encoding),
            arrow_csv.ParseOptions(
                delimiter=dialect.separator, quote_char=dialect.quote or False, newlines_in_values=bool(dialect.quote)
            ),
            arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
        )
    except (pa.ArrowInvalid, UnicodeError) as error:
        raise IrregularError from error


def _without_empty(batch: "pa.RecordBatch") -> "pa.RecordBatch":
    some = np.sum([_lengths(column) for column in batch.columns], axis=0) > 0
    return batch if some.all() else batch.filter(pa.array(some, pa.bool_()))


def _lengths(column: "pa.Array") -> "np.ndarray[Any, Any]":
    """Bytes of each cell, from the column's offsets. (Numbers given to pyarrow's own functions load all of pandas.)"""
    offsets = np.frombuffer(column.buffers()[1], dtype=np.int32)
    return np.diff(offsets[column.offset : column.offset + len(column) + 1])


def _clean(column: "pa.Array") -> "pa.Array":
    """Trimmed as the tolerant reader does; a formula that an export of ours defused is itself again."""
    data = column.buffers()[2]
    raw = data.to_pybytes() if data else b""
    if b"\x00" in raw or _lengths(column).max(initial=0) > LONGEST:
        raise IrregularError
    trimmed = pc.utf8_trim_whitespace(column)
    if (b"'" in raw and pc.any(pc.starts_with(trimmed, "'")).as_py()) or b'="' in raw:
        return pa.array([as_meant(cell) for cell in trimmed.to_pylist()], pa.string())
    return trimmed


def digests(batch: "pa.RecordBatch") -> bytes:
    """The digest of each row's content, one after the other."""
    ends = pa.py_buffer(np.array([0, len(SEPARATOR)], dtype=np.int32).tobytes())
    between = pa.Array.from_buffers(pa.string(), 1, [None, ends, pa.py_buffer(SEPARATOR.encode())])[0]
    joined = pc.binary_join_element_wise(*batch.columns, between).cast(pa.binary())
    blake = hashlib.blake2b
    return b"".join([blake(content, digest_size=DIGEST).digest() for content in joined.to_pylist()])
