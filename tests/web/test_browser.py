"""A few journeys in a real Chromium: sign in, look around, watch the wall, in both languages."""

import json
import subprocess
import sys
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.support.browser import NARROW
from tests.support.server import AllEars, ServerFactory

pytestmark = [pytest.mark.browser, pytest.mark.server]
PageOpener = Callable[..., Page]

SPEAK = """
import json, sys
import django
django.setup()
from django.utils import timezone
from allears.accounts.models import Workspace
from allears.listen.models import Voice
workspace = Workspace.objects.get(slug="default")
for number, (text, score) in enumerate(json.loads(sys.argv[1])):
    Voice.objects.create(workspace=workspace, key=f"{timezone.now().isoformat()}-{number}", initiator="company",
        source_kind="survey", channel="email", text=text, metric="nps", score=score, said_at=timezone.now())
"""


@pytest.fixture
def server(allears_server: ServerFactory) -> AllEars:
    return allears_server()


def link(server: AllEars) -> str:
    address = server.command("sign-in-link", "ada@acme.test", "--data", str(server.data)).stdout.strip()
    return f"{server.url}/sign-in/{address.rsplit('/', 1)[1]}"


def speak(server: AllEars, *voices: tuple[str, int]) -> None:
    env = {**server.env, "DJANGO_SETTINGS_MODULE": "allears.settings", "ALLEARS_DATA": str(server.data)}
    subprocess.run([sys.executable, "-c", SPEAK, json.dumps(voices)], env=env, check=True)


def enter(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("form[data-sign-in] button").click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)


def test_from_the_link_to_the_wall_and_its_live_voices(server: AllEars, open_page: PageOpener) -> None:
    page = open_page(f"{server.url}/accounts/login/")
    enter(page, link(server))
    page.goto(f"{server.url}/listen")
    expect(page.locator("[data-live-state]")).to_have_text("live")
    expect(page.get_by_text("Nobody has said anything yet")).to_be_visible()

    speak(server, ("The courier called ahead.", 10))
    expect(page.locator("#voices article")).to_have_count(1, timeout=5_000)
    expect(page.get_by_text("Nobody has said anything yet")).to_have_count(0)

    page.get_by_role("button", name="Pause").click()
    speak(server, ("It rained on my sofa.", 2), ("Fine.", 7))
    expect(page.locator("[data-live-waiting]")).to_have_text("2 new", timeout=5_000)
    expect(page.locator("#voices article")).to_have_count(1)
    page.get_by_role("button", name="Resume").click()
    expect(page.locator("#voices article")).to_have_count(3)

    page.get_by_label("Feeling, as given").select_option("negative")
    expect(page.locator("#voices article")).to_have_count(1)
    assert page.url.endswith("/listen?feeling=negative")
    speak(server, ("Lovely.", 9), ("Still waiting.", 1))
    expect(page.locator("#voices article")).to_have_count(2, timeout=5_000)
    page.go_back()
    expect(page.locator("#voices article")).to_have_count(5)


def test_theme_language_palette_and_a_key_by_keyboard(server: AllEars, open_page: PageOpener) -> None:
    page = open_page(f"{server.url}/accounts/login/")
    enter(page, link(server))
    page.goto(f"{server.url}/settings/keys")
    page.get_by_label("You: ada@acme.test").click()
    page.get_by_role("menuitemradio", name="Dark").click()
    page.keyboard.press("Escape")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    ink = "getComputedStyle(document.documentElement).getPropertyValue('--color-base-content')"
    page.evaluate(f"window.addEventListener('beforeprint', () => {{ window.printed = {ink}; }})")
    page.pdf()
    assert page.evaluate("window.printed") == "#1b2320"
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"

    page.keyboard.press("Control+k")
    page.keyboard.type("invite")
    expect(page.get_by_role("option", name="Invite a member")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/settings/members")

    page.get_by_label("E-mail").fill("dora@acme.test")
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.locator("#toasts")).to_contain_text("Invitation on its way to dora@acme.test")
    expect(page.get_by_role("button", name="Copy link")).to_be_visible()

    page.get_by_label("You: ada@acme.test").click()
    page.get_by_role("menuitemradio", name="简体中文").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("设置")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")


def test_destructive_acts_ask_first_and_can_be_undone(server: AllEars, open_page: PageOpener) -> None:
    server.command("sign-in-link", "bob@acme.test", "--data", str(server.data))
    page = open_page(f"{server.url}/accounts/login/")
    enter(page, link(server))
    page.goto(f"{server.url}/settings/members")
    page.get_by_role("button", name="Remove bob@acme.test").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("They can no longer sign in here")
    dialog.get_by_role("button", name="Keep it").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_role("button", name="Remove bob@acme.test").click()
    dialog.get_by_role("button", name="Remove", exact=True).click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("tbody tr")).to_have_count(2)


def test_charts_draw_under_the_strict_policy_and_keep_their_table(server: AllEars, open_page: PageOpener) -> None:
    page = open_page(f"{server.url}/accounts/login/", language="zh-CN", dark=True, size=NARROW)
    enter(page, link(server))
    page.goto(f"{server.url}/settings/components")
    expect(page.locator(".chart-canvas canvas")).to_have_count(2)
    page.locator(".chart-canvas").first.hover(position={"x": 150, "y": 120})
    expect(page.locator(".chart-tip").first).to_contain_text("n = ")
    page.get_by_text("查看数据").first.click()
    expect(page.locator(".chart-table tbody tr").first).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("button", name="CSV").first.click()
    assert saved.value.suggested_filename == "每周 NPS.csv"
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0  # nothing hangs over the edge of a phone
