"""Webhooks in the console and over REST: made, shown once, tried, sent again."""

import json
from typing import Any

import pytest
from django.test import Client
from tests.conftest import Person
from tests.support.receiver import Receiver

from allears.accounts import actions as accounts
from allears.accounts.models import AuditEntry
from allears.events.webhooks.delivering import Deliverer
from allears.events.webhooks.models import Delivery, Endpoint


@pytest.fixture(autouse=True)
def _loopback_allowed(settings: Any) -> None:
    settings.WEBHOOK_ALLOW = "127.0.0.1"


@pytest.fixture
def console(alice: Person) -> Client:
    client = Client()
    client.force_login(alice.user)
    return client


def deliver() -> None:
    deliverer = Deliverer("tests")
    while deliverer.run_once():
        pass
    deliverer.close()


def test_a_webhook_from_making_to_removal(alice: Person, console: Client, receiver: Receiver) -> None:
    made = console.post("/settings/webhooks", {"url": receiver.url, "event_types": ["case.opened", "voice.received"]})
    page = made.content.decode()
    assert "whsec_" in page
    row = Endpoint.objects.in_workspace(alice.workspace.pk).get()
    assert (row.url, row.event_types) == (receiver.url, ["case.opened", "voice.received"])
    assert "whsec_" not in console.get("/settings/webhooks").content.decode()
    here = f"/settings/webhooks/{row.pk}"
    answer = console.post(f"{here}/tests")
    deliver()
    sent = Delivery.objects.in_workspace(alice.workspace.pk).get()
    assert answer["Location"] == f"{here}/deliveries/{sent.pk}"
    log = console.get(answer["Location"]).content.decode()
    assert "webhook.test" in log
    assert "thanks" in log
    console.post(f"{here}/deliveries/{sent.pk}/replays")
    deliver()
    assert len(receiver.seen) == 2
    assert "whsec_" in console.post(f"{here}/secrets").content.decode()
    console.post(f"{here}/disabling")
    assert console.post(f"{here}/tests")["Location"] == here
    assert len(receiver.seen) == 2
    console.post(f"{here}/enabling")
    console.post(f"{here}/replays", {"hours": "1", "which": "all"})
    deliver()
    assert len(receiver.seen) == 3
    console.post(f"{here}/removal")
    assert console.get(here).status_code == 404
    verbs = AuditEntry.objects.in_workspace(alice.workspace.pk).order_by("id").values_list("verb", flat=True)
    assert [verb.rpartition(".")[2] for verb in verbs] == [
        "created", "rotated", "disabled", "enabled", "replayed", "removed",
    ]  # fmt: skip


def test_the_log_is_filtered_by_state_and_event(alice: Person, console: Client, receiver: Receiver) -> None:
    console.post("/settings/webhooks", {"url": receiver.url})
    row = Endpoint.objects.in_workspace(alice.workspace.pk).get()
    console.post(f"/settings/webhooks/{row.pk}/tests")
    deliver()
    sent = Delivery.objects.in_workspace(alice.workspace.pk).get()
    link = f"/settings/webhooks/{row.pk}/deliveries/{sent.pk}"
    for query, shown in {"": True, "state=delivered": True, "state=failed": False, "type=case.opened": False}.items():
        assert (link in console.get(f"/settings/webhooks/{row.pk}?{query}").content.decode()) == shown, query


def test_a_private_address_is_refused_and_nothing_is_made(alice: Person, console: Client) -> None:
    answer = console.post("/settings/webhooks", {"url": "https://169.254.169.254/latest"})
    assert answer.status_code == 422
    assert "private network" in answer.content.decode()
    assert Endpoint.objects.in_workspace(alice.workspace.pk).count() == 0


@pytest.mark.parametrize("url", ["https://[", "https://example.test:99999/", "https://"])
def test_an_address_that_cannot_be_read_is_told_and_nothing_is_made(alice: Person, console: Client, url: str) -> None:
    answer = console.post("/settings/webhooks", {"url": url})
    assert (answer.status_code, "Write a whole address" in answer.content.decode()) == (422, True)
    assert Endpoint.objects.in_workspace(alice.workspace.pk).count() == 0


def test_agents_do_not_get_in(bob: Person) -> None:
    client = Client()
    client.force_login(bob.user)
    assert client.get("/settings/webhooks").status_code == 403


@pytest.fixture
def api(alice: Person) -> Any:
    from django.utils import timezone

    _key, token = accounts.make_key(
        workspace=alice.workspace, actor=alice.user, now=timezone.now(), name="tests", kind="api"
    )

    def call(method: str, path: str, body: Any = None, status: int = 200) -> Any:
        answer = Client().generic(
            method,
            f"/api/v1{path}",
            json.dumps(body) if body is not None else "",
            content_type="application/json",
            headers={"authorization": f"Bearer {token}"},
        )
        assert answer.status_code == status, answer.content
        return json.loads(answer.content) if answer.content else None

    return call


def test_the_same_over_rest(api: Any, receiver: Receiver) -> None:
    made = api("POST", "/webhooks", {"url": receiver.url, "event_types": ["case.closed"]}, 201)
    assert made["secret"].startswith("whsec_")
    here = f"/webhooks/{made['id']}"
    assert "secret" not in api("GET", here)
    assert api("GET", "/webhooks?count=true")["count"] == 1
    test = api("POST", f"{here}/tests", {}, 202)
    deliver()
    detail = api("GET", f"{here}/deliveries/{test['id']}")
    assert (detail["state"], detail["log"][0]["status"], detail["log"][0]["answer"]) == ("delivered", 200, "thanks")
    assert json.loads(detail["body"])["type"] == "webhook.test"
    assert len(api("GET", f"{here}/deliveries?state=delivered")["items"]) == 1
    assert api("GET", f"{here}/deliveries?state=failed")["items"] == []
    api("POST", f"{here}/deliveries/{test['id']}/replays", {}, 202)
    deliver()
    span = {"since": "2020-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z", "delivered_too": True}
    assert api("POST", f"{here}/replays", span, 202) == {"queued": 1}
    assert api("POST", f"{here}/secrets", {}, 201)["secret"] != made["secret"]
    assert api("PATCH", here, {"enabled": False, "description": "CRM"})["disabled_why"] == "by_hand"
    api("POST", f"{here}/tests", {}, 422)
    changed = api("PATCH", here, {"enabled": True, "event_types": []})
    assert (changed["enabled"], changed["description"], changed["event_types"]) == (True, "CRM", [])
    refused = api("PATCH", here, {"event_types": ["nonsense"]}, 422)
    assert refused["errors"][0]["pointer"] == "body/event_types"
    api("DELETE", here, None, 204)
    api("GET", here, None, 404)
    assert len(receiver.seen) == 2


def test_the_catalogue_over_rest(api: Any) -> None:
    names = [each["name"] for each in api("GET", "/webhooks/event-types")]
    assert {"voice.received", "response.completed", "case.opened", "case.closed", "decision.made"} <= set(names)
