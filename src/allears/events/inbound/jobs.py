"""Jobs of inbound webhooks."""

from django.utils import timezone

from allears.events.inbound import actions


def map_request(workspace_id: int, request_id: int) -> None:
    """Map one stored request."""
    actions.map_request(workspace_id=workspace_id, request_id=request_id, now=timezone.now())
