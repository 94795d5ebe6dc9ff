"""The card's figures against hand-worked ones."""

from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client
from tests.conftest import Person
from tests.understand.annotators import Fake

from allears.understand import card as cards
from allears.understand.service import Service
from allears.understand.text.corpus import Comment, comment


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch, settings: LazySettings, tmp_path: Path) -> list[Comment]:
    """Four comments, all held out: two that the fake reads rightly, one wrongly, one not at all."""
    lines = (
        "-1 complaint pain | [late]{delivery-} again",
        "+1 praise | thanks",
        "+1 praise sarcasm | late as always, love it",
        "0 question | what is it",
    )
    found = [comment(line, language="en", industry="courier", source="chat") for line in lines]
    monkeypatch.setattr(Comment, "held_out", property(lambda self: True))
    monkeypatch.setattr(cards, "corpus", lambda: iter(found))
    monkeypatch.setattr(cards, "builtin", Fake)
    cards.card.cache_clear()
    settings.RUN_DIR = tmp_path / "run"
    return found


def test_figures_of_four_comments(few: list[Comment]) -> None:
    found = cards.card()
    (english,) = found.languages
    assert (found.version, found.learnt_from, found.held_out, found.industries) == ("fake-1", 0, 4, 1)
    assert (english.n, english.accuracy, english.unanswered) == (4, 0.5, 0.25)
    assert (english.sarcasm_n, english.sarcasm_accuracy, english.mixed_accuracy) == (1, 0.0, None)
    assert [(each.n, each.right) for each in english.bins] == [(1, 1.0), (2, 0.5)]
    assert english.calibration_error == pytest.approx((1 * abs(1 - 0.8) + 2 * abs(0.5 - 0.9)) / 3)
    delivery = next(each for each in found.labels if (each.task, each.value) == ("topic", "delivery"))
    assert (delivery.precision, delivery.recall, delivery.support) == (0.5, 1.0, 1)
    cards.card.cache_clear()


def test_they_are_worked_out_once_for_each_version(
    few: list[Comment], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Reading the held-out comments takes seconds, and a process that rests forgets what it knew."""
    found = Service().card(cards.CardQuestion())
    (file,) = (tmp_path / "run").iterdir()
    cards.card.cache_clear()
    monkeypatch.setattr(cards, "corpus", lambda: pytest.fail("worked out a second time"))
    assert Service().card(cards.CardQuestion()) == found
    monkeypatch.setattr(cards, "corpus", lambda: iter(few[:2]))
    file.write_bytes(file.read_bytes()[:40])  # damaged
    assert Service().card(cards.CardQuestion()).held_out == 2
    monkeypatch.setattr(cards, "_digest", lambda: "another")
    cards.card.cache_clear()
    assert Service().card(cards.CardQuestion()).held_out == 2
    assert [each.name for each in (tmp_path / "run").iterdir()] == ["card-another.json"]
    cards.card.cache_clear()


def test_the_page_tells_them(
    few: list[Comment], alice: Person, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("allears.web.pages.text_models.ask_card", Service().card)
    client.force_login(alice.user)
    page = client.get("/settings/text/card").content.decode()
    assert "fake-1" in page
    assert "0.500" in page
    cards.card.cache_clear()
