"""Rows for the lake's tables, complete and overridable."""

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from allears.lake.tables import TableSpec

START_MS = int(datetime(2026, 1, 15, 8, tzinfo=UTC).timestamp() * 1000)
_BLANK = {"int64": 0, "int32": 0, "string": "", "bool": False}


def rows(spec: TableSpec, *changes: dict[str, Any]) -> pa.Table:
    """One row per dictionary: key i, workspace 1, one minute apart from 2026-01-15 08:00 UTC."""
    return pa.Table.from_pylist([_row(spec, i, change) for i, change in enumerate(changes)], schema=spec.arrow_schema())


def _row(spec: TableSpec, i: int, change: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {c.name: None if c.nullable else _BLANK.get(c.type) for c in spec.columns}
    row |= {"workspace_id": 1, spec.key: i, "ts_ms": START_MS + i * 60_000} | change
    ts = datetime.fromtimestamp(row["ts_ms"] / 1000, UTC)
    return row | {"ts": ts, "day": ts.date().isoformat()}
