"""The wall on a telephone: whatever customers are called, nobody has to scroll sideways."""

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests import builders
from tests.conftest import Person
from tests.understand import builders as reading

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
def test_the_wall_fits_a_telephone(
    browser: Browser, live_server: LiveServer, alice: Person, client: Client, language: str
) -> None:
    long = builders.customer(workspace=alice.workspace, name="Wolfeschlegelsteinhausenbergerdorff" * 3)
    reading.voice(workspace=alice.workspace, customer=long, text="Rindfleischetikettierung" * 9)
    client.force_login(alice.user)
    context = browser.new_context(locale=language, viewport={"width": 390, "height": 844})
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    context.route("**/stream**", lambda route: route.abort())  # it would hold the server to the end
    page = context.new_page()
    wider = {}
    for width in (390, 360, 320):
        page.set_viewport_size({"width": width, "height": 844})
        page.goto(f"{live_server.url}/listen", timeout=120_000)
        page.locator(".voice-text").wait_for()
        wider[width] = page.evaluate(WIDER)
    context.close()
    assert wider == {390: 0, 360: 0, 320: 0}
