"""Endpoints, the outbox of what they are told, each delivery, and each attempt at it."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from allears.customers.models import Customer
from allears.store.models import ScopedModel


class Endpoint(ScopedModel):
    """An address of another system. Secrets are kept sealed; ``failures`` and ``rest_until`` are its own back-off."""

    class Off(models.TextChoices):
        BY_HAND = "by_hand"
        GONE = "gone"  # it answered 410
        FAILING = "failing"  # nothing was taken for days

    url = models.CharField(max_length=500)
    description = models.CharField(max_length=200, default="", blank=True)
    event_types = models.JSONField(default=list)  # empty: all
    secret = models.CharField(max_length=300)  # sealed
    former_secret = models.CharField(max_length=300, default="", blank=True)  # sealed; signs too until former_until
    former_until = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_why = models.CharField(max_length=8, choices=Off.choices, default="", blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)  # in a row
    failing_since = models.DateTimeField(null=True, blank=True)
    rest_until = models.DateTimeField(null=True, blank=True)
    succeeded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["workspace"], condition=models.Q(removed_at__isnull=True), name="webhooks_endpoint_live"
            )
        ]


class Outgoing(ScopedModel):
    """One recorded event on its way out, written in the transaction that recorded it.

    ``body`` is made by the worker a moment later and is the same in each attempt; null until then, empty when what it
    would speak of is gone.
    """

    key = models.CharField(max_length=40, unique=True)  # the webhook-id
    type = models.CharField(max_length=60)
    at = models.DateTimeField()
    arguments = models.JSONField(default=dict)  # the event's ids
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, null=True, related_name="+")  # a test's only one
    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, null=True, related_name="+", db_constraint=False
    )  # no constraint: the row is written in transactions that must not wait for a lock on the customer
    body = models.TextField(null=True)
    error = models.TextField(default="", blank=True)  # why no body could be made

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["id"], condition=models.Q(body__isnull=True), name="webhooks_outgoing_new"),
            models.Index(fields=["at"]),
        ]


class Delivery(ScopedModel):
    """One event to one endpoint, until it is taken or given up."""

    class State(models.TextChoices):
        QUEUED = "queued"
        SENDING = "sending"
        DELIVERED = "delivered"
        FAILED = "failed"
        MISSED = "missed"  # the endpoint was switched off then; can be sent again

    outgoing = models.ForeignKey(Outgoing, on_delete=models.CASCADE, related_name="deliveries")
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)  # since it was queued last
    run_at = models.DateTimeField()
    lease_owner = models.CharField(max_length=64, default="", blank=True)
    lease_until = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)  # the last answer's code
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["endpoint", "run_at"], condition=models.Q(state="queued"), name="webhooks_delivery_due"
            ),
            models.Index(fields=["lease_until"], condition=models.Q(state="sending"), name="webhooks_delivery_sent"),
            models.Index(fields=["endpoint", "-id"], name="webhooks_delivery_log"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["outgoing", "endpoint"], name="webhooks_delivery_once")
        ]


class Attempt(ScopedModel):
    """One request and what came back."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="log")
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)  # null: no answer
    error = models.CharField(max_length=500, default="", blank=True)
    answer = models.TextField(default="", blank=True)  # its first bytes
    milliseconds = models.PositiveIntegerField()
