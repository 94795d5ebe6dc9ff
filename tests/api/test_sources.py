"""Sources over REST: passwords go in and never come out."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from tests.api.test_touchpoints import client_of
from tests.support.web import WebPeer
from tests.support.web import web_peer as web_peer

from allears.accounts.models import Workspace
from allears.listen.models import Source
from allears.listen.sources import running

URL = "/api/v1/sources"


@pytest.fixture
def ours(acme: Workspace, settings: LazySettings, tmp_path: Path) -> Client:
    settings.SOURCE_ALLOW, settings.DATA_DIR = "127.0.0.1", tmp_path
    return client_of(acme)


def body(web_peer: WebPeer, **changes: Any) -> dict[str, Any]:
    url = web_peer.serve("/list", json.dumps([{"id": 1, "text": "Slow", "stars": 1}]))
    return {"kind": "feed", "name": "Reviews", "settings": {"url": url, "token": "t0p"}} | changes


def test_a_source_is_tried_made_run_changed_and_removed(ours: Client, web_peer: WebPeer, elsewhere: Workspace) -> None:
    told = body(web_peer)
    tried = ours.post(f"{URL}/trial", told, content_type="application/json").json()
    assert (tried["rows"][0][1], Source.objects.across_workspaces().count()) == ("Slow", 0)
    made = ours.post(URL, told, content_type="application/json")
    assert made.status_code == 201
    number = made.json()["id"]
    assert "t0p" not in made.content.decode() + ours.get(f"{URL}/{number}").content.decode()
    assert running.run_once("test:1:x") == 1
    (run,) = ours.get(f"{URL}/{number}/runs").json()["items"]
    assert (run["read"], run["taken"], run["trouble"]) == (1, 1, "")
    assert ours.get(f"{URL}/{number}").json()["health"] == "works"

    changed = ours.put(f"{URL}/{number}", told | {"name": "Stars"}, content_type="application/json")
    assert (changed.status_code, changed.json()["name"]) == (200, "Stars")
    assert ours.post(f"{URL}/{number}/runs").status_code == 202
    assert ours.post(f"{URL}/{number}/pause").json()["state"] == "paused"
    assert ours.delete(f"{URL}/{number}/pause").json()["state"] == "on"

    outsider = client_of(elsewhere)
    assert outsider.get(f"{URL}/{number}").status_code == 404
    assert outsider.delete(f"{URL}/{number}").status_code == 404
    assert ours.delete(f"{URL}/{number}").status_code == 204
    assert ours.get(URL).json()["items"] == []


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"kind": "pigeon"}, "settings/kind"),
        ({"settings": {"url": "ftp://x"}}, "settings/url"),
        ({"settings": {"url": "https://example.test", "nonsense": 1}}, "settings/nonsense"),
    ],
)
def test_what_cannot_work_is_refused_with_its_field(
    ours: Client, web_peer: WebPeer, change: dict[str, Any], pointer: str
) -> None:
    answer = ours.post(URL, body(web_peer, **change), content_type="application/json")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert not Source.objects.across_workspaces().exists()


def test_trouble_while_trying_is_told_with_what_to_do(ours: Client, web_peer: WebPeer) -> None:
    told = body(web_peer) | {"settings": {"url": web_peer.url("/gone")}}
    answer = ours.post(f"{URL}/trial", told, content_type="application/json")
    assert answer.status_code == 422
    assert "404" in answer.json()["title"]
