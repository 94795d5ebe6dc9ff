"""Inbound webhooks: stored before they are answered, taught by a sample, mapped once, mended and mapped again."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import override
from standardwebhooks import Webhook
from tests.api.test_touchpoints import client_of

from allears.accounts.models import Workspace
from allears.events.inbound import actions
from allears.events.inbound.bodies import at, items_of, leaves
from allears.events.inbound.models import InboundRequest, InboundSource
from allears.events.models import Event
from allears.events.reasons import in_words
from allears.jobs.models import Job
from allears.listen.models import Voice

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
JSON = "application/json"
ORDER = {"id": "e1", "what": "order.paid", "at": "2026-02-28T10:00:00Z", "buyer": {"no": 44, "mail": "z@x.test"}}
MAPPING = {
    "kind": "event",
    "event": "/what",
    "customer_id": "/buyer/no",
    "email": "/buyer/mail",
    "time": "/at",
    "message_id": "/id",
}


def source(workspace: Workspace, **given: Any) -> InboundSource:
    told = {"name": "Shop", "kind": "none", "header": "", "secret": "", **given}
    return actions.create_source(workspace_id=workspace.pk, actor_id=None, now=NOW, **told)


def send(made: InboundSource, body: Any, content_type: str = JSON, **headers: str) -> int:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Client().post(f"/in/{made.token}", data, content_type=content_type, headers=headers).status_code


def map_all(made: InboundSource) -> list[bool]:
    waiting = made.requests.exclude(state="taken").order_by("pk").values_list("pk", flat=True)
    return [actions.map_request(workspace_id=made.workspace_id, request_id=each, now=NOW) for each in list(waiting)]


def states(made: InboundSource) -> list[tuple[str, str]]:
    return [(each.state, in_words(each.reason)) for each in made.requests.order_by("pk")]


def teach(made: InboundSource, **said: Any) -> None:
    actions.teach(source=made, said={**MAPPING, **said}, actor_id=None, now=NOW)


def test_what_comes_before_the_teaching_is_kept_and_mapped_afterwards(acme: Workspace) -> None:
    made = source(acme)
    assert [send(made, ORDER), send(made, {**ORDER, "id": "e2"}), send(made, ORDER)] == [202, 202, 202]
    assert (Event.objects.in_workspace(acme.pk).count(), Job.objects.filter(task__contains="inbound").count()) == (0, 0)
    teach(made)
    assert Job.objects.filter(task__contains="inbound").count() == 3
    assert map_all(made) == [True, True, True]
    rows = Event.objects.in_workspace(acme.pk).order_by("id").values_list("name", "ts", "properties__id")
    assert list(rows) == [("order.paid", datetime(2026, 2, 28, 10, tzinfo=UTC), each) for each in ("e1", "e2")]
    assert [state for state, _reason in states(made)] == ["taken"] * 3
    made.refresh_from_db()
    assert (made.received, made.taken, made.turned_away) == (3, 3, 0)


def test_what_does_not_fit_waits_with_its_reason_and_fits_once_the_mapping_is_mended(acme: Workspace) -> None:
    made = source(acme)
    teach(made)
    send(made, {"id": "e9", "type": "refund", "buyer": {"no": 7}})
    assert map_all(made) == [False]
    assert states(made) == [("refused", "The event has no name: nothing stands at /what.")]
    with override("zh-hans"):  # of whoever reads it, not of the worker that found it out
        assert states(made) == [("refused", "事件没有名称：/what 处没有内容。")]
    teach(made, event="/type")
    assert map_all(made) == [True]
    assert list(Event.objects.in_workspace(acme.pk).values_list("name", flat=True)) == ["refund"]
    assert map_all(made) == []


def test_a_list_is_taken_whole_or_not_at_all(acme: Workspace) -> None:
    made = source(acme)
    teach(made)
    send(made, [ORDER, {"id": "e2"}])
    assert map_all(made) == [False]
    assert Event.objects.in_workspace(acme.pk).count() == 0


def test_a_voice_is_heard_once_with_its_customer(acme: Workspace) -> None:
    made = source(acme)
    teach(made, kind="voice", text="/text", voice_kind="complaint")
    for _again in range(2):
        send(made, {**ORDER, "text": "The sofa came wet."})
    assert map_all(made) == [True, True]
    [voice] = Voice.objects.in_workspace(acme.pk).select_related("customer")
    assert (voice.text, voice.source_kind, voice.customer.email) == ("The sofa came wet.", "complaint", "z@x.test")


def test_only_so_many_taken_requests_are_kept(acme: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "SAMPLES", 2)
    made = source(acme)
    teach(made)
    for number in range(5):
        send(made, {**ORDER, "id": f"n{number}"})
    assert map_all(made) == [True] * 5
    assert (made.requests.count(), Event.objects.in_workspace(acme.pk).count()) == (2, 5)


BODY = json.dumps(ORDER).encode()


def signed(secret: str, told: bytes) -> str:
    return hmac.new(secret.encode(), told, hashlib.sha256).hexdigest()


def proofs() -> list[tuple[str, str, str, dict[str, str]]]:
    stamp = str(int(timezone.now().timestamp()))
    whsec = "whsec_" + base64.b64encode(b"s" * 24).decode()
    at_now = timezone.now()
    standard = {
        "webhook-id": "m1",
        "webhook-timestamp": str(int(at_now.timestamp())),
        "webhook-signature": Webhook(whsec).sign("m1", at_now, BODY.decode()),
    }
    return [
        ("token", "X-Key", "abc", {"X-Key": "abc"}),
        ("hmac", "", "abc", {"X-Hub-Signature-256": "sha256=" + signed("abc", BODY)}),
        (
            "timestamped",
            "",
            "abc",
            {"Stripe-Signature": f"t={stamp},v1={signed('abc', stamp.encode() + b'.' + BODY)}"},
        ),
        ("standard", "", whsec, standard),
    ]


@pytest.mark.parametrize("number", range(4))
def test_only_what_proves_itself_is_kept(acme: Workspace, number: int) -> None:
    kind, header, secret, headers = proofs()[number]
    made = source(acme, kind=kind, header=header, secret=secret)
    assert secret not in made.secret
    assert [send(made, BODY, **headers), send(made, BODY), send(made, BODY + b" ", **headers)] == [
        202,
        401,
        202 if kind == "token" else 401,
    ]
    made.refresh_from_db()
    assert (made.requests.count(), made.turned_away) == ((2, 1) if kind == "token" else (1, 2))


def test_an_old_signature_is_not_taken(acme: Workspace) -> None:
    made = source(acme, kind="timestamped", secret="abc")
    stamp = str(int(timezone.now().timestamp()) - 3600)
    header = {"Stripe-Signature": f"t={stamp},v1={signed('abc', stamp.encode() + b'.' + BODY)}"}
    assert send(made, BODY, **header) == 401


FORM = "application/x-www-form-urlencoded"
MULTIPART = """--x--7
Content-Disposition: form-data; name="rawRequest"

{"q3_name": {"first": "丽"}}
--x--7
Content-Disposition: form-data; name="remark"

Slow = bad
two lines
--x--7
Content-Disposition: form-data; name="photo"; filename="票.png"
Content-Type: image/png

\ufffdPNG
--x--7--
"""
ENTRY = {"rawRequest": {"q3_name": {"first": "丽"}}, "remark": "Slow = bad\ntwo lines", "photo": "票.png"}


@pytest.mark.parametrize(
    ("body", "content_type", "items"),
    [
        ('{"a": 1}', JSON, [{"a": 1}]),
        ('[{"a": 1}, {"a": 2}]', JSON, [{"a": 1}, {"a": 2}]),
        ('{"a": 1}\n{"a": 2}\n', "application/x-ndjson", [{"a": 1}, {"a": 2}]),
        ("a=1&b=x+y", "application/x-www-form-urlencoded", [{"a": "1", "b": "x y"}]),
        ("payload=%7B%22a%22%3A1%7D", "application/x-www-form-urlencoded", [{"payload": {"a": 1}}]),
        ("a=1&b=x&a=2&c=%7Bnice&d=%5B1%5D", FORM, [{"a": ["1", "2"], "b": "x", "c": "{nice", "d": "[1]"}]),
        ("e=%5B%7B%22a%22%3A1%7D%5D", FORM, [{"e": [{"a": 1}]}]),
        ("b=%BA%DC%BA%C3", FORM, [{"b": "很好"}]),
        (MULTIPART.replace("\n", "\r\n"), "multipart/form-data", [ENTRY]),
        (MULTIPART, "multipart/form-data", [ENTRY]),
    ],
)
def test_bodies_of_every_kind(body: str, content_type: str, items: list[dict[str, Any]]) -> None:
    read = items_of(body, content_type)
    assert json.loads(json.dumps(read).replace("\\r\\n", "\\n")) == items


@pytest.mark.parametrize(
    ("data", "content_type", "words"),
    [
        ('{"text": "很好"}'.encode("gbk"), "application/json; charset=GBK", "很好"),
        ('{"text": "très"}'.encode("latin-1"), 'application/json; charset="iso-8859-1"', "très"),
        ('{"text": "很好"}'.encode(), "application/json; charset=nonsense", "很好"),
        ('{"text": "很好"}'.encode(), "application/json; charset=ascii", "很好"),
    ],
)
def test_the_encoding_that_a_sender_names(acme: Workspace, data: bytes, content_type: str, words: str) -> None:
    made = source(acme)
    headers = {"Content-Type": content_type}
    kept = actions.receive(source=made, data=data, headers=headers, now=timezone.now())
    assert items_of(kept.body, kept.content_type) == [{"text": words}]


def test_a_delivery_that_the_sender_repeats_is_known_by_its_id(acme: Workspace) -> None:
    made = source(acme)
    for name in ("X-Shopify-Webhook-Id", "X-WC-Webhook-Delivery-ID"):
        kept = actions.receive(source=made, data=b"{}", headers={name: "d1"}, now=timezone.now())
        assert kept.delivery == "d1"


def test_places_are_json_pointers() -> None:
    item = {"a/b": {"c~d": [10, {"e": None}]}}
    pointers = [leaf.pointer for leaf in leaves(item)]
    assert pointers == ["/a~1b", "/a~1b/c~0d", "/a~1b/c~0d/0", "/a~1b/c~0d/1", "/a~1b/c~0d/1/e"]
    assert [at(item, place) for place in ("/a~1b/c~0d/0", "/a~1b/no", "no")] == [10, None, None]


def test_over_the_api(acme: Workspace, elsewhere: Workspace) -> None:
    ours = client_of(acme)
    answer = ours.post("/api/v1/inbound-webhooks", {"name": "Reviews"}, content_type=JSON)
    assert answer.status_code == 201
    made = InboundSource.objects.in_workspace(acme.pk).get()
    send(made, ORDER)
    where = f"/api/v1/inbound-webhooks/{made.pk}"
    previewed = ours.post(f"{where}/previews", MAPPING, content_type=JSON).json()
    assert previewed[0]["made"] == [
        {"kind": "track", "what": "order.paid", "who": "44", "at": "2026-02-28T10:00:00+00:00"}
    ]
    assert ours.put(f"{where}/mapping", {"kind": "event"}, content_type=JSON).status_code == 422
    assert ours.put(f"{where}/mapping", MAPPING, content_type=JSON).json()["waiting"] == 1
    assert ours.get(f"{where}/requests?state=waiting&count=true").json()["count"] == 1
    assert client_of(elsewhere).get(where).status_code == 404
    assert ours.delete(where).status_code == 204
    assert (send(made, ORDER), InboundRequest.objects.in_workspace(acme.pk).count()) == (404, 1)


def test_a_closed_or_unknown_address_and_other_methods(acme: Workspace) -> None:
    made = source(acme)
    assert Client().get(f"/in/{made.token}").status_code == 405
    assert Client().post("/in/nothing", b"{}", content_type=JSON).status_code == 404
