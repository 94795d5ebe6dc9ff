"""A tablet in a real Chromium: several people in a row, bad networks, a browser that keeps nothing."""

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from allears.accounts.models import Workspace
from allears.listen.models import Response
from allears.listen.places.actions import open_place
from allears.listen.places.models import Place
from tests.listen import surveys

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PATIENCE = 120_000
NO_STORE = "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError') }})"
SCORE = {"type": "rating", "name": "stars", "text": surveys.both("How was it?", "怎么样？")}
CHOICE = {"type": "choice", "name": "what", "text": surveys.both("Of what kind?", "哪一种？"),
          "options": surveys.options("a", "b", "c")}  # fmt: skip


@pytest.fixture
def tablet(acme: Workspace, live_server: LiveServer) -> str:
    survey = surveys.made(acme, surveys.definition(SCORE, CHOICE))
    place = open_place(
        workspace_id=acme.pk, kind="kiosk", name="Exit", survey_id=survey.pk, pin="2468", actor_id=None,
        now=timezone.now(), settings={"idle_seconds": 600},  # on a busy machine the next step may be long in coming
    )  # fmt: skip
    return f"{live_server.url}/k/{place.code}"


def opened(browser: Browser, url: str, script: str = "", **more: Any) -> Page:
    context = browser.new_context(locale="zh-CN", **more)
    if script:
        context.add_init_script(script)
    page = context.new_page()
    page.goto(url, timeout=PATIENCE)
    return page


def answers(workspace: Workspace) -> list[dict[str, Any]]:
    return list(Response.objects.in_workspace(workspace.pk).order_by("id").values_list("answers", flat=True))


def test_the_next_person_finds_the_start_and_the_places_language(
    browser: Browser, tablet: str, acme: Workspace
) -> None:
    Place.objects.in_workspace(acme.pk).update(settings={"idle_seconds": 10})
    page = opened(browser, tablet)
    page.get_by_role("button", name="English").click()
    expect(page.locator("h1")).to_have_text("How was it?")
    expect(page.locator("h1")).to_have_text("怎么样？", timeout=PATIENCE)
    page.context.close()


def test_a_double_tap_answers_one_question(browser: Browser, tablet: str, acme: Workspace) -> None:
    page = opened(browser, tablet, bypass_csp=True)
    spot = page.get_by_role("button", name="3", exact=True).bounding_box()
    assert spot is not None
    page.add_style_tag(content=".tap { position: fixed; inset: 0 } .kiosk-languages { display: none }")
    page.mouse.dblclick(spot["x"], spot["y"])
    expect(page.locator("h1")).to_have_text("哪一种？")
    page.wait_for_function("localStorage.length === 1 && Object.values(localStorage)[0] === '[]'")
    assert [list(each) for each in answers(acme)] == [["stars"]]
    page.context.close()


def test_answers_arrive_from_a_browser_that_keeps_nothing(browser: Browser, tablet: str, acme: Workspace) -> None:
    page = opened(browser, tablet, NO_STORE)
    page.context.set_offline(True)
    page.get_by_role("button", name="4", exact=True).click()
    expect(page.locator("#waiting")).to_have_text("本机存不下更多回答了。请联网，回答会自动发送。")
    page.context.set_offline(False)
    expect(page.locator("#waiting")).to_be_hidden(timeout=PATIENCE)
    assert answers(acme) == [{"stars": 4}]
    page.context.close()


def test_the_page_of_a_wifi_that_wants_a_log_in_takes_no_answer(browser: Browser, tablet: str, acme: Workspace) -> None:
    page = opened(browser, tablet)

    def portal(route: Route) -> None:
        route.fulfill(status=200, content_type="text/html", body="<h1>Log in to the Wi-Fi</h1>")

    page.route("**/answers", portal)
    page.get_by_role("button", name="2", exact=True).click()
    expect(page.locator("#waiting")).to_be_visible()
    page.unroute("**/answers", portal)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#waiting")).to_be_hidden(timeout=PATIENCE)
    assert answers(acme) == [{"stars": 2}]
    page.context.close()


def test_a_pin_that_cannot_be_checked_is_not_called_wrong(browser: Browser, tablet: str) -> None:
    page = opened(browser, tablet)
    page.context.set_offline(True)
    for _ in range(5):
        page.mouse.click(10, 10)
    page.locator("input").fill("2468")
    page.locator("form button").click()
    expect(page.get_by_role("alert")).to_contain_text("无法核对密码")
    page.context.close()
