"""When a source is looked at next. Pure."""

import random
from datetime import datetime, timedelta

LONGEST_WAIT = timedelta(hours=6)
FIRST_WAIT = timedelta(seconds=30)
STOP_AFTER = 12  # failures in a row
STOP_AFTER_PERMANENT = 3  # of those that do not mend themselves, such as a refused password


def after_success(*, now: datetime, every: timedelta, spread: random.Random) -> datetime:
    """One period later, give or take a twentieth, so that many sources do not all wake together."""
    return now + every * spread.uniform(0.95, 1.05)


def after_failure(*, now: datetime, failures: int, every: timedelta, spread: random.Random) -> datetime:
    """30 s, 1 min, 2 min … up to six hours (or the period, where that is longer), each with a jitter of a fifth."""
    wait: timedelta = min(FIRST_WAIT * 2 ** min(failures - 1, 12), max(LONGEST_WAIT, every))
    return now + wait * spread.uniform(0.8, 1.2)


def gives_up(*, failures: int, permanent: bool) -> bool:
    return failures >= (STOP_AFTER_PERMANENT if permanent else STOP_AFTER)
