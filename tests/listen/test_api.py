"""Listening and the door out over REST."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from allears.accounts.models import AccessKey, Workspace
from allears.events.batch import Batch
from allears.listen import probing, ready_made
from allears.listen.definition import as_json
from allears.listen.models import Probe, Voice
from tests import builders
from tests.listen import surveys


def caller(workspace: Workspace) -> Client:
    secret = f"key-of-{workspace.slug}"
    AccessKey.objects.create(
        workspace=workspace, kind="api", name="t", prefix="key", key_hash=hashlib.sha256(secret.encode()).hexdigest()
    )
    return Client(headers={"authorization": f"Bearer {secret}"})


@pytest.fixture
def api(acme: Workspace) -> Client:
    return caller(acme)


def post(api: Client, path: str, body: dict[str, Any], **headers: str) -> Any:
    return api.post(f"/api/v1{path}", body, content_type="application/json", headers=headers)


SURVEY = {"key": "mine", "name": "Mine", "family": "nps", "definition": as_json(ready_made.NPS.definition)}


def test_a_survey_is_made_published_again_and_asked_by_a_probe(api: Client, acme: Workspace) -> None:
    survey = post(api, "/surveys", SURVEY).json()
    assert post(api, "/surveys", SURVEY).status_code == 409
    changed = {**SURVEY["definition"], "title": {"en": "New", "zh": "新"}}  # type: ignore[dict-item]
    assert post(api, f"/surveys/{survey['id']}/versions", {"definition": changed}).json()["number"] == 2
    assert post(api, f"/surveys/{survey['id']}/versions", {"definition": changed}).json()["number"] == 2
    broken = post(api, f"/surveys/{survey['id']}/versions", {"definition": {**changed, "title": {"en": "New"}}})
    assert (broken.status_code, broken.json()["errors"][0]["pointer"]) == (422, "$.title.zh")
    assert api.get(f"/api/v1/surveys/{survey['id']}/versions?count=true").json()["count"] == 2
    assert "Definition" in str(api.get("/api/v1/surveys/schema").json())
    touchpoint = builders.touchpoint(workspace=acme)
    probe = {
        "key": "p", "name": "P", "touchpoint_id": touchpoint.id, "survey_id": survey["id"], "event_name": "paid",
        "conditions": [{"property": "amount", "op": "≥", "value": 10}],
    }  # fmt: skip
    made = post(api, "/probes", probe)
    assert (made.status_code, made.json()["conditions"][0]["op"]) == (201, ">=")
    wrong = post(api, "/probes", {**probe, "key": "q", "conditions": [{"property": "a", "op": ">", "value": "x"}]})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "conditions/0/value")
    assert Probe.objects.in_workspace(acme.id).count() == 1
    assert api.post(f"/api/v1/probes/{made.json()['id']}/pause").json()["paused_at"]
    assert api.delete(f"/api/v1/probes/{made.json()['id']}/pause").json()["paused_at"] is None


def test_a_voice_is_stored_once_for_each_idempotency_key(api: Client, acme: Workspace) -> None:
    body = {"text": "The parcel is broken", "email": "Zoe@Example.test", "source_kind": "complaint", "channel": "call"}
    first, again = (post(api, "/voices", body, **{"Idempotency-Key": "k1"}) for _ in range(2))
    assert (first.status_code, first.json()["id"]) == (201, again.json()["id"])
    assert first.json()["initiator"] == "customer"
    assert first.json()["customer_id"] is not None
    other = post(api, "/voices", {**body, "text": "Another"}, **{"Idempotency-Key": "k1"})
    assert other.status_code == 422
    assert post(api, "/voices", {"text": " "}).status_code == 422
    assert post(api, "/voices", {"score": 9, "metric": "csat"}).status_code == 422
    assert post(api, "/voices", {**body, "touchpoint": "nowhere"}).status_code == 422
    assert Voice.objects.in_workspace(acme.id).count() == 1


def test_the_ledger_lists_filters_and_replays(api: Client, acme: Workspace) -> None:
    builders.open_policy(workspace=acme)
    customer = builders.customer(workspace=acme)
    builders.probe(workspace=acme)
    events = [builders.event_row(customer=customer, id=number) for number in (1, 2)]
    probing.on_batch(Batch(events=events, now=timezone.now()))
    rows = api.get(f"/api/v1/decisions?customer_id={customer.id}&count=true").json()
    assert [(row["verdict"], row["rule"]) for row in rows["items"]] == [("never", "rest"), ("sent", "allowed")]
    assert api.get("/api/v1/decisions?verdict=never&rule=rest&count=true").json()["count"] == 1
    for row in rows["items"]:
        assert api.get(f"/api/v1/decisions/{row['id']}/replay").json()["agrees"] is True
    (message,) = api.get("/api/v1/messages?state=queued").json()["items"]
    (invitation,) = api.get("/api/v1/invitations").json()["items"]
    assert (message["decision_id"], invitation["event_id"]) == (invitation["decision_id"], 1)


def test_an_outsider_sees_and_changes_nothing(api: Client, acme: Workspace, elsewhere: Workspace) -> None:
    builders.open_policy(workspace=acme)
    probe = builders.probe(workspace=acme)
    probing.on_batch(Batch(events=[builders.event_row(customer=builders.customer(workspace=acme))], now=timezone.now()))
    outsider = caller(elsewhere)
    for noun in ("surveys", "probes", "invitations", "responses", "voices", "decisions", "messages"):
        assert outsider.get(f"/api/v1/{noun}?count=true").json() == {"items": [], "next": None, "count": 0}
    assert outsider.get(f"/api/v1/probes/{probe.id}").status_code == 404
    assert outsider.post(f"/api/v1/probes/{probe.id}/pause").status_code == 404
    probe.refresh_from_db()
    assert probe.paused_at is None


def test_answers_are_listed_by_survey_language_and_whether_they_are_whole(api: Client, acme: Workspace) -> None:
    one, other = (surveys.made(acme, surveys.definition(surveys.NPS), key=key) for key in ("one", "other"))
    for survey, language, more in ((one, "en", {}), (one, "zh", {"partial": "1"}), (other, "zh", {})):
        api.post(f"/s/{surveys.link(survey).token}", {"q-nps": "9", "lang": language, **more})

    def count(query: str) -> int:
        return int(api.get(f"/api/v1/responses?count=true&{query}").json()["count"])

    assert (count(f"survey_id={one.pk}"), count(f"survey_id={other.pk}")) == (2, 1)
    assert (count("language=zh"), count("completed=true"), count(f"survey_id={one.pk}&completed=false")) == (2, 2, 1)


def test_a_voice_is_kept_in_its_language_without_signs_that_no_database_keeps(api: Client, acme: Workspace) -> None:
    said = {"text": "送货太慢\x00了，三天都没有到", "name": "王\x00芳", "attributes": {"a\x00": ["\x00b"]}}
    answer = post(api, "/voices", {**said, "email": "w@example.test"})
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert (told["text"], told["language"], told["attributes"]) == ("送货太慢了，三天都没有到", "zh", {"a": ["b"]})


@pytest.mark.parametrize("said_at", ["2099-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00"])
def test_a_time_that_cannot_be_is_told(api: Client, acme: Workspace, said_at: str) -> None:
    answer = post(api, "/voices", {"text": "Late", "said_at": said_at})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "said_at")
    assert not Voice.objects.in_workspace(acme.pk).exists()


def test_a_clock_that_is_a_little_ahead_says_now(api: Client, acme: Workspace) -> None:
    ahead = timezone.now() + timedelta(hours=2)
    assert post(api, "/voices", {"text": "Late", "said_at": ahead.isoformat()}).status_code == 201
    assert post(api, "/voices", {"text": "Naive", "said_at": "2026-01-02T03:04:05"}).status_code == 201
    naive, late = Voice.objects.in_workspace(acme.pk).order_by("said_at")
    assert late.said_at <= timezone.now()
    assert naive.said_at.isoformat() == "2026-01-02T03:04:05+00:00"
