"""Opens the lake's data files: on this machine's disk, or at an address (`s3://…`) through the table's own storage.

At an address, keys and endpoint come from the environment as every S3 client reads them (`AWS_ACCESS_KEY_ID`,
`AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT_URL`, `AWS_ALLOW_HTTP`), so none is kept by us.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.dataset as ds
    import pyarrow.fs as pafs

    from allears.lake.tables import TableSpec

_COLOURS = re.compile(r"\x1b\[[0-9;]*m|↳")
_FIRST_PARTITION = "/workspace_id="
_QUICK = {"max_retries": "1", "retry_timeout": "5s", "timeout": "5s"}


def is_remote(place: str) -> bool:
    """Whether a lake or a file of it is at an address."""
    return "://" in place


def reach(root: str) -> str:
    """Empty when the address answers, else what it says; a table that was never written is no trouble."""
    from deltalake import DeltaTable

    from allears.lake.tables import TABLES

    try:
        for name in TABLES:
            DeltaTable.is_deltatable(f"{root.rstrip('/')}/{name}", storage_options=_QUICK)
    except Exception as error:  # noqa: BLE001 - bulkhead: the storage client raises what it likes; the words become the finding
        return " ".join(_COLOURS.sub(" ", str(error)).split())[:300]
    return ""


def open_parquet(path: str) -> pq.ParquetFile:
    """One data file, by the name that the store lists it under."""
    if not is_remote(path):
        return pq.ParquetFile(path)
    table, inner = _split(path)
    return pq.ParquetFile(_storage(table).open_input_file(inner))


@contextmanager
def create_parquet(path: str, schema: pa.Schema) -> Iterator[pq.ParquetWriter]:
    """A data file that is written row group by row group, as our other files are."""
    if is_remote(path):
        table, place = _split(path)
        storage = _storage(table)
    else:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        place, storage = path, None
    with pq.ParquetWriter(place, schema, filesystem=storage, compression="zstd", compression_level=1) as writer:
        yield writer


def size_of(path: str) -> int:
    """A data file's bytes."""
    if not is_remote(path):
        return Path(path).stat().st_size
    table, inner = _split(path)
    return int(_storage(table).get_file_info(inner).size)


def dataset(spec: TableSpec, paths: Sequence[str]) -> ds.Dataset:
    """Files of one table at an address as one Arrow data set; columns and rows not asked for are not fetched."""
    import pyarrow as pa
    import pyarrow.dataset as ds

    table = _split(paths[0])[0]
    keys = pa.schema([field for field in spec.file_schema() if field.name in spec.partition_by])
    return ds.dataset(
        [_split(path)[1] for path in paths],
        schema=spec.file_schema(),
        format="parquet",
        filesystem=_storage(table),
        partitioning=ds.partitioning(keys, flavor="hive"),
    )


def _split(path: str) -> tuple[str, str]:
    """The table's address and the file's path in it."""
    table, rest = path.split(_FIRST_PARTITION, 1)
    return table, _FIRST_PARTITION.removeprefix("/") + rest


@lru_cache(maxsize=32)
def _storage(table: str) -> pafs.FileSystem:
    import pyarrow.fs as pafs
    from deltalake.fs import DeltaStorageHandler

    return pafs.PyFileSystem(DeltaStorageHandler(table))
