"""Set-ups of channels, reports on messages, addresses that are barred, and consents that are spent."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from allears.customers.models import Customer
from allears.outreach.models import Message
from allears.store.models import ScopedModel


class ChannelSetup(ScopedModel):
    """One channel of one workspace. ``token`` is the secret part of the address that its peer calls back."""

    channel = models.CharField(max_length=20)
    settings = models.JSONField(default=dict)
    sealed = models.TextField(default="", blank=True)  # the secret settings
    token = models.CharField(max_length=64, unique=True)
    cost = models.DecimalField(max_digits=10, decimal_places=4, default=0)  # of one unit: a mail, a segment
    currency = models.CharField(max_length=3, default="", blank=True)
    per_minute = models.PositiveIntegerField(default=0)  # 0: as fast as the peer takes them
    changed_at = models.DateTimeField(default=timezone.now)
    paused_at = models.DateTimeField(null=True, blank=True)
    tried_at = models.DateTimeField(null=True, blank=True)  # the last test send
    trouble = models.TextField(default="", blank=True)  # what was wrong with it; empty: it was taken
    called_at = models.DateTimeField(null=True, blank=True)  # the peer's last call
    cursor = models.CharField(max_length=400, default="", blank=True)  # how far the peer's news was fetched
    turned_away_at = models.DateTimeField(null=True, blank=True)  # the last call whose proof was wrong

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "channel"], name="delivery_one_setup")
        ]


class Minute(ScopedModel):
    """What left by a channel with a pace in the last minute, whichever process sent it."""

    channel = models.CharField(max_length=20)
    taken = models.JSONField(default=list)  # [second since 1970, messages], oldest first

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "channel"], name="delivery_one_minute")
        ]


class Report(ScopedModel):
    """What a peer said of one message: each kind once."""

    class Kind(models.TextChoices):
        ACCEPTED = "accepted"
        DELIVERED = "delivered"
        FAILED = "failed"  # for now or for this message; the address stays
        BOUNCED = "bounced"  # the address does not exist
        COMPLAINED = "complained"  # the receiver called it spam

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="reports")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    reference = models.CharField(max_length=120, default="", blank=True)  # the peer's own name for the message
    units = models.PositiveSmallIntegerField(default=1)
    cost = models.DecimalField(max_digits=12, decimal_places=4, default=0)
    detail = models.CharField(max_length=300, default="", blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["workspace", "reference"])]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["message", "kind"], name="delivery_report_once")
        ]


class Barred(ScopedModel):
    """An address to which a channel sends nothing more, and why."""

    class Reason(models.TextChoices):
        BOUNCE = "bounce"
        COMPLAINT = "complaint"
        STOP = "stop"  # the receiver answered STOP or 退订

    channel = models.CharField(max_length=20)
    address = models.CharField(max_length=254)
    reason = models.CharField(max_length=10, choices=Reason.choices)
    detail = models.CharField(max_length=300, default="", blank=True)
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["workspace", "channel", "address"],
                condition=models.Q(lifted_at__isnull=True),
                name="delivery_barred_once",
            )
        ]


class Credit(ScopedModel):
    """One consent that allows one message: granted by the customer, spent by one decision to send."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="credits")
    channel = models.CharField(max_length=20)
    key = models.CharField(max_length=120)  # of the grant as the platform tells it: told twice, granted once
    template = models.CharField(max_length=120, default="", blank=True)
    granted_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    spent_at = models.DateTimeField(null=True, blank=True)
    decision_id = models.BigIntegerField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["customer", "channel", "spent_at"])]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "channel", "key"], name="delivery_credit_once")
        ]
