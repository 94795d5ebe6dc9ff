"""Hot rows and the lake as one: what each domain sends there, and a reader's exact view of both.

A domain declares a `HotSource` in its ``lake.py`` and registers it in ``apps.py``; ``jobs`` knows no domain.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings
from django.db import connection, transaction
from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.expressions import Combinable
from django.utils.module_loading import import_string

from allears.jobs import sources as registry
from allears.jobs.models import LakeDirty, LakeErasure, LakeHead, LakeRollup
from allears.lake.tables import Column, TableSpec
from allears.store.models import HotModel

if TYPE_CHECKING:
    import pyarrow as pa

    from allears.lake.engine import Slice


MOST_IDS = 900  # parameters of one statement
MOST_HEADS = 20  # fresh snapshots for one reading: on a busy machine erasures and compactions can outrun several
T = TypeVar("T")


def _at_once(_: datetime) -> Q:
    return Q()


@dataclass(frozen=True, kw_only=True)
class HotSource:
    """How the rows of one model become rows of one lake table.

    ``columns`` maps a column of the table to a field path or an expression; ``ts`` is the field that says when the
    fact happened and never changes. ``only`` keeps rows that do not belong in the table out of it; ``ready(now)``
    tells which hot rows have settled enough to be flushed (the others stay hot, and readers see them all the same).
    """

    spec: TableSpec
    model: type[HotModel]
    ts: str
    columns: Mapping[str, str | Combinable]
    only: Q = field(default_factory=Q)
    ready: Callable[[datetime], Q] = _at_once
    most: int = 50_000  # rows of one flush

    def facts(self, rows: QuerySet[Any], *, version: int) -> "pa.Table":
        """These rows as the table's columns, in Arrow."""
        import pyarrow as pa

        fields = {f"lake_{name}": F(value) if isinstance(value, str) else value for name, value in self.columns.items()}
        found = rows.filter(self.only).annotate(**fields).values_list("workspace_id", self.ts, *fields)
        values = list(zip(*found, strict=True)) or [()] * (2 + len(fields))
        given: dict[str, Sequence[Any]] = dict(zip(self.columns, values[2:], strict=True))
        given |= {"workspace_id": values[0], "ts": values[1], "ts_ms": values[1]}
        given |= {"day": [moment.date().isoformat() for moment in values[1]], "version": [version] * len(values[0])}
        schema = self.spec.arrow_schema()
        return pa.table([_array(given[c.name], c, schema) for c in self.spec.columns], schema=schema)


def _array(values: Sequence[Any], column: Column, schema: "pa.Schema") -> "pa.Array":
    """Database values as a column: empty text is no value, moments in ``*_ms`` columns are milliseconds."""
    import pyarrow as pa

    if column.type == "string" and column.nullable:
        values = [value or None for value in values]
    if column.type == "int64" and column.name.endswith("_ms"):
        values = [milliseconds(value) for value in values]
    return pa.array(values, schema.field(column.name).type)


def milliseconds(moment: datetime | None) -> int | None:
    """Milliseconds since 1970, rounded down."""
    return None if moment is None else int(moment.timestamp() * 1000 // 1)


def holds(condition: Q) -> Combinable:
    """Whether a condition holds, as a column."""
    return ExpressionWrapper(condition, output_field=BooleanField())


def present(field: str) -> Combinable:
    """Whether a field has a value, as a column."""
    return holds(Q(**{f"{field}__isnull": False}))


def source_of(table: str) -> HotSource:
    """The source registered for a table."""
    found = import_string(registry.sources()[table])
    assert isinstance(found, HotSource)
    return found


def sources() -> list[HotSource]:
    """Every registered source."""
    return [source_of(table) for table in registry.sources()]


def heat(*, table: str, workspace_id: int, ids: Sequence[int]) -> None:
    """Have the flusher carry these rows to the lake (again), and what leans on them; inside a transaction."""
    from_each = {table: "id"} | {each.table: each.link for each in registry.leaning_on(table)}
    for name, link in from_each.items():
        rows = source_of(name).model.objects.in_workspace(workspace_id)
        for start in range(0, len(ids), MOST_IDS):
            rows.filter(**{f"{link}__in": ids[start : start + MOST_IDS]}).update(flush_id=None)


def hot_rows(source: HotSource, head: LakeHead | None) -> QuerySet[Any]:
    """Rows of all workspaces whose present state the lake does not show yet."""
    hot = Q(flush_id__isnull=True)
    if head is not None and head.pending_low is not None:
        hot |= Q(id__range=(head.pending_low, head.pending_high), flush_id=head.flushed + 1)
    rows: QuerySet[Any] = source.model.objects.across_workspaces().filter(hot)
    return rows


@dataclass(frozen=True, kw_only=True)
class RolledUp:
    """A roll-up of the workspace: the version to read, the time zone of its days, the contract it was built by."""

    version: int | None
    zone: str
    contract: int


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """Tables of one workspace as they were at one moment."""

    slices: Mapping[str, "Slice"]
    heads: Mapping[str, int | None]
    rolled: Mapping[str, "RolledUp"] = field(default_factory=dict)
    dirty: Mapping[str, frozenset[date]] = field(default_factory=dict)
    """By table: UTC days that its roll-ups do not hold yet."""

    @property
    def hot_count(self) -> int:
        return sum(len(each.hot) for each in self.slices.values() if each.hot is not None)


def snapshot(
    *,
    tables: Sequence[str],
    workspace_id: int,
    since_ms: int | None = None,
    until_ms: int | None = None,
    root: str | None = None,
    rollups: Sequence[str] = (),
) -> Snapshot:
    """Heads and hot rows in one transaction, then each head's files. Times only leave out files, never rows."""
    from allears.lake.engine import Slice
    from allears.lake.store import files_at

    root = root or settings.LAKE_ROOT
    hot: dict[str, pa.Table] = {}
    with _one_moment():
        heads = {head.table: head for head in LakeHead.objects.filter(table__in=tables)}
        for name in tables:
            source, head = source_of(name), heads.get(name)
            rows = hot_rows(source, head).filter(workspace_id=workspace_id)
            hot[name] = source.facts(rows, version=(head.flushed if head else 0) + 2)
        erased = LakeErasure.objects.filter(workspace_id=workspace_id).values_list("customer_key", flat=True)
        gone = frozenset(erased)
        rolled = _rolled(rollups, workspace_id)
        dirty = _dirty(tables, workspace_id) if rollups else {}
    versions = {name: heads[name].version if name in heads else None for name in tables}
    slices = {
        name: Slice(
            spec=source_of(name).spec,
            root=root,
            files=files_at(
                root=root,
                spec=source_of(name).spec,
                version=versions[name],
                workspace_id=workspace_id,
                since_ms=since_ms,
                until_ms=until_ms,
            ),
            hot=hot[name],
            erased=gone,
        )
        for name in tables
    }
    return Snapshot(slices=slices, heads=versions, rolled=rolled, dirty=dirty)


def _rolled(names: Sequence[str], workspace_id: int) -> dict[str, RolledUp]:
    if not names:
        return {}
    versions = dict(LakeHead.objects.filter(table__in=names).values_list("table", "version"))
    states = LakeRollup.objects.filter(workspace_id=workspace_id, rollup__in=names)
    return {
        state.rollup: RolledUp(version=versions.get(state.rollup), zone=state.zone, contract=state.contract)
        for state in states
    }


def _dirty(tables: Sequence[str], workspace_id: int) -> dict[str, frozenset[date]]:
    found: dict[str, set[date]] = {name: set() for name in tables}
    marks = LakeDirty.objects.filter(table__in=tables, workspace_id=workspace_id)
    for table, day in marks.values_list("table", "day").distinct():
        found[table].add(day)
    return {table: frozenset(days) for table, days in found.items()}


def heads_moved(found: Snapshot) -> bool:
    """Whether a table has moved on since the snapshot, so that a missing file is no wonder."""
    now = dict(LakeHead.objects.filter(table__in=[*found.heads, *found.rolled]).values_list("table", "version"))
    then = dict(found.heads) | {name: each.version for name, each in found.rolled.items()}
    return any(now.get(name) != version for name, version in then.items())


def with_fresh_heads(read: Callable[[Snapshot], T], take: Callable[[], Snapshot]) -> T:
    """``read`` a snapshot; when a file of it went meanwhile (an erasure leaves none behind), take a fresh one."""
    for _ in range(MOST_HEADS):
        found = take()
        try:
            return read(found)
        except Exception:  # each engine names a missing file in its own way; that the heads moved tells
            if not heads_moved(found):
                raise
    return read(take())


@contextmanager
def _one_moment() -> Iterator[None]:
    """All reads inside see the same committed state, without holding up writers."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")  # our settings make Django's own transactions IMMEDIATE
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
