"""First-contact ownership: who is asked first. There is always somebody, and the rule that chose them is kept."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Case as When
from django.db.models import Count, IntegerField, Q, QuerySet, Value
from django.db.models import When as Then

from allears.accounts.models import Membership, Role
from allears.journeys.models import Touchpoint
from allears.respond.models import Case


class NobodyToOwnError(RuntimeError):
    """A workspace without a single member; invite somebody, and the case finds its owner within a minute."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Who owns, and by which rule: ``asked``, ``touchpoint``, ``fewest_open`` or ``last_resort``."""

    member: Membership
    rule: str


def active_members(workspace_id: int) -> QuerySet[Membership]:
    """Who works here now."""
    return Membership.objects.in_workspace(workspace_id).filter(ended_at__isnull=True)


def choose_owner(
    *,
    workspace_id: int,
    touchpoint: Touchpoint | None,
    asked: Membership | None = None,
    without: Collection[int] = (),
) -> Choice:
    """Whoever was asked in person; else the touchpoint's owner; else the agent with the fewest open cases; else the
    admin, else whoever there is. Equal loads go to who joined first. ``without`` names members who cannot.
    """
    candidates = active_members(workspace_id).exclude(id__in=without)
    if asked and candidates.filter(id=asked.pk).exists():
        return Choice(member=asked, rule="asked")
    if touchpoint and touchpoint.owner_id:
        owner = candidates.filter(id=touchpoint.owner_id).first()
        if owner:
            return Choice(member=owner, rule="touchpoint")
    agent = _least_loaded(candidates.filter(role=Role.AGENT))
    if agent:
        return Choice(member=agent, rule="fewest_open")
    return Choice(member=_last_resort(workspace_id, candidates), rule="last_resort")


def _least_loaded(members: QuerySet[Membership]) -> Membership | None:
    open_cases = Count("cases", filter=~Q(cases__state=Case.State.CLOSED))
    return members.annotate(open_cases=open_cases).order_by("open_cases", "id").first()


def _last_resort(workspace_id: int, members: QuerySet[Membership]) -> Membership:
    rank = When(
        Then(role=Role.ADMIN, then=Value(0)), Then(role=Role.MANAGER, then=Value(1)), default=Value(2),
        output_field=IntegerField(),
    )  # fmt: skip
    member = members.annotate(rank=rank).order_by("rank", "id").first()
    if member is None:
        raise NobodyToOwnError(f"workspace {workspace_id} has no member who could own a case")
    return member
