"""Words that are edited while the same come in by another way, each in a transaction of its own."""

from datetime import UTC, datetime

import pytest
from django.db import transaction

from allears.accounts.models import Workspace
from allears.listen import repeats
from allears.listen.actions import record_voice
from allears.listen.models import Voice
from allears.listen.revising import revise
from tests.listen.words.test_indexed_meanwhile import Held, beside, is_anyone_waiting

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WORDS = "The courier left the parcel at the wrong door again"
pytestmark = [
    pytest.mark.postgres,  # SQLite lets only one begin
    pytest.mark.django_db(transaction=True),
]


def hear(acme: Workspace, key: str, channel: str) -> Voice:
    with transaction.atomic():
        return record_voice(
            workspace_id=acme.pk, key=key, initiator="customer", source_kind="review", channel=channel, text=WORDS,
            said_at=NOON, now=NOON, public=True,
        )  # fmt: skip


def test_an_edit_and_a_repeat_at_once_do_not_wait_for_each_other(
    acme: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = hear(acme, "a", "web")
    held = Held(repeats.link_again)
    monkeypatch.setattr(repeats, "link_again", held)

    def edit() -> None:
        revise(voice_id=first.pk, workspace_id=acme.pk, text="All is well now", metric="", score=None, now=NOON)

    editor = beside(edit)
    assert held.begun.wait(60)  # it has the voice's row
    other = beside(lambda: hear(acme, "b", "feed"))
    while other.is_alive() and not is_anyone_waiting():
        other.join(0.01)
    held.goes_on.set()
    for thread in (editor, other):
        thread.join(60)
    said = Voice.objects.in_workspace(acme.pk).order_by("id").values_list("text", "repeats_id")
    assert list(said) == [("All is well now", None), (WORDS, None)]
