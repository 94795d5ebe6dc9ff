"""Cells of files that know what they are keep it: through an import, and through what is kept beside a row."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from allears.events.imports import typed
from allears.events.imports.reading import open_table
from allears.listen.models import Voice
from tests.imports.conftest import Importer

WORDS = "The parcel came late and was wet"
AT = dt.datetime(2026, 3, 1, 10, tzinfo=dt.UTC)


def lines(*items: dict[str, Any]) -> str:
    return "".join(json.dumps(item) + "\n" for item in items)


def test_what_json_lines_hold_comes_in_as_it_is(importer: Importer) -> None:
    items = [
        {"comment": f"{WORDS} {place}", "at": f"2026-03-0{place + 1}T10:00:00Z", "visits": place, "spent": spent,
         "vip": not place, "tags": ["a", place], "till": till, "of": {"floor": 2}, "order": 10**30 + place}
        for place, (spent, till) in enumerate([(12.5, "A"), (7, 4), (0.25, None)])
    ]  # fmt: skip
    row = importer.load(importer.file("said.jsonl", lines(*items)), "voices")
    found = [each.attributes for each in Voice.objects.in_workspace(row.workspace_id).order_by("said_at")]
    assert found == [
        {"visits": 0, "spent": 12.5, "vip": True, "tags": ["a", 0], "till": "A", "of.floor": 2, "order": str(10**30)},
        {"visits": 1, "spent": 7, "vip": False, "tags": ["a", 1], "till": "4", "of.floor": 2, "order": str(10**30 + 1)},
        {"visits": 2, "spent": 0.25, "vip": False, "tags": ["a", 2], "of.floor": 2, "order": str(10**30 + 2)},
    ]
    assert [type(each["vip"]) for each in found] == [bool, bool, bool]


def test_a_number_no_machine_holds_is_kept_as_its_digits_among_numbers(
    importer: Importer,
) -> None:
    rows = (f'{{"comment":"{WORDS} {at}","at":"2026-03-0{at}T10:00:00Z","x":{x}}}' for at, x in ((1, "1e999"), (2, 7)))
    row = importer.load(importer.file("said.jsonl", "\n".join(rows)), "voices")
    found = [each.attributes for each in Voice.objects.in_workspace(row.workspace_id).order_by("said_at")]
    assert found == [{"x": "1e999"}, {"x": 7}]


def test_what_parquet_holds_comes_in_as_it_is(importer: Importer, tmp_path: Path) -> None:
    table = pa.table(
        {
            "comment": [f"{WORDS} {place}" for place in range(3)],
            "at": [AT, AT + dt.timedelta(days=1), AT + dt.timedelta(days=2)],
            "small": pa.array([1, None, 3], pa.int16()),
            "price": pa.array([Decimal("1.50"), Decimal("2.00"), None], pa.decimal128(8, 2)),
            "open": pa.array([True, False, None]),
            "due": pa.array([AT, None, AT], pa.timestamp("ms", tz="UTC")),
            "day": pa.array([AT.date()] * 3),
            "share": pa.array([0.5, float("nan"), 2.0]),
        }
    )
    pq.write_table(table, tmp_path / "said.parquet")
    row = importer.load(tmp_path / "said.parquet", "voices", {"fields": {"said_at": "at"}})
    found = [each.attributes for each in Voice.objects.in_workspace(row.workspace_id).order_by("said_at")]
    due = "2026-03-01T10:00:00+00:00"
    assert found == [
        {"small": 1, "price": 1.5, "open": True, "due": due, "day": "2026-03-01", "share": 0.5},
        {"price": 2, "open": False, "day": "2026-03-01"},
        {"small": 3, "due": due, "day": "2026-03-01", "share": 2},
    ]


def test_texts_of_csv_stay_texts(importer: Importer) -> None:
    path = importer.file(
        "said.csv", f"comment,at,visits\n{WORDS} 1,2026-03-01 10:00,04\n{WORDS} 2,2026-03-02 10:00,5\n"
    )
    row = importer.load(path, "voices")
    found = Voice.objects.in_workspace(row.workspace_id).order_by("said_at").values_list("attributes", flat=True)
    assert [each["visits"] for each in found] == ["04", "5"]


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        ("integer", "12", 12),
        ("integer", "n/a", "n/a"),
        ("integer", "9" * 500, "9" * 500),
        ("number", "inf", "inf"),
        ("number", "-3", -3),
        ("number", "1e3", 1000.0),
        ("flag", "yes", "yes"),
        ("time", "soon", "soon"),
        ("time", "2026-03-01 10:00:00", "2026-03-01T10:00:00"),
        ("json", "[1", "[1"),
        ("json", '{"a": 1}', {"a": 1}),
        ("number", "", ""),
    ],
)
def test_a_cell_that_is_not_of_its_columns_kind_stays_its_text(kind: str, cell: str, value: Any) -> None:
    assert typed.column([cell], kind) == [value]


def test_values_stand_beside_the_texts_row_by_row(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"a": 1, "b": {"c": true}}\nnot json\n{"a": 2.5}\n', encoding="utf-8")
    table = open_table(path)
    assert (table.columns, table.types) == (["a", "b.c"], ("number", "flag"))
    assert table.values is not None
    assert list(table.values()) == [[1, True], [None, None], [2.5, None]]
    assert [line[0] for line in table.rows()] == [["1", "true"], [], ["2.5", ""]]


def test_a_decimal_keeps_every_digit(importer: Importer, tmp_path: Path) -> None:
    """Amounts of a bank's table have more digits than a float holds; then they stay their text."""
    long, short = Decimal("12345678901234567890.1234"), Decimal("1.2500")
    table = pa.table({
        "comment": [f"{WORDS} {n}" for n in range(3)],
        "at": [AT] * 3,
        "long": pa.array([long] * 3, pa.decimal128(30, 4)),
        "short": pa.array([short] * 3, pa.decimal128(30, 4)),
        "of": [{"long": long, "short": short}] * 3,
    })  # fmt: skip
    path = tmp_path / "amounts.parquet"
    pq.write_table(table, path)
    row = importer.load(path, "voices")
    found = Voice.objects.in_workspace(row.workspace_id).order_by("id").values_list("attributes", flat=True)[0]
    assert found == {"long": str(long), "short": 1.25, "of.long": str(long), "of.short": 1.25}
