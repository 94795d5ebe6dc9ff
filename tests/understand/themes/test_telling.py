"""Themes of a selection in the API: asked for, told, opened to their voices, kept and taken back; none of outsiders."""

import pytest
from tests.understand.themes.test_lasting import tell
from tests.understand.themes.test_surfaces import machine
from tests.understand.themes.test_within import told

from allears.listen.models import Voice
from allears.understand.themes import jobs
from allears.understand.themes.models import Theme, ThemeSelection

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("here")]
__all__ = ["told"]


def test_the_api_finds_tells_and_keeps(told, elsewhere) -> None:
    ours = machine(told)
    body = {"since": "2025-12-01", "until": "2026-11-20", "channel": "phone"}
    asked = ours.post("/api/v1/theme-selections", body, content_type="application/json")
    assert (asked.status_code, asked.json()["state"]) == (202, "queued")
    number = asked.json()["id"]
    assert ours.get(f"/api/v1/theme-selections/{number}").json()["items"] == []
    jobs.select(workspace_id=told.pk, selection_id=number)
    answer = ours.get(f"/api/v1/theme-selections/{number}").json()
    search, first = answer["search"], answer["items"][0]
    assert (search["state"], search["voices"], search["until"]) == ("done", 60, "2026-11-20")
    assert search["rest"] == {"voices": 0, "of": None, "false_discovery": 0.05}
    assert search["selection"] == body
    assert sum(each["n"] for each in answer["items"]) + search["loose"] == 60
    assert set(first["contribution"]) >= {"estimate", "low", "high", "n", "level", "method"}
    assert first["overlaps"][0]["n"] <= first["n"]
    said = ours.get(f"/api/v1/selected-themes/{first['id']}/voices?limit=1000").json()
    assert len(said) == first["n"]
    assert {each["channel"] for each in said} == {"phone"}
    rest = ours.get(f"/api/v1/selected-themes/{first['id']}/voices?start=5&limit=1000").json()
    assert rest == said[5:]
    quotes = ours.get(f"/api/v1/selected-themes/{first['id']}/quotes").json()
    assert [each["id"] for each in quotes] == first["quotes"]
    kept = ours.post(f"/api/v1/selected-themes/{first['id']}/keeping")
    assert (kept.status_code, kept.json()["kind"]) == (201, "kept")
    again = ours.post(f"/api/v1/selected-themes/{first['id']}/keeping")
    assert again.status_code == 422
    lasting = ours.get(f"/api/v1/themes/{kept.json()['theme_id']}?since=365d").json()["theme"]
    assert (lasting["n"], lasting["name"], lasting["pinned"]) == (first["n"], first["name"], True)
    undone = ours.post(f"/api/v1/themes/changes/{kept.json()['id']}/undoing")
    assert undone.status_code == 201
    assert ours.get("/api/v1/theme-selections?count=true").json()["count"] == 1
    theirs = machine(elsewhere)
    assert theirs.get("/api/v1/theme-selections").json()["items"] == []
    assert theirs.get(f"/api/v1/theme-selections/{number}").status_code == 404
    for path in ("voices", "quotes"):
        assert theirs.get(f"/api/v1/selected-themes/{first['id']}/{path}").status_code == 404
    assert theirs.post(f"/api/v1/selected-themes/{first['id']}/keeping").status_code == 404
    assert Theme.objects.in_workspace(told.pk).filter(gone_at__isnull=True).count() == 3


def test_the_api_says_what_it_cannot_choose(acme) -> None:
    ours = machine(acme)
    for body in ({"score": "huge"}, {"account": "nobody"}, {"since": "yesterday"}):
        assert ours.post("/api/v1/theme-selections", body, content_type="application/json").status_code == 422
    tell(acme, each=1)
    few = ours.post("/api/v1/theme-selections", {"since": "3650d"}, content_type="application/json").json()
    assert (few["state"], few["voices"]) == ("few", 6)
    assert ThemeSelection.objects.in_workspace(acme.pk).count() == 1
    tell(acme, each=10)
    for days in (3651, 3652, 3653, 3654):
        answer = ours.post("/api/v1/theme-selections", {"since": f"{days}d"}, content_type="application/json")
    assert answer.status_code == 429
    assert Voice.objects.in_workspace(acme.pk).count() == 66
