"""Every voice is read once, soon after it was heard; the past when asked; corrections outlive every model."""

import pytest
from django.utils import timezone
from tests.conftest import Person
from tests.understand import builders
from tests.understand.annotators import Fake

from allears.listen.actions import grow_voice, record_voice
from allears.listen.models import Voice
from allears.understand import correcting, pool, reading
from allears.understand.models import BackFill, VoiceAnnotation, VoiceLabel, WaitingVoice

OWNER = "test:1:x"


def hear(person: Person, text: str, key: str = "1") -> Voice:
    return record_voice(
        workspace_id=person.workspace.pk,
        key=key,
        initiator="customer",
        source_kind="complaint",
        channel="form",
        said_at=timezone.now(),
        text=text,
    )


def current(voice: Voice) -> VoiceAnnotation:
    return VoiceAnnotation.objects.in_workspace(voice.workspace_id).get(voice=voice, replaced_at__isnull=True)


def codes(voice: Voice) -> list[str]:
    rows = VoiceLabel.objects.in_workspace(voice.workspace_id).filter(voice=voice)
    return sorted(rows.values_list("code", flat=True))


def test_a_voice_is_read_after_it_was_heard(alice: Person, fake: Fake) -> None:
    voice = hear(alice, "Late again, call 13800138000")
    assert reading.run_once(OWNER) == 1
    row = current(voice)
    assert (row.model, row.sentiment, row.score, row.language) == ("fake-1", "negative", -0.9, "en")
    assert row.labels[0]["spans"] == [[0, 4]]
    assert row.found == [[17, 28, "phone"]]
    assert fake.read == ["Late again, call ***********"]  # no personal data, every place kept
    assert codes(voice) == ["point:pain", "sentiment:negative", "topic:delivery"]
    assert reading.run_once(OWNER) == 0


def test_the_customers_own_name_is_masked(alice: Person, fake: Fake) -> None:
    from tests.builders import customer

    zoe = customer(workspace=alice.workspace, name="Zoe Quill")
    builders.voice(workspace=alice.workspace, text="thanks, Zoe Quill", customer=zoe)
    WaitingVoice(workspace=alice.workspace, voice=Voice.objects.in_workspace(alice.workspace.pk).get()).save()
    reading.run_once(OWNER)
    assert fake.read == ["thanks, *********"]


def test_an_answer_that_grew_is_read_again_and_the_first_reading_kept(alice: Person, fake: Fake) -> None:
    voice = hear(alice, "thanks")
    reading.run_once(OWNER)
    grow_voice(voice=voice, text="thanks, but late", score=None, language="en")
    reading.run_once(OWNER)
    rows = VoiceAnnotation.objects.in_workspace(alice.workspace.pk).filter(voice=voice).order_by("id")
    assert [(row.length, row.replaced_at is None) for row in rows] == [(6, False), (16, True)]
    assert "sentiment:negative" in codes(voice)


def test_the_same_answer_is_stored_once(alice: Person, fake: Fake) -> None:
    voice = hear(alice, "late")
    for _ in range(3):
        WaitingVoice(workspace=alice.workspace, voice=voice).save()
    reading.run_once(OWNER)
    WaitingVoice(workspace=alice.workspace, voice=voice).save()
    reading.run_once(OWNER)
    assert VoiceAnnotation.objects.in_workspace(alice.workspace.pk).count() == 1
    assert fake.read == ["late", "late"]


def test_while_analytics_is_away_voices_wait(
    alice: Person,
    fake: Fake,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away(question: object) -> None:
        raise pool.AnalyticsAwayError("gone")

    voice = hear(alice, "late")
    with monkeypatch.context() as patched:
        patched.setattr(pool, "ask_annotations", away)
        assert reading.run_once(OWNER) == 0
    assert reading.run_once(OWNER) == 1
    assert current(voice).sentiment == "negative"


def test_one_text_that_cannot_be_read_does_not_stop_the_others(
    alice: Person,
    fake: Fake,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    good, bad = hear(alice, "late", "1"), hear(alice, "poison", "2")
    answer = pool.ask_annotations

    def picky(question):  # type: ignore[no-untyped-def]
        if any(each.text == "poison" for each in question.texts):
            raise pool.AnalyticsError("this one")
        return answer(question)

    monkeypatch.setattr(pool, "ask_annotations", picky)
    reading.run_once(OWNER)
    assert current(good).sentiment == "negative"
    left = WaitingVoice.objects.in_workspace(alice.workspace.pk).get()
    assert (left.voice_id, left.attempts) == (bad.pk, 1)
    assert left.run_at > timezone.now()


def test_the_past_is_read_newest_first_with_progress(
    alice: Person,
    charlie: Person,
    fake: Fake,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "BATCH", 2)
    for number in range(5):
        builders.voice(workspace=alice.workspace, text=f"late {number}")
    builders.voice(workspace=alice.workspace, text="")
    elsewhere = builders.voice(workspace=charlie.workspace, text="late")
    now = timezone.now()
    past = reading.start_back_fill(workspace_id=alice.workspace.pk, actor_id=None, now=now)
    assert past.total == 5
    assert reading.start_back_fill(workspace_id=alice.workspace.pk, actor_id=None, now=now) == past
    reading.run_once(OWNER)
    past.refresh_from_db()
    assert (past.done, past.finished_at) == (2, None)
    assert fake.read == ["late 3", "late 4"]
    while reading.run_once(OWNER):
        pass
    past.refresh_from_db()
    assert past.done == 5
    assert past.finished_at is not None
    assert VoiceAnnotation.objects.in_workspace(alice.workspace.pk).count() == 5
    assert not VoiceAnnotation.objects.in_workspace(elsewhere.workspace_id).exists()


def test_a_correction_counts_at_once_survives_the_next_model_and_can_be_undone(
    alice: Person,
    fake: Fake,
) -> None:
    voice, now = hear(alice, "late, but thanks for the cake"), timezone.now()
    reading.run_once(OWNER)
    first = correcting.correct(voice=voice, task="sentiment", value="neutral", author_id=alice.user.pk, now=now)
    away = correcting.correct(
        voice=voice, task="topic", value="delivery", verdict="is_not", author_id=alice.user.pk, now=now
    )
    correcting.correct(voice=voice, task="topic", value="quality", polarity=1, author_id=alice.user.pk, now=now)
    assert codes(voice) == ["point:pain", "sentiment:neutral", "topic:quality"]
    fake.version = "fake-2"
    reading.start_back_fill(workspace_id=alice.workspace.pk, actor_id=None, now=now)
    reading.run_once(OWNER)
    assert current(voice).model == "fake-2"
    assert codes(voice) == ["point:pain", "sentiment:neutral", "topic:quality"]
    correcting.undo(correction=away, author_id=alice.user.pk, now=now)
    correcting.undo(correction=first, author_id=alice.user.pk, now=now)
    correcting.undo(correction=first, author_id=alice.user.pk, now=now)
    assert codes(voice) == [
        "point:pain", "sentiment:negative", "sentiment:positive", "topic:delivery", "topic:quality",
    ]  # fmt: skip
    assert correcting.Correction.objects.in_workspace(alice.workspace.pk).count() == 5  # append only
    assert [each.pk for each in correcting.gold(workspace_id=alice.workspace.pk)] == [voice.pk]


def test_what_is_no_label_is_refused(alice: Person, fake: Fake) -> None:
    voice = hear(alice, "late")
    for wrong in (
        {"task": "mood", "value": "grim"},
        {"task": "topic", "value": "moon"},
        {"task": "topic", "value": ""},
        {"task": "topic", "value": "price", "polarity": 2},
        {"task": "topic", "value": "price", "verdict": "maybe"},
    ):
        with pytest.raises(correcting.CorrectionError):
            correcting.correct(voice=voice, author_id=None, now=timezone.now(), **wrong)  # type: ignore[arg-type]
    assert not correcting.Correction.objects.in_workspace(alice.workspace.pk).exists()


def test_two_workers_do_not_read_at_once(alice: Person, fake: Fake) -> None:
    from allears.jobs.lease import acquire

    hear(alice, "late")
    acquire(name=reading.LEASE, owner="elsewhere:1:y", now=timezone.now(), seconds=60)
    assert reading.run_once(OWNER) == 0
    assert fake.read == []


def test_back_fills_of_another_workspace_are_not_seen(alice: Person, charlie: Person) -> None:
    reading.start_back_fill(workspace_id=alice.workspace.pk, actor_id=None, now=timezone.now())
    assert reading.latest_back_fill(workspace_id=charlie.workspace.pk) is None
    assert BackFill.objects.in_workspace(alice.workspace.pk).count() == 1
