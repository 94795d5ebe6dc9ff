"""Cases: one customer's matter until it is done."""

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal, TypeVar

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Header, Query, Router, Schema, Status

from allears.accounts.models import Membership
from allears.api.bodies import DayOrTime
from allears.api.listing import Listing, PageParams, listing, where, workspace_of
from allears.api.problems import ProblemError
from allears.api.routers.accounts import account_of
from allears.customers.companies import people_of
from allears.listen.telling import Telling, TellingError
from allears.respond import actions, errors, mail
from allears.respond.models import Case, CaseEntry, Handover
from allears.respond.ownership import active_members
from allears.respond.queries import cases_of

router = Router(tags=["cases"])
T = TypeVar("T")


class CaseOut(Schema):
    number: int
    subject: str
    state: str
    priority: str
    version: int
    customer_key: str | None
    touchpoint: str | None
    owner_id: int
    first_owner_id: int
    cause: str | None
    opened_at: datetime
    reply_due_at: datetime | None
    resolve_due_at: datetime
    answer_by: datetime | None = Field(description="until when an authority or a paper wants an answer")
    answer_breached_at: datetime | None
    first_reply_at: datetime | None
    waiting_since: datetime | None
    escalated_at: datetime | None
    closed_at: datetime | None
    confirmed_at: datetime | None
    reopened_count: int
    status_url: str

    @staticmethod
    def resolve_customer_key(case: Case) -> str | None:
        return case.customer.key if case.customer else None

    @staticmethod
    def resolve_touchpoint(case: Case) -> str | None:
        return case.touchpoint.key if case.touchpoint else None

    @staticmethod
    def resolve_cause(case: Case) -> str | None:
        return case.cause.key if case.cause else None

    @staticmethod
    def resolve_status_url(case: Case) -> str:
        return mail.status_url(case)


class EntryOut(Schema):
    id: int
    kind: str
    at: datetime
    actor_id: int | None
    text: str
    detail: dict[str, Any]
    version: int
    voice_id: int | None
    message_id: int | None


class HandoverOut(Schema):
    id: int
    giver_id: int
    taker_id: int
    reason: str
    state: str
    at: datetime
    settled_at: datetime | None
    answer: str


class CaseIn(Schema):
    """What a customer told somebody, and by what they are known."""

    text: str = Field(min_length=1, max_length=20_000)
    kind: Literal["complaint", "request", "praise", "regulator", "media"] = Field(
        "complaint", description="the kind of voice it becomes"
    )
    authority: str = Field("", max_length=200, description="of a regulator or the media: who writes")
    reference: str = Field("", max_length=100, description="their own number")
    answer_by: DayOrTime | None = Field(None, description="their own time for an answer; earlier than ours, it counts")
    channel: str = Field("api", max_length=20)
    priority: str = "normal"
    name: str = Field("", max_length=200)
    user_id: str = Field("", max_length=254)
    email: str = Field("", max_length=254)
    phone: str = Field("", max_length=32)
    language: str = Field("", max_length=10)
    touchpoint: str = Field("", description="key of the touchpoint; its owner is asked first")
    member_id: int | None = Field(None, description="who was asked: they own it")


class Acting(Schema):
    """On whose behalf, and on which version of the case. Leave both out for a machine that acts regardless."""

    member_id: int | None = None
    version: int | None = Field(None, description="refuse when something was written since this version")


class ReplyIn(Acting):
    text: str = Field(min_length=1, max_length=20_000)
    language: str = Field("", description="zh or en; the customer's own when left out")
    wait: bool = Field(False, description="then wait for the customer: the clock stands still")


class ContactIn(Acting):
    text: str = Field(min_length=1, max_length=20_000)
    channel: str = Field("phone", max_length=20)


class NoteIn(Schema):
    text: str = Field(min_length=1, max_length=20_000)
    member_id: int | None = None


class HandoverIn(Acting):
    to: int = Field(description="member who is to own it")
    reason: str = Field(min_length=1, max_length=2_000)


class AnswerIn(Schema):
    member_id: int
    reason: str = Field("", max_length=2_000, description="why it is returned")


class PriorityIn(Acting):
    priority: str


class ClosureIn(Acting):
    cause: str = Field(min_length=1, max_length=60)
    text: str = Field("", max_length=20_000)


class ReopeningIn(Acting):
    reason: str = Field(min_length=1, max_length=2_000)


def _case(request: HttpRequest, number: int) -> Case:
    return cases_of(workspace_of(request)).get(number=number)


def _member(request: HttpRequest, member_id: int | None) -> Membership | None:
    if member_id is None:
        return None
    member = active_members(workspace_of(request)).filter(pk=member_id).first()
    if member is None:
        raise ProblemError(status=422, title="No such member works in this workspace", detail="Nothing was changed.")
    return member


STATUS = {
    errors.OvertakenError: (409, "The case has changed since this version"),
    errors.NotYoursError: (403, "The case is owned by somebody else"),
    errors.UnansweredError: (409, "The customer still waits for an answer"),
    errors.CannotReachError: (409, "The customer cannot be written to"),
    errors.WrongStateError: (409, "The case is in a state that does not allow this"),
}


def _do(act: Callable[[], T]) -> T:
    """Run one verb; what it refuses is told as a problem document."""
    try:
        return act()
    except errors.CaseError as error:
        status, title = STATUS.get(type(error), (422, "The request does not fit"))
        members: dict[str, Any] = {}
        if isinstance(error, errors.OvertakenError):
            members["unseen"] = [entry.pk for entry in error.entries]
        raise ProblemError(status=status, title=title, detail=f"{error}. Nothing was changed.", **members) from error


@router.get("/cases", response=Listing[CaseOut])
def list_cases(
    request: HttpRequest,
    page: Query[PageParams],
    state: str | None = None,
    priority: str | None = None,
    owner_id: int | None = None,
    first_owner_id: int | None = None,
    customer_key: str | None = None,
    touchpoint: str | None = None,
    cause: str | None = None,
    since: datetime | None = None,
    account: str | None = None,
) -> dict[str, Any]:
    """Cases, the newest first."""
    rows = where(
        cases_of(workspace_of(request)),
        state=state,
        priority=priority,
        owner_id=owner_id,
        first_owner_id=first_owner_id,
        customer__key=customer_key,
        touchpoint__key=touchpoint,
        cause__key=cause,
        opened_at__gte=since,
    )
    if account is not None:
        rows = rows.filter(customer_id__in=people_of(account=account_of(request, account)))
    return listing(rows, page, order=("-opened_at", "-id"))


@router.post("/cases", response={201: CaseOut})
def create_case(
    request: HttpRequest,
    body: CaseIn,
    idempotency_key: str | None = Header(None, alias="Idempotency-Key", max_length=200),  # type: ignore[type-arg]
) -> Status[Case]:
    """Open a case for what a customer told somebody. The same Idempotency-Key opens one case."""
    now = timezone.now()
    told = body.dict(
        include={
            *("text", "channel", "name", "user_id", "email", "phone", "language"),
            *("authority", "reference", "answer_by"),
        }
    )
    telling = Telling(
        key=f"case-api:{idempotency_key or secrets.token_urlsafe(16)}",
        source_kind=body.kind,
        touchpoint_key=body.touchpoint,
        said_at=now,
        **told,
    )
    asked = _member(request, body.member_id)
    try:
        case = _do(
            lambda: actions.open_by_hand(
                workspace_id=workspace_of(request), telling=telling, priority=body.priority, now=now, asked=asked
            )
        )
    except TellingError as error:
        members = [{"pointer": error.field, "detail": str(error)}]
        raise ProblemError(status=422, title="This case was not opened", detail=str(error), errors=members) from error
    return Status(201, case)


@router.get("/cases/{int:number}", response=CaseOut)
def get_case(request: HttpRequest, number: int) -> Case:
    """One case."""
    return _case(request, number)


@router.get("/cases/{int:number}/entries", response=Listing[EntryOut])
def list_entries(request: HttpRequest, number: int, page: Query[PageParams], kind: str | None = None) -> dict[str, Any]:
    """All that happened on a case, in order."""
    rows = CaseEntry.objects.in_workspace(workspace_of(request)).filter(case=_case(request, number))
    return listing(where(rows, kind=kind), page, order=("id",))


@router.post("/cases/{int:number}/replies", response={201: EntryOut})
def create_reply(
    request: HttpRequest,
    number: int,
    body: ReplyIn,
    idempotency_key: str | None = Header(None, alias="Idempotency-Key", max_length=80),  # type: ignore[type-arg]
) -> Status[CaseEntry]:
    """Write to the customer by mail. The same Idempotency-Key is sent once."""
    actor = _member(request, body.member_id)
    entry = _do(
        lambda: actions.reply(
            workspace_id=workspace_of(request),
            number=number,
            actor=actor,
            now=timezone.now(),
            once=f"api:{idempotency_key}" if idempotency_key else "",
            **body.dict(exclude={"member_id"}),
        )
    )
    return Status(201, entry)


@router.post("/cases/{int:number}/contacts", response={201: EntryOut})
def create_contact(request: HttpRequest, number: int, body: ContactIn) -> Status[CaseEntry]:
    """Log what was told to the customer in another way."""
    return Status(201, _entry(request, number, body, actions.log_contact))


@router.post("/cases/{int:number}/notes", response={201: EntryOut})
def create_note(request: HttpRequest, number: int, body: NoteIn) -> Status[CaseEntry]:
    """A word among ourselves."""
    return Status(201, _entry(request, number, body, actions.note))


@router.post("/cases/{int:number}/priority", response={201: EntryOut})
def create_priority(request: HttpRequest, number: int, body: PriorityIn) -> Status[CaseEntry]:
    """Another priority has other promises."""
    return Status(201, _entry(request, number, body, actions.set_priority))


@router.post("/cases/{int:number}/waiting", response={201: EntryOut})
def create_waiting(request: HttpRequest, number: int, body: Acting) -> Status[CaseEntry]:
    """Wait for the customer: the clock stands still."""
    return Status(201, _entry(request, number, body, actions.wait_for_customer))


@router.post("/cases/{int:number}/resumption", response={201: EntryOut})
def create_resumption(request: HttpRequest, number: int, body: Acting) -> Status[CaseEntry]:
    """Stop waiting: the clock runs on."""
    return Status(201, _entry(request, number, body, actions.resume))


@router.post("/cases/{int:number}/closure", response={201: EntryOut})
def create_closure(request: HttpRequest, number: int, body: ClosureIn) -> Status[CaseEntry]:
    """Settle the case with its cause; a minute later the customer is asked."""
    return Status(201, _entry(request, number, body, actions.close))


@router.post("/cases/{int:number}/reopening", response={201: CaseOut})
def create_reopening(request: HttpRequest, number: int, body: ReopeningIn) -> Status[Case]:
    """Not done after all."""
    return Status(201, _entry(request, number, body, actions.reopen))


def _entry(request: HttpRequest, number: int, body: Any, verb: Callable[..., T]) -> T:
    actor = _member(request, body.member_id)
    given = body.dict(exclude={"member_id"})
    return _do(
        lambda: verb(workspace_id=workspace_of(request), number=number, actor=actor, now=timezone.now(), **given)
    )


@router.get("/cases/{int:number}/handovers", response=Listing[HandoverOut])
def list_handovers(request: HttpRequest, number: int, page: Query[PageParams]) -> dict[str, Any]:
    """Through whose hands it went."""
    rows = Handover.objects.in_workspace(workspace_of(request)).filter(case=_case(request, number))
    return listing(rows, page, order=("id",))


@router.post("/cases/{int:number}/handovers", response={201: HandoverOut})
def create_handover(request: HttpRequest, number: int, body: HandoverIn) -> Status[Handover]:
    """Hand the case over. On behalf of an agent it waits for the taker; otherwise it moves at once."""
    return Status(201, _entry(request, number, body, actions.hand_over))


@router.post("/cases/{int:number}/handovers/acceptance", response={201: HandoverOut})
def create_acceptance(request: HttpRequest, number: int, body: AnswerIn) -> Status[Handover]:
    """The taker accepts."""
    taker = _member(request, body.member_id)
    assert taker is not None  # the body requires one
    act = actions.accept
    handover = _do(lambda: act(workspace_id=workspace_of(request), number=number, actor=taker, now=timezone.now()))
    return Status(201, handover)


@router.post("/cases/{int:number}/handovers/return", response={201: HandoverOut})
def create_return(request: HttpRequest, number: int, body: AnswerIn) -> Status[Handover]:
    """The taker gives it back with a reason."""
    taker = _member(request, body.member_id)
    assert taker is not None  # the body requires one
    handover = _do(
        lambda: actions.give_back(
            workspace_id=workspace_of(request), number=number, actor=taker, reason=body.reason, now=timezone.now()
        )
    )
    return Status(201, handover)
