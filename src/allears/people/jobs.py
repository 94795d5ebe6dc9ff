"""What runs by itself."""

from django.utils import timezone

from allears.people import sending


def send_digests() -> None:
    """Queue a digest for everybody whose morning it is."""
    sending.queue_due(now=timezone.now())


def send_digest(*, workspace_id: int, member_id: int) -> None:
    """Mail one digest; retried with back-off while the mail server is away."""
    sending.send(workspace_id=workspace_id, member_id=member_id, now=timezone.now())
