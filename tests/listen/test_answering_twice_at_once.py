"""One link open in two tabs, and networks that answer in our place: no answer is lost, none comes from the past."""

import pytest
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from allears.accounts.models import Workspace
from allears.listen.models import Response
from tests.listen import surveys
from tests.support.browser import PageOpener

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def kept() -> Response:
    found: Response = Response.objects.across_workspaces().get()
    return found


def pick(page: Page, question: str, value: str) -> None:
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.locator(f'[data-q="{question}"] input[value="{value}"]').first.check(force=True)


@pytest.fixture
def address(acme: Workspace, live_server: LiveServer) -> str:
    ratings = ({"type": "rating", "name": name} for name in ("food", "room"))
    asked = surveys.definition(surveys.NPS, *ratings, {"type": "text", "name": "more"})
    return f"{live_server.url}/s/{surveys.link(surveys.made(acme, asked)).token}"


def test_two_tabs_of_one_link_add_up(address: str, open_page: PageOpener) -> None:
    first = open_page(address)
    pick(first, "nps", "9")
    first.wait_for_url(lambda url: url != address)  # the visitor's own
    second = first.context.new_page()
    second.goto(first.url)
    pick(first, "food", "5")
    pick(first, "nps", "3")
    pick(second, "room", "2")
    second.locator("#q-more").fill("Done")
    second.get_by_role("button", name="Send").click()
    expect(second.get_by_text("That was all")).to_be_visible()
    assert kept().answers == {"nps": 3, "food": 5, "room": 2, "more": "Done"}


def test_a_page_of_the_networks_own_loses_nothing(address: str, open_page: PageOpener) -> None:
    def log_in(route: Route) -> None:
        route.fulfill(status=200, content_type="text/html", body="<h1>Log in to the Wi-Fi</h1>")

    page = open_page(address)
    page.route("**/s/*", lambda route: log_in(route) if route.request.method == "POST" else route.continue_())
    pick(page, "nps", "8")
    expect(page.locator("#kept")).to_contain_text("No connection")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#kept")).to_contain_text("No connection")
    page.unroute("**/s/*")
    page.reload()
    expect(page.locator('[name="q-nps"][value="8"]')).to_be_checked()
    expect(page.locator("#kept")).to_have_text("Kept", timeout=20_000)
    assert kept().answers == {"nps": 8}
