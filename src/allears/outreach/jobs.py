"""What the worker calls."""

from django.utils import timezone

from allears.outreach import actions, rehearsals


def decide_held(owner: str) -> int:
    """Decide held asks anew whose time has come."""
    return actions.decide_due(now=timezone.now())


def rehearse(*, workspace_id: int, rehearsal_id: int) -> None:
    """Play the past again, from where the last run stopped."""
    rehearsals.run(workspace_id=workspace_id, rehearsal_id=rehearsal_id)
