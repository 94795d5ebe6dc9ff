"""Customers, what they are known by, and what they agreed to."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.timezone import now as utc_now

from allears.accounts.models import Workspace
from allears.store.models import ScopedModel


def new_key() -> str:
    """A pseudonymous key: it, and nothing that names the person, goes to the lake."""
    return uuid.uuid4().hex


class Customer(ScopedModel):
    """A person or account we serve."""

    key = models.CharField(max_length=32, default=new_key, unique=True)
    name = models.CharField(max_length=200, default="", blank=True)
    email = models.CharField(max_length=254, default="", blank=True)
    phone = models.CharField(max_length=32, default="", blank=True)  # E.164
    language = models.CharField(max_length=10, default="", blank=True)  # "zh", "en"; empty: unknown
    timezone = models.CharField(max_length=60, default="", blank=True)
    segment = models.CharField(max_length=80, default="", blank=True)
    attributes = models.JSONField(default=dict, blank=True)  # the latest traits
    first_seen_at = models.DateTimeField(default=utc_now)
    last_seen_at = models.DateTimeField(default=utc_now)
    merged_into = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["workspace", "-last_seen_at"]),
            models.Index(fields=["workspace", "email"]),
        ]


class Identifier(ScopedModel):
    """One thing a customer is known by."""

    class Kind(models.TextChoices):
        USER_ID = "user_id"
        ANONYMOUS_ID = "anonymous_id"
        EMAIL = "email"
        PHONE = "phone"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    value = models.CharField(max_length=254)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="identifiers")
    created_at = models.DateTimeField(default=utc_now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "kind", "value"], name="customers_identifier_once")
        ]


class Merge(ScopedModel):
    """That two customers turned out to be one; kept, so that it can be undone."""

    kept = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    merged = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=200)
    at = models.DateTimeField(default=utc_now)
    moved = models.JSONField(default=dict)  # {"identifiers": [ids], "consents": [ids], "before": kept's columns then}
    undone_at = models.DateTimeField(null=True, blank=True)


class IdentityEpoch(models.Model):
    """Grows whenever identifiers of a workspace come to mean another customer, so that memories are dropped."""

    workspace = models.OneToOneField(Workspace, on_delete=models.CASCADE, primary_key=True, related_name="+")
    number = models.BigIntegerField(default=0)


class ConsentRecord(ScopedModel):
    """What a customer granted or withdrew, per channel and purpose. Append only; the latest counts."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="consents")
    channel = models.CharField(max_length=20)  # "email", or "*" for all
    purpose = models.CharField(max_length=20)  # "survey", "service", "marketing", or "*"
    granted = models.BooleanField()
    source = models.CharField(max_length=40)  # "import", "identify", "preferences", "unsubscribe"
    at = models.DateTimeField(default=utc_now)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["customer", "-at"])]


class CustomerKey(ScopedModel):
    """The key that seals a customer's data in back-ups (see ``customers.vault``). No archive may hold this table."""

    customer = models.OneToOneField(Customer, on_delete=models.CASCADE, related_name="+")
    key = models.BinaryField()  # as ``vault`` wraps it
