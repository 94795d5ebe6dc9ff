"""Public voices from feeds, fetched from a real web server on this machine."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from allears.listen import repeats
from allears.listen.models import SourceRun, Voice
from allears.listen.sources import actions, fetching, kinds
from allears.listen.sources.base import SourceTrouble
from allears.listen.sources.fetching import fetch
from allears.listen.sources.kinds.feed import reading
from tests.conftest import Person
from tests.listen.sources.conftest import NOW, Maker, look
from tests.support.web import WebPeer

SAMPLES = sorted((Path(reading.__file__).parent / "samples").glob("*.expect.json"))
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_samples_are_read_as_they_should(path: Path) -> None:
    told = json.loads(path.read_text(encoding="utf-8"))
    body = (path.parent / told["file"]).read_bytes()
    given = {"url": "https://example.test/feed", **told.get("settings", {})}
    settings, _secret = actions.split(adapter=kinds.adapter("feed"), given=given)
    found, empty = reading.sayings(body, url=given["url"], settings=settings, now=NOW)
    seen = [
        {"text": each.text, "said_at": each.said_at.isoformat(), "score": each.score, "language": each.language,
         "author": each.attributes.get("author", "")}
        for each in found
    ]  # fmt: skip
    assert (seen, empty) == (told["voices"], told["empty"])
    assert len({each.key for each in found}) == len(found)


def test_odd_entries_cost_neither_themselves_nor_their_neighbours() -> None:
    """Half an emoji, a time in characters, a clock far ahead, a link that begins at the feed."""
    items = [
        {"id": "1", "content_text": "half \ud83d", "url": "posts/1", "date_published": "2026-11-20T10:00:00+08:00"},
        {"id": "2", "content_text": "在字里的时间", "date_published": "2026年11月20日 10:00"},
        {"id": "3", "content_text": "ahead", "date_published": "2999-01-01T00:00:00Z"},
    ]
    rss = "<rss version='2.0'><channel><title>t</title><item><guid>4</guid><title>四</title>{}</item></channel></rss>"
    said = "<pubDate>2026年11月20日 10:00</pubDate>"
    settings, _secret = actions.split(adapter=kinds.adapter("feed"), given={"url": "https://example.test/a/feed"})
    found = []
    for body in (json.dumps({"items": items}), rss.format(said)):
        found += reading.sayings(body.encode(), url="https://example.test/a/feed", settings=settings, now=NOW)[0]
    told = {each.text: each for each in found}
    written = datetime(2026, 11, 20, 2, tzinfo=UTC)
    assert {text: each.said_at for text, each in told.items()} == {
        "half \ufffd": written, "在字里的时间": written, "ahead": NOW, "四": written,
    }  # fmt: skip
    assert told["half \ufffd"].attributes["link"] == "https://example.test/a/posts/1"


def of_a_feed() -> dict[str, Any]:
    settings, _secret = actions.split(adapter=kinds.adapter("feed"), given={"url": "https://x.test/f"})
    return dict(settings)


def atom(*entries: tuple[str, str, str]) -> str:
    body = "".join(
        f"<entry><id>{name}</id><title>{title}</title><updated>{at}</updated><content>{title}: words</content></entry>"
        for name, title, at in entries
    )
    return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>t</title>{body}</feed>'


@pytest.mark.parametrize(
    ("stated", "day"),
    [
        ("2026/03/05", 5), ("2026/3/5 10:00", 5), ("Mar 5, 2026 10:00 AM", 5), ("25.03.2026 10:00", 25),
        ("1772676000", 5),
        ("Thu, 05 Mar 2026 10:00:00 +0800", 5), ("2026年3月5日", 4), ("2026-03-05 10:00:00", 5),
        ("05/03/2026", None), ("昨天", None), ("0001-01-01T00:00:00+08:00", None), ("1970-01-01T00:00:00Z", None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", ["rss", "json"])
def test_times_as_programs_write_them(form: str, stated: str, day: int | None) -> None:
    """What leaves a doubt counts as heard now, never as another day or as another age."""
    body: str = json.dumps([{"id": 1, "text": "Broken", "date": stated}])
    if form == "rss":
        item = f"<item><title>Broken</title><pubDate>{stated}</pubDate></item>"
        body = f"<rss version='2.0'><channel><title>t</title>{item}</channel></rss>"
    [heard], _empty = reading.sayings(body.encode(), url="https://x.test/f", settings=of_a_feed(), now=NOW)
    assert heard.said_at.date() == (date(2026, 3, day) if day else NOW.date())


@pytest.mark.parametrize(("language", "hour"), [("zh-cn", 2), ("en-us", 16)])
def test_cst_is_chinas_in_a_chinese_feed(language: str, hour: int) -> None:
    item = "<item><title>Broken</title><pubDate>Thu, 05 Mar 2026 10:00:00 CST</pubDate></item>"
    body = f"<rss version='2.0'><channel><title>t</title><language>{language}</language>{item}</channel></rss>"
    [heard], _empty = reading.sayings(body.encode(), url="https://x.test/f", settings=of_a_feed(), now=NOW)
    assert heard.said_at == datetime(2026, 3, 5, hour, tzinfo=UTC)


def test_new_entries_are_heard_once_and_a_second_look_brings_only_what_is_new(
    web_peer: WebPeer, make: Maker, acme: Any
) -> None:
    url = web_peer.serve("/atom", atom(("a", "One", "2026-11-20T10:00:00Z")), ETag='"1"')
    source = make("feed", url=url)
    first = look(source)
    assert (first.read, first.taken, first.known) == (1, 1, 0)
    voice = Voice.objects.in_workspace(acme.pk).get()
    assert (voice.public, voice.source_kind, voice.channel) == (True, "review", "feed")
    assert voice.said_at == datetime(2026, 11, 20, 10, tzinfo=UTC)

    unchanged = look(source)
    assert (unchanged.read, web_peer.asked[-1][1]["if-none-match"]) == (0, '"1"')

    web_peer.serve(
        "/atom", atom(("a", "One", "2026-11-20T10:00:00Z"), ("b", "Two", "2026-11-21T10:00:00Z")), ETag='"2"'
    )
    second = look(source)
    assert (second.read, second.taken, second.known) == (2, 1, 1)
    assert Voice.objects.in_workspace(acme.pk).count() == 2
    assert (source.failures, source.trouble, source.cursor) == (0, {}, {"etag": '"2"'})


def test_an_edited_entry_is_one_voice_in_its_latest_words_with_what_it_said_before(
    web_peer: WebPeer, make: Maker, acme: Any, client: Client, alice: Person
) -> None:
    def served(text: str, rating: int) -> SourceRun:
        items = [{"id": "r1", "content_text": text, "rating": rating, "date_published": "2026-11-20T10:00:00Z"}]
        web_peer.serve("/reviews", json.dumps({"items": items}))
        return look(source)

    source = make("feed", url=web_peer.url("/reviews"))
    served("Broke after a day, call me on 13812345678", 1)
    voice = Voice.objects.in_workspace(acme.pk).get()
    again = served("Broke after a day, call me on 13812345678", 1)
    assert (again.taken, again.known, voice.editions.count()) == (0, 1, 0)
    edited = served("They sent a new one at once. Great.", 5)
    assert (edited.taken, edited.known) == (1, 0)
    before, voice = voice, Voice.objects.in_workspace(acme.pk).get()
    assert (voice.text, voice.score, voice.said_at) == ("They sent a new one at once. Great.", 5, before.said_at)
    assert voice.sameness != before.sameness
    assert [(each.text, each.score) for each in voice.editions.all()] == [(before.text, 1)]
    assert "13812345678" not in before.text
    client.force_login(alice.user)
    page = client.get(f"/listen/voices/{voice.pk}").content.decode()
    assert "Edited by its author" in page
    assert "Broke after a day" in page


def test_an_edit_parts_a_repeat_and_joins_it_again(web_peer: WebPeer, make: Maker, acme: Any) -> None:
    """One review by two feeds: edited in one of them it is another voice, edited in both it is one again."""
    words = ("The kettle broke after one single day of use.", "They sent a new kettle at once, and it works.")

    def served(path: str, text: str) -> SourceRun:
        items = [{"id": path, "content_text": text, "date_published": "2026-11-20T10:00:00Z"}]
        web_peer.serve(path, json.dumps({"items": items}))
        return look(sources[path])

    sources = {path: make("feed", name=path, url=web_peer.url(path)) for path in ("/one", "/two")}
    for path in sources:
        served(path, words[0])
    one, two = Voice.objects.in_workspace(acme.pk).order_by("id")
    assert (one.repeats_id, two.repeats_id) == (None, one.pk)
    served("/two", words[1])
    two.refresh_from_db()
    assert (two.repeats_id, two.flush_id) == (None, None), "it counts by itself, soon in the lake too"
    served("/two", words[0])
    two.refresh_from_db()
    assert two.repeats_id == one.pk
    repeats.part(voice=two, actor_id=None)
    served("/two", words[1])
    served("/two", words[0])
    two.refresh_from_db()
    assert two.repeats_id is None, "what a person has parted stays apart"


def test_what_was_erased_is_not_brought_back_by_the_feed(web_peer: WebPeer, make: Maker, acme: Any) -> None:
    source = make("feed", url=web_peer.serve("/atom", atom(("a", "One", "2026-11-20T10:00:00Z"))))
    look(source)
    Voice.objects.in_workspace(acme.pk).update(text="")
    assert look(source).known == 1
    assert Voice.objects.in_workspace(acme.pk).get().text == ""


def test_a_feed_set_up_again_doubles_nothing_and_what_was_heard_outlives_its_source(
    web_peer: WebPeer, make: Maker, acme: Any
) -> None:
    url = web_peer.serve("/atom", atom(("a", "One", "2026-11-20T10:00:00Z")))
    source = make("feed", url=url)
    look(source)
    actions.remove(source=source, actor_id=None)
    again = look(make("feed", url=url))
    assert (again.taken, again.known, Voice.objects.in_workspace(acme.pk).count()) == (0, 1, 1)


def test_trying_keeps_nothing(web_peer: WebPeer, acme: Any) -> None:
    url = web_peer.serve("/list", json.dumps([{"id": 1, "text": "Slow", "stars": 2}]))
    plan = actions.Plan(kind="feed", name="x", every_seconds=600, settings={"url": url})
    tried = actions.attempt(workspace=acme, plan=plan, source=None, now=NOW)
    assert [row[1] for row in tried.rows] == ["Slow"]
    assert tried.rows[0][4] == "CSAT 2"
    assert not Voice.objects.in_workspace(acme.pk).exists()


@pytest.mark.parametrize("url", ["https://[", "https://example.test:99999/list"])
def test_an_address_that_cannot_be_read_is_told(web_peer: WebPeer, make: Maker, url: str) -> None:
    web_peer.serve("/hop", "", status=302, Location=url)
    assert look(make("feed", url=url)).trouble["code"] == "bad_address"
    assert look(make("feed", url=web_peer.url("/hop"), name="hop")).trouble["code"] == "bad_address"


def test_a_private_address_is_refused_also_behind_a_redirect(
    web_peer: WebPeer, make: Maker, settings: LazySettings
) -> None:
    web_peer.serve("/secret", "<rss><channel></channel></rss>")
    web_peer.serve("/hop", "", status=302, Location=web_peer.url("/secret", host="127.0.0.2"))
    source = make("feed", url=web_peer.url("/hop"))
    run = look(source)
    assert run.trouble["code"] == "private_address"
    assert [path for path, _headers in web_peer.asked] == ["/hop"]
    settings.SOURCE_ALLOW = ""
    assert look(source).trouble["code"] == "private_address"
    assert len(web_peer.asked) == 1


@pytest.mark.parametrize(
    ("status", "body", "code", "permanent"),
    [
        (404, "", "status", True),
        (503, "", "status", False),
        (200, "no feed at all", "not_a_feed", False),
        (200, '{"a": [', "not_a_feed", False),
    ],
)
def test_what_goes_wrong_is_told_in_words(
    web_peer: WebPeer, make: Maker, status: int, body: str, code: str, permanent: bool
) -> None:
    source = make("feed", url=web_peer.serve("/x", body, status=status))
    run = look(source)
    assert (run.trouble["code"], run.trouble["permanent"]) == (code, permanent)
    assert (source.failures, source.next_run_at > NOW) == (1, True)


def test_a_token_is_sent_but_not_to_another_host(web_peer: WebPeer, make: Maker, settings: LazySettings) -> None:
    settings.SOURCE_ALLOW = "127.0.0.1, localhost"
    web_peer.serve("/there", atom(("a", "One", "2026-11-20T10:00:00Z")))
    web_peer.serve("/here", "", status=302, Location=web_peer.url("/there", host="localhost"))
    run = look(make("feed", url=web_peer.url("/here"), token="t0p"))
    assert run.taken == 1
    assert [headers.get("authorization") for _path, headers in web_peer.asked] == ["Bearer t0p", None]


def test_a_bad_review_gets_an_owner(web_peer: WebPeer, make: Maker, alice: Person) -> None:
    from allears.jobs.worker import run_due
    from allears.respond.models import Case

    entry = {"id": "r1", "text": "Never again", "rating": 1, "date": "2026-11-22T07:00:00Z"}
    look(make("feed", url=web_peer.serve("/list", json.dumps({"items": [entry]}))))
    run_due(owner="test:1:x")
    assert Case.objects.in_workspace(alice.workspace.pk).get().subject == "Never again"


def test_an_answer_without_end_is_cut_off(web_peer: WebPeer, make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("allears.listen.sources.fetching.MOST_BYTES", 1000)
    assert look(make("feed", url=web_peer.serve("/big", "x" * 5000))).trouble["code"] == "too_large"


def test_an_unknown_scheme_is_a_wrong_setting(make: Maker) -> None:
    with pytest.raises(actions.SettingsError):
        make("feed", url="file:///etc/passwd")
    with pytest.raises(SourceTrouble):
        fetch("ftp://example.test/x")


@pytest.mark.parametrize(
    ("asked", "onward", "goes_along"),
    [
        ("https://example.test/a", "https://example.test/b", True),
        ("http://example.test/a", "https://example.test/a", True),
        ("http://example.test/a", "http://example.test/b", True),
        ("https://example.test/a", "http://example.test/a", False),
        ("https://example.test/a", "https://elsewhere.test/a", False),
    ],
)
def test_a_password_follows_a_redirect_to_its_own_host_only_and_never_out_of_tls(
    monkeypatch: pytest.MonkeyPatch, asked: str, onward: str, goes_along: bool
) -> None:
    answers = iter([onward, fetching.Fetched(url=onward, body=b"", headers={})])
    sent = []
    monkeypatch.setattr(fetching, "_one", lambda client, url, headers: sent.append(headers) or next(answers))
    fetching.fetch(asked, headers={"Authorization": "Basic x"})
    assert ["Authorization" in headers for headers in sent] == [True, goes_along]
