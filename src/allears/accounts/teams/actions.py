"""What managers do to teams; each change leaves an audit row."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from allears.accounts.actions import AccountsError
from allears.accounts.audit import audit
from allears.accounts.models import Membership
from allears.accounts.teams.models import Team, TeamMember
from allears.accounts.teams.queries import teams

LONGEST = 80


def _named(workspace_id: int, name: str, *, besides: int = 0) -> str:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST:
        raise AccountsError(_("Give the team a name of at most %(most)s characters.") % {"most": LONGEST})
    if teams(workspace_id=workspace_id).filter(name=name).exclude(pk=besides).exists():
        raise AccountsError(_("There is a team “%(name)s” already.") % {"name": name})
    return name


def _told(team: Team, verb: str, actor_id: int | None, **detail: int) -> None:
    audit(
        workspace_id=team.workspace_id,
        actor_id=actor_id,
        verb=f"accounts.team.{verb}",
        subject=f"team:{team.pk}",
        detail=detail,
    )


@transaction.atomic
def create_team(*, workspace_id: int, name: str, actor_id: int | None, now: datetime) -> Team:
    """A new, empty team; raises AccountsError when the name is taken."""
    team: Team = Team.objects.create(workspace_id=workspace_id, name=_named(workspace_id, name), created_at=now)
    _told(team, "made", actor_id)
    return team


@transaction.atomic
def rename_team(*, team: Team, name: str, actor_id: int | None) -> None:
    """Another name; raises AccountsError when it is taken."""
    team.name = _named(team.workspace_id, name, besides=team.pk)
    team.save(update_fields=["name"])
    _told(team, "renamed", actor_id)


@transaction.atomic
def end_team(*, team: Team, actor_id: int | None, now: datetime) -> None:
    """The team is no more; its members stay, and undoing brings it back with them."""
    team.ended_at = now
    team.save(update_fields=["ended_at"])
    _told(team, "ended", actor_id)


@transaction.atomic
def restore_team(*, team: Team, actor_id: int | None) -> None:
    """An ended team is back; raises AccountsError when another took its name meanwhile."""
    _named(team.workspace_id, team.name, besides=team.pk)
    team.ended_at = None
    team.save(update_fields=["ended_at"])
    _told(team, "returned", actor_id)


@transaction.atomic
def join_team(*, team: Team, member: Membership, actor_id: int | None, now: datetime) -> None:
    """Put a member into a team; nothing happens when they are in it."""
    _place, made = TeamMember.objects.in_workspace(team.workspace_id).get_or_create(
        workspace_id=team.workspace_id, team=team, member=member, defaults={"since": now}
    )
    if made:
        _told(team, "joined", actor_id, member=member.pk)


@transaction.atomic
def leave_team(*, team: Team, member: Membership, actor_id: int | None) -> None:
    """Take a member out of a team."""
    removed, _each = TeamMember.objects.in_workspace(team.workspace_id).filter(team=team, member=member).delete()
    if removed:
        _told(team, "left", actor_id, member=member.pk)
