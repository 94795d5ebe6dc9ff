"""Imports keep their promises: nothing twice, nothing lost, broken rows kept with their reason, mended and undone."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from allears.customers.models import ConsentRecord, Customer, Identifier
from allears.events.consumer.decode import Call
from allears.events.consumer.store import Memories, store_calls
from allears.events.imports import actions, quarantine, queries, running, undoing
from allears.events.imports.errors import ImportUseError
from allears.events.imports.history import former_key
from allears.events.imports.jobs import undo_import
from allears.events.imports.reasons import in_words
from allears.events.keys import message_key
from allears.events.models import Event, Import, QuarantinedRow
from allears.jobs.models import Job
from allears.journeys.models import Touchpoint
from allears.listen.models import Response, Voice
from tests import builders
from tests.imports.conftest import FILE_TIME, Importer

REVIEWS = "id,time,email,store,stars,comment\n" + "".join(
    f"r-{n * 17},2026-03-{n % 28 + 1:02} 10:0{n % 10},who{n % 7}@example.test,{('East', 'West')[n % 2]},{n % 5 + 1},"
    f"Comment number {n} is long enough\n"
    for n in range(60)
)


def counts(row: Import) -> tuple[int, int, int, int]:
    return row.rows_read, row.rows_good, row.rows_repeated, row.rows_bad


def voices(importer: Importer) -> Any:
    return Voice.objects.in_workspace(importer.workspace.pk)


def test_rows_link_to_customers_and_touchpoints(importer: Importer) -> None:
    row = importer.load(importer.file("reviews.csv", REVIEWS), "voices")
    assert counts(row) == (60, 60, 0, 0)
    assert Customer.objects.in_workspace(importer.workspace.pk).count() == 7
    assert sorted(Touchpoint.objects.in_workspace(importer.workspace.pk).values_list("key", flat=True)) == [
        "east",
        "west",
    ]
    voice = voices(importer).get(text="Comment number 8 is long enough")
    assert (voice.metric, voice.score, voice.touchpoint.name) == ("csat", 4, "East")
    assert voice.customer.identifiers.get().value == "who1@example.test"
    assert voice.said_at == datetime(2026, 3, 9, 10, 8, tzinfo=UTC)
    assert not Job.objects.filter(task__contains="respond").exists()


def test_a_grown_file_adds_only_what_is_new(importer: Importer) -> None:
    importer.load(importer.file("march.csv", REVIEWS), "voices")
    grown = importer.load(
        importer.file("april.csv", REVIEWS + "r-9999,2026-04-01 09:00,new@example.test,East,5,Fresh\n"), "voices"
    )
    assert counts(grown) == (61, 1, 60, 0)
    assert voices(importer).count() == 61


def test_equal_rows_of_one_file_both_count_and_once_only(importer: Importer) -> None:
    text = "comment,label\n" + "很好，喜欢,1\n" * 3 + "太差了，失望,0\n" * 2 + "还可以吧,1\n"
    path = importer.file("bare.csv", text)
    assert counts(importer.load(path, "voices")) == (6, 6, 0, 0)
    assert counts(importer.load(path, "voices")) == (6, 0, 6, 0)
    other = importer.file("other.csv", "comment,label\n" + "味道不错,1\n" + "很好，喜欢,1\n" * 2)
    assert counts(importer.load(other, "voices")) == (3, 3, 0, 0)
    assert voices(importer).count() == 9


def test_a_zero_byte_is_dropped_and_the_rest_kept(importer: Importer) -> None:
    row = importer.load(importer.file("nul.csv", "id,comment\n7,very\0 good\n9,fine enough\n"), "voices")
    assert counts(row) == (2, 2, 0, 0)
    assert sorted(voices(importer).values_list("text", flat=True)) == ["fine enough", "very good"]


def test_a_huge_cell_breaks_its_row_alone(importer: Importer) -> None:
    huge = "long " * 400_000
    path = importer.file("huge.csv", f"comment,stars\nfine enough food,4\n{huge},1\n{'word ' * 20_000},2\n")
    row = importer.load(path, "voices")
    assert counts(row) == (3, 2, 0, 1)
    assert "more than the" in in_words(QuarantinedRow.objects.in_workspace(importer.workspace.pk).get().reason)


def test_quoted_newlines_stay_in_the_text(importer: Importer) -> None:
    path = importer.file("lines.csv", 'comment,stars\n"first line\nsecond line, still",4\n"a ""quoted"" word",2\n')
    importer.load(path, "voices")
    assert sorted(voices(importer).values_list("text", flat=True)) == [
        'a "quoted" word',
        "first line\nsecond line, still",
    ]


def test_chinese_spreadsheet_export_with_words_for_scores(importer: Importer) -> None:
    words = ("非常满意", "满意", "一般", "不满意")
    text = "客户编号;评价时间;满意度;评价内容\r\n" + "".join(
        f"K{n:03};2026年{n % 12 + 1}月{n % 28 + 1}日 {n % 24:02}:05;{words[n % 4]};第{n}条，服务还可以\r\n"
        for n in range(40)
    )
    row = importer.load(importer.file("评价.csv", text, encoding="gb18030"), "responses", {"timezone": "Asia/Shanghai"})
    assert counts(row) == (40, 40, 0, 0)
    responses = Response.objects.in_workspace(importer.workspace.pk)
    assert [responses.filter(score=score).count() for score in (5, 4, 3, 2)] == [10, 10, 10, 10]
    assert responses.get(customer__identifiers__value="K000").started_at == datetime(2025, 12, 31, 16, 5, tzinfo=UTC)


def test_rows_without_a_time_take_the_file_s_and_say_so(importer: Importer) -> None:
    prepared = importer.prepare(importer.file("x.csv", "comment,stars\nfine enough,4\nreally bad,1\n"), "voices")
    assert any("file’s date" in warning for warning in prepared.warnings)
    importer.load(importer.file("x.csv", "comment,stars\nfine enough,4\nreally bad,1\n"), "voices")
    voice = voices(importer).get(score=4)
    assert (voice.said_at, voice.attributes["time"]) == (FILE_TIME, "of the file")


def test_day_or_month_first_is_decided_by_the_column(importer: Importer) -> None:
    path = importer.file(
        "d.csv", "comment,date\n" + "".join(f"text number {n} here,{n:02}/02/2026\n" for n in range(1, 28))
    )
    importer.load(path, "voices")
    assert {each.month for each in voices(importer).values_list("said_at", flat=True)} == {2}
    bad = importer.load(
        importer.file("e.csv", "comment,date\none here,25/02/2026\ntwo here,03/25/2026\nthree,26/02/2026\n"), "voices"
    )
    assert counts(bad) == (3, 2, 0, 1)


def broken_file(importer: Importer) -> Path:
    return importer.file(
        "broken.csv",
        "id,date,score,comment\na1,2026-01-05,9,good\na2,yesterday,3,bad\na3,2026-01-07,11,odd\na4,2026-01-08\na5,2026-01-09,0,awful\n",
    )


def test_broken_rows_wait_with_reason_and_way_out(importer: Importer) -> None:
    row = importer.load(broken_file(importer), "responses", {"fields": {"score": {"column": "score", "metric": "nps"}}})
    assert counts(row) == (5, 2, 0, 3)
    waiting = {
        each.row_number: (each.field, in_words(each.reason)) for each in queries.open_rows(importer.workspace.pk)
    }
    assert set(waiting) == {2, 3, 4}
    assert waiting[2][0] == "date"
    assert "2026-11-21 10:05" in waiting[2][1]
    assert waiting[3] == ("score", "11 lies outside the scale from 0 to 10. Mend the value or the scale.")
    assert "has 2 cells" in waiting[4][1]


def test_mended_rows_go_in_and_close_what_waited(importer: Importer) -> None:
    given = {"fields": {"score": {"column": "score", "metric": "nps"}}}
    row = importer.load(broken_file(importer), "responses", given)
    table = list(csv.DictReader(io.StringIO("".join(quarantine.export(row)).lstrip("\ufeff"))))
    assert [each["__row"] for each in table] == ["2", "3", "4"]
    assert table[2]["__as_it_was"] == "a4,2026-01-08"
    table[0]["date"], table[1]["score"] = "2026-01-06", "10"
    out = io.StringIO()
    writer = csv.DictWriter(out, table[0].keys())
    writer.writeheader()
    writer.writerows(table)
    path = importer.file("mended.csv", out.getvalue())
    now = timezone.now()
    mended = quarantine.resend(row=row, workspace=importer.workspace, path=path, actor_id=None, now=now)
    assert counts(mended) == (3, 2, 0, 1)
    assert not queries.open_rows(importer.workspace.pk, import_id=row.pk).exists()
    assert queries.open_rows(importer.workspace.pk).count() == 1
    scores = Response.objects.in_workspace(importer.workspace.pk).values_list("score", flat=True)
    assert sorted(scores) == [0, 3, 9, 10]
    again = quarantine.resend(row=row, workspace=importer.workspace, path=path, actor_id=None, now=now)
    assert counts(again) == (3, 0, 2, 1)
    assert queries.open_rows(importer.workspace.pk).count() == 1


def test_a_dry_run_judges_all_and_writes_nothing(importer: Importer) -> None:
    given = {"fields": {"score": {"column": "score", "metric": "nps"}}}
    trial = actions.attempt(prepared=importer.prepare(broken_file(importer), "responses", given), now=timezone.now())
    assert (trial.rows, trial.good, trial.repeated, trial.bad) == (5, 2, 0, 3)
    assert sum(count for _field, _reason, count in trial.reasons) == 3
    for model in (Response, Voice, Customer, Touchpoint, QuarantinedRow, Import):
        assert not model.objects.in_workspace(importer.workspace.pk).exists()


def test_undo_takes_away_what_came_and_nothing_else(importer: Importer) -> None:
    kept = builders.customer(workspace=importer.workspace, email="who1@example.test")
    Identifier.objects.create(workspace=importer.workspace, kind="email", value="who1@example.test", customer=kept)
    first = importer.load(importer.file("a.csv", REVIEWS), "voices")
    second = importer.load(
        importer.file("b.csv", "time,email,stars,comment\n2026-05-01,who2@example.test,2,Stays here\n"), "voices"
    )
    assert undoing.losses(first) == {"voices": 60, "customers": 5, "touchpoints": 2}
    undoing.ask_undo(row=first, actor_id=None, now=timezone.now())
    undo_import(workspace_id=importer.workspace.pk, import_id=first.pk)
    assert list(voices(importer).values_list("import_id", flat=True)) == [second.pk]
    left = Identifier.objects.in_workspace(importer.workspace.pk).values_list("value", flat=True)
    assert sorted(left) == ["who1@example.test", "who2@example.test"]
    assert not Touchpoint.objects.in_workspace(importer.workspace.pk).exists()
    assert counts(importer.load(importer.file("a.csv", REVIEWS), "voices"))[1] == 60


def test_undo_reaches_the_lake(importer: Importer, settings: Any) -> None:
    from allears.jobs.flusher import flush_all
    from allears.jobs.hot import snapshot
    from allears.lake.engine import DuckDBEngine, DuckDBLimits

    settings.LAKE_ROOT = str(importer.folder / "lake")
    first = importer.load(importer.file("a.csv", REVIEWS), "responses")
    importer.load(importer.file("b.csv", REVIEWS.replace("r-", "q-").replace("2026-03", "2026-02")), "responses")

    engine = DuckDBEngine(DuckDBLimits(temp_directory=str(importer.folder / "spill")))

    def seen() -> int:
        found = snapshot(tables=["responses"], workspace_id=importer.workspace.pk).slices["responses"]
        with engine.session() as session:
            return int(session.run(session.table(found).aggregate(n=session.table(found).count()))["n"][0].as_py())

    assert flush_all(owner="test", now=timezone.now()) > 0
    assert seen() == 120
    undoing.ask_undo(row=first, actor_id=None, now=timezone.now())
    undo_import(workspace_id=importer.workspace.pk, import_id=first.pk)
    assert seen() == 60


def test_cases_open_only_when_asked(importer: Importer) -> None:
    importer.load(importer.file("a.csv", REVIEWS), "voices")
    quiet = Job.objects.count()
    importer.load(
        importer.file("b.csv", REVIEWS.replace("r-", "q-").replace("Comment", "Remark")), "voices", {"open_cases": True}
    )
    told = Job.objects.filter(task__contains="respond").count()
    assert (quiet, told) == (0, 60)


def test_customers_with_traits_and_consent(importer: Importer) -> None:
    text = (
        "customer id,email,name,tier,newsletter,city\nK1,a@example.test,Ann,gold,yes,Rome\n"
        "K2,b@example.test,Bo,basic,no,Oslo\nK3,not an address,Cy,gold,yes,Bonn\n"
    )
    path = importer.file("crm.csv", text)
    assert counts(importer.load(path, "customers")) == (3, 3, 0, 0)
    ann = Customer.objects.in_workspace(importer.workspace.pk).get(name="Ann")
    assert (ann.email, ann.segment, ann.attributes) == ("a@example.test", "gold", {"city": "Rome"})
    consents = ConsentRecord.objects.in_workspace(importer.workspace.pk).order_by("customer_id")
    assert list(consents.values_list("channel", "purpose", "granted")) == [
        ("email", "*", True),
        ("email", "*", False),
        ("email", "*", True),
    ]
    assert counts(importer.load(path, "customers")) == (3, 0, 3, 0)
    changed = importer.load(importer.file("crm2.csv", text.replace("Oslo", "Bergen")), "customers")
    assert counts(changed) == (3, 1, 2, 0)


def test_events_are_known_by_their_own_id(importer: Importer) -> None:
    path = importer.file(
        "events.csv",
        "event_id,event_name,user_id,event_time,amount\n"
        + "".join(f"m-{n * 31},order_placed,u{n % 3},17670{n:05},{n}\n" for n in range(30)),
    )
    assert counts(importer.load(path, "events")) == (30, 30, 0, 0)
    event = Event.objects.in_workspace(importer.workspace.pk).get(message_key=message_key("m-31"))
    assert (event.name, event.properties, event.type) == ("order_placed", {"amount": "1"}, "track")
    assert event.context == {"import": Import.objects.in_workspace(importer.workspace.pk).get().pk}


ORDERS = "event_id,event_name,user_id,event_time,amount\n" + "".join(
    f"m-{n * 31},order_placed,u{n % 3},2026-05-01 10:{n:02}:00,{n}\n" for n in range(30)
)


def test_the_same_event_by_the_door_and_by_file_counts_once(importer: Importer) -> None:
    now = datetime(2026, 5, 2, tzinfo=UTC)
    calls = [
        Call(importer.workspace.pk, "track", "order_placed", now, now, message_key(f"m-{n * 31}"), f"u{n}", "{}", "{}")
        for n in (0, 4, 90)
    ]
    with transaction.atomic():
        assert len(store_calls(calls, now=now, memories=Memories())) == 3
    assert counts(importer.load(importer.file("events.csv", ORDERS), "events")) == (30, 28, 2, 0)
    again = Call(importer.workspace.pk, "track", "order_placed", now, now, message_key("m-62"), "u2", "{}", "{}")
    with transaction.atomic():
        assert store_calls([again], now=now, memories=Memories()) == []
    assert Event.objects.in_workspace(importer.workspace.pk).count() == 31


def test_events_that_earlier_versions_brought_in_are_known_again(importer: Importer) -> None:
    first = importer.load(importer.file("events.csv", ORDERS), "events")
    for event in Event.objects.in_workspace(importer.workspace.pk):
        number = int(event.properties.get("amount", 0)) * 31
        Event.objects.in_workspace(importer.workspace.pk).filter(pk=event.pk).update(
            message_key=former_key(f"m-{number}")
        )
    del first.mapping["keyed"]
    first.save(update_fields=["mapping"])
    grown = ORDERS + "m-9999,order_placed,u1,2026-05-01 11:00:00,31\n"
    assert counts(importer.load(importer.file("grown.csv", grown), "events")) == (31, 1, 30, 0)


def test_people_who_turn_out_to_be_one_between_two_chunks_stay_one(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("allears.events.imports.running.CHUNK_ROWS", 2)
    rows = ["m1,a,,ann@x.org", "m2,a,u1,", "m3,a,u1,ann@x.org", "m4,a,,ann@x.org", "m5,a,u1,", "m6,a,u2,"]
    text = "event_id,event_name,user_id,email\n" + "\n".join(rows) + "\n"
    fields = {"id": "event_id", "event_name": "event_name", "user_id": "user_id", "email": "email"}
    row = importer.load(importer.file("events.csv", text), "events", {"fields": fields})
    assert counts(row) == (6, 6, 0, 0)
    events = Event.objects.in_workspace(importer.workspace.pk).order_by("id")
    owners = [event.customer.merged_into_id or event.customer_id for event in events]
    assert len(set(owners[:5])) == 1
    assert owners[5] not in owners[:5]


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"fields": {"text": "nope"}}, "fields.text", "Its columns are: id, time, email"),
        ({"fields": {"tekst": "comment"}}, "fields.tekst", "Its fields are: text"),
        ({"fields": {"score": {"column": "stars", "metric": "stars"}}}, "fields.score.metric", "csat"),
        ({"fields": {"score": {"column": "stars", "metric": "csat", "scale": 5}}}, "fields.score.scale", "1, 5"),
        ({"fields": {"text": None, "score": None}}, "text", "--map FILE"),
        ({"timezone": "Mars/Olympus"}, "timezone", "Asia/Shanghai"),
        ({"kind": "events"}, "kind", "Change one"),
        ({"colour": 1}, "map", "knows no “colour”"),
        ({"rest": "everything"}, "rest", "attributes"),
    ],
)
def test_a_wrong_mapping_names_the_field_and_the_way_out(
    importer: Importer, given: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(ImportUseError) as caught:
        importer.prepare(importer.file("a.csv", REVIEWS), "voices", given)
    assert (caught.value.field, words in str(caught.value)) == (field, True)
    assert not list((importer.folder / "data" / "imports").glob("*"))


def test_a_mapping_that_a_person_gave_is_used_again(importer: Importer) -> None:
    given = {"fields": {"score": {"column": "stars", "metric": "csat"}, "touchpoint": None}, "rest": "drop"}
    importer.load(importer.file("a.csv", REVIEWS), "voices", given)
    prepared = importer.prepare(importer.file("b.csv", REVIEWS.replace("r-", "q-")), "voices")
    assert ("touchpoint" in prepared.mapping.fields, prepared.mapping.rest, prepared.mapping.origin) == (
        False,
        "drop",
        "saved",
    )


def test_a_run_that_lost_its_place_stops(importer: Importer) -> None:
    prepared = importer.prepare(importer.file("a.csv", REVIEWS), "voices")
    row = actions.register(prepared=prepared, actor_id=None, now=timezone.now())
    Import.objects.in_workspace(importer.workspace.pk).filter(pk=row.pk).update(rows_read=60)
    with pytest.raises(running.ImportTakenOverError):
        running.run(row, now=timezone.now)
    assert not voices(importer).exists()


@pytest.mark.slow
def test_kill_9_goes_on_where_it_was(tmp_path: Path) -> None:
    rows = 60_000
    lines = "".join(f"{n * 3 + 10**9},2026-01-{n % 28 + 1:02},{n % 11},comment number {n}\n" for n in range(rows))
    (tmp_path / "big.csv").write_text("response id,date,nps,comment\n" + lines)
    env = {**os.environ, "ALLEARS_DATA": str(tmp_path / "data"), "DATABASE_URL": ""}
    base = [sys.executable, "-m", "allears.cli"]
    subprocess.run([*base, "init", "--data", env["ALLEARS_DATA"]], env=env, check=True, capture_output=True)
    command = [*base, "import", str(tmp_path / "big.csv"), "--as", "responses", "--json"]
    database, kills = Path(env["ALLEARS_DATA"]) / "allears.sqlite3", 0
    for _attempt in range(2):
        process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        before = _responses(database)
        while process.poll() is None and _responses(database) == before:
            time.sleep(0.05)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            kills += 1
        process.wait()
    assert kills == 2
    done = subprocess.run(command, env=env, check=False, capture_output=True, text=True)
    result = json.loads(done.stdout)
    assert (done.returncode, result["rows"], result["good"], result["repeated"]) == (0, rows, rows, 0)
    assert _responses(database) == rows


def _responses(database: Path) -> int:
    import sqlite3

    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        return int(connection.execute("SELECT count(*) FROM listen_response").fetchone()[0])
