"""Surveys with logic on the hosted page: page by page without JavaScript, links, quotas, marks, files, versions."""

import gzip
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from allears.accounts.models import Workspace
from allears.listen import actions, cleaning, partials, results
from allears.listen.definition import Contact, DefinitionError, Number
from allears.listen.models import Attachment, Invitation, QuotaPlace, Response, SurveyLink, Voice
from allears.science.scores import nps
from tests.conftest import Person
from tests.kit.test_sniffing import png
from tests.listen import surveys

AGENTS = {  # as seen in the logs of mail gateways
    "SafeLinks": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/121.0.0.0 Safari/537.36",
    "Office": "Mozilla/4.0 (compatible; ms-office; MSOffice 16)",
    "Proofpoint": "Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/537.36 Chrome/34.0.1847.131 Safari/537.36",
    "Barracuda": "Barracuda Sentinel (EE)",
    "Mimecast": "Mozilla/5.0 (compatible; Mimecast-URL-Protect)",
    "Google": "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
    "Slack": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
}  # fmt: skip


@pytest.fixture
def link(acme: Workspace) -> SurveyLink:
    return surveys.link(surveys.made(acme, surveys.thirty()))


def fields(page: str) -> dict[str, Any]:
    """What a browser without JavaScript would send of this page: enabled fields with their present values."""
    found: dict[str, Any] = {"on": []}
    for attributes, inside in re.findall(r"<fieldset([^>]*)>(.*?)</fieldset>", page, re.DOTALL):
        if " disabled" not in attributes:
            found["on"] += re.findall(r'name="on" value="(\w+)"', inside)
    for name in ("lang", "page", "once"):
        if value := re.search(rf'name="{name}" value="([^"]*)"', page):
            found[name] = value[1]
    return found


def step(client: Client, url: str, answers: dict[str, Any], go: str = "next") -> str:
    """Fill in the page at an address and press a button; the address it leads to."""
    page = client.get(url).content.decode()
    answer = client.post(url.partition("?")[0], {**fields(page), **answers, "go": go})
    assert answer.status_code == 303, answer.content.decode()[-1500:]
    return str(answer["Location"])


def one() -> Response:
    found: Response = Response.objects.across_workspaces().get()
    return found


def test_thirty_questions_without_javascript(client: Client, link: SurveyLink) -> None:
    url = step(client, f"/s/{link.token}?lang=en", {"q-nps": "3"})
    assert "page=0" in url, "a new question came to this page: it is shown first"
    page = client.get(url).content.decode()
    assert 'data-q="wrong"' in page
    url = step(
        client,
        url,
        {"q-nps": "3", "q-wrong": "Late", "q-store.other": "Web", "q-bought": ["lamp", "none"]},
    )
    assert "page=1" in url
    assert "You chose Web." in client.get(url.replace("page=1", "page=0")).content.decode()
    url = step(
        client,
        url,
        {"q-stars": "2", "q-face": "4", "q-figure": "0", "q-parts.price": "bad", "q-order.y": "1", "q-order.x": "2"},
    )
    assert one().answers == {
        "nps": 3, "wrong": "Late", "store": "other", "store.other": "Web", "bought": ["none"],
        "stars": 2, "face": 4, "figure": 0, "parts": {"price": "bad"}, "order": ["y", "x"],
    }  # fmt: skip
    back = step(client, url, {}, go="back")
    assert "page=1" in back
    assert re.search(r'name="q-stars" value="2" checked', client.get(back).content.decode())
    refused = client.post(
        url.partition("?")[0], {**fields(client.get(url).content.decode()), "go": "next", "q-age": "150"}
    )
    assert refused.status_code == 422
    assert "Please write a figure that is possible here." in refused.content.decode()
    url = step(client, url, {"q-age": "41", "q-me.name": "Zoe", "q-me.email": "zoe@example.test", "q-more": "no"})
    page = client.get(url).content.decode()
    assert "You gave 3. Why?" in page
    shown = [name for name, rest in re.findall(r'data-q="(\w+)"([^>]*)>', page) if "hidden" not in rest]
    assert shown == ["last"]
    done = step(client, url, {"q-last": "So"}, go="send")
    assert "That was all" in client.get(done).content.decode()
    response = one()
    assert (response.status, response.language, response.score) == ("complete", "en", 3)
    assert Voice.objects.across_workspaces().get().text == "Late\n\nSo"


def test_the_language_changes_in_the_middle_and_nothing_is_lost(client: Client, link: SurveyLink) -> None:
    url = step(client, f"/s/{link.token}?lang=en", {"q-nps": "9", "q-store": "north"})
    switched = step(client, url, {"q-stars": "5"}, go="lang-zh")
    assert "lang=zh&page=1" in switched
    page = client.get(switched).content.decode()
    assert re.search(r'name="q-stars" value="5" checked', page)
    assert "您选了选项north。" in page
    assert one().language == "en"
    step(client, switched, {"q-stars": "4"})
    assert (one().language, one().answers["stars"], one().answers["nps"]) == ("zh", 4, 9)


def test_looking_at_a_shared_link_leaves_no_trace(client: Client, link: SurveyLink) -> None:
    for agent in AGENTS.values():
        for query in ("", "?score=9", "?score=0&lang=zh", "?page=3"):
            headers = {"user-agent": agent, "purpose": "prefetch", "sec-purpose": "prefetch;prerender"}
            assert client.get(f"/s/{link.token}{query}", headers=headers).status_code == 200
            assert client.head(f"/s/{link.token}{query}", headers=headers).status_code == 200
    assert Invitation.objects.across_workspaces().count() == 0
    assert Response.objects.across_workspaces().count() == 0


def test_the_first_answer_sent_twice_is_one(client: Client, link: SurveyLink) -> None:
    sent = fields(client.get(f"/s/{link.token}").content.decode())
    for _ in range(2):
        kept = client.post(f"/s/{link.token}", {**sent, "partial": "1", "q-nps": "8"})
        assert kept.json()["at"] == f"/s/{one().key}"
    assert client.get(kept.json()["at"]).status_code == 200
    other = fields(client.get(f"/s/{link.token}").content.decode())
    client.post(f"/s/{link.token}", {**other, "partial": "1", "q-nps": "8"})
    assert Response.objects.across_workspaces().count() == 2


def test_a_single_use_link_takes_one_and_resumes_it(client: Client, acme: Workspace) -> None:
    link = surveys.link(surveys.made(acme, surveys.definition(surveys.NPS)), single_use=True)
    url = f"/s/{link.token}"
    assert "提交" in client.get(url, headers={"accept-language": "zh-CN,zh;q=0.9"}).content.decode()
    client.post(url, {"partial": "1", "q-nps": "2"})
    assert re.search(r'value="2" data-band="low" checked', client.get(url).content.decode())
    client.post(url, {"q-nps": "3"})
    assert (one().score, one().status) == (3, "complete")
    assert "That was all" in client.get(url).content.decode()


def test_a_link_closes_by_number_by_time_and_by_hand(client: Client, acme: Workspace) -> None:
    survey = surveys.made(acme, surveys.definition(surveys.NPS))
    link = surveys.link(survey, most=1)
    client.post(f"/s/{link.token}", {"q-nps": "3"})
    assert client.get(f"/s/{link.token}").status_code == 410
    assert client.post(f"/s/{link.token}", {"q-nps": "3"}).status_code == 410
    late = surveys.link(survey, closes_at=timezone.now() + timedelta(days=1))
    SurveyLink.objects.across_workspaces().filter(pk=late.pk).update(closes_at=timezone.now())
    assert client.get(f"/s/{late.token}").status_code == 410
    other = surveys.link(survey)
    assert client.get(f"/s/{other.token}").status_code == 200
    actions.change_survey(survey=survey, changes={"closes_at": timezone.now()})
    assert client.get(f"/s/{other.token}").status_code == 410
    assert Response.objects.across_workspaces().count() == 1


QUOTA = [{"name": "north", "limit": 2, "when": {"answer": "store", "op": "=", "value": "north"},
          "text": surveys.both("Enough from the north", "北区已够")}]  # fmt: skip
STORES = {"type": "choice", "name": "store", "options": surveys.options("north", "south")}


def test_a_quota_ends_kindly_and_is_never_overrun(client: Client, acme: Workspace) -> None:
    survey = surveys.made(acme, surveys.definition(STORES, {"type": "text", "name": "why"}, quotas=QUOTA))
    link = surveys.link(survey)
    for store in ("north", "south", "north", "north"):
        sent = fields(client.get(f"/s/{link.token}").content.decode())
        last = client.post(f"/s/{link.token}", {**sent, "q-store": store, "q-why": "x"})
    assert "Enough from the north" in client.get(last["Location"]).content.decode()
    assert [each.status for each in Response.objects.across_workspaces().order_by("id")] == [
        "complete", "complete", "complete", "over_quota",
    ]  # fmt: skip
    assert QuotaPlace.objects.across_workspaces().count() == 2
    over = Response.objects.across_workspaces().get(outcome="over_quota")
    assert (over.answers, over.aside) == ({"store": "north"}, {"why": "x"})
    found = results.results(survey=survey)
    (store, _why) = found.questions
    assert (store.n, [share.count for share in store.shares]) == (3, [2, 1])
    assert found.statuses == {"complete": 3, "over_quota": 1}


def test_the_result_of_a_score_is_its_figure_with_the_interval_of_all_other_pages(
    client: Client, acme: Workspace
) -> None:
    stars = {"type": "rating", "name": "stars", "highest": 5}
    survey = surveys.made(acme, surveys.definition(surveys.NPS, stars))
    link = surveys.link(survey)
    for figure in (10, 9, 9, 7, 3):
        sent = fields(client.get(f"/s/{link.token}").content.decode())
        client.post(f"/s/{link.token}", {**sent, "q-nps": str(figure), "q-stars": "4"})
    asked, rated = results.results(survey=survey).questions
    assert asked.score == nps(3, 1, 1)
    assert asked.score is not None
    assert asked.score.estimate == pytest.approx(40)
    assert rated.score is None


def test_an_answer_that_was_led_past_is_kept_aside_and_comes_back(client: Client, acme: Workspace) -> None:
    why = {"type": "text", "name": "why", "show_if": {"answer": "nps", "op": "<=", "value": 6}}
    link = surveys.link(surveys.made(acme, surveys.definition(surveys.NPS, why)), single_use=True)
    url = f"/s/{link.token}"
    client.post(url, {"partial": "1", "q-nps": "2", "q-why": "Late"})
    client.post(url, {"q-nps": "9"})
    assert (one().answers, one().aside) == ({"nps": 9}, {"why": "Late"})
    assert Voice.objects.across_workspaces().get().text == ""
    client.post(url, {"q-nps": "4"})
    assert (one().answers, one().aside) == ({"nps": 4, "why": "Late"}, {})


def test_a_partial_answer_becomes_a_response_and_can_be_resumed(client: Client, link: SurveyLink) -> None:
    sent = fields(client.get(f"/s/{link.token}").content.decode())
    url = client.post(f"/s/{link.token}", {**sent, "partial": "1", "q-nps": "8"}).json()["at"]
    now = timezone.now()
    assert partials.close_left_behind(now=now + timedelta(hours=23)) == 0
    assert partials.close_left_behind(now=now + timedelta(hours=25)) == 1
    assert one().status == "partial"
    client.post(url, {"partial": "1", "q-store": "north"})
    assert (one().status, one().answers) == ("running", {"nps": 8, "store": "north"})


def mark_names(response: Response) -> list[tuple[str, str]]:
    return [(each["mark"], each["why"]) for each in response.marks]


def test_robots_speeders_and_straight_lines_are_marked_and_kept(client: Client, acme: Workspace) -> None:
    ratings = [{"type": "rating", "name": f"r{at}"} for at in range(6)]
    link = surveys.link(surveys.made(acme, surveys.definition(*ratings)))
    same = {f"q-r{at}": "5" for at in range(6)}
    differs = {**same, "q-r3": "2"}
    for answers in ({**same, "t": "3"}, {**differs, "t": "30"}, {**differs, "t": "30", "website": "http://x"}):
        sent = fields(client.get(f"/s/{link.token}").content.decode())
        client.post(f"/s/{link.token}", {**sent, **answers})
    found = [mark_names(each) for each in Response.objects.across_workspaces().order_by("id")]
    assert found == [[("speeding", "pace"), ("straight_lining", "line")], [], [("robot", "honeypot")]]


def test_begging_is_marked_by_staff_and_by_device(client: Client, acme: Workspace, alice: Person) -> None:
    survey = surveys.made(acme, surveys.definition(surveys.NPS))
    from tests import builders

    for at in range(5):
        customer = builders.customer(workspace=acme, email=f"c{at}@example.test")
        invitation = Invitation.objects.create(
            workspace=acme, token=f"token-{at}", customer=customer, survey_version=survey.versions.get(),
            channel="email", language="en", created_at=timezone.now(), expires_at=timezone.now() + timedelta(days=1),
        )  # fmt: skip
        client.post(
            f"/s/{invitation.token}", {"q-nps": "10"}, REMOTE_ADDR="203.0.113.7", headers={"user-agent": "Shop tablet"}
        )
    found = [mark_names(each) for each in Response.objects.across_workspaces().order_by("id")]
    assert found == [[], [], [], [("begging", "device")], [("begging", "device")]]
    assert "203.0.113.7" not in str(list(Response.objects.across_workspaces().values()))
    client.force_login(alice.user)
    link = surveys.link(survey)
    client.post(f"/s/{link.token}", {"q-nps": "10"})
    assert mark_names(Response.objects.across_workspaces().order_by("-id")[0]) == [("begging", "staff")]
    marked = results.results(survey=survey)
    assert (marked.marks, marked.questions[0].n) == ({"begging": 3}, 6)
    assert results.results(survey=survey, without_marks=True).questions[0].n == 3


def test_a_second_answer_from_a_device_at_a_link_is_marked(client: Client, acme: Workspace) -> None:
    link = surveys.link(surveys.made(acme, surveys.definition(surveys.NPS)))
    for score in ("10", "9"):
        sent = fields(client.get(f"/s/{link.token}").content.decode())
        client.post(f"/s/{link.token}", {**sent, "q-nps": score}, REMOTE_ADDR="198.51.100.2")
    assert [mark_names(each) for each in Response.objects.across_workspaces().order_by("id")] == [
        [], [("duplicate", "device")],
    ]  # fmt: skip


PNG = png()


def test_a_photo_is_kept_and_what_is_none_is_refused(client: Client, acme: Workspace) -> None:
    asked = surveys.definition({"type": "file", "name": "photo", "most": 2}, surveys.NPS)
    link = surveys.link(surveys.made(acme, asked), single_use=True)
    url = f"/s/{link.token}"

    def send(name: str, content: bytes) -> Any:
        return client.post(url, {"partial": "1", "f-photo": SimpleUploadedFile(name, content, "image/png")})

    assert send("../../sofa.png", PNG).status_code == 200
    for name, content in (
        ("a.png", b"MZ\x90\x00 program"),
        ("b.svg", b"<svg onload=x>"),
        ("c.pdf", b"%PDF-1.7"),
        ("d.png", b""),
    ):
        assert send(name, content).status_code == 422
    assert send("big.png", PNG + b"0" * 5 * 1024 * 1024).status_code == 422
    assert send("two.png", PNG).status_code in (200, 204)
    assert send("three.png", PNG).status_code == 422
    kept = Attachment.objects.across_workspaces().order_by("id")
    assert [(each.name, each.type) for each in kept] == [("sofa.png", "image/png"), ("two.png", "image/png")]
    assert [each["name"] for each in one().answers["photo"]] == ["sofa.png", "two.png"]


def test_an_edit_never_mixes_what_was_answered(client: Client, acme: Workspace) -> None:
    first = surveys.definition({**STORES}, {"type": "rating", "name": "stars"})
    survey = surveys.made(acme, first)
    link = surveys.link(survey)
    begun = fields(client.get(f"/s/{link.token}").content.decode())
    at = client.post(f"/s/{link.token}", {**begun, "partial": "1", "q-store": "north"}).json()["at"]
    changed = surveys.definition(
        {"type": "choice", "name": "store", "options": surveys.options("south", "east")},
        {"type": "text", "name": "why"},
    )
    assert actions.publish_version(survey=survey, definition=changed, now=timezone.now()).number == 2
    for kind in ({"type": "text", "name": "stars"}, {"type": "rating", "name": "stars", "highest": 7}):
        with pytest.raises(DefinitionError, match=r"questions\[0\].name.*version 1"):
            actions.publish_version(survey=survey, definition=surveys.definition(kind), now=timezone.now())
    client.post(at, {"q-store": "north", "q-stars": "4"})
    fresh = fields(client.get(f"/s/{link.token}").content.decode())
    client.post(f"/s/{link.token}", {**fresh, "lang": "zh", "q-store": "south", "q-why": "好"})
    merged = results.results(survey=survey)
    assert (merged.versions, merged.languages) == ([1, 2], {"en": 1, "zh": 1})
    store = merged.questions[0]
    assert {share.value: share.count for share in store.shares} == {"south": 1, "east": 0, "north": 1}
    assert {each.name: (each.n, each.retired) for each in merged.questions} == {
        "store": (2, False), "why": (1, False), "stars": (1, True),
    }  # fmt: skip
    assert [each.n for each in results.results(survey=survey, version=1).questions] == [1, 1]


def test_a_row_that_is_no_longer_asked_stays_in_the_result(client: Client, acme: Workspace) -> None:
    def asking(*rows: str) -> dict[str, Any]:
        parts = {"rows": surveys.options(*rows), "columns": surveys.options("bad", "good")}
        return surveys.definition({"type": "matrix", "name": "parts", **parts})

    survey = surveys.made(acme, asking("price", "speed"))
    client.post(f"/s/{surveys.link(survey).token}", {"q-parts.price": "bad", "q-parts.speed": "good"})
    actions.publish_version(survey=survey, definition=asking("price", "care"), now=timezone.now())
    client.post(f"/s/{surveys.link(survey).token}", {"q-parts.price": "good", "q-parts.care": "good"})
    (parts,) = results.results(survey=survey).questions
    counted = {row: {share.value: share.count for share in shares} for row, _text, shares in parts.labelled_rows}
    assert counted == {
        "price": {"bad": 1, "good": 1}, "care": {"bad": 0, "good": 1}, "speed": {"bad": 0, "good": 1},
    }  # fmt: skip
    assert [text.get("zh") for _row, text, _shares in parts.labelled_rows] == ["选项price", "选项care", None]


def test_the_largest_page_is_within_its_promise(client: Client, link: SurveyLink) -> None:
    static = Path("src/allears/web/static")
    files = ("answer.js", "survey-logic.js")
    parts = [client.get(f"/s/{link.token}").content, *((static / each).read_bytes() for each in files)]
    size = sum(len(gzip.compress(part)) for part in parts)
    assert size < 16 * 1024, size  # the promise is 30 KB


def test_a_colour_is_made_readable_and_let_through_the_content_policy(client: Client, acme: Workspace) -> None:
    theme = {"colour": "#ffe14d", "logo": "data:image/png;base64,iVBORw0KGgo=", "logo_text": "Acme"}
    link = surveys.link(surveys.made(acme, surveys.definition(surveys.NPS, theme=theme)))
    answer = client.get(f"/s/{link.token}")
    assert "--accent:#ffe14d" in answer.content.decode().partition("dark")[2]
    light = re.search(r":root\{--accent:(#\w{6})", answer.content.decode())
    assert light
    from allears.listen.theming import contrast

    assert contrast(light[1], "#ffffff") >= 4.5
    assert "style-src 'self' 'sha256-" in answer["Content-Security-Policy"]
    assert 'alt="Acme"' in answer.content.decode()


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("12", 12), ("-3.5", -3.5), ("12,5", 12.5), ("４１", 41), ("１２．５", 12.5), ("1,200", 1200),
        ("１，２００", 1200),
        ("12,345,678.5", 12345678.5), ("0,125", 0.125), ("1,20", 1.2), ("1,2,3", None), ("四", None), ("12 3", None),
    ],
)  # fmt: skip
def test_a_figure_is_read_as_it_is_written(written: str, kept: float | None) -> None:
    asked = Number(name="n", text={"en": "How many?"})
    assert cleaning.clean_answer(asked, written) == kept


def test_a_full_width_number_can_be_rung_up() -> None:
    asked = Contact(name="me", text={"en": "You"}, fields=["name", "email", "phone"])
    given = {"name": "Ｚｏｅ", "email": "zoe＠example.test", "phone": "＋８６１３８００１３８０００"}
    assert cleaning.clean_answer(asked, given) == {
        "name": "Ｚｏｅ", "email": "zoe@example.test", "phone": "+8613800138000",
    }  # fmt: skip
