"""Who does the work. The first owner stays accountable through every hand-over; a case is never without an owner."""

from datetime import datetime

from django.db import transaction

from allears.accounts.models import Membership, Role
from allears.jobs.bus import record
from allears.respond import clock
from allears.respond.entries import locked, require_hand, require_not_closed, require_words, write
from allears.respond.errors import NotYoursError, WrongStateError
from allears.respond.events import CaseHandedOver
from allears.respond.models import Case, CaseEntry, Handover
from allears.respond.ownership import active_members, choose_owner


@transaction.atomic
def hand_over(
    *,
    workspace_id: int,
    number: int,
    to: int,
    reason: str,
    now: datetime,
    actor: Membership | None = None,
    version: int | None = None,
) -> Handover:
    """Offer the case to member ``to``; whoever owns it owns it until they accept. A manager's word needs no accepting.

    Raises:
        WrongStateError: to nobody who works here, or to its own owner.
    """
    case = locked(workspace_id=workspace_id, number=number, version=version)
    require_hand(case, actor)
    require_not_closed(case)
    reason = require_words("reason", reason)
    taker = active_members(workspace_id).filter(pk=to).first()
    if taker is None or taker.pk == case.owner_id:
        raise WrongStateError("a case is handed to another member who works here")
    _overtake_pending(case, now=now)
    handover: Handover = Handover.objects.create(
        workspace_id=workspace_id, case=case, giver=case.owner, taker=taker, reason=reason, at=now
    )
    write(case, CaseEntry.Kind.HANDOVER, now=now, actor=actor, text=reason, detail=_facts(handover))
    if actor is None or actor.role != Role.AGENT or actor.pk == taker.pk:
        _move(case, handover, actor=actor, now=now)
    return handover


def _facts(handover: Handover) -> dict[str, object]:
    return {
        "handover": handover.pk,
        "from": handover.giver_id,
        "to": handover.taker_id,
        "state": handover.state,
    }


def _overtake_pending(case: Case, *, now: datetime) -> None:
    case.handovers.filter(state=Handover.State.PENDING).update(state=Handover.State.UNDONE, settled_at=now)


def _move(case: Case, handover: Handover, *, actor: Membership | None, now: datetime) -> None:
    handover.state, handover.settled_at = Handover.State.ACCEPTED, now
    handover.save()
    case.owner = handover.taker
    write(case, CaseEntry.Kind.HANDOVER, now=now, actor=actor, detail=_facts(handover))
    record(CaseHandedOver(workspace_id=case.workspace_id, case_id=case.pk))


@transaction.atomic
def accept(*, workspace_id: int, number: int, now: datetime, actor: Membership) -> Handover:
    """The taker owns the case from now on, unless they have left since it was offered."""
    if actor.ended_at is not None:
        raise NotYoursError(f"member {actor.pk} has left; what was offered to them goes back to its giver")
    case = locked(workspace_id=workspace_id, number=number, version=None)
    handover = _pending(case, taker=actor)
    _move(case, handover, actor=actor, now=now)
    return handover


@transaction.atomic
def give_back(*, workspace_id: int, number: int, reason: str, now: datetime, actor: Membership) -> Handover:
    """The taker declines with a reason; the giver, who owned the case all along, sees it."""
    case = locked(workspace_id=workspace_id, number=number, version=None)
    handover = _pending(case, taker=actor)
    handover.answer = require_words("reason", reason)
    handover.state, handover.settled_at = Handover.State.RETURNED, now
    handover.save()
    write(case, CaseEntry.Kind.HANDOVER, now=now, actor=actor, text=handover.answer, detail=_facts(handover))
    return handover


def _pending(case: Case, *, taker: Membership) -> Handover:
    handover: Handover | None = case.handovers.filter(state=Handover.State.PENDING).select_related("taker").first()
    if handover is None:
        raise WrongStateError(f"no hand-over of case {case.number} is open")
    if handover.taker_id != taker.pk:
        raise NotYoursError(f"case {case.number} was handed to somebody else")
    handover.taker = taker
    return handover


@transaction.atomic
def set_priority(
    *,
    workspace_id: int,
    number: int,
    priority: str,
    now: datetime,
    actor: Membership | None = None,
    version: int | None = None,
) -> CaseEntry:
    """Another priority has other promises, counted from where they were counted before."""
    case = locked(workspace_id=workspace_id, number=number, version=version)
    require_hand(case, actor)
    require_not_closed(case)
    if priority not in Case.Priority.values:
        raise WrongStateError(f"{priority!r} is no priority: use {', '.join(Case.Priority.values)}")
    detail = {"from": case.priority, "to": priority}
    case.priority = priority
    clock.change_priority(case, terms=clock.terms_of(workspace_id), now=now)
    return write(case, CaseEntry.Kind.PRIORITY, now=now, actor=actor, detail=detail)


@transaction.atomic
def rehome(*, workspace_id: int, member_id: int, now: datetime, to: int | None = None) -> int:
    """Hand on every open case of a member who leaves: to ``to``, else by the rule of first contact. The number moved.

    The first owner who is still here comes first: they were accountable all along.
    """
    cases = (
        Case.objects.in_workspace(workspace_id)
        .filter(owner_id=member_id)
        .exclude(state=Case.State.CLOSED)
        .select_related("owner", "touchpoint", "first_owner")
        .select_for_update(of=("self",))
        .order_by("number")
    )
    count = 0
    for case in cases:
        taker = _heir(case, to=to)
        _overtake_pending(case, now=now)
        handover = Handover.objects.create(
            workspace_id=workspace_id, case=case, giver=case.owner, taker=taker, reason="left", at=now
        )
        _move(case, handover, actor=None, now=now)
        count += 1
    _return_offers(workspace_id, member_id, now=now)
    return count


def _heir(case: Case, *, to: int | None) -> Membership:
    if to is not None:
        return active_members(case.workspace_id).get(pk=to)
    return choose_owner(
        workspace_id=case.workspace_id,
        touchpoint=case.touchpoint,
        asked=case.first_owner,
        without=(case.owner_id,),
    ).member


def _return_offers(workspace_id: int, member_id: int, *, now: datetime) -> None:
    """What was offered to a leaver falls back to its giver, who still owns it."""
    offers = Handover.objects.in_workspace(workspace_id).filter(taker_id=member_id, state=Handover.State.PENDING)
    for offer in offers.select_related("case"):
        offer.state, offer.settled_at, offer.answer = Handover.State.RETURNED, now, "left"
        offer.save()
        write(offer.case, CaseEntry.Kind.HANDOVER, now=now, text="left", detail=_facts(offer))
