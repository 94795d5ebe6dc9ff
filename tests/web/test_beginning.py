"""Whoever starts with nothing is led: in through the door, and from step to step until customers are heard."""

import pytest
from django.test import Client
from django.utils import timezone
from tests import builders
from tests.conftest import Person

from allears.accounts.models import Membership, Role
from allears.journeys.models import Touchpoint

pytestmark = pytest.mark.django_db


def home(person: Person) -> str:
    return signed_in(person).get("/").content.decode()


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person.user)
    return client


def test_a_step_is_ticked_by_what_is_there(alice: Person) -> None:
    before = home(alice)
    assert before.count("still to do") + before.count(">done<") == 6
    Touchpoint.objects.create(workspace=alice.workspace, key="store", name="Store", created_at=timezone.now())
    builders.customer(workspace=alice.workspace)
    after = home(alice)
    assert after.count("still to do") == before.count("still to do") - 2
    assert after.count(">done<") == before.count(">done<") + 2


def test_the_steps_are_for_admins_and_go_when_told_to(alice: Person, bob: Person) -> None:
    Membership.objects.in_workspace(bob.workspace.pk).filter(user=bob.user).update(role=Role.MANAGER)
    assert 'id="beginning"' not in home(bob)
    client = signed_in(alice)
    assert 'id="beginning"' in client.get("/").content.decode()
    assert client.post("/home/first-steps/dismissal").content == b""
    assert 'id="beginning"' not in client.get("/").content.decode()


def test_the_door_says_how_the_first_one_comes_in() -> None:
    Membership.objects.across_workspaces().delete()
    assert "allears sign-in-link" in Client().get("/accounts/login/").content.decode()


def test_the_door_says_nothing_of_it_once_somebody_is_in(alice: Person) -> None:
    assert "sign-in-link" not in Client().get("/accounts/login/").content.decode()
