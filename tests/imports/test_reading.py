"""Files as they really come: other encodings, other separators, broken rows, and forms that are no text at all."""

import gzip
import json
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from allears.events.imports.errors import ImportUseError
from allears.events.imports.reading import FormatOptions, open_table
from allears.events.imports.reasons import in_words
from allears.events.imports.tables import Table

ZH = "编号,评论内容,评分\n7001,这家店的菜很好吃，下次还来,5\n7002,等了一个小时，太慢了,1\n"


def written(folder: Path, content: str | bytes, *, encoding: str = "utf-8", name: str = "file.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def rows(table: Table) -> list[list[str]]:
    return [cells for cells, reason, _raw in table.rows() if not reason]


def broken(table: Table) -> list[tuple[str, str]]:
    return [(reason, raw) for _cells, reason, raw in table.rows() if reason]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le"])
def test_chinese_in_every_encoding_reads_the_same(tmp_path: Path, encoding: str) -> None:
    table = open_table(written(tmp_path, ZH, encoding=encoding))
    assert table.columns == ["编号", "评论内容", "评分"]
    assert rows(table) == [["7001", "这家店的菜很好吃，下次还来", "5"], ["7002", "等了一个小时，太慢了", "1"]]


def test_western_text_is_not_taken_for_chinese(tmp_path: Path) -> None:
    text = (
        "id;text\n1;Très déçu, plus jamais à l'hôtel\n2;Çà et là, café crème à côté de l'été\n3;Größe paßt für mich\n"
    )
    table = open_table(written(tmp_path, text, encoding="cp1252"))
    assert table.about["encoding"] == "cp1252"
    assert [row[1] for row in rows(table)][2] == "Größe paßt für mich"


def test_utf8_with_one_foreign_row_keeps_its_neighbours(tmp_path: Path) -> None:
    content = "id,text\n" + "".join(f"{n},很好，满意\n" for n in range(50))
    raw = content.encode() + "50,caf\xe9\n".encode("latin-1") + "51,不错\n".encode()
    table = open_table(written(tmp_path, raw))
    assert len(rows(table)) == 51
    ((reason, text),) = broken(table)
    assert "UTF-8" in in_words(reason)
    assert text.startswith("50,caf")


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
def test_separators(tmp_path: Path, separator: str) -> None:
    lines = [
        ["id", "text", "score"],
        ["1", "Good, really; yes", "9"],
        ["2", 'He said "no"', "3"],
        ["3", "two\nlines", "7"],
    ]
    text = "\n".join(separator.join('"' + cell.replace('"', '""') + '"' for cell in line) for line in lines)
    assert rows(open_table(written(tmp_path, text))) == lines[1:]


def test_runs_of_blanks(tmp_path: Path) -> None:
    text = " customer date  amount\n 00001 19970101  11.77\n 00002 19970112  12.00\n 00002 19970112   7.00\n"
    table = open_table(written(tmp_path, text))
    assert (table.columns, rows(table)[1]) == (["customer", "date", "amount"], ["00002", "19970112", "12.00"])


def test_no_header_is_no_row_lost(tmp_path: Path) -> None:
    text = "This was a lovely stay\t5\tab12x\nNever again, dirty rooms\t1\tcd34y\nIt was fine for one night\t3\tef56z\n"
    table = open_table(written(tmp_path, text, name="x.tsv"))
    assert (table.columns, len(rows(table))) == (["column 1", "column 2", "column 3"], 3)


def test_quotes_that_are_no_quotes(tmp_path: Path) -> None:
    lines = [f'{n}\t"Best" place, said {n}\t{n % 5}' for n in range(30)] + [
        '31\t"unbalanced quote here\t4',
        "32\tok\t5",
    ]
    table = open_table(written(tmp_path, "id\ttext\tscore\n" + "\n".join(lines), name="x.tsv"))
    assert len(rows(table)) == 32
    assert rows(table)[-2][1] == '"unbalanced quote here'


def test_a_quote_that_never_closes_costs_one_row(tmp_path: Path) -> None:
    good = "".join(f'{n},"text, number {n}",5\n' for n in range(500))
    table = open_table(written(tmp_path, "id,text,score\n" + good + '500,"never closed,4\n' + good))
    assert len(rows(table)) + len(broken(table)) == 1_001
    assert len(rows(table)) == 1_001  # its line alone has the right width
    assert rows(table)[500][1] == '"never closed'


def test_ragged_rows_are_told_with_their_text(tmp_path: Path) -> None:
    text = "id,text,score\n1,fine,5\n2,too,many,5\n3,few\n4,trailing,5,,\n"
    table = open_table(written(tmp_path, text))
    assert rows(table) == [["1", "fine", "5"], ["4", "trailing", "5"]]
    assert [raw for _reason, raw in broken(table)] == ["2,too,many,5", "3,few"]
    assert json.loads(broken(table)[0][0])["values"]["found"] == 4


def test_headings_twice_or_empty(tmp_path: Path) -> None:
    table = open_table(written(tmp_path, "score,score,,text\n1,2,3,good\n4,5,6,bad\n"))
    assert table.columns == ["score", "score (2)", "column 3", "text"]


def test_row_names_without_a_heading(tmp_path: Path) -> None:
    table = open_table(written(tmp_path, "text,score\n1,good food,5\n2,bad food,1\n"))
    assert (table.columns, rows(table)[0]) == (["column 1", "text", "score"], ["1", "good food", "5"])


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_endings(tmp_path: Path, ending: str) -> None:
    table = open_table(written(tmp_path, ending.join(["id,text", "1,good", "2,bad", ""])))
    assert rows(table) == [["1", "good"], ["2", "bad"]]


def test_gzip_by_content_whatever_its_name(tmp_path: Path) -> None:
    table = open_table(written(tmp_path, gzip.compress(ZH.encode("gb18030")), name="data.csv"))
    assert len(rows(table)) == 2


def test_excel_with_a_title_above_and_typed_cells(tmp_path: Path) -> None:
    import datetime as dt

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["三月份回访记录"])
    sheet.append(["编号", "时间", "评分", "内容"])
    sheet.append([1001, dt.datetime(2026, 3, 1, 8, 30), 9.0, "很好"])  # noqa: DTZ001 – as spreadsheets hold it
    sheet.append([1002, dt.datetime(2026, 3, 2), 4, None])  # noqa: DTZ001
    path = tmp_path / "book.xlsx"
    book.save(path)
    table = open_table(path)
    assert table.columns == ["编号", "时间", "评分", "内容"]
    assert rows(table) == [["1001", "2026-03-01 08:30:00", "9", "很好"], ["1002", "2026-03-02", "4", ""]]
    packed = tmp_path / "book.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert rows(open_table(packed)) == rows(table)


def test_json_lines_flat_and_nested_with_broken_ones(tmp_path: Path) -> None:
    lines = [
        '{"id": 1, "user": {"name": "Ann"}, "tags": ["a"], "score": 4.0}',
        "not json",
        "[1]",
        '{"id": 2, "text": "好"}',
    ]
    table = open_table(written(tmp_path, "\n".join(lines), name="x.jsonl"))
    assert table.columns == ["id", "user.name", "tags", "score", "text"]
    assert rows(table) == [["1", "Ann", '["a"]', "4", ""], ["2", "", "", "", "好"]]
    assert len(broken(table)) == 2
    whole = open_table(written(tmp_path, json.dumps([{"a": 1}, {"a": None}]), name="x.json"))
    assert rows(whole) == [["1"], [""]]


def test_parquet(tmp_path: Path) -> None:
    import datetime as dt

    when = dt.datetime(2026, 1, 2, 3, 4, tzinfo=dt.UTC)
    path = tmp_path / "x.parquet"
    pq.write_table(
        pa.table({"id": [1, 2], "at": [when, None], "score": [4.0, float("nan")], "text": ["好", None]}), path
    )
    assert rows(open_table(path)) == [["1", "2026-01-02 03:04:00+00:00", "4", "好"], ["2", "", "", ""]]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n\n  \n", "empty"),
        (b"%PDF-1.7 whatever", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 64, ".xls"),
        (b"PK\x03\x04 no workbook", "ZIP"),
        (b"PAR1 cut off", "Parquet"),
    ],
)
def test_what_cannot_be_read_says_the_way_out(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(ImportUseError, match=words) as caught:
        open_table(written(tmp_path, content))
    assert caught.value.field == "file"


def test_said_formats_win(tmp_path: Path) -> None:
    path = written(tmp_path, "a;b,c\n1;2,3\n")
    table = open_table(path, FormatOptions(separator=";", header=False, encoding="utf-8"))
    assert rows(table) == [["a", "b,c"], ["1", "2,3"]]
    with pytest.raises(ImportUseError, match="no encoding") as caught:
        open_table(path, FormatOptions(encoding="klingon"))
    assert caught.value.field == "encoding"


@pytest.mark.parametrize("first", ["sep=;\r\n", "\ufeffSEP=;\n", '"sep=;"\r\n'])
def test_excels_line_about_the_separator_is_no_row(tmp_path: Path, first: str) -> None:
    """Excel reads it and German and Dutch programs write it; its separator holds even where commas fit as well."""
    lines = "".join(f"a{n};0{n + 1}.09.2026;7,5;one, two\r\n" for n in range(5))
    table = open_table(written(tmp_path, f"{first}id;date;score;comment\r\n{lines}"))
    assert table.columns == ["id", "date", "score", "comment"]
    assert rows(table)[0] == ["a0", "01.09.2026", "7,5", "one, two"]
    assert (len(rows(table)), broken(table)) == (5, [])


def test_quotes_behind_a_backslash_are_quotes(tmp_path: Path) -> None:
    """As Spark writes them; other backslashes are ordinary characters."""
    lines = "".join(f'{n},"he said \\"go, now\\" at C:\\new\\x","{n}"\n' for n in range(9))
    table = open_table(written(tmp_path, f"id,comment,score\n{lines}"))
    assert rows(table)[3] == ["3", 'he said "go, now" at C:\\new\\x', "3"]
    assert (len(rows(table)), broken(table)) == (9, [])


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ('"C:\\dir\\"', "C:\\dir\\"),
        ('"a 5\\"" wide"', 'a 5\\" wide'),
        ('5\\" wide', '5\\" wide'),
        ('"a ""b"""', 'a "b"'),
    ],
)
def test_a_backslash_that_escapes_nothing_stays(tmp_path: Path, cell: str, read: str) -> None:
    lines = "".join(f"{n},{cell},some words {n}\n" for n in range(9))
    table = open_table(written(tmp_path, f"id,what,comment\n{lines}"))
    assert rows(table)[8] == ["8", read, "some words 8"]
    assert (len(rows(table)), broken(table)) == (9, [])


def test_zero_bytes_behind_the_last_row_are_none(tmp_path: Path) -> None:
    table = open_table(written(tmp_path, b"id,comment,score\n1,good\0 help,5\n2,bad help,1\n\0\0\0\0"))
    assert (len(rows(table)), broken(table)) == (2, [])
