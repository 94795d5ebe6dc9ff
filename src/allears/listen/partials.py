"""Answers that were left behind: after a day, or once the survey is closed, they count as partial responses."""

from datetime import datetime, timedelta

from django.db.models import Q

from allears.listen.models import Response

LEFT_AFTER = timedelta(hours=24)
MOST = 5_000  # in one go


def close_left_behind(*, now: datetime) -> int:
    """How many became partial. They can still be resumed while their invitation is open, and are whole again then."""
    running = Response.objects.across_workspaces().filter(completed_at__isnull=True, outcome="")
    over = (
        Q(updated_at__lt=now - LEFT_AFTER)
        | Q(invitation__expires_at__lte=now)
        | Q(survey_version__survey__closes_at__lte=now)
    )
    ids = list(running.filter(over).order_by("updated_at").values_list("id", flat=True)[:MOST])
    changed = running.filter(id__in=ids).update(outcome=Response.Outcome.PARTIAL, flush_id=None)
    return int(changed)
