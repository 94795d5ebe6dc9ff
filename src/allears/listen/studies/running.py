"""What is due: waves open, draw and close by their study's schedule, one worker at a time."""

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from allears.accounts.models import Workspace
from allears.jobs.lease import LeaseLostError, acquire
from allears.listen.studies.calendar import Schedule, Slot
from allears.listen.studies.drawing import LEASE, LEASE_SECONDS, Turn, draw
from allears.listen.studies.models import Study, Wave
from allears.listen.studies.population import frame_of

logger = logging.getLogger(__name__)
Now = Callable[[], datetime]


def schedule_of(study: Study) -> Schedule:
    """A study's times on its workspace's clock."""
    return Schedule(
        starts_at=study.starts_at,
        open_days=study.open_days,
        every_months=study.every_months,
        ends_at=study.ends_at,
        zone=Workspace.objects.values_list("timezone", flat=True).get(pk=study.workspace_id),
    )


def run_due(*, owner: str, now: Now = timezone.now) -> int:
    """Close what is over, open and draw what is due; how many customers were drawn. 0 while another worker is at it."""
    close_over(now=now())
    due = [study for study in _running() if _to_draw(study, now())]
    fence = acquire(name=LEASE, owner=owner, now=now(), seconds=LEASE_SECONDS) if due else None
    if fence is None:
        return 0
    turn, drawn = Turn(owner=owner, fence=fence, now=now), 0
    try:
        for study in due:
            drawn += _run(study, turn)
    except LeaseLostError:
        logger.warning("another worker draws the waves now; what was not committed is its to do")
    return drawn


def _running() -> QuerySet[Study]:
    found: QuerySet[Study] = Study.objects.across_workspaces().filter(  # the worker serves all of them
        launched_at__isnull=False, paused_at__isnull=True, ended_at__isnull=True
    )
    return found.select_related("survey").order_by("id")


def slot_now(*, study: Study, now: datetime) -> Slot | None:
    """The slot that runs, unless a person ended it early."""
    slot = schedule_of(study).current(now)
    if slot is None or study.ended_at or study.waves.filter(number=slot.number, closed_at__isnull=False).exists():
        return None
    return slot


def slot_after(*, study: Study, now: datetime) -> Slot | None:
    """The next wave to open; none once the study was ended."""
    return None if study.ended_at else schedule_of(study).following(now)


def _to_draw(study: Study, now: datetime) -> Slot | None:
    """The slot whose wave is to be open and is not drawn yet."""
    slot = schedule_of(study).current(now)
    if slot is None:
        return None
    done = study.waves.filter(Q(drawn_at__isnull=False) | Q(closed_at__isnull=False), number=slot.number)
    return None if done.exists() else slot


def _run(study: Study, turn: Turn) -> int:
    slot = _to_draw(study, turn.now())
    return draw(wave=open_wave(study=study, slot=slot, now=turn.now()), turn=turn) if slot else 0


def open_wave(*, study: Study, slot: Slot, now: datetime) -> Wave:
    """The wave of this slot, with the population as it is now; once open, it stays as it was."""
    found: Wave | None = study.waves.filter(number=slot.number).first()
    if found is None:
        frame = frame_of(study=study, number=slot.number).as_json(study)
        with transaction.atomic():
            times = {"opens_at": slot.opens_at, "closes_at": slot.closes_at, "opened_at": now}
            found, _new = study.waves.get_or_create(
                workspace_id=study.workspace_id, number=slot.number, defaults={**times, "frame": frame}
            )
    found.study = study
    return found


def close_over(*, now: datetime) -> int:
    """Waves whose time is over take no more answers; how many were closed."""
    over = Wave.objects.across_workspaces().filter(closed_at__isnull=True, closes_at__lte=now)
    return over.update(closed_at=now) if over.exists() else 0
