"""What the analyst sees of the lake is what is on the disk, and only of his workspace."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.conftest import Person
from tests.understand.builders import invitation, response

from allears.accounts.actions import make_key
from allears.accounts.models import AccessKey
from allears.jobs import flusher
from allears.jobs.models import LakeRollup
from allears.lake.tables import TABLES
from allears.understand import rollups

pytestmark = pytest.mark.django_db


@pytest.fixture
def filled(acme, elsewhere, in_process):
    """Three answers in files, one waiting, one of another workspace; roll-ups built."""
    now = timezone.now()
    for score in (3, 9, 10):
        response(workspace=acme, score=score, at=now - timedelta(days=2))
    response(workspace=elsewhere, score=1, at=now - timedelta(days=2))
    flusher.flush_all(owner="me", now=now)
    rollups.maintain(engine=in_process.engine, owner="me", now=now)
    response(workspace=acme, score=4, at=now)
    return in_process


def console(person: Person) -> Client:
    client = Client()
    client.force_login(person.user)
    return client


@pytest.fixture
def ask(acme):
    _, key = make_key(workspace=acme, kind=AccessKey.Kind.API, name="bi", actor=None, now=timezone.now())

    def ask() -> dict:
        answer = Client().get("/api/v1/lake", headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == 200, answer.content
        return answer.json()

    return ask


def test_the_api_tells_rows_files_freshness_and_roll_ups(filled, ask, acme):
    found = ask()
    tables = {each["name"]: each for each in found["tables"]}
    mine = tables["responses"]
    assert (mine["rows"], mine["files"], mine["waiting"]) == (3, 1, 1)
    assert mine["bytes"] > 0
    assert (tables["cases"]["rows"], tables["cases"]["fresh_to"]) == (0, None)
    states = {each["name"]: (each["state"], each["cells"]) for each in found["rollups"]}
    assert states["scores_daily"] == ("ready", 1)
    flusher.flush_all(owner="me", now=timezone.now())
    states = {each["name"]: each["state"] for each in ask()["rollups"]}
    assert states["scores_daily"] == "behind"


def test_a_wrong_roll_up_is_shown_until_it_is_mended(filled, alice: Person, acme):
    LakeRollup.objects.filter(workspace_id=acme.pk, rollup="scores_daily").update(difference="scores_daily, n is 5")
    page = console(alice).get("/settings/data").content.decode()
    assert "scores_daily, n is 5" in page
    assert "1 roll-up did not agree" in page
    assert page.count("<tr>") == 2 + len(TABLES) + 6


def test_without_the_analytics_process_the_page_says_so(alice: Person, settings, tmp_path):
    settings.RUN_DIR = tmp_path
    page = console(alice).get("/settings/data")
    assert page.status_code == 200
    assert "analytics process is not running" in page.content.decode()


def test_the_api_tells_how_long_asks_take(filled, acme):
    now = timezone.now() - timedelta(days=2)
    invitation(workspace=acme, at=now, stage="made", sent_at=now + timedelta(minutes=5))
    _, key = make_key(workspace=acme, kind=AccessKey.Kind.API, name="bi", actor=None, now=timezone.now())
    answer = Client().get("/api/v1/durations?kind=delivery", headers={"Authorization": f"Bearer {key}"})
    told = [(each["touchpoint"], each["n"], each["mean_ms"]) for each in answer.json()]
    assert told == [(None, 1, 300_000), ("delivery", 1, 300_000)]
    assert answer.json()[0]["median_ms"] == pytest.approx(300_000, rel=0.0101)
