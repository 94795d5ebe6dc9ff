"""Every page of the console, found in the list of addresses: outsiders get 404 and nothing is written."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core import serializers
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from tests.conftest import Person
from tests.web.objects import MAKERS, NOT_OBJECTS

from allears.accounts.models import Role, Workspace
from allears.store.models import ScopedModel


def patterns(entries: list[Any]) -> Iterator[URLPattern]:
    """Our own pages: allauth's and the API's have tests of their own."""
    for entry in entries:
        if isinstance(entry, URLPattern) and entry.callback.__module__.startswith("allears.web.pages"):
            yield entry
        elif isinstance(entry, URLResolver) and not str(entry.pattern).startswith(("api/", "accounts/")):
            yield from patterns(entry.url_patterns)


GUARDED = {
    str(each.pattern): each for each in patterns(get_resolver().url_patterns) if hasattr(each.callback, "least_role")
}
WITH_OBJECT = sorted(each for each in GUARDED if GUARDED[each].pattern.converters and each not in NOT_OBJECTS)
WITHOUT = sorted(set(GUARDED) - set(WITH_OBJECT))


def least(route: str) -> Role:
    role: Role = GUARDED[route].callback.least_role  # type: ignore[union-attr]
    return role


def address(route: str, alice: Person) -> str:
    path = f"/{route}"
    for name in GUARDED[route].pattern.converters:
        maker = MAKERS.get(f"{route.split('/')[0]}/{name}") or MAKERS.get(name)
        own = NOT_OBJECTS.get(route)
        assert maker or own, f"{route}: add a maker for {name} to tests/web/objects.py"
        made = str(maker(alice)) if maker else str(own)
        path = re.sub(rf"<(\w+:)?{name}>", made, path)
    return path


def rows_of(workspace: Workspace) -> str:
    """Everything the workspace owns, as text."""
    models = [each for each in apps.get_models() if issubclass(each, ScopedModel)]
    return "\n".join(
        serializers.serialize("json", each.objects.in_workspace(workspace.pk).order_by("pk")) for each in models
    )


@pytest.mark.parametrize("route", WITH_OBJECT)
def test_an_outsider_finds_nothing_and_changes_nothing(route: str, alice: Person, charlie: Person) -> None:
    path = address(route, alice)
    client = Client()
    client.force_login(charlie.user)
    before = rows_of(alice.workspace)
    statuses = {client.get(path).status_code, client.post(path).status_code}
    assert statuses in ({404}, {404, 405}), f"{path}: {statuses}"
    assert rows_of(alice.workspace) == before


@pytest.mark.parametrize("route", WITHOUT + WITH_OBJECT)
def test_nobody_enters_unless_signed_in(route: str, alice: Person) -> None:
    path = address(route, alice)
    before = rows_of(alice.workspace)
    for answer in (Client().get(path), Client().post(path)):
        assert answer.status_code in {302, 405}
        if answer.status_code == 302:
            assert answer["Location"].startswith("/accounts/login/?next=/")
    assert rows_of(alice.workspace) == before


@pytest.mark.parametrize("route", [each for each in WITHOUT + WITH_OBJECT if least(each) != Role.AGENT])
def test_an_agent_enters_only_what_agents_may(route: str, alice: Person, bob: Person) -> None:
    path = address(route, alice)
    client = Client()
    client.force_login(bob.user)
    before = rows_of(alice.workspace)
    statuses = {client.get(path).status_code, client.post(path).status_code}
    assert statuses <= {302, 403, 405} if path == "/" else statuses <= {403, 405}
    assert rows_of(alice.workspace) == before


def test_every_console_page_has_a_guard() -> None:
    """Pages open to the world are few, and named here."""
    public = {
        str(each.pattern) for each in patterns(get_resolver().url_patterns) if not hasattr(each.callback, "least_role")
    }
    known = (
        "sign-in/",
        "join/",
        "language",
        "healthz",
        "readyz",
        "metrics",
        "s/",
        "c/",
        "u/",
        "d/",  # ends one's own digest, by a signed address
        "t/",
        "tell/",
        "listen/decisions",
        "in/",
        "widget.js",
        "schemas/survey.json",
        "v1/",
        "q/",
        "k/",
        "help",
        "me",
        "widget",
        "exports/files/",  # an unguessable link that expires
    )
    assert [route for route in sorted(public) if not route.startswith(known)] == []
