"""Percentiles from additive histograms whose buckets grow by a factor: within one per cent for a factor of 1.02.

The sketch of Masson, Rim & Lee, "DDSketch: a fast and fully-mergeable quantile sketch with relative-error guarantees"
(VLDB 2019), with floors for ceilings: bucket b holds [γ^b, γ^(b+1)); its answer is the value whose relative error to
both ends is the same, (γ − 1)/(γ + 1).
"""

from collections.abc import Mapping


def histogram_quantile(counts: Mapping[int, int], share: float, *, gamma: float = 1.02) -> float | None:
    """The value that ``share`` (0 … 1) of all lie at or below; None where there are none.

    ``counts`` is how many fell into each bucket; buckets of several histograms add.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"a share is between 0 and 1, not {share}")
    whole = sum(counts.values())
    if whole == 0:
        return None
    wanted, seen = share * (whole - 1), 0
    for bucket in sorted(counts):
        seen += counts[bucket]
        if seen > wanted:
            return float(2 * gamma ** (bucket + 1) / (gamma + 1))
    raise ValueError("a bucket holds fewer than none")
