"""A time zone as a few numbers, so that any engine can tell the local day of a moment."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY_MS = 86_400_000
EPOCH = date(1970, 1, 1)
_STEP = timedelta(days=7)  # no zone changes its offset twice in a week
_MARGIN_MS = 2 * DAY_MS


@dataclass(frozen=True, slots=True)
class Clock:
    """Offsets from UTC in milliseconds: the first, then (from this ``ts_ms`` on, offset), rising in time."""

    offset_ms: int = 0
    changes: tuple[tuple[int, int], ...] = ()

    def day(self, ts_ms: int) -> int:
        """Local days since 1970-01-01."""
        offset = self.offset_ms
        for since_ms, later in self.changes:
            if ts_ms >= since_ms:
                offset = later
        return (ts_ms + offset) // DAY_MS


@lru_cache(maxsize=512)
def clock(zone: str, low_ms: int, high_ms: int) -> Clock:
    """The zone between two moments (and a little beyond); an unknown zone raises ZoneInfoNotFoundError."""
    info = ZoneInfo(zone)
    at, end = _moment(low_ms - _MARGIN_MS), _moment(high_ms + _MARGIN_MS)
    first = _offset(info, at)
    changes: list[tuple[int, int]] = []
    while at < end:
        then = min(at + _STEP, end)
        if _offset(info, then) != _offset(info, at):
            changes.append((_change(info, at, then), _offset(info, then)))
        at = then
    return Clock(first, tuple(changes))


def day_start(zone: str, day: int) -> int:
    """Milliseconds since 1970 at which the local day begins."""
    midnight = datetime.combine(EPOCH + timedelta(days=day), time(), ZoneInfo(zone))
    return int(midnight.timestamp() * 1000)


def local_days(zone: str, utc_day: date) -> range:
    """Local days that share a moment with this UTC day."""
    start = datetime.combine(utc_day, time(), UTC)
    info = ZoneInfo(zone)
    first, last = (
        (moment.astimezone(info).date() - EPOCH).days for moment in (start, start + timedelta(days=1, microseconds=-1))
    )
    return range(first, last + 1)


def _moment(ts_ms: int) -> datetime:
    return datetime.fromtimestamp(ts_ms / 1000, UTC)


def _offset(info: ZoneInfo, moment: datetime) -> int:
    offset = moment.astimezone(info).utcoffset()
    assert offset is not None
    return int(offset.total_seconds() * 1000)


def _change(info: ZoneInfo, before: datetime, after: datetime) -> int:
    """The first whole minute with the later offset."""
    low, high = int(before.timestamp() // 60), int(after.timestamp() // 60)
    wanted = _offset(info, after)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _offset(info, _moment(middle * 60_000)) == wanted else (middle, high)
    return high * 60_000
