"""The journey page: empty, filled, changed, and closed to outsiders."""

from django.test import Client
from tests import builders
from tests.conftest import Person

from allears.journeys.models import Touchpoint


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person.user)
    return client


FORM = {"name": "Delivery", "name_zh": "送货", "key": "delivery", "stage": "receive", "channel": "home", "owner": ""}


def test_an_empty_journey_offers_templates_and_one_fills_it(alice: Person) -> None:
    client = signed_in(alice)
    assert "No touchpoints yet" in client.get("/moments").content.decode()
    assert client.post("/moments/templates", {"template": "retail-delivery"}).status_code == 302
    page = client.get("/moments").content.decode()
    assert page.count("/moments/") >= 13
    assert "no owner" in page


def test_a_touchpoint_is_made_changed_archived_and_restored(alice: Person, bob: Person) -> None:
    client = signed_in(alice)
    answer = client.post("/moments/new", {**FORM, "event_names": "order_delivered\nparcel_left"})
    assert answer.status_code == 302
    made = Touchpoint.objects.in_workspace(alice.workspace.pk).get()
    assert made.event_names == ["order_delivered", "parcel_left"]
    client.post(f"/moments/{made.pk}", {**FORM, "owner": str(bob.membership.pk), "event_names": "x"})
    made.refresh_from_db()
    assert (made.owner, made.event_names) == (bob.membership, ["x"])
    client.post(f"/moments/{made.pk}/archival")
    assert "No touchpoints yet" in client.get("/moments").content.decode()
    client.post(f"/moments/{made.pk}/restoration")
    made.refresh_from_db()
    assert made.archived_at is None


def test_a_taken_key_is_told_and_nothing_is_made(alice: Person) -> None:
    builders.touchpoint(workspace=alice.workspace, key="delivery")
    answer = signed_in(alice).post("/moments/new", FORM)
    assert answer.status_code == 422
    assert "taken" in answer.content.decode()
    assert Touchpoint.objects.in_workspace(alice.workspace.pk).count() == 1


def test_an_outsider_gets_404_and_changes_nothing(alice: Person, charlie: Person) -> None:
    ours = builders.touchpoint(workspace=alice.workspace)
    client = signed_in(charlie)
    assert client.get(f"/moments/{ours.pk}").status_code == 404
    assert client.post(f"/moments/{ours.pk}", FORM).status_code == 404
    assert client.post(f"/moments/{ours.pk}/archival").status_code == 404
    ours.refresh_from_db()
    assert ours.archived_at is None


def test_agents_are_told_it_is_not_theirs(bob: Person) -> None:
    assert signed_in(bob).get("/moments").status_code == 403


def test_without_the_analytics_process_the_map_stays_and_says_why(alice: Person) -> None:
    builders.touchpoint(workspace=alice.workspace, key="delivery", stage="receive")
    answer = signed_in(alice).get("/moments/scores")
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "notice-warning" in page
    assert "Delivery" in page
