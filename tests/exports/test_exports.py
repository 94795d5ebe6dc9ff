"""Files out: every table in every format, defused, with a link that expires; and back in with the same counts."""

import csv
import hashlib
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pyreadstat
import pytest
from django.test import Client
from django.utils import timezone, translation

from allears.accounts.models import AccessKey, AuditEntry, Workspace
from allears.events.exports import actions, spss, tables, writers
from allears.events.exports.errors import ExportUseError
from allears.events.exports.jobs import write_export
from allears.events.exports.tables import Column, Type
from allears.events.models import Event, Export
from allears.kit.spreadsheets import defused, plain
from allears.listen import ready_made
from allears.listen.definition import as_json
from allears.listen.models import Response, Survey, SurveyVersion, Voice
from tests import builders
from tests.conftest import Person
from tests.imports.conftest import Importer

RISKY = ["=1+1", "+cmd|x", "@SUM(A1)", "-2+3", "\tTab", "＝全角", "-5", "好的"]


def seed(workspace: Workspace, count: int = 7) -> None:
    customer = builders.customer(workspace=workspace, email="w@example.test")
    now = timezone.now()
    for n in range(count):
        Voice.objects.create(
            workspace=workspace, key=f"v{n}", initiator="customer", source_kind="review", channel="web", metric="csat",
            score=n % 5 + 1, text=RISKY[n % len(RISKY)] + f" {n}" * (n % len(RISKY) not in {6}), customer=customer,
            said_at=now - timedelta(days=n), attributes={"city": "Oslo"},
        )  # fmt: skip


def written(workspace: Workspace, table: str, form: str, **filters: Any) -> Path:
    row = actions.ask(
        workspace_id=workspace.pk, table=table, format_name=form, filters=filters, actor_id=None, now=timezone.now()
    )
    write_export(workspace_id=workspace.pk, export_id=row.pk)
    row.refresh_from_db()
    assert (row.state, row.error) == ("done", "")
    return actions.path_of(row=row)


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path, db: None) -> None:
    settings.DATA_DIR = tmp_path / "data"


def test_a_csv_holds_no_formula_and_comes_back_as_it_was(acme: Workspace) -> None:
    seed(acme)
    path = written(acme, "voices", "csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(path.open(encoding="utf-8-sig", newline="")))
    texts = [row["text"] for row in rows]
    assert texts == ["'=1+1 0", "'+cmd|x 1", "'@SUM(A1) 2", "'-2+3 3", "'\tTab 4", "'＝全角 5", "-5"]
    stored = list(Voice.objects.in_workspace(acme.pk).order_by("pk").values_list("text", flat=True))
    assert [plain(text) for text in texts] == stored


@pytest.mark.parametrize("text", ["=1+1", "'=1+1", "''@x", "'", "'-5", "-5", "'it's", "\t=x", "＝全角", "'＋"])
def test_a_text_comes_back_from_csv_as_it_was(text: str) -> None:
    assert plain(defused(text)) == text


def test_excel_takes_no_text_for_a_formula(acme: Workspace) -> None:
    seed(acme)
    sheet = openpyxl.load_workbook(written(acme, "voices", "xlsx")).active
    column = [cell.value for cell in sheet[1]].index("text")
    cells = [row[column] for row in sheet.iter_rows(min_row=2)]
    assert [cell.data_type for cell in cells] == ["s"] * 7
    assert cells[0].value == "=1+1 0"


def test_a_large_table_goes_on_over_the_next_sheet(acme: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    seed(acme)
    monkeypatch.setattr(writers, "SHEET_ROWS", 3)
    monkeypatch.setattr(writers, "BATCH", 2)
    book = openpyxl.load_workbook(written(acme, "voices", "xlsx"))
    assert [sheet.max_row - 1 for sheet in book.worksheets] == [3, 3, 1]


def test_parquet_is_typed_and_labelled(acme: Workspace) -> None:
    seed(acme)
    table = pq.read_table(written(acme, "voices", "parquet"))
    assert (table.num_rows, str(table.schema.field("said_at").type)) == (7, "timestamp[us, tz=UTC]")
    assert sorted(table.column("score").to_pylist()) == [1, 1, 2, 2, 3, 4, 5]
    assert table.schema.field("score").metadata[b"label"] == b"Score"


def test_responses_have_a_column_for_each_question_in_spss(acme: Workspace) -> None:
    definition = as_json(ready_made.NPS.definition)
    survey = Survey.objects.create(workspace=acme, key="s", name="S", family="nps")
    version = SurveyVersion.objects.create(workspace=acme, survey=survey, number=1, definition=definition)
    now, main = timezone.now(), next(each for each in definition["questions"] if each["type"] == "score")
    for n in range(4):
        Response.objects.create(
            workspace=acme, key=f"k{n}", survey_version=version, channel="email", metric=main["metric"], score=5,
            answers={main["name"]: 5 if n else 1}, started_at=now, updated_at=now, completed_at=now,
        )  # fmt: skip
    with translation.override("zh-hans"):
        path = written(acme, "responses", "sav", survey="s")
    frame, meta = pyreadstat.read_sav(str(path))
    name = f"answer_{main['name']}"
    assert list(frame[name]) == [1, 5, 5, 5]
    assert meta.column_names_to_labels[name] == main["text"]["zh"].replace("{company}", "Acme")
    assert meta.variable_measure[name] == "ordinal"
    assert meta.variable_measure["started_at"] == "scale"
    assert meta.variable_value_labels["metric"]["nps"] == "NPS 0–10"
    assert min(meta.variable_value_labels[name]) in {0.0, 1.0}


def test_several_answers_have_a_variable_each_in_spss(acme: Workspace) -> None:
    """Chosen or not, or the rank; of who was not asked neither yes nor no is told."""
    options = [
        {"value": each, "text": {"en": each.title(), "zh": word}} for each, word in (("ink", "墨"), ("pen", "笔"))
    ]
    definition = as_json(ready_made.NPS.definition) | {
        "questions": [
            {"name": "bought", "type": "choices", "text": {"en": "Bought", "zh": "买了"}, "options": options},
            {"name": "liked", "type": "ranking", "text": {"en": "Liked", "zh": "喜欢"}, "options": options},
            {"name": "bye", "type": "note", "text": {"en": "Bye", "zh": "再见"}},
            {"name": "why", "type": "text", "text": {"en": "Why", "zh": "{{customer.city|您}}选了{{answer.bought}}？"}},
        ]
    }
    survey = Survey.objects.create(workspace=acme, key="s", name="S", family="nps")
    version = SurveyVersion.objects.create(workspace=acme, survey=survey, number=1, definition=definition)
    now = timezone.now()
    for n, answers in enumerate(({"bought": ["pen"], "liked": ["pen", "ink"]}, {"bought": ["ink", "pen"]}, {})):
        Response.objects.create(
            workspace=acme, key=f"k{n}", survey_version=version, channel="email", answers=answers, started_at=now,
            updated_at=now, completed_at=now,
        )  # fmt: skip
    with translation.override("zh-hans"):
        frame, meta = pyreadstat.read_sav(str(written(acme, "responses", "sav", survey="s")))
    assert list(frame["answer_bought"]) == ["pen", "ink; pen", ""]
    assert frame[["answer_bought_ink", "answer_bought_pen", "answer_liked_ink", "answer_liked_pen"]].fillna(
        -1
    ).values.tolist() == [[0, 1, 2, 1], [1, 1, -1, -1], [-1, -1, -1, -1]]
    assert meta.column_names_to_labels["answer_bought_ink"] == "买了: 墨"
    assert meta.variable_value_labels["answer_bought_ink"] == {0.0: "否", 1.0: "是"}
    assert meta.variable_measure["answer_liked_pen"] == "ordinal"
    assert "answer.bought.ink" not in written(acme, "responses", "csv", survey="s").read_text()
    assert "answer_bye" not in frame, "a note has nothing to answer"
    assert meta.column_names_to_labels["answer_why"] == "您选了…？"


def test_every_table_leaves_in_every_format(acme: Workspace, elsewhere: Workspace) -> None:
    seed(acme)
    seed(elsewhere, 3)
    Event.objects.create(
        workspace=acme, name="order_placed", type="track", ts=timezone.now(), received_at=timezone.now(),
        message_key="m1", properties={"a": 1},
    )  # fmt: skip
    counts = {"voices": 7, "customers": 1, "events": 1, "cases": 0, "decisions": 0, "responses": 0}
    assert set(tables.table_names()) == set(counts)
    for table, count in counts.items():
        assert pq.read_table(written(acme, table, "parquet")).num_rows == count
        assert len(pyreadstat.read_sav(str(written(acme, table, "sav")))[0]) == count
        assert openpyxl.load_workbook(written(acme, table, "xlsx")).active.max_row == count + 1


def test_filters_narrow_as_on_the_list(acme: Workspace) -> None:
    seed(acme)
    assert actions.selection(workspace_id=acme.pk, table="voices", filters={"feeling": "negative"}).count() == 4
    since = (timezone.now() - timedelta(days=2, hours=1)).isoformat()
    assert actions.selection(workspace_id=acme.pk, table="voices", filters={"since": since}).count() == 3
    for table, form, filters in (("x", "csv", {}), ("voices", "pdf", {}), ("voices", "csv", {"colour": "red"})):
        with pytest.raises(ExportUseError):
            written(acme, table, form, **filters)
    with pytest.raises(ExportUseError, match="no time"):
        written(acme, "voices", "csv", since="yesterday")


def test_an_export_comes_in_elsewhere_with_the_same_counts(
    acme: Workspace, elsewhere: Workspace, tmp_path: Path
) -> None:
    importer = Importer(workspace=acme, folder=tmp_path)
    text = "id,time,email,stars,comment\n" + "".join(
        f"r-{n * 17},2026-03-{n % 28 + 1:02} 10:00,who{n % 7}@example.test,{n % 5 + 1},=Comment number {n} is long\n"
        for n in range(40)
    )
    importer.load(importer.file("r.csv", text), "voices")
    path = written(acme, "voices", "csv")
    there = Importer(workspace=elsewhere, folder=importer.folder)
    back = there.load(path, "voices")
    assert (back.rows_good, back.rows_bad) == (40, 0)

    def facts(workspace: Workspace) -> Any:
        rows = Voice.objects.in_workspace(workspace.pk).order_by("said_at", "text")
        return list(rows.values_list("text", "score", "metric", "said_at", "source_kind"))

    assert facts(elsewhere) == facts(acme)
    assert there.load(path, "voices").rows_repeated == 40


def test_the_link_expires_with_its_file(acme: Workspace, client: Client) -> None:
    seed(acme)
    path, row = written(acme, "voices", "csv"), Export.objects.in_workspace(acme.pk).get()
    answer = client.get(f"/exports/files/{row.token}")
    assert b"".join(answer.streaming_content) == path.read_bytes()
    assert client.get("/exports/files/another").status_code == 404
    assert actions.expire(now=timezone.now() + actions.LIFE) == 1
    assert not path.exists()
    assert client.get(f"/exports/files/{row.token}").status_code == 404


def test_managers_ask_in_the_console_and_it_is_audited(alice: Person) -> None:
    seed(alice.workspace)
    client = Client()
    client.force_login(alice.user)
    answer = client.post("/exports/asked", {"table": "voices", "format": "csv", "feeling": "negative"})
    assert answer.status_code == 302
    row = Export.objects.in_workspace(alice.workspace.pk).get()
    assert (row.filters, row.rows_total) == ({"feeling": "negative"}, 4)
    told = AuditEntry.objects.in_workspace(alice.workspace.pk).filter(verb="events.export.asked").get()
    assert told.detail == {"table": "voices", "format": "csv", "filters": ["feeling"]}
    assert client.get("/exports").status_code == 200
    assert client.post("/exports/asked", {"table": "x"}).status_code == 422


def test_the_api_streams_small_tables_and_writes_large_ones(acme: Workspace) -> None:
    key = "ae_api_export"
    AccessKey.objects.create(
        workspace=acme, name="k", kind="api", prefix=key[:8], key_hash=hashlib.sha256(key.encode()).hexdigest(),
        scopes=["export"],
    )  # fmt: skip
    client = Client(headers={"Authorization": f"Bearer {key}"})

    def api(method: str, path: str, body: Any = None) -> Any:
        return getattr(client, method)(f"/api/v1{path}", body, content_type="application/json")

    seed(acme)
    at_once = api("get", "/tables/voices.csv?feeling=negative")
    rows = list(csv.DictReader(io.StringIO(b"".join(at_once.streaming_content).decode())))
    assert [row["score"] for row in rows] == ["1", "2", "1", "2"]
    asked = api("post", "/exports", {"table": "voices", "format": "parquet"})
    assert (asked.status_code, asked.json()["state"]) == (201, "queued")
    number = asked.json()["id"]
    assert api("get", f"/exports/{number}/file").status_code == 409
    write_export(workspace_id=acme.pk, export_id=number)
    done = api("get", f"/exports/{number}").json()
    assert (done["state"], done["rows_done"]) == ("done", 7)
    assert b"".join(api("get", f"/exports/{number}/file").streaming_content)[:4] == b"PAR1"
    assert api("post", "/exports", {"table": "voices", "format": "pdf"}).status_code == 422


def test_what_no_workbook_holds_is_left_out_of_it_and_headings_are_no_formulas(tmp_path: Path) -> None:
    columns = [Column(name="x", label="=1+1")]
    writers.write_xlsx(tmp_path / "a.xlsx", columns, [[("a\uffffb\x0bc\ufffe",)]], labels=True)
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert sheet is not None
    assert [[(each.value, each.data_type) for each in row] for row in sheet.iter_rows()] == [
        [("=1+1", "s")],
        [("abc", "s")],
    ]
    writers.write_csv(tmp_path / "a.csv", columns, [[("y",)]], labels=True, mark=False)
    assert (tmp_path / "a.csv").read_text() == "'=1+1\ny\n"


def test_long_chinese_labels_are_cut_whole_and_stay_apart_in_spss(tmp_path: Path) -> None:
    long = "您对本次服务的整体满意程度如何，请结合等待时间、服务态度、解决问题的能力和环境等方面综合评价" * 4
    column = Column(name="score", label=long, type=Type.INTEGER, values={1: f"{long}一", 2: f"{long}二", 3: "好"})
    spss.write_sav(tmp_path / "a.sav", [column], [[(1,), (3,)]], labels=True)
    frame, about = pyreadstat.read_sav(tmp_path / "a.sav")
    labels = about.variable_value_labels["score"]
    assert frame["score"].tolist() == [1, 3]
    assert about.column_labels == [long[:85]]
    assert labels == {1: f"{long[:36]}… (1)", 2: f"{long[:36]}… (2)", 3: "好"}
