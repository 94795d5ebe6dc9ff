"""What people see of a voice: labels, the words behind them, personal data masked; and how they correct it."""

import re

import pytest
from django.test import Client
from django.utils import timezone
from tests.conftest import Person
from tests.understand import builders
from tests.understand.annotators import Fake

from allears.accounts.models import AuditEntry
from allears.listen.models import Voice
from allears.understand import correcting, reading, teaching
from allears.understand.models import Correction, WaitingVoice

OWNER = "test:1:x"


@pytest.fixture
def voice(alice: Person, fake: Fake) -> Voice:
    found = builders.voice(workspace=alice.workspace, text="Late again! Call 13800138000")
    read(found)
    return found


def read(*voices: Voice) -> None:
    for each in voices:
        WaitingVoice(workspace_id=each.workspace_id, voice=each).save()
    reading.run_once(OWNER)


def post(client: Client, voice: Voice, **form: str) -> str:
    answer = client.post(f"/listen/voices/{voice.pk}/corrections", form, headers={"HX-Request": "true"})
    assert answer.status_code == 200, answer.content
    return str(answer.content.decode())


def test_labels_and_words_stand_beside_each_other(alice: Person, voice: Voice, client: Client) -> None:
    client.force_login(alice.user)
    page = client.get(f"/listen/voices/{voice.pk}").content.decode()
    marked = re.findall(r'<mark class="because because-bad" title="([^"]+)">Late<span class="sr-only">', page)
    assert marked == ["Negative; Delivery, spoken of badly"]
    assert "90%" in page
    assert "Pain point" in page


def test_personal_data_is_masked_until_a_manager_looks_and_that_is_kept(
    alice: Person, bob: Person, voice: Voice, client: Client
) -> None:
    client.force_login(bob.user)
    for page in ("/listen", f"/listen/voices/{voice.pk}"):
        text = client.get(page).content.decode()
        assert '<span class="blot">phone</span>' in text
        assert "13800138000" not in text
    assert client.post(f"/listen/voices/{voice.pk}/disclosure").status_code == 403
    client.force_login(alice.user)
    assert "13800138000" not in client.get(f"/listen/voices/{voice.pk}").content.decode()
    assert "13800138000" in client.post(f"/listen/voices/{voice.pk}/disclosure").content.decode()
    entry = AuditEntry.objects.in_workspace(alice.workspace.pk).get(verb="understand.voice.unmasked")
    assert (entry.actor, entry.subject) == (alice.user, f"voice:{voice.pk}")


def test_a_voice_not_read_yet_is_masked_all_the_same(alice: Person, fake: Fake, client: Client) -> None:
    builders.voice(workspace=alice.workspace, text="Call 13800138000")
    client.force_login(alice.user)
    assert "13800138000" not in client.get("/listen").content.decode()


def test_the_wall_is_filtered_by_what_was_understood(alice: Person, voice: Voice, client: Client) -> None:
    other = builders.voice(workspace=alice.workspace, text="thanks a lot")
    read(other)
    client.force_login(alice.user)

    def shown(query: str) -> list[int]:
        page = client.get(f"/listen?{query}").content.decode()
        return sorted(int(each) for each in re.findall(r'id="voice-(\d+)"', page))

    assert shown("sentiment=negative") == [voice.pk]
    assert shown("topic=delivery.bad&point=pain") == [voice.pk]
    assert shown("topic=delivery.good") == []
    assert shown("sentiment=positive") == [other.pk]
    assert shown("topic=moon&sentiment=x") == [voice.pk, other.pk]  # what is no label filters nothing


def test_agents_see_labels_and_only_reviewers_correct_them(
    alice: Person, bob: Person, voice: Voice, client: Client
) -> None:
    client.force_login(bob.user)
    assert "data-teach-key" not in client.get(f"/listen/voices/{voice.pk}").content.decode()
    refused = client.post(f"/listen/voices/{voice.pk}/corrections", {"label": "sentiment:positive"})
    assert refused.status_code == 403
    assert not Correction.objects.in_workspace(alice.workspace.pk).exists()
    correcting.set_reviewers(
        workspace_id=alice.workspace.pk,
        member_ids=[bob.membership.pk],
        actor_id=alice.user.pk,
        now=timezone.now(),
    )
    assert "said by a person" in post(client, voice, label="sentiment:positive")
    assert Correction.objects.in_workspace(alice.workspace.pk).get().author == bob.user


def test_a_button_beside_a_label_says_all_that_it_means(alice: Person, voice: Voice, client: Client) -> None:
    client.force_login(alice.user)
    page = client.get(f"/listen/voices/{voice.pk}").content.decode()
    wrong = re.search(r'name="said" value="(is_not -1 topic:delivery)"', page)
    assert wrong
    post(client, voice, said=wrong[1])
    done = Correction.objects.in_workspace(alice.workspace.pk).get()
    assert (done.task, done.value, done.verdict, done.polarity) == ("topic", "delivery", "is_not", -1)
    refused = client.post(f"/listen/voices/{voice.pk}/corrections", {"said": "is_not"})
    assert refused.status_code == 422


def test_every_label_there_is_stands_once_on_the_page_where_people_teach(
    alice: Person, voice: Voice, client: Client
) -> None:
    read(builders.voice(workspace=alice.workspace, text="Great shop, and cheap"))
    client.force_login(alice.user)
    page = client.get("/understand/teach").content.decode()
    assert page.count("data-labels") == 2
    assert page.count('<option value="topic:price">') == 1


def test_a_correction_is_shown_with_its_author_and_undone(alice: Person, voice: Voice, client: Client) -> None:
    client.force_login(alice.user)
    said = post(client, voice, label="topic:price", polarity="-1")
    assert "Price" in said
    assert "alice@acme.test" in said
    done = Correction.objects.in_workspace(alice.workspace.pk).get()
    assert (done.task, done.value, done.polarity) == ("topic", "price", -1)
    client.post(f"/listen/voices/{voice.pk}/corrections/{done.pk}/undoing")
    page = client.get(f"/listen/voices/{voice.pk}").content.decode()
    assert "alice@acme.test ·" not in page
    assert Correction.objects.in_workspace(alice.workspace.pk).count() == 2


def test_all_is_right_confirms_every_label_once(alice: Person, voice: Voice, client: Client) -> None:
    client.force_login(alice.user)
    post(client, voice, all="1")
    post(client, voice, all="1")
    said = Correction.objects.in_workspace(alice.workspace.pk).order_by("id").values_list("task", "value")
    assert sorted(said) == [("point", "pain"), ("sentiment", "negative"), ("topic", "delivery")]


def test_every_second_voice_to_teach_is_drawn_by_lot(
    alice: Person, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is usual is learnt as well: of the doubtful ones alone a model learns less than of voices by lot."""
    things = ("boat", "lamp", "chair", "spoon", "garden", "window")
    voices = [builders.voice(workspace=alice.workspace, text=f"late {each}") for each in things]
    voices += [builders.voice(workspace=alice.workspace, text=f"what of the {each * 3}") for each in things]
    read(*voices)
    monkeypatch.setattr(teaching, "_lot", lambda voice_id: voice_id)  # the first ones come first
    picked = [each.text.split()[0] for each in teaching.picks(workspace_id=alice.workspace.pk, limit=6)]
    assert picked == ["what", "late"] * 3


def test_outsiders_correct_and_unmask_nothing(alice: Person, charlie: Person, voice: Voice, client: Client) -> None:
    client.force_login(charlie.user)
    for way, form in (("corrections", {"label": "sentiment:positive"}), ("disclosure", {})):
        assert client.post(f"/listen/voices/{voice.pk}/{way}", form).status_code == 404
    assert not Correction.objects.in_workspace(alice.workspace.pk).exists()
    assert not AuditEntry.objects.in_workspace(alice.workspace.pk).filter(verb="understand.voice.unmasked").exists()


def test_the_most_doubtful_are_taught_first_and_none_twice(alice: Person, fake: Fake, client: Client) -> None:
    texts = ["what is this about", "what is this about?", "thanks", "late", "something else entirely"]
    voices = [builders.voice(workspace=alice.workspace, text=text) for text in texts]
    read(*voices)
    picked = teaching.picks(workspace_id=alice.workspace.pk)
    assert picked[0].text in {texts[0], texts[1], texts[4]}
    assert len(picked) == 4  # one of two alike
    correcting.correct(voice=picked[0], task="sentiment", value="neutral", author_id=alice.user.pk, now=timezone.now())
    assert picked[0] not in teaching.picks(workspace_id=alice.workspace.pk)
    client.force_login(alice.user)
    assert client.get("/understand/teach").content.decode().count("data-teach tabindex") == 3


def test_the_page_of_reading_starts_a_back_fill(alice: Person, fake: Fake, client: Client) -> None:
    builders.voice(workspace=alice.workspace, text="late")
    client.force_login(alice.user)
    assert "have not been read yet" in client.get("/settings/text").content.decode()
    client.post("/settings/text/backfills")
    assert "hx-trigger" in client.get("/settings/text/reading").content.decode()
    while reading.run_once(OWNER):
        pass
    assert "1 voice was read." in client.get("/settings/text").content.decode()


def test_a_wall_filtered_by_label_waits_until_a_new_voice_is_read(
    alice: Person, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    from asgiref.sync import async_to_sync

    from allears.understand.filtering import LabelFilter
    from allears.web.pages import wall

    heard, other = (builders.voice(workspace=alice.workspace, text=text) for text in ("late", "thanks"))
    looks = []

    async def look(seconds: float) -> None:
        looks.append(seconds)
        from asgiref.sync import sync_to_async

        await sync_to_async(read)(heard, other)

    monkeypatch.setattr(wall.asyncio, "sleep", look)
    labels = LabelFilter.of({"topic": "delivery.bad"})
    wanted = wall.Watched(
        filters=wall.wall.WallFilter(workspace_id=alice.workspace.pk),
        among=lambda: labels.among(alice.workspace.pk),
        tries=wall.TRIES,
    )
    assert async_to_sync(wall._is_wanted)(heard, wanted) is True
    assert async_to_sync(wall._is_wanted)(other, wanted) is False
    assert looks == [wall.PAUSE]
