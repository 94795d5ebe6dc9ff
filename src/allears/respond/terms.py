"""What a workspace promises and when it works: kept by managers, read by the clocks."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.db import transaction

from allears.accounts.models import Workspace
from allears.kit.business_time import CalendarError, read_calendar
from allears.respond.clock import DEFAULT_MINUTES, OFFICE_WEEK
from allears.respond.errors import CaseError
from allears.respond.models import BusinessCalendar, Case, ServicePromise

Week = Mapping[str, Sequence[Sequence[str]]]


class BadTermsError(CaseError):
    """A calendar or promise that cannot be kept as written; the message says which part."""


def promises_of(workspace_id: int) -> dict[str, tuple[int, int]]:
    """Minutes of business time for the first answer and for settling, by priority, most urgent first."""
    kept = {each.priority: each for each in ServicePromise.objects.in_workspace(workspace_id)}
    return {
        priority.value: (kept[priority].first_reply_minutes, kept[priority].resolve_minutes)
        if priority in kept
        else minutes
        for priority, minutes in DEFAULT_MINUTES.items()
    }


def calendar_of(workspace_id: int) -> tuple[Week, Sequence[str]]:
    """Shifts and holidays as stored, else office hours and none."""
    kept = BusinessCalendar.objects.in_workspace(workspace_id).first()
    return (kept.shifts, kept.holidays) if kept else (OFFICE_WEEK, [])


@transaction.atomic
def set_promise(*, workspace_id: int, priority: str, first_reply_minutes: int, resolve_minutes: int) -> None:
    """Promise this from the next clock on; running clocks keep what was promised until something moves them."""
    if priority not in Case.Priority.values:
        raise BadTermsError(f"{priority!r} is no priority")
    if not 0 < first_reply_minutes <= resolve_minutes:
        raise BadTermsError("an answer comes before settling, and both take time")
    ServicePromise.objects.in_workspace(workspace_id).update_or_create(
        workspace_id=workspace_id,
        priority=priority,
        defaults={"first_reply_minutes": first_reply_minutes, "resolve_minutes": resolve_minutes},
    )


@transaction.atomic
def set_calendar(*, workspace_id: int, shifts: Week, holidays: Sequence[str]) -> None:
    """Work these shifts from the next clock on.

    Raises:
        BadTermsError: times, days or zone that cannot be read, overlapping shifts, or no shift at all.
    """
    zone = Workspace.objects.values_list("timezone", flat=True).get(pk=workspace_id)
    try:
        read_calendar(shifts=shifts, holidays=holidays, zone=zone)
    except CalendarError as error:
        raise BadTermsError(str(error)) from error
    BusinessCalendar.objects.in_workspace(workspace_id).update_or_create(
        workspace_id=workspace_id,
        defaults={
            "shifts": {day: [list(pair) for pair in pairs] for day, pairs in shifts.items() if pairs},
            "holidays": sorted({date.fromisoformat(day).isoformat() for day in holidays}),
        },
    )


def read_day(text: str) -> list[list[str]]:
    """``09:00-12:00, 13:00-18:00`` as pairs; an empty text is a day off."""
    pairs = [
        part.split("-")
        for part in text.replace("–", "-").replace("，", ",").replace("：", ":").split(",")
        if part.strip()
    ]
    if any(len(pair) != 2 for pair in pairs):
        raise BadTermsError(f"{text!r} is no list of shifts: write 09:00-12:00, 13:00-18:00")
    return [[start.strip(), end.strip()] for start, end in pairs]


def write_day(pairs: Sequence[Sequence[str]]) -> str:
    """The other way round."""
    return ", ".join("-".join(pair) for pair in pairs)
