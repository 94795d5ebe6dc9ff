"""The analytics process answers over its socket, says what is wrong in words, and never silently."""

import threading
from dataclasses import replace
from datetime import date

import pytest
from tests.support.processes import free_port

from allears.lake.sql import QueryRefusedError
from allears.science.estimate import AskCounts
from allears.science.scores import nps, response_rate
from allears.understand import pool
from allears.understand.metrics import Question
from allears.understand.queries import Cut, Report
from allears.understand.service import SqlAnswer, SqlQuestion

QUESTION = Question(workspace_id=3, metric="nps", by=("channel", "week"), since=date(2026, 1, 1), segment="")


class Service:
    """Answers at once, so that only the wire is tested."""

    def report(self, question: Question) -> Report:
        if question.channel == "broken":
            raise RuntimeError("boom")
        cut = Cut(key=("email", "2026-01-05"), score=nps(5, 3, 2), response=response_rate(AskCounts(9, 8, 7, 6, 5)))
        empty = replace(cut, key=(), score=nps(0, 0, 0), verdict="same", adjusted_p=0.4, difference=-3.5)
        return Report(question=question, whole=empty, weeks=(cut,), cuts=(cut, cut), known={"channel": ("", "email")})

    def sql(self, question: SqlQuestion) -> SqlAnswer:
        if "DROP" in question.query:
            raise QueryRefusedError("Only one SELECT")
        return SqlAnswer(columns=("n", "day"), rows=((1, "2026-01-01"), (None, "x")))


@pytest.fixture(params=["socket", "tcp"])
def running(request, settings, tmp_path, monkeypatch):
    settings.RUN_DIR = tmp_path
    settings.ANALYTICS_ADDRESS = f"127.0.0.1:{free_port()}" if request.param == "tcp" else ""
    for name in ("report", "sql"):
        monkeypatch.setitem(pool.CALLS, name, replace(pool.CALLS[name], run=getattr(Service, name)))
    monkeypatch.setattr(pool, "close_old_connections", lambda: None)
    server = pool.listen(Service())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_report_crosses_the_wire_unchanged(running):
    assert pool.ask_report(QUESTION) == Service().report(QUESTION)
    assert pool.ask_sql(SqlQuestion(workspace_id=3, query="SELECT 1")).rows == ((1, "2026-01-01"), (None, "x"))


def test_what_cannot_be_answered_is_said(running):
    with pytest.raises(pool.AnalyticsError, match="Only one SELECT"):
        pool.ask_sql(SqlQuestion(workspace_id=3, query="DROP TABLE x"))
    with pytest.raises(pool.AnalyticsError, match="RuntimeError"):
        pool.ask_report(replace(QUESTION, channel="broken"))
    assert pool.ask_report(QUESTION).whole.score == nps(0, 0, 0)  # and the process goes on


def test_an_absent_process_is_named_with_the_way_out(settings, tmp_path):
    settings.RUN_DIR, settings.ANALYTICS_ADDRESS = tmp_path, ""
    with pytest.raises(pool.AnalyticsAwayError, match="allears serve --role analytics"):
        pool.ask_report(QUESTION)


def test_a_slow_answer_is_given_up_with_words(running, monkeypatch):
    release = threading.Event()
    slow = replace(pool.CALLS["report"], run=lambda *_: release.wait(5))
    monkeypatch.setitem(pool.CALLS, "report", slow)
    with pytest.raises(pool.AnalyticsError, match="took longer than"):
        pool.ask_report(QUESTION, timeout=0.05)
    release.set()
