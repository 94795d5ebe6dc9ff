"""Rows as the lake's files hold them: exact columns, sorted, the newest version of each, the erased without names."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from allears.lake.tables import PERIOD, Grain, TableSpec


def prepared(table: pa.Table, spec: TableSpec, *, grain: Grain) -> pa.Table:
    """Rows as files hold them: exact schema, partition period, sorted."""
    fitted = with_period(table, spec, grain=grain)
    return fitted.sort_by([("workspace_id", "ascending"), *((name, "ascending") for name in spec.sort_by)])


def with_period(table: pa.Table, spec: TableSpec, *, grain: Grain) -> pa.Table:
    """Rows with the schema of files, in the order they came in."""
    fitted = table.select(list(spec.names)).cast(spec.arrow_schema())
    period = pc.utf8_slice_codeunits(fitted["day"], 0, 7) if grain == "month" else fitted["day"]
    return fitted.append_column(spec.file_schema().field(PERIOD), period)


def plain(rows: pa.Table) -> pa.Table:
    """The Delta writer calls some texts string_view, a kind that few of Arrow's functions know yet."""
    for at, column in enumerate(rows.schema):
        if column.type == pa.string_view():
            rows = rows.set_column(at, column.name, rows[column.name].cast(pa.string()))
    return rows


def fitted(parts: Sequence[pa.Table], spec: TableSpec, workspace_id: int) -> pa.Table:
    """Rows of files as the contract has them: the partition's workspace added, columns of later contracts empty."""
    if not parts:
        return spec.arrow_schema().empty_table()
    rows = pa.concat_tables([plain(part) for part in parts], promote_options="default")
    rows = rows.append_column("workspace_id", pa.repeat(pa.scalar(workspace_id, pa.int64()), len(rows)))
    for column in spec.arrow_schema():
        if column.name not in rows.column_names:
            rows = rows.append_column(column, pa.nulls(len(rows), column.type))
    return rows.select(list(spec.names)).cast(spec.arrow_schema())


def newest(rows: pa.Table, spec: TableSpec) -> pa.Table:
    """The newest version of each row; the rows themselves where a table has no versions."""
    if not spec.versioned:
        return rows
    keys = ["workspace_id", spec.key]
    numbered = rows.append_column("_at", pa.array(range(len(rows)), pa.int64()))
    ordered = numbered.sort_by([*((k, "ascending") for k in keys), ("version", "ascending"), ("_at", "ascending")])
    last = ordered.group_by(keys, use_threads=False).aggregate([("_at", "last")])
    return rows.take(last["_at_last"])


def of_customers(rows: pa.Table, customer_keys: Collection[str] | None) -> pa.ChunkedArray:
    """Which rows are of these customers, or of any when None."""
    if customer_keys is None:
        return pc.is_valid(rows["customer_key"])
    wanted = pa.array(sorted(customer_keys), pa.string())
    return pc.fill_null(pc.is_in(rows["customer_key"], wanted), False)


@dataclass(frozen=True, slots=True)
class Nameless:
    """Takes what names these customers off their rows; off every row when None."""

    customer_keys: Collection[str] | None

    def __call__(self, rows: pa.Table, spec: TableSpec) -> pa.Table:
        gone = of_customers(rows, self.customer_keys)
        for name in spec.personal:
            at = rows.column_names.index(name)
            column = pc.if_else(gone, pa.scalar(None, rows[name].type), rows[name])
            rows = rows.set_column(at, name, column)
        return rows
