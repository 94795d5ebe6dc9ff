"""What a part does to the whole: by hand, and with intervals that cover."""

import numpy as np
import pytest

from allears.science.contribution import ALL_OF_IT, contribution
from allears.science.differences import TOO_FEW
from allears.science.estimate import ScoreCounts
from allears.science.scores import score


def cell(scores) -> ScoreCounts:
    scores = np.asarray(scores)
    return ScoreCounts(
        n=len(scores),
        promoters=int((scores >= 9).sum()),
        detractors=int((scores <= 6).sum()),
        satisfied=int((scores >= 4).sum()),
        total=float(scores.sum()),
        total_squares=float((scores**2).sum()),
    )


@pytest.mark.parametrize("metric", ["nps", "csat", "ces"])
def test_it_is_the_score_less_the_score_without_the_part(metric) -> None:
    rng = np.random.default_rng(0)
    part, rest = cell(rng.integers(0, 6, 40)), cell(rng.integers(3, 8, 160))
    found = contribution(metric, part, part + rest)
    with_it, without = score(metric, part + rest), score(metric, rest)
    assert found.estimate == pytest.approx(with_it.estimate - without.estimate)
    assert found.low < found.estimate < found.high
    assert found.n == 40


def test_what_cannot_be_said_has_its_reason() -> None:
    whole = cell([10] * 50 + [3] * 50)
    assert contribution("nps", ScoreCounts(), whole).estimate is None
    assert contribution("nps", whole, whole).reason == ALL_OF_IT
    few = contribution("nps", cell([0, 1, 2]), whole)
    assert (few.low, few.reason) == (None, TOO_FEW)


@pytest.mark.parametrize(("metric", "share"), [("nps", 0.05), ("nps", 0.3), ("csat", 0.1), ("ces", 0.1)])
def test_the_interval_covers(metric, share) -> None:
    rng, inside, draws = np.random.default_rng(4), 0, 1500
    low, high = {"nps": (0, 11), "csat": (1, 6), "ces": (1, 8)}[metric]
    odds = np.linspace(1, 3, high - low)
    mine, theirs = odds[::-1] / odds.sum(), odds / odds.sum()
    big = cell(rng.choice(np.arange(low, high), 400_000, p=mine))
    rest = cell(rng.choice(np.arange(low, high), 400_000, p=theirs))
    truth = share * (score(metric, big).estimate - score(metric, rest).estimate)
    for _ in range(draws):
        n = rng.binomial(400, share)
        part = cell(rng.choice(np.arange(low, high), n, p=mine))
        found = contribution(metric, part, part + cell(rng.choice(np.arange(low, high), 400 - n, p=theirs)))
        inside += found.low is not None and found.low <= truth <= found.high
    assert inside / draws >= 0.93
