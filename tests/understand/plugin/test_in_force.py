"""The outside model in force: it says the chosen labels of voices, and ours stand wherever it does not answer."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.conftest import Person
from tests.understand import builders
from tests.understand.annotators import Fake
from tests.understand.plugin.conftest import Peer

from allears.accounts.actions import make_key
from allears.accounts.models import AccessKey, AuditEntry
from allears.listen.models import Voice
from allears.understand import reading
from allears.understand.models import BackFill, VoiceAnnotation, WaitingVoice
from allears.understand.plugin import actions, in_force, metering
from allears.understand.plugin.calling import ATTEMPTS, Caller, most_tokens
from allears.understand.plugin.models import OutsideModel, Spend

PAGE = "/settings/text"


def heard(outside: OutsideModel, *texts: str) -> list[Voice]:
    """Voices that came in and were read, with what is stored of them."""
    found = [builders.voice(workspace=outside.workspace, text=text) for text in texts]
    for each in found:
        WaitingVoice(workspace_id=each.workspace_id, voice=each).save()
    reading.run_once("test:1:x")
    return found


def said(voice: Voice) -> tuple[str, set[str]]:
    row = VoiceAnnotation.objects.in_workspace(voice.workspace_id).get(voice=voice, replaced_at__isnull=True)
    return row.model, {f"{each['task']}:{each['value']}" for each in row.labels}


def chosen(outside: OutsideModel, *labels: str, past: bool = False) -> in_force.InForce:
    return in_force.put_in_force(
        workspace_id=outside.workspace_id, labels=labels, past=past, actor_id=None, now=timezone.now()
    )


def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits between two tries."""
    monkeypatch.setattr("allears.understand.plugin.calling._wait", lambda _: None)
    made = in_force._caller

    def caller(row: OutsideModel, until: float) -> Caller:
        found = made(row, until)
        found.sleep = lambda _: None
        return found

    monkeypatch.setattr(in_force, "_caller", caller)


def test_on_for_comparisons_it_reads_no_voice(outside: OutsideModel, peer: Peer, fake: Fake) -> None:
    (voice,) = heard(outside, "broken again, thanks")
    assert said(voice) == ("fake-1", {"sentiment:positive"})
    assert peer.seen() == []


def test_its_word_counts_for_the_chosen_labels_alone(outside: OutsideModel, peer: Peer, fake: Fake) -> None:
    chosen(outside, "sentiment", "emotion")
    (voice,) = heard(outside, "broken and late, thanks")
    model, labels = said(voice)
    assert model == "fake-1 + outside:tiny-1/1"
    assert labels == {"sentiment:negative", "emotion:annoyance", "topic:delivery", "point:pain"}
    assert len(peer.texts()) == 1


def test_nothing_personal_is_sent_and_nothing_is_asked_twice(outside: OutsideModel, peer: Peer, fake: Fake) -> None:
    chosen(outside, "sentiment")
    heard(outside, "bad, call 13800138000", "bad, call 13800138000")
    assert "13800138000" not in str(peer.seen())
    assert len(peer.texts()) == 1
    heard(outside, "bad, call 13800138000")
    assert len(peer.texts()) == 1


def test_a_fault_leaves_ours_and_rests_before_it_is_asked_again(
    outside: OutsideModel, peer: Peer, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(monkeypatch)
    chosen(outside, "sentiment")
    peer.faults(*["503"] * 4)
    (voice,) = heard(outside, "broken again, thanks")
    assert said(voice) == ("fake-1", {"sentiment:positive"})
    outside.refresh_from_db()
    assert "503" in outside.trouble
    assert outside.paused_until is not None
    asked = len(peer.seen())
    heard(outside, "broken once more")
    assert len(peer.seen()) == asked, "it is left alone"
    OutsideModel.objects.in_workspace(outside.workspace_id).update(paused_until=timezone.now() - timedelta(seconds=1))
    (voice,) = heard(outside, "broken a third time")
    assert said(voice)[0] == "fake-1 + outside:tiny-1/1"
    outside.refresh_from_db()
    assert (outside.trouble, outside.paused_until) == ("", None)


def test_over_the_cap_ours_takes_over_and_the_page_says_so(
    outside: OutsideModel, alice: Person, peer: Peer, fake: Fake
) -> None:
    chosen(outside, "sentiment")
    OutsideModel.objects.in_workspace(outside.workspace_id).update(monthly_cap=Decimal("0.0001"))
    (voice,) = heard(outside, "broken again, thanks")
    assert said(voice) == ("fake-1", {"sentiment:positive"})
    assert peer.seen() == []
    outside.refresh_from_db()
    assert outside.paused_until == metering.next_month(timezone.now())
    client = Client()
    client.force_login(alice.user)
    assert "the monthly cap would be passed" in client.get(PAGE).content.decode()
    form = {name: getattr(outside, name) for name in ("base_url", "model", "currency", "batch_size", "timeout")}
    actions.save(
        workspace_id=outside.workspace_id, actor_id=None, now=timezone.now(), key="", price_in=Decimal(2),
        price_out=Decimal(8), monthly_cap=Decimal(1), **form,
    )  # fmt: skip
    (voice,) = heard(outside, "broken again")
    assert said(voice)[0] == "fake-1 + outside:tiny-1/1", "a raised cap counts at once"


def test_what_was_paid_for_still_counts_over_the_cap(outside: OutsideModel, peer: Peer, fake: Fake) -> None:
    """Voices are read anew after a training, or an upgrade: their labels would go back to ours for want of money."""
    chosen(outside, "sentiment")
    (voice,) = heard(outside, "broken again, thanks")
    OutsideModel.objects.in_workspace(outside.workspace_id).update(monthly_cap=Decimal("0.0001"))
    heard(outside, "this one is not paid for")
    asked = len(peer.seen())
    reading.start_back_fill(workspace_id=outside.workspace_id, actor_id=None, now=timezone.now())
    reading.run_once("test:1:x")
    assert said(voice) == ("fake-1 + outside:tiny-1/1", {"sentiment:negative"})
    assert len(peer.seen()) == asked


def test_the_cap_in_the_middle_of_a_batch_loses_no_answer(outside: OutsideModel, peer: Peer, fake: Fake) -> None:
    """The first calls fit; the one that would pass the cap is not sent, and what came before it is kept."""
    chosen(outside, "sentiment")
    texts = [f"broken again, thanks {number}" for number in range(9)]  # three calls
    before = metering.MILLION - metering.cost_of(outside, most_tokens(texts[:3])) * ATTEMPTS  # one call is left
    month = metering.month_of(timezone.now())
    Spend(workspace_id=outside.workspace_id, month=month, cost=before).save()
    models = [said(voice)[0] for voice in heard(outside, *texts)]
    assert models == ["fake-1 + outside:tiny-1/1"] * 3 + ["fake-1"] * 6
    assert [len(each) for each in peer.texts()] == [3]
    assert before < metering.spent(workspace_id=outside.workspace_id, now=timezone.now()).cost <= metering.MILLION


def test_no_time_left_is_no_fault(outside: OutsideModel, fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_force, "SECONDS", 0.0)
    chosen(outside, "sentiment")
    (voice,) = heard(outside, "broken")
    assert said(voice)[0] == "fake-1"
    outside.refresh_from_db()
    assert outside.trouble == ""


def test_one_click_goes_back_and_the_past_is_read_again(
    outside: OutsideModel, alice: Person, peer: Peer, fake: Fake
) -> None:
    client = Client()
    client.force_login(alice.user)
    client.post(f"{PAGE}/outside/choices", {"label": ["sentiment"]})
    assert not BackFill.objects.in_workspace(outside.workspace_id).exists()
    (voice,) = heard(outside, "broken again, thanks")
    assert said(voice)[1] == {"sentiment:negative"}
    page = client.get(PAGE).content.decode()
    assert "1 of the last 1 voices" in page
    client.post(f"{PAGE}/outside/rollback")
    reading.run_once("test:1:x")
    assert said(voice) == ("fake-1", {"sentiment:positive"})
    entries = AuditEntry.objects.in_workspace(outside.workspace_id).filter(verb="understand.outside_model.chosen")
    assert [each.detail["labels"] for each in entries.order_by("id")] == [["sentiment"], []]
    assert "There is nothing to go back to" in client.post(f"{PAGE}/outside/rollback", follow=True).content.decode()


def test_a_second_click_goes_back_no_further(outside: OutsideModel, alice: Person, peer: Peer, fake: Fake) -> None:
    client = Client()
    client.force_login(alice.user)
    for labels in (["sentiment"], ["sentiment", "emotion"]):
        client.post(f"{PAGE}/outside/choices", {"label": labels})
    form = {"choice": client.get(PAGE).context["outside"]["state"].choice_id}
    client.post(f"{PAGE}/outside/rollback", form)
    answer = client.post(f"{PAGE}/outside/rollback", form, follow=True)
    assert in_force.in_force(workspace_id=outside.workspace_id).labels == ("sentiment",)
    assert "Another model was chosen since this page was made" in answer.content.decode()


def test_agents_choose_nothing_and_off_is_off(outside: OutsideModel, alice: Person, bob: Person, fake: Fake) -> None:
    client = Client()
    client.force_login(bob.user)
    for way in ("choices", "rollback"):
        assert client.post(f"{PAGE}/outside/{way}", {"label": ["sentiment"]}).status_code == 403
    chosen(outside, "sentiment")
    actions.switch(workspace_id=outside.workspace_id, on=False, actor_id=alice.user.pk, now=timezone.now())
    (voice,) = heard(outside, "broken again, thanks")
    assert said(voice)[0] == "fake-1"
    with pytest.raises(actions.OutsideModelError, match="is off"):
        chosen(outside, "topic")
    with pytest.raises(actions.OutsideModelError, match="no label moon"):
        chosen(outside, "moon")


def test_the_api_puts_in_force_and_takes_back(outside: OutsideModel, alice: Person, fake: Fake) -> None:
    _, key = make_key(workspace=alice.workspace, kind=AccessKey.Kind.API, name="t", actor=None, now=timezone.now())
    asked: dict[str, Any] = {"headers": {"Authorization": f"Bearer {key}"}, "content_type": "application/json"}
    path, client = "/api/v1/text-models/outside", Client()
    put = client.put(path, {"labels": ["topic", "sentiment"]}, **asked).json()
    assert (put["labels"], put["on"], put["model"]) == (["sentiment", "topic"], True, "tiny-1")
    assert client.post(f"{path}/rollback", **asked).json()["labels"] == []
    assert client.get(path, **asked).json()["of"] == 0
    assert client.put(path, {"labels": ["moon"]}, **asked).status_code == 422


def test_the_next_month_begins_on_its_first() -> None:
    assert metering.next_month(datetime(2026, 12, 31, 23, 59, tzinfo=UTC)) == datetime(2027, 1, 1, tzinfo=UTC)
    assert metering.next_month(datetime(2026, 1, 31, 12, tzinfo=UTC)) == datetime(2026, 2, 1, tzinfo=UTC)
