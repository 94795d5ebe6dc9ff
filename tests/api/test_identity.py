"""Keys of identity over REST."""

import pytest
from django.test import Client
from tests.api.test_touchpoints import client_of

from allears.accounts.models import Workspace
from allears.customers.rules import rules_of

URL = "/api/v1/identity"


@pytest.fixture
def ours(acme: Workspace) -> Client:
    return client_of(acme)


def test_the_usual_keys_are_read_and_others_put_in_force(ours: Client, acme: Workspace, elsewhere: Workspace) -> None:
    usual = ours.get(URL).json()
    assert [key["kind"] for key in usual["keys"]][:3] == ["user_id", "unionid", "email"]
    told = {"region": "cn", "keys": [{"kind": "user_id", "cap": 1}, {"kind": "member_no", "merges": True, "cap": 2}]}
    answer = ours.put(URL, told, content_type="application/json")
    assert (answer.status_code, answer.json()["region"]) == (200, "CN")
    rules = rules_of(workspace_id=acme.pk)
    assert [(rule.kind, rule.merges, rule.cap) for rule in rules.keys] == [
        ("user_id", False, 1),
        ("member_no", True, 2),
    ]
    assert rules_of(workspace_id=elsewhere.pk).region == ""


def test_what_cannot_be_is_refused_in_words_and_changes_nothing(ours: Client) -> None:
    before = ours.get(URL).json()
    answer = ours.put(URL, {"keys": [{"kind": "email"}]}, content_type="application/json")
    assert (answer.status_code, "user id cannot be left out" in answer.json()["detail"]) == (422, True)
    assert ours.get(URL).json() == before
