"""Teams: members who work on the same thing. A member may be in several."""

from typing import ClassVar

from django.db import models

from allears.accounts.models import Membership
from allears.store.models import ScopedModel


class Team(ScopedModel):
    """A group of members under a name of the company's own."""

    name = models.CharField(max_length=80)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["workspace", "name"], condition=models.Q(ended_at__isnull=True), name="teams_one_of_a_name"
            )
        ]

    def __str__(self) -> str:
        return self.name


class TeamMember(ScopedModel):
    """That a member is in a team. Who has left the workspace is in none, whatever stands here."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="places")
    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="teams")
    since = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["team", "member"], name="teams_member_once")
        ]
