"""What the lake costs at `--rows` events (several with commas): append, freshness, compaction, erasure, roll-ups.

Append and freshness must not grow with the table; erasure and compaction rewrite the months that they touch, so theirs
grow with a month's rows; keeping a roll-up up costs the days that changed, building it all of them. Times are wall
clock beside processor time of this process, with everything in one process, on SQLite.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench._answers import Span, events, spans

ERASED = (1, 100, 10_000)


@contextmanager
def cost(name: str, *, per: int = 1, unit: str = "") -> Iterator[None]:
    """Print wall and processor seconds, and both per unit."""
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    each = f"   {1000 * wall / per:9.2f} ms a {unit}" if unit else ""
    print(f"   {name:<58}{wall:9.2f} s {cpu:9.2f} s cpu{each}", flush=True)


def main() -> None:
    options = argparse.ArgumentParser(prog="bench lake")
    options.add_argument("--rows", default="1000000", help="one or several, with commas: 1000000,10000000,50000000")
    sizes = [int(each) for each in options.parse_args().rows.split(",")]
    for rows in sizes:
        if len(sizes) > 1:  # each in a process of its own, so that memory is told apart
            subprocess.run([sys.executable, "-m", "bench.lake", "--rows", str(rows)], check=True)
        else:
            with tempfile.TemporaryDirectory() as folder:
                os.environ |= {"ALLEARS_DATA": folder, "DJANGO_SETTINGS_MODULE": "allears.settings"}
                import django

                django.setup()
                from django.core.management import call_command

                call_command("migrate", verbosity=0)
                measure(rows, Path(folder))


def measure(rows: int, folder: Path) -> None:
    from django.utils import timezone

    from allears.accounts.models import Workspace
    from allears.understand import rollups
    from allears.understand.service import Service

    print(f"== {rows:,} events", flush=True)
    workspace = Workspace.objects.create(slug="bench", name="Bench", timezone="Asia/Shanghai")
    fill(rows)
    engine = Service().engine
    with cost("roll-ups built from all rows", per=max(rows // 1_000_000, 1), unit="million rows"):
        rollups.maintain(engine=engine, owner="bench", now=timezone.now())
    append_more(rows)
    with cost("roll-ups kept up: the days of 20,000 new events"):
        rollups.maintain(engine=engine, owner="bench", now=timezone.now())
    freshness(workspace)
    with cost("roll-ups checked cell by cell against all rows"):
        wrong = [each.difference for each in rollups.check(engine=engine, now=timezone.now()) if each.difference]
    assert not wrong, wrong
    compaction()
    for count in ERASED:
        erasure(count, rows, workspace.pk)
    with cost("roll-ups kept up after the erasures (every day changed)"):
        rollups.maintain(engine=engine, owner="bench", now=timezone.now())
    size = sum(path.stat().st_size for path in (folder / "lake").rglob("*") if path.is_file())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"   {size / 1e6:,.0f} MB on the disk, {size / rows:.1f} bytes a row; {peak:,.0f} MB of memory at most\n")


def fill(rows: int) -> None:
    """A year of events, a piece at a time."""
    from django.conf import settings
    from django.utils import timezone

    from allears.jobs.models import LakeHead
    from allears.lake import store
    from allears.lake.tables import EVENTS

    began, version = time.perf_counter(), 0
    for number, span in enumerate(spans(rows), start=1):
        version = store.append(root=settings.LAKE_ROOT, spec=EVENTS, table=events(span), app_id="bench", version=number)
        print(f"\r   {span.first + span.rows:,} written, {time.perf_counter() - began:.0f} s", end="", flush=True)
    LakeHead.objects.create(table="events", version=version, moved_at=timezone.now())
    print()


def append_more(rows: int) -> None:
    """Twenty commits of 1,000 events at the end of the year, as the flusher's."""
    from django.conf import settings
    from django.utils import timezone

    from allears.jobs.dirty import days_of, mark_dirty
    from allears.jobs.models import LakeHead
    from allears.lake import store
    from allears.lake.tables import EVENTS

    whole = rows + 20_000
    tables = [events(Span(rows + 1000 * number, 1000, whole)) for number in range(20)]
    with cost("20 appends of 1,000 events", per=20, unit="1,000 events"):
        for number, table in enumerate(tables, start=1):
            version = store.append(
                root=settings.LAKE_ROOT, spec=EVENTS, table=table, app_id="bench-more", version=number
            )
            mark_dirty(table="events", days=days_of(table))
            LakeHead.objects.filter(table="events").update(version=version, moved_at=timezone.now())


def freshness(workspace: object) -> None:
    """From the rows' commit in the operational store until they stand in the files, without the wait of 10 s."""
    from django.utils import timezone

    from allears.events.models import Event
    from allears.jobs import flusher

    now = timezone.now()
    for count in (100, 10_000):
        Event.objects.across_workspaces().bulk_create(
            [
                Event(
                    workspace=workspace, type="track", name="seen", ts=now, received_at=now, message_key=f"{count}-{i}"
                )
                for i in range(count)
            ],
            batch_size=500,
        )
        with cost(f"flush of {count:,} fresh rows", per=count / 1000, unit="1,000 events"):
            assert flusher.flush_all(owner="bench", now=now) == count


def compaction() -> None:
    """The last month's many small files into one."""
    from django.utils import timezone

    from allears.jobs import flusher

    with cost("compaction of the months with small files, and vacuum"):
        months = flusher.compact_all(owner="bench", now=timezone.now())
    print(f"   {'':<58}{months:9d} months")


def erasure(count: int, rows: int, workspace_id: int) -> None:
    """Off the rows and off the disk."""
    from allears.jobs.erasure import erase_from_lake

    among = max(rows // 20, 1)
    step = max(among // count, 1)
    keys = [f"c{number}" for number in range(0, among, step)][:count]
    with cost(f"erasure of {len(keys):,} customers", per=len(keys), unit="customer"):
        report = erase_from_lake(workspace_id=workspace_id, customer_keys=keys)
    print(f"   {'':<58}{report.rows['events']:9d} rows lost their customer")


if __name__ == "__main__":
    main()
