"""Members over REST."""

from django.test import Client
from django.utils import timezone
from tests.conftest import Person

from allears.accounts.actions import make_key


def test_a_key_lists_the_members_of_its_own_workspace_page_by_page(alice: Person, bob: Person, charlie: Person) -> None:
    _key, secret = make_key(workspace=alice.workspace, kind="api", name="t", actor=alice.user, now=timezone.now())
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    first = client.get("/api/v1/members?limit=1&count=true").json()
    second = client.get(f"/api/v1/members?limit=1&cursor={first['next']}").json()
    assert [each["email"] for each in first["items"] + second["items"]] == ["alice@acme.test", "bob@acme.test"]
    assert (first["count"], second["next"]) == (2, None)
    agents = client.get("/api/v1/members?role=agent").json()["items"]
    assert [each["role"] for each in agents] == ["agent"]
