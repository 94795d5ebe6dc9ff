"""The frame around every page: navigation by role, strict policy, fragments, what Ctrl K finds."""

import json
import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.messages import constants
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from django.utils import timezone
from django.utils.translation import override
from tests import builders
from tests.conftest import Person
from tests.web.objects import row

from allears.accounts.models import Role
from allears.customers.models import Identifier
from allears.respond.models import Case
from allears.web import urls
from allears.web.access import ConsoleRequest, access_agent
from allears.web.palette import find
from allears.web.render import flash, render_page, wants_fragment
from allears.web.templatetags.ui import when

TEMPLATES = sorted((settings.PACKAGE_DIR / "web" / "templates").rglob("*.html"))
DIST = settings.PACKAGE_DIR / "web" / "static" / "dist"
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/settings?x=1"}


def visit(person: Person) -> Client:
    client = Client()
    client.force_login(person.user)
    return client


def test_the_navigation_shows_what_the_role_opens(alice: Person, bob: Person) -> None:
    admin = visit(alice).get("/listen").content.decode()
    agent = visit(bob).get("/listen").content.decode()
    assert 'href="/settings"' in admin
    assert 'href="/settings"' not in agent
    assert agent.count('aria-current="page"') == 3  # side, bottom, and whose voices


@pytest.mark.parametrize("page", ["/", "/client-accounts"])
def test_the_frame_s_landmarks_have_names_of_their_own(alice: Person, page: str) -> None:
    """A page's own facts stand beside it in an aside too."""
    client = Client()
    client.force_login(alice.user)
    assert '<aside class="shell-nav" aria-label=' in client.get(page).content.decode()


def test_members_and_keys_are_the_admin_s(acme: object, alice: Person) -> None:
    manager = Person(
        *builders.member(workspace=alice.workspace, email="mona@acme.test", role=Role.MANAGER), alice.workspace
    )
    client = visit(manager)
    assert [client.get(f"/settings{each}").status_code for each in ("", "/members", "/keys", "/audit")] == [
        200,
        403,
        403,
        403,
    ]
    assert 'href="/settings/members"' not in client.get("/settings").content.decode()


def test_pages_carry_a_strict_policy(alice: Person) -> None:
    policy = visit(alice).get("/listen").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_no_template_has_inline_style_or_script(template: Path) -> None:
    # a survey's own colours: the page's policy names the digest of this very style sheet
    text = template.read_text().replace("<style>{{ style }}</style>", "")
    assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:|<script(?![^>]*\ssrc=)", text)


def test_classes_in_templates_are_in_the_built_style_sheet() -> None:
    """A class that is not there does nothing: add it to frontend/src/vocabulary.css and build."""
    built = (DIST / "look.css").read_text() + (DIST / "public.css").read_text()
    known = {each.replace("\\", "") for each in re.findall(r"\.((?:[\w-]|\\.)+)", built)}
    hooks = {
        "plain",
        "toasts",
        "undo",
        "said-them",
        "files",
    }  # marks for scripts and tests, without a look of their own
    strange = {}
    for template in TEMPLATES:
        text = re.sub(r"{[%#].*?[%#]}", " ", re.sub(r"{{.*?}}", "{{}}", template.read_text()))
        for value in re.findall(r'class="([^"]*)"', text):
            for name in value.split():
                if "{{}}" in name or name in known | hooks or name.endswith("-"):
                    continue
                strange[name] = template.name
    assert strange == {}


def test_a_lost_session_sends_the_whole_page_to_sign_in(db: None) -> None:
    answer = Client().get("/palette", headers=HTMX)
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == "/accounts/login/?next=%2Fsettings%3Fx%3D1"


@access_agent
def flashing(request: ConsoleRequest) -> HttpResponse:
    flash(request, "Closed · 已结案", undo="/undo")
    return render_page(request, "components/skeleton.html")


@override_settings(ROOT_URLCONF="tests.web.test_shell")
def test_fragments_carry_their_toasts(alice: Person) -> None:
    answer = visit(alice).get("/flashing", headers=HTMX)
    assert json.loads(answer.headers["HX-Trigger"]) == {
        "toast": [{"text": "Closed · 已结案", "level": "success", "undo": "/undo"}]
    }
    assert "HX-Request" in answer.headers["Vary"]


urlpatterns = [*urls.urlpatterns, path("flashing", flashing)]


@pytest.mark.parametrize(
    ("headers", "fragment"),
    [
        ({}, False),
        ({"HX-Request": "true"}, True),
        ({"HX-Request": "true", "HX-Boosted": "true"}, False),
        ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, False),
    ],
)
def test_htmx_gets_fragments_only_for_parts_of_a_page(headers: dict[str, str], fragment: bool) -> None:
    request: HttpRequest = RequestFactory().get("/", headers=headers)
    assert wants_fragment(request) is fragment


def test_message_levels_are_the_ones_scripts_know() -> None:
    assert constants.DEFAULT_TAGS[constants.ERROR] == "error"


def test_the_palette_finds_in_one_s_own_workspace_only(alice: Person, charlie: Person) -> None:
    row(Case, alice, number=7, subject="Sofa in the rain")
    builders.customer(workspace=alice.workspace, email="sofia@example.test", name="Sofia")
    client = visit(charlie)
    assert "Sofa" not in client.get("/palette?q=Sof").content.decode()
    assert "Sofia" not in client.get("/palette?q=Sof").content.decode()
    mine = visit(alice).get("/palette?q=Sof").content.decode()
    assert "Sofa in the rain" in mine
    assert "Sofia" in mine


def test_the_palette_finds_cases_by_number_and_agents_only_their_own(alice: Person, bob: Person) -> None:
    row(Case, alice, number=41, subject="Sofa in the rain")
    assert "#41" in visit(alice).get("/palette?q=%2341").content.decode()
    assert "#41" not in visit(bob).get("/palette?q=41").content.decode()


def test_the_palette_finds_settings_by_either_name_and_only_for_those_who_may(alice: Person, bob: Person) -> None:
    assert 'href="/settings/erasures"' in visit(alice).get("/palette?q=eras").content.decode()
    assert 'href="/customers"' in visit(alice).get("/palette?q=erase").content.decode()
    chinese = visit(alice).get("/palette?q=来源", headers={"Accept-Language": "zh-CN"}).content.decode()
    assert 'href="/settings/sources"' in chinese
    assert "/settings/" not in visit(bob).get("/palette?q=eras").content.decode()


def test_customers_are_found_by_all_they_are_known_by_and_only_in_one_s_own_workspace(
    alice: Person, bob: Person, charlie: Person
) -> None:
    sofia = builders.customer(workspace=alice.workspace, email="sofia@example.test", name="Ana Sofia")
    row(Identifier, alice, kind="user_id", value="M-4711", customer=sofia)
    builders.customer(workspace=alice.workspace, email="other@example.test", name="陈志远")
    for text in ("sofia", "sofia@", "M-4711", sofia.key):
        found = visit(alice).get("/customers", {"q": text}).content.decode()
        assert f'href="/customers/{sofia.key}"' in found, text
        assert "陈志远" not in found, text
    assert "陈志远" in visit(alice).get("/customers?q=志远").content.decode()
    assert "Nobody is called so" in visit(alice).get("/customers?q=nobody").content.decode()
    assert "Sofia" not in visit(charlie).get("/customers?q=M-4711").content.decode()
    assert visit(bob).get("/customers").status_code == 403


def test_the_palette_answers_odd_input(alice: Person) -> None:
    client = visit(alice)
    for text in ("", "'", "%", "9" * 40, "💥", "%00"):
        assert client.get("/palette", {"q": text}).status_code == 200


def test_find_is_quiet_on_nothing(alice: Person) -> None:
    from allears.accounts.access import access_of

    access = access_of(user=alice.user, preferred=None)
    assert access is not None
    assert find(access=access, text="zzzzzzzz") == []


@pytest.mark.parametrize(
    ("days", "english", "chinese"),
    [(1, "1 day ago", "1 天前"), (13, "13 days ago", "13 天前"), (20, "2 weeks ago", "2 周前"),
     (100, "3 months ago", "3 个月前"), (800, "2 years ago", "2 年前")],
)  # fmt: skip
def test_how_long_ago_is_told_in_one_unit(days: int, english: str, chinese: str) -> None:
    moment = timezone.now() - timedelta(days=days, hours=1)
    for language, words in (("en", english), ("zh-hans", chinese)):
        with override(language):
            assert f">{words}</time>" in when(moment)


@pytest.mark.parametrize(("site", "told"), [("https", "max-age=31536000"), ("http", None)])
def test_browsers_are_told_to_stay_with_https_where_the_site_s_address_is_so(site: str, told: str | None) -> None:
    """Over plain HTTP nothing is told, or a proxy's own checks and scripts on the machine would be sent away."""
    ask = (
        "import django, json; django.setup(); from django.test import Client;"
        "print(json.dumps([Client().get('/healthz', secure=each).headers.get('Strict-Transport-Security')"
        " for each in (True, False)]))"
    )
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "allears.settings", "ALLEARS_URL": f"{site}://ears.example.test"}
    done = subprocess.run([sys.executable, "-c", ask], env=env, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [told, None]
