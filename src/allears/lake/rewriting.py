"""One partition as a stream of sorted rows, so that writing it anew takes the memory of a piece, not of a month.

Every table is sorted by day first, and a row's day never changes: a partition is its days one after the other, and all
versions of a row are on the same day. Days are read, sorted and handed on a few at a time; only a day that is larger
than a piece is sorted by DuckDB, which spills to the disk. Either way gives what sorting all at once would give.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc

from allears.lake.files import create_parquet, open_parquet, size_of
from allears.lake.rows import Nameless, fitted, newest, plain, prepared, with_period
from allears.lake.tables import Grain, TableSpec

BATCH = 32_768  # rows read at a time
GROUP = 1 << 17  # rows of a row group
FILE = 1 << 29  # bytes in memory of what makes one file: a quarter of that or less on the disk


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """``rows`` are held and sorted in memory at once; what is more is sorted in ``memory``, beside it on the disk."""

    rows: int = 200_000
    memory: str = "256MB"
    spill: str | None = None  # a folder; None is the system's own for passing things


BOUNDS = Bounds()


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One new file, with what the log keeps of it."""

    name: str
    bytes: int
    stats: str


class Stats:
    """What the log says of a file: rows, and the least and greatest of ids and times (the log keeps them for long)."""

    def __init__(self, spec: TableSpec) -> None:
        self._names, self._rows = spec.stats_columns, 0
        self._low: dict[str, Any] = {}
        self._high: dict[str, Any] = {}

    def add(self, rows: pa.Table) -> None:
        self._rows += len(rows)
        for name in self._names:
            span = pc.min_max(rows[name]).as_py()
            self._low[name] = min(self._low.get(name, span["min"]), span["min"])
            self._high[name] = max(self._high.get(name, span["max"]), span["max"])

    def as_json(self) -> str:
        """In Delta's form: a time in milliseconds, the greatest rounded up."""
        return json.dumps(
            {
                "numRecords": self._rows,
                "minValues": {name: _told(value, timedelta()) for name, value in self._low.items()},
                "maxValues": {name: _told(value, timedelta(microseconds=999)) for name, value in self._high.items()},
                "nullCount": dict.fromkeys(self._names, 0),
            }
        )


def _told(value: Any, more: timedelta) -> Any:
    if not isinstance(value, datetime):
        return value
    return (value.astimezone(UTC) + more).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _grouped(tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """The same rows in tables that are worth a row group each, as far as they reach."""
    waiting: list[pa.Table] = []
    for table in tables:
        waiting.append(table)
        if sum(map(len, waiting)) >= GROUP:
            yield pa.concat_tables(waiting)
            waiting = []
    if any(map(len, waiting)):
        yield pa.concat_tables(waiting)


@dataclass(kw_only=True)
class Partition:
    """The files of one workspace and period, and what becomes of their rows."""

    spec: TableSpec
    workspace_id: int
    files: Sequence[str]
    grain: Grain
    nameless: Nameless | None = None
    bounds: Bounds = BOUNDS
    _days: Counter[str] = field(default_factory=Counter)
    _groups: list[tuple[str, int, set[str]]] = field(default_factory=list)  # file, its row group, days in it

    def write(self, folder: str) -> Iterator[Written]:
        """New files with the rows in order, only the newest version of each; the caller commits them."""
        schema = pa.schema([each for each in self.spec.arrow_schema() if each.name not in self.spec.partition_by])
        groups = _grouped(table.select(schema.names) for table in self._pieces())
        group = next(groups, None)
        while group is not None:
            name, stats, held = f"part-00000-{uuid4()}-c000.zstd.parquet", Stats(self.spec), 0
            with create_parquet(f"{folder}/{name}", schema) as writer:
                while group is not None and held < FILE:
                    writer.write_table(group.cast(schema), row_group_size=GROUP)
                    stats.add(group)
                    held += group.nbytes
                    group = next(groups, None)
            yield Written(name=name, bytes=size_of(f"{folder}/{name}"), stats=stats.as_json())

    def _pieces(self) -> Iterator[pa.Table]:
        self._look()
        for days in self._runs():
            if sum(self._days[day] for day in days) <= self.bounds.rows:
                yield self._sorted(days)
            else:
                yield from self._spilled(days[0])

    def _look(self) -> None:
        """Which days stand where, and how many rows each has."""
        for path in self.files:
            file = open_parquet(path)
            for group in range(file.num_row_groups):
                found = pc.value_counts(file.read_row_group(group, columns=["day"])["day"])
                counts = {each["values"]: each["counts"] for each in found.to_pylist()}
                self._days.update(counts)
                self._groups.append((path, group, set(counts)))

    def _runs(self) -> Iterator[list[str]]:
        """Days in order, as many together as are held at once; a day that is too large by itself."""
        run: list[str] = []
        rows = 0
        for day in sorted(self._days):
            if run and rows + self._days[day] > self.bounds.rows:
                yield run
                run, rows = [], 0
            run.append(day)
            rows += self._days[day]
        if run:
            yield run

    def _sorted(self, days: list[str]) -> pa.Table:
        rows = newest(fitted(list(self._rows_of(days)), self.spec, self.workspace_id), self.spec)
        return prepared(self.nameless(rows, self.spec) if self.nameless else rows, self.spec, grain=self.grain)

    def _rows_of(self, days: list[str]) -> Iterator[pa.Table]:
        """What the files hold of these days, a batch at a time."""
        wanted, asked = pa.array(days, pa.string()), set(days)
        for path in self.files:
            groups = [group for file, group, held in self._groups if file == path and held & asked]
            if not groups:
                continue
            for batch in open_parquet(path).iter_batches(batch_size=BATCH, row_groups=groups, use_threads=False):
                rows = plain(pa.Table.from_batches([batch]))
                yield rows.filter(pc.is_in(rows["day"], wanted))

    def _spilled(self, day: str) -> Iterator[pa.Table]:
        import duckdb

        spec = self.spec
        with tempfile.TemporaryDirectory(dir=self.bounds.spill) as spill:
            settings: dict[str, Any] = {"memory_limit": self.bounds.memory, "temp_directory": spill, "threads": 1}
            database = duckdb.connect(":memory:", config={**settings, "autoinstall_known_extensions": False})
            try:
                database.execute("SET TimeZone = 'UTC'")
                database.execute("SET enable_progress_bar = false")
                batches = (
                    batch
                    for rows in self._rows_of([day])
                    for batch in fitted([rows], spec, self.workspace_id).to_batches()
                )
                database.register("held", pa.RecordBatchReader.from_batches(spec.arrow_schema(), batches))
                keys = sorted((self.nameless.customer_keys if self.nameless else None) or ())
                database.register("gone", pa.table({"key": pa.array(keys, pa.string())}))
                for batch in database.execute(self._query()).to_arrow_reader(BATCH):
                    yield with_period(pa.Table.from_batches([batch]), spec, grain=self.grain)
            finally:
                database.close()

    def _query(self) -> str:
        """The newest versions in order; DuckDB's words for ``newest``, ``Nameless`` and ``prepared``."""
        spec, lost = self.spec, set(self.spec.personal) if self.nameless else set()
        anybody = self.nameless is not None and self.nameless.customer_keys is None
        is_gone = "rows.customer_key IS NOT NULL" if anybody else "rows.customer_key IN (SELECT key FROM gone)"
        shown = [
            f"CASE WHEN {is_gone} THEN NULL ELSE rows.{name} END AS {name}" if name in lost else f"rows.{name}"
            for name in spec.names
        ]
        newest_only = f"QUALIFY row_number() OVER (PARTITION BY {spec.key} ORDER BY version DESC) = 1"
        rows = f"SELECT * FROM held {newest_only if spec.versioned else ''}"  # noqa: S608 - names of our own contract
        order = ", ".join(f"{name} NULLS LAST" for name in spec.sort_by)
        return f"SELECT * FROM (SELECT {', '.join(shown)} FROM ({rows}) AS rows) ORDER BY {order}"  # noqa: S608
