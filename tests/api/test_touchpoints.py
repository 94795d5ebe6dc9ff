"""Touchpoints over REST."""

import hashlib

import pytest
from django.test import Client

from allears.accounts.models import AccessKey, Workspace
from allears.journeys.models import Touchpoint

URL = "/api/v1/touchpoints"


def client_of(workspace: Workspace) -> Client:
    key = f"key-of-{workspace.slug}"
    AccessKey.objects.create(
        workspace=workspace, kind="api", name="test", prefix=key[:8], key_hash=hashlib.sha256(key.encode()).hexdigest()
    )
    return Client(headers={"Authorization": f"Bearer {key}"})


@pytest.fixture
def ours(acme: Workspace) -> Client:
    return client_of(acme)


def post(client: Client, **body: object) -> int:
    answer = client.post(URL, {"name": "Order", **body}, content_type="application/json")
    assert answer.status_code == 201, answer.content
    return int(answer.json()["id"])


def test_create_read_change_archive(ours: Client) -> None:
    made = post(ours, key="order", stage="buy", event_names=["order_placed"])
    changed = ours.patch(f"{URL}/{made}", {"name_zh": "下单"}, content_type="application/json").json()
    assert (changed["name"], changed["name_zh"], changed["event_names"]) == ("Order", "下单", ["order_placed"])
    assert ours.delete(f"{URL}/{made}").status_code == 204
    assert ours.get(URL).json() == {"items": [], "next": None, "count": None}
    archived = ours.get(URL, {"archived": "true", "count": "true"}).json()
    assert (archived["count"], archived["items"][0]["archived_at"] is not None) == (1, True)


def test_lists_page_and_filter(ours: Client) -> None:
    for number in range(5):
        post(ours, key=f"k{number}", stage="buy" if number % 2 else "use")
    first = ours.get(URL, {"limit": 3, "count": "true"}).json()
    rest = ours.get(URL, {"limit": 3, "cursor": first["next"]}).json()
    assert [each["key"] for each in first["items"] + rest["items"]] == ["k0", "k1", "k2", "k3", "k4"]
    assert (first["count"], rest["next"]) == (5, None)
    assert [each["key"] for each in ours.get(URL, {"stage": "buy"}).json()["items"]] == ["k1", "k3"]


def test_a_taken_key_is_refused_with_its_reason(ours: Client) -> None:
    post(ours, key="order")
    answer = ours.post(URL, {"key": "order", "name": "Again"}, content_type="application/json")
    assert answer.status_code == 422
    assert "order" in answer.content.decode()
    assert ours.get(URL, {"count": "true"}).json()["count"] == 1


def test_an_outsider_gets_404_and_writes_nothing(ours: Client, elsewhere: Workspace) -> None:
    made = post(ours, key="order")
    theirs = client_of(elsewhere)
    assert theirs.get(f"{URL}/{made}").status_code == 404
    assert theirs.patch(f"{URL}/{made}", {"name": "X"}, content_type="application/json").status_code == 404
    assert theirs.delete(f"{URL}/{made}").status_code == 404
    kept = Touchpoint.objects.across_workspaces().get(id=made)
    assert (kept.name, kept.archived_at) == ("Order", None)
    assert theirs.get(URL).json()["items"] == []


def test_without_a_key_nothing_opens(db: None) -> None:
    assert Client().get(URL).status_code == 401
