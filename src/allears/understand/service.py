"""What the analytics process can be asked: the one place that holds an engine and its cubes."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from allears.understand.annotating import AnnotateQuestion, Annotators, Read
from allears.understand.card import Card, CardQuestion, kept
from allears.understand.durations import DurationQuestion, Durations, durations
from allears.understand.lake_status import LakeStatus, StatusQuestion, lake_status
from allears.understand.metrics import Question
from allears.understand.queries import Report, report
from allears.understand.training import Trained, TrainQuestion, train

if TYPE_CHECKING:
    import pyarrow as pa

    from allears.lake.engine import DuckDBLimits, Engine
    from allears.understand.cubes import CubeStore


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlQuestion:
    """One SELECT over one workspace's tables; at most `limit` rows."""

    workspace_id: int
    query: str
    limit: int = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlAnswer:
    """Rows as texts and numbers; moments in ISO format."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


class Service:
    """Answers questions; the engine is loaded with the first one. Safe to share between threads."""

    def __init__(self) -> None:
        self._loading, self._loading_engine = threading.Lock(), threading.Lock()
        self._annotators = Annotators()

    def report(self, question: Question) -> Report:
        """The score, its weeks and its cuts."""
        cubes = self.cubes.cubes(
            workspace_id=question.workspace_id,
            metric=question.metric,
            zone=question.zone,
        )
        return report(question, cubes)

    def sql(self, question: SqlQuestion) -> SqlAnswer:
        """Raises `QueryRefusedError` for what is not one read-only statement."""
        from allears.jobs.hot import Snapshot, snapshot, with_fresh_heads
        from allears.lake.sql import run_sql
        from allears.lake.tables import TABLES

        def run(found: Snapshot) -> pa.Table:
            slices = list(found.slices.values())
            return run_sql(query=question.query, slices=slices, limits=limits(), limit=question.limit)

        tables = list(TABLES)
        table = with_fresh_heads(run, lambda: snapshot(tables=tables, workspace_id=question.workspace_id))
        rows = tuple(tuple(map(_plain, row.values())) for row in table.to_pylist())
        return SqlAnswer(columns=tuple(table.column_names), rows=rows)

    def durations(self, question: DurationQuestion) -> tuple[Durations, ...]:
        """How long things take, all together first, then by touchpoint."""
        return durations(question, self.cubes)

    def annotations(self, question: AnnotateQuestion) -> tuple[Read, ...]:
        """What the workspace's annotators say of some texts."""
        return self._annotators.read(question)

    def card(self, question: CardQuestion) -> Card:
        """How the built-in model does on comments it never learnt from."""
        return kept(Path(settings.RUN_DIR))

    def train(self, question: TrainQuestion) -> Trained:
        """A model of the workspace's own."""
        return train(question)

    def lake(self, question: StatusQuestion) -> LakeStatus:
        """How the lake is."""
        return lake_status(question, now=timezone.now())

    @property
    def cubes(self) -> CubeStore:
        with self._loading:
            return self._cubes

    @cached_property
    def _cubes(self) -> CubeStore:
        from allears.understand.cubes import CubeStore

        return CubeStore(lambda: self.engine)

    @property
    def engine(self) -> Engine:
        """The engine, loaded when first needed."""
        with self._loading_engine:
            return self._engine

    @cached_property
    def _engine(self) -> Engine:
        from allears.lake.engine import connect

        return connect(settings.ENGINE, limits=limits())


def limits() -> DuckDBLimits:
    """What DuckDB may use here."""
    from allears.lake.engine import DuckDBLimits

    return DuckDBLimits(
        temp_directory=str(Path(settings.RUN_DIR) / "spill"),
        memory_limit=settings.DUCKDB_MEMORY,
    )


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
