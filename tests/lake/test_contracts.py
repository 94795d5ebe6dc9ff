"""What others read does not change under them: the committed contract is the code's, and only grew."""

import copy
import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.lake.builders import rows

from allears.lake import contracts, store
from allears.lake.engine import DuckDBLimits, Slice, connect
from allears.lake.tables import ASKS, RESPONSES

FILE = Path(__file__).parents[2] / "docs" / "lake-contracts.json"


@pytest.fixture
def old() -> dict:
    return json.loads(FILE.read_text(encoding="utf-8"))


def test_the_published_contract_is_the_codes(old):
    assert contracts.forbidden(old, contracts.published()) == []
    assert old == contracts.published(), "run: python -m allears.lake.contracts docs/lake-contracts.json"


def test_a_new_table_and_a_new_column_that_may_be_empty_are_allowed(old):
    new = copy.deepcopy(old) | {"version": old["version"] + 1}
    new["tables"]["visits"] = new["tables"]["events"]
    new["tables"]["events"] = copy.deepcopy(old["tables"]["events"])
    new["tables"]["events"]["columns"]["store"] = {"type": "string", "may_be_empty": True}
    assert contracts.forbidden(old, new) == []
    assert contracts.forbidden(old, new | {"version": old["version"]}) == [
        f"the tables changed: raise VERSION above {old['version']}"
    ]


def change(key: str, value: object):
    return lambda events: events.update({key: value})


@pytest.mark.parametrize(
    ("breaks", "says"),
    [
        (lambda events: events["columns"].pop("event"), "events.event: a column may not go"),
        (lambda events: events["columns"]["event"].update(type="int64"), "events.event: type and emptiness"),
        (lambda events: events["columns"]["kind"].update(may_be_empty=True), "events.kind: type and emptiness"),
        (change("key", "ts"), "events: `key` may not change"),
        (change("partition_by", []), "events: `partition_by` may not change"),
        (change("changes", "often"), "events: `changes` may not change"),
        (
            lambda events: events["columns"].update(new={"type": "int64", "may_be_empty": False}),
            "events.new: older files lack",
        ),
    ],
)
def test_what_would_break_a_reader_is_forbidden(old, breaks, says):
    new = copy.deepcopy(old) | {"version": old["version"] + 1}
    breaks(new["tables"]["events"])
    (found,) = contracts.forbidden(old, new)
    assert found.startswith(says)


def test_a_table_may_not_go_and_a_roll_up_changes_only_by_number(old):
    new = copy.deepcopy(old) | {"version": old["version"] + 1}
    del new["tables"]["events"]
    del new["rollups"]["scores_daily"]["columns"]["n"]
    assert [line.split(":")[0] for line in contracts.forbidden(old, new)] == ["events", "scores_daily"]
    new["rollups"]["scores_daily"]["contract"] += 1
    assert len(contracts.forbidden(old, new)) == 1


def test_a_forbidden_change_leaves_the_published_file_alone(tmp_path, old, monkeypatch):
    file = tmp_path / "contracts.json"
    old["tables"]["events"]["columns"]["gone"] = {"type": "string", "may_be_empty": True}
    file.write_text(json.dumps(old))
    with pytest.raises(contracts.ForbiddenChangeError, match=r"events\.gone"):
        contracts.publish(file)
    assert json.loads(file.read_text()) == old


def test_a_table_written_before_a_column_came_takes_new_rows_and_reads_as_one(tmp_path):
    added = ("sent_ms", "opened_ms", "completed_ms")
    before = replace(ASKS, columns=tuple(each for each in ASKS.columns if each.name not in added))
    root = str(tmp_path)
    store.append(root=root, spec=before, table=rows(before, {"version": 1}), app_id="t", version=1)
    new = rows(ASKS, {"ask_id": 7, "version": 1, "sent_ms": 5})
    version = store.append(root=root, spec=ASKS, table=new, app_id="t", version=2)
    engine = connect("duckdb", limits=DuckDBLimits(temp_directory=str(tmp_path / "spill"), threads=1))

    def read() -> list[tuple]:
        files = store.files_at(root=root, spec=ASKS, version=version, workspace_id=1)
        with engine.session() as session:
            found = session.run(session.table(Slice(ASKS, root, files))).to_pylist()
        return sorted((row["ask_id"], row["sent_ms"]) for row in found)

    assert read() == [(0, None), (7, 5)]
    version = store.compact(root=root, spec=ASKS, partitions=[(1, "2026-01")])
    assert read() == [(0, None), (7, 5)]
    engine.close()


def test_statistics_that_an_earlier_version_kept_of_customers_are_kept_no_more(tmp_path):
    root = str(tmp_path)
    delta = store.create(root, RESPONSES)
    delta.alter.set_table_properties({"delta.dataSkippingStatsColumns": "response_id,customer_key"})
    store.append(root=root, spec=RESPONSES, table=rows(RESPONSES, {"customer_key": "k-7"}), app_id="t", version=1)
    logs = b"".join(path.read_bytes() for path in (tmp_path / "responses/_delta_log").glob("*.json"))
    assert b"k-7" not in logs
