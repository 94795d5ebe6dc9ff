"""A voice becomes a case, joins one, or changes the one it opened. Safe to repeat at any point."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max

from allears.accounts.models import Membership, Workspace
from allears.customers.models import Customer
from allears.customers.queries import family, present
from allears.jobs.bus import record
from allears.listen import officials
from allears.listen.models import OF_TALKS, Voice
from allears.listen.telling import Telling, tell
from allears.respond import clock
from allears.respond.actions import closing, talking
from allears.respond.entries import locked, require_not_closed, write
from allears.respond.errors import WrongStateError
from allears.respond.events import CaseOpened
from allears.respond.letters import case_answered
from allears.respond.models import Case, CaseEntry, CaseVoice
from allears.respond.ownership import NobodyToOwnError, choose_owner
from allears.respond.triage import LETTERS, Need, is_fresh, more_urgent, need_of, subject_of

FOLLOWS = timedelta(days=30)  # how long after it was opened a case is thought of in a mail that names nothing
logger = logging.getLogger(__name__)
BY_HAND = "by_hand"  # the reason of a case that somebody opened for a voice which alone would have opened none


@transaction.atomic
def open_case(*, workspace_id: int, voice_id: int, now: datetime) -> Case | None:
    """Give this voice its owner: a new case, the customer's open case at the same touchpoint, or the case it is in.

    ``None`` when the voice needs no owner. A workspace without members is logged; the minute's sweep tries again.
    """
    voice: Voice = (
        Voice.objects.in_workspace(workspace_id)
        .select_related("customer", "touchpoint__owner", "response__invitation")
        .get(pk=voice_id)
    )
    _one_at_a_time(workspace_id)
    if followed := _case_followed_up(voice):
        return _take_follow_up(followed, voice=voice, now=now)
    held = CaseVoice.objects.in_workspace(workspace_id).filter(voice=voice).select_related("case").first()
    if held:
        return _refresh(held.case, voice=voice, now=now)
    if answered := case_answered(voice):
        talking.take_words(case=answered, voice=voice, channel="email", now=now)
        return answered
    if going_on := _case_of_thread(voice):
        talking.take_words(case=going_on, voice=voice, channel=voice.channel, now=now)
        return going_on
    if voice.repeats_id is not None and voice.public:
        return None  # whoever said it first has its owner, if it needs one
    need, official = need_of(voice), officials.of(voice)
    if need is None or not is_fresh(voice, answer_by=official.answer_by if official else None):
        return None
    if running := _running_case(voice):
        return _join(running, voice=voice, need=need, now=now)
    try:
        return _open(voice=voice, need=need, now=now)
    except NobodyToOwnError as error:
        logger.warning("voice %s waits for an owner: %s", voice_id, error)
        return None


@transaction.atomic
def open_by_hand(
    *, workspace_id: int, telling: Telling, priority: str, now: datetime, asked: Membership | None = None
) -> Case:
    """A case for what a customer told somebody in person; whoever was asked owns it. The same key opens one case.

    Raises:
        TellingError: what was told cannot be kept as a voice.
        WrongStateError: no such priority.
    """
    if priority not in Case.Priority.values:
        raise WrongStateError(f"{priority!r} is no priority: use {', '.join(Case.Priority.values)}")
    _one_at_a_time(workspace_id)
    voice = tell(workspace_id=workspace_id, telling=telling, now=now)
    held = CaseVoice.objects.in_workspace(workspace_id).filter(voice=voice).select_related("case").first()
    if held:
        case: Case = held.case
        return case
    need = Need(reason=voice.source_kind, priority=Case.Priority(priority))
    return _open(voice=voice, need=need, now=now, asked=asked)


@transaction.atomic
def open_for_voice(
    *, workspace_id: int, voice_id: int, now: datetime, owner: Membership | None = None, actor: Membership | None = None
) -> Case:
    """A case for a voice that somebody thinks needs one; ``owner`` owns it, else whom the rules choose. A voice that is
    in a case gives that case.

    Raises:
        NobodyToOwnError: a workspace without members.
    """
    _one_at_a_time(workspace_id)
    voice = _voice_of(workspace_id, voice_id)
    if held := _case_of(voice):
        return held
    need = need_of(voice) or Need(reason=BY_HAND, priority=Case.Priority.NORMAL)
    return _open(voice=voice, need=need, now=now, asked=owner, actor=actor)


@transaction.atomic
def join_by_hand(
    *, workspace_id: int, voice_id: int, number: int, now: datetime, actor: Membership | None = None
) -> Case:
    """Put a voice into an open case; one that is in a case gives that case.

    Raises:
        WrongStateError: the case is closed, or the voice is another customer's.
    """
    _one_at_a_time(workspace_id)
    voice = _voice_of(workspace_id, voice_id)
    if held := _case_of(voice):
        return held
    case = locked(workspace_id=workspace_id, number=number, version=None)
    require_not_closed(case)
    if case.customer and voice.customer_id and voice.customer_id not in _kin(case.customer):
        raise WrongStateError(f"case {number} is another customer's")
    need = need_of(voice) or Need(reason=BY_HAND, priority=Case.Priority(case.priority))
    return _join(case, voice=voice, need=need, now=now, actor=actor)


def _voice_of(workspace_id: int, voice_id: int) -> Voice:
    rows = Voice.objects.in_workspace(workspace_id).select_related("customer", "touchpoint__owner")
    voice: Voice = rows.get(pk=voice_id)
    return voice


def _case_of(voice: Voice) -> Case | None:
    held = CaseVoice.objects.in_workspace(voice.workspace_id).filter(voice=voice).select_related("case").first()
    return held.case if held else None


def _kin(customer: Customer) -> list[int]:
    person = present(workspace_id=customer.workspace_id, key=customer.key) or customer
    return family(workspace_id=customer.workspace_id, customer_id=person.pk)


def _one_at_a_time(workspace_id: int) -> None:
    """Opening is serial within a workspace: numbers have no gaps, and two voices of one customer meet in one case."""
    Workspace.objects.select_for_update(no_key=True).get(pk=workspace_id)


def _open(
    *,
    voice: Voice,
    need: Need,
    now: datetime,
    asked: Membership | None = None,
    actor: Membership | None = None,
) -> Case:
    choice = choose_owner(workspace_id=voice.workspace_id, touchpoint=voice.touchpoint, asked=asked)
    terms = clock.terms_of(voice.workspace_id)
    case = Case(
        workspace_id=voice.workspace_id,
        number=_next_number(voice.workspace_id),
        customer=voice.customer,
        touchpoint=voice.touchpoint,
        origin=voice,
        subject=subject_of(voice),
        priority=need.priority,
        first_owner=choice.member,
        owner=choice.member,
        opened_at=now,
    )
    clock.start(case, terms=terms, now=now)
    assert case.reply_due_at is not None  # start() owes a word
    official = officials.of(voice)
    if official and official.answer_by:
        clock.set_answer_by(case, official.answer_by, terms=terms)
    case.first_reply_due_at = case.reply_due_at
    case.save()
    _bind(case, voice=voice, now=now)
    detail = {"rule": choice.rule, "owner": choice.member.pk, "reason": need.reason, "priority": case.priority}
    write(case, CaseEntry.Kind.OPENED, now=now, actor=actor or asked, voice=voice, detail=detail)
    record(CaseOpened(workspace_id=case.workspace_id, case_id=case.pk))
    return case


def _next_number(workspace_id: int) -> int:
    return (Case.objects.in_workspace(workspace_id).aggregate(last=Max("number"))["last"] or 0) + 1


def _running_case(voice: Voice) -> Case | None:
    if voice.customer is None:
        return None
    cases = (
        Case.objects.in_workspace(voice.workspace_id)
        .filter(customer_id__in=_kin(voice.customer))
        .exclude(state=Case.State.CLOSED)
        .select_for_update(of=("self",))
        .order_by("opened_at")
    )
    same = cases.filter(touchpoint_id=voice.touchpoint_id).first()
    if same or voice.touchpoint_id is not None or voice.channel != LETTERS:
        return same
    lately = list(cases.filter(opened_at__gte=voice.received_at - FOLLOWS)[:2])
    return lately[0] if len(lately) == 1 else None  # a mail that names no touchpoint follows the one matter there is


def _case_of_thread(voice: Voice) -> Case | None:
    """The case that another voice of the same exchange is in; of the same customer, where both are known."""
    if not voice.thread or voice.thread.startswith(OF_TALKS):
        return None
    rows = CaseVoice.objects.in_workspace(voice.workspace_id).filter(voice__thread=voice.thread).exclude(voice=voice)
    ids = list(rows.values_list("case_id", flat=True)[:50])
    cases = Case.objects.in_workspace(voice.workspace_id).filter(pk__in=ids).select_for_update(of=("self",))
    case = cases.select_related("touchpoint").order_by("-opened_at", "-id").first()
    if case is None or voice.customer is None or case.customer_id is None:
        return case
    return case if case.customer_id in _kin(voice.customer) else None


def _join(case: Case, *, voice: Voice, need: Need, now: datetime, actor: Membership | None = None) -> Case:
    """One matter, one case: the voice is heard there, resumes the clock and may make it more urgent."""
    _bind(case, voice=voice, now=now)
    terms = clock.terms_of(case.workspace_id)
    case.state = Case.State.OPEN
    clock.customer_spoke(case, terms=terms, now=now)
    official = officials.of(voice)
    if official and official.answer_by:
        clock.set_answer_by(case, official.answer_by, terms=terms)
    raised = more_urgent(case.priority, need.priority)
    if raised != case.priority:
        case.priority = raised
        clock.change_priority(case, terms=terms, now=now)
    detail = {"reason": need.reason, "joined": True}
    write(case, CaseEntry.Kind.CUSTOMER, now=now, actor=actor, voice=voice, detail=detail)
    return case


def _bind(case: Case, *, voice: Voice, now: datetime) -> None:
    CaseVoice.objects.create(workspace_id=case.workspace_id, case=case, voice=voice, at=now)


def _refresh(case: Case, *, voice: Voice, now: datetime) -> Case:
    """The voice said more (a comment after the score): the case is called by it; entries show the voice's own words."""
    if case.origin_id != voice.pk:
        return case
    subject, need = subject_of(voice), need_of(voice)
    priority = more_urgent(case.priority, need.priority) if need and case.first_reply_at is None else case.priority
    if (subject, priority) == (case.subject, case.priority) or case.state == Case.State.CLOSED:
        return case
    case.subject = subject
    if priority != case.priority:
        case.priority = priority
        clock.change_priority(case, terms=clock.terms_of(case.workspace_id), now=now)
    case.heat().save()
    return case


def _case_followed_up(voice: Voice) -> Case | None:
    invitation = voice.response.invitation if voice.response else None
    if invitation is None or invitation.case_id is None:
        return None
    return (
        Case.objects.in_workspace(voice.workspace_id)
        .filter(pk=invitation.case_id)
        .select_for_update(of=("self",))
        .first()
    )


def _take_follow_up(case: Case, *, voice: Voice, now: datetime) -> Case:
    """The customer's verdict on the case: kept with it, and when they were let down again it opens again."""
    CaseVoice.objects.in_workspace(case.workspace_id).get_or_create(
        workspace_id=case.workspace_id, voice=voice, defaults={"case": case, "at": now}
    )
    detail = {"metric": voice.metric, "score": voice.score}
    known = case.entries.filter(kind=CaseEntry.Kind.FOLLOW_UP, voice=voice).order_by("-id").first()
    if known and known.detail == detail:
        return case
    write(case, CaseEntry.Kind.FOLLOW_UP, now=now, voice=voice, detail=detail)
    if need_of(voice) and case.state == Case.State.CLOSED:
        closing.open_again(case=case, now=now, reason="follow_up")
    return case
