"""The wall: order, filters, pages, and that the stream's filter and the query's agree."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from allears.listen import wall
from allears.listen.models import Voice
from allears.listen.words import indexing
from tests import builders
from tests.conftest import Person

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def say(person: Person, text: str, minutes: int = 0, **fields: Any) -> Voice:
    return Voice.objects.create(
        workspace=person.workspace,
        key=f"{text}-{minutes}",
        initiator="customer",
        source_kind=fields.pop("source_kind", "complaint"),
        channel="email",
        text=text,
        said_at=NOW - timedelta(minutes=minutes),
        **fields,
    )


def texts(person: Person, **filters: Any) -> list[str]:
    indexing.index_all()
    found, _ = wall.voices(filters=wall.WallFilter(workspace_id=person.workspace.pk, **filters))
    return [voice.text for voice in found]


def test_the_latest_said_stands_first_and_others_workspaces_nowhere(alice: Person, charlie: Person) -> None:
    say(alice, "old", 50)
    say(alice, "new", 1)
    say(alice, "middle", 20)
    say(charlie, "elsewhere")
    assert texts(alice) == ["new", "middle", "old"]


def test_feelings_come_from_the_source_or_else_from_the_score(alice: Person) -> None:
    say(alice, "angry", 1, sentiment="negative", metric="nps", score=10)
    say(alice, "six", 2, metric="nps", score=6)
    say(alice, "seven", 3, metric="nps", score=7)
    say(alice, "nine", 4, metric="nps", score=9)
    say(alice, "four stars", 5, metric="csat", score=4)
    say(alice, "silent", 6)
    assert texts(alice, feeling="negative") == ["angry", "six"]
    assert texts(alice, feeling="neutral") == ["seven"]
    assert texts(alice, feeling="positive") == ["nine", "four stars"]


def test_pages_follow_each_other_without_gap_or_repeat(alice: Person) -> None:
    for number in range(7):
        say(alice, f"v{number}", number // 3)  # several share a moment
    filters, seen, cursor = wall.WallFilter(workspace_id=alice.workspace.pk), [], None
    for _ in range(4):
        page, cursor = wall.voices(filters=filters, after=cursor, limit=2)
        seen += [voice.text for voice in page]
        cursor = wall.Cursor.parse(str(cursor)) if cursor else None
    assert seen == ["v2", "v1", "v0", "v5", "v4", "v3", "v6"]
    assert cursor is None


@pytest.mark.parametrize("text", ["", "~", "x~1", "2026-11-22T08:00:00~1", "2026-11-22T08:00:00+00:00~-1", "~" * 99])
def test_a_cursor_that_is_not_ours_is_none(text: str) -> None:
    assert wall.Cursor.parse(text) is None


def test_the_stream_admits_what_the_query_finds(alice: Person, bob: Person) -> None:
    mine = builders.touchpoint(workspace=alice.workspace, key="mine", owner=bob.membership)
    other = builders.touchpoint(workspace=alice.workspace, key="other")
    said = [
        say(alice, "Sofa wet", 1, touchpoint=mine, metric="nps", score=2),
        say(alice, "sofa dry", 2, touchpoint=other, sentiment="positive"),
        say(alice, "hotline", 3, source_kind="call"),
        say(alice, "", 4, touchpoint=mine, metric="nps", score=8, source_kind="survey"),
    ]
    choices: list[dict[str, Any]] = [
        {},
        {"feeling": "negative"},
        {"feeling": "neutral"},
        {"touchpoint_id": mine.pk},
        {"source_kind": "call"},
        {"text": "SOFA"},
        {"owner_id": bob.membership.pk},
        {"owner_id": bob.membership.pk, "feeling": "negative", "text": "wet"},
    ]
    for choice in choices:
        filters = wall.WallFilter(workspace_id=alice.workspace.pk, **choice)
        admitted = [voice.text for voice in said if filters.admits(voice)]
        assert admitted == texts(alice, **choice), choice


def test_what_was_missed_is_what_came_after(alice: Person) -> None:
    first = say(alice, "first", 9)
    say(alice, "second", 8)
    say(alice, "third", 7, metric="nps", score=1)
    say(alice, "history", 60 * 24 * 30)  # imported: not news
    filters = wall.WallFilter(workspace_id=alice.workspace.pk)
    missed = wall.missed(filters=filters, after_id=first.pk, now=NOW)
    assert [voice.text for voice in missed] == ["second", "third"]


def test_late_commits_are_seen_and_known_ones_are_not(alice: Person) -> None:
    voices = [say(alice, f"v{number}", number) for number in range(4)]
    known = {voices[1].pk, voices[3].pk}  # ids 1 and 3 were seen, 0 and 2 commit later
    found = wall.arrived(above=voices[0].pk - 1, known=known, now=NOW)
    assert [voice.text for voice in found] == ["v0", "v2"]
    assert wall.latest_id() == voices[3].pk
