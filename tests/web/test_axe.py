"""axe-core, unmodified, on the pages that most people meet: no violation of WCAG A and AA in either language.
And on every page with a plain address, in Chinese on a telephone: nothing hangs over the edge, no English is left."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer
from tests.conftest import Person
from tests.listen import surveys
from tests.support.browser import NARROW, WIDE
from tests.web import objects

from allears.listen.models import Response, Survey, Voice
from allears.listen.places.actions import open_place
from allears.respond.models import Case
from allears.web.urls import urlpatterns

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FOLDER = Path(__file__).parent / "axe"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
# What axe finds, as one line for each element: the rule, the element, what is wrong with it.
RUN = """async (tags) => (await axe.run(document, {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]}))
    .violations.flatMap((each) =>
        each.nodes.map((node) => `${each.id} ${node.target.join(" ")}: ${node.failureSummary}`))"""
OVER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Words in Latin letters of a Chinese page, except what is marked as another language, code, typed or a list of data.
LATIN = """() => {
    const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const node = walker.currentNode, at = node.parentElement, text = node.textContent.replace(/\\s+/g, " ").trim();
        if (!/[A-Za-z]{3}/.test(text) || /[\\u4e00-\\u9fff]/.test(text)) continue;
        if (at.closest("script, style, code, pre, kbd, textarea, datalist, [lang^=en]")) continue;
        if (at.closest(".secret, .font-mono, .menu-body, [name$=zone]")) continue;
        found.push(text);
    }
    return found;
}"""
PATIENCE = 120_000  # milliseconds; the first page of all loads the whole application
NAMES = {
    "CSV",
    "PNG",
    "Excel",
    "Parquet",
    "SPSS",
    "NPS",
    "CSAT",
    "CES",
    "Webhook",
    "SurveyJS, LimeSurvey",
    "UTC",
    "English",
}
DATA = {"All Ears", "English", "Acme", "alice@acme.test", "Study", "Sofa in the rain", "#741 Sofa in the rain"}
LOOKS = [("en-GB", False, WIDE), ("zh-CN", True, NARROW)]  # each language, theme and size once


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("axe") / "axe"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("node_modules"))
    install = ["npm", "install", "--ignore-scripts", "--omit=optional"]
    subprocess.run(install, cwd=folder, check=True, capture_output=True, timeout=170)
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def every_kind() -> dict[str, Any]:
    """A survey that asks each kind of question on one page."""
    asked = [{**each, "begins_page": False} for each in surveys.thirty()["questions"][:13]]
    plain = [{name: value for name, value in each.items() if name not in ("show_if", "skips")} for each in asked]
    file = {"type": "file", "name": "photo", "text": surveys.both("A photo", "照片")}
    return surveys.definition(*plain, file)


@pytest.fixture
def survey(alice: Person) -> Survey:
    return surveys.made(alice.workspace, every_kind())


@pytest.fixture
def console(alice: Person, survey: Survey) -> list[str]:
    """Addresses of the console, with something on each of the pages."""
    number = objects.MAKERS["number"](alice)
    Case.objects.in_workspace(alice.workspace.pk).update(opened_at=timezone.now())
    said = Voice.objects.in_workspace(alice.workspace.pk).get(pk=objects.voice(alice))
    Voice.objects.in_workspace(alice.workspace.pk).filter(pk=said.pk).update(metric="nps", score=3, language="en")
    return [
        "/", "/listen", "/listen/book", f"/listen/voices/{said.pk}", "/desk", "/respond", f"/cases/{number}",
        "/understand", "/moments", "/surveys", f"/surveys/{survey.pk}", f"/surveys/{survey.pk}/results", "/probes",
        "/decisions", "/settings", "/settings/channels", "/settings/channels/api", "/settings/widget",
    ]  # fmt: skip


@pytest.fixture
def pages(browser: Browser, client: Client, alice: Person, live_server: LiveServer) -> Iterator[list[Page]]:
    """One page for each look, signed in."""
    client.force_login(alice.user)
    name = settings.SESSION_COOKIE_NAME
    opened = []
    for locale, dark, size in LOOKS:
        context = browser.new_context(
            locale=locale,
            color_scheme="dark" if dark else "light",
            viewport=size,  # type: ignore[arg-type]
            reduced_motion="reduce",
            service_workers="block",  # what one fetches is not cut with the page's connection
        )
        language = "zh-hans" if locale.startswith("zh") else "en"
        for cookie, value in ((name, client.cookies[name].value), ("allears_language", language)):
            context.add_cookies([{"name": cookie, "value": value, "url": live_server.url}])
        context.route("**/stream*", lambda route: route.abort())  # the test's server has no end for them
        context.set_default_timeout(PATIENCE)
        opened.append(context.new_page())
    yield opened
    for page in opened:
        page.context.close()


def plain_pages(client: Client) -> list[str]:
    """Every page of the console whose address names nothing; what only changes something answers 405."""
    routes = [str(each.pattern) for each in urlpatterns if isinstance(each, URLPattern)]
    paths = [f"/{route}" for route in routes if "<" not in route and not route.endswith("stream")]
    answers = {path: client.get(path) for path in paths}
    return [path for path, got in answers.items() if got.status_code == 200 and b'class="shell"' in got.content]


def hanging(page: Page) -> list[str]:
    """What makes the page wider than the screen."""
    return [f"{page.url}: {over} px over the edge"] if (over := page.evaluate(OVER)) else []


def english(page: Page) -> list[str]:
    """What was not put into Chinese."""
    return [f"{page.url}: {text}" for text in page.evaluate(LATIN) if text not in NAMES | DATA]


def violations(page: Page, axe: str, address: str = "") -> list[str]:
    if address:
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
    page.evaluate(axe)
    return [f"{page.url}: {found}" for found in page.evaluate(RUN, TAGS)]


def tablet(page: Page, axe: str, address: str, survey: Survey) -> list[str]:
    """The loop without a connection: it says how many answers wait, and sends them when the network is back."""
    found = violations(page, axe, address)
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    page.get_by_role("button", name="9", exact=True).click()
    waiting = page.locator("#waiting")
    expect(waiting).to_have_text("No connection. 1 answer waits here and is sent when it is back.", timeout=PATIENCE)
    found += violations(page, axe)
    assert not Response.objects.in_workspace(survey.workspace_id).exists()
    page.context.set_offline(False)
    expect(waiting).to_be_hidden(timeout=PATIENCE)
    assert Response.objects.in_workspace(survey.workspace_id).get().answers == {"nps": 9}
    return found


def test_no_page_keeps_anybody_out(
    pages: list[Page], axe: str, live_server: LiveServer, survey: Survey, console: list[str]
) -> None:
    asked, now = surveys.link(survey), timezone.now()
    kiosk = open_place(
        workspace_id=survey.workspace_id,
        kind="kiosk",
        name="Exit",
        survey_id=survey.pk,
        pin="2468",
        actor_id=None,
        now=now,
    )
    found = tablet(pages[0], axe, f"{live_server.url}/k/{kiosk.code}", survey)
    for page in pages:
        for path in (f"/s/{asked.token}", f"/tell/{survey.workspace.slug}", *console):
            found += violations(page, axe, live_server.url + path) + hanging(page)
    assert found == []


def test_every_page_fits_a_telephone_and_speaks_chinese(
    pages: list[Page], axe: str, live_server: LiveServer, console: list[str], client: Client
) -> None:
    """In the look that shows most: narrow, dark, Chinese."""
    page, found = pages[1], []
    for path in plain_pages(client):
        found += violations(page, axe, live_server.url + path) + hanging(page) + english(page)
    assert not found, "\n".join(dict.fromkeys(found))
