"""Annotations by API: any text, and what is stored of voices."""

from typing import Any

import pytest
from django.test import Client
from tests.conftest import Person
from tests.understand import builders
from tests.understand.annotators import Fake, fake

from allears.accounts.actions import make_key
from allears.accounts.models import AccessKey
from allears.understand import reading
from allears.understand.models import WaitingVoice

__all__ = ["fake"]  # a fixture


@pytest.fixture
def call(alice: Person, client: Client) -> Any:
    from django.utils import timezone

    _, bearer = make_key(workspace=alice.workspace, kind=AccessKey.Kind.API, name="t", actor=None, now=timezone.now())

    def _call(method: str, path: str, body: Any = None, *, key: str = "") -> Any:
        headers = {"Authorization": f"Bearer {bearer}"} | ({"Idempotency-Key": key} if key else {})
        kwargs: dict[str, Any] = {"headers": headers}
        if body is not None:
            kwargs |= {"data": body, "content_type": "application/json"}
        return getattr(client, method)(f"/api/v1{path}", **kwargs)

    return _call


def test_texts_are_read_masked_and_nothing_is_stored(call: Any, fake: Fake) -> None:
    answer = call("post", "/annotations", {"texts": ["Late, call 13800138000", "准时"]})
    assert answer.status_code == 200, answer.content
    first, second = answer.json()["items"]
    assert first["masked"] == "Late, call [masked]"
    assert first["found"] == [{"start": 11, "end": 22, "kind": "phone"}]
    assert first["labels"][0] == {
        "task": "sentiment", "value": "negative", "confidence": 0.9, "polarity": None, "spans": [[0, 4]],
    }  # fmt: skip
    assert (second["language"], second["abstained"], second["model"]) == ("zh", ["sentiment", "emotion"], "fake-1")


def test_items_keep_their_ids_and_masking_can_be_left_out(call: Any, fake: Fake) -> None:
    body = {"items": [{"id": "a-1", "text": "thanks 13800138000"}], "mask": False}
    (item,) = call("post", "/annotations", body).json()["items"]
    assert (item["id"], item["masked"], item["found"]) == ("a-1", "thanks 13800138000", [])


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"texts": ["a"], "items": [{"id": 1, "text": "a"}]},
        {"texts": ["a"], "language": "fr"},
        {"texts": ["x" * 10_001]},
        {"texts": ["a"] * 1_001},
        {"texts": ["x" * 10_000] * 101},
    ],
)
def test_what_does_not_fit_is_refused(call: Any, fake: Fake, body: dict[str, Any]) -> None:
    answer = call("post", "/annotations", body)
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert fake.read == []


def test_a_refusal_says_which_text_and_of_no_words_nothing_is_said(call: Any, fake: Fake) -> None:
    (error,) = call("post", "/annotations", {"texts": ["a", "x" * 10_001]}).json()["errors"]
    assert error["detail"] == "a text has at most 10,000 characters; text 1 (from 0) has 10,001"
    assert error["pointer"] == "body/body/texts"
    (error,) = call("post", "/annotations", {"texts": ["a"], "language": "fr"}).json()["errors"]
    assert error["pointer"] == "body/body/language"
    empty, full = call("post", "/annotations", {"texts": [" \n", "late"]}).json()["items"]
    assert (empty["labels"], empty["score"], empty["abstained"]) == ([], 0.0, ["sentiment"])
    assert full["labels"][0]["value"] == "negative"


def test_as_many_characters_as_are_promised_are_taken_in_chinese_too(call: Any, fake: Fake) -> None:
    """A million of them, each written as six bytes, were refused by a page of HTML."""
    answer = call("post", "/annotations", {"texts": ["服" * 10_000] * 100})
    assert answer.status_code == 200
    assert len(answer.json()["items"]) == 100


@pytest.mark.parametrize("key", ["", "once"])
def test_a_body_beyond_the_limit_is_refused_with_the_limit(call: Any, fake: Fake, key: str) -> None:
    answer = call("post", "/annotations", {"texts": ["x" * 9_000_000]}, key=key)
    assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json")
    assert "8 MiB" in answer.json()["detail"]
    assert fake.read == []


def test_a_correction_is_taken_back_by_api(call: Any, alice: Person, charlie: Person, fake: Fake) -> None:
    voice = builders.voice(workspace=alice.workspace, text="late")
    WaitingVoice(workspace=alice.workspace, voice=voice).save()
    reading.run_once("test:1:x")
    said = call("post", f"/voices/{voice.pk}/corrections", {"task": "sentiment", "value": "neutral"}).json()
    path = f"/voices/{voice.pk}/corrections/{said['corrections'][0]['id']}/undoing"
    for _ in range(2):  # a second time changes nothing
        found = call("post", path).json()
        (feeling,) = (each for each in found["labels"] if each["task"] == "sentiment")
        assert (feeling["value"], feeling["by_person"]) == ("negative", False)
        assert len(found["corrections"]) == 2
    other = builders.voice(workspace=charlie.workspace, text="late")
    assert call("post", f"/voices/{other.pk}/corrections/{said['corrections'][0]['id']}/undoing").status_code == 404


def test_annotations_of_a_voice_with_corrections_and_history(call: Any, alice: Person, fake: Fake) -> None:
    voice = builders.voice(workspace=alice.workspace, text="late")
    WaitingVoice(workspace=alice.workspace, voice=voice).save()
    reading.run_once("test:1:x")
    answer = call("post", f"/voices/{voice.pk}/corrections", {"task": "sentiment", "value": "neutral"})
    assert answer.status_code == 201, answer.content
    found = call("get", f"/voices/{voice.pk}/annotations").json()
    assert [(each["task"], each["value"], each["by_person"]) for each in found["labels"]] == [
        ("topic", "delivery", False), ("point", "pain", False), ("sentiment", "neutral", True),
    ]  # fmt: skip
    assert [each["model"] for each in found["items"]] == ["fake-1"]
    assert found["items"][0]["labels"][0]["value"] == "negative"  # what the model said stays
    wrong = call("post", f"/voices/{voice.pk}/corrections", {"task": "topic", "value": "moon"})
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["pointer"] == "value"


def test_voices_are_listed_by_label_and_with_labels(call: Any, alice: Person, fake: Fake) -> None:
    for text in ("late", "thanks"):
        voice = builders.voice(workspace=alice.workspace, text=text)
        WaitingVoice(workspace=alice.workspace, voice=voice).save()
    reading.run_once("test:1:x")
    (found,) = call("get", "/voices?topic=delivery.bad&expand=labels").json()["items"]
    assert found["text"] == "late"
    assert {each["value"] for each in found["labels"]} == {"negative", "delivery", "pain"}
    assert call("get", "/voices").json()["items"][0]["labels"] is None
    assert call("get", "/voices?topic=moon").status_code == 422


def test_voices_of_others_are_not_there(call: Any, charlie: Person, fake: Fake) -> None:
    voice = builders.voice(workspace=charlie.workspace, text="late")
    assert call("get", f"/voices/{voice.pk}/annotations").status_code == 404
    assert call("post", f"/voices/{voice.pk}/corrections", {"task": "sentiment"}).status_code == 404


def test_the_past_is_read_on_request(call: Any, alice: Person, fake: Fake) -> None:
    builders.voice(workspace=alice.workspace, text="late")
    started = call("post", "/annotations/backfills")
    assert (started.status_code, started.json()["total"]) == (202, 1)
    while reading.run_once("test:1:x"):
        pass
    assert call("get", f"/annotations/backfills/{started.json()['id']}").json()["done"] == 1


@pytest.mark.parametrize(
    ("method", "path", "body", "named"),
    [
        ("post", "/annotations", {"texts": ["a"], "langauge": "en"}, "body/body/langauge"),
        ("post", "/annotations", {"items": [{"id": 1, "text": "a", "score": 3}]}, "body/body/items/0/score"),
        ("post", "/voices/1/corrections", {"task": "sentiment", "value": "positive", "sure": True}, "body/body/sure"),
        ("post", "/text-models", {"source": "people", "holdout": 0.5}, "body/body/holdout"),
        ("post", "/text-models/rollback", {"model": 3}, "body/body/model"),
        ("put", "/text-models/outside", {"labels": [], "cap": 3}, "body/body/cap"),
        ("post", "/themes/runs", {"count": 3}, "body/body/count"),
        ("patch", "/themes/1", {"title": "x"}, "body/body/title"),
        ("post", "/themes/1/merge", {"into": 2, "name": "x"}, "body/body/name"),
        ("post", "/themes/1/split", {"in": 2}, "body/body/in"),
        ("post", "/theme-selections", {"chanel": "email"}, "body/body/chanel"),
        ("post", "/tone", {"text": "Dear", "lang": "en"}, "body/body/lang"),
    ],
)
def test_a_field_that_is_not_known_is_refused_by_its_name(
    call: Any, fake: Fake, method: str, path: str, body: dict[str, Any], named: str
) -> None:
    answer = call(method, path, body)
    assert answer.status_code == 422, answer.content
    assert [error["pointer"] for error in answer.json()["errors"]] == [named]
