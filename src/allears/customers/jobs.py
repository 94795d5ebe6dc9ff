"""What the worker does for customers."""

from django.utils import timezone

from allears.accounts.models import Workspace
from allears.customers.actions import completing
from allears.customers.models import Erasure
from allears.customers.retaining import forget_expired
from allears.customers.rights.erasing import go_on


def erase(*, workspace_id: int, reference: str) -> None:
    """Erase a customer, or finish what a crash left undone."""
    go_on(workspace_id=workspace_id, reference=reference)


def finish_erasures() -> None:
    """Go on with erasures whose job was lost."""
    for row in Erasure.objects.across_workspaces().filter(finished_at__isnull=True, pending__isnull=False):
        go_on(workspace_id=row.workspace_id, reference=row.reference)


def complete_numbers() -> None:
    """Complete telephone numbers where the workspace's country is another than the last time."""
    for each in Workspace.objects.values_list("pk", flat=True):
        completing.complete_numbers(workspace_id=each, now=timezone.now())


def retain() -> None:
    """The night's work: what is older than its period goes."""
    forget_expired(now=timezone.now())
