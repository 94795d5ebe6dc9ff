"""The engine on a cluster: the same Ibis expressions over the same files, by Spark Connect.

We are a client of a Spark Connect server (Spark's own, or Sail): no Java here. The cluster reads the lake's files
itself, so they must stand where every node sees them under the same path. Files are read with the contract's
schema, hot rows travel as a local relation, and Ibis writes the SQL.
"""

from __future__ import annotations

import itertools
import os
import socket
import threading
import weakref
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from allears.lake.engine import EngineError, EngineUnavailableError, Slice, assembled
from allears.lake.tables import TABLES, ColumnType, TableSpec

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

_VIEWS_KEPT = 32
_CONNECT_SECONDS = 5.0
_RETRIES = 3  # the client's own fifteen would hold a page for ten minutes when the cluster goes away
_INSTALL = "install it: pip install 'allears[spark]'"


class ClusterAwayError(EngineError):
    """Nobody answers at the address, or the cluster went away in the middle of a question."""


class LakeOutOfReachError(EngineError):
    """The cluster answers, but its nodes cannot read the lake's files."""


class ClusterRefusedError(EngineError):
    """The cluster understood the question and could not answer it."""


class SparkEngine:
    """Sessions on one Spark Connect server. A session is lent to one user at a time and kept for the next."""

    name = "spark"

    def __init__(self, url: str) -> None:
        self.url = url
        self._address = address_of(url)
        self._free: list[_Connection] = []
        self._open: set[_Connection] = set()
        self._lock = threading.Lock()
        _require_client()
        self._end = weakref.finalize(self, _close_all, self._open)  # a channel left open holds up Python's own end

    @contextmanager
    def session(self) -> Iterator[SparkSession]:
        connection = self._borrow()
        session = SparkSession(connection, self.url)
        try:
            yield session
            session.close()
        except BaseException:  # whatever state the session is in, nobody else shall get it
            self._discard(connection)
            raise
        with self._lock:
            self._free.append(connection)

    def version(self) -> str:
        """The server's version of Spark; raises `ClusterAwayError` when nobody answers."""
        connection = self._borrow()
        with self._lock:
            self._free.append(connection)
        return str(connection.spark.version)

    def _borrow(self) -> _Connection:
        _knock(self.url, self._address)
        with self._lock:
            found = self._free.pop() if self._free else None
        if found is not None:
            if found.answers():
                return found
            self._discard(found)  # the server was started anew, or has forgotten an idle session
        opened = _Connection.opened(self.url)
        with self._lock:
            self._open.add(opened)
        return opened

    def _discard(self, connection: _Connection) -> None:
        with self._lock:
            self._open.discard(connection)
        connection.close()

    def close(self) -> None:
        self._end()


def examine(url: str, *, root: str) -> str:
    """Who answers there, and that it can read the lake; raises an `EngineError` that says what is wrong."""
    engine = SparkEngine(url)
    try:
        version = engine.version()
        data, rows = next(_some_file(root), (None, 0))
        if data is None:
            return f"Spark {version} at {url}; the lake is empty, so reading it was not tried"
        with engine.session() as session:
            found = session.run(session.table(data).count().name("n").as_table())
        if found["n"][0].as_py() != rows:  # Sail reads what it cannot see as empty
            raise LakeOutOfReachError(_out_of_reach(url, root))
        return f"Spark {version} at {url}, reads the lake"
    finally:
        engine.close()


def _some_file(root: str) -> Iterator[tuple[Slice, int]]:
    """One file of a table as a slice, and its rows by the log."""
    import pyarrow as pa

    from allears.lake.store import open_table, uri

    for spec in TABLES.values():
        delta = open_table(root, spec)
        listed = [] if delta is None else pa.table(delta.get_add_actions()).slice(0, 1).to_pylist()
        plain = replace(spec, changes="never")  # every row as it was written
        yield from (
            (Slice(plain, root, (f"{uri(root, spec)}/{each['path']}",)), each["num_records"]) for each in listed
        )


class _Connection:
    """One session on the server and the views that it keeps over file lists."""

    def __init__(self, spark: Any, backend: Any) -> None:
        self.spark = spark
        self.backend = backend
        self.views: OrderedDict[tuple[str, ...], str] = OrderedDict()
        self.names = itertools.count()

    @classmethod
    def opened(cls, url: str) -> _Connection:
        import ibis
        from pyspark.sql.connect.client.retries import DefaultPolicy
        from pyspark.sql.connect.session import SparkSession as Remote

        with explained(url):
            spark = Remote(connection=url)
            spark.client.set_retry_policies([DefaultPolicy(max_retries=_RETRIES, max_backoff=2000)])
            return cls(spark, ibis.pyspark.connect(spark))  # sets the session's time zone to UTC

    def answers(self) -> bool:
        import grpc
        from pyspark.errors import PySparkException

        try:
            return bool(self.spark.conf.get("spark.sql.session.timeZone") == "UTC")
        except (grpc.RpcError, PySparkException):
            return False

    def close(self) -> None:
        """Let the server forget the session, if it can be reached."""
        import grpc
        from pyspark.errors import PySparkException

        with suppress(grpc.RpcError, PySparkException):
            self.spark.client.release_session()
        self.spark.client.close()


def _close_all(connections: set[_Connection]) -> None:
    while connections:
        connections.pop().close()


class SparkSession:
    """Files as temporary views with the contract's schema, rows of ours as local relations."""

    def __init__(self, connection: _Connection, url: str) -> None:
        self._connection = connection
        self._url = url
        self._registered: list[str] = []

    def table(self, data: Slice) -> ir.Table:
        with explained(self._url, data.root):
            return assembled(data, cold=self._cold, local=self._local)

    def run(self, expression: ir.Table) -> pa.Table:
        """Arrow as the server sent it, in the expression's own types: whole numbers stay whole."""
        backend = self._connection.backend
        with explained(self._url):
            found = self._connection.spark.sql(backend.compile(expression)).toArrow()
        return found.cast(expression.schema().to_pyarrow())

    def close(self) -> None:
        for name in self._registered:
            self._drop(name)
        self._registered.clear()

    def _cold(self, data: Slice) -> ir.Table:
        kept = self._connection.views
        key = (data.spec.name, *data.files)
        if key not in kept:
            while len(kept) >= _VIEWS_KEPT:
                self._drop(kept.popitem(last=False)[1])
            kept[key] = self._named("cold", self._read(data))
        kept.move_to_end(key)
        return self._connection.backend.table(kept[key])

    def _read(self, data: Slice) -> Any:
        """Columns that name folders come from the paths; not every server of Spark Connect would look there."""
        from pyspark.sql.connect.functions import lit

        inside, folders = schema_of(data.spec), _folder_columns(data.spec)
        parts = []
        for values, files in _by_folder(data.files, tuple(folders)).items():
            part = self._connection.spark.read.schema(inside).parquet(*map(location, files))
            for (name, kind), value in zip(folders.items(), values, strict=True):
                part = part.withColumn(name, lit(value).cast(kind))
            parts.append(part)
        return reduce(lambda one, other: one.unionByName(other), parts)

    def _local(self, rows: pa.Table) -> ir.Table:
        from pyspark.sql.pandas.types import from_arrow_schema

        schema = None if len(rows) else from_arrow_schema(rows.schema)  # the client infers none from nothing
        name = self._named("local", self._connection.spark.createDataFrame(rows, schema))
        self._registered.append(name)
        return self._connection.backend.table(name)

    def _named(self, kind: str, frame: Any) -> str:
        name = f"{kind}_{next(self._connection.names)}"
        frame.createOrReplaceTempView(name)
        return name

    def _drop(self, name: str) -> None:
        self._connection.spark.catalog.dropTempView(name)


_SPARK_TYPES: dict[ColumnType, str] = {
    "int64": "bigint",
    "int32": "int",
    "string": "string",
    "bool": "boolean",
    "timestamp": "timestamp",
}


def schema_of(spec: TableSpec) -> str:
    """The columns inside the files as Spark's DDL: nothing is inferred, what an old file lacks is null."""
    inside = [column for column in spec.columns if column.name not in spec.partition_by]
    return ", ".join(f"`{column.name}` {_SPARK_TYPES[column.type]}" for column in inside)


def _folder_columns(spec: TableSpec) -> dict[str, str]:
    return {column.name: _SPARK_TYPES[column.type] for column in spec.columns if column.name in spec.partition_by}


def _by_folder(files: Sequence[str], columns: Sequence[str]) -> dict[tuple[str, ...], list[str]]:
    """Files by the values of these columns, which stand in the paths as `column=value`."""
    found: dict[tuple[str, ...], list[str]] = {}
    for file in files:
        named = dict(part.split("=", 1) for part in file.split("/") if "=" in part)
        found.setdefault(tuple(unquote(named[column]) for column in columns), []).append(file)
    return found


def location(path: str) -> str:
    """A file or folder as Hadoop names it: local paths by `file:`, S3 by its connector `s3a:`."""
    if path.startswith("s3://"):
        return f"s3a://{path.removeprefix('s3://')}"
    return path if "://" in path else f"file://{path}"


def address_of(url: str) -> tuple[str, int]:
    """Host and port of `sc://host:port`, with Spark's own port 15002 when none is given."""
    try:
        parts = urlsplit(url.split(";", 1)[0])
        host, port = parts.hostname, parts.port or 15002
    except ValueError:
        host, port = None, 0
    if parts.scheme != "sc" or not host or parts.path not in ("", "/"):
        raise EngineUnavailableError(f"ALLEARS_ENGINE={url!r} is no address; write sc://host:port.")
    return host, port


def _require_client() -> None:
    # without a main file (`python -c`, a worker of tests) the client wants a Spark installation, and ends the process
    os.environ.setdefault("SPARK_HOME", "")
    try:
        import grpc  # noqa: F401 – part of the extra
        import pyspark.sql.connect.session  # noqa: F401 – the extra itself
    except ImportError as error:
        raise EngineUnavailableError(
            f"ALLEARS_ENGINE names a Spark cluster, but the library for it is not installed ({error}); {_INSTALL}."
        ) from error


def _knock(url: str, address: tuple[str, int]) -> None:
    """gRPC waits and tries again where a socket knows at once."""
    try:
        socket.create_connection(address, timeout=_CONNECT_SECONDS).close()
    except OSError as error:
        raise _away(url, error) from error


def _away(url: str, error: Exception) -> ClusterAwayError:
    reason = getattr(error, "strerror", None) or type(error).__name__
    return ClusterAwayError(
        f"No Spark Connect server answers at {url} ({reason}), so there are no figures now; nothing is lost. "
        "Start it, correct ALLEARS_ENGINE, or set ALLEARS_ENGINE=duckdb to count on this machine."
    )


@contextmanager
def explained(url: str, root: str = "") -> Iterator[None]:
    """What the client raises, under our names and with the way out."""
    import grpc
    from pyspark.errors import PySparkException

    try:
        yield
    except grpc.RpcError as error:
        raise _away(url, error) from error
    except PySparkException as error:
        text = str(error)
        if any(sign in text for sign in _AWAY):
            raise _away(url, error) from error
        if any(sign in text for sign in _OUT_OF_REACH):
            raise LakeOutOfReachError(_out_of_reach(url, root)) from error
        raise ClusterRefusedError(f"Spark at {url} could not answer: {text.strip().splitlines()[0]}") from error


_AWAY = ("StatusCode.UNAVAILABLE", "SESSION_CLOSED", "SESSION_NOT_FOUND", "SESSION_CHANGED", "RETRIES_EXCEEDED")
_OUT_OF_REACH = (
    "PATH_NOT_FOUND",
    "FILE_NOT_EXIST",
    "FileNotFoundException",
    "No FileSystem for scheme",
    "ClassNotFound",
)


def _out_of_reach(url: str, root: str) -> str:
    place = f"the lake's files in {root}" if root else "the lake's files"
    return (
        f"The nodes of {url} cannot read {place}; nothing is lost. ALLEARS_LAKE must be a folder that every node sees "
        "under the same path (a network share), or an S3 address that the cluster is set up for (hadoop-aws); "
        "or set ALLEARS_ENGINE=duckdb. If files were removed just now, ask again."
    )
