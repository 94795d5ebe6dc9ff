"""The local day by a few numbers is the local day by the zone."""

import random
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from allears.kit.clocks import EPOCH, clock, day_start, local_days

LOW = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp() * 1000)
HIGH = int(datetime(2027, 1, 1, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("zone", "changes"), [("UTC", 0), ("Asia/Shanghai", 0), ("America/New_York", 6), ("Australia/Lord_Howe", 6)]
)
def test_every_moment_falls_on_its_zones_day(zone, changes):
    found = clock(zone, LOW, HIGH)
    assert len(found.changes) == changes
    dice = random.Random(1)
    moments = [dice.randint(LOW, HIGH) for _ in range(2000)]
    moments += [since + step for since, _ in found.changes for step in (-1, 0, 1)]
    for ts_ms in moments:
        day = datetime.fromtimestamp(ts_ms / 1000, ZoneInfo(zone)).date()
        assert found.day(ts_ms) == (day - EPOCH).days


def test_a_day_begins_where_the_one_before_ends():
    for zone in ("Asia/Shanghai", "America/New_York"):
        found = clock(zone, LOW, HIGH)
        for day in range(found.day(LOW), found.day(HIGH)):
            assert found.day(day_start(zone, day)) == day
            assert found.day(day_start(zone, day) - 1) == day - 1


def test_a_utc_day_touches_two_local_days_away_from_greenwich():
    day = date(2026, 11, 16)
    number = (day - EPOCH).days
    assert list(local_days("UTC", day)) == [number]
    assert list(local_days("Asia/Shanghai", day)) == [number, number + 1]
    assert list(local_days("America/New_York", day)) == [number - 1, number]
