"""What listening does by itself."""

from django.utils import timezone

from allears.listen import repeats, standing
from allears.listen.partials import close_left_behind


def close_partials() -> None:
    """Answers that nobody goes on with become partial responses."""
    close_left_behind(now=timezone.now())


def measure_probes() -> None:
    """What each running probe knows by now."""
    standing.measure_all(now=timezone.now())


def uncount(*, workspace_id: int, voice_id: int) -> None:
    """A voice that is one with another again leaves the lake."""
    repeats.uncount(workspace_id=workspace_id, voice_id=voice_id)
