"""Files as people really have them: slips of the pen, half characters, wrapped answers, numbers that are none."""

import csv
import json
from contextlib import suppress
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from allears.customers.models import Customer, Identifier
from allears.events.imports.errors import ImportUseError
from allears.events.imports.staging import Staged, StagedRow
from allears.events.models import QuarantinedRow
from allears.listen.models import Voice
from tests.imports.conftest import Importer

HALF = "\\ud83d"  # of an emoji, as JavaScript writes it


def scores(importer: Importer) -> list[int | None]:
    return list(Voice.objects.in_workspace(importer.workspace.id).order_by("said_at").values_list("score", flat=True))


def test_an_nps_column_with_slips_is_still_one(importer: Importer) -> None:
    """Nulls, words for nothing, full-width and padded numbers count; what is out of range waits."""
    answers = ["10", "NaN", "-1", "11", "9", "", " 7 ", "０", "null", "8", "prefer not to say", "six", "3"]
    lines = [f"{row},2024-03-{row + 1:02},{answer},words {row}" for row, answer in enumerate(answers)]
    done = importer.load(importer.file("nps.csv", "id,date,nps,comment\n" + "\n".join(lines)), "responses")
    assert done.mapping["fields"]["score"]["scale"] == [0, 10]
    assert (done.rows_good, done.rows_bad) == (10, 3)
    bad = QuarantinedRow.objects.in_workspace(importer.workspace.id).order_by("row_number")
    assert list(bad.values_list("row_number", "field")) == [(3, "nps"), (4, "nps"), (12, "nps")]
    assert scores(importer) == [10, None, 9, None, 7, 0, None, 8, None, 3]


def test_short_comments_are_comments(importer: Importer) -> None:
    path = importer.file("short.csv", "date,score,comment\n2024-03-05,9,good\n2024-03-06,2,bad\n")
    assert importer.prepare(path, "voices").mapping.fields["text"].column == "comment"


def test_shares_are_brought_onto_the_scale(importer: Importer) -> None:
    """A spreadsheet's 5 % is 0.05 underneath."""
    rows = "".join(f"2024-03-{n + 1:02},{n / 4},fine service {n}\n" for n in range(5))
    importer.load(importer.file("shares.csv", "date,Satisfaction,Comment\n" + rows), "responses")
    assert scores(importer) == [1, 2, 3, 4, 5]


def test_a_telephone_number_that_a_table_took_for_a_number_is_the_same_number(importer: Importer) -> None:
    said = "name,phone\nA,13800138001.0\nB,1.38E+10\nC,+86 138-0013-8002\nD,8613800138003\n"
    done = importer.load(importer.file("phones.csv", said), "customers")
    assert (done.rows_good, done.rows_bad) == (3, 1)
    phones = Customer.objects.in_workspace(importer.workspace.id).order_by("name").values_list("phone", flat=True)
    assert list(phones) == ["13800138001", "+8613800138002", "+8613800138003"]
    assert Identifier.objects.in_workspace(importer.workspace.id).count() == 3


def test_half_a_character_and_nan_cost_no_row(importer: Importer) -> None:
    lines = f'{{"id":"a","score":9,"comment":"cut {HALF}"}}\n{{"id":"b","score":NaN,"comment":"not a number"}}\n'
    done = importer.load(importer.file("cut.jsonl", lines), "voices")
    assert (done.rows_good, done.rows_bad) == (2, 0)
    texts = Voice.objects.in_workspace(importer.workspace.id).values_list("text", flat=True)
    assert sorted(texts) == ["cut \ufffd", "not a number"]


@pytest.mark.parametrize("indent", [None, 2])
def test_the_list_within_an_interface_s_answer_is_the_table(importer: Importer, indent: int | None) -> None:
    rows = [{"date": f"2024-03-0{n}", "score": n, "comment": f"comment {n}"} for n in range(1, 4)]
    path = importer.file("answer.json", json.dumps({"code": 0, "data": {"total": 3, "list": rows}}, indent=indent))
    assert importer.prepare(path, "voices").staged.rows == 3


def test_a_heading_in_an_unknown_encoding_is_shown_with_marks(importer: Importer) -> None:
    path = importer.file(
        "sjis.csv",
        "日付,コメント,time,score,comment\n2024/3/5,とても良い,2024-03-05,4,fine service indeed\n",
        encoding="cp932",
    )
    columns = importer.prepare(path, "voices").staged.columns
    assert columns[-2:] == ["score", "comment"]
    assert all(name.encode() for name in columns)


def test_a_row_that_stands_twice_with_its_own_id_counts_once(importer: Importer) -> None:
    lines = [f"R-{row * 7},2024-03-{row + 1:02},{row % 11},words {row}\n" for row in range(25)]
    done = importer.load(
        importer.file("twice.csv", "response_id,date,nps,comment\n" + "".join(lines + lines[:2])), "responses"
    )
    assert (done.rows_good, done.rows_repeated) == (25, 2)
    assert len(scores(importer)) == 25


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_survey_as_qualtrics_writes_it(importer: Importer, ending: str) -> None:
    """Three rows of headings; the second is the questions' words."""
    table = [
        ["StartDate", "EndDate", "ResponseId", "RecipientEmail", "Q1_NPS_GROUP", "Q1", "Q2"],
        ["Start Date", "End Date", "Response ID", "Recipient Email", "How likely? - Group",
         "How likely are you to recommend us?", "Please tell us why"],
        [f'{{"ImportId":"{name}"}}' for name in ("startDate", "endDate", "_recordId", "email", "Q1_G", "QID1", "QID2")],
        *(["2024-03-05 10:00:00", f"2024-03-{5 + n:02} 10:03:00", f"R_{n * n}", f"c{n}@example.test",
           "Promoter" if n > 8 else "Detractor", str(n), f"the service was number {n}"] for n in range(1, 11)),
    ]  # fmt: skip
    path = importer.folder / f"answers.{ending}"
    if ending == "csv":
        with path.open("w", newline="") as file:
            csv.writer(file).writerows(table)
    else:
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        for row in table:
            sheet.append(row)
        book.save(path)
    ready = importer.prepare(path, "responses")
    fields = {name: each.column for name, each in ready.mapping.fields.items() if each.column}
    assert (fields["score"], fields["text"]) == ("How likely are you to recommend us?", "Please tell us why")
    assert (fields["id"], fields["email"], ready.staged.rows) == ("ResponseId", "RecipientEmail", 10)


def test_damaged_files_are_refused_in_words_and_a_cut_one_loses_its_last_row_alone(importer: Importer) -> None:
    lines = "".join(f"2024-03-{row:02},{row},这是第{row}条评论\n" for row in range(1, 11))
    wide = ("date,score,comment\n" + lines).encode("utf-16")
    done = importer.load(importer.file("cut.csv", wide[:-3]), "voices")
    assert (done.rows_good, done.rows_bad) == (9, 1)
    told = importer.folder / "told.parquet"
    pq.write_table(pa.table({"comment": [f"words {row}" for row in range(500)], "score": list(range(500))}), told)
    book = openpyxl.Workbook()
    book.create_sheet("answers").append(["comment", "score"])
    book.save(importer.folder / "book.xlsx")
    for name in ("told.parquet", "book.xlsx"):
        whole = (importer.folder / name).read_bytes()
        for place in range(40, len(whole) - 40, len(whole) // 40):
            broken = importer.file(name, whole[:place] + b"\xff\x00\xee" + whole[place + 3 :])
            with suppress(ImportUseError):
                importer.prepare(broken, "voices")


def test_a_log_of_one_case_is_of_one_customer(importer: Importer) -> None:
    name, at = '<string key="concept:name" value="{}"/>', '<date key="time:timestamp" value="2026-03-0{}T10:00:00Z"/>'
    event = f"<event>{name}{at}</event>"
    trace = '<trace><string key="concept:name" value="K-1"/>{}</trace>'
    events = "".join(event.format(what, day) for day, what in enumerate(("asked", "answered", "closed", "asked"), 1))
    path = importer.file("one.xes", f'<?xml version="1.0"?><log xes.version="1.0">{trace.format(events)}</log>')
    done = importer.load(path, "events")
    assert (done.rows_good, Customer.objects.in_workspace(importer.workspace.id).count()) == (4, 1)


def test_rows_without_a_time_among_others_are_told(importer: Importer) -> None:
    lines = "".join(
        f"{f'2024-03-{row:02}' if row % 5 else ''},{row % 11},these are words {row}\n" for row in range(1, 21)
    )
    path = importer.file("times.csv", "date,nps,comment\n" + lines)
    assert importer.prepare(path, "responses").warnings == ["In “date” 4 rows are empty and get the file’s date."]


BIG5 = "這家餐廳的服務態度非常好，餐點也很美味，下次還會再來。等了半個小時才上菜，有點失望。"


@pytest.mark.parametrize(
    ("words", "written", "read"),
    [
        (BIG5, "cp950", "cp950"),
        ("呢間舖頭啲嘢好好食，不過等咗好耐先有位，服務員態度唔係幾好，下次都會再嚟。", "big5hkscs", "big5hkscs"),
        (BIG5, "utf-16", "utf-16"),
        (BIG5, "utf-16-le", "utf-16-le"),
        ("这家餐厅的服务态度非常好，菜也很好吃，下次还会再来。", "gb18030", "gb18030"),
        ("この店のサービスはとても良かったです。料理も美味しいので、また来たいと思います。", "cp932", "cp932"),
        ("この店のサービスはとても良かったです。料理も美味しいので、また来たいと思います。", "euc_jp", "euc_jp"),
        ("이 식당의 서비스는 매우 좋았습니다. 음식도 맛있어서 다시 오고 싶습니다.", "cp949", "cp949"),
        ("Größe und Qualität überzeugen nicht. Für die Hände zu groß und äußerst ärgerlich.", "cp1252", "cp1252"),
    ],
)
def test_what_a_file_is_written_in_is_recognised(importer: Importer, words: str, written: str, read: str) -> None:
    lines = "".join(f"{number},2026-03-0{number},{words} {number}\n" for number in (1, 2, 3))
    path = importer.file("said.csv", f"id,date,comment\n{lines}", encoding=written)
    prepared = importer.prepare(path, "voices")
    assert prepared.staged.about["encoding"] == read
    assert [row.cells[2] for row in _rows(prepared.staged)] == [f"{words} {number}" for number in (1, 2, 3)]


def _rows(staged: Staged) -> list[StagedRow]:
    block = staged.block(start=0, count=staged.rows)
    return [block.row(place) for place in range(len(block))]


def test_cells_merged_downwards_are_filled_as_a_person_sees_them(importer: Importer, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["门店周报", None, None], ["门店", "时间", "内容"], ["东店", "2026-03-01", "服务很好"],
                [None, "2026-03-02", "上菜太慢"], [None, None, "味道不错"], ["西店", "2026-03-04", "环境一般"],
                [None, "2026-03-05", "下次再来"]):  # fmt: skip
        sheet.append(row)
    for span in ("A1:C1", "A3:A5", "B4:B5"):
        sheet.merge_cells(span)
    book.save(tmp_path / "周报.xlsx")
    prepared = importer.prepare(tmp_path / "周报.xlsx", "voices")
    assert [row.cells for row in _rows(prepared.staged)] == [
        ["东店", "2026-03-01", "服务很好"],
        ["东店", "2026-03-02", "上菜太慢"],
        ["东店", "2026-03-02", "味道不错"],
        ["西店", "2026-03-04", "环境一般"],
        ["", "2026-03-05", "下次再来"],  # empty, but not merged
    ]
    assert any(warning.startswith("3 cells within ones merged") for warning in prepared.warnings)


def test_structs_of_parquet_are_dotted_columns(importer: Importer, tmp_path: Path) -> None:
    who = pa.array(
        [{"id": "u1", "home": {"city": "Ulm"}}, None, {"id": "u3", "home": None}],
        pa.struct([("id", pa.string()), ("home", pa.struct([("city", pa.string())]))]),
    )
    extra = pa.array([[("a", 1)], None, []], pa.map_(pa.string(), pa.int64()))
    table = pa.table({"comment": ["late", "wet", "lost"], "user": who, "tags": [["x", "y"], None, []], "extra": extra})
    pq.write_table(table, tmp_path / "said.parquet")
    staged = importer.prepare(tmp_path / "said.parquet", "voices").staged
    assert staged.columns == ["comment", "user.id", "user.home.city", "tags", "extra"]
    assert [row.cells for row in _rows(staged)] == [
        ["late", "u1", "Ulm", '["x", "y"]', '{"a": 1}'],
        ["wet", "", "", "", ""],
        ["lost", "u3", "", "[]", "{}"],
    ]


@pytest.mark.parametrize(
    ("here", "given", "hour"),
    [("Asia/Shanghai", None, 2), ("America/New_York", None, 16), ("Europe/Berlin", None, 2),
     ("Europe/Berlin", "America/Chicago", 16)],
)  # fmt: skip
def test_a_time_zone_that_may_be_several_is_told_and_chosen(
    importer: Importer, here: str, given: str | None, hour: int
) -> None:
    importer.workspace.timezone = here
    importer.workspace.save()
    path = importer.file("said.csv", "comment,time\nlate,Thu Mar 05 10:00:00 CST 2026\nwet,2026-03-05 10:00 CST\n")
    field = {"column": "time", "zone": given} if given else "time"
    prepared = importer.prepare(path, "voices", {"fields": {"said_at": field}} if given else None)
    row = importer.load(path, "voices", {"fields": {"said_at": field}} if given else None)
    found = {each.said_at.hour for each in Voice.objects.in_workspace(row.workspace_id)}
    assert (row.rows_good, found) == (2, {hour})
    assert given or any("CST may mean Asia/Shanghai, America/Chicago" in warning for warning in prepared.warnings)


def test_a_time_zone_nobody_knows_is_a_row_to_mend(importer: Importer) -> None:
    lines = "late,Thu Mar 05 10:00:00 XYZ 2026\nwet,Thu Mar 05 10:00:00 HKT 2026\ndry,2026-03-05 10:00\n"
    row = importer.load(importer.file("said.csv", f"comment,time\n{lines}"), "voices")
    assert (row.rows_good, row.rows_bad) == (2, 1)


@pytest.mark.parametrize("spoilt", ["", "4,short\n"])  # read by columns, and row by row
def test_what_keeps_excel_from_reading_a_number_is_no_part_of_an_id(importer: Importer, spoilt: str) -> None:
    """Shop systems write ="007" so that the zeros stay."""
    lines = "".join(f'="00{n}",W{n},w{n}@ex.test,"=""x{n}"""\n' for n in range(3))
    importer.load(importer.file("members.csv", f"user_id,name,email,code\n{lines}{spoilt}"), "customers")
    known = Identifier.objects.in_workspace(importer.workspace.id).filter(kind="user_id").order_by("value")
    assert list(known.values_list("value", flat=True)) == ["000", "001", "002"]
    customers = Customer.objects.in_workspace(importer.workspace.id).order_by("name")
    assert [each.attributes["code"] for each in customers] == ["x0", "x1", "x2"]
