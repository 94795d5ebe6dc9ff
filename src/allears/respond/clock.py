"""The clocks of a case: what is due when, in business time. These functions change the case's fields, not the database.

While we owe the customer a word the reply clock runs; while we wait for the customer the resolve clock stands still
(`paused` collects what it stood); opening a closed case again starts both anew.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from allears.accounts.models import Workspace
from allears.kit.business_time import ZERO, Calendar, read_calendar
from allears.respond.models import BusinessCalendar, Case, ServicePromise

OFFICE_DAY = [["09:00", "12:00"], ["13:00", "18:00"]]
OFFICE_WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), OFFICE_DAY)
DEFAULT_MINUTES = {  # first reply, settled: a business day has 480
    Case.Priority.URGENT: (60, 480),
    Case.Priority.HIGH: (120, 960),
    Case.Priority.NORMAL: (240, 1440),
    Case.Priority.LOW: (480, 2400),
}


@dataclass(frozen=True, kw_only=True)
class Promise:
    """How much business time we allow ourselves."""

    reply: timedelta
    resolve: timedelta


@dataclass(frozen=True, kw_only=True)
class Terms:
    """A workspace's calendar and what it promises for each priority."""

    calendar: Calendar
    promises: dict[str, Promise]


def terms_of(workspace_id: int) -> Terms:
    """The workspace's own terms; where it has set none, office hours and the default promises."""
    zone = Workspace.objects.values_list("timezone", flat=True).get(pk=workspace_id)
    kept = BusinessCalendar.objects.in_workspace(workspace_id).first()
    calendar = read_calendar(
        shifts=kept.shifts if kept else OFFICE_WEEK, holidays=kept.holidays if kept else (), zone=zone
    )
    minutes = {priority.value: pair for priority, pair in DEFAULT_MINUTES.items()}
    for promise in ServicePromise.objects.in_workspace(workspace_id):
        minutes[promise.priority] = (promise.first_reply_minutes, promise.resolve_minutes)
    promises = {
        priority: Promise(reply=timedelta(minutes=reply), resolve=timedelta(minutes=resolve))
        for priority, (reply, resolve) in minutes.items()
    }
    return Terms(calendar=calendar, promises=promises)


def set_answer_by(case: Case, answer_by: datetime, *, terms: Terms) -> None:
    """An authority wants an answer by then: no clock of the case runs longer. An earlier one stands."""
    case.answer_by = min(case.answer_by or answer_by, answer_by)
    if case.reply_due_at is not None:
        case.reply_due_at = _no_later(case, case.reply_due_at)
    _settle_resolve(case, terms)


def _no_later(case: Case, due: datetime) -> datetime:
    """The authority's time where it is earlier, until the case was closed for the first time."""
    return due if case.answer_by is None or case.reopened_count else min(due, case.answer_by)


def start(case: Case, *, terms: Terms, now: datetime) -> None:
    """Start both clocks: the case is opened, or opened again."""
    case.clock_started_at, case.paused, case.waiting_since = now, ZERO, None
    case.resolve_breached_at = None
    owe_a_word(case, terms=terms, now=now)
    _settle_resolve(case, terms)


def customer_spoke(case: Case, *, terms: Terms, now: datetime) -> None:
    """The customer wrote: the resolve clock runs on, and an answer is due unless one was due already."""
    resume(case, terms=terms, now=now)
    if case.unanswered_since is None:
        owe_a_word(case, terms=terms, now=now)


def we_spoke(case: Case, *, now: datetime) -> None:
    """A real reply went to the customer: nothing is unanswered any more."""
    case.first_reply_at = case.first_reply_at or now
    case.unanswered_since = case.reply_due_at = case.reply_breached_at = None


def owe_a_word(case: Case, *, terms: Terms, now: datetime) -> None:
    """The reply clock starts."""
    case.unanswered_since = now
    case.reply_due_at = _no_later(case, terms.calendar.add(now, terms.promises[case.priority].reply))
    case.reply_breached_at = None


def pause(case: Case, *, now: datetime) -> None:
    """We wait for the customer: the resolve clock stands still."""
    case.waiting_since = now


def resume(case: Case, *, terms: Terms, now: datetime) -> None:
    """The wait is over: what it took of business time is added to what we had left. Nothing when nobody waited."""
    if case.waiting_since is None:
        return
    case.paused += terms.calendar.between(case.waiting_since, now)
    case.waiting_since = None
    _settle_resolve(case, terms)


def change_priority(case: Case, *, terms: Terms, now: datetime) -> None:
    """Both promises are those of the new priority, counted from where they were counted before."""
    reply = terms.promises[case.priority].reply
    if case.first_reply_at is None:
        case.first_reply_due_at = terms.calendar.add(case.opened_at, reply)
    if case.unanswered_since is not None:
        case.reply_due_at = _no_later(case, terms.calendar.add(case.unanswered_since, reply))
        case.reply_breached_at = None if case.reply_due_at > now else case.reply_breached_at
    _settle_resolve(case, terms)
    case.resolve_breached_at = None if case.resolve_due_at > now else case.resolve_breached_at


def _settle_resolve(case: Case, terms: Terms) -> None:
    own = terms.calendar.add(case.clock_started_at, terms.promises[case.priority].resolve + case.paused)
    case.resolve_due_at = _no_later(case, own)


def time_left(due: datetime, *, case: Case, terms: Terms, now: datetime) -> timedelta:
    """Business time until ``due``, as of when the clock last ran; negative when it has passed."""
    return terms.calendar.between(case.waiting_since or case.closed_at or now, due)
