"""What can be said of a tablet besides its survey."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

IDLE = 30  # seconds until the next person finds the first question again
IDLES = range(5, 601)


class KioskError(ValueError):
    """A setting that cannot be so."""


def settings_from(told: Mapping[str, Any]) -> dict[str, int]:
    """As they are kept; raises KioskError."""
    unknown = sorted(set(told) - {"idle_seconds"})
    if unknown:
        raise KioskError(_("a tablet has no %(names)s; it has idle_seconds") % {"names": ", ".join(unknown)})
    idle = told.get("idle_seconds")
    if idle is None:
        return {}
    if not isinstance(idle, int) or isinstance(idle, bool) or idle not in IDLES:
        told_range = {"least": IDLES.start, "most": IDLES.stop - 1}
        raise KioskError(_("idle_seconds is a whole number from %(least)s to %(most)s") % told_range)
    return {"idle_seconds": idle}


def idle_of(kept: Mapping[str, Any]) -> int:
    """The seconds, also where something else was kept before they were checked."""
    idle = kept.get("idle_seconds")
    return idle if isinstance(idle, int) and not isinstance(idle, bool) and idle in IDLES else IDLE
