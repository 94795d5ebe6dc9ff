"""A customer answers in a real browser, in both languages; a page that is only opened answers nothing."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from allears.accounts.models import Workspace
from allears.events.batch import Batch
from allears.listen import probing
from allears.listen.models import Invitation, Response, Voice
from tests import builders
from tests.support.browser import NARROW, PageOpener

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WORDS = {
    "en": ("en-GB", "What went wrong, and what should we do better?", "Kept", "Send", "Thank you"),
    "zh": ("zh-CN", "哪里让您失望了？我们该怎么改进？", "已保存", "提交", "谢谢您"),
}


def invited(workspace: Workspace, language: str) -> Invitation:
    builders.open_policy(workspace=workspace)
    customer = builders.customer(workspace=workspace, language=language)
    builders.probe(workspace=workspace)
    probing.on_batch(Batch(events=[builders.event_row(customer=customer)], now=timezone.now()))
    found: Invitation = Invitation.objects.in_workspace(workspace.id).get()
    return found


def responses() -> int:
    return Response.objects.across_workspaces().count()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_answering_on_a_phone(acme: Workspace, live_server: LiveServer, open_page: PageOpener, language: str) -> None:
    locale, question, kept, send, thanks = WORDS[language]
    invitation = invited(acme, language)
    page = open_page(f"{live_server.url}/s/{invitation.token}?score=3", language=locale, size=NARROW, dark=True)
    expect(page.get_by_role("radio", name="3", exact=True)).to_be_checked()
    page.wait_for_timeout(700)
    assert responses() == 0, "opened only: a scanner does as much"
    page.get_by_label(question).click()
    expect(page.get_by_role("status")).to_have_text(kept)
    touched = Response.objects.across_workspaces().get()
    assert (touched.score, touched.completed_at) == (3, None)
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_role("radio", name="2", exact=True).check(force=True)
    page.goto(f"{live_server.url}/s/{invitation.token}")
    expect(page.get_by_role("radio", name="2", exact=True)).to_be_checked()
    page.get_by_label(question).fill("等了三天 three days")
    page.get_by_role("button", name=send).click()
    expect(page.get_by_role("heading", name=thanks)).to_be_visible(timeout=20_000)
    voice = Voice.objects.across_workspaces().get()
    assert (voice.score, voice.text, voice.language) == (2, "等了三天 three days", language)


def test_switching_the_language_and_the_question_that_follows_the_score(
    acme: Workspace, live_server: LiveServer, open_page: PageOpener
) -> None:
    invitation = invited(acme, "zh")
    page = open_page(f"{live_server.url}/s/{invitation.token}", size=NARROW)
    page.get_by_role("button", name="English").click()
    expect(page.get_by_text("What is the main reason for your score?")).to_be_visible()
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_role("radio", name="10, Extremely likely").check(force=True)
    expect(page.get_by_text("What did you like most?")).to_be_visible()
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("radio", name="9", exact=True)).to_be_checked()
    page.close()
    assert Response.objects.across_workspaces().get().score == 9
