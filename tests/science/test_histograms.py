"""Percentiles of the histogram against numpy's of the values themselves; the bound of Masson et al. (2019)."""

import math
from collections import Counter

import numpy as np
import pytest

from allears.science.histograms import histogram_quantile


def buckets(values: np.ndarray) -> Counter:
    return Counter(math.floor(math.log(value) / math.log(1.02)) for value in values)


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.9, 0.99, 1])
@pytest.mark.parametrize("seed", range(3))
def test_every_percentile_is_within_one_per_cent(share, seed):
    values = np.random.default_rng(seed).lognormal(12, 2, 5000)
    true = float(np.quantile(values, share, method="lower"))
    assert histogram_quantile(buckets(values), share) == pytest.approx(true, rel=0.0101)


def test_histograms_add_as_their_values_pool():
    dice = np.random.default_rng(4)
    one, two = dice.lognormal(10, 1, 700), dice.lognormal(12, 1, 300)
    pooled = buckets(np.concatenate([one, two]))
    assert buckets(one) + buckets(two) == pooled


def test_nothing_has_no_percentile():
    assert histogram_quantile({}, 0.5) is None
    with pytest.raises(ValueError, match="between 0 and 1"):
        histogram_quantile({1: 1}, 1.5)
