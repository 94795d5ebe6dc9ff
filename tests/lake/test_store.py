"""Real Delta tables on disk: one commit per append, replay without doubles, portable protocol."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from tests.lake.builders import START_MS, rows

from allears.lake import store
from allears.lake.tables import ASKS, EVENTS, RESPONSES, TABLES

DAY_MS = 86_400_000


def append(root: Path, table: pa.Table, *, version: int, spec=RESPONSES, **more) -> int:
    return store.append(root=str(root), spec=spec, table=table, app_id="flush", version=version, **more)


def keys(root: Path, version: int | None, *, workspace_id: int = 1, spec=RESPONSES, **cut) -> list[str]:
    files = store.files_at(root=str(root), spec=spec, version=version, workspace_id=workspace_id, **cut)
    return sorted(key for file in files for key in pq.ParquetFile(file).read()[spec.key].to_pylist())


def test_an_append_is_one_commit_and_older_versions_keep_their_files(tmp_path):
    first = append(tmp_path, rows(RESPONSES, {"score": 9}, {"score": 2}), version=1)
    second = append(tmp_path, rows(RESPONSES, {"response_id": 9}), version=2)
    assert (first, second) == (1, 2)
    assert keys(tmp_path, first) == [0, 1]
    assert keys(tmp_path, second) == [0, 1, 9]
    assert keys(tmp_path, None) == []


def test_repeating_an_application_transaction_writes_nothing(tmp_path):
    table = rows(RESPONSES, {}, {})
    append(tmp_path, table, version=5)
    assert append(tmp_path, table, version=5) == 1
    assert append(tmp_path, table, version=4) == 1
    assert keys(tmp_path, 1) == [0, 1]
    assert store.committed(root=str(tmp_path), spec=RESPONSES, app_id="flush") == 5
    assert store.committed(root=str(tmp_path), spec=EVENTS, app_id="flush") is None


DIES_AFTER_COMMIT = """
import os, signal, sys
from allears.lake import store
from allears.lake.tables import RESPONSES
from tests.lake.builders import rows
store.append(root=sys.argv[1], spec=RESPONSES, table=rows(RESPONSES, {}, {}, {}), app_id="flush", version=1)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_writer_killed_between_commit_and_mark_replays_without_a_double(tmp_path):
    """The flusher dies after its Delta commit, before its SQL: it starts anew with the same flush id."""
    env = os.environ | {"PYTHONPATH": os.pathsep.join(["src", "."])}
    died = subprocess.run([sys.executable, "-c", DIES_AFTER_COMMIT, str(tmp_path)], env=env, check=False)
    assert died.returncode == -signal.SIGKILL
    assert keys(tmp_path, None) == []  # its head never moved: readers still take the hot rows
    version = append(tmp_path, rows(RESPONSES, {}, {}, {}), version=1)
    assert keys(tmp_path, version) == [0, 1, 2]


def test_files_are_pruned_by_workspace_and_time_and_split_by_period(tmp_path):
    table = rows(
        RESPONSES,
        {"ts_ms": START_MS},
        {"ts_ms": START_MS + DAY_MS},
        {"ts_ms": START_MS + 40 * DAY_MS},
        {"ts_ms": START_MS, "workspace_id": 2},
    )
    version = append(tmp_path, table, version=1)
    assert keys(tmp_path, version) == [0, 1, 2]
    assert keys(tmp_path, version, workspace_id=2) == [3]
    assert keys(tmp_path, version, workspace_id=3) == []
    assert keys(tmp_path, version, since_ms=START_MS + 20 * DAY_MS) == [2]
    assert keys(tmp_path, version, until_ms=START_MS + 20 * DAY_MS) == [0, 1]
    paths = [Path(f).parent.name for f in store.files_at(root=str(tmp_path), spec=RESPONSES, version=1, workspace_id=1)]
    assert sorted(paths) == ["period=2026-01", "period=2026-02"]


def test_large_workspaces_are_split_by_day(tmp_path):
    append(tmp_path, rows(EVENTS, {}, {"ts_ms": START_MS + DAY_MS}), version=1, spec=EVENTS, grain="day")
    found = store.files_at(root=str(tmp_path), spec=EVENTS, version=1, workspace_id=1)
    assert sorted(Path(f).parent.name for f in found) == ["period=2026-01-15", "period=2026-01-16"]


def test_the_log_holds_statistics_of_ids_and_times_only(tmp_path):
    append(tmp_path, rows(RESPONSES, {"segment": "gold", "channel": "email", "customer_key": "c1"}), version=1)
    log = (tmp_path / "responses/_delta_log/00000000000000000001.json").read_text().splitlines()
    (added,) = [json.loads(line)["add"] for line in log if "add" in json.loads(line)]
    assert set(json.loads(added["stats"])["minValues"]) == {"response_id", "ts", "ts_ms"}


def test_compaction_makes_one_sorted_file_and_keeps_only_newest_versions(tmp_path):
    for i in range(10):
        change = {"ask_id": i % 3, "version": i, "ts_ms": START_MS, "opened": i > 6}
        append(tmp_path, rows(ASKS, change), version=i + 1, spec=ASKS)
    assert store.small_partitions(root=str(tmp_path), spec=ASKS) == [(1, "2026-01")]
    before = DeltaTable(tmp_path / "asks").version()
    version = store.compact(root=str(tmp_path), spec=ASKS, partitions=[(1, "2026-01")])
    (file,) = store.files_at(root=str(tmp_path), spec=ASKS, version=version, workspace_id=1)
    found = pq.ParquetFile(file).read().select(["ask_id", "version", "opened"]).to_pylist()
    assert sorted((r["ask_id"], r["version"], r["opened"]) for r in found) == [
        (0, 9, True),
        (1, 7, True),
        (2, 8, True),
    ]
    assert len(keys(tmp_path, before, spec=ASKS)) == 10  # readers of the old head lose nothing
    assert store.committed(root=str(tmp_path), spec=ASKS, app_id="flush") == 10


def test_erasure_takes_one_customer_of_one_workspace_off_the_rows_and_off_the_disk(tmp_path):
    table = rows(
        RESPONSES,
        {"customer_key": "gone-for-good", "voice_id": 77, "score": 3},
        {"customer_key": "stays", "voice_id": 78, "score": 9},
        {"customer_key": "gone-for-good", "workspace_id": 2},
        {"customer_key": None},
    )
    append(tmp_path, table, version=1)
    who = {"root": str(tmp_path), "spec": RESPONSES, "workspace_id": 1, "customer_keys": ["gone-for-good", "o'hara"]}
    held = store.held_by(**who)
    assert {period: (each.rows, each.days) for period, each in held.items()} == {"2026-01": (1, {"2026-01-15"})}
    version = store.erase(**who, periods=held)
    (file,) = store.files_at(root=str(tmp_path), spec=RESPONSES, version=version, workspace_id=1)
    found = pq.ParquetFile(file).read().to_pylist()
    assert sorted((r["response_id"], r["customer_key"] or "", r["voice_id"], r["score"]) for r in found) == [
        (0, "", None, 3),
        (1, "stays", 78, 9),
        (3, "", None, None),
    ]
    assert len(store.vacuum(root=str(tmp_path), spec=RESPONSES, keep_hours=0)) == 1
    assert store.held_by(**who) == {}
    assert len(store.held_by(**who | {"workspace_id": 2})) == 1
    others = tmp_path / "responses/workspace_id=2"
    holding = [
        p for p in tmp_path.rglob("*") if p.is_file() and others not in p.parents and b"gone-for" in p.read_bytes()
    ]
    assert holding == []


def test_a_vacuum_takes_what_a_dead_writer_left(tmp_path):
    append(tmp_path, rows(RESPONSES, {}), version=1)
    orphan = tmp_path / "responses/workspace_id=1/period=2026-01/part-orphan.parquet"
    orphan.write_bytes(b"PAR1")
    store.vacuum(root=str(tmp_path), spec=RESPONSES, keep_hours=0)
    assert not orphan.exists()
    assert keys(tmp_path, 1) == [0]


def test_tables_that_need_more_than_plain_files_are_refused(tmp_path):
    DeltaTable.create(
        tmp_path / "responses",
        RESPONSES.file_schema(),
        partition_by=list(RESPONSES.partition_by),
        configuration={"delta.enableDeletionVectors": "true"},
    )
    with pytest.raises(store.LakeProtocolError, match="deletion vectors"):
        append(tmp_path, rows(RESPONSES, {}), version=1)


@pytest.mark.parametrize("spec", TABLES.values(), ids=TABLES)
def test_every_contract_is_whole(spec):
    assert len(set(spec.names)) == len(spec.names)
    assert spec.key in spec.names
    assert {"workspace_id", "customer_key", "ts", "ts_ms", "day"} <= set(spec.names)
    assert set(spec.sort_by) <= set(spec.names)
    assert ("version" in spec.names) == spec.versioned
    assert not {"text", "comment", "email", "phone", "name"} & set(spec.names)


def test_a_row_that_changes_seldom_takes_the_place_of_its_older_self(tmp_path):
    append(tmp_path, rows(RESPONSES, {"score": 3}, {"score": 9}), version=1)
    late = rows(RESPONSES, {"score": 5, "ts_ms": START_MS}, {"response_id": 7, "ts_ms": START_MS})
    version = append(tmp_path, late, version=2)
    assert append(tmp_path, late, version=2) == version
    files = store.files_at(root=str(tmp_path), spec=RESPONSES, version=version, workspace_id=1)
    found = [row for file in files for row in pq.ParquetFile(file).read().to_pylist()]
    assert sorted((row["response_id"], row["score"]) for row in found) == [(0, 5), (1, 9), (7, None)]
    assert keys(tmp_path, 1) == [0, 1]
