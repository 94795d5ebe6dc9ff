"""The clock of promises: worked examples by hand, and properties over any calendar."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allears.kit.business_time import Calendar, CalendarError, read_calendar

OFFICE = {day: [["09:00", "12:00"], ["13:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
SHANGHAI = read_calendar(shifts=OFFICE, holidays=["2026-10-01", "2026-10-02"], zone="Asia/Shanghai")


def local(text: str, zone: str = "Asia/Shanghai") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


@pytest.mark.parametrize(
    ("start", "count", "due"),
    [
        ("2026-11-23 09:00", 60, "2026-11-23 10:00"),
        ("2026-11-23 11:30", 60, "2026-11-23 13:30"),  # over lunch
        ("2026-11-23 12:15", 10, "2026-11-23 13:10"),  # said during lunch
        ("2026-11-23 17:30", 60, "2026-11-24 09:30"),  # over night
        ("2026-11-27 17:30", 60, "2026-11-30 09:30"),  # over the weekend
        ("2026-09-30 17:30", 60, "2026-10-05 09:30"),  # over two holidays and a weekend
        ("2026-11-23 09:00", 8 * 60, "2026-11-23 18:00"),  # a whole day ends with the day
        ("2026-11-22 03:00", 1, "2026-11-23 09:01"),
    ],
)
def test_due_by_hand(start: str, count: int, due: str) -> None:
    assert SHANGHAI.add(local(start), minutes(count)) == local(due)


def test_elapsed_by_hand() -> None:
    assert SHANGHAI.between(local("2026-11-23 11:00"), local("2026-11-24 10:00")) == timedelta(hours=7)
    assert SHANGHAI.between(local("2026-11-24 10:00"), local("2026-11-23 11:00")) == timedelta(hours=-7)
    assert SHANGHAI.between(local("2026-11-21 00:00"), local("2026-11-23 09:00")) == timedelta(0)


def test_days_on_which_the_clocks_change() -> None:
    nights = read_calendar(shifts={"sat": [["22:00", "06:00"]]}, holidays=[], zone="Europe/Berlin")
    week = timedelta(days=7)
    spring = local("2026-03-28 12:00", "Europe/Berlin")  # at night 02:00 becomes 03:00
    autumn = local("2026-10-24 12:00", "Europe/Berlin")  # at night 03:00 becomes 02:00
    usual = local("2026-05-02 12:00", "Europe/Berlin")
    lengths = [nights.between(start, start + week - timedelta(hours=2)) for start in (spring, usual, autumn)]
    assert lengths == [timedelta(hours=7), timedelta(hours=8), timedelta(hours=9)]


def test_a_shift_inside_the_skipped_hour_does_not_run_backwards() -> None:
    odd = read_calendar(shifts={"sun": [["01:00", "02:30"], ["03:00", "04:00"]]}, holidays=[], zone="Europe/Berlin")
    start = local("2026-03-29 00:00", "Europe/Berlin")
    windows = odd.windows(since=start.astimezone(UTC))
    first, second = next(windows), next(windows)
    assert first[1] == second[0]
    assert odd.between(start, start + timedelta(hours=6)) == timedelta(hours=2)


def test_open_now() -> None:
    assert [SHANGHAI.is_open(local(f"2026-11-23 {at}")) for at in ("08:59", "09:00", "12:30", "17:59", "18:00")] == [
        False, True, False, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("shifts", "holidays", "zone", "words"),
    [
        ({}, [], "UTC", "no shifts"),
        ({"monday": [["09:00", "10:00"]]}, [], "UTC", "no weekday"),
        ({"mon": [["09:00", "12:00"], ["11:00", "13:00"]]}, [], "UTC", "overlap at 11:00"),
        ({"mon": [["9 o'clock", "12:00"]]}, [], "UTC", "Invalid isoformat"),
        ({"mon": [["09:00", "12:00"]]}, ["1 October"], "UTC", "Invalid isoformat"),
        ({"mon": [["09:00", "12:00"]]}, [], "Mars/Olympus", "No time zone"),
    ],
)
def test_mistakes_are_named(shifts: dict[str, list[list[str]]], holidays: list[str], zone: str, words: str) -> None:
    with pytest.raises(CalendarError, match=words):
        read_calendar(shifts=shifts, holidays=holidays, zone=zone)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    def day() -> tuple[tuple[int, int], ...]:
        bounds = sorted(draw(st.lists(st.integers(0, 1440), max_size=6, unique=True)))
        return tuple(zip(bounds[::2], bounds[1::2], strict=False))

    week = [day() for _ in range(7)]
    if not any(week):
        week[draw(st.integers(0, 6))] = ((540, 1080),)
    zone = ZoneInfo(draw(st.sampled_from(["UTC", "Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "Asia/Tehran"])))
    holidays = frozenset(draw(st.lists(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=8)))
    return Calendar(zone=zone, week=tuple(week), holidays=holidays)


instants = st.integers(0, 364 * 86_400).map(
    lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
durations = st.integers(0, 5 * 24 * 3600).map(lambda seconds: timedelta(seconds=seconds))


@settings(deadline=None, max_examples=150)
@given(calendars(), instants, durations)
def test_what_was_added_has_passed(calendar: Calendar, start: datetime, duration: timedelta) -> None:
    due = calendar.add(start, duration)
    assert calendar.between(start, due) == duration
    if duration:
        assert calendar.between(start, due - timedelta(seconds=1)) == duration - timedelta(seconds=1)


@settings(deadline=None, max_examples=150)
@given(calendars(), instants, durations, durations)
def test_adding_twice_is_adding_the_sum(calendar: Calendar, start: datetime, one: timedelta, two: timedelta) -> None:
    assert calendar.add(calendar.add(start, one), two) == calendar.add(start, one + two)


@settings(deadline=None, max_examples=150)
@given(calendars(), st.lists(instants, min_size=3, max_size=3).map(sorted))
def test_elapsed_time_adds_up_and_never_exceeds_real_time(calendar: Calendar, at: list[datetime]) -> None:
    first, second, third = at
    parts = calendar.between(first, second), calendar.between(second, third)
    assert sum(parts, timedelta()) == calendar.between(first, third)
    assert all(part >= timedelta() for part in parts)
    assert calendar.between(first, third) <= third - first
