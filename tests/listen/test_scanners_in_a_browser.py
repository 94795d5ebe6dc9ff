"""A sandbox of a mail filter: an ordinary Chromium that hides its driver, opens every link and presses every button."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from allears.accounts.models import Workspace
from allears.events.batch import Batch
from allears.listen import probing
from allears.listen.models import Invitation, Response, Voice
from tests import builders

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CHROME = "Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
HIDE = "Object.defineProperty(Navigator.prototype, 'webdriver', {get: () => false})"


@pytest.fixture
def invitation(acme: Workspace) -> Invitation:
    builders.open_policy(workspace=acme)
    customer = builders.customer(workspace=acme, language="en")
    builders.probe(workspace=acme)
    probing.on_batch(Batch(events=[builders.event_row(customer=customer)], now=timezone.now()))
    found: Invitation = Invitation.objects.in_workspace(acme.id).get()
    return found


def sent(*, ago: timedelta) -> None:
    Invitation.objects.across_workspaces().update(sent_at=timezone.now() - ago)


@pytest.fixture
def browsing(browser: Browser) -> Iterator[list[BrowserContext]]:
    contexts: list[BrowserContext] = []
    yield contexts
    for context in contexts:
        context.close()


def a_page(browser: Browser, contexts: list[BrowserContext], *, phone: bool = False) -> Page:
    context = browser.new_context(locale="en-GB", user_agent=CHROME, has_touch=phone, is_mobile=phone)
    context.add_init_script(HIDE)
    contexts.append(context)
    return context.new_page()


def press_send(page: Page, *, by_script: bool) -> None:
    """A press that the browser trusts, as a sandbox gives it, or a script's."""
    if by_script:
        page.evaluate("setTimeout(() => document.querySelector('form').requestSubmit())")
    else:
        page.locator("[data-go=send]").click()
    expect(page.get_by_role("heading", name="Is this your answer?")).to_be_visible()


def test_a_sandbox_that_presses_everything_answers_nothing_and_the_person_after_it_does(
    invitation: Invitation, live_server: LiveServer, browser: Browser, browsing: list[BrowserContext]
) -> None:
    sent(ago=timedelta(seconds=70))
    url = f"{live_server.url}/s/{invitation.token}"
    pages = [a_page(browser, browsing) for _ in range(3)]
    for at, page in enumerate(pages):
        page.goto(f"{url}?score={at * 4}")
    for at, page in enumerate(pages):
        press_send(page, by_script=at == 1)
    for page in pages:
        page.locator("[name=person]").first.click()
        page.wait_for_load_state()
    for page in pages:
        page.close()
    assert Response.objects.across_workspaces().count() == 0
    assert Voice.objects.across_workspaces().count() == 0
    invitation.refresh_from_db()
    assert (invitation.opened_at, invitation.completed_at) == (None, None)

    person = a_page(browser, browsing)
    person.goto(f"{url}?score=9")
    person.get_by_role("button", name="Send").click()
    expect(person.get_by_role("heading", name="Is this your answer?")).to_be_visible()
    person.wait_for_timeout(2100)
    person.get_by_role("button", name="Yes, it is my answer").click()
    expect(person.get_by_text("Thank you").first).to_be_visible()
    assert Response.objects.across_workspaces().get().answers == {"nps": 9}
    assert person.evaluate("localStorage.length") == 0


def test_a_persons_hand_is_believed_at_once(
    invitation: Invitation, live_server: LiveServer, browser: Browser, browsing: list[BrowserContext]
) -> None:
    sent(ago=timedelta(seconds=2))
    person = a_page(browser, browsing)
    person.goto(f"{live_server.url}/s/{invitation.token}?score=9")
    for step in range(8):
        person.mouse.move(100 + step * 9, 200 + step * 5)
        person.wait_for_timeout(80)
    expect(person.locator("#kept")).to_have_text("Kept")
    assert Response.objects.across_workspaces().get().answers == {"nps": 9}


def test_a_tap_in_the_mail_is_enough_on_a_phone(
    invitation: Invitation, live_server: LiveServer, browser: Browser, browsing: list[BrowserContext]
) -> None:
    sent(ago=timedelta(hours=1))
    url = f"{live_server.url}/s/{invitation.token}?score=9"
    desk, phone = a_page(browser, browsing), a_page(browser, browsing, phone=True)
    desk.goto(url)
    desk.wait_for_timeout(6500)
    assert Response.objects.across_workspaces().count() == 0, "at a desk a person moves"
    phone.goto(url)
    expect(phone.locator("#kept")).to_have_text("Kept", timeout=15_000)
    response = Response.objects.across_workspaces().get()
    assert (response.answers, response.completed_at) == ({"nps": 9}, None)
