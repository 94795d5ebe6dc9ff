"""Exports in the worker."""

from django.utils import timezone

from allears.events.exports import actions
from allears.events.models import Export


def write_export(*, workspace_id: int, export_id: int) -> None:
    """Write an export's file; one that was removed meanwhile has nothing to be written."""
    states = (Export.State.QUEUED, Export.State.RUNNING)
    row = Export.objects.in_workspace(workspace_id).filter(pk=export_id, state__in=states).first()
    if row is not None:
        try:
            actions.write(row=row, now=timezone.now())
        except actions.ExportStoppedError:
            return  # removed by a person: its unfinished file is gone


def expire_exports() -> None:
    """Remove the files whose links have expired."""
    actions.expire(now=timezone.now())
