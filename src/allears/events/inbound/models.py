"""Sources that send to us, and what they sent."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from allears.store.models import ScopedModel


class InboundSource(ScopedModel):
    """One system that sends here, how it proves itself, and what its bodies mean."""

    class Proof(models.TextChoices):
        NONE = "none"
        TOKEN = "token"  # noqa: S105 - a kind: the secret itself in a header
        HMAC = "hmac"  # sha256 over the body, as GitHub does
        TIMESTAMPED = "timestamped"  # t=…,v1=sha256 over "t.body", as Stripe does
        STANDARD = "standard"  # Standard Webhooks

    name = models.CharField(max_length=120)
    token = models.CharField(max_length=64, unique=True)
    proof = models.CharField(max_length=12, choices=Proof.choices, default=Proof.NONE)
    header = models.CharField(max_length=120, default="", blank=True)
    secret = models.TextField(default="", blank=True)  # sealed
    mapping = models.JSONField(default=dict)  # empty until taught
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    received = models.BigIntegerField(default=0)
    taken = models.BigIntegerField(default=0)
    turned_away = models.BigIntegerField(default=0)  # wrong or missing proof
    last_received_at = models.DateTimeField(null=True)
    last_turned_away_at = models.DateTimeField(null=True)


class InboundRequest(ScopedModel):
    """One request as it came. What is taken is kept only as long as it serves as a sample."""

    class State(models.TextChoices):
        WAITING = "waiting"  # nobody has said yet what it means
        REFUSED = "refused"  # it does not fit the mapping: quarantine
        TAKEN = "taken"

    source = models.ForeignKey(InboundSource, on_delete=models.CASCADE, related_name="requests")
    body = models.TextField()
    content_type = models.CharField(max_length=120, default="", blank=True)
    delivery = models.CharField(max_length=200, default="", blank=True)  # the sender's own id of this delivery
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    reason = models.TextField(default="", blank=True)  # as `reasons` keeps it
    received_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["source", "state", "id"])]
