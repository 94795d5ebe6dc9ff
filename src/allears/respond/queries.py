"""Reading cases: what each member may see, what burns first, what has no owner."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.db.models import Case as When
from django.db.models import Count, DateTimeField, Exists, F, OuterRef, Q, QuerySet
from django.db.models import When as Then
from django.db.models.functions import Coalesce, Least

from allears.accounts.models import Membership, Role, Workspace
from allears.customers.merged_then import kin_then
from allears.listen.models import Voice
from allears.respond.models import Case, CaseEntry, CaseVoice, Handover
from allears.respond.triage import BY_SOURCE, FRESH, LET_DOWN, LETTERS
from allears.store import plain
from allears.understand.annotating import masker

MOST_TOLD = 8  # cases in a digest
LOOK_BACK = timedelta(days=21)  # the sweep and the ledger search this far back


def cases_of(workspace_id: int) -> QuerySet[Case]:
    """Every case of the workspace with the names a list shows."""
    return Case.objects.in_workspace(workspace_id).select_related(
        "customer", "touchpoint", "owner__user", "first_owner__user", "cause"
    )


def visible_to(member: Membership) -> QuerySet[Case]:
    """Managers see all; agents what they own or answer for, what is offered to them, and their touchpoints' cases."""
    cases = cases_of(member.workspace_id)
    if member.role != Role.AGENT:
        return cases
    offered = Handover.objects.in_workspace(member.workspace_id).filter(
        case=OuterRef("pk"), taker=member, state=Handover.State.PENDING
    )
    return cases.filter(Q(owner=member) | Q(first_owner=member) | Q(touchpoint__owner=member) | Exists(offered))


def answer_due() -> Q:
    """Cases that an authority waits for."""
    return Q(answer_by__isnull=False, reopened_count=0) & ~Q(state=Case.State.CLOSED)


def by_what_burns(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Running clocks first, the nearest promise on top; then those that wait for the customer; then the closed."""
    nearest = Least(Coalesce("reply_due_at", "resolve_due_at"), "resolve_due_at")
    burns = When(
        Then(state=Case.State.OPEN, then=nearest),
        Then(answer_due(), then=F("answer_by")),
        default=None,
        output_field=DateTimeField(),
    )
    return cases.annotate(burns=burns).order_by(
        F("burns").asc(nulls_last=True), F("closed_at").desc(nulls_first=True), "-opened_at", "-id"
    )


def offered_to(member: Membership) -> QuerySet[Handover]:
    """Hand-overs that wait for this member's word."""
    return (
        Handover.objects.in_workspace(member.workspace_id)
        .filter(taker=member, state=Handover.State.PENDING)
        .select_related("case", "giver__user")
        .order_by("at")
    )


def customers_with_open_case(
    *, workspace_id: int, customer_ids: Collection[int], at: datetime | None = None
) -> Mapping[int, str]:
    """Whom the governor must not survey now, or at an earlier moment: their matter with us is not done."""
    if at is not None:
        return _with_open_case_then(workspace_id, customer_ids, at)
    return dict(plain.select(*open_case_query(workspace_id=workspace_id, customer_ids=customer_ids)))


def open_case_query(*, workspace_id: int, customer_ids: Collection[int]) -> plain.Query:
    """Of whom it is true now, for the governor, who asks more in one trip."""
    own, ids = plain.among("held.customer_id", customer_ids)
    merged, again = plain.among("person.merged_into_id", customer_ids)
    return plain.Query(
        "SELECT held.customer_id, 'open_case' FROM respond_case AS held"  # noqa: S608 - own names
        f" WHERE held.workspace_id = %s AND held.state <> 'closed' AND {own}"
        " UNION SELECT person.merged_into_id, 'open_case' FROM customers_customer AS person"
        " JOIN respond_case AS held ON held.customer_id = person.id"
        f" WHERE held.workspace_id = %s AND held.state <> 'closed' AND {merged}",
        [workspace_id, *ids, workspace_id, *again],
    )


def _with_open_case_then(workspace_id: int, customer_ids: Collection[int], at: datetime) -> Mapping[int, str]:
    """As the entries of their cases tell: the last of opened, closed and opened again before the moment."""
    kinds = (CaseEntry.Kind.OPENED, CaseEntry.Kind.CLOSED, CaseEntry.Kind.REOPENED, CaseEntry.Kind.UNDONE)
    kin = {each: kin_then(workspace_id=workspace_id, customer_id=each, at=at) for each in customer_ids}
    entries = CaseEntry.objects.in_workspace(workspace_id).filter(
        case__customer_id__in={number for numbers in kin.values() for number in numbers}, kind__in=kinds, at__lte=at
    )
    rows = entries.order_by("at", "id").values_list("case_id", "kind", "detail", "case__customer_id")
    last = {
        case_id: (kind, owner)
        for case_id, kind, detail, owner in rows
        if kind != CaseEntry.Kind.UNDONE or detail.get("undone") == CaseEntry.Kind.CLOSED
    }
    open_then = {owner for kind, owner in last.values() if kind != CaseEntry.Kind.CLOSED}
    return {each: "open_case" for each, numbers in kin.items() if numbers & open_then}


def needing_owner(workspace_id: int, *, before: datetime) -> QuerySet[Voice]:
    """Voices heard before ``before`` that the rules of triage give an owner: the same rules, as a query."""
    bad = Q(source_kind__in=[kind.value for kind in BY_SOURCE])
    bad |= Q(source_kind=Voice.SourceKind.REQUEST, channel=LETTERS, initiator=Voice.Initiator.CUSTOMER)
    for metric, worst in LET_DOWN.items():
        bad |= Q(metric=metric, score__lte=worst)
    return (
        Voice.objects.in_workspace(workspace_id)
        .filter(bad, said_at__gte=before - LOOK_BACK, received_at__lt=before)
        .exclude(repeats__isnull=False, public=True)
        .filter(said_at__gte=F("received_at") - FRESH)
    )


def unanswered_voices(workspace_id: int, *, before: datetime) -> QuerySet[Voice]:
    """The ledger that aims at zero: voices that should have an owner and are in no case."""
    held = CaseVoice.objects.in_workspace(workspace_id).filter(voice=OuterRef("pk"))
    return needing_owner(workspace_id, before=before).exclude(Exists(held)).order_by("said_at")


def voices_without_owner(*, before: datetime, limit: int = 500) -> list[Voice]:
    """The same over all workspaces, for the sweep."""
    found: list[Voice] = []
    for workspace_id in Workspace.objects.values_list("pk", flat=True):
        found += unanswered_voices(workspace_id, before=before)[: limit - len(found)]
        if len(found) >= limit:
            break
    return found


def hand_over_counts(case_ids: Collection[int], *, workspace_id: int) -> dict[int, int]:
    """How often each case changed hands: ping-pong, visible."""
    moved = Handover.objects.in_workspace(workspace_id).filter(case_id__in=case_ids, state=Handover.State.ACCEPTED)
    return dict(moved.values_list("case_id").annotate(times=Count("id")))


def waiting_for(*, member: Membership, now: datetime) -> list[tuple[str, str, datetime | None]]:
    """A member's cases whose clocks run, for their digest: what, where, by when. Mail travels far, so what the customer
    wrote is masked."""
    running = by_what_burns(cases_of(member.workspace_id).filter(owner=member, state=Case.State.OPEN))
    return [
        (
            f"#{case.number} {masker()(case.subject).text}",
            f"/cases/{case.number}",
            case.reply_due_at or case.resolve_due_at,
        )
        for case in running[:MOST_TOLD]
    ]
