"""Numbers as people of each language write them."""

import pytest

from allears.kit.numbers import compact


@pytest.mark.parametrize(
    ("value", "en", "zh"),
    [
        (None, "–", "–"),
        (0, "0", "0"),
        (9_999, "9,999", "9,999"),
        (12_345, "12.3k", "1.2万"),
        (999_960, "1M", "100万"),
        (1_234_567, "1.2M", "123.5万"),
        (99_999_999, "100M", "1亿"),
        (3_400_000_000, "3.4B", "34亿"),
        (-20_000, "-20k", "-2万"),
    ],
)
def test_compact(value: float | None, en: str, zh: str) -> None:
    assert compact(value, language="en") == en
    assert compact(value, language="zh-hans") == zh
