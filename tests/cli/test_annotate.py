"""`allears annotate` gives back every row with what its words say, in the form it came in, and learns a column."""

import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.understand.text.speech import FewWords, comments
from typer.testing import CliRunner

from allears.cli.main import app
from allears.understand.text import builtin
from allears.understand.text.annotating import OWN

HEAD = ["id", "comment", "topic", "stars"]


@pytest.fixture(autouse=True)
def _few_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builtin, "annotator", FewWords)


@pytest.fixture
def feedback(tmp_path: Path) -> Path:
    path = tmp_path / "feedback.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEAD)
        for place, (text, topic, polarity) in enumerate(comments(360)):
            writer.writerow([place, text, topic, "5" if polarity == "1" else "1"])
        writer.writerow([360, "", "app", ""])
    return path


def run(*arguments: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["annotate", *map(str, arguments)])
    return done.exit_code, done.stdout, done.stderr


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_every_row_comes_back_with_its_annotation(feedback: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    code, _, _ = run(feedback, "--text", "comment", "-o", out)
    given, found = rows(feedback), rows(out)
    assert code == 0
    assert list(found[0]) == [*HEAD, *OWN]
    assert [{name: row[name] for name in HEAD} for row in found] == given
    joyful = next(row for row in found if "a joy" in row["comment"] and "parcel" in row["comment"])
    assert (joyful["sentiment"], joyful["sentiment_score"], joyful["topics"]) == ("positive", "0.5", "delivery#1")
    assert (joyful["model"], joyful["language"], joyful["urgency"]) == ("few-words-1", "en", "0")
    assert found[-1]["sentiment"] == ""  # nothing said, nothing claimed
    assert list(tmp_path.glob(".*.part")) == []


READERS: dict[str, Callable[[Path], list[dict[str, Any]]]] = {
    ".jsonl": lambda path: [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()],
    ".parquet": lambda path: list(pq.read_table(path).to_pylist()),
    ".xlsx": lambda path: _sheet(path),
    ".tsv": lambda path: list(csv.DictReader(path.open(encoding="utf-8"), delimiter="\t")),
}


def _sheet(path: Path) -> list[dict[str, Any]]:
    head, *body = openpyxl.load_workbook(path).active.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in body]


@pytest.mark.parametrize("suffix", READERS)
def test_the_ending_says_the_format_and_each_reads_the_other(feedback: Path, tmp_path: Path, suffix: str) -> None:
    there, back = tmp_path / f"there{suffix}", tmp_path / "back.csv"
    assert run(feedback, "--text", "comment", "-o", there)[0] == 0
    found = READERS[suffix](there)
    assert [row["comment"] or "" for row in found] == [row["comment"] for row in rows(feedback)]
    assert {str(row["sentiment"] or "") for row in found} == {"positive", "negative", "neutral", ""}
    assert run(there, "--text", "comment", "-o", back)[0] == 0
    assert list(rows(back)[0]) == [*HEAD, *OWN, *(f"allears_{name}" for name in OWN)]


TYPED = {"id": 7, "spent": 2.5, "vip": True, "tags": ["a"], "comment": "late and rude", "none": None}


def test_cells_of_json_lines_stay_what_they_are(tmp_path: Path) -> None:
    path, out = tmp_path / "in.jsonl", tmp_path / "out"
    path.write_text(json.dumps(TYPED) + "\n", encoding="utf-8")
    assert run(path, "--text", "comment", "-o", out.with_suffix(".jsonl"))[0] == 0
    (found,) = READERS[".jsonl"](out.with_suffix(".jsonl"))
    assert {name: found[name] for name in TYPED} == TYPED
    assert run(path, "--text", "comment", "-o", out.with_suffix(".parquet"))[0] == 0
    (found,) = READERS[".parquet"](out.with_suffix(".parquet"))
    assert {name: found[name] for name in TYPED} == {**TYPED, "tags": '["a"]'}
    assert run(path, "--text", "comment", "-o", out.with_suffix(".csv"))[0] == 0
    assert rows(out.with_suffix(".csv"))[0]["vip"] == "true"


def test_parquet_keeps_its_own_types(tmp_path: Path) -> None:
    path, out = tmp_path / "in.parquet", tmp_path / "out"
    at = datetime(2026, 3, 1, 10, tzinfo=UTC)
    schema = pa.schema(
        {"n": pa.int16(), "at": pa.timestamp("ms", tz="UTC"), "day": pa.date32(), "comment": pa.string()}
    )
    pq.write_table(pa.table([[5], [at], [at.date()], ["late and rude"]], schema=schema), path)
    assert run(path, "--text", "comment", "-o", out.with_suffix(".parquet"))[0] == 0
    kept = pq.read_table(out.with_suffix(".parquet"))
    assert [kept.schema.field(name).type for name in schema.names] == list(schema.types)
    assert kept.select(schema.names).to_pylist() == [{"n": 5, "at": at, "day": at.date(), "comment": "late and rude"}]
    assert run(path, "--text", "comment", "-o", out.with_suffix(".jsonl"))[0] == 0
    (found,) = READERS[".jsonl"](out.with_suffix(".jsonl"))
    assert (found["n"], found["at"], found["day"]) == (5, "2026-03-01T10:00:00+00:00", "2026-03-01")
    assert run(path, "--text", "comment", "-o", out.with_suffix(".xlsx"))[0] == 0
    (found,) = READERS[".xlsx"](out.with_suffix(".xlsx"))
    assert (found["n"], found["at"]) == (5, at.replace(tzinfo=None))


def test_chinese_in_its_own_encoding(tmp_path: Path) -> None:
    path, out = tmp_path / "gb.csv", tmp_path / "out.csv"
    path.write_text("编号,内容\n1,服务很好，下次还来\n2,质量差\n", encoding="gb18030")
    assert run(path, "--text", "内容", "-o", out, "--language", "zh")[0] == 0
    found = [(row["内容"], row["sentiment"]) for row in rows(out)]
    assert found == [("服务很好，下次还来", "positive"), ("质量差", "negative")]


def test_a_row_that_cannot_be_read_loses_no_other(tmp_path: Path) -> None:
    path, out = tmp_path / "bad.csv", tmp_path / "out.csv"
    body = "".join(f'{place},"café {place}, great"\n' for place in range(30))
    path.write_bytes(b"id,comment\n" + body.encode() + b"31,a,b,c\n32,\xff\xfe broken\n33,a mess\n")
    code, said, _ = run(path, "--text", "comment", "-o", out, "--json")
    document = json.loads(said)
    assert code == 1
    assert (document["rows"], document["unread"]) == (31, 2)
    assert [row["id"] for row in rows(out)] == [*map(str, range(30)), "33"]
    unread = rows(Path(document["unread_file"]))
    assert [row["row"] for row in unread] == ["31", "32"]
    assert "cells" in unread[0]["reason"]


def test_a_column_is_learnt_judged_and_given(feedback: Path, tmp_path: Path) -> None:
    out, kept = tmp_path / "out.csv", tmp_path / "kept"
    asked = (feedback, "--text", "comment", "--train-column", "topic", "-o", out, "--holdout", "0.25", "--save", kept)
    code, said, _ = run(*asked, "--json")
    document = json.loads(said)
    learnt = document["learnt"]
    found = rows(out)
    held = [row for row in found if row["split"] == "holdout"]
    assert code == 0
    assert len(held) == learnt["n"] == 90
    assert [row["split"] for row in found].count("train") == learnt["trained_on"] == 270
    right = sum(row["topic"] == row["topic_predicted"] for row in held) / len(held)
    assert right == pytest.approx(learnt["accuracy"])
    assert right > 0.9
    assert (found[-1]["split"], found[-1]["topic_predicted"]) == ("", "")
    again = tmp_path / "again.csv"
    assert document["saved"] == {"folder": str(kept), "rows": 360}  # what judged the report is learnt from at last
    assert json.loads((kept / "model.json").read_text())["about"]["rows"] == 360
    assert run(feedback, "--text", "comment", "--model", kept, "-o", again)[0] == 0
    assert [row["topic_predicted"] for row in rows(again)] == [row["topic_predicted"] for row in found]


def test_scores_beside_comments_adapt_the_sentiment(feedback: Path, tmp_path: Path) -> None:
    out, plain = tmp_path / "out.csv", tmp_path / "plain.csv"
    code, said, _ = run(feedback, "--text", "comment", "--score-column", "stars", "-o", out)
    assert code == 0
    assert "it is better than what is in use" in said
    run(feedback, "--text", "comment", "-o", plain)

    def right(path: Path) -> int:
        named = {"5": "positive", "1": "negative", "": ""}
        return sum(row["sentiment"] == named[row["stars"]] for row in rows(path))

    assert right(plain) < 300 < right(out)
    assert {row["model"] for row in rows(out)} - {""} != {"few-words-1"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--text", "words", "-o", "out.csv"), "There is no column “words”. The file has: id, comment, topic, stars."),
        (("--text", "comment"), "Name the file to write with -o"),
        (("--text", "comment", "-o", "out.docx"), "its ending names no format"),
        (("--text", "comment", "-o", "feedback.csv"), "The output is the input file"),
        (("--text", "comment", "-o", "no/where/out.csv"), "There is no folder"),
        (("--text", "comment", "-o", "out.csv", "--language", "fr"), "take zh or en"),
        (("--text", "comment", "-o", "out.csv", "--model", "nothing"), "model: There is no model in nothing"),
        (("--text", "comment", "--train-column", "id"), "Take a column of classes"),
        (("--text", "comment", "--score-column", "topic"), "score-column: The score column holds no scores"),
        (("--text", "topic", "--score-column", "comment"), "score-column: "),
    ],
)
def test_wrong_use_says_what_to_do_and_writes_nothing(
    feedback: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(feedback.parent)
    code, _, heard = run("feedback.csv", *arguments)
    assert code == 2
    assert said in heard
    assert [path.name for path in feedback.parent.iterdir()] == ["feedback.csv"]
