"""Reads of events and quarantine, scoped."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

from django.conf import settings
from django.db import connection
from django.db.models import F, QuerySet

from allears.events.models import Event, IntakeCount, IntakeLimit, QuarantinedRow


def events(*, workspace_id: int) -> QuerySet[Event]:
    """All events, with their customers.

    SQLite is kept from the index of message keys, which begins with the workspace: it would fetch and sort every event
    of the workspace, where walking back from the newest finds a page at once (decision 0020).
    """
    if connection.vendor == "sqlite":
        rows = Event.objects.across_workspaces().alias(home=F("workspace_id") + 0).filter(home=workspace_id)
    else:
        rows = Event.objects.in_workspace(workspace_id)
    return cast(QuerySet[Event], rows.select_related("customer"))


def quarantine(*, workspace_id: int) -> QuerySet[QuarantinedRow]:
    """What could not be taken and waits to be mended."""
    return QuarantinedRow.objects.in_workspace(workspace_id).filter(resolved_at__isnull=True)


@dataclass(frozen=True, kw_only=True)
class IntakeUse:
    """What a workspace may send (None: the installation's default; 0: no limit) and what it sent."""

    per_second: int | None
    per_day: int | None
    default_per_second: int
    default_per_day: int
    days: list[tuple[date, int]]  # the latest first; the first is today

    @property
    def today(self) -> int:
        return self.days[0][1]


def intake_use(*, workspace_id: int, today: date) -> IntakeUse:
    """The limits and the last seven days."""
    own: IntakeLimit | None = IntakeLimit.objects.in_workspace(workspace_id).first()
    days = [today - timedelta(days=back) for back in range(7)]
    counted = dict(IntakeCount.objects.in_workspace(workspace_id).filter(day__in=days).values_list("day", "events"))
    return IntakeUse(
        per_second=own.per_second if own else None,
        per_day=own.per_day if own else None,
        default_per_second=settings.INTAKE_PER_SECOND,
        default_per_day=settings.INTAKE_PER_DAY,
        days=[(day, counted.get(day, 0)) for day in days],
    )
