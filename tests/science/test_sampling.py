"""Samples by stratum, against published figures."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allears.science.estimate import ScoreCounts
from allears.science.sampling import (
    Stratum,
    allocate,
    proportional,
    stratified_mean,
    weighted_difference,
    weighted_score,
)

LOHR = [  # acres of farms by region of the US: counties, sampled, mean, s²
    Stratum(population=220, n=21, mean=97_629.8, variance=7_647_472_708),
    Stratum(population=1054, n=103, mean=300_504.2, variance=29_618_183_543),
    Stratum(population=1382, n=135, mean=211_315.0, variance=53_587_487_856),
    Stratum(population=422, n=41, mean=662_295.5, variance=396_185_950_266),
]


def test_the_stratified_estimate_of_the_textbook() -> None:
    """Lohr (2010), Sampling: Design and Analysis, 2nd ed., Example 3.2: total 909,736,035, SE 50,417,248."""
    mean, variance = stratified_mean(LOHR, finite=True)
    counties = sum(each.population for each in LOHR)
    assert mean * counties == pytest.approx(909_736_035, abs=100)  # the printed means are rounded
    assert math.sqrt(variance) * counties == pytest.approx(50_417_248, abs=1)
    _, without = stratified_mean(LOHR)
    assert without > variance, "customers to come make it less sure"


def test_one_stratum_is_the_plain_mean() -> None:
    mean, variance = stratified_mean([Stratum(population=10_000, n=25, mean=7.0, variance=4.0)])
    assert (mean, variance) == (7.0, pytest.approx(0.16))


def test_a_segment_weighs_by_its_customers_not_by_its_answers() -> None:
    """90 of 100 answers come from a tenth of the customers."""
    cells = {
        "vip": ScoreCounts(n=90, promoters=90, detractors=0),
        "regular": ScoreCounts(n=10, promoters=0, detractors=10),
    }
    found = weighted_score("nps", cells, {"vip": 100, "regular": 900})
    assert found.estimate == pytest.approx(0.1 * 100 + 0.9 * -100)
    assert (found.n, found.method) == (100, "post-stratified")


def test_csat_by_hand() -> None:
    """0.5·0.8 + 0.5·0.4; the variance is ¼·0.16·(50/49)/50 + ¼·0.24·(50/49)/50."""
    cells = {"a": ScoreCounts(n=50, satisfied=40), "b": ScoreCounts(n=50, satisfied=20)}
    found = weighted_score("csat", cells, {"a": 10, "b": 10})
    spread = math.sqrt(0.25 * 0.16 / 49 + 0.25 * 0.24 / 49)
    assert found.estimate == pytest.approx(0.6)
    assert found.low == pytest.approx(0.6 - 1.959964 * spread, abs=1e-6)
    assert found.high == pytest.approx(0.6 + 1.959964 * spread, abs=1e-6)


def test_what_nobody_speaks_for_cannot_be_weighed_in() -> None:
    cells = {"vip": ScoreCounts(n=40, promoters=20), "new": ScoreCounts(n=1, promoters=1)}
    found = weighted_score("nps", cells, {"vip": 10, "new": 10})
    assert found.estimate is None
    assert found.reason
    told = weighted_difference("nps", found, found)
    assert (told.difference, told.p_value) == (None, None)


def test_a_difference_of_weighted_scores_is_the_normal_test() -> None:
    one = weighted_score("ces", {"": ScoreCounts(n=50, total=250.0, total_squares=1299.0)}, {"": 9})
    two = weighted_score("ces", {"": ScoreCounts(n=50, total=225.0, total_squares=1061.5)}, {"": 9})
    told = weighted_difference("ces", one, two)
    assert told.difference == pytest.approx(0.5)
    spread = math.sqrt(one.counts["variance"] + two.counts["variance"])
    assert told.p_value == pytest.approx(math.erfc(0.5 / spread / math.sqrt(2)))


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 10_000), max_size=8), st.integers(0, 30_000))
def test_shares_add_up_and_nobody_gets_more_than_there_are(sizes: dict[str, int], total: int) -> None:
    shares = proportional(sizes, total)
    whole = sum(sizes.values())
    assert sum(shares.values()) == min(total, whole)
    for name, size in sizes.items():
        assert 0 <= shares[name] <= size
        if total < whole:
            assert abs(shares[name] - total * size / whole) < 1


def test_quotas_come_first_and_the_rest_is_shared_out() -> None:
    there = {"vip": 100, "regular": 600, "new": 300}
    assert allocate(there, size=200, quotas={"vip": 80}) == {"vip": 80, "regular": 80, "new": 40}
    assert allocate(there, size=None, quotas={"vip": 80}) == {"vip": 80, "regular": 600, "new": 300}
    assert allocate(there, size=None, quotas={"vip": 800}) == {"vip": 100, "regular": 600, "new": 300}
    assert allocate(there, size=50, quotas={"vip": 80}) == {"vip": 80, "regular": 0, "new": 0}
    assert allocate(there, size=10, quotas={}) == {"vip": 1, "regular": 6, "new": 3}
