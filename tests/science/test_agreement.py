"""Krippendorff's α against the example he published."""

import pytest

from allears.science.agreement import Level, alpha

# Krippendorff (2011), section C: four observers, twelve units, values 1 to 5, some missing.
OBSERVERS = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
    (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
)
UNITS = list(zip(*OBSERVERS, strict=True))


@pytest.mark.parametrize(("level", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_the_published_example(level: Level, published: float) -> None:
    found = alpha(UNITS, level=level)
    assert found is not None
    assert round(found, 3) == published


def test_where_nothing_varies_nothing_can_be_told() -> None:
    assert alpha([(1, 1), (1, 1)]) is None
    assert alpha([(1, None), (2, None)]) is None


def test_chance_is_about_zero_and_contradiction_below() -> None:
    assert alpha([(0, 1), (1, 0)]) == pytest.approx(-0.5)
    assert alpha([("a", "a"), ("b", "b"), ("c", "c")]) == 1
