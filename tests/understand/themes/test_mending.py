"""What Home says to mend first: the theme that takes most off the score, and whether that may be claimed."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.conftest import Person
from tests.understand.builders import voice
from tests.understand.themes.test_lasting import search, tell, theme_of

from allears.science.estimate import Estimate
from allears.understand.themes.mending import first_to_mend

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("here")]


def board_of(*pulls: tuple[float, float | None]) -> Any:
    """One card for each (estimate, half of its interval); no half: too few answers for one."""
    cards = []
    for number, (pull, half) in enumerate(pulls):
        low, high = (None, None) if half is None else (pull - half, pull + half)
        found = Estimate("nps_contribution", pull, low, high, 0.95, 40, "delta")
        cards.append(SimpleNamespace(number=number, contribution=found))
    return SimpleNamespace(cards=tuple(cards))


def chosen(*pulls: tuple[float, float | None]) -> tuple[int, bool] | None:
    found = first_to_mend(board_of(*pulls))
    return found and (found.card.number, found.is_claimed)  # type: ignore[attr-defined]


def test_the_heaviest_that_may_be_claimed_is_first() -> None:
    assert chosen((-3.0, 1.0), (-9.0, 12.0), (-5.0, 1.5), (8.0, 1.0), (-20.0, None)) == (2, True)


def test_of_many_themes_one_below_by_chance_is_not_claimed() -> None:
    """p = 0.04 alone; among twenty it is what chance gives."""
    by_chance = [(-2.05, 1.96)] + [(0.1 * (number - 9), 1.96) for number in range(19)]
    assert chosen(*by_chance) == (0, False)
    assert chosen((-2.05, 1.96)) == (0, True)


def test_nothing_below_the_rest_is_nothing_to_mend() -> None:
    assert chosen() is None
    assert chosen((2.0, 1.0), (0.0, 1.0), (-4.0, None)) is None


def read(person: Person, language: str = "en") -> str:
    client = Client()
    client.force_login(person.user)
    client.cookies["allears_language"] = language
    return client.get("/home/mend").content.decode()


def test_home_names_the_theme_its_pull_and_one_voice(acme, alice, bob) -> None:
    now = timezone.now()
    tell(acme, at=now)
    search(acme, now=now)
    theme = theme_of(acme, 0)
    page = read(alice)
    assert "Mend first:" in page
    assert f'href="/understand/themes/{theme.pk}?since=182d&amp;metric=nps"' in page
    assert theme.name_en in page
    assert "n = 40" in page
    assert page.count("line-clamp-2") == 1
    chinese = read(alice, "zh-hans")
    assert "最先改进：" in chinese
    assert theme.name_zh in chinese
    client = Client()
    client.force_login(bob.user)
    assert client.get("/home/mend").status_code == 403


def test_home_weighs_by_the_score_that_it_shows(acme, alice) -> None:
    """Most voices carry a CSAT; Home shows the NPS, so the theme is weighed by that."""
    now = timezone.now()
    tell(acme, at=now)
    for number in range(200):
        voice(workspace=acme, text="", at=now - timedelta(days=1 + number % 9), metric="csat", score=5)
    search(acme, now=now)
    assert "metric=nps" in read(alice)


def test_before_there_are_themes_it_says_what_will_stand_here(acme, alice) -> None:
    assert "once 40 voices have words" in read(alice)
