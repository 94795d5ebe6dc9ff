"""What listening does by itself."""

from django.utils import timezone

from allears.listen import standing
from allears.listen.partials import close_left_behind


def close_partials() -> None:
    """Answers that nobody goes on with become partial responses."""
    close_left_behind(now=timezone.now())


def measure_probes() -> None:
    """What each running probe knows by now."""
    standing.measure_all(now=timezone.now())
