"""Words are found in both languages, at once after they were said, and no more once they are gone."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from allears.accounts.models import Workspace
from allears.customers.models import Customer
from allears.customers.rights import erase
from allears.listen.models import Voice, VoicePending
from allears.listen.wall import WallFilter, voices
from allears.listen.words import indexing, marks, searching, storing
from allears.listen.words.searching import matching
from allears.listen.words.terms import admits, parts, terms
from allears.understand import correcting

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SAID = (
    "退款太慢了，等了三个星期",
    "快递很快，客服态度也好",
    "The refund took three weeks, and nobody answered.",
    "Refunds are quick here. WiFi密码找不到",
    "ＦＵＬＬ width “don’t” 慢",
    "Both deliveries came to the 3号店, the boxes wet. Class A座. Customer care!",
)


def test_a_run_of_characters_becomes_pairs_and_a_word_stays_a_word() -> None:
    assert terms("退款太慢，WiFi don’t") == ["退款", "款太", "太慢", "慢", "wifi", "dont"]
    assert [part.terms for part in parts('退款太慢 refund "on hold" -cash')] == [
        ("退款", "款太", "太慢"),
        ("refund",),
        ("on", "hold"),
        ("cash",),
    ]


def say(workspace: Workspace, text: str, number: int, **more: Any) -> Voice:
    voice: Voice = Voice.objects.create(
        workspace=workspace, initiator="customer", source_kind="review", channel="web", text=text, received_at=NOON,
        **{"said_at": NOON + timedelta(minutes=number), "key": f"k{Voice.objects.across_workspaces().count()}", **more},
    )  # fmt: skip
    return voice


@pytest.fixture
def said(acme: Workspace) -> list[Voice]:
    voices = [say(acme, text, number) for number, text in enumerate(SAID)]
    assert indexing.index_all() == len(SAID)
    return voices


FINDS = [
    ("退款", [0]),
    ("款太慢", [0]),
    ("慢", [4, 0]),
    ("款", [0]),
    ("退款 星期", [0]),
    ("退款 -星期", []),
    ("refund", [3, 2]),
    ('"refund"', [2]),
    ("REFUND weeks", [2]),
    ('"three weeks"', [2]),
    ('"weeks three"', []),
    ("wifi密码", [3]),
    ("full don't", [4]),
    ("３号", [5]),
    ("a座", [5]),
    ("wifi密", [3]),
    ('"wifi密"', [3]),
    ("delivery", [5]),
    ("delivering", []),
    ("weeks refunds", [2]),
    ("box", [5]),
    ("refunds", [3, 2]),
    ('"refunds"', [3]),
    ("-deliveries boxes", []),
    ("-delivery boxes", []),
    ("classes", [5]),
    ("clas", [5]),
    ("was", []),
    ("customs", []),
    ("-cars boxes", [5]),
    ("太退", []),
    ("-退款", []),
    ("！？", []),
    ("o'", []),
    ('x" OR words:*', []),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("question", "places"), FINDS)
def test_what_a_question_finds_the_latest_first(
    acme: Workspace, said: list[Voice], question: str, places: list[int]
) -> None:
    assert matching(workspace_id=acme.pk, question=question) == [said[place].pk for place in places]
    assert [n for n in reversed(range(len(SAID))) if admits(question, SAID[n])] == places


@pytest.mark.django_db
def test_the_limit_keeps_the_latest_and_another_workspace_finds_nothing(
    acme: Workspace, said: list[Voice], elsewhere: Workspace
) -> None:
    assert matching(workspace_id=acme.pk, question="refund", limit=1) == [said[3].pk]
    assert matching(workspace_id=elsewhere.pk, question="refund") == []


@pytest.mark.django_db
def test_the_wall_turns_pages_of_what_was_found(acme: Workspace) -> None:
    ids = [say(acme, f"refund number {number}", number // 2, score=number % 3, metric="csat").pk for number in range(9)]
    indexing.index_all()
    filters, seen, after = WallFilter(workspace_id=acme.pk, text="refund"), list[int](), None
    while True:
        found, after = voices(filters=filters, after=after, limit=4)
        seen += [voice.pk for voice in found]
        if after is None:
            break
    assert seen == ids[::-1]
    bad, _none = voices(filters=WallFilter(workspace_id=acme.pk, text="refund", feeling="negative"), limit=50)
    assert [voice.score for voice in bad] == [2, 1, 2, 1, 2, 1]


def portions(workspace: Workspace) -> list[list[int]]:
    found = searching.steps(workspace_id=workspace.pk, question="words")
    return [[match.voice_id for match in matches] for matches in found]


@pytest.mark.django_db
def test_portions_grow_until_nothing_is_left(acme: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "STEPS", (2, 3, 4))
    ids = [say(acme, "same words", number).pk for number in range(6)]
    indexing.index_all()
    found = portions(acme)
    assert found == [ids[:3:-1], ids[3:0:-1], ids[:1]]


@pytest.mark.django_db
@pytest.mark.parametrize(("often", "near"), [(1, 3), (2, 3), (5, 3), (23, 3), (2, 2), (2, 1), (60, 3)])
def test_nothing_is_missed_however_far_back_it_must_be_looked(
    acme: Workspace, monkeypatch: pytest.MonkeyPatch, often: int, near: int
) -> None:
    """In bursts too, when the latest promise more, or fewer, than the earlier ones keep."""
    monkeypatch.setattr(searching, "STEPS", (2, 3, 40))
    for name, value in {"NEAR": near, "FREQUENT": 1, "FEWEST": 1}.items():
        monkeypatch.setattr(searching, name, value)
    minutes = [number * 60 if number % 10 < 5 else number for number in range(46)]
    made = [say(acme, "same words" if number % often == 0 else "other", at) for number, at in enumerate(minutes)]
    say(acme, "same words", 1, said_at=NOON - timedelta(days=400))
    indexing.index_all()
    holding = sorted((voice for voice in made if voice.text == "same words"), key=lambda each: (each.said_at, each.pk))
    old = Voice.objects.in_workspace(acme.pk).latest("pk").pk
    wanted = [*(voice.pk for voice in reversed(holding)), old]
    found = portions(acme)
    assert [number for ids in found for number in ids] == wanted
    assert [len(ids) for ids in found[:-1]] == [2, 3, 40][: len(found) - 1]
    assert matching(workspace_id=acme.pk, question="words", limit=4) == wanted[:4]


@pytest.mark.django_db
def test_only_what_was_found_is_read(acme: Workspace, said: list[Voice]) -> None:
    if connection.vendor != "sqlite":
        return  # PostgreSQL chooses by how many rows there are
    with CaptureQueriesContext(connection) as asked:
        assert len(voices(filters=WallFilter(workspace_id=acme.pk, text="refund"))[0]) == 2
    passing, page = (each["sql"] for each in asked if 'FROM "listen_voice"' in each["sql"])
    assert '"text"' in page
    assert '"text"' not in passing  # of all that were found, only those of the page are read whole
    for read in (passing, page):
        with connection.cursor() as cursor:
            plan = str(cursor.execute(f"EXPLAIN QUERY PLAN {read}").fetchall())
        assert "rowid=?" in plan
        assert "ORDER BY" not in plan  # which made it walk through a million to find fifty


@pytest.mark.django_db
def test_two_of_one_second_stand_on_two_pages(acme: Workspace) -> None:
    late, early = (say(acme, "same words", 0) for _ in range(2))
    Voice.objects.in_workspace(acme.pk).filter(pk=late.pk).update(said_at=NOON + timedelta(microseconds=9))
    indexing.index_all()
    seen, after = [], None
    for _ in range(2):
        [found], after = voices(filters=WallFilter(workspace_id=acme.pk, text="words"), after=after, limit=1)
        seen.append(found.pk)
    assert sorted(seen) == [late.pk, early.pk]


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("question", ["words", ""])
def test_pages_of_one_second_miss_none_and_repeat_none(acme: Workspace, seed: int, question: str) -> None:
    """While some wait to be indexed, and others come and go between the pages."""
    dice = random.Random(seed)

    def come() -> Voice:
        at = NOON + timedelta(microseconds=dice.randrange(2_500_000))
        return say(acme, "same words", 0, said_at=at, sentiment="mixed", key=f"k{dice.random()}")

    staying, passing = [come() for _ in range(8)], [come() for _ in range(4)]
    indexing.index_all()
    staying += [come() for _ in range(8)]
    filters, seen, after = WallFilter(workspace_id=acme.pk, text=question, feeling="mixed"), list[int](), None
    while True:
        found, after = voices(filters=filters, after=after, limit=dice.randrange(1, 4))
        seen += [voice.pk for voice in found]
        if after is None:
            break
        if passing and dice.random() < 0.5:
            passing.pop().delete()
        come()
        if dice.random() < 0.2:
            indexing.index_all()
    assert len(seen) == len({*seen})
    assert {voice.pk for voice in staying} <= {*seen}


@pytest.mark.django_db
def test_what_changes_or_goes_is_found_no_more(acme: Workspace, said: list[Voice]) -> None:
    Voice.objects.in_workspace(acme.pk).filter(pk=said[2].pk).update(text="A parcel was lost")
    assert matching(workspace_id=acme.pk, question="nobody") == []  # at once, before anything is indexed anew
    assert indexing.index_all() == 1
    assert matching(workspace_id=acme.pk, question="parcel") == [said[2].pk]
    Voice.objects.in_workspace(acme.pk).filter(pk=said[0].pk).update(text="")
    Voice.objects.in_workspace(acme.pk).filter(pk=said[2].pk).delete()
    indexing.index_all()
    assert matching(workspace_id=acme.pk, question="退款") + matching(workspace_id=acme.pk, question="parcel") == []
    assert not VoicePending.objects.exists()


@pytest.mark.django_db(transaction=True)  # the file is written anew
def test_an_erased_customer_is_in_the_index_no_more(acme: Workspace) -> None:
    """The voice stays without words, to be counted; neither they nor whose they were are to be found."""
    someone = Customer.objects.create(workspace=acme, name="Zoe")
    voice = say(acme, "my parcel", 9, customer=someone)
    correcting.correct(voice=voice, task="topic", value="delivery", author_id=None, now=NOON)
    indexing.index_all()

    def among(mark: str) -> list[int]:
        found = searching.steps(workspace_id=acme.pk, question="", marks=[[mark]])
        return [match.voice_id for matches in found for match in matches]

    assert among(marks.by_customer(someone.pk)) == among(marks.labelled("topic:delivery")) == [voice.pk]
    erase(
        workspace_id=acme.pk, customer_id=someone.pk, actor_id=None, via="cli", never_again=True, now=timezone.now()
    )  # fmt: skip
    for _ in range(2):
        assert matching(workspace_id=acme.pk, question="parcel") == among(marks.by_customer(someone.pk)) == []
        indexing.index_all()
    assert among(marks.at_source("review")) == [voice.pk]


@pytest.mark.django_db
def test_an_index_begun_anew_is_the_same(acme: Workspace, said: list[Voice]) -> None:
    storing.begin_anew()
    assert matching(workspace_id=acme.pk, question="refund") == []
    assert indexing.index_all() == len(SAID)
    assert matching(workspace_id=acme.pk, question="refund") == [said[3].pk, said[2].pk]


@pytest.mark.django_db
def test_triggers_that_a_migration_dropped_are_made_again(
    acme: Workspace, said: list[Voice], monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor == "postgresql":
        assert storing.watches()
        return
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER listen_voice_said")
    late = say(acme, "said while nobody looked: zebra", 9)
    monkeypatch.setattr(indexing.BEHIND, "looked", False)
    assert indexing.run_once("test:1:x") == len(SAID) + 1
    assert matching(workspace_id=acme.pk, question="zebra") == [late.pk]
    assert timezone.now() > NOON
