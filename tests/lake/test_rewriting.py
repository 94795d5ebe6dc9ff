"""A partition written anew piece by piece: the same rows in the same order as all at once, in bounded memory."""

import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from tests.lake.builders import START_MS, rows

from allears.lake import store
from allears.lake.rewriting import Bounds
from allears.lake.rows import Nameless, newest, prepared
from allears.lake.tables import ASKS, RESPONSES, VOICES, TableSpec

DAY_MS = 86_400_000
PIECES = {"all at once": Bounds(), "some days": Bounds(rows=60), "within a day": Bounds(rows=5)}


def facts(spec: TableSpec, *, count: int, keys: int, seed: int = 0) -> list[pa.Table]:
    """Appends as flushes make them; a row that comes again keeps its moment, and says otherwise in a higher version."""
    draw = random.Random(seed)
    moments = [START_MS + draw.randrange(9) * DAY_MS + draw.randrange(DAY_MS // 3) for _ in range(keys)]
    found = []
    for version in range(4):
        changes: list[dict[str, Any]] = []
        for _ in range(count // 4):
            key = draw.randrange(keys) if spec.versioned else len(found) * count + len(changes)
            change: dict[str, Any] = {spec.key: key, "ts_ms": moments[key % keys]}
            change["customer_key"] = draw.choice([None, "gone", "o'hara", "zoë", f"c{key % 7}"])
            change["channel"] = draw.choice([None, "email", "web"])
            if spec.versioned:
                change["version"] = version * 1_000 + len(changes)
            changes.append(change)
        found.append(rows(spec, *changes))
    return found


def written(root: Path, spec: TableSpec, appends: Sequence[pa.Table]) -> None:
    for number, table in enumerate(appends, start=1):
        store.append(root=str(root), spec=spec, table=table, app_id="flush", version=number)


def found(root: Path, spec: TableSpec, version: int | None) -> pa.Table:
    (file,) = store.files_at(root=str(root), spec=spec, version=version, workspace_id=1)
    return pq.ParquetFile(file).read().select([name for name in spec.names if name != "workspace_id"])


def expected(spec: TableSpec, appends: Sequence[pa.Table], nameless: Nameless | None = None) -> pa.Table:
    table = newest(pa.concat_tables(appends), spec)
    table = prepared(nameless(table, spec) if nameless else table, spec, grain="month")
    return table.select([name for name in spec.names if name != "workspace_id"])


def as_sorted(table: pa.Table) -> list[str]:
    return sorted(map(repr, table.to_pylist()))


def order(table: pa.Table, spec: TableSpec) -> list[dict[str, Any]]:
    return table.select(list(spec.sort_by)).to_pylist()


@pytest.mark.parametrize("bounds", PIECES.values(), ids=PIECES)
@pytest.mark.parametrize("spec", [ASKS, RESPONSES, VOICES], ids=lambda spec: spec.name)
def test_pieces_give_what_all_at_once_gives(tmp_path: Path, spec: TableSpec, bounds: Bounds) -> None:
    appends = facts(spec, count=240, keys=90)
    written(tmp_path, spec, appends)
    version = store.compact(root=str(tmp_path), spec=spec, partitions=[(1, "2026-01")], bounds=bounds)
    got, wanted = found(tmp_path, spec, version), expected(spec, appends)
    assert as_sorted(got) == as_sorted(wanted)
    assert order(got, spec) == order(wanted, spec)
    assert store.committed(root=str(tmp_path), spec=spec, app_id="flush") == 4


@pytest.mark.parametrize("gone", [["gone", "o'hara"], None], ids=["two of them", "everybody"])
@pytest.mark.parametrize("bounds", PIECES.values(), ids=PIECES)
def test_an_erasure_in_pieces_leaves_no_name(tmp_path: Path, bounds: Bounds, gone: list[str] | None) -> None:
    appends = facts(VOICES, count=240, keys=90, seed=1)
    written(tmp_path, VOICES, appends)
    who = {"root": str(tmp_path), "spec": VOICES, "workspace_id": 1, "customer_keys": gone}
    version = store.erase(**who, periods=["2026-01"], bounds=bounds)
    got, wanted = found(tmp_path, VOICES, version), expected(VOICES, appends, Nameless(gone))
    assert as_sorted(got) == as_sorted(wanted)
    assert order(got, VOICES) == order(wanted, VOICES)
    assert set(got["customer_key"].to_pylist()) & {"gone", "o'hara"} == set()


def test_columns_of_a_later_contract_are_empty_in_pieces_too(tmp_path: Path) -> None:
    table = rows(RESPONSES, *({"response_id": each} for each in range(12)))
    written(tmp_path, RESPONSES, [table])
    (file,) = store.files_at(root=str(tmp_path), spec=RESPONSES, version=1, workspace_id=1)
    before = pq.ParquetFile(file).read().drop_columns(["segment"])
    pq.write_table(before, file)
    version = store.compact(root=str(tmp_path), spec=RESPONSES, partitions=[(1, "2026-01")], bounds=Bounds(rows=5))
    got = found(tmp_path, RESPONSES, version)
    assert (got["segment"].null_count, sorted(got["response_id"].to_pylist())) == (12, list(range(12)))


COMPACTS = """
import sys
import pyarrow as pa
from allears.lake import store
from allears.lake.rewriting import Bounds
from allears.lake.tables import VOICES
bounds = Bounds(rows=int(sys.argv[2]), memory="64MB")
store.compact(root=sys.argv[1], spec=VOICES, partitions=[(1, "2026-01")], bounds=bounds)
print(pa.default_memory_pool().max_memory() // 2**20)
"""
ROWS, APPENDS = 40_000, 8


def month(root: Path) -> None:
    """Rows of 20 days, a quarter of them on one."""
    schema = VOICES.arrow_schema()
    blank = rows(VOICES, {}).to_pylist()[0]
    for number in range(APPENDS):
        ids = range(number * ROWS, (number + 1) * ROWS)
        days = (each % 25 if each % 25 < 20 else 0 for each in ids)
        moments = [START_MS + (day - 10) * DAY_MS + each for each, day in zip(ids, days, strict=True)]
        ts = pa.array(moments, pa.timestamp("ms", tz="UTC")).cast(pa.timestamp("us", tz="UTC"))
        columns = {name: pa.repeat(pa.scalar(blank[name], schema.field(name).type), ROWS) for name in VOICES.names} | {
            "voice_id": pa.array(ids),
            "ts_ms": pa.array(moments),
            "ts": ts,
            "day": pc.strftime(ts, "%Y-%m-%d"),
            "customer_key": pa.array([f"{each * 2654435761 % 2**32:032x}" for each in ids]),
        }
        table = pa.table(columns, schema=schema)
        store.append(root=str(root), spec=VOICES, table=table, app_id="flush", version=number + 1)


def test_memory_is_bounded_by_the_piece_and_not_by_the_month(tmp_path: Path) -> None:
    month(tmp_path)

    def held(piece: int) -> int:
        """Mebibytes of rows that are in memory at once, ``piece`` rows at a time; DuckDB has its own limit besides."""
        command = [sys.executable, "-c", COMPACTS, str(tmp_path), str(piece)]
        return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    small, whole = held(10_000), held(10_000_000)
    assert small < whole * 0.6, (small, whole)


def test_texts_of_a_kind_that_arrow_cannot_compare_are_read_as_texts(tmp_path: Path) -> None:
    """The Delta writer leaves such files behind when it deletes."""
    appends = facts(RESPONSES, count=40, keys=10)
    written(tmp_path, RESPONSES, appends)
    files = sorted(tmp_path.rglob("*.parquet"))
    for file in files:
        held = pq.ParquetFile(file).read()
        kinds = [(each.name, pa.string_view() if each.type == pa.string() else each.type) for each in held.schema]
        pq.write_table(held.cast(pa.schema(kinds)), file)
    assert pq.ParquetFile(files[0]).schema_arrow.field("customer_key").type == pa.string_view()
    held_by = store.held_by(root=str(tmp_path), spec=RESPONSES, workspace_id=1, customer_keys={"gone"})
    assert sum(each.rows for each in held_by.values()) > 0
    periods = list(held_by)
    store.erase(root=str(tmp_path), spec=RESPONSES, workspace_id=1, customer_keys={"gone"}, periods=periods)
    assert store.held_by(root=str(tmp_path), spec=RESPONSES, workspace_id=1, customer_keys={"gone"}) == {}
