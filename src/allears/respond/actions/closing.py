"""Done, taken back, or not done after all."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_datetime

from allears.accounts.models import Membership
from allears.jobs.bus import record
from allears.jobs.queue import enqueue
from allears.listen.actions import ask_follow_up
from allears.respond import clock
from allears.respond.causes import cause_named
from allears.respond.entries import locked, require_hand, require_not_closed, require_words, write
from allears.respond.errors import TooLateError, UnansweredError, WrongStateError
from allears.respond.events import CaseClosed, CaseReopened
from allears.respond.models import Case, CaseEntry, Handover
from allears.respond.ownership import choose_owner

UNDO_WITHIN = timedelta(seconds=60)
# What a hand-over or closure took away, so that its undo can give it back.
CLOCK_FIELDS = ("waiting_since", "unanswered_since", "reply_due_at", "reply_breached_at", "resolve_due_at")


@transaction.atomic
def close(
    *,
    workspace_id: int,
    number: int,
    cause: str,
    now: datetime,
    actor: Membership | None = None,
    text: str = "",
    version: int | None = None,
) -> CaseEntry:
    """Settle the case and say why it happened. A minute later, when nobody took it back, the customer is asked.

    Raises:
        UnansweredError: a customer who can be reached has had no answer.
    """
    case = locked(workspace_id=workspace_id, number=number, version=version)
    require_hand(case, actor)
    require_not_closed(case)
    case.cause = cause_named(workspace_id=workspace_id, key=require_words("cause", cause))
    if case.unanswered_since is not None and case.customer is not None:
        raise UnansweredError("the customer has had no answer")
    before = _remember(case)
    clock.resume(case, terms=clock.terms_of(workspace_id), now=now)
    case.unanswered_since = case.reply_due_at = case.reply_breached_at = None
    case.state, case.closed_at = Case.State.CLOSED, now
    case.handovers.filter(state=Handover.State.PENDING).update(state=Handover.State.UNDONE, settled_at=now)
    detail = {"cause": case.cause.key, "in_time": now <= case.resolve_due_at, "before": before}
    entry = write(case, CaseEntry.Kind.CLOSED, now=now, actor=actor, text=text.strip(), detail=detail)
    record(CaseClosed(workspace_id=workspace_id, case_id=case.pk))
    return entry


def _remember(case: Case) -> dict[str, Any]:
    times = {name: getattr(case, name) for name in CLOCK_FIELDS}
    return {
        "state": case.state,
        "paused": case.paused.total_seconds(),
        **{name: at.isoformat() if at else None for name, at in times.items()},
    }


def _recall(case: Case, before: dict[str, Any]) -> None:
    case.state = before["state"]
    case.paused = timedelta(seconds=before["paused"])
    for name in CLOCK_FIELDS:
        setattr(case, name, parse_datetime(before[name]) if before[name] else None)


@transaction.atomic
def undo(*, workspace_id: int, number: int, now: datetime, actor: Membership) -> CaseEntry:
    """Take back one's own last closure or hand-over, shortly after it and before anybody else has acted.

    Raises:
        TooLateError: it is too long ago, or it is not the last thing that happened.
    """
    case = locked(workspace_id=workspace_id, number=number, version=None)
    last = case.entries.exclude(kind=CaseEntry.Kind.NOTE).order_by("-id").first()
    undoable = {CaseEntry.Kind.CLOSED, CaseEntry.Kind.HANDOVER}
    if last is None or last.kind not in undoable or last.actor_id != actor.pk or now - last.at > UNDO_WITHIN:
        raise TooLateError(f"case {number} has moved on")
    if last.kind == CaseEntry.Kind.CLOSED:
        _recall(case, last.detail["before"])
        case.closed_at = case.cause = None
    else:
        _take_back(case, last, now=now)
    return write(case, CaseEntry.Kind.UNDONE, now=now, actor=actor, detail={"undone": last.kind})


def _take_back(case: Case, entry: CaseEntry, *, now: datetime) -> None:
    handover = case.handovers.select_related("giver").get(pk=entry.detail["handover"])
    if handover.state == Handover.State.RETURNED:
        raise TooLateError(f"the hand-over of case {case.number} was returned")
    case.owner = handover.giver
    handover.state, handover.settled_at = Handover.State.UNDONE, now
    handover.save()


@transaction.atomic
def reopen(
    *,
    workspace_id: int,
    number: int,
    reason: str,
    now: datetime,
    actor: Membership | None = None,
    version: int | None = None,
) -> Case:
    """Open a closed case again, with clocks of its own from now."""
    case = locked(workspace_id=workspace_id, number=number, version=version)
    require_hand(case, actor)
    if case.state != Case.State.CLOSED:
        raise WrongStateError(f"case {number} is not closed")
    return open_again(case=case, now=now, reason="member", actor=actor, text=require_words("reason", reason))


def open_again(*, case: Case, now: datetime, reason: str, actor: Membership | None = None, text: str = "") -> Case:
    """The same case, the same accountable first owner; an owner who has left meanwhile is replaced by the rule."""
    case.state, case.closed_at, case.cause, case.confirmed_at = Case.State.OPEN, None, None, None
    case.reopened_count += 1
    clock.start(case, terms=clock.terms_of(case.workspace_id), now=now)
    case.owner = choose_owner(workspace_id=case.workspace_id, touchpoint=case.touchpoint, asked=case.owner).member
    write(case, CaseEntry.Kind.REOPENED, now=now, actor=actor, text=text, detail={"reason": reason})
    record(CaseReopened(workspace_id=case.workspace_id, case_id=case.pk))
    return case


@transaction.atomic
def follow_up(*, workspace_id: int, case_id: int, now: datetime) -> None:
    """Ask the customer whether it is solved, once the time to take the closure back is over."""
    case = Case.objects.in_workspace(workspace_id).get(pk=case_id)
    if case.state != Case.State.CLOSED or case.customer_id is None or case.closed_at is None:
        return
    due = case.closed_at + UNDO_WITHIN
    if now < due:
        enqueue(
            task="allears.respond.jobs.ask_follow_up",
            arguments={"workspace_id": workspace_id, "case_id": case_id},
            run_at=due,
            unique_key=f"respond.follow_up:{case_id}:{case.version}",
        )
        return
    ruling = ask_follow_up(
        workspace_id=workspace_id,
        customer_id=case.customer_id,
        case_id=case.pk,
        touchpoint_id=case.touchpoint_id,
        now=case.closed_at,  # names this closing: it is asked once
    )
    detail = {"asked": ruling.verdict, "rule": ruling.rule}
    write(case, CaseEntry.Kind.FOLLOW_UP, now=now, detail=detail)
