"""Keeping the roll-ups on disk up with the lake, building them anew, and checking them against the raw rows.

All of it under the lake's rewriting lease. The days that changed are worked out anew from the raw rows, the partitions
that hold them are written, and one transaction moves the roll-ups' heads and takes the marks away: whatever dies before
it is done again from the same marks, and done twice it is the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from allears.accounts.models import Workspace
from allears.jobs.flusher import settle
from allears.jobs.hot import source_of
from allears.jobs.models import LakeDirty, LakeErasure, LakeHead, LakeRollup
from allears.jobs.rewriting import Holder, rewriting
from allears.kit.clocks import EPOCH, clock, day_start, local_days
from allears.lake.rollups import ROLLUPS, Rollup, rollups_of, sources_rolled

if TYPE_CHECKING:
    import pyarrow as pa

    from allears.lake.engine import Engine, Slice


def due() -> bool:
    """Whether a roll-up is behind; a look at a few small tables, no more."""
    waiting = LakeErasure.objects.values("workspace_id")
    return LakeDirty.objects.exclude(workspace_id__in=waiting).exists() or bool(_stale())


def maintain(*, engine: Engine, owner: str, now: datetime) -> int:
    """Bring every roll-up up to its table's head; the number of (roll-up, workspace, day) worked out.

    Raises FlusherBusyError while the lake is being written by others.
    """
    if not due():
        return 0
    with rewriting(owner=owner) as holder:
        return sum(_Table(table, engine, holder, now).bring_up() for table in sources_rolled())


def forget(*, rollups: Iterable[str] = ROLLUPS, workspace_ids: Iterable[int] | None = None) -> None:
    """Have these roll-ups built anew by the next `maintain`; until then readers count the raw rows."""
    states = LakeRollup.objects.filter(rollup__in=list(rollups))
    (states if workspace_ids is None else states.filter(workspace_id__in=list(workspace_ids))).delete()


def _stale() -> set[tuple[str, int]]:
    """(roll-up, workspace) whose table has a head and which was never built, or for another zone or contract."""
    flushed = set(LakeHead.objects.filter(version__isnull=False).values_list("table", flat=True))
    zones = dict(Workspace.objects.values_list("id", "timezone"))
    states = LakeRollup.objects.values_list("rollup", "workspace_id", "zone", "contract")
    good = {
        (name, workspace)
        for name, workspace, zone, contract in states
        if name in ROLLUPS and contract == ROLLUPS[name].contract and zone == zones.get(workspace)
    }
    wanted = {(each.name, ws) for each in ROLLUPS.values() if each.source.name in flushed for ws in zones}
    waiting = set(LakeErasure.objects.values_list("workspace_id", flat=True))
    return {(name, workspace) for name, workspace in wanted - good if workspace not in waiting}


class _Table:
    """One source table and its roll-ups, brought up together so that the marks can go with the heads."""

    def __init__(self, table: str, engine: Engine, holder: Holder, now: datetime) -> None:
        self._table, self._engine, self._holder, self._now = table, engine, holder, now
        self._zones = dict(Workspace.objects.values_list("id", "timezone"))
        self._versions: dict[str, int] = {}
        self._built: list[tuple[str, int]] = []

    def bring_up(self) -> int:
        head = settle(source=source_of(self._table), holder=self._holder, root=settings.LAKE_ROOT)
        if head is None:
            return 0
        waiting = LakeErasure.objects.values_list("workspace_id", flat=True)
        marks = list(LakeDirty.objects.filter(table=self._table).exclude(workspace_id__in=list(waiting)))
        changed: dict[int, set[date]] = {}
        for mark in marks:
            changed.setdefault(mark.workspace_id, set()).add(mark.day)
        stale, done = _stale(), 0
        for rollup in rollups_of(self._table):
            for workspace_id in sorted(self._zones):
                if (rollup.name, workspace_id) in stale:
                    done += self._build(rollup, head, workspace_id)
                elif workspace_id in changed:
                    done += self._renew(rollup, head, workspace_id, changed[workspace_id])
        self._finish(marks)
        return done

    def _build(self, rollup: Rollup, head: LakeHead, workspace_id: int) -> int:
        days = days_in_files(rollup, head.version, workspace_id, self._zones[workspace_id])
        wanted = {month for month, _ in by_month(days)}
        for period in _periods_on_disk(rollup, workspace_id) - wanted:
            self._put(rollup, workspace_id, period, rollup.spec.arrow_schema().empty_table())
        for period, some in by_month(days):
            self._put(rollup, workspace_id, period, self._counted(rollup, head, workspace_id, some))
        self._built.append((rollup.name, workspace_id))
        return len(days)

    def _renew(self, rollup: Rollup, head: LakeHead, workspace_id: int, utc_days: set[date]) -> int:
        import pyarrow as pa

        days = local_days_of(self._zones[workspace_id], utc_days)
        for period, some in by_month(days):
            counted = self._counted(rollup, head, workspace_id, some)
            others = without_days(_on_disk(rollup, workspace_id, period), some)
            self._put(rollup, workspace_id, period, pa.concat_tables([others, counted]))
        return len(days)

    def _counted(self, rollup: Rollup, head: LakeHead, workspace_id: int, days: Sequence[int]) -> pa.Table:
        zone = self._zones[workspace_id]
        found = count_days(self._engine, rollup, version=head.version, workspace_id=workspace_id, zone=zone, days=days)
        return as_stored(found, rollup, workspace_id)

    def _put(self, rollup: Rollup, workspace_id: int, period: str, rows: pa.Table) -> None:
        from allears.lake import store

        self._holder.keep()
        self._versions[rollup.name] = store.put(
            root=settings.LAKE_ROOT, spec=rollup.spec, workspace_id=workspace_id, period=period, rows=rows
        )

    def _finish(self, marks: Sequence[LakeDirty]) -> None:
        """The instant at which readers take the new figures."""
        with transaction.atomic():
            self._holder.prove(self._now)
            for name, version in self._versions.items():
                LakeHead.objects.update_or_create(table=name, defaults={"version": version, "moved_at": self._now})
            for name, workspace_id in self._built:
                LakeRollup.objects.update_or_create(
                    rollup=name,
                    workspace_id=workspace_id,
                    defaults={
                        "zone": self._zones[workspace_id],
                        "contract": ROLLUPS[name].contract,
                        "built_at": self._now,
                        "difference": "",
                    },
                )
            if marks:
                LakeDirty.objects.filter(table=self._table, id__in=[mark.pk for mark in marks]).delete()


def count_days(
    engine: Engine, rollup: Rollup, *, version: int | None, workspace_id: int, zone: str, days: Sequence[int]
) -> pa.Table:
    """The roll-up's cells of these local days, counted from the raw rows of one version."""
    from allears.lake.engine import Slice
    from allears.lake.store import files_at

    since, until = day_start(zone, min(days)), day_start(zone, max(days) + 1)
    where: dict[str, Any] = {"root": settings.LAKE_ROOT, "spec": rollup.source}
    files = files_at(**where, version=version, workspace_id=workspace_id, since_ms=since, until_ms=until)
    return counted(engine, rollup, Slice(**where, files=files), zone=zone, days=days)


def counted(engine: Engine, rollup: Rollup, data: Slice, *, zone: str, days: Sequence[int]) -> pa.Table:
    """The roll-up's cells of these local days, whatever else the slice holds."""
    since, until = day_start(zone, min(days)), day_start(zone, max(days) + 1)
    with engine.session() as session:
        rows = session.table(data)
        rows = rows.filter(rows.ts_ms >= since, rows.ts_ms < until)
        cells = rollup.expression(rows, clock(zone, since, until))
        if len(days) < max(days) - min(days) + 1:
            cells = cells.filter(cells.day.isin(list(days)))
        found: pa.Table = session.run(cells)
        return found


def as_stored(cells: pa.Table, rollup: Rollup, workspace_id: int) -> pa.Table:
    """Cells of an expression as rows of the roll-up's table."""
    import pyarrow as pa

    day = cells["day"].cast(pa.int32()).cast(pa.date32()).cast(pa.string())
    cells = cells.set_column(cells.column_names.index("day"), "day", day)
    cells = cells.append_column("workspace_id", pa.repeat(pa.scalar(workspace_id, pa.int64()), len(cells)))
    return cells.select(list(rollup.spec.names)).cast(rollup.spec.arrow_schema())


def as_cells(rows: pa.Table, rollup: Rollup) -> pa.Table:
    """Rows of the roll-up's table as the expression gives them, the day a number."""
    import pyarrow as pa

    day = rows["day"].cast(pa.date32()).cast(pa.int32()).cast(pa.int64())
    rows = rows.set_column(rows.column_names.index("day"), "day", day)
    return rows.select(["day", *rollup.key_names, *rollup.sum_names])


def without_days(rows: pa.Table, days: Iterable[int]) -> pa.Table:
    """Rows of a roll-up's table that are of other days."""
    import pyarrow as pa
    import pyarrow.compute as pc

    gone = pa.array([(EPOCH + timedelta(days=day)).isoformat() for day in days], pa.string())
    return rows.filter(pc.invert(pc.is_in(rows["day"], gone)))


def local_days_of(zone: str, utc_days: Iterable[date]) -> tuple[int, ...]:
    """Local days that share a moment with one of these UTC days, in order."""
    return tuple(sorted({day for utc_day in utc_days for day in local_days(zone, utc_day)}))


def by_month(days: Sequence[int]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Days by the period of the roll-up's partition."""
    for period, some in groupby(days, lambda day: (EPOCH + timedelta(days=day)).isoformat()[:7]):
        yield period, tuple(some)


def days_in_files(rollup: Rollup, version: int | None, workspace_id: int, zone: str) -> tuple[int, ...]:
    """Every local day that the source's files may hold rows of."""
    from allears.lake.store import periods_of

    periods = periods_of(root=settings.LAKE_ROOT, spec=rollup.source, version=version).get(workspace_id, ())
    found: set[int] = set()
    for period in periods:
        first, last = span_of(period)
        found |= set(range(local_days(zone, first)[0], local_days(zone, last)[-1] + 1))
    return tuple(sorted(found))


def span_of(period: str) -> tuple[date, date]:
    """First and last UTC day of a partition's period, a month or a day."""
    if len(period) > 7:
        return date.fromisoformat(period), date.fromisoformat(period)
    first = date.fromisoformat(f"{period}-01")
    return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _periods_on_disk(rollup: Rollup, workspace_id: int) -> set[str]:
    from allears.lake import store

    version = store.newest_version(root=settings.LAKE_ROOT, spec=rollup.spec)
    return set(store.periods_of(root=settings.LAKE_ROOT, spec=rollup.spec, version=version).get(workspace_id, ()))


def _on_disk(rollup: Rollup, workspace_id: int, period: str) -> pa.Table:
    from allears.lake import store

    where: dict[str, Any] = {"root": settings.LAKE_ROOT, "spec": rollup.spec}
    return store.read(**where, version=store.newest_version(**where), workspace_id=workspace_id, period=period)


# The check


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What comparing one roll-up with the raw rows found; ``difference`` names the first cell, or is empty."""

    rollup: str
    workspace_id: int
    days: int
    cells: int
    difference: str = ""


def check(*, engine: Engine, now: datetime, mend: bool = True) -> list[Checked]:
    """Count every roll-up anew from the raw rows and compare, cell by cell; with ``mend`` a wrong one is built anew.

    Days marked as changed are left out: they are to be worked out anyway.
    """
    found = []
    for state in LakeRollup.objects.filter(rollup__in=list(ROLLUPS)).order_by("workspace_id", "rollup"):
        done = _check(engine, ROLLUPS[state.rollup], state)
        LakeRollup.objects.filter(pk=state.pk).update(
            checked_at=now, checked_days=done.days, difference=done.difference
        )
        found.append(done)
    wrong = [each for each in found if each.difference]
    if mend:
        for each in wrong:
            forget(rollups=[each.rollup], workspace_ids=[each.workspace_id])
    return found


def _check(engine: Engine, rollup: Rollup, state: LakeRollup) -> Checked:
    from allears.jobs.hot import Snapshot, snapshot, with_fresh_heads

    def compare(found: Snapshot) -> Checked:
        version, head = found.rolled[rollup.name].version, found.heads[rollup.source.name]
        dirty = set(local_days_of(state.zone, found.dirty[rollup.source.name]))
        days = [d for d in days_in_files(rollup, head, state.workspace_id, state.zone) if d not in dirty]
        cells = 0
        for period, some in by_month(days):
            given: dict[str, Any] = {
                "version": head,
                "workspace_id": state.workspace_id,
                "zone": state.zone,
                "days": some,
            }
            raw = as_stored(count_days(engine, rollup, **given), rollup, state.workspace_id)
            stored = without_days(_stored(rollup, version, state.workspace_id, period), dirty)
            cells += len(raw)
            if difference := _first_difference(raw, stored, rollup):
                return Checked(
                    rollup=rollup.name,
                    workspace_id=state.workspace_id,
                    days=len(days),
                    cells=cells,
                    difference=difference,
                )
        return Checked(rollup=rollup.name, workspace_id=state.workspace_id, days=len(days), cells=cells)

    tables, rollups = [rollup.source.name], [rollup.name]
    return with_fresh_heads(compare, lambda: snapshot(tables=tables, workspace_id=state.workspace_id, rollups=rollups))


def _stored(rollup: Rollup, version: int | None, workspace_id: int, period: str) -> pa.Table:
    from allears.lake import store

    return store.read(
        root=settings.LAKE_ROOT, spec=rollup.spec, version=version, workspace_id=workspace_id, period=period
    )


def _first_difference(raw: pa.Table, stored: pa.Table, rollup: Rollup) -> str:
    """The first cell whose figures are not those of the raw rows, in words; empty when there is none."""
    keys = ("day", *rollup.key_names)
    truth, held = (_figures(table, keys, rollup.sum_names) for table in (raw, stored))
    for key in sorted({*truth, *held}, key=str):
        if truth.get(key) != held.get(key):
            cell = ", ".join(f"{name} {value!r}" for name, value in zip(keys, key, strict=True))
            return f"{rollup.name}, {cell}: it holds {held.get(key)}, the rows say {truth.get(key)}"
    return ""


def _figures(table: pa.Table, keys: Sequence[str], sums: Sequence[str]) -> dict[tuple[object, ...], dict[str, int]]:
    return {tuple(row[name] for name in keys): {name: row[name] for name in sums} for row in table.to_pylist()}
