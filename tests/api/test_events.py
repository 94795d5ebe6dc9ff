"""Events, customers and quarantine over REST; repeats of a POST; problem details."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from tests.api.test_touchpoints import client_of

from allears.accounts.models import AccessKey, Workspace
from allears.customers.models import Identifier
from allears.customers.rights import erase
from allears.events.batch import Arrivals
from allears.events.consumer.decode import decode
from allears.events.consumer.loop import apply_decoded
from allears.events.consumer.store import Memories
from allears.events.intake.log import Body
from allears.events.models import Event, QuarantinedRow
from allears.events.queries import events
from allears.jobs.models import KeptReply
from allears.listen.models import Voice

JSON = "application/json"
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


def happen(workspace: Workspace, *calls: dict[str, Any]) -> None:
    arrive(workspace, "batch", {"batch": calls})


def arrive(workspace: Workspace, kind: str, said: dict[str, Any]) -> None:
    data = json.dumps(said).encode()
    body = Body(workspace_id=workspace.id, kind=kind, received_us=int(NOW.timestamp() * 1e6), data=data)
    apply_decoded(decode([body], event_limit=32768), now=NOW, memories=Memories())


def track(event: str, user: str = "u1", **fields: Any) -> dict[str, Any]:
    return {"type": "track", "userId": user, "event": event, **fields}


@pytest.fixture
def ours(acme: Workspace) -> Client:
    return client_of(acme)


def test_events_are_filtered_by_name_and_paged_without_gaps(ours: Client, acme: Workspace) -> None:
    happen(acme, *(track("paid" if at % 2 else "seen", messageId=f"m{at}") for at in range(7)))
    first = ours.get("/api/v1/events?event=seen&limit=3&count=true").json()
    assert (len(first["items"]), first["count"]) == (3, 4)
    happen(acme, track("seen", messageId="late"))
    second = ours.get(f"/api/v1/events?event=seen&limit=3&cursor={first['next']}").json()
    assert (len(second["items"]), second["next"], second["count"]) == (1, None, None)
    ids = [each["id"] for each in first["items"] + second["items"]]
    assert ids == sorted(set(ids), reverse=True)
    assert {each["event"] for each in first["items"]} == {"seen"}


@pytest.mark.parametrize("huge", ["1e999", "9" * 5000])
def test_a_number_no_machine_holds_is_its_digits_for_every_reader(ours: Client, acme: Workspace, huge: str) -> None:
    paid = track("paid", messageId="m1", properties={"of": {"x": "HUGE"}, "y": 1})
    named = {"type": "identify", "userId": "u1", "messageId": "m2", "traits": {"spent": "HUGE", "city": "Ulm"}}
    data = json.dumps({"batch": [paid, named]}).replace('"HUGE"', huge).encode()
    body = Body(workspace_id=acme.id, kind="batch", received_us=int(NOW.timestamp() * 1e6), data=data)
    decoded = decode([body], event_limit=32768)
    seen = dict(Arrivals([(1, None, each) for each in decoded.calls])[0].properties)
    apply_decoded(decoded, now=NOW, memories=Memories())
    answer = ours.get("/api/v1/events")
    told = json.loads(answer.content, parse_constant=pytest.fail)["items"]
    as_kept = format(Decimal(huge), "f") if connection.vendor == "postgresql" else huge  # jsonb spells numbers out
    assert seen == {"of": {"x": huge}, "y": 1}
    assert [each["properties"] for each in told if each["type"] == "track"] == [{"of": {"x": as_kept}, "y": 1}]
    assert [each["properties"] for each in told if each["type"] == "identify"] == [{"spent": huge, "city": "Ulm"}]
    assert QuarantinedRow.objects.in_workspace(acme.id).count() == 0


def test_a_number_no_machine_holds_is_its_digits_in_a_request_too(ours: Client) -> None:
    answer = ours.put("/api/v1/accounts/big", '{"name":"Big","traits":{"worth":1e999}}', content_type=JSON)
    assert answer.status_code in (200, 201)
    assert ours.get("/api/v1/accounts/big").json()["traits"]["worth"] == "1e999"
    assert ours.put("/api/v1/accounts/big", '{"name":"Big"', content_type=JSON).status_code == 400


def test_events_are_walked_back_from_the_newest(acme: Workspace, elsewhere: Workspace) -> None:
    happen(acme, track("paid", messageId="ours"))
    happen(elsewhere, track("paid", messageId="theirs"))
    listed = events(workspace_id=acme.pk).filter(name="paid").order_by("-id")
    assert listed.count() == 1
    assert connection.vendor == "postgresql" or "TEMP B-TREE" not in listed.explain()  # nothing is sorted


def test_customers_are_found_by_their_ids_and_nobody_elses(ours: Client, acme: Workspace, elsewhere: Workspace) -> None:
    happen(acme, {"type": "identify", "userId": "u1", "traits": {"email": "z@x.test", "plan": "pro"}})
    happen(elsewhere, {"type": "identify", "userId": "u1", "traits": {"email": "other@x.test"}})
    listed = ours.get("/api/v1/customers?user_id=u1").json()["items"]
    assert [each["email"] for each in listed] == ["z@x.test"]
    shown = ours.get(f"/api/v1/customers/{listed[0]['key']}").json()
    assert (shown["attributes"], len(shown["identifiers"])) == ({"plan": "pro"}, 2)
    theirs = client_of(elsewhere).get("/api/v1/customers").json()["items"][0]["key"]
    answer = ours.get(f"/api/v1/customers/{theirs}")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_errors_are_problem_documents(ours: Client, acme: Workspace) -> None:
    for url, status in (("/api/v1/events?limit=0", 422), ("/api/v1/events?cursor=xyz", 400)):
        answer = ours.get(url)
        assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
        assert answer.json()["status"] == status
    assert ours.get("/api/v1/events?limit=0").json()["errors"][0]["pointer"] == "query/limit"
    stranger = Client(headers={"Authorization": "Bearer wrong"}).get("/api/v1/events")
    assert (stranger.status_code, stranger["WWW-Authenticate"]) == (401, "Bearer")


def test_a_quarantined_event_is_mended_and_sent_again(ours: Client, acme: Workspace) -> None:
    happen(acme, track("paid", messageId="m1", timestamp="yesterday"))
    (row,) = ours.get("/api/v1/quarantine").json()["items"]
    url = f"/api/v1/quarantine/{row['id']}/attempts"
    assert ours.post(url, {}, content_type=JSON).status_code == 422
    mended = json.dumps({"payload": row["payload"].replace("yesterday", "2026-02-28T08:00:00Z")})
    assert ours.post(url, mended, content_type=JSON).status_code == 204
    assert Event.objects.in_workspace(acme.id).get().ts == datetime(2026, 2, 28, 8, tzinfo=UTC)
    assert ours.get("/api/v1/quarantine").json()["items"] == []
    assert ours.post(url, {}, content_type=JSON).status_code == 404


def test_an_event_with_a_batch_number_or_sent_alone_is_mended_likewise(ours: Client, acme: Workspace) -> None:
    happen(acme, track("brewed", messageId="m1", timestamp="yesterday", properties={"batch": 7}))
    alone = {"userId": "u-1", "event": "paid", "messageId": "m2", "timestamp": "yesterday"}
    arrive(acme, "track", alone)
    for row in ours.get("/api/v1/quarantine").json()["items"]:
        mended = json.dumps({"payload": row["payload"].replace("yesterday", "2026-02-28T08:00:00Z")})
        answer = ours.post(f"/api/v1/quarantine/{row['id']}/attempts", mended, content_type=JSON)
        assert answer.status_code == 204, answer.json()
    assert sorted(Event.objects.in_workspace(acme.id).values_list("type", "name")) == [
        ("track", "brewed"),
        ("track", "paid"),
    ]


def test_nobody_sends_again_what_is_not_theirs(acme: Workspace, elsewhere: Workspace) -> None:
    happen(acme, track("paid", timestamp="yesterday"))
    row = QuarantinedRow.objects.in_workspace(acme.id).get()
    assert client_of(elsewhere).post(f"/api/v1/quarantine/{row.id}/attempts", {}, content_type=JSON).status_code == 404
    row.refresh_from_db()
    assert row.resolved_at is None


def test_an_idempotency_key_makes_a_repeat_harmless(ours: Client, acme: Workspace) -> None:
    def post(key: str, name: str) -> Any:
        return ours.post(
            "/api/v1/touchpoints",
            {"key": name, "name": name},
            content_type="application/json",
            headers={"Idempotency-Key": key},
        )

    first, again = post("k1", "order"), post("k1", "order")
    assert (first.status_code, again.status_code, first.json()) == (201, 201, again.json())
    assert again["Idempotent-Replayed"] == "true"
    assert post("k1", "another").status_code == 422
    assert ours.get("/api/v1/touchpoints?count=true").json()["count"] == 1
    assert post("k2", "order").status_code >= 400
    assert KeptReply.objects.count() == 1  # what failed may be tried again
    AccessKey.objects.in_workspace(acme.id).update(revoked_at=timezone.now())
    assert post("k1", "order").status_code == 401


@pytest.mark.django_db(transaction=True)
def test_a_kept_reply_says_nothing_of_the_erased_and_still_stops_the_repeat(ours: Client, acme: Workspace) -> None:
    """The answer quotes the customer without a name or a number that he is known by."""
    told = {"text": "the kettle exploded", "user_id": "u1"}
    headers = {"Idempotency-Key": "k1"}
    first = ours.post("/api/v1/voices", told, content_type=JSON, headers=headers)
    known = Identifier.objects.in_workspace(acme.id).get(value="u1")
    given = {"workspace_id": acme.id, "customer_id": known.customer_id, "now": timezone.now()}
    erase(**given, actor_id=None, via="api", never_again=True)
    assert KeptReply.objects.filter(body__contains="kettle").count() == 0
    again = ours.post("/api/v1/voices", told, content_type=JSON, headers=headers)
    assert (again.status_code, again.json(), again["Idempotent-Replayed"]) == (first.status_code, {}, "true")
    assert Voice.objects.in_workspace(acme.id).count() == 1
