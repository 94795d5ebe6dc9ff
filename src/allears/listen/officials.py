"""Letters of authorities and papers: they carry their own number, and their own time for an answer."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_date, parse_datetime

from allears.listen.models import Official, Voice

KINDS = frozenset({Voice.SourceKind.REGULATOR, Voice.SourceKind.MEDIA})
MIDNIGHT = time()
YEARS = range(1900, 2200)


class Given(Protocol):
    """What is told of the letter."""

    @property
    def authority(self) -> str: ...
    @property
    def reference(self) -> str: ...
    @property
    def answer_by(self) -> datetime | date | None: ...


def end_of_day(moment: datetime, *, zone: str) -> datetime:
    """A day without a time means its last minute, by the workspace's clock; a time stays as it is."""
    if moment.year not in YEARS:  # no letter's, and at the end of the calendar there is no further day
        return moment
    here = moment.astimezone(ZoneInfo(zone))
    return here + timedelta(days=1, minutes=-1) if here.time() == MIDNIGHT else moment


def read_time(text: str, *, zone: str) -> datetime | None:
    """``2026-12-01`` or ``2026-12-01T10:00``, of the workspace's clock; None for anything else."""
    try:
        moment, day = parse_datetime(text), parse_date(text)
    except ValueError:
        return None
    if moment is None:
        moment = datetime.combine(day, MIDNIGHT) if day else None
    if moment is None or moment.year not in YEARS:
        return None
    return end_of_day(moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone)), zone=zone)


def keep(*, voice: Voice, given: Given, now: datetime) -> Official | None:
    """Store what the letter says beside its voice, once; None where it says nothing of the kind."""
    if not (given.authority or given.reference or given.answer_by):
        return None
    made: Official
    made, _ = Official.objects.in_workspace(voice.workspace_id).get_or_create(
        voice=voice,
        defaults={
            "workspace_id": voice.workspace_id,
            "authority": _plain(given.authority)[:200],
            "reference": _plain(given.reference)[:100],
            "answer_by": _until(given.answer_by, zone=voice.workspace.timezone),
            "received_at": now,
        },
    )
    return made


def _until(told: datetime | date | None, *, zone: str) -> datetime | None:
    if told is None or isinstance(told, datetime):
        return told
    return end_of_day(datetime.combine(told, MIDNIGHT, tzinfo=ZoneInfo(zone)), zone=zone)


def _plain(text: str) -> str:
    return text.replace("\x00", "").strip()


def of(voice: Voice) -> Official | None:
    """What the letter set us; None for any other voice."""
    return Official.objects.in_workspace(voice.workspace_id).filter(voice=voice).first()


def of_all(*, workspace_id: int, voice_ids: Iterable[int]) -> Mapping[int, Official]:
    """By voice."""
    rows = Official.objects.in_workspace(workspace_id).filter(voice_id__in=list(voice_ids))
    return {row.voice_id: row for row in rows}
