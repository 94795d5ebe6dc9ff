"""CloudEvents and PostHog events as calls of the intake."""

import base64
import gzip
import json
from typing import Any
from urllib.parse import quote

import pytest

from allears.events.consumer.decode import decode
from allears.events.doors import DOORS, Arrival, UnfitError, answer_at
from allears.events.intake.log import Body

RECEIVED = 1_767_225_600_000_000  # 2026-01-01T00:00:00Z
CE = {"specversion": "1.0", "id": "7", "source": "/shop", "type": "com.shop.order.paid", "subject": "u1"}


def arrival(data: Any, *, query: str = "", **headers: str) -> Arrival:
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    named = {name.replace("_", "-").encode(): value.encode() for name, value in headers.items()}
    return Arrival(headers=named, query=query.encode(), data=body, limit=4_000_000, received_us=RECEIVED)


def read(path: str, came: Arrival) -> tuple[list[tuple[str, str, str, str, dict[str, Any]]], list[str]]:
    """What the consumer understands: (type, name, user, visitor, properties) of each call, and reasons of the bad."""
    body = Body(workspace_id=1, kind="batch", received_us=RECEIVED, data=DOORS[path](came).body())
    decoded = decode([body], event_limit=32768)
    calls = [
        (call.type, call.name, call.identity().user_id, call.identity().anonymous_id, json.loads(call.properties))
        for call in decoded.calls
    ]
    return calls, [str(bad.reason) for bad in decoded.bad]


def keys(path: str, came: Arrival) -> list[str]:
    body = Body(workspace_id=1, kind="batch", received_us=RECEIVED, data=DOORS[path](came).body())
    return [call.message_key for call in decode([body], event_limit=32768).calls]


def cloud(data: Any, **said: str) -> tuple[list[tuple[str, str, str, str, dict[str, Any]]], list[str]]:
    return read("/v1/cloudevents", arrival(data, **said))


def test_all_three_modes_say_the_same_once() -> None:
    event = {**CE, "time": "2026-01-01T08:00:00Z", "data": {"amount": 5}, "traceparent": "00-a"}
    structured = arrival(event, content_type="application/cloudevents+json; charset=utf-8")
    batch = arrival([event], content_type="application/cloudevents-batch+json")
    headers = {f"ce_{name}": value for name, value in event.items() if name != "data"}
    binary = arrival(event["data"], content_type="application/json", **headers)
    for came in (structured, batch, binary):
        assert read("/v1/cloudevents", came) == ([("track", "com.shop.order.paid", "u1", "", {"amount": 5})], [])
    assert len({keys("/v1/cloudevents", came)[0] for came in (structured, batch, binary)}) == 1
    [call] = DOORS["/v1/cloudevents"](structured).calls
    assert call["context"]["cloudevent"]["traceparent"] == "00-a"
    assert call["timestamp"] == "2026-01-01T08:00:00Z"


def test_the_same_id_of_another_source_is_another_event() -> None:
    media = "application/cloudevents-batch+json"
    found = keys("/v1/cloudevents", arrival([CE, {**CE, "source": "/till"}, CE], content_type=media))
    assert (len(found), len(set(found))) == (3, 2)


def test_the_address_says_what_is_the_name_and_who_the_customer() -> None:
    event = {**CE, "subject": "order-9", "data": {"buyer": {"no": 44, "mail": "z@x.test"}}}
    rule = "event=last&user_id=data.buyer.no&email=data.buyer.mail"
    came = arrival(event, query=rule, content_type="application/cloudevents+json")
    assert read("/v1/cloudevents", came)[0][0][:4] == ("track", "paid", "44", "")
    [call] = DOORS["/v1/cloudevents"](came).calls
    assert call["context"]["traits"] == {"email": "z@x.test"}


def test_data_of_other_kinds_is_kept() -> None:
    media = "application/cloudevents+json"
    packed = base64.b64encode(b"\x00\xff").decode()
    assert cloud({**CE, "data_base64": packed}, content_type=media)[0][0][4] == {"data_base64": packed}
    assert cloud({**CE, "data": "hello"}, content_type=media)[0][0][4] == {"data": "hello"}
    assert cloud(b"hello", content_type="text/plain", **{f"ce_{k}": v for k, v in CE.items()})[0][0][4] == {
        "data": "hello"
    }


def test_headers_are_percent_decoded() -> None:
    named = {f"ce_{name}": value for name, value in (CE | {"subject": quote("张 伟")}).items()}
    assert cloud({}, content_type="application/json", **named)[0][0][2] == "张 伟"

    named["ce_subject"] = "张伟"  # not encoded, as a careless sender writes it
    assert cloud({}, content_type="application/json", **named)[0][0][2] == "张伟"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2016-12-31t23:59:60z", "2016-12-31T23:59:59.999999Z"),
        ("2017-01-01T08:59:60.5+09:00", "2017-01-01T08:59:59.999999+09:00"),
        ("2026-11-01t12:00:00.123456789z", "2026-11-01T12:00:00.123456789Z"),
    ],
)
def test_times_as_rfc_3339_knows_them(said: str, meant: str) -> None:
    came = arrival({**CE, "time": said}, content_type="application/cloudevents+json")
    [call] = DOORS["/v1/cloudevents"](came).calls
    assert call["timestamp"] == meant
    assert read("/v1/cloudevents", came)[1] == []


def test_a_bad_event_of_a_batch_waits_with_its_reason_and_the_others_are_taken() -> None:
    bad = {name: value for name, value in CE.items() if name != "source"}
    calls, reasons = cloud(
        [CE, bad, 5, {**CE, "specversion": "0.3"}], content_type="application/cloudevents-batch+json"
    )
    assert len(calls) == 1
    assert [reason.partition(":")[0] for reason in reasons] == [
        "the attribute source is missing",
        "a CloudEvent is a JSON object",
        "specversion 0.3 is not known here",
    ]


@pytest.mark.parametrize(
    ("data", "media", "status", "says"),
    [
        ({"id": "7"}, "application/cloudevents+json", 400, "specversion is missing"),
        (b"<x/>", "application/cloudevents+xml", 415, "is not read here"),
        ({"a": 1}, "application/json", 400, "this is no CloudEvent"),
        (CE, "application/cloudevents-batch+json", 400, "needs an array"),
        (b"{", "application/cloudevents+json", 400, "is not JSON"),
    ],
)
def test_what_is_no_cloudevent_is_refused_in_words(data: Any, media: str, status: int, says: str) -> None:
    with pytest.raises(UnfitError, match=says) as caught:
        DOORS["/v1/cloudevents"](arrival(data, content_type=media))
    assert caught.value.status == status


def posthog(*events: Any, **shared: Any) -> tuple[list[tuple[str, str, str, str, dict[str, Any]]], list[str]]:
    return read("/batch/", arrival({"api_key": "k", "batch": list(events), **shared}))


def test_posthog_events_become_the_calls_they_mean() -> None:
    calls, reasons = posthog(
        {"event": "paid", "distinct_id": "u1", "properties": {"amount": 3}, "uuid": "a"},
        {"event": "$identify", "distinct_id": "u1", "properties": {"$anon_distinct_id": "v1", "$set": {"plan": "pro"}}},
        {"event": "$set", "distinct_id": "u1", "$set": {"plan": "max"}},
        {"event": "$create_alias", "distinct_id": "old", "properties": {"distinct_id": "old", "alias": "u1"}},
        {"event": "$pageview", "distinct_id": "v2", "properties": {"$pathname": "/a", "$is_identified": False}},
        {
            "event": "$groupidentify",
            "distinct_id": "u1",
            "properties": {"$group_type": "company", "$group_key": "acme", "$group_set": {"name": "Acme"}},
        },
        {"event": "$screen", "distinct_id": "u1", "properties": {"$screen_name": "Cart"}},
    )
    assert reasons == []
    assert [each[:4] for each in calls] == [
        ("track", "paid", "u1", ""),
        ("identify", "", "u1", "v1"),
        ("identify", "", "u1", ""),
        ("alias", "", "u1", "u1"),  # the alias may be a visitor's id: its SDKs write it either way round
        ("page", "/a", "", "v2"),
        ("group", "", "u1", ""),
        ("screen", "Cart", "u1", ""),
    ]
    assert calls[1][4] == {"plan": "pro"}
    assert calls[3][4] == {"previousId": "old"}
    assert calls[5][4] == {"groupId": "acme", "name": "Acme", "group_type": "company"}


def test_set_beside_an_event_describes_its_person_too() -> None:
    calls, _ = posthog({"event": "paid", "distinct_id": "u1", "uuid": "a", "properties": {"$set": {"plan": "pro"}}})
    assert [(each[0], each[4]) for each in calls] == [("track", {}), ("identify", {"plan": "pro"})]


def test_a_browser_says_how_long_ago_instead_of_when() -> None:
    event = {"event": "x", "distinct_id": "u", "offset": 1500, "properties": {"token": "k"}}
    found = DOORS["/e/"](arrival([event]))
    assert (found.write_key, found.calls[0]["timestamp"]) == ("k", "2025-12-31T23:59:58.500000+00:00")


@pytest.mark.parametrize("packed", [False, True])
def test_base64_in_a_form(packed: bool) -> None:
    plain = json.dumps({"event": "x", "distinct_id": "u+v", "token": "k"}).encode()
    data = base64.b64encode(gzip.compress(plain) if packed else plain).decode()
    came = arrival(b"data=" + quote(data).encode(), query="compression=base64")
    assert read("/e/", came) == ([("track", "x", "u+v", "", {})], [])


def test_what_is_no_event_waits_with_its_reason() -> None:
    calls, reasons = posthog({"distinct_id": "u"}, 5, {"event": "ok", "distinct_id": "u"})
    assert (len(calls), len(reasons)) == (1, 2)
    with pytest.raises(UnfitError, match="send one event"):
        DOORS["/e/"](arrival(b"5"))


def test_what_other_sdks_of_browsers_ask_first() -> None:
    segment = answer_at("/v1/projects/ae_w_x-1/settings", scheme="http", host=b"ears.test:8080")
    assert segment is not None
    own = json.loads(segment.body)["integrations"]["Segment.io"]
    assert (own["apiKey"], own["apiHost"], own["protocol"]) == ("ae_w_x-1", "ears.test:8080/v1", "http")
    odd = answer_at("/v1/projects/k/settings", host=b'x"/evil')
    assert odd is not None
    assert "apiHost" not in json.loads(odd.body)["integrations"]["Segment.io"]
    rudder = answer_at("/sourceConfig/")
    assert rudder is not None
    assert (json.loads(rudder.body)["source"]["destinations"], rudder.type) == ([], b"application/json")


def test_the_beacon_of_a_page_being_left() -> None:
    call = {"type": "track", "event": "left", "userId": "u1", "messageId": "m"}
    body = json.loads(DOORS["/beacon/v1/batch"](arrival({"batch": [call]}, query="writeKey=k1")).body())
    assert (body["writeKey"], body["batch"]) == ("k1", [call])
    for wrong in ({"batch": 5}, [call], b"no"):
        with pytest.raises(UnfitError):
            DOORS["/beacon/v1/batch"](arrival(wrong))


def test_what_the_browsers_sdk_asks_first() -> None:
    config = answer_at("/array/ae_w_x-1/config")
    assert config is not None
    assert (json.loads(config.body)["hasFeatureFlags"], config.type) == (False, b"application/json")
    script = answer_at("/array/ae_w_x-1/config.js")
    assert script is not None
    assert script.body.startswith(b'(window._POSTHOG_REMOTE_CONFIG ||= {})["ae_w_x-1"] = {config: {')
    assert script.type == b"text/javascript"
    assert [answer_at(path) for path in ('/array/"];x/config.js', "/array/x/array.js", "/array//config", "/")] == [
        None
    ] * 4


@pytest.mark.parametrize("place", ["/api/s/", "/api/s/s2s/"])
def test_jitsu(place: str) -> None:
    call = {"type": "other", "event": "paid", "userId": "u1", "messageId": "m1", "properties": {"amount": 5}}
    came = arrival(call, x_write_key="key:secret")
    assert read(f"{place}track", came) == ([("track", "paid", "u1", "", {"amount": 5})], [])
    assert DOORS[f"{place}track"](came).write_key == "key"
    assert DOORS[f"{place}identify"](arrival({"userId": "u1", "writeKey": "key"})).write_key == "key"
    assert DOORS[f"{place}track"](arrival({"writeKey": 5})).write_key == ""
    for wrong in ([call], "paid"):
        with pytest.raises(UnfitError, match="JSON object"):
            DOORS[f"{place}track"](arrival(wrong))
