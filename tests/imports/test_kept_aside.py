"""Workbooks as people keep them: several sheets, titles over merged cells, totals at the end; logs cut off."""

import gzip
from pathlib import Path

import openpyxl
import pytest

from allears.events.imports.errors import ImportUseError
from allears.events.imports.reading import FormatOptions, open_table
from allears.listen.models import Voice
from tests.imports.conftest import Importer
from tests.imports.test_reading import rows, written
from tests.imports.test_xes import LOG


def test_the_sheet_that_looks_like_the_table_is_taken_and_the_others_are_offered(
    importer: Importer, workbook: Path
) -> None:
    prepared = importer.prepare(workbook, "voices")
    assert (prepared.staged.columns, prepared.staged.rows) == (["编号", "时间", "评分", "内容"], 12)
    told = " ".join(prepared.warnings)
    assert "“三月评价” was read" in told
    assert "说明, 汇总" in told
    assert "last 2 rows sum the table up" in told
    assert open_table(workbook, FormatOptions(sheet="汇总")).columns == ["门店", "平均分"]
    row = importer.load(workbook, "voices")
    assert (row.rows_read, row.rows_good, row.rows_bad) == (12, 12, 0)
    assert Voice.objects.in_workspace(importer.workspace.pk).filter(text__contains="顾客说服务不错").count() == 12


def test_a_title_over_a_table_of_two_columns(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Reviews of March"])
    sheet.merge_cells("A1:B1")
    for row in (["review", "stars"], ["Nice staff, quick lunch", 5], ["Waited an hour for a soup", 1]):
        sheet.append(row)
    path = tmp_path / "two.xlsx"
    book.save(path)
    table = open_table(path)
    assert table.columns == ["review", "stars"]
    assert len(rows(table)) == 2


def test_totals_of_a_csv_are_left_out_and_words_that_only_look_so_stay(importer: Importer) -> None:
    text = (
        "store,stars,comment\nEast,5,very kind people\nTotal,4,what a total mess\nWest,1,cold soup again\nTotal,10,\n"
    )
    prepared = importer.prepare(importer.file("sums.csv", text), "voices")
    assert (prepared.staged.rows, prepared.staged.about["totals"]) == (3, 1)
    assert "The last row sums the table up and was left out." in prepared.warnings


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.95])
def test_a_packed_log_that_is_cut_off_is_refused_in_plain_words(tmp_path: Path, kept: float) -> None:
    packed = gzip.compress(LOG.encode())
    path = written(tmp_path, packed[: int(len(packed) * kept)], name="log.xes.gz")
    with pytest.raises(ImportUseError, match=r"cut off or damaged .* Pack it again and send it anew"):
        open_table(path)
