"""Scoped reads of studies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from allears.listen.studies.calendar import Slot
from allears.listen.studies.models import Study, Wave
from allears.listen.studies.population import frame_of
from allears.listen.studies.running import slot_after, slot_now
from allears.listen.studies.trying import slot_ahead
from allears.outreach.models import Rehearsal


def studies(*, workspace_id: int) -> QuerySet[Study]:
    """Every study, planned, running or over."""
    found: QuerySet[Study] = Study.objects.in_workspace(workspace_id).select_related("survey")
    return found


def access_study(*, workspace_id: int, study_id: int) -> Study:
    """One of them; raises Study.DoesNotExist."""
    return studies(workspace_id=workspace_id).get(pk=study_id)


def waves(*, study: Study) -> QuerySet[Wave]:
    """Its waves so far, oldest first."""
    found: QuerySet[Wave] = study.waves.order_by("number")
    return found


def access_wave(*, workspace_id: int, study_id: int, number: int) -> Wave:
    """One wave of a study by its number; raises Wave.DoesNotExist."""
    found: Wave = Wave.objects.in_workspace(workspace_id).get(study_id=study_id, number=number)
    return found


def state_of(*, study: Study, now: datetime) -> str:
    """planned, paused, open (a wave is), waiting (for the next wave) or over."""
    if study.launched_at is None:
        return "planned"
    slot = slot_now(study=study, now=now)
    if slot is None and slot_after(study=study, now=now) is None:
        return "over"
    if study.paused_at is not None:
        return "paused"
    return "open" if slot else "waiting"


def next_slot(*, study: Study, now: datetime) -> Slot | None:
    """The wave after the one that is open."""
    return slot_after(study=study, now=now)


@dataclass(frozen=True, kw_only=True)
class Part:
    """One segment of what the next wave would be drawn from."""

    segment: str
    population: int
    resting: int
    wanted: int


@dataclass(frozen=True, kw_only=True)
class Sample:
    """The next wave before it is drawn."""

    slot: Slot | None
    parts: Sequence[Part]

    @property
    def population(self) -> int:
        return sum(part.population for part in self.parts)

    @property
    def resting(self) -> int:
        return sum(part.resting for part in self.parts)

    @property
    def wanted(self) -> int:
        return sum(part.wanted for part in self.parts)


def sample_ahead(*, study: Study, now: datetime) -> Sample:
    """Population and sample by segment, as the customers are now."""
    slot = slot_ahead(study=study, now=now)
    told = frame_of(study=study, number=slot.number if slot else 1).as_json(study)
    return Sample(slot=slot, parts=[Part(segment=segment, **figures) for segment, figures in told.items()])


def last_trial(*, study: Study) -> Rehearsal | None:
    """The newest rehearsal of this study."""
    rows = Rehearsal.objects.in_workspace(study.workspace_id).filter(kind="study", wanted__study_id=study.pk)
    found: Rehearsal | None = rows.order_by("-id").first()
    return found
