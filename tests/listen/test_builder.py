"""The survey builder: its draft and its checks, and the island in a real browser."""

import json
import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone, translation
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from allears.listen import actions, ready_made
from allears.listen.definition import as_json, parse
from allears.listen.models import Survey
from allears.listen.translating import statuses
from allears.web.builder_words import builder_words
from tests.conftest import Person
from tests.support.browser import PageOpener


@pytest.fixture
def survey(alice: Person) -> Survey:
    return actions.ensure_ready_made(workspace_id=alice.workspace.id, key="csat", now=timezone.now())


def save(client: Client, survey: Survey, definition: Any, revision: int) -> Any:
    body = json.dumps({"definition": definition, "revision": revision})
    return client.post(f"/surveys/{survey.pk}/draft", body, content_type="application/json")


def test_a_draft_is_kept_with_its_gaps_and_told_what_it_lacks(client: Client, alice: Person, survey: Survey) -> None:
    client.force_login(alice.user)
    draft = survey.versions.get().definition
    draft["title"]["zh"] = ""
    draft["questions"][1]["show_if"] = {"answer": "nowhere", "op": "exists"}
    kept = save(client, survey, draft, 0)
    assert (kept.status_code, kept.json()["revision"]) == (200, 1)
    assert [each["place"] for each in kept.json()["problems"]] == ["$.title.zh", "$.questions[1].show_if.answer"]
    assert kept.json()["languages"][1]["missing"] == ["$.title"]
    assert client.get(f"/surveys/{survey.pk}").context["builder"]["draft"]["title"]["zh"] == ""
    assert survey.versions.count() == 1


def test_two_writers_do_not_overwrite_each_other(client: Client, alice: Person, survey: Survey) -> None:
    client.force_login(alice.user)
    draft = survey.versions.get().definition
    assert save(client, survey, draft, 0).status_code == 200
    assert save(client, survey, {**draft, "layout": "single"}, 0).status_code == 409
    survey.refresh_from_db()
    assert survey.draft["layout"] == "page"
    for broken in ({"questions": 3}, {}, None):
        assert save(client, survey, broken, 1).status_code == 422


def test_another_kind_under_an_old_key_is_refused_at_its_place(client: Client, alice: Person, survey: Survey) -> None:
    client.force_login(alice.user)
    draft = survey.versions.get().definition
    draft["questions"][1] = {"type": "number", "name": "why", "text": draft["questions"][1]["text"]}
    (problem,) = save(client, survey, draft, 0).json()["problems"]
    assert problem["place"] == "$.questions[1].name"


def test_a_translation_is_to_be_checked_when_its_source_has_changed() -> None:
    published = ready_made.NPS.definition
    changed = as_json(published)
    changed["questions"].reverse()
    changed["questions"][1]["text"]["en"] = "Would you recommend us?"
    changed["preparing"] = ["fr"]
    for at, question in enumerate(changed["questions"]):
        question["show_if"] = None if at else question["show_if"]
    _en, zh, fr = statuses(parse(changed), published)
    assert (zh.to_check, zh.missing) == (["$.questions[1].text"], [])
    assert (fr.offered, fr.done, len(fr.missing)) == (False, 0, fr.total)


@pytest.mark.parametrize("key", sorted(ready_made.ALL))
def test_what_is_ready_made_can_be_published_in_both_languages(key: str) -> None:
    definition = parse(as_json(ready_made.ALL[key].definition))
    assert definition.languages == ["en", "zh"]
    assert set(ready_made.ALL[key].name) == {"en", "zh"}


def saved(page: Page) -> None:
    expect(page.locator("#draft-status")).to_contain_text("Draft saved", timeout=15_000)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_writing_a_survey_in_the_browser(
    client: Client, alice: Person, survey: Survey, live_server: LiveServer, open_page: PageOpener
) -> None:
    client.force_login(alice.user)
    page = open_page(f"{live_server.url}/accounts/login/")
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
    page.goto(f"{live_server.url}/surveys/{survey.pk}")
    cards = page.locator(".builder-card")
    expect(cards).to_have_count(2)
    page.locator('[data-add="choice"]').click()
    expect(cards).to_have_count(3)
    page.get_by_label("The question, en", exact=True).fill("Which store?")
    page.get_by_label("Key", exact=True).first.fill("store")
    page.locator("[data-copy-question]").click()
    expect(cards).to_have_count(4)
    page.locator("[data-undo]").click()
    expect(cards).to_have_count(3)
    page.locator("[data-redo]").click()
    expect(cards).to_have_count(4)
    page.locator("[data-undo]").click()
    saved(page)
    expect(page.locator("#builder-problems summary")).to_contain_text("To be mended")
    cards.nth(1).click()
    expect(page.get_by_label("The question, en", exact=True)).to_have_value("Which store?")
    missing = page.locator(".builder textarea[aria-invalid=true]")
    for left in range(missing.count(), 0, -1):
        missing.first.fill(f"Words {left}")
        saved(page)
        expect(missing).to_have_count(left - 1)
    cards.nth(1).click()
    cards.nth(1).press("Alt+ArrowDown")
    expect(cards.nth(2)).to_be_focused()
    cards.nth(2).drag_to(cards.nth(0))
    expect(cards.nth(0)).to_contain_text("Which store?")  # at once, without another click
    page.keyboard.press("Control+z")
    expect(cards.nth(2)).to_contain_text("Which store?")
    up = page.get_by_role("button", name="Move “Which store?” up", exact=True)
    up.click()  # by a finger or a screen reader, without dragging
    expect(cards.nth(1)).to_contain_text("Which store?")
    expect(up).to_be_focused()
    expect(page.get_by_role("button", name="Move “Which store?” down", exact=True)).to_be_enabled()
    page.locator("[data-undo]").press("Enter")
    expect(cards.nth(2)).to_contain_text("Which store?")
    expect(page.locator("[data-undo]")).to_be_focused()
    cards.nth(2).click()
    page.get_by_text("Logic", exact=True).click()
    page.get_by_role("button", name="Add a condition").first.click()
    saved(page)
    expect(page.locator("#builder-problems")).to_be_hidden()
    expect(page.frame_locator(".builder-frame").get_by_text("Which store?")).to_be_attached()  # hidden until asked
    page.locator("[data-publish]").click()
    expect(page.get_by_text("Version 2 is published")).to_be_visible()
    published = survey.versions.get(number=2).definition["questions"]
    assert [each["name"] for each in published] == ["csat", "why", "store"]
    assert published[2]["show_if"] == {"answer": "why", "op": "exists"}
    survey.refresh_from_db()
    assert survey.draft is None


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_preview_begins_in_the_readers_language(
    client: Client, alice: Person, survey: Survey, live_server: LiveServer, open_page: PageOpener
) -> None:
    client.force_login(alice.user)
    page = open_page(f"{live_server.url}/accounts/login/")
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies(
        [
            {"name": name, "value": client.cookies[name].value, "url": live_server.url},
            {"name": "allears_language", "value": "zh-hans", "url": live_server.url},
        ]
    )
    page.goto(f"{live_server.url}/surveys/{survey.pk}")
    chinese = survey.versions.get().definition["questions"][0]["text"]["zh"]
    expect(page.locator(".builder-card").first).to_contain_text(chinese.split("{")[0])
    expect(page.get_by_role("button", name="中文", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(page.frame_locator("iframe.builder-frame").locator("html")).to_have_attribute("lang", re.compile("^zh"))


def test_words_that_mean_two_things_are_told_apart_in_chinese() -> None:
    """A small screen is no telephone, and a figure to be entered no running number."""
    with translation.override("zh-hans"):
        words = builder_words()
    assert (words["phone"], words["contact_phone"], words["kind_number"]) == ("手机", "电话", "数字")
