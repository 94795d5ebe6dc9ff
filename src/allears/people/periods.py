"""When a digest is due: at eight in the member's morning, each day or on Mondays. Pure; knows no database."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MORNING = time(8, 0)
LATE = timedelta(hours=16)  # a daily one that could not go by then is left out: the next tells it
LATE_WEEK = timedelta(days=3)


@dataclass(frozen=True, kw_only=True)
class Period:
    """The key under which a digest is sent once, and the moment from which it is due."""

    key: str
    due: datetime


def period_at(*, every: str, zone: str, now: datetime) -> Period | None:
    """The period whose digest is due now; None outside the hours in which it is sent."""
    local = now.astimezone(ZoneInfo(zone))
    day = local.date() - timedelta(days=local.weekday() if every == "week" else 0)
    due = datetime.combine(day, MORNING, local.tzinfo)
    if not due <= local <= due + (LATE_WEEK if every == "week" else LATE):
        return None
    return Period(key=_key(every, day), due=due)


def _key(every: str, day: date) -> str:
    return day.strftime("%G-W%V") if every == "week" else day.isoformat()
