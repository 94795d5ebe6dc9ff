"""Writing and listing the lake's Delta tables, without any engine.

One commit per append, carrying an application transaction (Delta's `txn` action), so that a writer which died
between its commit and its own bookkeeping finds out on replay. Files are resolved here, in Python, so engines
read plain Parquet and need no Delta extension. Deletion vectors and column mapping stay off.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import CommitProperties, DeltaTable, Schema, Transaction, WriterProperties, write_deltalake
from deltalake.transaction import AddAction, RemoveAction

from allears.lake.files import is_remote, open_parquet
from allears.lake.rewriting import BOUNDS, Bounds, Partition
from allears.lake.rows import Nameless, fitted, of_customers, plain, prepared
from allears.lake.tables import PERIOD, Grain, TableSpec

if TYPE_CHECKING:
    from collections.abc import Iterable

CHECKPOINT_EVERY = 50
KEEP_HOURS = 24
"""How long files that no current version names are kept for readers of an older head."""

KEEP_LOG_DAYS = 2
"""How long the transaction log's own files are kept behind a checkpoint."""

MOST_RANGES = 200  # spans of keys in one delete


class LakeProtocolError(Exception):
    """The table on disk uses a Delta feature that readers of plain files would misread."""


def uri(root: str, spec: TableSpec) -> str:
    return f"{root.rstrip('/')}/{spec.name}"


def open_table(root: str, spec: TableSpec, *, version: int | None = None) -> DeltaTable | None:
    """The Delta table at `version` (the newest when None), or None when nothing was ever written."""
    where = uri(root, spec)
    if not DeltaTable.is_deltatable(where):
        return None
    table = DeltaTable(where, version=version)
    assert_portable(table)
    return table


def create(root: str, spec: TableSpec) -> DeltaTable:
    """The table, made if need be. Only ids and times get min/max statistics in the log."""
    found = open_for_writing(root, spec)
    if found is not None:
        return found
    where = uri(root, spec)
    if not is_remote(where):
        Path(where).mkdir(parents=True, exist_ok=True)
    table = DeltaTable.create(
        where,
        spec.file_schema(),
        mode="ignore",
        partition_by=list(spec.partition_by),
        configuration=_settings(spec),
    )
    assert_portable(table)
    return table


def _settings(spec: TableSpec) -> dict[str, str]:
    return {
        "delta.dataSkippingStatsColumns": ",".join(spec.stats_columns),
        "delta.checkpointInterval": str(CHECKPOINT_EVERY),
        "delta.logRetentionDuration": f"interval {KEEP_LOG_DAYS} days",
    }


def open_for_writing(root: str, spec: TableSpec) -> DeltaTable | None:
    """The table with every column and setting of today's contract; files of before lack the new columns."""
    delta = open_table(root, spec)
    if delta is None:
        return None
    had = {each.name for each in delta.schema().fields}
    new = [each for each in Schema.from_arrow(spec.file_schema()).fields if each.name not in had]
    if new:
        delta.alter.add_columns(new)
    wanted, now = _settings(spec), delta.metadata().configuration
    if any(now.get(name) != value for name, value in wanted.items()):
        delta.alter.set_table_properties(wanted)
    return delta


def assert_portable(table: DeltaTable) -> None:
    """Refuse tables that need more than reading the listed files: deletion vectors, column mapping."""
    settings = table.metadata().configuration
    if settings.get("delta.enableDeletionVectors", "false").lower() == "true":
        raise LakeProtocolError("This table has deletion vectors on; turn them off and rewrite it.")
    if settings.get("delta.columnMapping.mode", "none").lower() != "none":
        raise LakeProtocolError("This table maps its column names; rewrite it without column mapping.")
    features = table.protocol().reader_features or []
    if features:
        raise LakeProtocolError(f"This table needs reader features we do not apply: {', '.join(features)}.")


def append(*, root: str, spec: TableSpec, table: pa.Table, app_id: str, version: int, grain: Grain = "month") -> int:
    """Commit `table` once under the application transaction (`app_id`, `version`); return the Delta version.

    `version` must rise with each call for an `app_id`. Repeating one that is in the log writes nothing and
    returns the newest version, which holds it. Rows of a table that changes seldom take the place of older
    rows of the same key; the caller's head must not stop between the two commits this takes.
    """
    delta = create(root, spec)
    done = delta.transaction_version(app_id)
    if done is not None and done >= version:
        return int(delta.version())
    if spec.changes == "seldom":
        _remove(delta, root, spec, table)
    write_deltalake(
        delta,
        prepared(table, spec, grain=grain),
        mode="append",
        writer_properties=_WRITER,
        commit_properties=CommitProperties(app_transactions=[Transaction(app_id, version)]),
    )
    return int(delta.version())


def _remove(delta: DeltaTable, root: str, spec: TableSpec, table: pa.Table) -> None:
    """Delete the rows of these keys that an earlier append wrote; only files of their time are looked into."""
    for workspace_id in pc.unique(table["workspace_id"]).to_pylist():
        wanted = table.filter(pc.equal(table["workspace_id"], workspace_id))
        span = pc.min_max(wanted["ts_ms"]).as_py()
        files = files_at(
            root=root,
            spec=spec,
            version=int(delta.version()),
            workspace_id=workspace_id,
            since_ms=span["min"],
            until_ms=span["max"] + 1,
        )
        held = [plain(open_parquet(file).read(columns=[spec.key]))[spec.key] for file in files]
        again = [key for keys in held for key in keys.filter(pc.is_in(keys, wanted[spec.key])).to_pylist()]
        if again:
            listed = ", ".join(str(int(key)) for key in again)
            delta.delete(f"workspace_id = {workspace_id:d} AND {spec.key} IN ({listed})")


def rewind(*, root: str, spec: TableSpec, version: int | None) -> int | None:
    """Make the table's newest state that of `version` again (empty when None); returns the new version."""
    delta = open_table(root, spec)
    if delta is None:
        return None
    delta.restore(version or 0)
    return int(delta.version())


def committed(*, root: str, spec: TableSpec, app_id: str) -> int | None:
    """The last application transaction in the log, or None."""
    delta = open_table(root, spec)
    return None if delta is None else delta.transaction_version(app_id)


_WRITER = WriterProperties(compression="ZSTD", compression_level=1, max_row_group_size=256 * 1024)


def files_at(
    *,
    root: str,
    spec: TableSpec,
    version: int | None,
    workspace_id: int,
    since_ms: int | None = None,
    until_ms: int | None = None,
) -> tuple[str, ...]:
    """Data files of `version` that may hold rows of the workspace with since ≤ ts_ms < until.

    Version None, the head of a table never flushed, has none.
    """
    if version is None:
        return ()
    return tuple(
        path
        for path, workspace, low, high in _listing(root, spec, version)
        if workspace == workspace_id
        and (since_ms is None or high is None or high >= since_ms)
        and (until_ms is None or low is None or low < until_ms)
    )


def within(
    root: str, spec: TableSpec, files: Sequence[str], *, version: int | None, since_ms: int, until_ms: int
) -> tuple[str, ...]:
    """Those of a version's files that may hold rows with since ≤ ts_ms < until."""
    wanted = set(files)
    return tuple(
        path
        for path, _, low, high in (_listing(root, spec, version) if version is not None else ())
        if path in wanted and (high is None or high >= since_ms) and (low is None or low < until_ms)
    )


@lru_cache(maxsize=64)
def _listing(root: str, spec: TableSpec, version: int) -> tuple[tuple[str, int, int | None, int | None], ...]:
    """(path, workspace, lowest ts_ms, highest ts_ms) of each file. A version never changes, so it is kept."""
    delta = open_table(root, spec, version=version)
    if delta is None:
        raise FileNotFoundError(f"The lake has no table {spec.name!r} at {root}, yet its head is {version}.")
    actions: dict[str, Any] = pa.table(delta.get_add_actions(flatten=True)).to_pydict()
    base = uri(root, spec)
    empty = [None] * len(actions["path"])
    return tuple(
        (f"{base}/{path}", int(workspace), low, high)
        for path, workspace, low, high in zip(
            actions["path"],
            actions["partition.workspace_id"],
            actions.get("min.ts_ms", empty),
            actions.get("max.ts_ms", empty),
            strict=True,
        )
    )


def small_partitions(*, root: str, spec: TableSpec, least: int = 8) -> list[tuple[int, str]]:
    """Partitions with at least `least` files below half the wanted size: (workspace, period)."""
    delta = open_table(root, spec)
    if delta is None:
        return []
    actions = pa.table(delta.get_add_actions(flatten=True))
    small = actions.filter(pc.less(actions["size_bytes"], 32 * 1024 * 1024))
    keys = ["partition.workspace_id", f"partition.{PERIOD}"]
    counts = small.group_by(keys).aggregate([("path", "count")]).to_pydict()
    return sorted(
        (int(workspace), period)
        for workspace, period, n in zip(counts[keys[0]], counts[keys[1]], counts["path_count"], strict=True)
        if n >= least
    )


def compact(
    *, root: str, spec: TableSpec, partitions: Sequence[tuple[int, str]], bounds: Bounds = BOUNDS
) -> int | None:
    """Rewrite each partition as one sorted run, keeping only the newest version of a versioned row.

    Run it under the flusher's lease: it conflicts with appends to the partition. Returns the new version.
    """
    delta = open_for_writing(root, spec)
    if delta is None:
        return None
    for workspace, period in partitions:
        _rewrite(delta, root, spec, workspace, period, bounds)
    return int(delta.version())


def _rewrite(
    delta: DeltaTable,
    root: str,
    spec: TableSpec,
    workspace: int,
    period: str,
    bounds: Bounds,
    nameless: Nameless | None = None,
) -> None:
    """One partition anew in one commit; the log learns which partition, never which rows.

    Its files are written here: the table's own writer takes a stream's batches in any order.
    """
    wanted = f"workspace_id={workspace}/{PERIOD}={period}/"
    paths = [path for path in pa.table(delta.get_add_actions())["path"].to_pylist() if path.startswith(wanted)]
    partition = Partition(
        spec=spec,
        workspace_id=workspace,
        files=[f"{uri(root, spec)}/{path}" for path in paths],
        grain=_grain(period),
        nameless=nameless,
        bounds=bounds,
    )
    added: list[AddAction | RemoveAction] = [
        AddAction(
            path=wanted + each.name,
            size=each.bytes,
            partition_values={"workspace_id": str(workspace), PERIOD: period},
            modification_time=int(time.time() * 1000),
            data_change=True,
            stats=each.stats,
        )
        for each in partition.write(f"{uri(root, spec)}/{wanted.rstrip('/')}")
    ]
    delta.create_write_transaction(
        added,
        mode="overwrite",
        schema=delta.schema(),
        partition_by=list(spec.partition_by),
        partition_filters=[("workspace_id", "=", str(workspace)), (PERIOD, "=", period)],
    )
    delta.update_incremental()


def put(*, root: str, spec: TableSpec, workspace_id: int, period: str, rows: pa.Table) -> int:
    """Make these rows, without `PERIOD`, the whole of one partition, in one commit; the new version."""
    delta = create(root, spec)
    write_deltalake(
        delta,
        prepared(rows, spec, grain=_grain(period)),
        mode="overwrite",
        predicate=f"workspace_id = {workspace_id:d} AND {PERIOD} = '{_quoted(period)}'",
        writer_properties=_WRITER,
    )
    return int(delta.version())


def read(*, root: str, spec: TableSpec, version: int | None, workspace_id: int, period: str | None = None) -> pa.Table:
    """A small table's rows of one workspace (one partition of it) in memory, without any engine."""
    files = files_at(root=root, spec=spec, version=version, workspace_id=workspace_id)
    parts = [open_parquet(file).read() for file in files if period is None or _period_of(file) == period]
    return fitted(parts, spec, workspace_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One workspace's part of a table on the disk."""

    files: int = 0
    rows: int = 0
    bytes: int = 0


def figures(*, root: str, spec: TableSpec, version: int | None, workspace_id: int) -> Figures:
    """From the transaction log alone; of a table whose rows change, each written state counts as a row."""
    delta = open_table(root, spec, version=version) if version is not None else None
    if delta is None:
        return Figures()
    actions = pa.table(delta.get_add_actions(flatten=True))
    ours = actions.filter(pc.equal(actions["partition.workspace_id"].cast(pa.int64()), workspace_id))
    return Figures(
        files=len(ours),
        rows=pc.sum(ours["num_records"]).as_py() or 0,
        bytes=pc.sum(ours["size_bytes"]).as_py() or 0,
    )


def newest_version(*, root: str, spec: TableSpec) -> int | None:
    """The last version in the table's log, whether or not a head names it; None before the first."""
    delta = open_table(root, spec)
    return None if delta is None else int(delta.version())


def periods_of(*, root: str, spec: TableSpec, version: int | None) -> dict[int, tuple[str, ...]]:
    """By workspace: the periods that `version` has files of, in order."""
    found: dict[int, set[str]] = {}
    for path, workspace, _, _ in _listing(root, spec, version) if version is not None else ():
        found.setdefault(workspace, set()).add(_period_of(path))
    return {workspace: tuple(sorted(periods)) for workspace, periods in found.items()}


def _grain(period: str) -> Grain:
    return "day" if len(period) > 7 else "month"


@dataclass(slots=True)
class Held:
    """Rows of some customers in one partition: how many, and on which UTC days."""

    rows: int = 0
    days: set[str] = field(default_factory=set)


def held_by(
    *,
    root: str,
    spec: TableSpec,
    workspace_id: int,
    customer_keys: Collection[str] | None,
    periods: Collection[str] | None = None,
) -> dict[str, Held]:
    """What the table's newest version knows of these customers (of any, when None), by partition period."""
    delta, found = open_table(root, spec), dict[str, Held]()
    if delta is None or not spec.personal:
        return found
    for file in files_at(root=root, spec=spec, version=int(delta.version()), workspace_id=workspace_id):
        if periods is not None and _period_of(file) not in periods:
            continue
        rows = plain(open_parquet(file).read(columns=["customer_key", "day"]))
        days = rows["day"].filter(of_customers(rows, customer_keys))
        if len(days):
            held = found.setdefault(_period_of(file), Held())
            held.rows += len(days)
            held.days |= set(days.to_pylist())
    return found


def erase(
    *,
    root: str,
    spec: TableSpec,
    workspace_id: int,
    customer_keys: Collection[str] | None,
    periods: Collection[str],
    bounds: Bounds = BOUNDS,
) -> int | None:
    """Rewrite these partitions; the customers' rows keep their figures and lose whose they were. The new version.

    Without ``customer_keys``, every row does.

    Run it under the flusher's lease. The old files go with a `vacuum` after the head has moved.
    """
    delta = open_for_writing(root, spec)
    if delta is None:
        return None
    for period in sorted(periods):
        _rewrite(delta, root, spec, workspace_id, period, bounds, Nameless(customer_keys))
    return int(delta.version())


def _period_of(file: str) -> str:
    return file.rsplit(f"/{PERIOD}=", 1)[1].split("/", 1)[0]


def nameless(rows: pa.Table, *, spec: TableSpec, customer_keys: Collection[str]) -> pa.Table:
    """Rows about to be written, without what names customers who are being erased."""
    if not customer_keys or not spec.personal:
        return rows
    return Nameless(customer_keys)(rows, spec)


def remove(*, root: str, spec: TableSpec, workspace_id: int, keys: Sequence[int]) -> int | None:
    """Delete the rows of these keys by rewriting their files. Run it under the flusher's lease.

    Returns the newest version; the caller's head must move to it, or readers go on seeing the rows.
    """
    delta = open_table(root, spec)
    if delta is None:
        return None
    ranges = _ranges(sorted(keys))
    for start in range(0, len(ranges), MOST_RANGES):
        spans = " OR ".join(
            f"{spec.key} BETWEEN {low:d} AND {high:d}" for low, high in ranges[start : start + MOST_RANGES]
        )
        delta.delete(f"workspace_id = {workspace_id:d} AND ({spans})")
    return int(delta.version())


def _ranges(keys: Sequence[int]) -> list[tuple[int, int]]:
    """Sorted keys as spans without a gap."""
    spans: list[tuple[int, int]] = []
    for key in keys:
        if spans and key == spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], key)
        else:
            spans.append((key, key))
    return spans


def vacuum(*, root: str, spec: TableSpec, keep_hours: int = KEEP_HOURS) -> list[str]:
    """Remove files that no version younger than `keep_hours` names, and what dead writers left; returns their paths.

    Run it under the flusher's lease: with 0 hours it would take the files of a commit under way.
    """
    delta = open_table(root, spec)
    if delta is None:
        return []
    removed: Iterable[str] = delta.vacuum(keep_hours, dry_run=False, enforce_retention_duration=False, full=True)
    return list(removed)


def tidy(*, root: str, spec: TableSpec) -> None:
    """Write a checkpoint, so that readers need not walk the log, and drop what of the log is past keeping."""
    delta = open_table(root, spec)
    if delta is not None:
        delta.create_checkpoint()
        delta.cleanup_metadata()


def _quoted(text: str) -> str:
    return text.replace("'", "''")
