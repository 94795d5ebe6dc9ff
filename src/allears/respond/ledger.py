"""Is everyone heard? The ledger of voices without an owner, the load of each member, the promises kept and broken."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet

from allears.accounts.models import Membership
from allears.listen.models import Voice
from allears.respond.models import Case, Handover
from allears.respond.ownership import active_members
from allears.respond.queries import cases_of, unanswered_voices
from allears.science.estimate import Estimate
from allears.science.scores import share

PERIOD = timedelta(days=30)
AGES = (("day", timedelta(days=1)), ("three_days", timedelta(days=3)), ("week", timedelta(days=7)))
SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class Load:
    """What one member carries."""

    member: Membership
    open: int
    waiting: int
    late: int
    answers_for: int  # first owner of what others work on
    given_away: int
    oldest: datetime | None


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """One look at the closed loop of a workspace."""

    unowned: int
    unowned_voices: Sequence[Voice]
    states: dict[str, int]
    ages: dict[str, int]  # of open cases: under a day, under three, under a week, older
    replied_in_time: Estimate
    settled_in_time: Estimate
    reopened: Estimate
    breached: Sequence[Case]
    loads: Sequence[Load]
    since: datetime


def ledger_of(*, workspace_id: int, now: datetime) -> Ledger:
    """Everything on the page, of the cases opened in the last 30 days where a share is meant."""
    cases = cases_of(workspace_id)
    running = cases.exclude(state=Case.State.CLOSED)
    lost = unanswered_voices(workspace_id, before=now - timedelta(seconds=60))
    recent = cases.filter(opened_at__gte=now - PERIOD)
    return Ledger(
        unowned=lost.count(),
        unowned_voices=list(lost.select_related("customer", "touchpoint")[:SHOWN]),
        states=_states(cases),
        ages=_ages(running, now),
        replied_in_time=_replied(recent, now),
        settled_in_time=_settled(recent, now),
        reopened=_reopened(recent),
        breached=list(_late(running, now).order_by("escalated_at", "opened_at")[:SHOWN]),
        loads=loads_of(workspace_id=workspace_id, now=now),
        since=now - PERIOD,
    )


def _states(cases: QuerySet[Case]) -> dict[str, int]:
    found = dict(cases.order_by().values_list("state").annotate(cases=Count("pk")))
    return {state: found.get(state, 0) for state in Case.State.values}


def _ages(running: QuerySet[Case], now: datetime) -> dict[str, int]:
    ages, newest = {}, now + timedelta(days=1)
    for name, age in AGES:
        ages[name] = running.filter(opened_at__gt=now - age, opened_at__lte=newest).count()
        newest = now - age
    return ages | {"older": running.filter(opened_at__lte=newest).count()}


def _late(running: QuerySet[Case], now: datetime) -> QuerySet[Case]:
    overdue = Q(reply_due_at__lte=now) | Q(resolve_due_at__lte=now)
    return running.filter(Q(escalated_at__isnull=False) | Q(overdue, state=Case.State.OPEN))


def _replied(cases: QuerySet[Case], now: datetime) -> Estimate:
    """Of the cases whose first answer was due: those answered by then. An answer not yet due does not count."""
    kept = cases.filter(first_reply_at__lte=F("first_reply_due_at")).count()
    broken = cases.filter(
        Q(first_reply_at__gt=F("first_reply_due_at"))
        | Q(first_reply_at__isnull=True, first_reply_due_at__lte=now, state=Case.State.OPEN)
    ).count()
    return share("replied_in_time", kept, kept + broken)


def _settled(cases: QuerySet[Case], now: datetime) -> Estimate:
    kept = cases.filter(closed_at__lte=F("resolve_due_at")).count()
    broken = cases.filter(
        Q(closed_at__gt=F("resolve_due_at")) | Q(state=Case.State.OPEN, resolve_due_at__lte=now)
    ).count()
    return share("settled_in_time", kept, kept + broken)


def _reopened(cases: QuerySet[Case]) -> Estimate:
    """Of the cases that were ever closed: those that had to be opened again."""
    ever_closed = cases.filter(Q(closed_at__isnull=False) | Q(reopened_count__gt=0)).count()
    return share("reopened", cases.filter(reopened_count__gt=0).count(), ever_closed)


def loads_of(*, workspace_id: int, now: datetime) -> list[Load]:
    """What each member carries, the fullest hands first; whoever has left but still holds cases is here too."""
    running = Case.objects.in_workspace(workspace_id).exclude(state=Case.State.CLOSED)
    late = Q(state=Case.State.OPEN) & (Q(reply_due_at__lte=now) | Q(resolve_due_at__lte=now))
    held = {
        row["owner"]: row
        for row in running.order_by()
        .values("owner")
        .annotate(
            opened=Count("pk", filter=Q(state=Case.State.OPEN)),
            waiting=Count("pk", filter=Q(state=Case.State.WAITING)),
            late=Count("pk", filter=late),
            oldest=Min("opened_at"),
        )
    }
    answering = dict(
        running.exclude(owner=F("first_owner")).order_by().values_list("first_owner").annotate(cases=Count("pk"))
    )
    given = dict(
        Handover.objects.in_workspace(workspace_id)
        .filter(state=Handover.State.ACCEPTED, at__gte=now - PERIOD)
        .order_by()
        .values_list("giver")
        .annotate(times=Count("pk"))
    )
    here = set(active_members(workspace_id).values_list("pk", flat=True))
    members = Membership.objects.in_workspace(workspace_id).filter(pk__in=here | set(held)).select_related("user")
    loads = [_load(member, held.get(member.pk, {}), answering, given) for member in members.order_by("pk")]
    return sorted(loads, key=lambda load: -(load.open + load.waiting))


def _load(member: Membership, held: dict[str, Any], answering: dict[int, int], given: dict[int, int]) -> Load:
    return Load(
        member=member,
        open=held.get("opened", 0),
        waiting=held.get("waiting", 0),
        late=held.get("late", 0),
        answers_for=answering.get(member.pk, 0),
        given_away=given.get(member.pk, 0),
        oldest=held.get("oldest"),
    )
