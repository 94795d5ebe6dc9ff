"""Flags on counts: the stated rate of false ones holds, volume alone flags nothing, and what bursts is found."""

import csv
from collections import Counter
from pathlib import Path

import numpy as np

from allears.science.bursts import bursts

WEEKS, GROUPS = 13, 30


def world(rng, *, spread: float, loud: float = 1.0, bursting: int = 0, times: float = 3.0):
    """Counts of groups by week under no change but `bursting` groups; a last week of `loud` times the volume."""
    rates = rng.gamma(2.0, 12.0, GROUPS) + 2
    volume = rng.uniform(0.7, 1.3, WEEKS)
    volume[-1] *= loud
    mean = rates[:, None] * volume[None, :]
    mean[:bursting, -1] *= times
    counts = rng.negative_binomial(mean / spread, 1 / (1 + spread)) if spread else rng.poisson(mean)
    other = rng.poisson(300 * volume)
    return counts, counts.sum(axis=0) + other


def false_share(*, spread: float, loud: float, bursting: int, worlds: int = 150) -> float:
    """The mean share of false flags among the flags (0 where there are none): what Benjamini–Hochberg bounds."""
    rng, shares = np.random.default_rng(11), []
    for _ in range(worlds):
        counts, volume = world(rng, spread=spread, loud=loud, bursting=bursting)
        flagged = [each.flagged for each in bursts(counts, volume)]
        shares.append(sum(flagged[bursting:]) / max(1, sum(flagged)))
    return float(np.mean(shares))


def test_the_false_discovery_rate_holds_with_and_without_clumps() -> None:
    for spread in (0.0, 0.5, 1.5):
        for loud in (1.0, 2.0):
            assert false_share(spread=spread, loud=loud, bursting=0) <= 0.07, (spread, loud)
            assert false_share(spread=spread, loud=loud, bursting=6) <= 0.07, (spread, loud)


def test_what_triples_is_found() -> None:
    rng, found = np.random.default_rng(5), []
    for _ in range(40):
        counts, volume = world(rng, spread=0.5, bursting=4)
        found.append(np.mean([each.flagged for each in bursts(counts, volume)[:4]]))
    assert np.mean(found) >= 0.8


def test_a_new_group_is_found_the_week_it_comes_and_a_handful_is_not() -> None:
    past = [[20, 18, 22, 19, 21, 20, 20], [0, 0, 0, 0, 0, 0, 14], [0, 0, 0, 0, 0, 0, 4]]
    verdicts = bursts(past, [200, 210, 190, 205, 200, 195, 210])
    assert [each.flagged for each in verdicts] == [False, True, False]
    assert (verdicts[1].count, verdicts[1].expected) == (14, 0.0)


def test_twice_the_volume_alone_flags_nothing() -> None:
    counts = [[10, 12, 9, 11, 10, 22], [30, 28, 33, 31, 29, 61], [4, 6, 5, 3, 5, 9]]
    assert not any(each.flagged for each in bursts(counts, [100, 105, 98, 102, 101, 205]))


def test_with_too_short_a_past_nothing_is_expected_and_nothing_flagged() -> None:
    (verdict,) = bursts([[1, 50]], [100, 100])
    assert (verdict.expected, verdict.p_value, verdict.flagged) == (None, None, False)


def test_on_days_of_twice_the_volume_real_reasons_are_not_all_flagged(shared_data: Path) -> None:
    """Complaints to airlines by their reason, day by day: 22 and 23 February 2015 have twice the usual volume."""
    with (shared_data / "airline_tweets" / "Tweets.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [(row["tweet_created"][:10], row["negativereason"]) for row in csv.DictReader(file)]
    days = sorted({day for day, _ in rows})
    reasons = sorted({reason for _, reason in rows} - {""})
    counted = Counter(rows)
    flagged = {}
    for last in ("2015-02-22", "2015-02-23"):
        seen = days[: days.index(last) + 1]
        volume = [sum(counted[day, reason] for reason in ["", *reasons]) for day in seen]
        assert volume[-1] > 1.8 * np.median(volume[:-1])
        verdicts = bursts([[counted[day, reason] for day in seen] for reason in reasons], volume)
        flagged[last] = [reason for reason, each in zip(reasons, verdicts, strict=True) if each.flagged]
    assert len(reasons) == 10
    assert all(len(each) <= 3 for each in flagged.values()), flagged


def test_the_verdict_is_a_plain_value_that_goes_through_a_pipe() -> None:
    (found,) = bursts([[1] * 12 + [40]], [100] * 13)
    assert found.flagged is True
    assert type(found.count) is int
