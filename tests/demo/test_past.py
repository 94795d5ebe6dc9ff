"""The written past: it agrees with the truth, replays, and is written once."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import Any
from unittest import mock

import pytest
from django.db import transaction

from allears.accounts.models import Workspace
from allears.cli.demo import company, seeding
from allears.customers.models import ClientAccount
from allears.customers.rights import sweeping
from allears.events.exports import actions as exports
from allears.events.models import Event, Export, Import, QuarantinedRow, SavedMapping
from allears.jobs.models import Job
from allears.journeys.models import Touchpoint
from allears.listen.models import Invitation, Probe, Response, Turn, Voice
from allears.listen.studies.models import Study
from allears.listen.studies.report import wave_report
from allears.outreach.actions import replay
from allears.outreach.models import Decision, Message
from allears.outreach.recomputing import recompute
from allears.respond.models import Case
from allears.respond.queries import unanswered_voices
from allears.understand.metrics import Question
from allears.understand.service import Service

pytestmark = pytest.mark.django_db  # so that the test database is made when only this file runs
NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
SMALL = seeding.Scale(seed=7, customers=90, days=182)


@pytest.fixture(scope="module")
def told(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Any]]:
    """truth.json of a small company, written once for all tests here and undone after them."""
    folder = tmp_path_factory.mktemp("demo")
    inside = mock.patch.object(sweeping, "sweep")  # rewriting the database's files cannot be done in a transaction
    with django_db_blocker.unblock(), inside, transaction.atomic():
        seeding.seed(scale=SMALL, now=NOW, folder=folder, tell=lambda what, share: None)
        report: dict[str, Any] = json.loads((folder / "truth.json").read_text())
        yield report
        transaction.set_rollback(True)


def workspace_id() -> int:
    return Workspace.objects.get(slug=company.SLUG).pk


def rows(model: Any) -> Any:
    return model.objects.in_workspace(workspace_id())


def test_what_is_stored_counts_exactly_what_is_true(told: dict[str, Any]) -> None:
    assert rows(Event).exclude(name="order_shipped").count() == sum(
        each["all"]["n"] for each in told["everybody"].values()
    )
    for key, wanted in told["probes"].items():
        probe = rows(Probe).get(key=key)
        answers = rows(Response).filter(invitation__probe=probe)
        scores = Counter(str(each) for each in answers.values_list("score", flat=True))
        assert scores == wanted["scores"]
        assert rows(Invitation).filter(probe=probe).count() == wanted["sent"]
        assert rows(Decision).filter(probe_key=key).count() == sum(wanted["rules"].values())
    assert rows(Case).exclude(origin__source_kind="regulator").count() == told["cases"]
    assert rows(Turn).count() == 7
    assert rows(Case).get(origin__source_kind="regulator").answer_by is not None


def test_nobody_is_unheard_and_nothing_waits_to_be_done_again(told: dict[str, Any]) -> None:
    assert unanswered_voices(workspace_id(), before=NOW).count() == 0
    waiting = set(Job.objects.values_list("task", flat=True))  # the worker begins with themes: of all, of low scores
    themes = "allears.understand.themes.jobs"
    assert {f"{themes}.run"} <= waiting <= {f"{themes}.run", f"{themes}.select"}
    assert not rows(Message).exclude(state=Message.State.SENT).exists()
    assert rows(Case).filter(state=Case.State.CLOSED).count() > 0.6 * told["cases"]
    assert not rows(Case).filter(state=Case.State.CLOSED, cause__isnull=True).exists()


def test_verdicts_replay_from_their_facts(told: dict[str, Any]) -> None:
    for decision in rows(Decision).order_by("?")[:60]:
        again = replay(decision=decision)
        assert (again.name, again.rule, again.until) == (decision.verdict, decision.rule, decision.held_until)


def test_of_asks_decided_in_one_moment_each_saw_those_before_it(told: dict[str, Any]) -> None:
    """Best first, numbered in that order, so that each is recomputed from what had happened then."""
    found = rows(Decision).filter(customer__isnull=False).order_by("customer_id", "at", "id")
    moments = [list(group) for _, group in groupby(found, key=lambda each: (each.customer_id, each.at))]
    together = [group for group in moments if len(group) > 1]
    assert together
    for group in together:
        bids = [each.bid or 0.0 for each in group if each.purpose == "survey"]
        assert bids == sorted(bids, reverse=True)
        assert all(recompute(decision=each).agrees for each in group)


def test_the_scores_of_the_console_recover_the_truth(told: dict[str, Any]) -> None:
    """Counts exactly; the interval of those asked covers the NPS of all who would answer at that touchpoint."""
    for touchpoint, probe in (("delivery", "delivered"), ("store", "store-visit")):
        answered = told["probes"][probe]["nps"]
        found = Service().report(Question(workspace_id=workspace_id(), metric="nps", touchpoint=touchpoint)).whole
        assert (found.score.n, found.score.estimate) == (answered["n"], pytest.approx(answered["nps"], abs=1e-3))
        truth = told["everybody"][touchpoint]["would_answer"]["nps"]
        assert found.score.low is not None
        assert found.score.high is not None
        assert found.score.low <= truth <= found.score.high


def test_voices_carry_where_they_came_from(told: dict[str, Any]) -> None:
    answer = rows(Voice).filter(source_kind="survey", response__invitation__probe__isnull=False).first()
    assert answer.attributes["probe"] == answer.response.invitation.probe.key
    assert rows(Voice).filter(source_kind="complaint").count() == told["letters"].get("complaint", 0)


def test_files_came_and_left(told: dict[str, Any]) -> None:
    assert list(rows(Import).values_list("kind", "state", "rows_good", "rows_bad")) == [("accounts", "done", 2, 1)]
    assert rows(QuarantinedRow).filter(resolved_at__isnull=True).count() == 1
    assert list(rows(SavedMapping).values_list("name", flat=True)) == ["Companies from the CRM"]
    export = rows(Export).get()
    assert (export.state, export.rows_done, exports.path_of(row=export).exists()) == ("done", export.rows_total, True)
    assert rows(ClientAccount).filter(name__in=("Studio Weide", "Books & Tea"), contacts__isnull=False).count() == 2


def test_the_trade_study_has_two_waves_over_and_one_open_and_claims_what_it_can(told: dict[str, Any]) -> None:
    study = rows(Study).get()
    assert [wave.closed_at is not None for wave in study.waves.order_by("number")] == [True, True, False]
    lines = {line.segment: line for line in wave_report(study=study, now=NOW).lines}
    changes = [cell.change.claim for cell in lines["studio"].cells[1:] if cell.change]
    assert changes == ["higher", "none"], "their satisfaction rose by 32 points, then by 2"
    assert [cell.drawn - cell.refused for cell in lines["*"].cells] == [180, 180, 180]
    assert rows(Decision).filter(probe_key=study.probe_key, verdict="sent").count() == 540


def test_public_reviews_are_public_and_nobodys(told: dict[str, Any]) -> None:
    reviews = rows(Voice).filter(source_kind="review")
    assert reviews.count() == 98
    assert reviews.filter(repeats__isnull=False).count() == 1
    assert not reviews.filter(public=False).exists()
    assert not reviews.filter(customer__isnull=False).exists()
    assert set(told["everybody"]) | {"cafe"} <= {each.key for each in rows(Touchpoint)}
