"""What happens to a voice while it is being indexed, by another connection, is known to the index afterwards."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, connections, transaction

from allears.accounts.models import Workspace
from allears.listen.models import Voice, VoicePending
from allears.listen.tags.actions import put_tag
from allears.listen.tags.queries import every_tag
from allears.listen.wall import Marked, WallFilter, voices
from allears.listen.words import indexing, storing
from allears.understand import correcting
from allears.understand.filtering import LabelFilter

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
pytestmark = [
    pytest.mark.postgres,  # SQLite lets only one begin
    pytest.mark.django_db(transaction=True),
]


def edit(voice: Voice) -> None:
    Voice.objects.in_workspace(voice.workspace_id).filter(pk=voice.pk).update(text="a parcel")


def forget(voice: Voice) -> None:
    voice.delete()


def tag(voice: Voice) -> None:
    put_tag(voice=voice, name="late", actor_id=None, now=NOON)


def label(voice: Voice) -> None:
    correcting.correct(voice=voice, task="topic", value="price", author_id=None, now=NOON)


def is_anyone_waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


class Held:
    """A function that stops before its work until it is let go."""

    def __init__(self, does: Callable[..., Any]) -> None:
        self.does, self.begun, self.goes_on = does, threading.Event(), threading.Event()

    def __call__(self, *given: Any) -> Any:
        self.begun.set()
        self.goes_on.wait(60)
        return self.does(*given)


def beside(does: Callable[[], object]) -> threading.Thread:
    """The same in a thread with a connection of its own."""

    def run() -> None:
        try:
            does()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def found(workspace: Workspace, text: str = "", **more: Any) -> int:
    labels: list[Marked] = more.pop("marked", [])
    return len(voices(filters=WallFilter(workspace_id=workspace.pk, text=text, **more), marked=labels)[0])


@pytest.mark.parametrize("does", [edit, forget, tag, label])
def test_what_happens_to_a_voice_while_it_is_indexed(
    acme: Workspace, monkeypatch: pytest.MonkeyPatch, does: Callable[[Voice], None]
) -> None:
    voice = Voice.objects.create(
        workspace=acme, key="k", initiator="customer", source_kind="review", channel="web", text="a refund",
        said_at=NOON, received_at=NOON,
    )  # fmt: skip
    held = Held(storing.store)
    monkeypatch.setattr(storing, "store", held)
    indexer = beside(indexing.index_some)
    assert held.begun.wait(60)  # it has read the voice as it was
    writer = beside(lambda: does(voice))
    while writer.is_alive() and not is_anyone_waiting():
        writer.join(0.01)
    held.goes_on.set()
    for thread in (indexer, writer):
        thread.join(60)
    indexing.index_all()
    assert not VoicePending.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM listen_voicewords")
        assert cursor.fetchone()[0] == (does is not forget)
    assert found(acme, "refund") == (does in (tag, label))
    assert found(acme, "parcel") == (does is edit)
    late = every_tag(workspace_id=acme.pk).filter(key="late").first()
    assert (found(acme, "refund", tag_id=late.pk) if late else 0) == (does is tag)
    assert found(acme, marked=[LabelFilter(chosen={"topic": "price"}).marked(acme.pk)]) == (does is label)


def test_a_voice_that_is_being_changed_is_indexed_later(acme: Workspace) -> None:
    """Whoever indexes does not wait for whoever writes, and does not take away that it waits."""
    one, other = (
        Voice.objects.create(
            workspace=acme, key=key, initiator="customer", source_kind="review", channel="web", text="a refund",
            said_at=NOON, received_at=NOON,
        )
        for key in "ab"
    )  # fmt: skip
    with transaction.atomic():
        edit(one)
        indexer = beside(indexing.index_some)
        indexer.join(60)
        assert not indexer.is_alive()
    assert list(VoicePending.objects.values_list("pk", flat=True)) == [one.pk]
    assert indexing.index_all() == 1
    assert (found(acme, "refund"), found(acme, "parcel")) == (1, 1)
    assert other.pk != one.pk
