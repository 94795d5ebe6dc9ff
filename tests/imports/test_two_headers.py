"""Workbooks with two rows of headings: groups above names, codes above words, one language above the other."""

from pathlib import Path

import openpyxl
import pytest

from allears.events.imports.reading import open_table

NAMES = ["编号", "评论", "评分", "日期"]
ENGLISH = ["id", "comment", "score", "date"]
BODY = [
    ["a1", "等了两个小时", "1", "2026-10-01"],
    ["a2", "很满意", "5", "2026-10-02"],
    ["a3", "一般", "3", "2026-10-03"],
]


def book(folder: Path, *rows: list[str | None], merge: str = "") -> Path:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append([int(cell) if cell and cell.isdecimal() else cell for cell in row])
    if merge:
        made.active.merge_cells(merge)
    made.save(folder / "answers.xlsx")
    return folder / "answers.xlsx"


@pytest.mark.parametrize(
    ("above", "names", "expected"),
    [
        pytest.param(["客户", None, "评价", None], NAMES, NAMES, id="groups"),
        pytest.param(["编号", "评价", None, "日期"], [None, "评论", "评分", None], NAMES, id="named above"),
        pytest.param(["Q1", "Q2", "Q3", "Q4"], NAMES, NAMES, id="codes"),
        pytest.param(ENGLISH, NAMES, ENGLISH, id="both"),
        pytest.param(
            ["Before", None, "After", None],
            ["id", "text", "text", "day"],
            ["id", "Before text", "After text", "day"],
            id="twice",
        ),
    ],
)  # fmt: skip
def test_the_lower_row_is_no_row_of_data(
    tmp_path: Path, above: list[str | None], names: list[str | None], expected: list[str]
) -> None:
    table = open_table(book(tmp_path, above, names, *BODY))
    assert table.columns == expected
    assert [cells for cells, _reason, _raw in table.rows()] == BODY


def test_merged_cells_name_their_columns_and_a_title_may_stand_above(tmp_path: Path) -> None:
    title: list[str | None] = ["十月满意度调查"]
    rows = [title, ["客户", None, "评价", None], NAMES, *BODY]
    table = open_table(book(tmp_path, *rows, merge="C2:D2"))
    assert table.columns == NAMES
    assert [cells for cells, _reason, _raw in table.rows()] == BODY


def test_separated_text_is_read_alike(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("\n".join(map(",".join, [["客户", "", "评价", ""], NAMES, *BODY])), "utf-8")
    table = open_table(path)
    assert table.columns == NAMES
    assert [cells for cells, _reason, _raw in table.rows()] == BODY


@pytest.mark.parametrize("first", [["a0", "Great", "N/A", "-"], ["a0", "评论很少", "未评", "不详"], ["a0", "", "", ""]])
def test_a_row_of_data_without_a_score_is_kept(tmp_path: Path, first: list[str]) -> None:
    table = open_table(book(tmp_path, ["id", "comment", "score", "date"], [*first], *BODY))
    assert [cells for cells, _reason, _raw in table.rows()] == [first, *BODY]
