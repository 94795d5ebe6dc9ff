"""Scores by any cut give what counting the rows by hand gives, hot, flushed, changed, and in one workspace only."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.understand.builders import NOON, invitation, response

from allears.jobs import flusher
from allears.lake.engine import DuckDBLimits, connect
from allears.listen.models import Response
from allears.science.scores import csat, nps
from allears.understand.cubes import CubeStore
from allears.understand.metrics import Question
from allears.understand.queries import Report, report

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def root(tmp_path, settings):
    settings.LAKE_ROOT = str(tmp_path / "lake")


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    engine = connect("duckdb", limits=DuckDBLimits(temp_directory=str(tmp_path_factory.mktemp("spill")), threads=1))
    yield engine
    engine.close()


@pytest.fixture
def store(engine) -> CubeStore:
    return CubeStore(lambda: engine)


@pytest.fixture
def ask(store, acme):
    def ask(**changes) -> Report:
        question = Question(workspace_id=acme.pk, metric="nps", **changes)
        cubes = store.cubes(workspace_id=acme.pk, metric=question.metric, zone=question.zone)
        return report(question, cubes)

    return ask


def flush() -> None:
    flusher.flush_all(owner="me", now=NOON + timedelta(days=400))


def counts(rows: list[Response]) -> dict[str, int]:
    return {
        "promoters": sum(row.score >= 9 for row in rows),
        "passives": sum(row.score in (7, 8) for row in rows),
        "detractors": sum(row.score <= 6 for row in rows),
    }


@pytest.fixture
def answers(acme) -> list[Response]:
    """60 answers over ten weeks, three touchpoints (one unknown), two channels, three segments (one unknown)."""
    dice = random.Random(1)
    return [
        response(
            workspace=acme,
            score=dice.randint(0, 10),
            at=NOON - timedelta(hours=dice.randint(0, 24 * 70)),
            touchpoint=dice.choice(["delivery", "hotline", None]),
            channel=dice.choice(["email", "wechat"]),
            segment=dice.choice(["gold", "new", ""]),
        )
        for _ in range(60)
    ]


def monday(moment: datetime) -> str:
    return (moment.date() - timedelta(days=moment.weekday())).isoformat()


KEYS = {
    "touchpoint": lambda row: row.touchpoint.key if row.touchpoint else "",
    "channel": lambda row: row.channel,
    "segment": lambda row: row.segment,
    "week": lambda row: monday(row.started_at),
}


@pytest.mark.parametrize("flushed", [0, 30])
@pytest.mark.parametrize("by", [("touchpoint",), ("channel", "week"), tuple(KEYS)])
def test_every_cut_counts_what_its_rows_say(ask, answers, acme, flushed, by):
    if flushed:
        old = [row.pk for row in answers[flushed:]]
        Response.objects.in_workspace(acme.pk).filter(pk__in=old).update(flush_id=999)
        flush()
        Response.objects.in_workspace(acme.pk).filter(pk__in=old).update(flush_id=None)
    found = ask(by=by)
    expected: dict[tuple, list[Response]] = {}
    for row in answers:
        expected.setdefault(tuple(KEYS[name](row) for name in by), []).append(row)
    assert {cut.key: cut.score.counts for cut in found.cuts} == {k: counts(rows) for k, rows in expected.items()}
    assert found.whole.score == nps(**counts(answers))
    assert sum(week.score.n for week in found.weeks) == 60


def test_filters_and_days_of_the_workspaces_own_clock(ask, acme):
    late = datetime(2026, 11, 15, 17, tzinfo=UTC)  # Sunday in UTC, Monday 01:00 in Shanghai
    response(workspace=acme, score=9, at=late, channel="sms")
    response(workspace=acme, score=2, at=late - timedelta(days=1))
    assert [w.key for w in ask().weeks] == [("2026-11-09",)]
    assert [w.key for w in ask(zone="Asia/Shanghai").weeks] == [("2026-11-09",), ("2026-11-16",)]
    assert ask(since=date(2026, 11, 15)).whole.score.n == 1
    assert ask(until=date(2026, 11, 14)).whole.score.n == 1
    assert ask(since=date(2026, 11, 16), zone="Asia/Shanghai").whole.score.n == 1
    assert ask(channel="sms").whole.score.estimate == 100
    assert ask(touchpoint="nowhere").whole.score.reason == "no answers"


def test_csat_counts_the_top_two_boxes_and_ces_the_mean(store, acme):
    for score in (5, 4, 3):
        response(workspace=acme, score=score, metric="csat")
        response(workspace=acme, score=score, metric="ces")
    question = Question(workspace_id=acme.pk, metric="csat")
    cubes = store.cubes(workspace_id=acme.pk, metric="csat", zone="UTC")
    assert report(question, cubes).whole.score == csat(2, 3)
    cubes = store.cubes(workspace_id=acme.pk, metric="ces", zone="UTC")
    assert report(replace(question, metric="ces"), cubes).whole.score.estimate == 4


def test_an_answer_that_changes_after_it_was_flushed_counts_once(ask, acme):
    row = response(workspace=acme, score=3)
    response(workspace=acme, score=10)
    flush()
    assert ask().whole.score.estimate == 0
    row.score = 9
    row.heat().save()
    assert ask().whole.score.counts == {"promoters": 2, "passives": 0, "detractors": 0}
    flush()
    assert ask().whole.score.counts == {"promoters": 2, "passives": 0, "detractors": 0}


def test_response_rates_follow_the_same_cuts(ask, acme):
    for stage in ("made", "sent", "opened", "started", "completed", "completed"):
        invitation(workspace=acme, stage=stage, channel="email")
    invitation(workspace=acme, stage="sent", channel="sms")
    invitation(workspace=acme, stage="completed", channel="sms", family="csat")
    response(workspace=acme, score=9)
    found = ask(by=("channel",))
    assert {cut.key: (cut.response.counts, cut.response.n) for cut in found.cuts} == {
        ("email",): ({"yes": 2, "no": 4}, 6),
        ("sms",): ({"yes": 0, "no": 1}, 1),
    }
    assert found.whole.response.estimate == 2 / 7
    assert found.cuts[1].score.reason == "no answers"


def test_cuts_are_called_different_only_when_they_are(ask, acme):
    for i in range(60):
        response(workspace=acme, score=10, channel="store")
        response(workspace=acme, score=[2, 9, 7, 10][i % 4], channel="web")
        response(workspace=acme, score=[2, 9, 7, 10][i % 4], channel="app")
    response(workspace=acme, score=9, channel="sms")
    found = {cut.key[0]: cut for cut in ask(by=("channel",)).cuts}
    assert {key: cut.verdict for key, cut in found.items()} == {
        "store": "different",
        "web": "different",
        "app": "different",
        "sms": "unknown",
    }
    assert found["store"].difference > 0 > found["web"].difference
    assert found["sms"].score.warnings == ("low_base",)


def test_another_workspaces_answers_never_count(ask, acme, elsewhere):
    response(workspace=elsewhere, score=9, channel="theirs")
    invitation(workspace=elsewhere)
    flush()
    found = ask(by=("channel",))
    assert (found.whole.score.n, found.whole.response.n, found.cuts) == (0, 0, ())
    assert found.known == {"touchpoint": (), "channel": (), "segment": ()}
