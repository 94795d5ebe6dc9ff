"""What runs by itself: consequences of events, and what the schedule wakes."""

from django.utils import timezone

from allears.respond import actions


def open_case(*, workspace_id: int, voice_id: int, updated: bool = False) -> None:
    """A voice was heard or grew: see that it has its owner."""
    actions.open_case(workspace_id=workspace_id, voice_id=voice_id, now=timezone.now())


def ask_follow_up(*, workspace_id: int, case_id: int) -> None:
    """A case was closed: ask the customer whether it is solved."""
    actions.follow_up(workspace_id=workspace_id, case_id=case_id, now=timezone.now())


def rehome(*, workspace_id: int, member_id: int) -> None:
    """A member left: their cases go on in other hands."""
    actions.rehome(workspace_id=workspace_id, member_id=member_id, now=timezone.now())


def tend() -> None:
    """Look after the clocks, lost replies and anything without an owner."""
    now = timezone.now()
    actions.check_clocks(now=now)
    actions.notice_lost_replies(now=now)
    actions.sweep(now=now)
