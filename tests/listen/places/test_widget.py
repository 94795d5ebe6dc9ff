"""What the widget's calls do: who is asked, what is kept, and what never happens."""

import gzip
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

import allears
from allears.accounts.actions import make_key
from allears.accounts.models import Workspace
from allears.customers.models import Customer, Identifier
from allears.events.intake.limits import LimitedError
from allears.listen import actions as listen_actions
from allears.listen.models import Invitation, Response, Voice
from allears.listen.places import limits
from allears.listen.places.actions import open_place, secret_of
from allears.listen.places.models import Place
from allears.outreach.models import Decision, Message
from tests import builders

WIDGET = Path(allears.__file__).parent / "web" / "static" / "dist" / "widget.js"
MOST_BYTES = 8 * 1024


@pytest.fixture
def site(acme: Workspace) -> Place:
    builders.open_policy(workspace=acme)
    listen_actions.ensure_ready_made(workspace_id=acme.pk, key="nps-why", now=timezone.now())
    return made(acme)


def made(workspace: Workspace, **settings: Any) -> Place:
    trigger = {"id": "t1", "survey": "nps-why", "on": "page", "value": "/thanks"}
    return open_place(
        workspace_id=workspace.pk,
        kind="site",
        name="Shop",
        actor_id=None,
        now=timezone.now(),
        settings={"triggers": [trigger], **settings},
    )


def call(verb: str, site: Place, *, status: int = 200, origin: str = "", **body: Any) -> Any:
    _key, secret = make_key(workspace=site.workspace, kind="write", name="site", actor=None, now=timezone.now())
    told = {"key": secret, "site": site.code, "lang": "en-GB", "who": {"anonymousId": "visitor-1"}, **body}
    extra: Any = {"HTTP_ORIGIN": origin} if origin else {}
    got = Client().post(f"/v1/widget/{verb}", json.dumps(told), content_type="text/plain", **extra)
    assert got.status_code == status, got.content
    assert got.headers["Access-Control-Allow-Origin"] == "*"
    assert got.cookies == {}
    return got.json()


def test_the_script_is_small_and_may_be_loaded_by_any_page(db: None) -> None:
    assert len(gzip.compress(WIDGET.read_bytes(), 9)) <= MOST_BYTES
    got = Client().get("/widget.js", HTTP_ACCEPT_ENCODING="gzip, br")
    assert gzip.decompress(got.content) == WIDGET.read_bytes()
    assert got.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert got.headers["Access-Control-Allow-Origin"] == "*"
    again = Client().get("/widget.js", HTTP_IF_NONE_MATCH=got.headers["ETag"])
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("forbidden", ["eval(", "new Function", "document.cookie", "innerHTML", "<style", "cssText"])
def test_the_script_needs_nothing_that_a_strict_policy_forbids(forbidden: str) -> None:
    assert forbidden not in WIDGET.read_text()


def test_looking_makes_no_customer_and_shows_that_the_site_runs(site: Place) -> None:
    found = call("config", site)
    assert found["triggers"] == [{"id": "t1", "on": "page", "value": "/thanks", "page": ""}]
    assert (found["feedback"], found["waiting"]) == (True, None)
    site.refresh_from_db()
    assert (site.seen, Customer.objects.across_workspaces().count()) == (1, 0)
    call("config", site)
    site.refresh_from_db()
    assert site.seen == 1  # within half a minute: one visit


@pytest.mark.parametrize(
    ("trigger", "asked"),
    [
        ({"on": "page", "value": "/thanks*"}, True),
        ({"on": "page", "value": "/thanks"}, False),
        ({"on": "event", "value": "bought"}, True),
        ({"on": "event", "value": "bought", "page": "/thanks/?"}, False),
        ({"on": "event", "value": "bought", "page": "*/7"}, True),
        ({"on": "delay", "value": "0"}, False),
    ],
)
def test_a_page_that_opens_with_a_reason_to_ask_gets_its_question_at_once(
    acme: Workspace, site: Place, trigger: dict[str, str], asked: bool
) -> None:
    site = made(acme, triggers=[{"id": "t1", "survey": "nps-why", **trigger}])
    opening = {"page": "/thanks/7", "sheets": ["nps-why", "none"]}
    assert call("config", site, **opening)["waiting"] is None, "who is not to be intercepted is not"
    assert Decision.objects.in_workspace(acme.pk).count() == 0
    found = call("config", site, **opening, events=["seen", "bought"])
    assert (found["waiting"] is not None, found["wondered"]) == (asked, ["t1"] if asked else [])
    assert Decision.objects.in_workspace(acme.pk).count() == int(asked)
    assert {key: ask["questions"][0]["name"] for key, ask in found["sheets"].items()} == {"nps-why": "nps"}
    if asked:
        call("seen", site, token=found["waiting"]["token"], how="shown")
        again = call("config", site, **opening, events=["bought"])
        assert (again["waiting"], again["wondered"]) == (None, ["t1"])
        assert Decision.objects.in_workspace(acme.pk).count() == 1


def test_the_governor_asks_a_visitor_once_and_says_no_afterwards(site: Place, acme: Workspace) -> None:
    ask = call("ask", site, trigger="t1")["ask"]
    assert [question["kind"] for question in ask["questions"]] == ["score", "text"]
    assert (ask["survey"], ask["language"], ask["more"]) == ("nps-why", "en", False)
    decision = Decision.objects.in_workspace(acme.pk).get()
    assert (decision.channel, decision.verdict, decision.rule) == ("widget", "sent", "allowed")
    assert Message.objects.in_workspace(acme.pk).get().address == "visitor-1"
    call("seen", site, token=ask["token"], how="shown")
    assert call("ask", site, trigger="t1")["ask"] is None
    assert Decision.objects.in_workspace(acme.pk).count() == 1
    assert Invitation.objects.in_workspace(acme.pk).count() == 1


def test_who_was_asked_elsewhere_rests_here_too(site: Place, acme: Workspace) -> None:
    customer = builders.customer(workspace=acme)
    Identifier.objects.create(workspace=acme, kind="user_id", value="u-1", customer=customer)
    Decision.objects.create(
        workspace=acme, customer=customer, at=timezone.now() - timedelta(days=1), purpose="survey", family="nps",
        channel="email", verdict="sent", rule="allowed", ask_key="earlier",
    )  # fmt: skip
    assert call("ask", site, trigger="t1", who={"userId": "u-1", "anonymousId": "v-2"})["ask"] is None
    assert Decision.objects.in_workspace(acme.pk).order_by("-pk").first().rule == "rest"
    assert Invitation.objects.in_workspace(acme.pk).count() == 0


def test_the_night_does_not_hold_somebody_who_is_there(site: Place, acme: Workspace) -> None:
    from datetime import time

    from allears.outreach.governor import QuietHours

    always = QuietHours(start=time(0, 0), end=time(23, 59))
    builders.open_policy(workspace=acme, quiet=always)
    assert call("ask", site, trigger="t1")["ask"] is not None


def test_an_answer_to_an_ask_is_kept_as_it_grows(site: Place, acme: Workspace) -> None:
    ask = call("ask", site, trigger="t1")["ask"]
    call("answer", site, token=ask["token"], lang="en", answers={"nps": "3"}, complete=False)
    call("answer", site, token=ask["token"], lang="en", answers={"nps": "3", "why": "Slow."}, complete=True)
    response = Response.objects.in_workspace(acme.pk).get()
    assert (response.channel, response.score, response.completed_at is not None) == ("widget", 3, True)
    voice = Voice.objects.in_workspace(acme.pk).get()
    assert (voice.channel, voice.score, voice.text, voice.initiator) == ("widget", 3, "Slow.", "company")


def test_who_comes_by_themselves_answers_without_an_ask(site: Place, acme: Workspace) -> None:
    sheet = call("sheet", site, survey="nps-why", lang="zh-CN")["ask"]
    assert (sheet["language"], "token" in sheet) == ("zh", False)
    told = {"survey": "nps-why", "visit": "v" * 20, "lang": "zh", "complete": True}
    first = call("answer", site, answers={"nps": 9}, **told)
    assert call("answer", site, answers={"nps": 9}, **told) == first  # repeated by a bad line
    assert Response.objects.in_workspace(acme.pk).get().score == 9
    assert Decision.objects.in_workspace(acme.pk).count() == 0
    site.refresh_from_db()
    assert site.answered == 1


def test_a_probe_in_the_app_waits_for_the_next_page(site: Place, acme: Workspace) -> None:
    customer = builders.customer(workspace=acme)
    Identifier.objects.create(workspace=acme, kind="user_id", value="u-1", customer=customer)
    from allears.events.batch import Batch
    from allears.listen import probing

    builders.probe(workspace=acme, channel="widget")
    probing.on_batch(Batch(events=[builders.event_row(customer=customer)], now=timezone.now()))
    assert call("config", site)["waiting"] is None  # somebody else
    waiting = call("config", site, who={"userId": "u-1"})["waiting"]
    assert waiting["survey"] == "nps-why"
    call("seen", site, token=waiting["token"], how="closed")
    assert call("config", site, who={"userId": "u-1"})["waiting"] is None


def test_a_user_id_without_its_signature_is_nobody(acme: Workspace, site: Place) -> None:
    strict = made(acme, proof=True)
    right = hmac.new(secret_of(place=strict).encode(), b"u-1", hashlib.sha256).hexdigest()
    assert call("ask", strict, trigger="t1", who={"userId": "u-1", "proof": "0" * 64})["ask"] is None
    assert Customer.objects.in_workspace(acme.pk).count() == 0
    assert call("ask", strict, trigger="t1", who={"userId": "u-1", "proof": right})["ask"] is not None
    assert Identifier.objects.in_workspace(acme.pk).get().value == "u-1"


def test_the_feedback_button_is_a_voice_of_the_customers_own(site: Place, acme: Workspace) -> None:
    told = {"once": "o1", "kind": "praise", "text": "Quick!", "page": "/cart", "email": "zoe@example.test"}
    call("tell", site, **told)
    call("tell", site, **told)
    voice = Voice.objects.in_workspace(acme.pk).get()
    assert (voice.initiator, voice.source_kind, voice.channel) == ("customer", "praise", "widget")
    assert voice.attributes["page"] == "/cart"
    assert voice.customer.email == "zoe@example.test"
    assert call("tell", site, status=422, once="o2", text=" ")["field"] == "text"


def test_a_wrong_key_a_strange_origin_and_a_closed_ask_change_nothing(acme: Workspace, site: Place) -> None:
    call("config", site, status=401, key="ae_w_wrong")
    picky = made(acme, origins=["https://shop.example.test"])
    call("ask", picky, status=403, trigger="t1", origin="https://evil.example.test")
    assert call("ask", picky, trigger="t1", origin="https://shop.example.test")["ask"]
    assert call("ask", site, trigger="unknown")["ask"] is None
    call("answer", site, status=404, token="nobody", answers={"nps": 1}, complete=True)
    call("sheet", site, status=404, survey="none")
    call("answer", site, status=422, survey="nps-why", visit="short", answers={})
    assert Response.objects.across_workspaces().count() == 0


def test_another_workspaces_key_opens_none_of_our_sites(acme: Workspace, site: Place, elsewhere: Workspace) -> None:
    _key, secret = make_key(workspace=elsewhere, kind="write", name="x", actor=None, now=timezone.now())
    call("config", site, status=401, key=secret)


def test_settings_show_the_snippet_the_triggers_and_a_preview(alice: Any, site: Place, client: Client) -> None:
    client.force_login(alice.user)
    told = {"name": "App", "consent": "required", "side": "left", "accent": "#aa0033", "feedback": "on",
            "on-0": "delay", "value-0": "20", "survey-0": "nps-why", "share-0": "50"}  # fmt: skip
    assert client.post("/settings/widget", {**told, "value-0": "soon"}).status_code == 422
    assert client.post("/settings/widget", told).status_code == 302
    place = Place.objects.in_workspace(alice.workspace.pk).order_by("-pk").first()
    assert place.settings["triggers"] == [
        {"id": "t1", "survey": "nps-why", "on": "delay", "value": "20", "page": "", "share": 0.5}
    ]
    page = client.get(f"/settings/widget/{place.pk}").content.decode()
    assert f"data-site=&quot;{place.code}&quot; data-consent=&quot;required&quot;" in page
    assert "data-key=&quot;ae_w_" in client.post(f"/settings/widget/{place.pk}/key").content.decode()
    preview = client.get(f"/settings/widget/{place.pk}/preview").content.decode()
    assert 'data-preview="sample"' in preview
    assert '"accent": "#aa0033"' in preview
    client.post(f"/settings/places/{place.pk}/closure")
    call("config", place, status=401)


def test_an_address_that_calls_too_often_is_told_when_to_come_again(site: Place, settings: Any) -> None:
    settings.WIDGET_PER_MINUTE, settings.WEB_WORKERS = 2, 1
    now = datetime(2026, 11, 22, 12, 0, 48, tzinfo=UTC)
    for address, key, allowed in (("192.0.2.1", "a", 2), ("192.0.2.1", "b", 2), ("192.0.2.2", "a", 2)):
        for _ in range(allowed):
            limits.admit(key=key, address=address, now=now)
        with pytest.raises(LimitedError) as error:
            limits.admit(key=key, address=address, now=now)
        assert error.value.retry_after == 12
    for key in "cdef":  # eight over all keys are taken
        limits.admit(key=key, address="192.0.2.1", now=now)
    with pytest.raises(LimitedError):
        limits.admit(key="g", address="192.0.2.1", now=now)
    limits.admit(key="a", address="192.0.2.1", now=now + timedelta(seconds=12))
    for _ in range(9):
        limits.admit(key="a", address="", now=now)


def test_the_widgets_door_answers_429(site: Place, settings: Any) -> None:
    settings.WIDGET_PER_MINUTE = 1e-9
    body = json.dumps({"key": "x", "site": site.code})
    got = Client(REMOTE_ADDR="198.51.100.9").post("/v1/widget/config", body, content_type="text/plain")
    assert (got.status_code, got.headers["Access-Control-Allow-Origin"]) == (429, "*")
    assert 1 <= int(got.headers["Retry-After"]) <= 60
    assert got.headers["Access-Control-Expose-Headers"] == "Retry-After"
