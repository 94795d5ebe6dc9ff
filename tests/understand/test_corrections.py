"""Two people at once, two clicks, long names: what people say of labels stays whole."""

import threading
import time
from collections.abc import Callable

import pytest
from django.db import DatabaseError, close_old_connections, connection, transaction
from django.test import Client
from django.utils import timezone
from tests.conftest import Person
from tests.understand import builders

from allears.accounts.access import Access
from allears.listen.models import Voice
from allears.understand import correcting, reading, registry, teaching
from allears.understand.models import Correction, ModelChoice, TextModel, VoiceLabel
from allears.understand.reading import annotation_row
from allears.understand.text.annotation import Annotation, Label

LONG = "Complaint about a delivery that was promised for a day and came on another one"  # 78 characters


def said_by_model(voice: Voice, value: str = "negative", *, slot: str = "text", task: str = "sentiment") -> None:
    """The voice as one model read it."""
    label = Label(task=task, value=value, confidence=0.7)
    said = Annotation(model="built-1", language="en", score=-0.5, labels=(label,))
    annotation_row(voice, slot, said, found=(), now=timezone.now()).save()
    with transaction.atomic():
        reading.relabel(workspace_id=voice.workspace_id, voice_ids=[voice.pk])


def in_force(voice: Voice, task: str = "sentiment") -> list[str]:
    rows = VoiceLabel.objects.in_workspace(voice.workspace_id).filter(voice=voice, code__startswith=f"{task}:")
    return sorted(code.removeprefix(f"{task}:") for code in rows.values_list("code", flat=True))


def together(*acts: Callable[[], object]) -> list[BaseException]:
    """Each in a thread of its own, begun before another is committed; what went wrong."""
    barrier = threading.Barrier(len(acts), timeout=20)
    wrong: list[BaseException] = []

    def run(act: Callable[[], object]) -> None:
        try:
            barrier.wait()
            with transaction.atomic():
                act()
                time.sleep(0.05)
        except DatabaseError as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    close_old_connections()
    return wrong


@pytest.mark.postgres  # SQLite lets only one begin
@pytest.mark.django_db(transaction=True)
def test_of_two_reviewers_at_once_one_word_is_in_force(alice: Person, bob: Person) -> None:
    voice = builders.voice(workspace=alice.workspace)
    said_by_model(voice)

    def say(value: str, author: Person) -> Callable[[], object]:
        return lambda: correcting.correct(
            voice=voice, task="sentiment", value=value, author_id=author.user.pk, now=timezone.now()
        )

    assert together(say("positive", alice), say("neutral", bob)) == []
    last = Correction.objects.in_workspace(alice.workspace.pk).order_by("-pk").values_list("value", flat=True)[0]
    assert in_force(voice) == [last]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_who_take_the_same_word_back_take_it_back_once(alice: Person, bob: Person) -> None:
    voice = builders.voice(workspace=alice.workspace)
    said_by_model(voice)
    now = timezone.now()
    done = correcting.correct(voice=voice, task="sentiment", value="positive", author_id=alice.user.pk, now=now)
    undo = [lambda: correcting.undo(correction=done, author_id=bob.user.pk, now=now)] * 2
    assert together(*undo) == []
    assert Correction.objects.in_workspace(alice.workspace.pk).filter(undoes=done).count() == 1
    assert in_force(voice) == ["negative"]


def test_a_voice_whose_word_was_taken_back_is_asked_about_again(alice: Person) -> None:
    voice = builders.voice(workspace=alice.workspace)
    said_by_model(voice)
    now = timezone.now()
    done = correcting.correct(voice=voice, task="sentiment", value="positive", author_id=alice.user.pk, now=now)
    assert teaching.picks(workspace_id=alice.workspace.pk) == []
    correcting.undo(correction=done, author_id=alice.user.pk, now=now)
    assert teaching.picks(workspace_id=alice.workspace.pk) == [voice]


def test_two_reviewers_have_different_voices_first(alice: Person, bob: Person, client: Client) -> None:
    correcting.set_reviewers(
        workspace_id=alice.workspace.pk, member_ids=[bob.membership.pk], actor_id=alice.user.pk, now=timezone.now()
    )
    for number in range(60):
        said_by_model(builders.voice(workspace=alice.workspace, text=f"{number * 7919} {number:b} was {number**3}"))
    shown = {}
    for person in (alice, bob):
        client.force_login(person.user)
        shown[person] = [card["voice"].pk for card in client.get("/understand/teach").context["cards"]]
    assert len(shown[alice]) == len(shown[bob]) == 20
    assert not set(shown[alice]) & set(shown[bob])


def test_one_reviewer_is_shown_the_others_voices_after_their_own(alice: Person, bob: Person) -> None:
    correcting.set_reviewers(
        workspace_id=alice.workspace.pk, member_ids=[bob.membership.pk], actor_id=alice.user.pk, now=timezone.now()
    )
    voices = [builders.voice(workspace=alice.workspace, text=text) for text in ("late", "broken", "rude", "dear")]
    for voice in voices:
        said_by_model(voice)
    for person in (alice, bob):
        share = correcting.share_of(access_of(person))
        assert set(teaching.picks(workspace_id=alice.workspace.pk, share=share)) == set(voices)


def test_one_click_goes_back_once(alice: Person, client: Client) -> None:
    """A second click, or a colleague's, comes with a page that is older than the choice."""
    first, second = (own_model(alice, name) for name in ("first", "second"))
    for model in (first, second):
        registry.choose(model=model, actor_id=alice.user.pk, now=timezone.now())
    client.force_login(alice.user)
    seen = client.get("/settings/text").context["slots"]
    form = {"slot": "own:routing", "choice": next(row["slot"].choice_id for row in seen if row["is_own"])}
    client.post("/settings/text/rollback", form)
    answer = client.post("/settings/text/rollback", form, follow=True)
    assert chosen(alice) == first
    assert "Another model was chosen since this page was made" in answer.content.decode()


def test_choosing_what_reads_already_changes_nothing(alice: Person) -> None:
    model = own_model(alice, "first")
    for _click in range(2):
        registry.choose(model=model, actor_id=alice.user.pk, now=timezone.now())
    assert ModelChoice.objects.in_workspace(alice.workspace.pk).count() == 1


@pytest.mark.parametrize("value", [LONG, "price: high", "A" * 200])
def test_a_label_of_the_companys_own_may_be_long_and_hold_a_colon(alice: Person, client: Client, value: str) -> None:
    own_model(alice, "routing", values=[value, "other"])
    voice = builders.voice(workspace=alice.workspace)
    said_by_model(voice, value, slot="own:routing", task="own:routing")
    client.force_login(alice.user)
    answer = client.post(f"/listen/voices/{voice.pk}/corrections", {"label": f"own:routing:{value}"})
    assert answer.status_code == 302
    said = Correction.objects.in_workspace(alice.workspace.pk).get()
    assert (said.task, said.value) == ("own:routing", value)
    assert in_force(voice, "own:routing") == [value]


def own_model(alice: Person, name: str, **report: object) -> TextModel:
    now = timezone.now()
    model: TextModel = TextModel.objects.create(
        workspace=alice.workspace, slot="own:routing", name=name, source="column", trained_at=now, report=report
    )
    return model


def chosen(alice: Person) -> TextModel | None:
    latest: ModelChoice = ModelChoice.objects.in_workspace(alice.workspace.pk).order_by("-pk")[0]
    return latest.model


def access_of(person: Person) -> Access:
    return Access(user=person.user, membership=person.membership, workspace=person.workspace)
