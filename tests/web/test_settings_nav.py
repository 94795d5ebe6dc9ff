"""Settings stand in groups: one line of groups, one of the pages in the present group."""

from django.test import Client
from tests.conftest import Person

from allears.web import context


def test_a_page_shows_its_group_and_the_pages_beside_it(alice: Person, client: Client) -> None:
    client.force_login(alice.user)
    page = client.get("/settings/retention").content.decode()
    assert '<a href="/settings/identity" aria-current="page">Customers and data</a>' in page
    assert 'href="/settings/erasures">Erasures</a>' in page
    assert 'href="/settings/members">Members</a>' not in page


def test_every_grouped_page_is_a_page_of_settings_once() -> None:
    grouped = [href for _label, hrefs in context.SETTINGS_GROUPS for href in hrefs]
    assert len(grouped) == len(set(grouped))
    assert {place.href for place in context.SETTINGS_PLACES} >= {href for href in grouped if context.exists(href)}
