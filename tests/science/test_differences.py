"""Differences are pinned to Newcombe's tables and R; "different" only past Benjamini–Hochberg."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multinomial
from tests.science.test_scores import SLEEP_1, SLEEP_2, counted

from allears.science.differences import (
    against_rest,
    benjamini_hochberg,
    difference,
    pairwise,
    share_difference,
)
from allears.science.estimate import ScoreCounts
from allears.science.intervals import Limits, mover_difference, wilson, z_of
from allears.science.scores import nps_share_limits


# Newcombe (1998) "Interval estimation for the difference between independent proportions",
# Stat Med 17:873–890, table II, contrasts (a)–(h), method 10.
@pytest.mark.parametrize(
    ("a", "n_a", "b", "n_b", "low", "high"),
    [
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (6, 7, 2, 7, 0.0582, 0.8062),
        (5, 56, 0, 29, -0.0381, 0.1926),
        (0, 10, 0, 20, -0.1611, 0.2775),
        (0, 10, 0, 10, -0.2775, 0.2775),
        (10, 10, 0, 20, 0.6791, 1.0),
        (10, 10, 0, 10, 0.6075, 1.0),
    ],
)
def test_share_difference_gives_newcombes_worked_values(a, n_a, b, n_b, low, high):
    result = share_difference(a, n_a, b, n_b)
    assert (round(result.low, 4), round(result.high, 4)) == (low, high)


def test_means_give_r_welch_test():
    """R 4: `t.test(extra ~ group, data = sleep)`, df = 17.776, p-value = 0.07939."""
    result = difference("ces", counted(SLEEP_1), counted(SLEEP_2))
    assert result.difference == pytest.approx(0.75 - 2.33)
    assert result.low == pytest.approx(-3.3654832, abs=1e-7)
    assert result.high == pytest.approx(0.2054832, abs=1e-7)
    assert result.p_value == pytest.approx(0.07939, abs=5e-6)


# The fifteen p-values of Benjamini & Hochberg (1995), section 3.2; adjusted by R `p.adjust(p, "BH")`.
BH_1995 = [
    *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344),
    *(0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0),
]
R_ADJUSTED = [
    *(0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.0638571429, 0.0638571429, 0.0645),
    *(0.0765, 0.486, 0.5811818182, 0.714875, 0.7532307692, 0.8132142857, 1.0),
]


def test_benjamini_hochberg_gives_r_p_adjust_and_the_four_rejections_of_the_paper():
    assert benjamini_hochberg(BH_1995) == pytest.approx(R_ADJUSTED, abs=1e-9)
    assert sum(p <= 0.05 for p in benjamini_hochberg(BH_1995)) == 4
    assert benjamini_hochberg(BH_1995[::-1]) == pytest.approx(R_ADJUSTED[::-1], abs=1e-9)
    assert benjamini_hochberg([]) == []


def test_mover_with_wilson_limits_and_no_correlation_is_newcombes_method():
    z = z_of(0.95)
    limits = mover_difference(0.8, wilson(56, 70, z=z), 0.6, wilson(48, 80, z=z))
    assert limits == pytest.approx(Limits(0.0524, 0.3339), abs=5e-5)


def outcomes(n: int, mix: tuple[float, float, float]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Every possible sample of n: its probability, NPS share, and limits."""
    cells = [(p, n - p - d, d) for p in range(n + 1) for d in range(n + 1 - p)]
    limits = np.array([nps_share_limits(*cell, z=z_of(0.95)) for cell in cells])
    share = np.array([(p - d) / n for p, _, d in cells])
    return multinomial(n, mix).pmf(cells), share, limits[:, 0], limits[:, 1]


@pytest.mark.parametrize(("n", "m"), [(10, 80), (20, 20), (30, 40)])
@pytest.mark.parametrize(("mix", "other"), [((0.5, 0.3, 0.2), (0.5, 0.3, 0.2)), ((0.7, 0.2, 0.1), (0.4, 0.3, 0.3))])
def test_nps_difference_covers_at_its_stated_rate_over_every_possible_pair_of_samples(n, m, mix, other):
    weight, x, x_low, x_high = outcomes(n, mix)
    weight_2, y, y_low, y_high = outcomes(m, other)
    gap = x[:, None] - y
    low = gap - np.hypot((x - x_low)[:, None], y_high - y)
    high = gap + np.hypot((x_high - x)[:, None], y - y_low)
    truth = (mix[0] - mix[2]) - (other[0] - other[2])
    held = (low <= truth + 1e-12) & (truth - 1e-12 <= high)
    assert (np.outer(weight, weight_2) * held).sum() >= 0.94


def test_nps_difference_is_that_interval():
    result = difference("nps", nps_cell(15, 9, 6), nps_cell(12, 16, 12))
    one, two = nps_share_limits(15, 9, 6, z=z_of(0.95)), nps_share_limits(12, 16, 12, z=z_of(0.95))
    assert result.difference == pytest.approx(30)
    assert result.low == pytest.approx(30 - 100 * math.hypot(0.3 - one.low, two.high))
    assert result.high == pytest.approx(30 + 100 * math.hypot(one.high - 0.3, two.low))


def test_below_ten_answers_no_nps_difference_is_claimed():
    """Two detractors of two against a good rest: the exact chance is 6 %, the adjusted interval would say 2 %."""
    few = difference("nps", nps_cell(0, 0, 2), nps_cell(60, 0, 20))
    assert (few.difference, few.low, few.p_value) == (-150, None, None)
    assert few.reason == "fewer than ten answers on one side"
    assert difference("nps", nps_cell(0, 0, 10), nps_cell(60, 0, 20)).p_value is not None


answers = st.lists(st.integers(0, 10), min_size=1, max_size=120)


@pytest.mark.parametrize("metric", ["nps", "csat", "ces"])
@given(a=answers, b=answers)
def test_verdict_and_interval_never_disagree(metric, a, b):
    result = difference(metric, counted(a), counted(b))
    if result.low is None:
        assert result.p_value is None
        assert result.reason
        return
    assert result.low <= result.difference <= result.high
    if abs(result.p_value - 0.05) > 1e-6:
        assert (result.p_value < 0.05) == (not result.low <= 0 <= result.high)


def nps_cell(promoters: int, passives: int, detractors: int) -> ScoreCounts:
    return ScoreCounts(n=promoters + passives + detractors, promoters=promoters, detractors=detractors)


CELLS = {
    "store": nps_cell(300, 60, 40),
    "web": nps_cell(100, 150, 150),
    "app": nps_cell(99, 152, 149),
    "mail": nps_cell(0, 0, 0),
}


def test_only_the_pairs_past_benjamini_hochberg_are_called_different():
    pairs = pairwise("nps", CELLS)
    assert len(pairs) == 6
    assert [(pair.a, pair.b) for pair in pairs if pair.different] == [("store", "web"), ("store", "app")]
    web_app = next(p for p in pairs if (p.a, p.b) == ("web", "app"))
    assert (web_app.different, web_app.result.low < 0 < web_app.result.high) == (False, True)
    mail = next(p for p in pairs if p.b == "mail")
    assert (mail.adjusted_p, mail.result.reason) == (None, "no answers")


def test_each_cut_against_all_the_others():
    rest = {c.a: c for c in against_rest("nps", CELLS)}
    assert [key for key, c in rest.items() if c.different] == ["store", "web", "app"]
    others = difference("nps", CELLS["store"], CELLS["web"] + CELLS["app"])
    assert rest["store"].result == others


def test_a_single_small_p_among_many_is_not_called_different():
    """Twenty equal cuts and one slightly better: alone past .05, not among twenty-one."""
    cells = {f"cut {i}": nps_cell(50, 30, 20) for i in range(20)} | {"better": nps_cell(62, 23, 15)}
    verdicts = {c.a: c for c in against_rest("nps", cells)}
    assert verdicts["better"].result.p_value < 0.05
    assert not verdicts["better"].different
