"""Each chore has its pace, one process does it, and what is old loses its customers."""

from datetime import timedelta

import pytest
from tests.builders import customer
from tests.understand.builders import NOON, response

from allears.customers.models import Retention
from allears.jobs import flusher, hot
from allears.jobs.models import LakeDirty, ScheduleMark
from allears.understand import keeping, retention
from allears.understand.keeping import Chore, Keeper

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def root(tmp_path, settings):
    settings.LAKE_ROOT = str(tmp_path / "lake")
    return tmp_path / "lake"


def test_a_chore_is_done_at_its_pace_and_by_one(monkeypatch):
    done = []
    keepers = [Keeper(owner=owner, engine=lambda: None) for owner in "ab"]
    for keeper in keepers:
        keeper.chores = (Chore(name="lake.test", seconds=60, run=done.append),)
    now = NOON

    def step() -> int:
        monkeypatch.setattr(keeping.timezone, "now", lambda: now)
        for keeper in keepers:
            keeper.step()
        return len(done)

    assert step() == 0  # never seen: a round is waited for first
    now += timedelta(seconds=59)
    assert step() == 0
    now += timedelta(seconds=1)
    assert step() == 1
    assert step() == 1
    assert ScheduleMark.objects.get(task="lake.test").queued_at == now


def test_facts_past_their_period_keep_their_figures_and_lose_their_customers(acme, elsewhere, root):
    gone, theirs = customer(workspace=acme), customer(workspace=elsewhere)
    for at, score in ((NOON - timedelta(days=400), 3), (NOON, 9)):
        response(workspace=acme, score=score, customer=gone, at=at)
        response(workspace=elsewhere, score=score, customer=theirs, at=at)
    flusher.flush_all(owner="me", now=NOON)
    LakeDirty.objects.all().delete()
    assert retention.forget_old(owner="me", now=NOON) == 0
    Retention.objects.create(workspace=acme, days={"facts": 365})
    assert retention.forget_old(owner="me", now=NOON) == 1
    assert retention.forget_old(owner="me", now=NOON) == 0

    def rows(workspace) -> list[tuple]:
        import pyarrow.parquet as pq

        found = hot.snapshot(tables=["responses"], workspace_id=workspace.pk).slices["responses"]
        held = [row for file in found.files for row in pq.ParquetFile(file).read().to_pylist()]
        return sorted((row["score"], row["customer_key"]) for row in held)

    assert rows(acme) == [(3, None), (9, gone.key)]
    assert rows(elsewhere) == [(3, theirs.key), (9, theirs.key)]
    assert [mark.day for mark in LakeDirty.objects.all()] == [(NOON - timedelta(days=400)).date()]
    old = root / "responses" / f"workspace_id={acme.pk}" / "period=2025-10"
    assert [path for path in old.iterdir() if gone.key.encode() in path.read_bytes()] == []


def test_the_keeper_flushes_rolls_up_and_compacts(acme, monkeypatch, tmp_path):
    """Every chore of the real list runs once on a lake with rows in it."""
    from allears.lake.engine import DuckDBLimits, connect

    engines = []

    def engine():
        engines.append(connect("duckdb", limits=DuckDBLimits(temp_directory=str(tmp_path), threads=1)))
        return engines[-1]

    response(workspace=acme, score=9)
    keeper = Keeper(owner="me", engine=engine)
    for round_ in range(2):
        late = NOON + timedelta(days=3 * round_)
        monkeypatch.setattr(keeping.timezone, "now", lambda late=late: late)
        monkeypatch.setattr(flusher.time, "monotonic", lambda round_=round_: 100.0 * (round_ + 1))
        keeper.step()
    assert LakeDirty.objects.count() == 0
    assert ScheduleMark.objects.filter(task__startswith="lake.", queued_at=NOON + timedelta(days=3)).count() == 5
    for each in engines:
        each.close()
