"""Cases over REST: everything the desk can do, once, and nothing across workspaces."""

from typing import Any

import pytest
from django.test import Client
from tests import builders
from tests.api.test_touchpoints import client_of
from tests.conftest import Person
from tests.respond.people import case_of, detractor, kinds, opened

from allears.accounts.models import Workspace
from allears.listen.models import Voice
from allears.outreach.models import Message
from allears.respond.models import Case, CaseEntry

URL = "/api/v1/cases"


def post(client: Client, path: str, body: dict[str, Any], **headers: str) -> Any:
    return client.post(f"{URL}{path}", body, content_type="application/json", headers=headers)


@pytest.fixture
def ours(acme: Workspace) -> Client:
    return client_of(acme)


def test_open_by_hand_once_and_whoever_was_asked_owns_it(ours: Client, alice: Person, bob: Person) -> None:
    builders.touchpoint(workspace=bob.workspace, owner=bob.membership)
    body = {
        "text": "My invoice is wrong",
        "email": "zoe@example.test",
        "touchpoint": "delivery",
        "member_id": alice.membership.pk,
    }
    first, again = (post(ours, "", body, **{"Idempotency-Key": "call-7"}) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    made = first.json()
    assert (made["number"], made["subject"], made["owner_id"]) == (1, "My invoice is wrong", alice.membership.pk)
    assert Case.objects.in_workspace(bob.workspace.pk).count() == 1
    assert Voice.objects.in_workspace(bob.workspace.pk).count() == 1
    other = post(ours, "", body | {"member_id": None, "email": "max@example.test"}).json()
    assert other["owner_id"] == bob.membership.pk  # the touchpoint's


@pytest.mark.parametrize(
    "wrong",
    [{"priority": "now"}, {"kind": "gossip"}, {"text": ""}, {"touchpoint": "moon"}, {"member_id": 999_999}],
)
def test_what_does_not_fit_opens_nothing(ours: Client, bob: Person, wrong: dict[str, Any]) -> None:
    answer = post(ours, "", {"text": "Hello", "email": "zoe@example.test", **wrong})
    assert answer.status_code in {409, 422}
    assert answer["Content-Type"] == "application/problem+json"
    assert Case.objects.across_workspaces().count() == 0
    assert Voice.objects.across_workspaces().count() == 0


def test_lists_filter_page_and_count(ours: Client, bob: Person) -> None:
    for count in range(5):
        opened(detractor(workspace=bob.workspace, key=f"v{count}", score=count + 2))
    first = ours.get(URL, {"limit": 3, "count": "true"}).json()
    rest = ours.get(URL, {"limit": 3, "cursor": first["next"]}).json()
    assert [each["number"] for each in first["items"] + rest["items"]] == [5, 4, 3, 2, 1]
    assert (first["count"], rest["next"]) == (5, None)
    assert [each["number"] for each in ours.get(URL, {"priority": "high"}).json()["items"]] == [2, 1]
    assert ours.get(URL, {"state": "closed", "count": "true"}).json()["count"] == 0


def test_the_whole_loop(ours: Client, bob: Person) -> None:
    case = case_of(workspace=bob.workspace)
    sent = [
        post(ours, "/1/replies", {"text": "Sorry", "wait": True}, **{"Idempotency-Key": "r1"}).json() for _ in range(2)
    ]
    assert sent[0] == sent[1]
    assert Message.objects.in_workspace(bob.workspace.pk).count() == 1
    assert post(ours, "/1/resumption", {}).status_code == 201
    assert post(ours, "/1/priority", {"priority": "urgent"}).status_code == 201
    assert (
        post(ours, "/1/notes", {"text": "Hm", "member_id": bob.membership.pk}).json()["actor_id"] == bob.membership.pk
    )
    assert post(ours, "/1/closure", {"cause": "late"}).status_code == 201
    assert ours.get(f"{URL}/1").json()["cause"] == "late"
    assert post(ours, "/1/reopening", {"reason": "Called again"}).json()["state"] == "open"
    listed = [each["kind"] for each in ours.get(f"{URL}/1/entries").json()["items"]]
    assert listed == kinds(case) == [
        "opened", "reply", "waiting", "resumed", "priority", "note", "closed", "reopened",
    ]  # fmt: skip


def test_hand_over_waits_for_an_agents_taker(ours: Client, alice: Person, bob: Person) -> None:
    case_of(workspace=bob.workspace)
    offer = {"to": alice.membership.pk, "reason": "Holiday", "member_id": bob.membership.pk}
    assert post(ours, "/1/handovers", offer).json()["state"] == "pending"
    assert ours.get(f"{URL}/1").json()["owner_id"] == bob.membership.pk
    assert post(ours, "/1/handovers/acceptance", {"member_id": bob.membership.pk}).status_code == 403
    assert post(ours, "/1/handovers/acceptance", {"member_id": alice.membership.pk}).json()["state"] == "accepted"
    after = ours.get(f"{URL}/1").json()
    assert (after["owner_id"], after["first_owner_id"]) == (alice.membership.pk, bob.membership.pk)
    assert len(ours.get(f"{URL}/1/handovers").json()["items"]) == 1


def test_refusals_are_problems_that_change_nothing(ours: Client, bob: Person) -> None:
    case = case_of(workspace=bob.workspace)
    unanswered = post(ours, "/1/closure", {"cause": "late"})
    overtaken = post(ours, "/1/replies", {"text": "Hi", "version": case.version - 1})
    unknown = post(ours, "/1/closure", {"cause": "stars"})
    assert [each.status_code for each in (unanswered, overtaken, unknown)] == [409, 409, 422]
    assert unanswered.json()["title"] == "The customer still waits for an answer"
    assert kinds(case) == ["opened"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/1/replies", {"text": "x"}),
        ("/1/contacts", {"text": "x"}),
        ("/1/notes", {"text": "x"}),
        ("/1/priority", {"priority": "low"}),
        ("/1/waiting", {}),
        ("/1/resumption", {}),
        ("/1/closure", {"cause": "late"}),
        ("/1/reopening", {"reason": "x"}),
        ("/1/handovers", {"to": 1, "reason": "x"}),
    ],
)
def test_another_workspaces_key_finds_nothing(
    bob: Person, elsewhere: Workspace, path: str, body: dict[str, Any]
) -> None:
    case = case_of(workspace=bob.workspace)
    theirs = client_of(elsewhere)
    assert post(theirs, path, body).status_code == 404
    assert theirs.get(f"{URL}/1").status_code == 404
    assert theirs.get(f"{URL}/1/entries").status_code == 404
    assert theirs.get(URL, {"count": "true"}).json()["count"] == 0
    assert CaseEntry.objects.across_workspaces().count() == 1
    assert kinds(case) == ["opened"]
