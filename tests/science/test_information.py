"""What one more answer is worth, and where to ask."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allears.science.information import Cell, directed_shares, expected_information, unit_scale


def test_the_fall_of_the_variance_of_a_mean_by_one_answer() -> None:
    # s²/n - s²/(n + 1) with s² = 0.2, n = 4: 0.05 - 0.04; half of them answer, the moment counts double
    assert expected_information(variance=0.2, answers=4, propensity=0.5, weight=2) == pytest.approx(0.01)
    assert expected_information(variance=0.2, answers=0, propensity=1) == pytest.approx(0.2 / 6)


@given(st.floats(0, 0.25), st.integers(2, 10_000), st.floats(0, 1))
def test_more_answers_are_worth_less(variance: float, answers: int, propensity: float) -> None:
    now = expected_information(variance=variance, answers=answers, propensity=propensity)
    later = expected_information(variance=variance, answers=answers + 1, propensity=propensity)
    assert 0 <= later <= now


cells = st.dictionaries(
    st.sampled_from("abcdef"),
    st.builds(Cell, events=st.integers(1, 5000), variance=st.floats(0.01, 0.25), answers=st.integers(0, 5000)),
    min_size=1,
)


@given(cells, st.floats(0.05, 1.0))
def test_directed_shares_spend_what_was_given_and_ask_more_where_less_is_known(
    known: dict[str, Cell], share: float
) -> None:
    shares = directed_shares(known, share=share)
    events = sum(cell.events for cell in known.values())
    spent = sum(known[name].events * value for name, value in shares.items())
    assert spent == pytest.approx(share * events, rel=0.01)
    assert all(0 < value <= 1 for value in shares.values())
    ranked = sorted(known, key=lambda name: known[name].variance / max(known[name].answers, 2))
    for less, more in itertools.pairwise(ranked):
        assert shares[less] <= shares[more] + 1e-9


def test_scales_begin_at_nought_and_end_at_one() -> None:
    assert [unit_scale(name, worst) for name, worst in (("nps", 0), ("csat", 1), ("ces", 1))] == [0, 0, 0]
    assert [unit_scale(name, best) for name, best in (("nps", 10), ("csat", 5), ("ces", 7))] == [1, 1, 1]
