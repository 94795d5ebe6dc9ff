"""The tone of a reply beside its box, and by REST."""

import json

from django.test import Client
from django.utils import timezone
from tests import builders
from tests.conftest import Person
from tests.respond.people import case_of

from allears.accounts.actions import make_key
from allears.outreach.models import Message
from allears.respond.models import CaseEntry


def as_(person: Person) -> Client:
    client = Client()
    client.force_login(person.user)
    return client


def test_a_draft_is_read_and_nothing_is_kept_or_sent(alice: Person, charlie: Person) -> None:
    customer = builders.customer(workspace=alice.workspace, name="Katherine Doyle")
    case = case_of(workspace=alice.workspace, text="Where is my parcel? I am furious.", customer=customer)
    before = CaseEntry.objects.in_workspace(alice.workspace.pk).count()
    draft = "Dear Customer, we apologise for any inconvenience caused."
    page = as_(alice).post(f"/cases/{case.number}/tone", {"text": draft}).content.decode()
    assert "<q class" in page
    assert "Call the customer by name." in page
    assert "take the apology back" in page
    assert "Not every question is answered." in page
    assert CaseEntry.objects.in_workspace(alice.workspace.pk).count() == before
    assert Message.objects.in_workspace(alice.workspace.pk).count() == 0
    assert as_(charlie).post(f"/cases/{case.number}/tone", {"text": draft}).status_code == 404
    assert "Write something first" in as_(alice).post(f"/cases/{case.number}/tone", {"text": " "}).content.decode()


def test_words_of_the_draft_are_shown_as_text(alice: Person) -> None:
    case = case_of(workspace=alice.workspace, text="Late again!")
    draft = "Sorry if <script>alert(1)</script> any inconvenience"
    assert "<script>alert" not in as_(alice).post(f"/cases/{case.number}/tone", {"text": draft}).content.decode()


def test_the_suggestions_come_in_the_readers_language(alice: Person) -> None:
    case = case_of(workspace=alice.workspace, text="包裹在哪里？气死了")
    client = as_(alice)
    client.cookies["allears_language"] = "zh-hans"
    page = client.post(f"/cases/{case.number}/tone", {"text": "敬请谅解，我们会尽快处理。"}).content.decode()
    assert "“尽快”不算承诺" in page


def test_tone_over_rest(alice: Person) -> None:
    _key, secret = make_key(workspace=alice.workspace, kind="api", name="t", actor=alice.user, now=timezone.now())
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    body = {"text": "我会在周五前给您回电。", "reply_to": "什么时候能解决？"}
    answer = client.post("/api/v1/tone", json.dumps(body), content_type="application/json")
    assert answer.status_code == 200
    found = answer.json()
    assert found["language"] == "zh"
    assert found["promises"] == [{"start": 0, "end": 10, "deadline": [3, 6]}]
    assert [each["answered"] for each in found["questions"]] == [True]
    by_name = {each["name"]: each for each in found["aspects"]}
    assert by_name["promise"]["score"] == 1.0
    assert by_name["apology"]["score"] is None or by_name["apology"]["suggestion"]
    empty = client.post("/api/v1/tone", json.dumps({"text": ""}), content_type="application/json")
    assert empty.status_code == 422
    assert Client().post("/api/v1/tone", json.dumps(body), content_type="application/json").status_code == 401
