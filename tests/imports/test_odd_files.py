"""Files as people really have them: slips of the pen, half characters, wrapped answers, numbers that are none."""

import csv
import json
from contextlib import suppress

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from allears.customers.models import Customer, Identifier
from allears.events.imports.errors import ImportUseError
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
    assert list(phones) == ["13800138001", "+8613800138002", "8613800138003"]
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
