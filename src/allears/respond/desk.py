"""What a member sees of their cases: lists by what burns first, and one case with all that was said on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from allears.accounts.access import Access
from allears.accounts.models import Membership
from allears.customers.companies import account_of, people_of
from allears.listen import officials
from allears.listen.models import Official
from allears.outreach.models import Message
from allears.respond import clock
from allears.respond.causes import CauseChoice, causes_of
from allears.respond.models import Case, CaseEntry, Handover
from allears.respond.ownership import active_members
from allears.respond.queries import answer_due, by_what_burns, hand_over_counts, offered_to, visible_to

PAGE = 50
VIEWS = ("mine", "late", "waiting", "official", "closed", "answerable", "team", "escalated")
MANAGER_VIEWS = ("team", "escalated")


@dataclass(frozen=True, kw_only=True)
class DeskFilter:
    """What the address asks for; anything unknown falls back to one's own running cases."""

    view: str = "mine"
    text: str = ""
    priority: str = ""
    owner: int | None = None
    touchpoint: int | None = None
    account: str = ""  # a client account's key: cases of its people
    page: int = 1


@dataclass(frozen=True, kw_only=True)
class Countdown:
    """One clock as people read it. ``left`` is business time, negative when broken; ``share`` how much is used up."""

    clock: str  # reply, resolve, answer
    due: datetime
    left: timedelta
    share: float
    stands: bool = False

    @property
    def tone(self) -> str:
        """good, fair (less than a quarter left) or bad (broken)."""
        if self.left < timedelta():
            return "bad"
        return "fair" if self.share >= 0.75 and not self.stands else "good"


@dataclass(frozen=True, kw_only=True)
class DeskRow:
    """A case in a list."""

    case: Case
    countdown: Countdown | None
    moves: int


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The whole desk of one member."""

    rows: Sequence[DeskRow]
    offers: Sequence[Handover]
    counts: dict[str, int]
    following: int | None  # the next page


@dataclass(frozen=True, kw_only=True)
class Line:
    """An entry with the message it sent, if any."""

    entry: CaseEntry
    message: Message | None


@dataclass(frozen=True, kw_only=True)
class CaseView:
    """One case with all that was said on it and all that can be done."""

    case: Case
    lines: Sequence[Line]
    reply_clock: Countdown | None
    resolve_clock: Countdown | None
    answer_clock: Countdown | None
    officials: Sequence[Official]
    handovers: Sequence[Handover]
    offer: Handover | None
    colleagues: Sequence[Membership]
    names: dict[int, str]
    causes: Sequence[CauseChoice]
    may_act: bool
    is_mine: bool
    last_seen: int


def desk_of(*, access: Access, asked: DeskFilter, now: datetime) -> Desk:
    """The member's desk as the filters in the address want it."""
    view = asked.view if asked.view in VIEWS and (access.is_manager or asked.view not in MANAGER_VIEWS) else "mine"
    visible = visible_to(access.membership)
    chosen = _narrowed(_view(visible, view, access.membership, now), asked, access.workspace_id)
    start = (max(asked.page, 1) - 1) * PAGE
    found = list(by_what_burns(chosen)[start : start + PAGE + 1])
    shown = found[:PAGE]
    return Desk(
        rows=_rows(shown, workspace_id=access.workspace_id, now=now),
        offers=list(offered_to(access.membership)),
        counts=_counts(visible, access, now),
        following=asked.page + 1 if len(found) > PAGE else None,
    )


def _view(cases: QuerySet[Case], view: str, member: Membership, now: datetime) -> QuerySet[Case]:
    mine = cases.filter(owner=member)
    running = ~Q(state=Case.State.CLOSED)
    late = Q(state=Case.State.OPEN) & (Q(reply_due_at__lte=now) | Q(resolve_due_at__lte=now))
    late |= answer_due() & Q(answer_by__lte=now)
    return {
        "mine": mine.filter(running),
        "late": mine.filter(late),
        "waiting": mine.filter(state=Case.State.WAITING),
        "official": cases.filter(answer_due()),
        "closed": mine.filter(state=Case.State.CLOSED),
        "answerable": cases.filter(running, first_owner=member).exclude(owner=member),
        "team": cases.filter(running),
        "escalated": cases.filter(running, escalated_at__isnull=False),
    }[view]


def _narrowed(cases: QuerySet[Case], asked: DeskFilter, workspace_id: int) -> QuerySet[Case]:
    if asked.text:
        text = asked.text.strip().lstrip("#")
        found = Q(subject__icontains=text) | Q(customer__name__icontains=text) | Q(customer__email__iexact=text)
        if text.isdecimal() and len(text) < 9:
            found |= Q(number=int(text))
        cases = cases.filter(found)
    if asked.priority in Case.Priority.values:
        cases = cases.filter(priority=asked.priority)
    if asked.owner is not None:
        cases = cases.filter(owner_id=asked.owner)
    if asked.touchpoint is not None:
        cases = cases.filter(touchpoint_id=asked.touchpoint)
    if account := asked.account and account_of(workspace_id=workspace_id, key=asked.account):
        cases = cases.filter(customer_id__in=people_of(account=account))
    return cases


def _counts(cases: QuerySet[Case], access: Access, now: datetime) -> dict[str, int]:
    views = VIEWS if access.is_manager else [view for view in VIEWS if view not in MANAGER_VIEWS]
    counted = [view for view in views if view != "closed"]
    return {view: _view(cases, view, access.membership, now).count() for view in counted}


def _rows(cases: Sequence[Case], *, workspace_id: int, now: datetime) -> list[DeskRow]:
    terms = clock.terms_of(workspace_id)
    moves = hand_over_counts([case.pk for case in cases], workspace_id=workspace_id)
    return [
        DeskRow(case=case, countdown=nearest(case, terms=terms, now=now), moves=moves.get(case.pk, 0)) for case in cases
    ]


def nearest(case: Case, *, terms: clock.Terms, now: datetime) -> Countdown | None:
    """The clock that burns first; ``None`` on a closed case."""
    all_ = (answer_clock(case, terms, now), reply_clock(case, terms, now), resolve_clock(case, terms, now))
    both = [each for each in all_ if each]
    return min(both, key=lambda each: each.due) if both else None


def reply_clock(case: Case, terms: clock.Terms, now: datetime) -> Countdown | None:
    """Until when the customer is to be answered; ``None`` when nothing is unanswered."""
    if case.reply_due_at is None:
        return None
    return _countdown("reply", case.reply_due_at, terms.promises[case.priority].reply, case, terms, now)


def resolve_clock(case: Case, terms: clock.Terms, now: datetime) -> Countdown | None:
    """Until when the matter is to be settled; ``None`` when it is."""
    if case.state == Case.State.CLOSED:
        return None
    return _countdown("resolve", case.resolve_due_at, terms.promises[case.priority].resolve, case, terms, now)


def answer_clock(case: Case, terms: clock.Terms, now: datetime) -> Countdown | None:
    """Until when an authority wants an answer; it runs on while the customer is waited for."""
    if case.answer_by is None or case.reopened_count or case.state == Case.State.CLOSED:
        return None
    left, whole = (terms.calendar.between(start, case.answer_by) for start in (now, case.opened_at))
    used = 1 - left / whole if whole > timedelta() else 1.0
    return Countdown(clock="answer", due=case.answer_by, left=left, share=max(0.0, min(1.0, used)))


def _countdown(
    name: str, due: datetime, allowed: timedelta, case: Case, terms: clock.Terms, now: datetime
) -> Countdown:
    left = clock.time_left(due, case=case, terms=terms, now=now)
    used = 1 - left / allowed if allowed else 1.0
    stands = case.state == Case.State.WAITING
    return Countdown(clock=name, due=due, left=left, share=max(0.0, min(1.0, used)), stands=stands)


def case_view(*, access: Access, number: int, now: datetime) -> CaseView:
    """One case for one member; raises ``Case.DoesNotExist`` for one they may not see."""
    member = access.membership
    case = visible_to(member).select_related("origin", "workspace").get(number=number)
    terms = clock.terms_of(access.workspace_id)
    entries = list(case.entries.select_related("actor__user", "voice").order_by("at", "id"))
    handovers = list(case.handovers.select_related("giver__user", "taker__user").order_by("id"))
    everybody = Membership.objects.in_workspace(access.workspace_id).select_related("user")
    offer = next((each for each in handovers if each.state == Handover.State.PENDING), None)
    return CaseView(
        case=case,
        lines=_lines(entries, workspace_id=access.workspace_id),
        reply_clock=reply_clock(case, terms, now),
        resolve_clock=resolve_clock(case, terms, now),
        answer_clock=answer_clock(case, terms, now),
        officials=_officials(case),
        handovers=handovers,
        offer=offer,
        colleagues=list(
            active_members(access.workspace_id).exclude(pk=case.owner_id).select_related("user").order_by("user__name")
        ),
        names={each.pk: str(each.user) for each in everybody},
        causes=causes_of(access.workspace_id),
        may_act=access.is_manager or member.pk in {case.owner_id, case.first_owner_id},
        is_mine=case.owner_id == member.pk,
        last_seen=case.version,
    )


def _officials(case: Case) -> list[Official]:
    """What authorities and papers set us with the letters of this case, the nearest first."""
    ids = case.voices.values_list("voice_id", flat=True)
    found = officials.of_all(workspace_id=case.workspace_id, voice_ids=ids).values()
    return sorted(found, key=lambda each: (each.answer_by is None, each.answer_by, each.pk))


def _lines(entries: Sequence[CaseEntry], *, workspace_id: int) -> list[Line]:
    ids = [entry.message_id for entry in entries if entry.message_id]
    messages = {each.pk: each for each in Message.objects.in_workspace(workspace_id).filter(pk__in=ids)}
    return [Line(entry=entry, message=messages.get(entry.message_id or 0)) for entry in entries]
