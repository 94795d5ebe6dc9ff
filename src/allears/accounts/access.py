"""Who may enter where: a user's place in one workspace, and what each role opens."""

from dataclasses import dataclass

from allears.accounts.models import Membership, Role, User, Workspace

_RANK = {Role.AGENT: 0, Role.MANAGER: 1, Role.ADMIN: 2}


@dataclass(frozen=True, kw_only=True)
class Access:
    """A signed-in person in one workspace. Everything a page reads or writes hangs on ``workspace_id``."""

    user: User
    membership: Membership
    workspace: Workspace

    @property
    def workspace_id(self) -> int:
        return self.workspace.pk

    @property
    def role(self) -> Role:
        return Role(self.membership.role)

    @property
    def is_admin(self) -> bool:
        return self.may(Role.ADMIN)

    @property
    def is_manager(self) -> bool:
        """Manager or more."""
        return self.may(Role.MANAGER)

    def may(self, least: Role) -> bool:
        """Does this person's role reach ``least``? admin > manager > agent."""
        return _RANK[self.role] >= _RANK[least]


def memberships_of(user: User) -> list[Membership]:
    """The workspaces that this person may enter now, by name."""
    return list(
        Membership.objects.across_workspaces()  # a person may belong to several
        .filter(user=user, ended_at__isnull=True)
        .select_related("workspace")
        .order_by("workspace__name", "pk")
    )


def access_of(*, user: User, preferred: int | None) -> Access | None:
    """This person's place in the preferred workspace, else in their first; None for someone who belongs to none."""
    places = memberships_of(user)
    if not places:
        return None
    place = next((each for each in places if each.workspace_id == preferred), places[0])
    return Access(user=user, membership=place, workspace=place.workspace)
