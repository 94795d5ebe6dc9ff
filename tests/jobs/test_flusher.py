"""Hot rows reach the lake once, and every reader sees every row once, whatever dies when."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from tests.understand.builders import NOON, invitation, response, voice

from allears.events.models import Event
from allears.jobs import flusher, hot, lease
from allears.jobs.models import LakeHead
from allears.jobs.rewriting import Holder
from allears.lake.engine import DuckDBLimits, connect
from allears.listen.models import Invitation, Response

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=1)


@pytest.fixture(autouse=True)
def root(tmp_path, settings):
    settings.LAKE_ROOT = str(tmp_path / "lake")
    return settings.LAKE_ROOT


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    engine = connect("duckdb", limits=DuckDBLimits(temp_directory=str(tmp_path_factory.mktemp("spill")), threads=1))
    yield engine
    engine.close()


@pytest.fixture
def read(engine, acme):
    def read(table: str, *columns: str) -> list[tuple]:
        found = hot.snapshot(tables=[table], workspace_id=acme.pk)
        with engine.session() as session:
            rows = session.run(session.table(found.slices[table])).to_pylist()
        return sorted(tuple(row[name] for name in columns) for row in rows)

    return read


def flush(owner: str = "me", **more) -> int:
    return flusher.flush_all(owner=owner, now=LATER, **more)


def test_a_row_is_read_before_and_after_it_is_flushed(acme, read):
    one = response(workspace=acme, score=9, segment="gold")
    fresh = read("responses", "response_id", "score", "touchpoint_key", "segment", "language", "ts", "invited")
    assert fresh == [(one.pk, 9, "delivery", "gold", None, NOON, False)]
    assert flush() == 1
    assert read("responses", "response_id", "score", "touchpoint_key", "segment", "language", "ts", "invited") == fresh
    assert hot.snapshot(tables=["responses"], workspace_id=acme.pk).hot_count == 0
    assert flush() == 0
    assert LakeHead.objects.get(table="responses").flushed == 1


def test_another_workspace_sees_nothing(acme, elsewhere, read):
    response(workspace=elsewhere, score=1)
    assert read("responses", "response_id") == []
    flush()
    assert read("responses", "response_id") == []


@pytest.mark.parametrize("dies_at", ["append", "_move"])
def test_a_flusher_that_dies_on_the_way_is_finished_by_the_next(acme, read, monkeypatch, dies_at):
    """Before its Delta commit, or between the commit and the head."""
    rows = [response(workspace=acme, score=score) for score in (3, 9)]
    everything = [(row.pk, row.score) for row in rows]

    def die(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("allears.lake.store.append" if dies_at == "append" else "allears.jobs.flusher._move", die)
        with pytest.raises(KeyboardInterrupt):
            flush()
    assert read("responses", "response_id", "score") == everything
    late = response(workspace=acme, score=5)
    lease.release(owner="me")
    assert flush(owner="the next") == 3
    assert read("responses", "response_id", "score") == [*everything, (late.pk, 5)]
    head = LakeHead.objects.get(table="responses")
    assert (head.flushed, head.pending_low) == (2, None)


def test_a_row_that_changes_while_it_is_flushed_stays_hot_and_its_newest_state_counts(acme, read, monkeypatch):
    row = response(workspace=acme, score=3)
    move = flusher._move

    def change_then_move(*args):
        row.score = 8
        row.heat().save()
        move(*args)

    with monkeypatch.context() as patch:
        patch.setattr(flusher, "_move", change_then_move)
        found = Holder(owner="me", fence=lease.acquire(name="flusher", owner="me", now=LATER, seconds=60) or 0)
        flusher.flush(source=hot.source_of("responses"), holder=found, now=LATER)
    assert Response.objects.in_workspace(acme.pk).get().flush_id is None
    assert read("responses", "score") == [(8,)]
    assert flush() == 1
    assert read("responses", "score") == [(8,)]


def test_each_state_of_an_ask_replaces_the_one_before(acme, read):
    ask = invitation(workspace=acme)
    facts = ("ask_id", "delivered", "opened", "completed")
    flush()
    assert read("asks", *facts) == [(ask.pk, True, False, False)]
    ask.opened_at = LATER
    ask.heat().save()
    assert read("asks", *facts) == [(ask.pk, True, True, False)]
    flush()
    ask.completed_at = LATER
    ask.heat().save()
    flush()
    assert read("asks", *facts) == [(ask.pk, True, True, True)]
    assert Invitation.objects.in_workspace(acme.pk).filter(flush_id=3).count() == 1


def test_a_partial_answer_stays_hot_until_it_has_rested(acme, read):
    response(workspace=acme, score=4, completed_at=None)
    assert flush() == 0
    assert read("responses", "score", "completed") == [(4, False)]
    assert flusher.flush_all(owner="me", now=NOON + timedelta(days=2)) == 1
    assert read("responses", "score", "completed") == [(4, False)]


def test_answers_without_a_score_are_done_with_and_written_nowhere(acme, read):
    response(workspace=acme, score=None, metric="")
    assert flush() == 1
    assert flush() == 0
    assert read("responses", "response_id") == []


def test_only_one_flushes_at_a_time(acme):
    response(workspace=acme, score=4)
    assert lease.acquire(name="flusher", owner="elsewhere:1:x", now=LATER, seconds=60) is not None
    assert flush() == 0
    assert Response.objects.in_workspace(acme.pk).get().flush_id is None


def test_who_lost_the_lease_moves_no_head(acme, monkeypatch):
    response(workspace=acme, score=4)
    fence = lease.acquire(name="flusher", owner="me", now=LATER, seconds=60)
    holder = Holder(owner="me", fence=fence or 0)
    lease.release(owner="me")
    lease.acquire(name="flusher", owner="other", now=LATER, seconds=60)
    with pytest.raises(lease.LeaseLostError):
        flusher.flush(source=hot.source_of("responses"), holder=holder, now=LATER)
    assert not LakeHead.objects.filter(table="responses", version__isnull=False).exists()


def test_a_lake_ahead_of_a_restored_database_goes_back(acme, read):
    kept = response(workspace=acme, score=9)
    flush()
    backup = LakeHead.objects.get(table="responses")
    lost = response(workspace=acme, score=1)
    flush()
    Response.objects.in_workspace(acme.pk).filter(pk=lost.pk).delete()
    backup.save()  # the database is the backup of before, the lake is not
    assert read("responses", "response_id") == [(kept.pk,)]
    again = response(workspace=acme, score=7)
    assert flush() == 1
    assert read("responses", "response_id") == sorted([(kept.pk,), (again.pk,)])


def test_compaction_changes_no_answer(acme, read):
    for score in range(9):
        response(workspace=acme, score=score)
        flush()
    before = read("responses", "response_id", "score")
    assert len(hot.snapshot(tables=["responses"], workspace_id=acme.pk).slices["responses"].files) == 9
    assert flusher.compact_all(owner="me", now=LATER) == 1
    assert len(hot.snapshot(tables=["responses"], workspace_id=acme.pk).slices["responses"].files) == 1
    assert read("responses", "response_id", "score") == before


def test_every_table_has_a_source_that_gives_every_column(acme, read):
    from allears.lake.tables import TABLES

    voice(workspace=acme)
    Event.objects.create(
        workspace=acme, type="track", name="order_delivered", ts=NOON, received_at=NOON, message_key="m"
    )
    assert {source.spec.name for source in hot.sources()} == set(TABLES)
    for source in hot.sources():
        given = {*source.columns, "workspace_id", "ts", "ts_ms", "day", "version"}
        assert set(source.spec.names) <= given
    assert read("voices", "has_text", "initiator", "public") == [(True, "company", False)]
    assert read("events", "event", "kind", "received_ms") == [
        ("order_delivered", "track", int(NOON.timestamp() * 1000))
    ]


@pytest.mark.postgres  # SQLite in memory has no snapshots; tests/jobs/test_flusher_killed.py tries its file
@pytest.mark.django_db(transaction=True)
def test_a_snapshot_is_of_one_moment_outside_any_transaction(acme, monkeypatch):
    """A flush that finishes between the reader's two queries moves nothing for that reader."""
    response(workspace=acme, score=9)
    flush()
    response(workspace=acme, score=3)
    real = hot.hot_rows

    def flush_first(source, head):
        other = threading.Thread(target=lambda: (flush(), connection.close()))
        other.start()
        other.join()
        return real(source, head)

    with monkeypatch.context() as patch:
        patch.setattr(hot, "hot_rows", flush_first)
        found = hot.snapshot(tables=["responses"], workspace_id=acme.pk)
    assert (found.heads["responses"], found.hot_count) == (1, 1)
    after = hot.snapshot(tables=["responses"], workspace_id=acme.pk)
    assert (after.heads["responses"], after.hot_count) == (2, 0)
