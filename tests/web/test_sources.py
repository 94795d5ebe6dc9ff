"""The page of sources: set up, tried, looked at, paused, removed."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone
from tests.conftest import Person
from tests.support.web import WebPeer
from tests.support.web import web_peer as web_peer

from allears.listen.models import Source, Voice
from allears.listen.sources import running

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _open_to_the_test(settings: LazySettings, tmp_path: Path) -> None:
    settings.SOURCE_ALLOW = "127.0.0.1"
    settings.DATA_DIR = tmp_path


@pytest.fixture
def console(alice: Person) -> Client:
    client = Client()
    client.force_login(alice.user)
    return client


def form(web_peer: WebPeer, **changes: Any) -> dict[str, Any]:
    url = web_peer.serve("/list", json.dumps([{"id": 1, "text": "Slow <b>again</b>", "stars": 1}]))
    told = {"name": "Reviews", "minutes": "15", "url": url, "source_kind": "review", "worst": "1", "best": "5"}
    return told | {"token": "hidden-t0p"} | changes


def test_a_source_is_tried_set_up_and_looked_at(console: Client, web_peer: WebPeer, alice: Person) -> None:
    tried = console.post("/settings/sources/new/feed", form(web_peer, **{"try": "1"}))
    assert tried.status_code == 200
    assert "Slow again" in tried.content.decode()
    assert not Source.objects.in_workspace(alice.workspace.pk).exists()
    made = console.post("/settings/sources/new/feed", form(web_peer))
    source = Source.objects.in_workspace(alice.workspace.pk).get()
    assert made["Location"] == f"/settings/sources/{source.pk}"
    assert running.run_once("test:1:x") == 1
    page = console.get(made["Location"]).content.decode()
    assert "hidden-t0p" not in page
    assert "works" in page
    assert "works" in console.get("/settings/sources").content.decode()
    assert "hidden-t0p" not in console.get(f"/settings/sources/{source.pk}/settings").content.decode()


def test_trouble_is_told_with_what_to_do(console: Client, web_peer: WebPeer, alice: Person) -> None:
    console.post("/settings/sources/new/feed", form(web_peer))
    web_peer.pages.clear()
    running.run_once("test:1:x")
    page = console.get("/settings/sources").content.decode()
    assert "The server answered 404" in page
    source = Source.objects.in_workspace(alice.workspace.pk).get()
    assert "Open the address in a browser" in console.get(f"/settings/sources/{source.pk}").content.decode()
    answer = console.post("/settings/sources/new/feed", form(web_peer, url=web_peer.url("/gone"), **{"try": "1"}))
    web_peer.pages.clear()
    assert answer.status_code == 200


def test_wrong_settings_are_blamed_on_their_field(console: Client, web_peer: WebPeer, alice: Person) -> None:
    for change, words in (
        ({"url": "ftp://x"}, "beginning with https://"),
        ({"best": "1"}, "must differ"),
        ({"paths": "{"}, "not JSON"),
        ({"minutes": "0"}, ""),
    ):
        answer = console.post("/settings/sources/new/feed", form(web_peer, **change))
        assert (answer.status_code, words in answer.content.decode()) == (422, True), change
    assert not Source.objects.in_workspace(alice.workspace.pk).exists()


@pytest.mark.parametrize("kind", ["imap", "feed", "sql", "folder"])
def test_each_kind_has_its_form(console: Client, kind: str) -> None:
    assert console.get(f"/settings/sources/new/{kind}").status_code == 200
    assert console.get("/settings/sources/new/pigeon").status_code == 404


def test_pause_resume_look_now_and_removal(console: Client, web_peer: WebPeer, alice: Person) -> None:
    console.post("/settings/sources/new/feed", form(web_peer))
    source = Source.objects.in_workspace(alice.workspace.pk).get()
    running.run_once("test:1:x")
    for verb, state in (("pause", "paused"), ("resumption", "on"), ("run", "on")):
        console.post(f"/settings/sources/{source.pk}/{verb}")
        source.refresh_from_db()
        assert source.state == state
    assert source.asked_at is not None
    assert source.next_run_at <= timezone.now()
    console.post(f"/settings/sources/{source.pk}/removal")
    assert not Source.objects.in_workspace(alice.workspace.pk).exists()
    assert Voice.objects.in_workspace(alice.workspace.pk).count() == 1


def test_agents_do_not_see_sources(bob: Person) -> None:
    client = Client()
    client.force_login(bob.user)
    assert client.get("/settings/sources").status_code == 403
