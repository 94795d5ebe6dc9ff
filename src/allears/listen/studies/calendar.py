"""When the waves of a study open and close, by the workspace's own calendar. Pure."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """``every_months`` 0 is one wave only; ``zone`` keeps the hour of the day over a change of the clocks."""

    starts_at: datetime
    open_days: int
    every_months: int = 0
    ends_at: datetime | None = None
    zone: str = "UTC"

    def slot(self, number: int) -> "Slot | None":
        """The wave of this number, from 1; None when the study does not go that far."""
        if number < 1 or (number > 1 and not self.every_months):
            return None
        opens = months_on(self.starts_at, (number - 1) * self.every_months, zone=self.zone)
        if self.ends_at and opens >= self.ends_at:
            return None
        return Slot(number=number, opens_at=opens, closes_at=opens + timedelta(days=self.open_days))

    def slots(self) -> Iterator["Slot"]:
        number = 1
        while slot := self.slot(number):
            yield slot
            number += 1

    def current(self, now: datetime) -> "Slot | None":
        """The wave that is to be open now; one whose time has gone by is not caught up on."""
        for slot in self.slots():
            if slot.opens_at > now:
                return None
            if now < slot.closes_at:
                return slot
        return None

    def following(self, now: datetime) -> "Slot | None":
        """The next wave to open."""
        return next((slot for slot in self.slots() if slot.opens_at > now), None)


@dataclass(frozen=True, kw_only=True)
class Slot:
    """The time of one wave."""

    number: int
    opens_at: datetime
    closes_at: datetime


def months_on(moment: datetime, months: int, *, zone: str) -> datetime:
    """The same day and hour so many months later, on the wall; the month's last day where it has no such day."""
    here = moment.astimezone(ZoneInfo(zone))
    year, month = divmod(here.year * 12 + here.month - 1 + months, 12)
    day = min(here.day, monthrange(year, month + 1)[1])
    return here.replace(year=year, month=month + 1, day=day).astimezone(UTC)
