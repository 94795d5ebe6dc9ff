"""What the worker calls."""

from django.utils import timezone

from allears.outreach import actions


def decide_held(owner: str) -> int:
    """Decide held asks anew whose time has come."""
    return actions.decide_due(now=timezone.now())
