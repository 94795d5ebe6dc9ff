"""The hosted page: answered without JavaScript, kept as it grows, and deaf to link scanners."""

import base64
import gzip
import hashlib
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from allears.accounts.models import Workspace
from allears.events.batch import Batch
from allears.listen import probing
from allears.listen.events import VoiceReceived
from allears.listen.models import Invitation, Response, Voice
from tests import builders

SCANNERS = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36",
    "Mozilla/5.0 (compatible; Microsoft Office Protection)",
    "Barracuda Sentinel (EE)",
    "GoogleImageProxy",
    "",
]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[VoiceReceived]:
    events: list[VoiceReceived] = []
    monkeypatch.setattr("allears.listen.actions.record", events.append)
    return events


@pytest.fixture
def invitation(acme: Workspace) -> Invitation:
    builders.open_policy(workspace=acme)
    customer = builders.customer(workspace=acme, language="zh", segment="gold")
    builders.probe(workspace=acme)
    probing.on_batch(Batch(events=[builders.event_row(customer=customer)], now=timezone.now()))
    found: Invitation = Invitation.objects.in_workspace(acme.id).get()
    return found


def nothing_changed(invitation: Invitation) -> None:
    invitation.refresh_from_db()
    assert (invitation.opened_at, invitation.started_at, invitation.completed_at) == (None, None, None)
    assert Response.objects.across_workspaces().count() == 0
    assert Voice.objects.across_workspaces().count() == 0


def test_scanners_and_prefetchers_answer_nothing(client: Client, invitation: Invitation) -> None:
    for agent in SCANNERS:
        for score in range(11):
            url = f"/s/{invitation.token}?score={score}"
            assert client.head(url, headers={"user-agent": agent}).status_code == 200
            assert client.get(url, headers={"user-agent": agent, "sec-purpose": "prefetch"}).status_code == 200
    assert client.options(f"/s/{invitation.token}").status_code == 405
    nothing_changed(invitation)


def test_the_score_of_the_mail_is_chosen_and_waits_for_the_button(client: Client, invitation: Invitation) -> None:
    page = client.get(f"/s/{invitation.token}?score=9").content.decode()
    assert re.search(r'value="9"[^>]* checked', page)
    assert page.count(" checked") == 1
    assert "您最满意的是什么" in page
    assert '<html lang="zh-Hans">' in page
    nothing_changed(invitation)


def test_answered_without_javascript(client: Client, invitation: Invitation, told: list[VoiceReceived]) -> None:
    answer = client.post(f"/s/{invitation.token}", {"lang": "zh", "q-nps": "3", "q-why": "等了三天。"})
    assert (answer.status_code, answer["Location"]) == (303, f"/s/{invitation.token}?lang=zh")
    assert "谢谢您" in client.get(answer["Location"]).content.decode()
    response = Response.objects.across_workspaces().get()
    assert (response.metric, response.score, response.answers) == ("nps", 3, {"nps": 3, "why": "等了三天。"})
    assert (response.segment, response.language, response.customer_id) == ("gold", "zh", invitation.customer_id)
    assert response.completed_at is not None
    voice = Voice.objects.across_workspaces().get()
    assert (voice.text, voice.score, voice.metric, voice.initiator) == ("等了三天。", 3, "nps", "company")
    assert (voice.touchpoint_id, voice.source_kind, voice.channel) == (invitation.touchpoint_id, "survey", "email")
    assert [(event.voice_id, event.updated) for event in told] == [(voice.id, False)]


def test_a_partial_answer_is_kept_counts_and_grows(
    client: Client, invitation: Invitation, told: list[VoiceReceived]
) -> None:
    url = f"/s/{invitation.token}"
    assert client.post(url, {"partial": "1", "q-nps": "2", "q-why": ""}).status_code == 204
    response = Response.objects.across_workspaces().get()
    assert (response.score, response.completed_at) == (2, None)
    assert client.post(url, {"partial": "1", "q-nps": "2", "q-why": "Late"}).status_code == 204
    assert client.post(url, {"partial": "1", "q-nps": "2", "q-why": "Late"}).status_code == 204
    assert 'value="2" data-band="low" checked' in client.get(url).content.decode()
    assert "Late" in client.get(url).content.decode()
    assert client.post(url, {"q-nps": "2", "q-why": "Late and cold"}).status_code == 303
    voice = Voice.objects.across_workspaces().get()
    assert (voice.score, voice.text) == (2, "Late and cold")
    assert [event.updated for event in told] == [False, True, True]
    assert Response.objects.across_workspaces().count() == 1


def test_a_touch_without_an_answer_opens_and_answers_nothing(client: Client, invitation: Invitation) -> None:
    assert client.post(f"/s/{invitation.token}", {"partial": "1", "q-why": ""}).status_code == 204
    invitation.refresh_from_db()
    assert invitation.opened_at is not None
    assert Response.objects.across_workspaces().count() == 0


@pytest.mark.parametrize("score", ["11", "-1", "nine", "9.5", "", "99"])
def test_what_is_not_on_the_scale_is_no_answer(client: Client, invitation: Invitation, score: str) -> None:
    answer = client.post(f"/s/{invitation.token}", {"q-nps": score, "q-why": "kept"})
    assert answer.status_code == 422
    assert "请选择一个分数" in answer.content.decode()
    assert "kept" in answer.content.decode()
    assert Response.objects.across_workspaces().get().answers == {"why": "kept"}


def test_an_answer_may_be_changed_for_a_day(client: Client, invitation: Invitation) -> None:
    url = f"/s/{invitation.token}"
    client.post(url, {"q-nps": "9"})
    assert "?change=1" in client.get(url).content.decode()
    assert '<form method="post"' not in client.get(url).content.decode()
    assert client.post(url, {"q-nps": "7"}).status_code == 303
    assert Response.objects.across_workspaces().get().score == 7
    Invitation.objects.across_workspaces().update(completed_at=timezone.now() - timedelta(hours=25))
    assert "?change=1" not in client.get(url).content.decode()
    assert client.post(url, {"q-nps": "1"}).status_code == 200
    assert client.post(url, {"q-nps": "1", "partial": "1"}).status_code == 409
    assert Response.objects.across_workspaces().get().score == 7


def test_too_late_and_unknown(client: Client, invitation: Invitation) -> None:
    assert client.get("/s/not-a-token").status_code == 404
    assert client.post("/s/not-a-token", {"q-nps": "1"}).status_code == 404
    Invitation.objects.across_workspaces().update(expires_at=timezone.now())
    page = client.get(f"/s/{invitation.token}")
    assert page.status_code == 410
    assert "/tell/acme" in page.content.decode()
    assert client.post(f"/s/{invitation.token}", {"q-nps": "1"}).status_code == 410
    nothing_changed(invitation)


def test_both_languages_on_one_page(client: Client, invitation: Invitation) -> None:
    page = client.get(f"/s/{invitation.token}?lang=en&score=4").content.decode()
    assert "How likely are you to recommend Acme" in page
    assert 'value="lang-zh"' in page
    switched = client.post(f"/s/{invitation.token}?score=4", {"lang": "en", "go": "lang-zh", "q-why": "Late"})
    assert switched["Location"] == f"/s/{invitation.token}?lang=zh&page=0&score=4"
    assert "Late" in client.get(switched["Location"]).content.decode()
    client.post(f"/s/{invitation.token}", {"lang": "en", "q-nps": "4"})
    assert Voice.objects.across_workspaces().get().language == "en"


def test_the_whole_page_is_small(client: Client, invitation: Invitation) -> None:
    static = Path("src/allears/web/static")
    parts = [
        client.get(f"/s/{invitation.token}?score=9").content,
        (static / "answer.js").read_bytes(),
    ]
    assert sum(len(gzip.compress(part)) for part in parts) < 12 * 1024  # the promise is 30 KB


def test_the_styles_travel_inside_the_page_and_only_they_pass_the_policy(
    client: Client, invitation: Invitation, acme: Workspace
) -> None:
    Workspace.objects.filter(id=acme.id).update(name="Acme <style>body{color:red}</style>")
    answer = client.get(f"/s/{invitation.token}")
    page, policy = answer.content.decode(), answer["Content-Security-Policy"]
    styles = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert styles == [Path("src/allears/web/static/dist/public.css").read_text()]
    digests = [base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in styles]
    assert policy.endswith("; style-src 'self' " + " ".join(f"'sha256-{each}'" for each in digests))
    assert "unsafe" not in policy
    assert 'rel="stylesheet"' not in page
    assert client.get("/accounts/login/")["Content-Security-Policy"].count("style-src") == 0


def test_the_page_sets_no_cookie(client: Client, invitation: Invitation) -> None:
    answer = client.get(f"/s/{invitation.token}")
    assert not answer.cookies
    assert "default-src 'self'" in answer["Content-Security-Policy"]
