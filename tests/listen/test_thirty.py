"""Thirty questions with logic in a real browser, in both languages, with the connection cut in the middle."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from allears.accounts.models import Workspace
from allears.listen.models import Invitation, Response
from tests.listen import surveys
from tests.support.browser import NARROW, PageOpener

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SEND = {"en": "Send", "zh": "提交"}
LOST = {"en": "No connection.", "zh": "网络断开了。"}
KEPT = {"en": "Kept", "zh": "已保存"}
LOCALES = {"en": "en-GB", "zh": "zh-CN"}
ONE = {"en": "Please choose at most 1.", "zh": "最多选 1 项。"}
THANKS = {"en": "That was all", "zh": "就这些"}


def responses() -> list[Response]:
    return list(Response.objects.across_workspaces())


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[[str, str], Page]]:
    """A phone; a page error fails the test. (A cut connection is a console error, and here it is wanted.)"""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def one(url: str, language: str) -> Page:
        context = browser.new_context(locale=LOCALES[language], viewport=NARROW, reduced_motion="reduce")
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(url)
        return page

    yield one
    for context in contexts:
        context.close()
    assert errors == []


def pick(page: Page, question: str, value: str) -> None:
    page.locator(f'[data-q="{question}"] input[value="{value}"]').first.check(force=True)


def shown(page: Page) -> list[str]:
    found: list[str] = page.eval_on_selector_all("fieldset.q:not([hidden])", "all => all.map((each) => each.dataset.q)")
    return found


def answer_the_first_page(page: Page, language: str) -> None:
    assert shown(page) == ["nps", "store", "hello", "bought"]
    before = page.url
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        pick(page, "nps", "2")
    assert shown(page) == ["nps", "wrong", "store", "hello", "bought"]
    page.wait_for_url(lambda url: url != before)  # a visitor's own address, to come back to
    page.locator("#q-wrong").fill("等了三天 three days")
    page.locator('[name="q-store.other"]').fill("网上 online")  # chooses its option, and is what is said again
    expect(page.locator('[data-q="hello"] .note')).to_contain_text("网上 online")
    pick(page, "store", "north")
    expect(page.locator('[data-q="hello"] .note')).to_contain_text({"en": "North", "zh": "选项north"}[language])
    pick(page, "bought", "lamp")
    pick(page, "bought", "sofa")
    page.locator("[data-go=next]").click()
    expect(page.locator("#kept")).to_have_text(ONE[language])
    assert "bought" in shown(page), "what has to be mended is said on its own page"
    pick(page, "bought", "none")
    assert page.locator('[data-q="bought"] input:checked').count() == 1, "none of these stands alone"
    page.locator("[data-go=next]").click()


def go_on_without_a_connection(page: Page, language: str) -> None:
    onward = page.locator("[data-go=next]")
    page.context.set_offline(True)
    pick(page, "face", "4")
    expect(page.locator("#kept")).to_contain_text(LOST[language])
    pick(page, "figure", "0")
    for place, value in enumerate("yxz", 1):
        page.locator(f'[name="q-order.{value}"]').select_option(str(place))
    onward.click()
    expect(page.locator('[data-q="age"]')).to_contain_text({"en": "Y, X, Z", "zh": "选项y、选项x、选项z"}[language])
    assert shown(page)[:3] == ["age", "me", "more"], "the survey goes on without a connection"
    page.locator("#q-age").fill("41")
    onward.click()
    assert shown(page)[:3] == ["age", "me", "more"], "what is required is asked for"
    pick(page, "more", "yes")
    onward.click()
    assert "more" not in shown(page)
    page.go_back()
    assert shown(page)[:3] == ["age", "me", "more"]
    assert "face" not in responses()[0].answers
    page.context.set_offline(False)
    expect(page.locator("#kept")).to_have_text(KEPT[language], timeout=10_000)
    kept = responses()[0].answers
    assert (kept["face"], kept["figure"], kept["age"], kept["more"]) == (4, 0, 41, "yes")


def look_from_another_device(page: Page) -> None:
    assert shown(page)[0] in ("me", "stars", "parts"), "it opens where something is left to answer"
    expect(page.locator('[name="q-stars"][value="2"]')).to_be_checked()
    page.close()


def switch_the_language_and_back(page: Page, language: str) -> None:
    page.locator('[data-go="lang"]').click()
    page.wait_for_url("**lang=*")
    assert shown(page)[:3] == ["age", "me", "more"]
    expect(page.locator("#q-age")).to_have_value("41")
    page.locator('[data-go="lang"]').click()
    page.wait_for_url(f"**lang={language}*")


def send_it_off_over_another_cut(page: Page, language: str) -> None:
    pick(page, "more", "no")
    page.locator("[data-go=next]").click()
    expect(page.get_by_label({"en": "You gave 2. Why?", "zh": "您打了2分，为什么？"}[language])).to_be_visible()
    assert shown(page) == ["last"]
    page.locator("#q-last").fill("完 done")
    page.context.set_offline(True)
    page.get_by_role("button", name=SEND[language]).click()
    expect(page.locator("#kept")).to_contain_text(LOST[language])
    assert responses()[0].completed_at is None
    page.context.set_offline(False)
    expect(page.get_by_text(THANKS[language])).to_be_visible(timeout=20_000)
    assert page.evaluate("localStorage.length") == 0, "nothing is left in the browser"
    assert page.context.cookies() == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_thirty_questions_over_a_cut_connection(
    acme: Workspace, live_server: LiveServer, visit: Callable[[str, str], Page], language: str
) -> None:
    link = surveys.link(surveys.made(acme, surveys.thirty()))
    page = visit(f"{live_server.url}/s/{link.token}", language)
    page.wait_for_timeout(500)
    assert Invitation.objects.across_workspaces().count() == 0, "who only looks leaves no trace"
    answer_the_first_page(page, language)
    pick(page, "stars", "2")
    expect(page.locator("#kept")).to_have_text(KEPT[language])
    go_on_without_a_connection(page, language)
    look_from_another_device(visit(page.url, language))
    switch_the_language_and_back(page, language)
    send_it_off_over_another_cut(page, language)
    (response,) = responses()
    assert (response.status, response.language, response.score) == ("complete", language, 2)
    assert response.answers == {
        "nps": 2, "wrong": "等了三天 three days", "store": "north", "bought": ["none"], "stars": 2, "face": 4,
        "figure": 0, "order": ["y", "x", "z"], "age": 41, "more": "no", "last": "完 done",
    }  # fmt: skip


def test_a_scanner_that_runs_scripts_but_touches_nothing_answers_nothing(
    acme: Workspace, live_server: LiveServer, open_page: PageOpener
) -> None:
    link = surveys.link(surveys.made(acme, surveys.definition(surveys.NPS)))
    for score in range(11):
        page = open_page(f"{live_server.url}/s/{link.token}?score={score}")
        page.evaluate("document.querySelector('[name=q-nps]').dispatchEvent(new PointerEvent('pointerdown'))")
        page.evaluate("scrollTo(0, 500)")
        page.close()
    assert Invitation.objects.across_workspaces().count() == 0
    assert responses() == []
