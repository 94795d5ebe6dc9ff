"""Themes on the page, in the API and in the CSV; what people do there, and what outsiders cannot."""

import csv
import io

import pytest
from django.test import Client
from django.utils import timezone
from tests.conftest import Person
from tests.understand.themes.test_lasting import board, by_truth, search, tell, theme_of

from allears.accounts.actions import make_key
from allears.accounts.models import AccessKey
from allears.jobs.models import Job
from allears.understand.themes import jobs
from allears.understand.themes.models import Place, Theme, ThemeChange, ThemeRun

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("here")]


def console(person: Person) -> Client:
    client = Client()
    client.force_login(person.user)
    return client


def machine(workspace) -> Client:
    _, key = make_key(workspace=workspace, kind=AccessKey.Kind.API, name="test", actor=None, now=timezone.now())
    return Client(headers={"Authorization": f"Bearer {key}"})


@pytest.fixture
def told(acme):
    now = timezone.now()
    tell(acme, at=now)
    search(acme, now=now)
    return acme


def test_one_answer_on_page_in_api_and_in_csv(told, alice) -> None:
    answer = machine(told).get("/api/v1/themes").json()
    assert (answer["count"], answer["metric"], answer["voices"]) == (3, "nps", 120)
    first = answer["items"][0]
    assert first["id"] == by_truth(told)[0]
    assert set(first["contribution"]) >= {"estimate", "low", "high", "n", "level", "method"}
    page = console(alice).get("/understand/themes").content.decode()
    places = [page.index(f'href="/understand/themes/{item["id"]}?"') for item in answer["items"]]
    assert places == sorted(places)
    assert "<polyline" in page
    text = console(alice).get("/understand/themes.csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [int(row["id"]) for row in rows] == [item["id"] for item in answer["items"]]
    assert float(rows[0]["contribution_low"]) == first["contribution"]["low"]


@pytest.mark.parametrize("place", ["", "/voices"])
def test_a_themes_page_keeps_the_readers_light_or_dark(told, alice, place: str) -> None:
    client = console(alice)
    page = f"/understand/themes/{theme_of(told, 0).pk}{place}"
    assert "data-theme=" not in client.get(page).content.decode().partition("<head")[0]
    client.cookies["theme"] = "dark"
    assert 'data-theme="dark"' in client.get(page).content.decode()


def test_the_page_speaks_chinese(told, alice) -> None:
    client = console(alice)
    client.cookies["allears_language"] = "zh-hans"
    theme = theme_of(told, 0)
    page = client.get("/understand/themes").content.decode()
    assert theme.name_zh in page
    assert theme.name_en not in page


def test_a_theme_opens_to_its_quotes_and_voices(told, alice) -> None:
    theme = theme_of(told, 0)
    page = console(alice).get(f"/understand/themes/{theme.pk}").content.decode()
    assert theme.name_en in page
    assert page.count('class="voice voice-bad"') == 5
    voices = console(alice).get(f"/understand/themes/{theme.pk}/voices").content.decode()
    assert voices.count('class="voice voice-bad"') == 30
    quotes = machine(told).get(f"/api/v1/themes/{theme.pk}/quotes?limit=3").json()
    assert len(quotes) == 3
    detail = machine(told).get(f"/api/v1/themes/{theme.pk}").json()
    assert [each["kind"] for each in detail["changes"]] == ["born"]
    assert len(detail["sizes"]) == 1


def test_people_rename_pin_hide_merge_and_take_back(told, alice) -> None:
    client, theme, other = console(alice), theme_of(told, 0), theme_of(told, 1)
    here = f"/understand/themes/{theme.pk}"
    client.post(f"{here}/name", {"en": "Parcels", "zh": "包裹"})
    client.post(f"{here}/pin")
    assert "Parcels" in client.get("/understand/themes").content.decode()
    client.post(f"{here}/hiding")
    assert "Parcels" not in client.get("/understand/themes").content.decode()
    assert "Parcels" in client.get("/understand/themes?hidden=yes").content.decode()
    client.post(f"{here}/hiding")
    client.post(f"{here}/merge", {"into": other.pk})
    assert by_truth(told)[0] == other.pk
    merged = ThemeChange.objects.in_workspace(told.pk).get(kind="merged")
    client.post(f"/understand/themes/changes/{merged.pk}/undoing")
    assert by_truth(told)[0] == theme.pk
    theme.refresh_from_db()
    assert (theme.english, theme.chinese, theme.pinned_at is None) == ("Parcels", "包裹", False)


def test_the_api_decides_and_takes_back(told) -> None:
    ours, theme, other = machine(told), theme_of(told, 0), theme_of(told, 1)
    here = f"/api/v1/themes/{theme.pk}"
    body = {"name": "Parcels", "pinned": True}
    changed = ours.patch(here, body, content_type="application/json").json()
    assert (changed["name"], changed["pinned"], changed["hidden"]) == ("Parcels", True, False)
    merged = ours.post(f"{here}/merge", {"into": other.pk}, content_type="application/json")
    assert merged.status_code == 201
    again = ours.post(f"{here}/merge", {"into": other.pk}, content_type="application/json")
    assert again.status_code == 422
    undone = ours.post(f"/api/v1/themes/changes/{merged.json()['id']}/undoing")
    assert (undone.status_code, by_truth(told)[0]) == (201, theme.pk)
    assert ours.post(f"{here}/split", {"parts": 2}, content_type="application/json").status_code == 202
    assert Job.objects.filter(task__endswith="themes.jobs.split", queue="long").count() == 1
    assert ours.post("/api/v1/themes/runs", {"themes": 1}, content_type="application/json").status_code == 422
    asked = ours.post("/api/v1/themes/runs", {}, content_type="application/json")
    assert (asked.status_code, asked.json()["state"]) == (202, "queued")
    assert ours.get("/api/v1/themes?score=huge").status_code == 422


def test_empty_pages_say_how_many_are_needed(acme, alice) -> None:
    assert "as soon as 40 voices" in console(alice).get("/understand/themes").content.decode()
    now = timezone.now()
    tell(acme, each=3, at=now)
    run = search(acme, now=now)
    assert run.state == "few"
    page = console(alice).get("/understand/themes").content.decode()
    assert f"There are {run.voices} different voices with words; themes need 40." in page
    assert "No theme in this view" not in page


def test_find_anew_shows_progress_and_keeps_the_themes(told, alice) -> None:
    client = console(alice)
    client.post("/understand/themes/runs")
    run = ThemeRun.objects.in_workspace(told.pk).get(state="queued")
    page = client.get("/understand/themes").content.decode()
    assert 'hx-trigger="every 2s"' in page
    assert page.count("<polyline") == 3
    jobs.run(workspace_id=told.pk, run_id=run.pk)
    assert 'hx-trigger="every 2s"' not in client.get("/understand/themes").content.decode()
    assert len(board(told, since="36500d").cards) >= 3


def test_outsiders_and_agents_see_nothing(told, bob, charlie) -> None:
    theme = theme_of(told, 0)
    assert console(bob).get("/understand/themes").status_code == 403
    theirs = machine(charlie.workspace)
    assert theirs.get("/api/v1/themes").json()["items"] == []
    for method, path in (("get", ""), ("get", "/quotes"), ("get", "/voices"), ("post", "/split")):
        answer = getattr(theirs, method)(f"/api/v1/themes/{theme.pk}{path}", content_type="application/json", data={})
        assert answer.status_code == 404, path
    patched = theirs.patch(f"/api/v1/themes/{theme.pk}", {"name": "X"}, content_type="application/json")
    assert patched.status_code == 404
    assert Theme.objects.in_workspace(told.pk).get(pk=theme.pk).given_en == ""


def test_a_theme_too_small_to_split_says_so_at_once(told, alice) -> None:
    theme = theme_of(told, 0)
    few = Place.objects.in_workspace(told.pk).filter(cell__theme=theme)[:3].values("pk")
    Place.objects.in_workspace(told.pk).filter(pk__in=[row["pk"] for row in few]).delete()
    page = console(alice).post(f"/understand/themes/{theme.pk}/split", {"parts": 2}, follow=True).content.decode()
    assert "It has 37 distinct voices; that is too few to split." in page
    assert not Job.objects.filter(task="allears.understand.themes.jobs.split").exists()
