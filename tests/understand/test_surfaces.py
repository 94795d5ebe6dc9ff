"""The same figures on the page, in the API, in the CSV and on the command line."""

import csv
import html
import io
import json
import os
import re
from datetime import timedelta

import duckdb
import pytest
from django.test import Client
from django.utils import timezone
from tests.conftest import Person
from tests.listen import surveys
from tests.understand.builders import invitation, response, voice
from typer.testing import CliRunner

from allears.accounts.actions import make_key
from allears.accounts.models import AccessKey
from allears.cli.main import app
from allears.jobs.flusher import flush_all
from allears.listen.models import OUTSIDE
from allears.listen.results import results
from allears.respond.models import Case
from allears.understand import rollups

pytestmark = pytest.mark.django_db
FIXED = ["metric", "estimate", "low", "high", "level", "n", "method", "counts", "warnings"]
NPS = "100.0 * (count(*) FILTER (score >= 9) - count(*) FILTER (score <= 6)) / count(*)"
COUNTED = "metric = 'nps' AND coalesce(counted, true)"  # as docs/lake.md says


@pytest.fixture
def filled(acme, elsewhere, in_process):
    """40 answers in the shop (all promoters), 40 at delivery (half detractors), 2 by an unknown segment; 60 asked."""
    now = timezone.now() - timedelta(days=2)
    for i in range(40):
        response(workspace=acme, score=10, at=now, touchpoint="shop", segment="gold")
        response(workspace=acme, score=9 if i % 2 else 2, at=now, segment="gold")
    for score in (1, 2):
        response(workspace=acme, score=score, at=now - timedelta(days=8), touchpoint="late")
    for i in range(20):
        invitation(workspace=acme, at=now, stage="completed" if i < 5 else "sent")
    response(workspace=elsewhere, score=0, at=now)
    return acme


def console(person: Person) -> Client:
    client = Client()
    client.force_login(person.user)
    return client


def figures(person: Person, path: str) -> str:
    """What the page's frame asks for when it is there."""
    return console(person).get(path, headers={"HX-Request": "true"}).content.decode()


def machine(workspace) -> Client:
    now, may = timezone.now(), [AccessKey.Scope.EXPORT]
    _, key = make_key(workspace=workspace, kind=AccessKey.Kind.API, name="test", actor=None, now=now, scopes=may)
    return Client(headers={"Authorization": f"Bearer {key}"})


def test_the_page_says_score_interval_base_and_what_differs(filled, alice):
    page = figures(alice, "/understand")
    assert "2 cuts differ from all the others" in page
    assert page.count('class="low-base"') == 1
    assert "n = 82" in page
    assert "25% of those asked answered" in page
    assert 'href="/understand/voices?metric=nps&amp;since=90d&amp;touchpoint=shop"' in page
    narrowed = figures(alice, "/understand?by=channel")
    assert "no difference can be claimed" in narrowed


def test_the_frame_comes_before_anything_is_counted_and_keeps_what_was_chosen(acme, alice, settings, tmp_path):
    settings.RUN_DIR = tmp_path  # nobody counts here
    page = console(alice).get("/understand?metric=csat&segment=gold").content.decode()
    assert 'hx-get="/understand?metric=csat&amp;segment=gold"' in page
    assert '<option value="csat" selected>' in page
    assert '<option value="gold" selected>gold</option>' in page
    assert "allears serve" not in page
    assert "allears serve" in console(alice).get("/understand?at_once=1").content.decode()


def test_home_says_its_period_and_leads_to_the_same_figure(filled, alice):
    home = figures(alice, "/home/score")
    assert "Last 26 weeks" in home
    link = re.search(r'href="(/understand\?metric=nps&amp;since=[^"]+)"', home)
    assert link
    page = figures(alice, html.unescape(link[1]))
    assert '<option value="182d" selected>Last 182 days</option>' in page
    shown = re.search(r'figure-value">([^<]+)<', home)
    assert shown
    assert f'figure-value">{shown[1]}<' in page


def test_an_empty_workspace_is_told_what_will_be_here(acme, alice, in_process):
    page = figures(alice, "/understand")
    assert "No scores in this view yet" in page


def test_a_question_that_makes_no_sense_is_told(filled, alice):
    page = figures(alice, "/understand?metric=smiles")
    assert "“smiles” is no score; there are nps, csat, ces." in page
    assert "is no day" in figures(alice, "/understand?since=soon")


def test_without_the_analytics_process_the_page_says_so_and_what_to_do(acme, alice, settings, tmp_path):
    settings.RUN_DIR = tmp_path
    assert "allears serve --role analytics" in figures(alice, "/understand")
    assert "allears serve --role analytics" in console(alice).get("/home/score").content.decode()
    assert console(alice).get("/understand/scores.csv").status_code == 503
    assert machine(acme).get("/api/v1/scores").status_code == 503


def test_a_cell_opens_to_its_voices(filled, alice):
    at = timezone.now() - timedelta(days=2)
    voice(workspace=filled, text="Parcel on the roof", metric="nps", score=2, channel="email", at=at)
    voice(workspace=filled, text="Lovely call", metric="nps", score=10, channel="phone", at=at)
    voice(workspace=filled, text="Long ago", metric="nps", score=2, channel="email", at=at - timedelta(days=400))
    page = console(alice).get("/understand/voices?metric=nps&since=90d&channel=email").content.decode()
    assert "Parcel on the roof" in page
    assert "Lovely call" not in page
    assert "Long ago" not in page


def test_csv_api_and_command_give_one_answer(filled, alice, monkeypatch):
    answer = machine(filled).get("/api/v1/scores?by=touchpoint").json()
    assert (answer["n"], answer["estimate"]) == (82, pytest.approx(100 * (60 - 22) / 82))
    assert [(g["by"], g["key"], g["n"], g["different"]) for g in answer["groups"]] == [
        ("touchpoint", "delivery", 40, True),
        ("touchpoint", "shop", 40, True),
        ("touchpoint", "late", 2, None),
    ]
    assert answer["groups"][2]["warnings"] == ["low_base"]
    assert (answer["response_rate"]["n"], answer["response_rate"]["estimate"]) == (20, 0.25)
    assert [week["n"] for week in answer["weeks"]] == [2, 80]

    text = console(alice).get("/understand/scores.csv?by=touchpoint").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["touchpoint"], int(row["n"])) for row in rows] == [
        ("all", 82),
        ("delivery", 40),
        ("shop", 40),
        ("late", 2),
    ]
    assert float(rows[1]["low"]) == answer["groups"][0]["low"]


def test_the_command_prints_exactly_the_fixed_shape(filled, tmp_path, monkeypatch):
    monkeypatch.setattr("allears.cli.commands.score.set_up", lambda _: None)
    wanted = ["score", "nps", "--by", "touchpoint,segment", "--workspace", "acme", "--data", str(tmp_path)]
    ran = CliRunner().invoke(app, [*wanted, "--json"], env=dict(os.environ))
    assert ran.exit_code == 0, ran.output
    found = json.loads(ran.stdout)
    assert list(found) == [*FIXED, "groups"]
    assert found["counts"] == {"promoters": 60, "passives": 0, "detractors": 22}
    assert [list(group) for group in found["groups"]] == [["by", "key", *FIXED]] * 3
    assert found["groups"][2]["key"] == "late,"
    table = CliRunner().invoke(app, wanted)
    assert "+46.3" in table.stdout


@pytest.mark.parametrize("wrong", [["smiles"], ["nps", "--by", "colour"], ["nps", "--workspace", "nowhere"]])
def test_wrong_use_of_the_command_is_two(filled, tmp_path, monkeypatch, wrong):
    monkeypatch.setattr("allears.cli.commands.score.set_up", lambda _: None)
    ran = CliRunner().invoke(app, ["score", *wrong, "--data", str(tmp_path)])
    assert ran.exit_code == 2


def test_sql_reads_fresh_rows_and_refuses_the_rest(filled, tmp_path, monkeypatch):
    monkeypatch.setattr("allears.cli.commands.score.set_up", lambda _: None)
    given = ["--workspace", "acme", "--data", str(tmp_path)]
    query = "SELECT touchpoint_key, count(*) AS n FROM responses GROUP BY ALL ORDER BY n, 1"
    assert CliRunner().invoke(app, ["lake", "sql", query, *given]).stdout.split() == [
        "touchpoint_key,n",
        "late,2",
        "delivery,40",
        "shop,40",
    ]
    ran = CliRunner().invoke(app, ["lake", "sql", "DELETE FROM responses", *given])
    assert (ran.exit_code, ran.stdout) == (2, "")
    for locale, one_select, unknown in (
        ("C", "Only one SELECT statement", "DuckDB cannot run this query; nothing was changed. It says: Catalog Error"),
        (
            "zh_CN.UTF-8",
            "这里一次只运行一条 SELECT 语句",
            "DuckDB 无法运行这条查询；没有改动任何内容。原因：Catalog Error",
        ),
    ):
        monkeypatch.setenv("LC_ALL", locale)
        for wrong, said in (("DROP TABLE responses", one_select), ("SELECT * FROM nowhere", unknown)):
            assert CliRunner().invoke(app, ["lake", "sql", wrong, *given]).stderr.startswith(said)


def test_home_shows_success_the_score_and_what_burns(filled, alice):
    filled.success_statement = "Every parcel where it should be, when it should be."
    filled.save()
    now = timezone.now()
    voice(workspace=filled, text="Nobody answers me", source_kind="complaint", at=now - timedelta(hours=2))
    Case.objects.create(
        workspace=filled,
        number=7,
        token="t",
        subject="Parcel lost",
        owner=alice.membership,
        first_owner=alice.membership,
        opened_at=now - timedelta(hours=3),
        clock_started_at=now - timedelta(hours=3),
        first_reply_due_at=now - timedelta(hours=1),
        resolve_due_at=now - timedelta(minutes=5),
    )
    page = console(alice).get("/").content.decode()
    for words in ("Every parcel where", "1 voice was heard.", "Cases: 1 opened, 0 closed.", "1 case is past", "#7"):
        assert words in page
    score = console(alice).get("/home/score").content.decode()
    assert "differ from all the other touchpoints" in score
    assert "n = 82" in score


def test_what_burns_shows_the_promise_it_is_ordered_by(acme, alice):
    """A reply two hours late is late, though the matter may be settled until tomorrow."""
    now = timezone.now()
    Case.objects.create(
        workspace=acme,
        number=8,
        token="t",
        subject="Unanswered",
        owner=alice.membership,
        first_owner=alice.membership,
        opened_at=now - timedelta(hours=3),
        clock_started_at=now - timedelta(hours=3),
        unanswered_since=now - timedelta(hours=3),
        first_reply_due_at=now - timedelta(hours=2),
        reply_due_at=now - timedelta(hours=2),
        resolve_due_at=now + timedelta(days=1),
    )
    page = console(alice).get("/").content.decode()
    assert "2 hours ago" in page.replace("\xa0", " ")
    assert page.count("mark-late") == 1


def test_an_agent_sees_no_figures_and_an_outsider_only_their_own(filled, bob, charlie):
    assert console(bob).get("/understand").status_code == 403
    assert console(bob).get("/understand/voices").status_code == 403
    answer = machine(charlie.workspace).get("/api/v1/scores?by=touchpoint").json()
    assert (answer["n"], answer["counts"]["detractors"]) == (1, 1)
    assert [group["key"] for group in answer["groups"]] == ["delivery"]


def test_who_was_not_meant_or_over_quota_is_in_no_figure_anywhere(acme, alice, in_process, tmp_path, monkeypatch):
    """The survey's own results, page, API, command, SQL, an export and plain DuckDB over the files say one thing."""
    monkeypatch.setattr("allears.cli.commands.score.set_up", lambda _: None)
    now, given = timezone.now() - timedelta(days=2), ["--workspace", "acme", "--data", str(tmp_path)]
    survey = surveys.made(acme, surveys.definition(surveys.NPS))
    for score, outcome in {10: "", 9: "", 3: "", 8: "partial", 0: "screened", 1: "over_quota"}.items():
        told = {"outcome": outcome, "answers": {"nps": score}, "survey_version": survey.versions.get()}
        response(workspace=acme, score=score, at=now, completed_at=None if outcome == "partial" else now, **told)
    truth = results(survey=survey).questions[0].score
    assert truth
    assert (truth.n, truth.counts) == (4, {"promoters": 2, "passives": 1, "detractors": 1})

    def shown() -> None:
        answer = machine(acme).get("/api/v1/scores?by=touchpoint").json()
        assert (answer["n"], answer["estimate"], answer["low"], answer["high"]) == (
            truth.n, truth.estimate, truth.low, truth.high,
        )  # fmt: skip
        assert [group["n"] for group in answer["groups"]] == [4]
        assert "n = 4" in figures(alice, "/understand")
        ran = CliRunner().invoke(app, ["score", "nps", "--json", *given])
        assert json.loads(ran.stdout)["counts"] == truth.counts
        ran = CliRunner().invoke(app, ["lake", "sql", f"SELECT {NPS} AS nps FROM responses WHERE {COUNTED}", *given])
        assert ran.stdout.split() == ["nps", str(truth.estimate)]

    shown()
    flush_all(owner="me", now=timezone.now())
    shown()
    rollups.maintain(engine=in_process.engine, owner="me", now=timezone.now())
    shown()
    files = list((tmp_path / "lake" / "responses").rglob("*.parquet"))
    plain = duckdb.sql(f"SELECT {NPS} FROM read_parquet({[str(each) for each in files]}) WHERE {COUNTED}").fetchone()
    assert plain == (truth.estimate,)
    sent = b"".join(machine(acme).get("/api/v1/tables/responses.csv").streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(sent)))
    kept = [int(row["score"]) for row in rows if row["outcome"] not in OUTSIDE]
    assert sorted(kept) == [3, 8, 9, 10]
