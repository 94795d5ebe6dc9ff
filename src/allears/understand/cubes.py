"""Cubes of one workspace, kept between questions and grown by what is new.

Files never change, so the cube of a set of files is kept; when the next version only adds files, only those are
read. Hot rows are counted anew each time, and a hot row takes its older self in the files out of the sum.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from allears.jobs.hot import snapshot
from allears.understand.metrics import KEYS, SCORE_SUMS, ask_cube, score_cube

if TYPE_CHECKING:
    import pyarrow as pa

    from allears.lake.engine import Engine, Slice
    from allears.science.scores import Metric

_KEPT = 128
Expression = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Cubes:
    """Sufficient statistics by touchpoint, channel, segment and day: answers and asks."""

    scores: pa.Table
    asks: pa.Table


@dataclass(frozen=True, slots=True)
class _Kept:
    files: frozenset[str]
    cube: pa.Table


class CubeStore:
    """Builds cubes on an engine; safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._kept: OrderedDict[tuple[Any, ...], _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def cubes(self, *, workspace_id: int, metric: Metric, offset_minutes: int) -> Cubes:
        """Everything the workspace knows about the metric at this moment."""
        found = snapshot(tables=["responses", "asks"], workspace_id=workspace_id)
        key = (workspace_id, metric, offset_minutes)
        given = {"metric": metric, "offset_minutes": offset_minutes}
        scores = self._answers(found.slices["responses"], ("responses", *key), given)
        asks = self._asks(found.slices["asks"], ("asks", *key), given)
        return Cubes(scores, asks)

    def _answers(self, data: Slice, key: tuple[Any, ...], given: dict[str, Any]) -> pa.Table:
        cold = self._cold_answers(replace(data, hot=None), key, given)
        if data.hot is None or not len(data.hot):
            return cold
        fingerprint = frozenset([*data.files, _fingerprint(data.hot)])
        kept = self._find(("hot", *key))
        if kept is not None and kept.files == fingerprint:
            return kept.cube
        parts = [(1, cold), (1, self._count(score_cube, replace(data, files=()), given))]
        if data.files:
            parts.append((-1, self._older_selves(data, given)))
        cube = added(parts, SCORE_SUMS)
        self._keep(("hot", *key), _Kept(fingerprint, cube))
        return cube

    def _cold_answers(self, data: Slice, key: tuple[Any, ...], given: dict[str, Any]) -> pa.Table:
        kept, files = self._find(key), frozenset(data.files)
        if kept is not None and kept.files == files:
            return kept.cube
        if kept is not None and kept.files < files:
            new = tuple(file for file in data.files if file not in kept.files)
            more = self._count(score_cube, replace(data, files=new), given)
            cube = added([(1, kept.cube), (1, more)], SCORE_SUMS)
        else:
            cube = self._count(score_cube, data, given)
        self._keep(key, _Kept(files, cube))
        return cube

    def _older_selves(self, data: Slice, given: dict[str, Any]) -> pa.Table:
        """The cube of those flushed rows that a hot row replaces."""
        with self._engine.session() as session:
            cold = session.table(replace(data, hot=None))
            hot = session.table(replace(data, files=()))
            again = cold.semi_join(hot, data.spec.key)
            found: pa.Table = session.run(score_cube(again, **given))
            return found

    def _asks(self, data: Slice, key: tuple[Any, ...], given: dict[str, Any]) -> pa.Table:
        """Versions do not add across files, so asks are counted whole, and kept until something moves."""
        fingerprint = frozenset([*data.files, _fingerprint(data.hot)])
        kept = self._find(key)
        if kept is not None and kept.files == fingerprint:
            return kept.cube
        cube = self._count(ask_cube, data, given)
        self._keep(key, _Kept(fingerprint, cube))
        return cube

    def _count(self, expression: Expression, data: Slice, given: dict[str, Any]) -> pa.Table:
        with self._engine.session() as session:
            found: pa.Table = session.run(expression(session.table(data), **given))
            return found

    def _find(self, key: tuple[Any, ...]) -> _Kept | None:
        with self._lock:
            return self._kept.get(key)

    def _keep(self, key: tuple[Any, ...], kept: _Kept) -> None:
        with self._lock:
            self._kept[key] = kept
            self._kept.move_to_end(key)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)


def added(parts: list[tuple[int, pa.Table]], sums: tuple[str, ...]) -> pa.Table:
    """Cubes added (+1) and taken away (−1), cell by cell."""
    import pyarrow as pa

    signed = [part if sign > 0 else _negated(part, sums) for sign, part in parts]
    return summed(pa.concat_tables(signed), KEYS, sums)


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
