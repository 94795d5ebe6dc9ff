"""Reads of events and quarantine, scoped."""

from django.db.models import QuerySet

from allears.events.models import Event, QuarantinedRow


def events(*, workspace_id: int) -> QuerySet[Event]:
    """All events, with their customers."""
    return Event.objects.in_workspace(workspace_id).select_related("customer")


def quarantine(*, workspace_id: int) -> QuerySet[QuarantinedRow]:
    """What could not be taken and waits to be mended."""
    return QuarantinedRow.objects.in_workspace(workspace_id).filter(resolved_at__isnull=True)
