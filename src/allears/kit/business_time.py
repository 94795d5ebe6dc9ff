"""Business time: when the clock of a promise runs.

Shifts are wall-clock times of a zone, so a day on which the clocks change has an hour more or less; durations are real
time. A shift that ends at or before its start runs past midnight and belongs to the day on which it starts, and so do
its holidays.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_A_DAY = 24 * 60
ZERO = timedelta()

Shift = tuple[int, int]  # minutes after local midnight; the end may lie on the next day
Window = tuple[datetime, datetime]


class CalendarError(ValueError):
    """Shifts, holidays or a zone that cannot be read, or under which the clock would never run."""


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """Weekly shifts from Monday to Sunday, days off, and the zone they are meant in."""

    zone: ZoneInfo
    week: tuple[tuple[Shift, ...], ...]
    holidays: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if len(self.week) != len(WEEKDAYS):
            raise CalendarError("a week has seven days")
        if not any(self.week):
            raise CalendarError("there are no shifts, so the clock would never run: add at least one")

    def windows(self, *, since: datetime) -> Iterator[Window]:
        """The open windows that end after ``since``, in order and without overlap, in UTC; endless."""
        day = since.astimezone(self.zone).date() - timedelta(days=1)
        last_end = since
        while True:
            for start, end in self._windows_on(day):
                start = max(start, last_end)
                if start < end:
                    yield start, end
                    last_end = end
            day += timedelta(days=1)

    def _windows_on(self, day: date) -> Iterator[Window]:
        if day in self.holidays:
            return
        midnight = datetime.combine(day, time())
        for start, end in self.week[day.weekday()]:
            yield self._instant(midnight, start), self._instant(midnight, end)

    def _instant(self, midnight: datetime, minutes: int) -> datetime:
        return (midnight + timedelta(minutes=minutes)).replace(tzinfo=self.zone).astimezone(UTC)

    def add(self, start: datetime, duration: timedelta) -> datetime:
        """The first instant by which ``duration`` of business time has passed since ``start``, in UTC."""
        if duration < ZERO:
            raise ValueError("business time runs forward: the duration is negative")
        start = start.astimezone(UTC)
        if not duration:
            return start
        for opens, closes in self.windows(since=start):
            if closes - opens >= duration:
                return opens + duration
            duration -= closes - opens
        raise AssertionError("windows are endless")

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The business time from ``start`` to ``end``; negative when ``end`` comes first."""
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        if end < start:
            return -self.between(end, start)
        total = ZERO
        for opens, closes in self.windows(since=start):
            if opens >= end:
                break
            total += min(closes, end) - opens
        return total

    def is_open(self, now: datetime) -> bool:
        """Whether the clock runs at ``now``."""
        opens, _ = next(self.windows(since=now.astimezone(UTC)))
        return opens <= now


def read_calendar(*, shifts: Mapping[str, Sequence[Sequence[str]]], holidays: Iterable[str], zone: str) -> Calendar:
    """A calendar from its stored form: ``{"mon": [["09:00", "12:00"], …], …}``, ``["2026-10-01", …]``, a zone name."""
    if unknown := sorted(set(shifts) - set(WEEKDAYS)):
        raise CalendarError(f"{unknown[0]!r} is no weekday: use {', '.join(WEEKDAYS)}")
    try:
        return Calendar(
            zone=ZoneInfo(zone),
            week=tuple(_day(shifts.get(name, ())) for name in WEEKDAYS),
            holidays=frozenset(date.fromisoformat(day) for day in holidays),
        )
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise CalendarError(str(error)) from error


def _day(shifts: Sequence[Sequence[str]]) -> tuple[Shift, ...]:
    read = sorted(_shift(*pair) for pair in shifts)
    for (_, end), (start, _) in pairwise(read):
        if start < end:
            raise CalendarError(f"two shifts overlap at {start // 60:02}:{start % 60:02}")
    return tuple(read)


def _shift(start: str, end: str) -> Shift:
    opens, closes = _minutes(start), _minutes(end)
    return opens, closes if closes > opens else closes + MINUTES_A_DAY


def _minutes(text: str) -> int:
    if text == "24:00":
        return MINUTES_A_DAY
    at = time.fromisoformat(text)
    return at.hour * 60 + at.minute
