"""Figures as pages show them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import formats, timezone, translation

from allears.kit.numbers import tidy_percent
from allears.web.templatetags.themes import signed_amount
from allears.web.templatetags.ui import amount, every, signed


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (None, "points", "–"),
        (2 / 3, "percent", "66.7%"),
        (2 / 7, "percent", "28.6%"),
        (0.9996, "percent", "100%"),
        (-0.0001, "percent", "0%"),
        (0.5, "percent", "50.0%"),
        (0.0, "percent", "0%"),
        (1.0, "percent", "100%"),
        (-0.666, "percent", "−66.6%"),
        (1.996, "score", "2.00"),
        (25.0, "points", "25.0"),
        (-39.96, "points", "−40.0"),
        (15.0, "count", "15"),
        (1.96, "count", "2"),
        (15, "points", "15"),
        (9_999, "count", "9,999"),
        (12_345, "count", "12.3k"),
    ],
)
def test_a_figure_is_rounded_not_cut_off(value: float | None, unit: str, shown: str) -> None:
    assert amount(value, unit) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "–"), (17.08, "+17.1"), (-4.96, "−5.0"), (19.0, "+19.0"), (6, "+6"), (0.0, "±0")]
)
def test_a_difference_has_its_sign(value: float | None, shown: str) -> None:
    assert signed(value) == shown


def test_what_a_theme_does_is_rounded_in_its_own_unit() -> None:
    assert [signed_amount(0.0066, "percent"), signed_amount(-0.666, "score"), signed_amount(1.96)] == [
        "+0.7 pp",
        "−0.67",
        "+2.0",
    ]


def test_a_share_that_was_set_has_no_more_digits_than_it_needs() -> None:
    assert [tidy_percent(each) for each in (0.5, 0.125, 1.0, 0.0)] == ["50%", "12.5%", "100%", "0%"]
    with translation.override("zh-hans"):
        assert (amount(2 / 3, "percent"), signed_amount(-0.0066, "percent")) == ("66.7%", "−0.7 个百分点")


@pytest.mark.parametrize(
    ("span", "english", "chinese"),
    [
        (timedelta(seconds=30), "30 s", "30 秒"),
        (timedelta(minutes=10), "10 min", "10 分钟"),
        (timedelta(days=1), "24 h", "24 小时"),
    ],
)
def test_how_long_between_two_runs_is_in_words(span: timedelta, english: str, chinese: str) -> None:
    assert every(span) == english
    with translation.override("zh-hans"):
        assert every(span) == chinese


@pytest.mark.parametrize(
    ("language", "day", "moment", "number"),
    [("en", "3 Nov 2026", "3 Nov 2026, 14:05", "2,983"), ("zh-hans", "2026年11月3日", "2026年11月3日 14:05", "2,983")],
)
def test_days_and_numbers_leave_no_doubt_in_either_language(language: str, day: str, moment: str, number: str) -> None:
    at = datetime(2026, 11, 3, 14, 5, tzinfo=UTC)
    with translation.override(language), timezone.override(UTC):
        assert formats.date_format(at, "DATE_FORMAT") == day
        assert formats.date_format(at, "DATETIME_FORMAT") == moment
        assert amount(2983) == number
