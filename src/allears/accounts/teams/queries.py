"""Scoped reads of teams."""

from collections.abc import Iterable, Mapping

from allears.accounts.models import Membership
from allears.accounts.teams.models import Team, TeamMember
from allears.store.scope import ScopedQuerySet


def teams(*, workspace_id: int) -> ScopedQuerySet[Team]:
    """Teams there are now, by name."""
    found: ScopedQuerySet[Team] = Team.objects.in_workspace(workspace_id)
    return found.filter(ended_at__isnull=True).order_by("name")


def access_team(*, workspace_id: int, team_id: int) -> Team:
    """One team of this workspace, ended or not; raises DoesNotExist."""
    team: Team = Team.objects.in_workspace(workspace_id).get(pk=team_id)
    return team


def places(*, workspace_id: int) -> ScopedQuerySet[TeamMember]:
    """Who is in which team now."""
    rows: ScopedQuerySet[TeamMember] = TeamMember.objects.in_workspace(workspace_id)
    return rows.filter(team__ended_at__isnull=True, member__ended_at__isnull=True)


def team_ids_of(*, member: Membership) -> list[int]:
    """The teams that this member is in."""
    rows = places(workspace_id=member.workspace_id).filter(member=member)
    return list(rows.order_by("team_id").values_list("team_id", flat=True))


def member_ids_in(*, workspace_id: int, team_ids: Iterable[int]) -> list[int]:
    """Everybody in any of these teams."""
    rows = places(workspace_id=workspace_id).filter(team_id__in=list(team_ids))
    return sorted(set(rows.values_list("member_id", flat=True)))


def people_by_team(*, workspace_id: int) -> Mapping[int, list[Membership]]:
    """By team, its members by name."""
    found: dict[int, list[Membership]] = {}
    rows = places(workspace_id=workspace_id).select_related("member__user")
    for place in rows.order_by("member__user__name", "member__user__email"):
        found.setdefault(place.team_id, []).append(place.member)
    return found
