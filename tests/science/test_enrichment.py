"""Commoner here than elsewhere: Fisher's exact test and the false-discovery rate over several things."""

import random

import pytest

from allears.science.enrichment import at_least, excesses


@pytest.mark.parametrize(
    ("found", "marked", "drawn", "total", "p"),
    [
        (3, 4, 4, 8, 17 / 70),  # Fisher's tea: R's fisher.test(matrix(c(3,1,1,3),2), alternative="greater")
        (4, 4, 4, 8, 1 / 70),
        (
            10,
            12,
            13,
            30,
            0.0004652,
        ),  # Fisher 1962, convicted twins of 13 and 17: R's help page, alternative="less" turned
        (0, 5, 5, 20, 1.0),
    ],
)
def test_the_exact_test_is_fishers(found: int, marked: int, drawn: int, total: int, p: float) -> None:
    assert at_least(found, marked, drawn, total) == pytest.approx(p, rel=1e-3)


def test_large_counts_and_things_nobody_says_elsewhere() -> None:
    sure, none, even = excesses([(400, 200), (0, 5), (50, 100)], 10_000, 20_000)
    assert (sure.more, sure.times) == (True, 4.0)
    assert sure.adjusted_p < 1e-30
    assert (none.more, none.p_value, none.times) == (False, 1.0, 0.0)
    assert (even.more, even.times) == (False, 1.0)
    (only_here,) = excesses([(9, 0)], 100, 1000)
    assert (only_here.more, only_here.times) == (True, None)


def test_false_discoveries_are_rare_where_nothing_is_commoner() -> None:
    """Twenty things in voices drawn at random: a world with any claim is a false discovery."""
    rng, false = random.Random(1), 0
    for _ in range(200):
        things = [rng.randrange(20) for _ in range(600)]
        here, elsewhere = things[:150], things[150:]
        found = excesses([(here.count(n), elsewhere.count(n)) for n in range(20)], 150, 450)
        false += any(each.more for each in found)
    assert false <= 16  # 5 % of 200, and two standard deviations
