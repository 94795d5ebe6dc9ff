"""Read-only SQL over one workspace's part of the lake, for analysts.

Each table of the lake is a view over exactly the files of that workspace. The connection can open these
files and nothing else, and takes one SELECT (or EXPLAIN): a query can neither leave its workspace nor change
anything.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import duckdb

from allears.lake.engine import DuckDBLimits, DuckDBSession, Slice
from allears.lake.files import is_remote

if TYPE_CHECKING:
    import pyarrow as pa


class QueryRefusedError(Exception):
    """The text is not one read-only statement, or it does not run. The message is for the analyst."""


class NotOneSelectError(QueryRefusedError):
    """The text is no single SELECT, or EXPLAIN of one."""


def run_sql(*, query: str, slices: Sequence[Slice], limits: DuckDBLimits, limit: int | None = None) -> pa.Table:
    """Run one SELECT over views named as the tables; at most `limit` rows.

    Always on DuckDB here, whatever ALLEARS_ENGINE says: a cluster cannot be held to one workspace's files.
    """
    with duckdb.connect(":memory:") as connection:
        _confine(connection, slices, limits)
        statement = _single_select(connection, query)
        try:
            result = connection.sql(statement)
            return (result if limit is None else result.limit(limit)).to_arrow_table()
        except duckdb.Error as error:
            raise QueryRefusedError(str(error)) from error


def _single_select(connection: duckdb.DuckDBPyConnection, query: str) -> str:
    try:
        statements = connection.extract_statements(query)
    except duckdb.Error as error:
        raise QueryRefusedError(str(error)) from error
    allowed = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN}
    if len(statements) != 1 or statements[0].type not in allowed:
        raise NotOneSelectError("Only one SELECT statement at a time is run here; nothing was changed.")
    return statements[0].query


def _confine(connection: duckdb.DuckDBPyConnection, slices: Sequence[Slice], limits: DuckDBLimits) -> None:
    """Settings and views first, then the key is thrown away: no other file and no setting can be reached."""
    import ibis

    files = ", ".join(_literal(file) for data in slices for file in data.files if not is_remote(file))
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute("SET autoload_known_extensions = false")
    connection.execute(f"SET memory_limit = {_literal(limits.memory_limit)}")
    connection.execute(f"SET temp_directory = {_literal(limits.temp_directory)}")
    connection.execute(f"SET threads = {limits.threads:d}")
    connection.execute(f"SET allowed_paths = [{files}]")
    connection.execute("SET enable_external_access = false")
    backend = ibis.duckdb.from_connection(connection)
    session = DuckDBSession(backend, OrderedDict())
    for data in slices:
        body = ibis.to_sql(session.table(data), dialect="duckdb")
        connection.execute(f'CREATE TEMP VIEW "{data.spec.name}" AS {body}')
    connection.execute("SET lock_configuration = true")


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
