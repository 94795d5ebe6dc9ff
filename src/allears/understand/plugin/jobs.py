"""What the queue wakes."""

from django.utils import timezone

from allears.understand.plugin import comparing


def compare(workspace_id: int, comparison_id: int) -> None:
    """The outside model beside ours."""
    comparing.compare(workspace_id=workspace_id, comparison_id=comparison_id, now=timezone.now())
