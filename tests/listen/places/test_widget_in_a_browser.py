"""The widget in a real Chromium, on a page of another origin with a strict policy."""

import json
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from allears import web
from allears.listen import ready_made
from allears.listen.definition import as_json
from tests.support.browser import NARROW
from tests.support.processes import wait_until
from tests.support.server import ServerFactory
from tests.support.web import WebPeer

pytestmark = [pytest.mark.browser, pytest.mark.server]
POLICY = "default-src 'none'; script-src {0}; connect-src {0}; img-src data:; base-uri 'none'; form-action 'none'"
PAGE = """<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>Shop</title>
<link rel="icon" href="data:,"></head><body><h1>Shop</h1><p><button id="buy">Buy</button></p>
<script async crossorigin src="{url}/widget.js" data-key="{key}" data-site="{site}" data-consent="required"></script>
</body></html>"""


def api(server: Any, path: str, body: dict[str, Any] | None = None) -> Any:
    headers = {"Authorization": f"Bearer {server.api_key}", "Content-Type": "application/json"}
    data = json.dumps(body).encode() if body else None
    with urllib.request.urlopen(urllib.request.Request(f"{server.url}/api/v1{path}", data, headers)) as answer:
        return json.loads(answer.read())


def until(page: Page, expression: str) -> None:
    """Looked at from outside: a page with this policy lets nobody inside evaluate a string."""
    wait_until(lambda: bool(page.evaluate(expression)), seconds=30, what=expression)


SIGNAL = "Object.defineProperty(navigator, '{name}', {{ get: () => {value} }})"
SIGNALLED = """<!doctype html><html dir="rtl"><head><title>Shop</title><link rel="icon" href="data:,"></head><body>
<script src="/widget.js" data-key="k" data-site="s" data-consent="granted" {more}></script></body></html>"""


@pytest.mark.parametrize(("name", "value"), [("globalPrivacyControl", "true"), ("doNotTrack", "'1'")])
def test_a_browsers_no_counts_until_somebody_says_yes_here(
    web_peer: WebPeer, browser: Browser, name: str, value: str
) -> None:
    script = Path(web.__file__).parent / "static" / "dist" / "widget.js"
    web_peer.serve("/widget.js", script.read_bytes(), Content_Type="text/javascript")
    web_peer.serve("/", SIGNALLED.format(more=""), Content_Type="text/html")
    web_peer.serve("/asked", SIGNALLED.format(more='data-signals="ignore"'), Content_Type="text/html")
    context = browser.new_context()
    context.add_init_script(SIGNAL.format(name=name, value=value))
    page = context.new_page()
    calls: list[str] = []
    page.on("request", lambda sent: calls.append(sent.url.rpartition("/")[2]) if "/v1/" in sent.url else None)
    page.goto(web_peer.url("/"))
    page.evaluate('localStorage.allears = \'{"id": "of before"}\'')
    page.reload()
    page.evaluate("allears.track('bought')")
    page.wait_for_timeout(300)
    assert (calls, page.evaluate("localStorage.length")) == ([], 0)
    page.evaluate("allears.consent(true)")
    until(page, "JSON.parse(localStorage.allears).yes")
    assert calls == ["config"]
    page.evaluate("allears.consent(false)")
    calls.clear()
    page.goto(web_peer.url("/asked"))
    until(page, "'allears' in localStorage")
    assert calls == ["config"]
    context.close()


OPENING = """<!doctype html><html lang="en"><head><title>Shop</title><link rel="icon" href="data:,"></head><body>
<div data-allears-survey="nps"></div><div data-allears-survey="unknown"></div>
<script>allears = [["track", "bought"]]</script>
<script async src="/widget.js" data-key="k" data-site="s" data-consent="granted"></script></body></html>"""


def test_one_call_brings_all_that_a_page_opens_with(web_peer: WebPeer, browser: Browser) -> None:
    script = Path(web.__file__).parent / "static" / "dist" / "widget.js"
    web_peer.serve("/widget.js", script.read_bytes(), Content_Type="text/javascript")
    web_peer.serve("/", OPENING, Content_Type="text/html")
    ask = {"survey": "nps", "language": "en", "title": "In the page", "thanks": "", "company": "", "questions": []}
    found = {
        "accent": "#1f6feb", "side": "right", "feedback": False, "sheets": {"nps": ask}, "wondered": ["t1"],
        "triggers": [{"id": "t1", "on": "event", "value": "bought"}, {"id": "t2", "on": "page", "value": "/"}],
        "waiting": {**ask, "title": "Asked", "token": "t"},
    }  # fmt: skip
    context = browser.new_context()
    page = context.new_page()
    calls: list[str] = []
    told: list[Any] = []

    def answer(route: Route) -> None:
        calls.append(route.request.url.rpartition("/")[2])
        told.append(route.request.post_data_json)
        route.fulfill(json=found if calls[-1] == "config" else {})

    page.route("**/v1/**", answer)
    page.goto(web_peer.url("/"))
    expect(page.get_by_role("heading", name="In the page")).to_be_visible()
    expect(page.get_by_role("dialog", name="Asked")).to_be_visible()
    page.wait_for_timeout(300)
    assert calls[0] == "config", "the question has the line first"
    assert sorted(calls) == ["config", "seen", "sheet", "t"], "nothing but the unknown survey is asked for again"
    assert (told[0]["page"], told[0]["events"], told[0]["sheets"]) == ("/", ["bought"], ["nps", "unknown"])
    context.close()


def test_from_consent_to_the_answer_on_a_foreign_page(
    allears_server: ServerFactory, web_peer: WebPeer, browser: Browser
) -> None:
    server = allears_server()
    ours = {"key": "nps", "name": "NPS", "family": "nps", "definition": as_json(ready_made.NPS.definition)}
    api(server, "/surveys", ours)
    bought = {"id": "t1", "survey": "nps", "on": "event", "value": "bought"}
    thanked = {"id": "t2", "survey": "nps", "on": "page", "value": "/thanks*"}
    site = api(server, "/places", {"kind": "site", "name": "Shop", "settings": {"triggers": [bought, thanked]}})
    page_of = PAGE.format(url=server.url, key=server.write_key, site=site["code"], lang="zh-CN")
    address = web_peer.serve("/", page_of, Content_Type="text/html", Content_Security_Policy=POLICY.format(server.url))
    context = browser.new_context(locale="zh-CN", viewport=NARROW, reduced_motion="reduce")
    page = context.new_page()
    calls: list[str] = []
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None)
    page.on("request", lambda sent: calls.append(sent.url) if sent.url.startswith(f"{server.url}/v1") else None)
    page.goto(address.replace("127.0.0.1", "localhost"))
    until(page, "!!window.allears?.consent")
    page.evaluate("allears.track('bought')")
    page.wait_for_timeout(300)
    assert (calls, page.evaluate("localStorage.length"), page.context.cookies()) == ([], 0, [])

    page.evaluate("allears.consent(true); allears.track('bought')")  # before the triggers are known
    expect(page.get_by_role("button", name="意见反馈")).to_be_visible()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    page.context.set_offline(True)
    dialog.get_by_role("radio").first.focus()
    page.keyboard.press("ArrowRight")
    dialog.get_by_role("textbox").first.fill("送货太慢了")
    dialog.get_by_role("button", name="提交").press("Enter")
    expect(dialog.get_by_role("status")).not_to_be_empty()
    assert api(server, "/responses?count=true")["count"] == 0
    page.context.set_offline(False)
    until(page, "JSON.parse(localStorage.allears).queue.length === 0")
    (response,) = api(server, "/responses")["items"]
    assert (response["channel"], response["language"]) == ("widget", "zh")
    assert page.context.cookies() == []
    page.reload()
    until(page, "!!window.allears?.track")
    page.evaluate("allears.track('bought')")
    page.wait_for_timeout(500)
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.evaluate("allears.consent(false)")  # forgotten, and somebody else
    page.reload()
    until(page, "!!window.allears?.consent")
    page.evaluate("allears.consent(true); history.pushState({}, '', '/thanks/7')")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert wrong == []
    context.close()
