"""The engine: Ibis expressions over the same list of Parquet files, on DuckDB here or on a Spark cluster.

A metric is written once as an Ibis expression. An engine turns (table contract, file list, hot rows) into an
Ibis table and runs expressions to Arrow; `engine_spark` does it on a cluster by Spark Connect. Loading Ibis and
an engine costs some 200 MB, so both are imported when the first engine is made.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from allears.lake.files import dataset, is_remote
from allears.lake.tables import ColumnType, TableSpec

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa
    import pyarrow.dataset as ds

_VIEWS_KEPT = 32


class EngineError(Exception):
    """The engine did not answer. The text says what happened and what to do; it may be shown."""


class EngineUnavailableError(EngineError):
    """`ALLEARS_ENGINE` names an engine that this installation cannot use."""


@dataclass(frozen=True, slots=True)
class Slice:
    """What of one table a query reads: files of one version, rows not yet flushed, customers erased since.

    Rows of erased customers stay, without what would name them.
    """

    spec: TableSpec
    root: str
    files: tuple[str, ...] = ()
    hot: pa.Table | None = None
    erased: Collection[str] = ()


class Session(Protocol):
    """One thread's use of an engine; its tables are valid until it ends."""

    def table(self, data: Slice, /) -> ir.Table: ...

    def run(self, expression: ir.Table, /) -> pa.Table: ...


class Engine(Protocol):
    """Give sessions; safe to share between threads."""

    name: str

    def session(self) -> Any:
        """A context manager that yields a `Session`."""

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DuckDBLimits:
    """What DuckDB may use. It spills to `temp_directory` beyond `memory_limit`."""

    temp_directory: str
    memory_limit: str = "1GB"
    threads: int = field(default_factory=lambda: min(os.cpu_count() or 1, 8))


class DuckDBEngine:
    """DuckDB in memory over files: one database per process, one cursor per thread, always in UTC."""

    name = "duckdb"

    def __init__(self, limits: DuckDBLimits) -> None:
        import duckdb

        Path(limits.temp_directory).mkdir(parents=True, exist_ok=True)
        self._database = duckdb.connect(
            ":memory:",
            config={
                "memory_limit": limits.memory_limit,
                "temp_directory": limits.temp_directory,
                "threads": limits.threads,
                "preserve_insertion_order": False,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            },
        )
        self._database.execute("SET parquet_metadata_cache = true")
        self._threads = threading.local()

    @contextmanager
    def session(self) -> Iterator[DuckDBSession]:
        if not hasattr(self._threads, "backend"):
            import ibis

            self._threads.backend = ibis.duckdb.from_connection(self._database.cursor())
            self._threads.views = OrderedDict()
        session = DuckDBSession(self._threads.backend, self._threads.views)
        try:
            yield session
        finally:
            session.close()

    def close(self) -> None:
        self._database.close()


class DuckDBSession:
    """Tables over file lists as temporary views, hot rows as registered Arrow, gone when the session ends."""

    def __init__(self, backend: Any, views: OrderedDict[tuple[str, ...], str]) -> None:
        self._backend = backend
        self._views = views
        self._registered: list[str] = []

    def table(self, data: Slice) -> ir.Table:
        return assembled(data, cold=self._cold, local=self._register)

    def run(self, expression: ir.Table) -> pa.Table:
        return self._backend.to_pyarrow(expression)

    def close(self) -> None:
        for name in self._registered:
            self._backend.con.unregister(name)
        self._registered.clear()

    def _cold(self, data: Slice) -> ir.Table:
        files = data.files
        if is_remote(files[0]):
            return self._register(dataset(data.spec, files))
        name = self._views.get(files)
        if name is None:
            name = f"cold_{len(self._views)}_{abs(hash(files)):x}"
            while len(self._views) >= _VIEWS_KEPT:
                _, old = self._views.popitem(last=False)
                self._backend.drop_view(old, force=True)
            self._backend.read_parquet(
                list(files),
                table_name=name,
                union_by_name=True,
                hive_partitioning=True,
                hive_types_autocast=False,
            )
            self._views[files] = name
        self._views.move_to_end(files)
        return self._backend.table(name)

    def _register(self, rows: pa.Table | ds.Dataset) -> ir.Table:
        name = f"local_{len(self._registered)}"
        self._backend.con.register(name, rows)
        self._registered.append(name)
        return self._backend.table(name)


def assembled(data: Slice, *, cold: Callable[[Slice], ir.Table], local: Callable[[pa.Table], ir.Table]) -> ir.Table:
    """What every engine's table is: files and hot rows as one, the erased without their names, newest versions only.

    `cold` reads the slice's files, `local` takes rows of ours to where the engine reads them.
    """
    import ibis

    spec = data.spec
    parts = [_fitted(cold(data), spec)] if data.files else []
    if not parts or (data.hot is not None and len(data.hot)):
        rows = data.hot if data.hot is not None else spec.arrow_schema().empty_table()
        hot = _fitted(local(rows.select(list(spec.names)).cast(spec.arrow_schema())), spec)
        parts = [each.anti_join(hot, spec.key) if spec.changes == "seldom" else each for each in parts] + [hot]
    table = ibis.union(*parts) if len(parts) > 1 else parts[0]
    return latest(nameless(table, spec, data.erased), spec)


_IBIS_TYPES: dict[ColumnType, str] = {
    "int64": "int64",
    "int32": "int32",
    "string": "string",
    "bool": "boolean",
    "timestamp": "timestamp('UTC', 6)",
}


def _fitted(table: ir.Table, spec: TableSpec) -> ir.Table:
    """Exactly the contract's columns: paths hold partition values as text, old files lack columns."""
    import ibis

    def column(name: str, wanted: str) -> ir.Value:
        return table[name].cast(wanted) if name in table.columns else ibis.null(wanted)

    return table.select(**{c.name: column(c.name, _IBIS_TYPES[c.type]) for c in spec.columns})


def nameless(table: ir.Table, spec: TableSpec, erased: Collection[str]) -> ir.Table:
    """Rows of customers erased since the files were written keep their figures and lose whose they were."""
    import ibis

    if not erased or not spec.personal:
        return table
    gone = table.customer_key.isin(sorted(erased))
    lost = {name: table[name] for name in spec.personal}
    return table.mutate(**{name: ibis.ifelse(gone, ibis.null(value.type()), value) for name, value in lost.items()})


def latest(table: ir.Table, spec: TableSpec) -> ir.Table:
    """The newest version per key, as one portable `argmax` of the whole row."""
    if not spec.versioned:
        return table
    import ibis

    keys = ["workspace_id", spec.key]
    rest = [name for name in spec.names if name not in keys]
    whole = ibis.struct({name: table[name] for name in rest})
    grouped = table.group_by(keys).agg(newest=whole.argmax(table.version))
    return grouped.select(*keys, **{name: grouped.newest[name] for name in rest}).select(*spec.names)


def connect(url: str, *, limits: DuckDBLimits) -> Engine:
    """The engine that `ALLEARS_ENGINE` names: `duckdb`, or `sc://host:port` for Spark. Nothing is started yet.

    Raises `EngineUnavailableError` for any other name, and when the extra `spark` is not installed.
    """
    if url == "duckdb":
        return DuckDBEngine(limits)
    if url.startswith("sc://"):
        from allears.lake.engine_spark import SparkEngine

        return SparkEngine(url)
    raise EngineUnavailableError(
        f"ALLEARS_ENGINE={url!r} is not an engine of this version; set it to 'duckdb' or 'sc://host:port'."
    )


def rows(table: pa.Table) -> Sequence[dict[str, Any]]:
    """Few result rows as dictionaries."""
    found: list[dict[str, Any]] = table.to_pylist()
    return found
