"""What the schedule wakes."""

from django.utils import timezone

from allears.events.webhooks import actions


def clean_up() -> None:
    """Forget what was told long ago."""
    actions.forget_old(now=timezone.now())
