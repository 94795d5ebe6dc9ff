"""The simulator: repeatable, true to its model, and plausible in what it writes."""

import random
import statistics
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from allears.cli.demo import comments, company, truth
from allears.cli.demo.journey import one_journey
from allears.cli.demo.people import shopper
from allears.cli.demo.simulate import Happening, simulate
from allears.cli.demo.truth import Operations
from allears.journeys.templates import RETAIL_DELIVERY

START = datetime(2026, 1, 5, tzinfo=UTC)


def history(*, seed: int = 7, days: int = 182, customers: int = 250) -> list[Happening]:
    return list(simulate(seed=seed, start=START, days=days, customers=customers))


@pytest.fixture(scope="module")
def half_a_year() -> list[Happening]:
    return history()


def test_equal_seeds_give_equal_histories_and_others_differ(half_a_year: list[Happening]) -> None:
    assert history() == half_a_year
    assert [each.key for each in history(seed=8)] != [each.key for each in half_a_year]


def test_more_customers_change_nobody_elses_life(half_a_year: list[Happening]) -> None:
    few = history(customers=40)
    assert [each for each in half_a_year if each.shopper.number <= 40] == few


def test_happenings_are_in_order_within_the_days_and_named_once(half_a_year: list[Happening]) -> None:
    times = [each.at for each in half_a_year]
    assert times == sorted(times)
    assert all(START <= at < START + timedelta(days=182) for at in times)
    assert len({each.key for each in half_a_year}) == len(half_a_year)


def test_touchpoints_are_those_of_the_template(half_a_year: list[Happening]) -> None:
    drawn = {plan.key: plan for plan in RETAIL_DELIVERY.touchpoints}
    met = {(each.touchpoint, each.event) for each in half_a_year if each.touchpoint}
    assert {key for key, _ in met} == set(drawn) == set(truth.BASE) == set(company.OWNERS)
    assert all(event in drawn[key].event_names for key, event in met)
    assert all(probe.event in drawn[probe.touchpoint].event_names for probe in company.PROBES)


def test_promoters_and_detractors_are_as_many_as_the_model_says() -> None:
    """Sampled u against the closed formula: 100 · (Φ((μ−8.5)/σ) − Φ((6.5−μ)/σ)); tolerance four standard errors."""
    dice = random.Random(1)
    for mean in (6.0, 7.5, 8.4, 9.2):
        scores = [
            truth.nps_score(mean + dice.gauss(0, truth.TASTE_SD) + dice.gauss(0, truth.NOISE_SD)) for _ in range(40_000)
        ]
        found = 100 * statistics.fmean((score >= 9) - (score <= 6) for score in scores)
        assert found == pytest.approx(truth.expected_nps(mean), abs=4 * 100 / 40_000**0.5)


@pytest.mark.parametrize(
    ("u", "nps", "csat", "ces"),
    [(-1.0, 0, 1, 1), (6.49, 6, 3, 5), (6.5, 7, 4, 5), (8.49, 8, 5, 6), (8.5, 9, 5, 6), (12.0, 10, 5, 7)],
)
def test_scores_are_cuts_of_one_line(u: float, nps: int, csat: int, ces: int) -> None:
    assert (truth.nps_score(u), truth.csat_score(u), truth.ces_score(u)) == (nps, csat, ces)


def test_answers_come_as_often_as_the_propensity_says(half_a_year: list[Happening]) -> None:
    met = [(each.shopper, each.reaction) for each in half_a_year if each.reaction]
    wanted = [
        truth.propensity(u=reaction.u, segment=who.segment, language=who.language, channel="email")
        for who, reaction in met
    ]
    spread = sum(chance * (1 - chance) for chance in wanted) ** 0.5
    assert abs(sum(reaction.answers for _, reaction in met) - sum(wanted)) < 4 * spread


def test_lateness_hurts_and_the_depot_move_shows(half_a_year: list[Happening]) -> None:
    assert truth.operations_effect(Operations(late_hours=6)) == pytest.approx(-1.15 * 1.0986, abs=1e-3)
    delivered = [each for each in half_a_year if each.touchpoint == "delivery"]
    late = Counter((each.week in truth.DEPOT_MOVE, each.properties["late_hours"] > 0) for each in delivered)
    moving, usual = (
        late[True, True] / (late[True, True] + late[True, False]),
        late[False, True] / (late[False, True] + late[False, False]),
    )
    assert 0.3 < moving < 0.6
    assert 0.07 < usual < 0.18


def test_the_comment_bank_is_large_equal_in_shape_and_without_repeats() -> None:
    english, chinese = comments.bank("en"), comments.bank("zh")
    assert set(english) == set(chinese)
    for sections in (english, chinese):
        sentences = [line for lines in sections.values() for line in lines]
        assert len(set(sentences)) == len(sentences) >= 400
        assert all(f"{key}.{feeling}" in sections for key in truth.BASE for feeling in comments.FEELINGS)


def test_every_sentence_takes_its_slots() -> None:
    slots = {"item": "sofa", "city": "Berlin", "order": "WF1", "hours": "5", "minutes": "9", "days": "6"}
    for language in ("en", "zh"):
        for lines in comments.bank(language).values():
            assert not any("{" in line.format_map(slots) for line in lines)


def test_customers_speak_their_language_and_live_where_they_say() -> None:
    people = [shopper(seed=7, number=number) for number in range(1, 601)]
    share = Counter(who.language for who in people)["zh"] / 600
    assert 0.5 < share < 0.62
    assert all(who.email.endswith("@example.test") for who in people)
    assert len({who.email for who in people}) == 600
    assert {who.consent for who in people} == {"granted", "withdrawn", "silent"}
    assert {who.region for who in people} == {"china", "europe", "us"}


def test_a_delivery_keeps_its_promise_or_tells_how_late_it_was() -> None:
    who = shopper(seed=7, number=1)
    for number in range(200):
        steps = one_journey(random.Random(number), who=who, at=START, week_of=lambda _: 12)
        for step in (each for each in steps if each.event == "order_delivered"):
            promised = datetime.fromisoformat(step.properties["promised_at"])
            late = max(0.0, (step.at - promised) / timedelta(hours=1))
            assert step.properties["late_hours"] == pytest.approx(late, abs=0.06)
