"""Cubes of one workspace: roll-ups from disk, days that changed since counted from the raw rows, hot rows on top.

All of a cube's parts are of one moment. A hot row takes its older self in the files out of the sum. Where no roll-up of
the workspace's clock stands yet, all rows are counted. What the engine counts is the roll-up's own expression.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from allears.jobs.hot import Snapshot, snapshot, with_fresh_heads
from allears.kit.clocks import clock, day_start
from allears.lake.rollups import ASK_FUNNEL, SCORES, Rollup
from allears.understand.metrics import KEYS
from allears.understand.rollups import as_cells, counted, days_in_files, local_days_of, without_days

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

    from allears.lake.engine import Engine, Slice
    from allears.science.scores import Metric

logger = logging.getLogger(__name__)
_KEPT = 128
MOST_KEYS = 1000  # of hot rows looked up by name rather than by a join


@dataclass(frozen=True, slots=True)
class Cubes:
    """Sufficient statistics by touchpoint, channel, segment and day: answers and asks."""

    scores: pa.Table
    asks: pa.Table


class CubeStore:
    """Builds cubes; safe to share between threads. The engine is asked for only where raw or hot rows are counted."""

    def __init__(self, engine: Callable[[], Engine]) -> None:
        self._engine = engine
        self._kept: OrderedDict[Hashable, tuple[Hashable, pa.Table]] = OrderedDict()
        self._lock = threading.Lock()

    def cubes(self, *, workspace_id: int, metric: Metric, zone: str) -> Cubes:
        """Everything the workspace knows about the metric at this moment."""
        scores, asks = self.cells((SCORES, ASK_FUNNEL), workspace_id=workspace_id, zone=zone)
        return Cubes(
            self._of_metric(scores, SCORES, "metric", metric, (workspace_id, zone)),
            self._of_metric(asks, ASK_FUNNEL, "family", metric, (workspace_id, zone)),
        )

    def cells(self, rollups: Sequence[Rollup], *, workspace_id: int, zone: str) -> list[pa.Table]:
        """The cells of these roll-ups, all of one moment, fresh rows included."""
        tables, names = [each.source.name for each in rollups], [each.name for each in rollups]
        return with_fresh_heads(
            lambda found: [self._cells(each, found, workspace_id, zone) for each in rollups],
            lambda: snapshot(tables=tables, workspace_id=workspace_id, rollups=names),
        )

    def _cells(self, rollup: Rollup, found: Snapshot, workspace_id: int, zone: str) -> pa.Table:
        """Cold cells, plus the hot rows', less those of the hot rows' older selves."""
        data = found.slices[rollup.source.name]
        hot = data.hot if data.hot is not None and len(data.hot) else None
        alone = hot is not None and rollup.by_row
        changed = self._changed(rollup, found, zone, hot)
        cold_data = replace(data, hot=None) if alone else data
        name = (rollup.name, workspace_id, zone)
        moment = (found.heads[rollup.source.name], _version(rollup, found), changed, data.erased)
        cold = self._kept_or(
            ("cold", *name),
            (moment, None if alone else _fingerprint(hot)),
            lambda: self._cold(rollup, found, cold_data, workspace_id, zone, changed),
        )
        if hot is None or not alone:
            return cold
        return self._kept_or(
            ("hot", *name),
            (moment, _fingerprint(hot)),
            lambda: added(
                [(1, cold), *self._hot(rollup, found, hot, zone)], ("day", *rollup.key_names), rollup.sum_names
            ),
        )

    def _changed(self, rollup: Rollup, found: Snapshot, zone: str, hot: pa.Table | None) -> tuple[int, ...]:
        """Local days that the roll-up on disk does not tell right."""
        utc_days = {*found.dirty.get(rollup.source.name, ())}
        if hot is not None and not rollup.by_row:
            from allears.jobs.dirty import days_of

            utc_days |= {day for _, day in days_of(hot)}
        return local_days_of(zone, utc_days)

    def _cold(
        self, rollup: Rollup, found: Snapshot, data: Slice, workspace_id: int, zone: str, changed: tuple[int, ...]
    ) -> pa.Table:
        from allears.lake import store

        stored = self._stored(rollup, found, data.root, workspace_id, zone)
        if stored is None:
            days = tuple(sorted({*self._all_days(rollup, found, workspace_id, zone), *changed}))
            return counted(self._engine(), rollup, data, zone=zone, days=days) if days else _nothing(rollup)
        cells = as_cells(without_days(stored, changed), rollup)
        if not changed:
            return cells
        since, until = day_start(zone, changed[0]), day_start(zone, changed[-1] + 1)
        head = found.heads[rollup.source.name]
        files = store.within(data.root, data.spec, data.files, version=head, since_ms=since, until_ms=until)
        fresh = counted(self._engine(), rollup, replace(data, files=files), zone=zone, days=changed)
        return added([(1, cells), (1, fresh)], ("day", *rollup.key_names), rollup.sum_names)

    def _stored(self, rollup: Rollup, found: Snapshot, root: str, workspace_id: int, zone: str) -> pa.Table | None:
        """The roll-up on disk, or None when it is of another clock or contract, or not there."""
        from allears.lake import store

        state = found.rolled.get(rollup.name)
        if state is None or state.zone != zone or state.contract != rollup.contract:
            return None
        try:
            return self._kept_or(
                ("stored", rollup.name, workspace_id, zone),
                state.version,
                lambda: store.read(root=root, spec=rollup.spec, version=state.version, workspace_id=workspace_id),
            )
        except FileNotFoundError:
            logger.warning("%s is not on the disk as its head says; the raw rows are counted instead", rollup.name)
            return None

    def _all_days(self, rollup: Rollup, found: Snapshot, workspace_id: int, zone: str) -> tuple[int, ...]:
        return days_in_files(rollup, found.heads[rollup.source.name], workspace_id, zone)

    def _hot(self, rollup: Rollup, found: Snapshot, hot: pa.Table, zone: str) -> list[tuple[int, pa.Table]]:
        import pyarrow.compute as pc

        from allears.lake.store import within

        span = pc.min_max(hot["ts_ms"]).as_py()
        now = clock(zone, span["min"], span["max"])
        data, head = found.slices[rollup.source.name], found.heads[rollup.source.name]
        older = within(data.root, data.spec, data.files, version=head, since_ms=span["min"], until_ms=span["max"] + 1)
        with self._engine().session() as session:
            fresh = session.table(replace(data, files=()))
            parts = [(1, session.run(rollup.expression(fresh, now)))]
            if older and data.spec.changes != "never":
                cold = session.table(replace(data, files=older, hot=None))
                key, keys = cold[data.spec.key], hot[data.spec.key].to_pylist()
                again = cold.filter(key.isin(keys)) if len(keys) <= MOST_KEYS else cold.semi_join(fresh, data.spec.key)
                parts.append((-1, session.run(rollup.expression(again, now))))
        return parts

    def _of_metric(
        self, cells: pa.Table, rollup: Rollup, column: str, metric: str, name: tuple[Hashable, ...]
    ) -> pa.Table:
        """The cells of one score, by fewer keys."""
        import pyarrow.compute as pc

        def build() -> pa.Table:
            return summed(cells.filter(pc.equal(cells[column], metric)), KEYS, rollup.sum_names)

        return self._kept_or(("of", rollup.name, metric, *name), _Same(cells), build)

    def _kept_or(self, name: Hashable, moment: Hashable, build: Callable[[], pa.Table]) -> pa.Table:
        """What was built for this moment, or build it; one moment is kept for each name."""
        with self._lock:
            kept = self._kept.get(name)
        if kept is not None and kept[0] == moment:
            return kept[1]
        table = build()
        with self._lock:
            self._kept[name] = (moment, table)
            self._kept.move_to_end(name)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return table


@dataclass(frozen=True, eq=False, slots=True)
class _Same:
    """Equal for the very same table."""

    table: pa.Table

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.table is self.table

    def __hash__(self) -> int:
        return id(self.table)


def _version(rollup: Rollup, found: Snapshot) -> Hashable:
    state = found.rolled.get(rollup.name)
    return None if state is None else (state.version, state.zone, state.contract)


def _nothing(rollup: Rollup) -> pa.Table:
    return as_cells(rollup.spec.arrow_schema().empty_table(), rollup)


def added(parts: Sequence[tuple[int, pa.Table]], keys: tuple[str, ...], sums: tuple[str, ...]) -> pa.Table:
    """Cells added (+1) and taken away (−1); a cell with nothing left is gone."""
    import pyarrow as pa
    import pyarrow.compute as pc

    order = [*keys, *sums]
    signed = [(part if sign > 0 else _negated(part, sums)).select(order) for sign, part in parts]
    schema = signed[0].schema
    whole = summed(pa.concat_tables([part.cast(schema) for part in signed]), keys, sums)
    return whole.filter(pc.not_equal(whole[sums[0]], 0))


def _negated(part: pa.Table, sums: tuple[str, ...]) -> pa.Table:
    import pyarrow.compute as pc

    for name in sums:
        part = part.set_column(part.column_names.index(name), name, pc.negate(part[name]))
    return part


def summed(cube: pa.Table, keys: tuple[str, ...], sums: tuple[str, ...]) -> pa.Table:
    """The cube by fewer keys."""
    grouped = cube.group_by(list(keys), use_threads=False).aggregate([(name, "sum") for name in sums])
    return grouped.rename_columns({f"{name}_sum": name for name in sums} | {key: key for key in keys})


def _fingerprint(hot: pa.Table | None) -> str:
    """Equal for equal hot rows."""
    import hashlib

    digest = hashlib.blake2b(digest_size=16)
    for column in hot.itercolumns() if hot is not None else ():
        for chunk in column.chunks:
            for buffer in chunk.buffers():
                digest.update(buffer or b"")
    return digest.hexdigest()
