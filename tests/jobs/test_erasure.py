"""An erased customer is gone for readers at once and from every file at the end; the figures stay."""

from datetime import timedelta

import pytest
from tests.builders import customer
from tests.understand.builders import NOON, response

from allears.events.models import Event
from allears.jobs import erasure, flusher, hot
from allears.jobs.models import LakeDirty, LakeErasure, LakeHead
from allears.jobs.rewriting import FlusherBusyError, rewriting
from allears.lake.engine import DuckDBLimits, connect

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=1)


@pytest.fixture(autouse=True)
def root(tmp_path, settings):
    settings.LAKE_ROOT = str(tmp_path / "lake")
    return tmp_path / "lake"


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
        return sorted((tuple(row[name] for name in columns) for row in rows), key=str)

    return read


@pytest.fixture
def gone(acme):
    """A customer with a flushed answer and a flushed event, beside one who stays."""
    gone, stays = customer(workspace=acme), customer(workspace=acme)
    for who, score in ((gone, 2), (stays, 9)):
        response(workspace=acme, score=score, customer=who)
        Event.objects.create(
            workspace=acme, type="track", name="paid", ts=NOON, received_at=NOON, customer=who, message_key=who.key
        )
    assert flusher.flush_all(owner="me", now=LATER) == 4
    LakeDirty.objects.all().delete()
    return gone


def holding(root, key: str) -> list[str]:
    return [str(path) for path in root.rglob("*") if path.is_file() and key.encode() in path.read_bytes()]


def test_readers_see_him_no_more_from_the_tombstone_on(acme, gone, read):
    before = read("responses", "score")
    erasure.tombstone(workspace_id=acme.pk, customer_keys=[gone.key])
    assert gone.key not in {key for (key,) in read("responses", "customer_key")}
    assert read("responses", "score") == before == [(2,), (9,)]


def test_erasing_keeps_the_figures_and_leaves_his_key_in_no_file(acme, gone, read, root):
    assert len(holding(root, gone.key)) == 2
    heads = {head.table: head.version for head in LakeHead.objects.filter(version__isnull=False)}
    gone.delete()
    done = erasure.erase_from_lake(workspace_id=acme.pk, customer_keys=[gone.key])
    assert {table: n for table, n in done.rows.items() if n} == {"responses": 1, "events": 1}
    assert done.files_removed == 2
    assert holding(root, gone.key) == []
    assert read("responses", "score") == [(2,), (9,)]
    assert sorted(key is None for (key,) in read("events", "customer_key")) == [False, True]
    assert LakeErasure.objects.count() == 0
    assert set(LakeDirty.objects.values_list("table", "day")) == {
        ("responses", NOON.date()),
        ("events", NOON.date()),
    }
    for table, version in heads.items():
        assert LakeHead.objects.get(table=table).version > version


def test_an_erasure_that_died_on_the_way_is_finished(acme, gone, read, root, monkeypatch):
    def die(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("allears.lake.store.vacuum", die)
        with pytest.raises(KeyboardInterrupt):
            erasure.erase_from_lake(workspace_id=acme.pk, customer_keys=[gone.key])
    gone.delete()
    assert gone.key not in {key for (key,) in read("events", "customer_key")}
    assert holding(root, gone.key) != []
    erasure.finish_erasures()
    assert holding(root, gone.key) == []
    assert LakeErasure.objects.count() == 0


def test_rows_flushed_while_he_is_being_erased_lose_him_too(acme, gone, root, read):
    erasure.tombstone(workspace_id=acme.pk, customer_keys=[gone.key])
    response(workspace=acme, score=4, customer=gone)
    flusher.flush_all(owner="me", now=LATER)
    assert gone.key not in {key for (key,) in read("responses", "customer_key")}
    LakeErasure.objects.all().delete()
    assert sum(key == gone.key for (key,) in read("responses", "customer_key")) == 1  # the old row only


def test_only_one_rewrites_at_a_time(acme, gone):
    with rewriting(owner="somebody"):
        with pytest.raises(FlusherBusyError), rewriting(owner="me", patience=0):
            pass
        assert flusher.flush_all(owner="me", now=LATER) == 0
    with rewriting(owner="me", patience=0):
        pass
