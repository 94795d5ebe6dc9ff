"""Words between us and the customer, and among ourselves."""

from datetime import datetime, timedelta

from django.db import transaction

from allears.accounts.models import Membership
from allears.customers.queries import present
from allears.jobs.bus import record
from allears.listen.actions import record_voice
from allears.listen.models import Voice
from allears.outreach.actions import send_service_message
from allears.outreach.models import Message
from allears.respond import clock, mail
from allears.respond.actions import closing
from allears.respond.entries import locked, require_hand, require_not_closed, require_words, write
from allears.respond.errors import CannotReachError, TooMuchError, UnansweredError, WrongStateError
from allears.respond.events import CaseReplied
from allears.respond.models import Case, CaseEntry, CaseVoice

MOST_AN_HOUR = 30  # messages of a customer on one status page


@transaction.atomic
def reply(
    *,
    workspace_id: int,
    number: int,
    text: str,
    now: datetime,
    actor: Membership | None = None,
    language: str = "",
    version: int | None = None,
    wait: bool = False,
    once: str = "",
) -> CaseEntry:
    """Write to the customer by mail. Stops the reply clock; with ``wait``, the resolve clock stands still as well.

    ``once`` names this very reply: the same name is sent once, and answers with the entry of the first time.

    Raises:
        CannotReachError: no customer, no address, or the governor says never; nothing is kept of the reply.
    """
    case = locked(workspace_id=workspace_id, number=number, version=version)
    require_hand(case, actor)
    key = f"case:{case.pk}:{once or case.version + 1}"
    if once and (sent := _sent_before(case, key)):
        return sent
    require_not_closed(case)
    text = require_words("text", text)
    message = _post(case, key=key, text=text, language=language, actor=actor, now=now)
    clock.we_spoke(case, now=now)
    detail = {"channel": message.channel, "to": message.address, "language": message.language}
    entry = write(case, CaseEntry.Kind.REPLY, now=now, actor=actor, text=text, detail=detail, message_id=message.pk)
    record(CaseReplied(workspace_id=workspace_id, case_id=case.pk))
    if wait:
        _wait(case, actor=actor, now=now)
    return entry


def _sent_before(case: Case, key: str) -> CaseEntry | None:
    messages = Message.objects.in_workspace(case.workspace_id).filter(idempotency_key=key)
    return case.entries.filter(kind=CaseEntry.Kind.REPLY, message_id__in=messages.values_list("pk", flat=True)).first()


def _post(case: Case, *, key: str, text: str, language: str, actor: Membership | None, now: datetime) -> Message:
    customer = present(workspace_id=case.workspace_id, key=case.customer.key) if case.customer else None
    if customer is None or not customer.email:
        raise CannotReachError("no_address")
    draft = mail.reply_draft(case=case, text=text, language=language or mail.language_of(case), author=actor, key=key)
    ruling = send_service_message(
        workspace_id=case.workspace_id,
        customer_id=customer.pk,
        draft=draft,
        idempotency_key=key,
        now=now,
        case_id=case.pk,
    )
    if ruling.verdict == "never":
        raise CannotReachError(ruling.rule)
    message: Message = Message.objects.in_workspace(case.workspace_id).get(idempotency_key=key)
    return message


@transaction.atomic
def log_contact(
    *,
    workspace_id: int,
    number: int,
    channel: str,
    text: str,
    now: datetime,
    actor: Membership | None = None,
    version: int | None = None,
) -> CaseEntry:
    """Keep what was told to the customer by phone, in person or in another system: a real reply like one by mail."""
    case = locked(workspace_id=workspace_id, number=number, version=version)
    require_hand(case, actor)
    require_not_closed(case)
    text = require_words("text", text)
    clock.we_spoke(case, now=now)
    entry = write(case, CaseEntry.Kind.REPLY, now=now, actor=actor, text=text, detail={"channel": channel})
    record(CaseReplied(workspace_id=workspace_id, case_id=case.pk))
    return entry


@transaction.atomic
def note(*, workspace_id: int, number: int, text: str, now: datetime, actor: Membership | None = None) -> CaseEntry:
    """A word among ourselves. The customer never sees it, and it stops no clock."""
    case = locked(workspace_id=workspace_id, number=number, version=None)
    return write(case, CaseEntry.Kind.NOTE, now=now, actor=actor, text=require_words("text", text))


@transaction.atomic
def wait_for_customer(
    *, workspace_id: int, number: int, now: datetime, actor: Membership | None = None, version: int | None = None
) -> CaseEntry:
    """The ball is with the customer: the clock stands still until they write.

    Raises:
        UnansweredError: the customer still waits for us.
    """
    case = locked(workspace_id=workspace_id, number=number, version=version)
    require_hand(case, actor)
    if case.state != Case.State.OPEN:
        raise WrongStateError(f"case {number} is {case.state}")
    return _wait(case, actor=actor, now=now)


def _wait(case: Case, *, actor: Membership | None, now: datetime) -> CaseEntry:
    if case.unanswered_since is not None:
        raise UnansweredError("the customer waits for a word from us")
    case.state = Case.State.WAITING
    clock.pause(case, now=now)
    return write(case, CaseEntry.Kind.WAITING, now=now, actor=actor)


@transaction.atomic
def resume(
    *, workspace_id: int, number: int, now: datetime, actor: Membership | None = None, version: int | None = None
) -> CaseEntry:
    """Stop waiting for the customer: the clock runs on."""
    case = locked(workspace_id=workspace_id, number=number, version=version)
    require_hand(case, actor)
    if case.state != Case.State.WAITING:
        raise WrongStateError(f"case {number} is not waiting")
    _run_on(case, now=now)
    return write(case, CaseEntry.Kind.RESUMED, now=now, actor=actor)


def _run_on(case: Case, *, now: datetime) -> None:
    clock.resume(case, terms=clock.terms_of(case.workspace_id), now=now)
    case.state = Case.State.OPEN


@transaction.atomic
def hear_customer(*, token: str, text: str, once: str, now: datetime) -> CaseEntry:
    """The customer wrote on the status page: a voice, an entry, and the clock runs on. A closed case opens again.

    ``once`` names this very message, so that a form sent twice is heard once.
    """
    case = _locked_by_token(token)
    text = require_words("text", text)
    lately = case.entries.filter(kind=CaseEntry.Kind.CUSTOMER, at__gt=now - timedelta(hours=1))
    if lately.count() >= MOST_AN_HOUR:
        raise TooMuchError(f"more than {MOST_AN_HOUR} messages within an hour on case {case.number}")
    voice = record_voice(
        workspace_id=case.workspace_id,
        key=f"case-{case.pk}-{once}"[:64],
        initiator=Voice.Initiator.CUSTOMER,
        source_kind=Voice.SourceKind.REQUEST,
        channel="status_page",
        said_at=now,
        text=text,
        customer_id=case.customer_id,
        touchpoint_id=case.touchpoint_id,
    )
    heard = case.entries.filter(voice=voice).first()
    return heard or take_words(case=case, voice=voice, channel="status_page", now=now)


def take_words(*, case: Case, voice: Voice, channel: str, now: datetime) -> CaseEntry:
    """What the customer said to a running or closed case, once: it is heard there, and the clock runs on."""
    CaseVoice.objects.create(workspace_id=case.workspace_id, case=case, voice=voice, at=now)
    if case.state == Case.State.CLOSED:
        closing.open_again(case=case, now=now, reason="customer")
    else:
        case.state = Case.State.OPEN
        clock.customer_spoke(case, terms=clock.terms_of(case.workspace_id), now=now)
    case.confirmed_at = None
    return write(case, CaseEntry.Kind.CUSTOMER, now=now, voice=voice, detail={"channel": channel})


@transaction.atomic
def hear_verdict(*, token: str, solved: bool, now: datetime) -> Case:
    """The customer says on the status page whether it is solved; "not solved" opens a closed case again."""
    case = _locked_by_token(token)
    if solved and case.confirmed_at is None:
        case.confirmed_at = now
        write(case, CaseEntry.Kind.CONFIRMED, now=now, detail={"solved": True})
    if not solved:
        case.confirmed_at = None
        if case.state == Case.State.CLOSED:
            closing.open_again(case=case, now=now, reason="not_solved")
        else:
            case.state = Case.State.OPEN
            clock.customer_spoke(case, terms=clock.terms_of(case.workspace_id), now=now)
            write(case, CaseEntry.Kind.CUSTOMER, now=now, detail={"channel": "status_page", "solved": False})
    return case


def _locked_by_token(token: str) -> Case:
    case: Case = (
        Case.objects.across_workspaces()  # the token itself says which case, and nothing else opens it
        .select_for_update(of=("self",))
        .select_related("customer", "touchpoint")
        .get(token=token)
    )
    return case
