"""What the accounts do later."""

from django_tasks import task

from allears.accounts.mail import send_invitation


@task()
def post_invitation(*, workspace_id: int, invite_id: int) -> None:
    """Mail an invitation; retried with back-off while the mail server is away."""
    send_invitation(workspace_id=workspace_id, invite_id=invite_id)
