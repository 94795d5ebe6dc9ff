"""The same thing said again elsewhere is one voice: linked, counted once, and separable."""

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from allears.accounts.models import Workspace
from allears.jobs.hot import source_of
from allears.listen import repeats, wall
from allears.listen.actions import record_voice
from allears.listen.models import Voice
from tests import builders
from tests.conftest import Person
from tests.imports.conftest import Importer

AT = datetime(2026, 5, 4, 2, 0, tzinfo=UTC)
WORDS = "The lamp came broken, and nobody answers the phone."


def said(workspace: Workspace, key: str, text: str = WORDS, **fields: Any) -> Voice:
    given = {"initiator": "customer", "source_kind": "review", "channel": "feed", "public": True, "said_at": AT}
    return record_voice(workspace_id=workspace.pk, key=key, text=text, **(given | fields))


def firsts(workspace: Workspace) -> dict[str, str | None]:
    rows = Voice.objects.in_workspace(workspace.pk).order_by("id")
    return dict(rows.values_list("key", "repeats__key"))


def test_by_feed_and_by_file_is_one(acme: Workspace, tmp_path: Any, settings: Any) -> None:
    settings.DATA_DIR = tmp_path / "data"
    said(acme, "feed", attributes={"author": "Zoe L."})
    importer = Importer(workspace=acme, folder=tmp_path)
    rows = (("04", "zoe l", WORDS.upper() + "!!"), ("04", "Ada", WORDS), ("05", "zoe l", WORDS))
    table = "date,nickname,review\n" + "".join(f'2026-05-{day},{who},"{words}"\n' for day, who, words in rows)
    importer.load(importer.file("reviews.csv", table), "voices")
    found = Voice.objects.in_workspace(acme.pk).order_by("id")
    assert [each.repeats_id is not None for each in found] == [False, True, False, False]
    assert found[1].repeats_id == found[0].pk


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({}, {"channel": "file"}, True),  # nobody is named, another way
        ({}, {}, False),  # nobody is named, the same way: two people may write alike
        ({"text": "Very good lamp"}, {"text": "Very good lamp", "channel": "file"}, False),  # too short for that
        ({"attributes": {"author": "Zoe"}}, {"attributes": {"Nick_Name": "ZOE "}}, True),
        ({"attributes": {"author": "Zoe"}}, {"attributes": {"author": "Ada"}, "channel": "file"}, False),
        ({}, {"channel": "file", "said_at": AT + timedelta(hours=23)}, False),
        ({}, {"channel": "file", "source_kind": "regulator"}, False),
        ({"metric": "csat", "score": 4}, {"channel": "file"}, True),
        ({"metric": "csat", "score": 4}, {"channel": "file", "metric": "csat", "score": 5}, False),
        ({}, {"channel": "file", "public": False}, False),
        ({"text": "东西很好，物流快，下次还来！"}, {"text": "东西很好 物流快 下次还来", "channel": "file"}, False),
        ({"text": "东西很好，物流快，我下次还来！"}, {"text": "东西很好 物流快 我下次还来", "channel": "c"}, True),
    ],
)  # fmt: skip
def test_the_rule(acme: Workspace, one: dict[str, Any], other: dict[str, Any], same: bool) -> None:
    said(acme, "one", **one)
    said(acme, "other", **other)
    assert firsts(acme)["other"] == ("one" if same else None)


def test_a_customers_own_words_twice_in_private(acme: Workspace, elsewhere: Workspace) -> None:
    zoe, ada = (builders.customer(workspace=acme, email=f"{name}@example.test") for name in ("zoe", "ada"))
    private = {"public": False, "source_kind": "complaint"}
    said(acme, "web", customer_id=zoe.pk, channel="web", **private)
    said(acme, "mail", customer_id=zoe.pk, channel="email", **private)
    said(acme, "ada", customer_id=ada.pk, channel="email", **private)
    said(elsewhere, "far")
    assert firsts(acme) == {"web": None, "mail": "web", "ada": None}
    assert firsts(elsewhere) == {"far": None}


def test_at_another_touchpoint_it_is_another_voice(acme: Workspace) -> None:
    zoe = builders.customer(workspace=acme)
    till, door = (builders.touchpoint(workspace=acme, key=key) for key in ("till", "door"))
    said(acme, "till", customer_id=zoe.pk, touchpoint_id=till.pk)
    said(acme, "door", customer_id=zoe.pk, touchpoint_id=door.pk)
    said(acme, "nowhere", customer_id=zoe.pk)
    assert firsts(acme) == {"till": None, "door": None, "nowhere": "till"}


def test_the_day_is_the_workspaces(acme: Workspace) -> None:
    acme.timezone = "Asia/Shanghai"
    acme.save()
    said(acme, "late", said_at=datetime(2026, 5, 4, 15, 59, tzinfo=UTC))
    said(acme, "later", channel="file", said_at=datetime(2026, 5, 4, 16, 1, tzinfo=UTC))
    said(acme, "early", channel="third", said_at=datetime(2026, 5, 3, 16, 1, tzinfo=UTC))
    assert firsts(acme) == {"late": None, "later": None, "early": "late"}


def test_the_wall_and_the_lake_count_it_once_until_it_is_parted(alice: Person, client: Client) -> None:
    first = said(alice.workspace, "one")
    again = said(alice.workspace, "two", channel="file")
    shown, _ = wall.voices(filters=wall.WallFilter(workspace_id=alice.workspace.pk))
    assert [each.pk for each in shown] == [first.pk]
    lake = source_of("voices")
    rows = Voice.objects.in_workspace(alice.workspace.pk)
    assert lake.facts(rows, version=1).num_rows == 1
    client.force_login(alice.user)
    assert "said 2 times" in client.get("/listen").content.decode()
    assert "Said 2 times, and counted once" in client.get(f"/listen/voices/{first.pk}").content.decode()
    assert client.post(f"/listen/voices/{again.pk}/parting").status_code == 302
    again.refresh_from_db()
    assert (again.repeats_id, again.flush_id) == (None, None)
    assert lake.facts(rows, version=1).num_rows == 2
    assert client.post(f"/listen/voices/{again.pk}/rejoining").status_code == 302
    assert firsts(alice.workspace) == {"one": None, "two": "one"}


@pytest.mark.postgres  # SQLite lets only one begin
@pytest.mark.django_db(transaction=True)
def test_two_of_the_same_instant_are_one(acme: Workspace) -> None:
    """Each begins before the other is committed."""
    barrier = threading.Barrier(2, timeout=20)

    def one(key: str) -> None:
        try:
            barrier.wait()
            with transaction.atomic():
                said(acme, key, channel=key)
                time.sleep(0.05)  # the other has time to look before this is committed
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(key,)) for key in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(map(str, firsts(acme).values())) in (["None", "one"], ["None", "two"])


def test_a_chunk_costs_one_look_up(acme: Workspace) -> None:
    heard = [
        (
            number,
            repeats.Heard(
                sameness=f"{number % 400:032}", customer_id=number % 400, author="", public=False, way="import:1"
            ),
        )
        for number in range(1, 801)
    ]
    with CaptureQueriesContext(
        connection,
    ) as seen:
        found = repeats.firsts(workspace_id=acme.pk, heard=heard)
    assert sum("pg_advisory" not in each["sql"] for each in seen.captured_queries) == 1
    assert len(found) == 400
    assert all(found[number + 400] == number for number in range(1, 401))


def test_of_three_the_next_stands_when_the_first_is_deleted(acme: Workspace) -> None:
    first, second, third = (said(acme, key, channel=key) for key in ("one", "two", "three"))
    rows = Voice.objects.in_workspace(acme.pk)
    rows.update(flush_id=1)
    rows.filter(pk=first.pk).delete()
    assert firsts(acme) == {"two": None, "three": "two"}
    assert dict(rows.values_list("key", "flush_id")) == {"two": None, "three": 1}  # the lake learns of one
    rows.filter(pk__in=[second.pk, third.pk]).delete()
    assert firsts(acme) == {}


def test_what_a_rejoined_voice_stood_for_goes_with_it(acme: Workspace) -> None:
    said(acme, "one", attributes={"author": "Zoe"})
    again = said(acme, "two", channel="file")
    repeats.part(voice=again, actor_id=None)
    said(acme, "three", attributes={"author": "Ada"}, channel="third")  # not Zoe's: one with the second alone
    assert firsts(acme) == {"one": None, "two": None, "three": "two"}
    repeats.rejoin(voice=again, actor_id=None)
    assert firsts(acme) == {"one": None, "two": "one", "three": "one"}
