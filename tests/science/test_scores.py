"""Scores are pinned to published values and to their own coverage; counts add."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allears.science.estimate import AskCounts, ScoreCounts
from allears.science.intervals import wilson, z_of
from allears.science.scores import ces, csat, nps, nps_share_limits, response_rates, score

# Six shares of promoters, passives, detractors: even, usual, good, very skewed, nearly unanimous, bad.
MIXES = [
    (1 / 3, 1 / 3, 1 / 3),
    (0.50, 0.30, 0.20),
    (0.70, 0.20, 0.10),
    (0.90, 0.07, 0.03),
    (0.97, 0.02, 0.01),
    (0.05, 0.15, 0.80),
]


def coverage(n: int, mix: tuple[float, float, float], *, draws: int = 40_000) -> float:
    """Share of seeded draws whose 95 % interval holds the true NPS."""
    samples = np.random.default_rng(20_260_101).multinomial(n, mix, size=draws)
    cells, weights = np.unique(samples, axis=0, return_counts=True)
    truth, z = mix[0] - mix[2], z_of(0.95)
    held = 0
    for (promoters, passives, detractors), weight in zip(cells.tolist(), weights.tolist(), strict=True):
        low, high = nps_share_limits(promoters, passives, detractors, z=z)
        held += weight if low - 1e-12 <= truth <= high + 1e-12 else 0
    return held / draws


@pytest.mark.parametrize("n", [10, 15, 29, 30, 50, 100, 1000])
def test_nps_interval_covers_at_its_stated_rate_in_the_worst_of_six_mixes(n):
    assert min(coverage(n, mix, draws=40_000 if n <= 100 else 4_000) for mix in MIXES) >= 0.94


def test_the_plain_wald_interval_would_fail_that_test():
    """What science.md warns of: ten answers, 97 % promoters, and Wald covers a quarter."""
    draws = np.random.default_rng(1).multinomial(10, (0.97, 0.03, 0.0), size=40_000)
    nps_share = (draws[:, 0] - draws[:, 2]) / 10
    half = 1.96 * np.sqrt(((draws[:, 0] + draws[:, 2]) / 10 - nps_share**2) / 10)
    assert np.mean(np.abs(nps_share - 0.97) <= half) == pytest.approx(0.26, abs=0.01)


def test_nps_by_hand():
    """Wilson of 50/100: .4038 to .5962; of 20/100: .1334 to .2888; r = −√(.1/(.5·.8)) = −.5, hence
    .3 − √(.0962² + .0962·.0888 + .0888²) = .1397 and .3 + √(.0962² + .0962·.0666 + .0666²) = .4418."""
    figure = nps(50, 30, 20)
    assert (figure.estimate, figure.n, figure.method) == (30.0, 100, "mover-wilson")
    assert figure.counts == {"promoters": 50, "passives": 30, "detractors": 20}
    assert figure.low == pytest.approx(13.97, abs=0.01)
    assert figure.high == pytest.approx(44.18, abs=0.01)
    assert figure.warnings == ()


def test_nps_below_thirty_adds_one_to_each_class_and_warns():
    figure = nps(5, 3, 2)
    p, q, n = 6 / 13, 3 / 13, 13
    half = 1.959964 * math.sqrt((p + q - (p - q) ** 2) / n)
    assert figure.estimate == 30.0
    assert figure.low == pytest.approx(100 * (p - q - half), abs=1e-3)
    assert figure.high == pytest.approx(100 * (p - q + half), abs=1e-3)
    assert (figure.method, figure.warnings) == ("adjusted-wald", ("low_base",))


@pytest.mark.parametrize("metric", ["nps", "csat", "ces"])
def test_no_answers_give_no_figure_but_a_reason(metric):
    figure = score(metric, ScoreCounts())
    assert (figure.estimate, figure.low, figure.high, figure.n) == (None, None, None, 0)
    assert figure.reason == "no answers"


# Newcombe (1998) "Two-sided confidence intervals for the single proportion", Stat Med 17:857–872,
# table I, method 3.
@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_newcombes_worked_values(successes, n, low, high):
    limits = wilson(successes, n, z=z_of(0.95))
    assert (round(limits.low, 4), round(limits.high, 4)) == (low, high)
    figure = csat(successes, n)
    assert (figure.low, figure.high) == limits


# R 4, `t.test(sleep$extra)` on the data set `sleep` (Student 1908): mean of x 1.54.
SLEEP_1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SLEEP_2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]


def test_ces_gives_the_interval_of_r_t_test():
    extra = [*SLEEP_1, *SLEEP_2]
    figure = ces(20, sum(extra), sum(x * x for x in extra))
    assert figure.estimate == pytest.approx(1.54)
    assert figure.low == pytest.approx(0.5955845, abs=1e-7)
    assert figure.high == pytest.approx(2.4844155, abs=1e-7)


def test_ces_of_one_answer_or_equal_answers_has_no_interval():
    assert (ces(1, 5, 25).estimate, ces(1, 5, 25).low) == (5.0, None)
    assert ces(1, 5, 25).reason.startswith("one answer")
    assert ces(4, 20, 100).reason.startswith("all answers are equal")


def test_impossible_sums_are_refused():
    with pytest.raises(ValueError, match="sum of squares"):
        ces(3, 15, 60)
    with pytest.raises(ValueError, match="negative"):
        nps(-1, 0, 3)


def test_response_rates_by_hand():
    """AAPOR Standard Definitions: 200 asked, 20 undelivered, 60 began, 45 of them finished."""
    rates = response_rates(AskCounts(invited=200, delivered=180, opened=90, started=60, completed=45))
    assert rates.response.estimate == 45 / 200
    assert rates.response_with_partials.estimate == 60 / 200
    assert rates.contact.estimate == 180 / 200
    assert rates.opening.estimate == 90 / 180
    assert rates.cooperation.estimate == 45 / 180
    assert rates.completion.estimate == 45 / 60
    assert rates.response.low == pytest.approx(wilson(45, 200, z=z_of(0.95)).low)


def test_response_rates_of_nobody_say_so_and_rising_counts_are_refused():
    assert response_rates(AskCounts()).response.reason == "nobody reached this stage"
    with pytest.raises(ValueError, match="rise"):
        response_rates(AskCounts(invited=10, delivered=5, opened=6))


scores_0_10 = st.lists(st.integers(0, 10), max_size=80)


def counted(answers: list[int]) -> ScoreCounts:
    return ScoreCounts(
        n=len(answers),
        promoters=sum(a >= 9 for a in answers),
        detractors=sum(a <= 6 for a in answers),
        satisfied=sum(a >= 9 for a in answers),
        total=sum(answers),
        total_squares=sum(a * a for a in answers),
    )


@pytest.mark.parametrize("metric", ["nps", "csat", "ces"])
@given(one=scores_0_10, two=scores_0_10)
def test_adding_counts_is_pooling_answers(metric, one, two):
    assert score(metric, counted(one) + counted(two)) == score(metric, counted([*one, *two]))
    assert counted([*one, *two]) - counted(two) == counted(one)


@pytest.mark.parametrize("metric", ["nps", "csat", "ces"])
@given(answers=scores_0_10.filter(len), level=st.sampled_from([0.5, 0.8, 0.95, 0.999]))
def test_an_interval_holds_its_estimate_and_stays_in_range(metric, answers, level):
    figure = score(metric, counted(answers), level=level)
    if figure.low is not None:
        assert figure.low <= figure.estimate <= figure.high
    if metric != "ces":
        assert figure.low >= (-100 if metric == "nps" else 0)
        assert figure.high <= (100 if metric == "nps" else 1)
