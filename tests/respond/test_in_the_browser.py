"""The loop as people live it, on the real thing: a low score, the owner's desk, a reply by mail, the status page."""

import json
import re
import urllib.request
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.support.browser import NARROW, PageOpener
from tests.support.server import AllEars, ServerFactory
from tests.support.smtp import SmtpPeer

pytestmark = [pytest.mark.browser, pytest.mark.server]
OWNER = "owner@acme.test"
WORDS = {
    "en": {
        "locale": "en-GB",
        "said": "The parcel came broken",
        "draft": "Apology",
        "sorry": "I am sorry",
        "send": "Send",
        "close": "Close with a cause",
        "confirm": "Close the case",
        "closed": "Cause: Delivered or done late",
        "stands": "How your matter stands",
        "no": "No, not yet",
        "open": "Your matter is open",
    },
    "zh": {
        "locale": "zh-CN",
        "said": "包裹送来就是坏的",
        "draft": "致歉",
        "sorry": "非常抱歉",
        "send": "发送",
        "close": "填写原因并关闭",
        "confirm": "关闭工单",
        "closed": "原因：交付或办理延误",
        "stands": "处理进展",
        "no": "还没有解决",
        "open": "您的问题会继续处理",
    },
}


def tell(server: AllEars, body: dict[str, Any]) -> None:
    request = urllib.request.Request(
        f"{server.url}/api/v1/voices",
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {server.api_key}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 201


def sign_in(server: AllEars, page: Page) -> None:
    said = server.command("sign-in-link", OWNER, "--data", str(server.data)).stdout
    found = re.search(r"https?://\S+", said)
    assert found, said
    page.goto(found.group())
    page.wait_for_load_state()
    if button := page.query_selector("form[data-sign-in] button"):
        button.click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)


@pytest.fixture
def server(allears_server: ServerFactory, smtp_peer: SmtpPeer) -> AllEars:
    """With one member, who owns whatever comes."""
    made = allears_server(smtp=smtp_peer)
    made.command("sign-in-link", OWNER, "--data", str(made.data))
    return made


@pytest.mark.parametrize("language", ["en", "zh"])
def test_from_a_low_score_to_the_status_page(
    server: AllEars, smtp_peer: SmtpPeer, open_page: PageOpener, language: str
) -> None:
    words = WORDS[language]
    desk = open_page("about:blank", language=words["locale"])
    sign_in(server, desk)
    desk.goto(f"{server.url}/desk")
    expect(desk.locator("[data-live-state][data-state=live]")).to_be_attached()
    tell(server, {
        "text": words["said"], "metric": "nps", "score": 2, "source_kind": "survey", "initiator": "company",
        "email": "zoe@example.test", "language": language,
    })  # fmt: skip
    row = desk.locator(".case-row", has_text=words["said"])
    expect(row).to_be_visible(timeout=60_000)  # by itself: the page was not fetched again

    desk.keyboard.press("j")
    expect(row).to_be_focused()
    desk.keyboard.press("r")
    expect(desk.locator("#reply-text")).to_be_focused()
    desk.get_by_role("button", name=words["draft"], exact=True).click()
    expect(desk.locator("#reply-text")).to_have_value(re.compile(words["sorry"]))
    desk.get_by_role("button", name=words["send"], exact=True).click()
    mail = smtp_peer.wait_for(1)[0]
    assert mail.recipients == ["zoe@example.test"]
    assert words["sorry"] in mail.text
    assert mail.message["In-Reply-To"] == mail.message["References"]

    desk.locator("#close summary").click()
    desk.locator("#closure-cause").select_option("late")
    desk.get_by_role("button", name=words["confirm"]).click()
    expect(desk.get_by_text(words["closed"])).to_be_visible()

    link = re.search(rf"{re.escape(server.url)}/c/\S+", mail.text)
    assert link is not None
    theirs = open_page(link.group(), language=words["locale"], size=NARROW)
    expect(theirs.get_by_role("heading", level=1)).to_have_text(words["stands"])
    expect(theirs.get_by_text(words["said"])).to_be_visible()
    theirs.get_by_role("button", name=words["no"]).click()
    expect(theirs.get_by_role("status")).to_contain_text(words["open"])

    desk.goto(f"{server.url}/desk")
    expect(desk.locator(".case-row", has_text=words["said"])).to_be_visible()
