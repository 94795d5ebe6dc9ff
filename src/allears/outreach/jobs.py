"""What the worker calls."""

from django.utils import timezone

from allears.outreach import actions, rehearsals, returned


def decide_held(owner: str) -> int:
    """Decide held asks anew whose time has come."""
    return actions.decide_due(now=timezone.now())


def rehearse(*, workspace_id: int, rehearsal_id: int) -> None:
    """Play the past again, from where the last run stopped."""
    rehearsals.run(workspace_id=workspace_id, rehearsal_id=rehearsal_id)


def after_failure(*, workspace_id: int, message_id: int) -> None:
    """An ask came back: let its proposer try the next channel."""
    returned.after_failure(workspace_id=workspace_id, message_id=message_id, now=timezone.now())
