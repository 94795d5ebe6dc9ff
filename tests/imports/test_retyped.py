"""A table of rows to mend comes back through a spreadsheet, which types cells anew that nobody meant to change."""

import csv
import io
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.utils import timezone

from allears.customers.models import Identifier
from allears.events.imports import quarantine, queries
from allears.events.imports.retyped import as_it_was
from allears.listen.models import Response, Voice
from tests.imports.conftest import Importer

KEPT = [
    ("7", "007"), ("8613800138000", "+8613800138000"), ("5", "5.0"), ("1.5", "1.50"), ("0.85", "85%"),
    ("123456789012345000", "123456789012345678"), ("1.234567890123457e+17", "123456789012345678"),
    ("1.23457E+17", "123456789012345678"), ("1.38001E+12", "1380013800001"), ("1.38E+10", "13800138000"),
    ("2026-05-03", "05/03/2026"), ("2026-03-05", "05/03/2026"), ("2026-03-05", "2026/3/5"), ("2026-03-05", "5.3.26"),
    ("2026-03-05 10:20:00", "2026年3月5日 10:20"), ("2026-03-05", "2026-03-05 00:00:00"), ("10:30:00", "10:30"),
    ("true", "TRUE"), ("#NAME?", "-very slow"), ("one two", "one\r\ntwo"), ("one_ two", "one_ two"),
]  # fmt: skip
MENDED = [
    ("8", "007"), ("", "007"), ("7", ""), ("00:00:00", ""), ("3.14", "3.14159265358979"), ("1.24E+17", "123456789012"),
    ("123456789012345679", "123456789012345678"), ("2026-03-06", "05/03/2026"), ("2026-03-05 10:20:00", "05/03/2026"),
    ("2025-03-05", "05/03/2026"), ("10:31:00", "10:30"), ("false", "true"), ("Slow", "slow"), ("#NAME?", "very slow"),
    ("2026-02-01", "yesterday"), ("5", "fünf"), ("1.3E+10", "13800138000"), ("٧", "007"),
]  # fmt: skip


@pytest.mark.parametrize(("now", "before"), KEPT)
def test_what_a_spreadsheet_typed_anew_is_as_it_was(now: str, before: str) -> None:
    assert as_it_was(now, before) == before


@pytest.mark.parametrize(("now", "before"), MENDED)
def test_what_somebody_changed_stays_changed(now: str, before: str) -> None:
    assert as_it_was(now, before) == now


ROWS = (
    "code,phone,order,date,score,comment\n"
    "007,+8613800138000,123456789012345678,2026/3/5,10,fine\n"
    "008,+8613800138001,123456789012345679,2026/3/6,eleven,slow\n"
    "0010,+8613800138002,123456789012345680,2026/3/7,10,good\n"
    "0012,+8613800138003,123456789012345681,2026/13/8,9,well\n"
)
GIVEN = {
    "fields": {
        "id": "code", "phone": "phone", "score": {"column": "score", "metric": "nps"}, "said_at": "date",
        "text": "comment",
    }
}  # fmt: skip


def as_excel_keeps_it(table: list[list[str]], path: Path) -> None:
    """Numbers and days are typed, an empty line stands between the rows, and a column of notes was added."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for cells in table:
        sheet.append([*map(_typed, cells), "my note"])
        sheet.append([])
    book.save(path)


def _typed(cell: str) -> Any:
    if cell.lstrip("+").isdigit():
        return float(f"{float(cell):.14e}")
    if cell.startswith("2026/3/"):
        return datetime.strptime(cell, "%Y/%m/%d")  # noqa: DTZ007 - a day, as a spreadsheet has it
    return cell


def test_rows_mended_in_a_spreadsheet_lose_nothing_and_double_nothing(importer: Importer) -> None:
    row = importer.load(importer.file("rows.csv", ROWS), "responses", GIVEN)
    assert (row.rows_good, row.rows_bad) == (2, 2)
    table = list(csv.reader(io.StringIO("".join(quarantine.export(row)).lstrip("\ufeff"))))
    heads = table[0]
    table[1][heads.index("score")] = "1"
    table[2][heads.index("date")] = "2026/3/8"
    path = importer.folder / "mended.xlsx"
    as_excel_keeps_it(table, path)

    now = timezone.now()
    mended = quarantine.resend(row=row, workspace=importer.workspace, path=path, actor_id=None, now=now)
    assert (mended.rows_total, mended.rows_good, mended.rows_bad) == (2, 2, 0)
    assert not queries.open_rows(importer.workspace.pk).exists()
    kept = Response.objects.in_workspace(importer.workspace.pk).order_by("pk")
    orders = [each.answers["order"] for each in kept]
    assert sorted(orders) == [f"1234567890123456{end}" for end in (78, 79, 80, 81)]
    phones = Identifier.objects.in_workspace(importer.workspace.pk).filter(kind="phone").values_list("value", flat=True)
    assert sorted(phones) == [f"+861380013800{end}" for end in range(4)]

    again = importer.load(importer.file("rows.csv", ROWS.replace("eleven", "1").replace("/13/", "/3/")), "responses")
    assert (again.rows_good, again.rows_repeated) == (0, 4)  # the ids are those of the file, with their zeros


def test_a_stranger_s_formula_does_not_run_in_the_table_to_mend_and_comes_back_as_it_was(importer: Importer) -> None:
    formula = '=HYPERLINK("http://evil.test","-10")'
    words = "score,remark,+note\neleven,{},@cmd\n9,fine,-3\n".format('"' + formula.replace('"', '""') + '"')
    given = {"fields": {"score": {"column": "score", "metric": "nps"}, "text": "remark"}}
    row = importer.load(importer.file("rows.csv", words), "responses", given)
    table = list(csv.reader(io.StringIO("".join(quarantine.export(row)).lstrip("\ufeff"))))
    assert table[0][4:] == ["score", "remark", "'+note"]
    assert table[1][4:] == ["eleven", f"'{formula}", "'@cmd"]

    table[1][table[0].index("score")] = "1"
    with (path := importer.folder / "mended.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(table)
    mended = quarantine.resend(row=row, workspace=importer.workspace, path=path, actor_id=None, now=timezone.now())
    assert (mended.rows_good, mended.rows_bad) == (1, 0)
    assert Voice.objects.in_workspace(importer.workspace.pk).filter(text=formula).count() == 1
