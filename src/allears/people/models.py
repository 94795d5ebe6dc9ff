"""Everyone listens: what each member follows, passes on and thanks for, on which days they listened, their digest."""

from typing import ClassVar

from django.db import models

from allears.accounts.models import Membership
from allears.accounts.teams.models import Team
from allears.listen.models import Voice
from allears.store.models import ScopedModel


class Follow(ScopedModel):
    """One thing that a member follows. ``value``: an id, a segment, ``name=value`` of an attribute, or the address's
    query of a saved filter. ``name`` is what it was called when it was followed: what it names may be deleted."""

    class Kind(models.TextChoices):
        TOUCHPOINT = "touchpoint"
        TEAM = "team"  # what is said at the touchpoints of its members
        SEGMENT = "segment"
        ATTRIBUTE = "attribute"  # of the customer: region, city …
        THEME = "theme"
        TAG = "tag"
        FILTER = "filter"

    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="follows")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    value = models.CharField(max_length=400)
    name = models.CharField(max_length=80, default="", blank=True)
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["member", "kind", "value"],
                condition=models.Q(ended_at__isnull=True),
                name="people_follow_once",
            )
        ]


class Visit(ScopedModel):
    """How far a member has read their stream: a visit lasts until half an hour of silence (see streams.enter)."""

    member = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="visit")
    since_id = models.BigIntegerField()  # voices above it are new in this visit
    seen_id = models.BigIntegerField()  # the newest voice there was at the last look
    at = models.DateTimeField()


class Share(ScopedModel):
    """A voice passed on to a member or to a team, with a word."""

    voice = models.ForeignKey(Voice, on_delete=models.CASCADE, related_name="shares")
    by = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    to_member = models.ForeignKey(Membership, on_delete=models.CASCADE, null=True, related_name="+")
    to_team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, related_name="+")
    note = models.TextField(default="", blank=True)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)  # taken back

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["workspace", "-at"])]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(to_member__isnull=False, to_team__isnull=True)
                | models.Q(to_member__isnull=True, to_team__isnull=False),
                name="people_share_has_one_taker",
            )
        ]


class Thanks(ScopedModel):
    """A thank-you for a voice: to the colleague it praises, or, as a message, to the customer (no ``to_member``)."""

    voice = models.ForeignKey(Voice, on_delete=models.CASCADE, related_name="thanks")
    by = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    to_member = models.ForeignKey(Membership, on_delete=models.CASCADE, null=True, related_name="+")
    text = models.TextField(default="", blank=True)
    message_id = models.BigIntegerField(null=True)  # the outreach message to the customer
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)  # taken back

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["workspace", "-at"])]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["voice"], condition=models.Q(to_member__isnull=True), name="people_thank_customer_once"
            )
        ]


class ListeningDay(ScopedModel):
    """That a member read voices on a day: a day of the workspace's zone, not what was read nor how much."""

    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="listening_days")
    day = models.DateField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["workspace", "day"])]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["member", "day"], name="people_listened_once_a_day")
        ]


class DigestChoice(ScopedModel):
    """How often a member wants their stream by mail. No row: never asked for, so nothing is sent."""

    class Every(models.TextChoices):
        OFF = "off"
        DAY = "day"
        WEEK = "week"

    member = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="digest_choice")
    every = models.CharField(max_length=4, choices=Every.choices, default=Every.OFF)
    timezone = models.CharField(max_length=60, default="", blank=True)  # empty: the workspace's
    changed_at = models.DateTimeField()


class Digest(ScopedModel):
    """One digest of one member for one period. A row is claimed before the mail goes and marked after it went, so a
    kill in between sends nothing twice; the next digest tells what this one would have."""

    class State(models.TextChoices):
        CLAIMED = "claimed"
        SENT = "sent"
        EMPTY = "empty"  # nothing was new
        FREE = "free"  # the mail server refused it for now: may be claimed again

    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="digests")
    period = models.CharField(max_length=16)  # "2026-11-22", "2026-W47"
    state = models.CharField(max_length=8, choices=State.choices)
    until = models.DateTimeField()  # what had come by then is in it
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["member", "period"], name="people_digest_once_a_period")
        ]
