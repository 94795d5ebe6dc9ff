"""How often one address may call the widget's door.

Calls are counted in minutes, by write key and address, and by address over all keys, so that guessing keys meets the
same wall. Each web process counts for itself and takes its share of the limit.
"""

from datetime import datetime
from hashlib import blake2b

from django.conf import settings
from django.core.cache import cache

from allears.events.intake.limits import LimitedError

WINDOW = 60  # seconds
OVER_ALL_KEYS = 4  # times what one key may


def admit(*, key: str, address: str, now: datetime) -> None:
    """Count one call in, or raise LimitedError. Where nobody knows the address, nobody is held back for others."""
    most = settings.WIDGET_PER_MINUTE / settings.WEB_WORKERS
    if not most or not address:
        return
    second = int(now.timestamp())
    for who, allowed in ((f"{key}\0{address}", most), (address, most * OVER_ALL_KEYS)):
        name = f"allears.widget.{blake2b(who.encode(), digest_size=16).hexdigest()}.{second // WINDOW}"
        cache.add(name, 0, WINDOW * 2)
        if cache.incr(name) > allowed:
            text = f"{settings.WIDGET_PER_MINUTE} calls a minute from one address are taken; come again a little later"
            raise LimitedError(text, WINDOW - second % WINDOW)
