"""What happens by itself as time passes: broken promises are written down and shown to managers, nothing stays lost."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from allears.accounts.models import Membership
from allears.jobs.bus import record
from allears.outreach.models import Message
from allears.respond import clock
from allears.respond.actions.opening import open_case
from allears.respond.actions.ownership import rehome
from allears.respond.entries import write
from allears.respond.events import CaseBreached
from allears.respond.models import Case, CaseEntry
from allears.respond.ownership import NobodyToOwnError
from allears.respond.queries import answer_due, voices_without_owner

logger = logging.getLogger(__name__)
AT_ONCE = 500
GRACE = timedelta(seconds=60)  # what a voice's own job is given before the sweep takes it up
LOST = (Message.State.FAILED, Message.State.CANCELLED)


def check_clocks(*, now: datetime) -> int:
    """Write down each promise broken since the last look, once, and escalate the case; the number broken."""
    cases = Case.objects.across_workspaces()  # one schedule serves all workspaces
    late = cases.filter(
        Q(state=Case.State.OPEN, reply_due_at__lte=now, reply_breached_at__isnull=True)
        | Q(state=Case.State.OPEN, resolve_due_at__lte=now, resolve_breached_at__isnull=True)
        | Q(answer_due(), answer_by__lte=now, answer_breached_at__isnull=True)
    )
    ids = list(late.order_by("id").values_list("id", flat=True)[:AT_ONCE])
    return sum(_note_breaches(case_id, now=now) for case_id in ids)


@transaction.atomic
def _note_breaches(case_id: int, *, now: datetime) -> int:
    case = Case.objects.across_workspaces().select_for_update(of=("self",)).get(pk=case_id)
    count = 0
    due_at = {"reply": case.reply_due_at, "resolve": case.resolve_due_at} if case.state == Case.State.OPEN else {}
    if case.state != Case.State.CLOSED and not case.reopened_count:
        due_at["answer"] = case.answer_by  # an authority does not wait for the customer
    for name, due in due_at.items():
        if due is None or due > now or getattr(case, f"{name}_breached_at") is not None:
            continue
        setattr(case, f"{name}_breached_at", now)
        case.escalated_at = case.escalated_at or now
        write(case, CaseEntry.Kind.BREACHED, now=now, detail={"clock": name, "due": due.isoformat()})
        record(CaseBreached(workspace_id=case.workspace_id, case_id=case.pk))
        count += 1
    return count


def notice_lost_replies(*, now: datetime) -> int:
    """A reply that bounced or was cancelled is no reply: say so on the case and start the reply clock again."""
    lost = Message.objects.across_workspaces().filter(state__in=LOST, case_id__isnull=False, purpose="service")
    known = CaseEntry.objects.across_workspaces().filter(kind=CaseEntry.Kind.FAILED, message_id__isnull=False)
    fresh = lost.exclude(pk__in=known.values("message_id")).order_by("pk")[:AT_ONCE]
    return sum(_note_lost(message, now=now) for message in fresh)


@transaction.atomic
def _note_lost(message: Message, *, now: datetime) -> int:
    case = (
        Case.objects.in_workspace(message.workspace_id)
        .select_for_update(of=("self",))
        .filter(pk=message.case_id, entries__message_id=message.pk)
        .first()
    )
    if case is None:
        return 0
    if case.state != Case.State.CLOSED:
        terms = clock.terms_of(case.workspace_id)
        case.state = Case.State.OPEN
        clock.resume(case, terms=terms, now=now)
        clock.owe_a_word(case, terms=terms, now=now)
    detail = {"to": message.address, "error": message.error[-300:]}
    write(case, CaseEntry.Kind.FAILED, now=now, detail=detail, message_id=message.pk)
    return 1


def sweep(*, now: datetime) -> int:
    """Find voices that should have an owner and have none, and cases whose owner has left; the number mended."""
    mended = 0
    for voice in voices_without_owner(before=now - GRACE)[:AT_ONCE]:
        mended += open_case(workspace_id=voice.workspace_id, voice_id=voice.pk, now=now) is not None
    gone = Membership.objects.across_workspaces().filter(
        ended_at__isnull=False, pk__in=_owners_of_open_cases()
    )  # fmt: skip
    for member in gone:
        try:
            mended += rehome(workspace_id=member.workspace_id, member_id=member.pk, now=now)
        except NobodyToOwnError as error:
            logger.warning("cases of member %s stay with them: %s", member.pk, error)
    return mended


def _owners_of_open_cases() -> "list[int]":
    cases = Case.objects.across_workspaces().exclude(state=Case.State.CLOSED)
    return list(cases.filter(owner__ended_at__isnull=False).values_list(F("owner_id"), flat=True).distinct())
