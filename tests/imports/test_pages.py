"""The page of imports and its REST twin: from the upload to the undo."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import CASCADE
from django.test import Client
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import override

from allears.accounts.actions import make_key
from allears.accounts.models import AccessKey
from allears.events.imports import actions, files, kinds, uploads
from allears.events.models import Import, QuarantinedRow
from allears.jobs.worker import LONG, run_due
from allears.listen.models import Response, Voice
from allears.web.import_words import BESIDES, lost_words
from tests.conftest import Person
from tests.imports.test_running import REVIEWS

BROKEN = "id,date,nps,comment\na7,2026-01-05,9,good\nb9,yesterday,3,bad\nc4,2026-01-07,0,awful\n"


@pytest.fixture
def console(alice: Person, client: Client, settings: Any, tmp_path: Path) -> Client:
    settings.DATA_DIR = tmp_path / "data"
    client.force_login(alice.user)
    return client


def streamed(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode()


@pytest.fixture
def api(alice: Person, settings: Any, tmp_path: Path) -> Iterator[Client]:
    settings.DATA_DIR = tmp_path / "data"
    _key, secret = make_key(
        workspace=alice.workspace, kind=AccessKey.Kind.API, name="test", actor=alice.user, now=timezone.now(),
        scopes=["export"],
    )  # fmt: skip
    return Client(headers={"Authorization": f"Bearer {secret}"})  # type: ignore[return-value]


def file(text: str, name: str = "reviews.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode(), content_type="text/csv")


def work() -> None:
    while run_due(owner="test", queues=[LONG]):
        pass


def the_import(alice: Person) -> Import:
    return Import.objects.in_workspace(alice.workspace.pk).latest("id")


def test_another_sheet_of_a_workbook_is_read_in_place_of_the_one_proposed(
    console: Client, api: Client, alice: Person, workbook: Path
) -> None:
    data = SimpleUploadedFile("评价.xlsx", workbook.read_bytes())
    console.post("/imports/upload", {"file": data, "kind": "customers"})
    row = the_import(alice)
    assert (row.rows_total, row.mapping["columns"]) == (12, ["编号", "时间", "评分", "内容"])
    assert "<option>汇总</option>" in console.get(f"/imports/{row.pk}").content.decode()
    assert console.post(f"/imports/{row.pk}/sheet", {"sheet": "四月"}).status_code == 422
    console.post(f"/imports/{row.pk}/sheet", {"sheet": "汇总"})
    row.refresh_from_db()
    assert (row.rows_total, row.mapping["columns"]) == (2, ["门店", "平均分"])
    back = api.put(f"/api/v1/imports/{row.pk}/sheet", {"name": "三月评价"}, content_type="application/json")
    assert (back.status_code, back.json()["rows_total"]) == (200, 12)
    uploads.choose_sheet(row=the_import(alice), sheet="汇总")
    folder = files.folder_of(row)
    assert (folder / "upload").exists()
    actions.start(row=the_import(alice), actor_id=None, now=timezone.now())
    assert not (folder / "upload").exists()  # other sheets hold people's words too
    late = api.put(f"/api/v1/imports/{row.pk}/sheet", {"name": "三月评价"}, content_type="application/json")
    assert late.status_code == 422


def test_from_upload_to_undo(console: Client, alice: Person) -> None:
    answer = console.post("/imports/upload", {"file": file(REVIEWS), "kind": "voices"})
    row = the_import(alice)
    assert (answer.status_code, answer.headers["Location"], row.rows_total) == (302, f"/imports/{row.pk}", 60)
    page = console.get(f"/imports/{row.pk}").content.decode()
    assert "Comment number 1 is long enough" in page
    assert "CSAT 2" in page
    assert not Voice.objects.in_workspace(alice.workspace.pk).exists()
    console.post(f"/imports/{row.pk}/trial")
    row.refresh_from_db()
    assert (row.mapping["trial"]["good"], row.mapping["trial"]["bad"]) == (60, 0)
    console.post(f"/imports/{row.pk}/run")
    assert "every 1s" in console.get(f"/imports/{row.pk}", headers={"HX-Request": "true"}).content.decode()
    work()
    assert Voice.objects.in_workspace(alice.workspace.pk).count() == 60
    assert "60 voices" in console.get(f"/imports/{row.pk}").content.decode()
    console.post(f"/imports/{row.pk}/undoing")
    work()
    assert not Voice.objects.in_workspace(alice.workspace.pk).exists()
    assert "reviews.csv" in console.get("/imports").content.decode()
    assert console.get("/listen/imports").headers["Location"] == "/imports"


def test_the_mapping_is_changed_on_the_page(console: Client, alice: Person) -> None:
    console.post("/imports/upload", {"file": file(REVIEWS), "kind": "voices"})
    row = the_import(alice)
    form = {"column.text": "comment", "column.said_at": "time", "column.score": "stars", "metric.score": "csat"}
    answer = console.post(f"/imports/{row.pk}/mapping", {**form, "rest": "drop", "value.source_kind": "review"})
    assert answer.status_code == 302
    row.refresh_from_db()
    assert set(row.mapping["fields"]) == {"text", "said_at", "score", "source_kind", "language"}
    assert (row.mapping["rest"], row.mapping["origin"], row.mapping["open_cases"]) == ("drop", "page", False)
    wrong = console.post(f"/imports/{row.pk}/mapping", {**form, "timezone": "Mars"})
    assert (wrong.status_code, "Asia/Shanghai" in wrong.content.decode()) == (422, True)
    console.post(f"/imports/{row.pk}/run")
    work()
    voice = Voice.objects.in_workspace(alice.workspace.pk).earliest("id")
    assert (voice.customer_id, voice.touchpoint_id, voice.attributes) == (None, None, {})


def test_what_cannot_be_read_is_told_on_the_page(console: Client, alice: Person) -> None:
    console.post("/imports/upload", {"file": file("%PDF-1.4 no table"), "kind": "voices"})
    page = console.get(f"/imports/{the_import(alice).pk}").content.decode()
    assert "This is a PDF" in page
    assert console.post("/imports/upload", {"kind": "voices"}).status_code == 422


def test_broken_rows_are_downloaded_mended_and_sent_again(console: Client, alice: Person) -> None:
    console.post("/imports/upload", {"file": file(BROKEN), "kind": "responses"})
    row = the_import(alice)
    console.post(f"/imports/{row.pk}/run")
    work()
    answer = console.get(f"/imports/{row.pk}/quarantine.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="reviews-quarantine.csv"'
    table = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert table.splitlines()[0] == "__row,__field,__reason,__as_it_was,id,date,nps,comment"
    mended = console.post(f"/imports/{row.pk}/mended", {"file": file(table.replace("yesterday", "2026-01-06"))})
    assert mended.headers["Location"] == f"/imports/{the_import(alice).pk}"
    work()
    assert sorted(Response.objects.in_workspace(alice.workspace.pk).values_list("score", flat=True)) == [0, 3, 9]
    assert not QuarantinedRow.objects.in_workspace(alice.workspace.pk).filter(resolved_at__isnull=True).exists()


def test_an_agent_may_not_and_an_outsider_finds_nothing(
    console: Client, alice: Person, bob: Person, charlie: Person
) -> None:
    console.post("/imports/upload", {"file": file(REVIEWS), "kind": "voices"})
    row = the_import(alice)
    console.force_login(bob.user)
    assert console.get("/imports").status_code == 403
    console.force_login(charlie.user)
    assert console.get(f"/imports/{row.pk}").status_code == 404
    assert console.post(f"/imports/{row.pk}/run").status_code == 404


def test_rest_sends_runs_mends_and_undoes(api: Client, alice: Person) -> None:
    made = api.post("/api/v1/imports", {"file": file(BROKEN), "kind": "responses", "start": "true"})
    assert (made.status_code, made.json()["state"]) == (201, "running")
    number = made.json()["id"]
    work()
    found = api.get(f"/api/v1/imports/{number}").json()
    assert (found["state"], found["rows"], found["good"], found["bad"]) == ("done", 3, 2, 1)
    assert found["mapping"]["fields"]["score"]["metric"] == "nps"
    table = b"".join(api.get(f"/api/v1/imports/{number}/quarantine.csv").streaming_content)  # type: ignore[attr-defined]
    mended = io.BytesIO(table.replace(b"yesterday", b"2026-01-06"))
    mended.name = "mended.csv"
    assert api.post(f"/api/v1/imports/{number}/mended", {"file": mended}).status_code == 201
    work()
    assert api.get("/api/v1/imports?count=true").json()["count"] == 2
    assert api.get(f"/api/v1/imports/{number}/undoing").json()["losses"]["responses"] == 2
    assert api.post(f"/api/v1/imports/{number}/undoing").json()["state"] == "undone"
    work()
    assert Response.objects.in_workspace(alice.workspace.pk).count() == 1


def test_rest_looks_first_and_changes_the_mapping(api: Client, alice: Person) -> None:
    made = api.post("/api/v1/imports", {"file": file(REVIEWS), "kind": "voices"}).json()
    assert (made["state"], made["rows_total"]) == ("uploaded", 60)
    changed = api.patch(
        f"/api/v1/imports/{made['id']}", json.dumps({"fields": {"touchpoint": None}}), content_type="application/json"
    ).json()
    assert "touchpoint" not in changed["mapping"]["fields"]
    assert api.post(f"/api/v1/imports/{made['id']}/trial").json()["trial"]["good"] == 60
    wrong = api.patch(
        f"/api/v1/imports/{made['id']}", json.dumps({"fields": {"text": "nope"}}), content_type="application/json"
    )
    assert (wrong.status_code, wrong.json()["errors"]) == (422, [{"pointer": "fields/text"}])
    assert api.post("/api/v1/imports", {"file": file(REVIEWS), "kind": "poems"}).status_code == 422


def test_reasons_are_said_in_the_language_of_the_reader(console: Client, api: Client, alice: Person) -> None:
    """Whoever brought the file, on the page, in the table and by the API."""
    console.post("/imports/upload", {"file": file(BROKEN), "kind": "responses"})
    row = the_import(alice)
    console.post(f"/imports/{row.pk}/trial")
    assert "“yesterday” is no time" in console.get(f"/imports/{row.pk}").content.decode()
    console.cookies["allears_language"] = "zh-hans"
    assert "“yesterday”读不出时间" in console.get(f"/imports/{row.pk}").content.decode()
    console.post(f"/imports/{row.pk}/run")
    work()
    page, table = f"/imports/{row.pk}", f"/imports/{row.pk}/quarantine.csv"
    assert "“yesterday”读不出时间" in console.get(page).content.decode()
    assert "“yesterday”读不出时间" in streamed(console.get(table))
    listed = api.get("/api/v1/quarantine", headers={"Accept-Language": "zh-CN"}).json()["items"]
    assert listed[0]["reason"].startswith("“yesterday”读不出时间")
    console.cookies["allears_language"] = "en"
    assert "“yesterday” is no time" in console.get(page).content.decode()
    assert "“yesterday” is no time" in streamed(console.get(table))
    assert "“yesterday” is no time" in api.get("/api/v1/quarantine").json()["items"][0]["reason"]


def test_reasons_that_were_kept_in_words_are_shown_as_they_stand(console: Client, alice: Person) -> None:
    console.post("/imports/upload", {"file": file(BROKEN), "kind": "responses"})
    row = the_import(alice)
    console.post(f"/imports/{row.pk}/run")
    work()
    for words in ("100% of “%(text)s” are wrong", '{"code": "unheard of"}', '{"code": "'):
        QuarantinedRow.objects.in_workspace(alice.workspace.pk).update(reason=words)
        assert escape(words) in console.get(f"/imports/{row.pk}").content.decode()


def test_whatever_an_undo_takes_away_has_words_in_both_languages() -> None:
    relations = {
        relation
        for kind in kinds.kind_names()
        for rows in kinds.kind_named(kind).rows(0, 0).values()
        for relation in rows.model._meta.related_objects
        if relation.on_delete is CASCADE and relation.related_model not in (Voice, Response)
    }
    names = {str(relation.related_model._meta.verbose_name_plural) for relation in relations}
    assert names - set(BESIDES) == set()
    assert lost_words({"voices": 1, "places in themes": 2}) == "1 voice, places in themes: 2"
    with override("zh-hans"):
        assert lost_words({"voices": 1, "places in themes": 2}) == "1 条心声、主题归属：2"
        assert [name for name in BESIDES if str(BESIDES[name]).isascii()] == []
