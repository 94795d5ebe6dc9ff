"""The voices behind a figure."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from allears.listen.models import COUNTED, Voice
from allears.store.scope import ScopedQuerySet
from allears.understand.metrics import Question


def voices_behind(question: Question) -> ScopedQuerySet[Voice]:
    """Voices with this score, by the question's filters and days, the latest first."""
    found: ScopedQuerySet[Voice] = Voice.objects.in_workspace(question.workspace_id).filter(
        _facts(question), COUNTED, metric=question.metric, score__isnull=False
    )
    zone = ZoneInfo(question.zone)
    if question.since is not None:
        found = found.filter(said_at__gte=datetime.combine(question.since, time(), zone))
    if question.until is not None:
        found = found.filter(said_at__lt=datetime.combine(question.until + timedelta(days=1), time(), zone))
    return found.select_related("touchpoint", "customer").order_by("-said_at", "-id")


def _facts(question: Question) -> Q:
    wanted = Q()
    if question.touchpoint is not None:
        wanted &= Q(touchpoint__key=question.touchpoint) if question.touchpoint else Q(touchpoint__isnull=True)
    if question.channel is not None:
        wanted &= Q(channel=question.channel)
    if question.segment is not None:
        wanted &= Q(segment=question.segment)
    return wanted
