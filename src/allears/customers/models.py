"""Customers, what they are known by, and what they agreed to."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.timezone import now as utc_now

from allears.accounts.models import Workspace
from allears.store.models import HotModel, ScopedModel


def new_key() -> str:
    """A pseudonymous key: it, and nothing that names the person, goes to the lake."""
    return uuid.uuid4().hex


class Customer(ScopedModel):
    """A person or account we serve."""

    workspace = models.ForeignKey(
        Workspace, on_delete=models.CASCADE, related_name="+", db_index=False
    )  # the indexes by time begin with it
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
    merged_into = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )  # nearly all are nobody else: the index below holds the few who are

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["merged_into"], condition=models.Q(merged_into__isnull=False), name="customers_customer_merged"
            ),
            models.Index(fields=["workspace", "-last_seen_at"]),
            models.Index(fields=["workspace", "email"]),
            # of those who have one alone: the intake makes and meets many of whom nothing is known
            models.Index(
                fields=["workspace", "segment", "-last_seen_at"],
                condition=~models.Q(segment=""),
                name="customers_customer_segment",
            ),
            models.Index(
                fields=["workspace", "language", "-last_seen_at"],
                condition=~models.Q(language=""),
                name="customers_customer_language",
            ),
            models.Index(fields=["workspace", "phone"], condition=~models.Q(phone=""), name="customers_customer_phone"),
        ]


class CustomerPending(models.Model):
    """That a customer is called or reached by something else and is to be indexed; written by a trigger (see
    finding.storing)."""

    customer_id = models.BigIntegerField(primary_key=True)


class Identifier(ScopedModel):
    """One thing a customer is known by."""

    class Kind(models.TextChoices):
        USER_ID = "user_id"
        ANONYMOUS_ID = "anonymous_id"
        EMAIL = "email"
        PHONE = "phone"
        UNIONID = "unionid"
        OPENID = "openid"

    workspace = models.ForeignKey(
        Workspace, on_delete=models.CASCADE, related_name="+", db_index=False
    )  # the constraint's index begins with it
    kind = models.CharField(max_length=20)  # of ``Kind``, or a key that the workspace named itself
    value = models.CharField(max_length=254)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="identifiers")
    created_at = models.DateTimeField(default=utc_now)
    shared_at = models.DateTimeField(null=True, blank=True)  # since then it is known to belong to several people

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "kind", "value"], name="customers_identifier_once")
        ]


class Contest(ScopedModel):
    """That a customer with a user id of its own came under another's identifier; too many, and it is shared."""

    identifier = models.ForeignKey(Identifier, on_delete=models.CASCADE, related_name="contests")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=utc_now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["identifier", "customer"], name="customers_contest_once")
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

    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="consents", db_index=False
    )  # the index by time begins with it
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


class WorkspaceKey(ScopedModel):
    """The key that seals words nobody is known to have said (see ``customers.vault``)."""

    key = models.BinaryField()  # as ``vault`` wraps it

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace"], name="customers_one_workspace_key")
        ]


class IdentityRules(models.Model):
    """By which keys a workspace recognises its customers; without a row the usual ones count."""

    workspace = models.OneToOneField(Workspace, on_delete=models.CASCADE, primary_key=True, related_name="+")
    region = models.CharField(max_length=2, default="", blank=True)  # of phone numbers without a country code
    completed_with = models.CharField(max_length=2, default="", blank=True)  # see actions.completing
    keys = models.JSONField(default=list)  # see customers.rules.Rule, strongest first
    changed_at = models.DateTimeField(default=utc_now)


class AttributeValue(ScopedModel):
    """What an attribute was from some moment on, and when we learnt it. Append only; see ``customers.history``."""

    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="attribute_values", db_index=False
    )  # the index by name begins with it
    name = models.CharField(max_length=120)
    value = models.JSONField(null=True)  # null: it ended
    valid_from = models.DateTimeField()  # when it became true in the world
    confirmed_at = models.DateTimeField(null=True)  # when it was last told again, unchanged (to the hour)
    recorded_at = models.DateTimeField()
    source = models.CharField(max_length=40, default="", blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["customer", "name", "-valid_from"])]


class ClientAccount(ScopedModel):
    """A company or household we serve (B2B): its people are customers, each with a role."""

    key = models.CharField(max_length=254)  # what the company's systems call it: the ``groupId``
    name = models.CharField(max_length=200, default="", blank=True)
    traits = models.JSONField(default=dict, blank=True)
    first_seen_at = models.DateTimeField(default=utc_now)
    last_seen_at = models.DateTimeField(default=utc_now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "key"], name="customers_account_key")
        ]


class Contact(ScopedModel):
    """That a customer belongs to an account, in which role."""

    account = models.ForeignKey(ClientAccount, on_delete=models.CASCADE, related_name="contacts")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="contacts")
    role = models.CharField(max_length=80, default="", blank=True)
    since = models.DateTimeField(default=utc_now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["account", "customer"], name="customers_contact_once")
        ]


class Retention(models.Model):
    """How long a workspace keeps each kind of data; without a row the long defaults of ``customers.retention``."""

    workspace = models.OneToOneField(Workspace, on_delete=models.CASCADE, primary_key=True, related_name="+")
    days = models.JSONField(default=dict)  # {"events": 730, …}; a kind left out has its default, null is for ever
    changed_at = models.DateTimeField(default=utc_now)


class Forgotten(ScopedModel):
    """The salted fingerprint of a name whose bearer was erased and asked not to be brought back."""

    kind = models.CharField(max_length=20)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(default=utc_now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "kind", "digest"], name="customers_forgotten_once")
        ]


class Erasure(ScopedModel):
    """One customer erased: how far it is, then its certificate. Nothing in a finished one names the person."""

    reference = models.CharField(max_length=32, default=new_key, unique=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    via = models.CharField(max_length=10, default="console")  # console, api, cli
    never_again = models.BooleanField(default=True)
    requested_at = models.DateTimeField()
    pending = models.JSONField(null=True)  # whom to look for; emptied when done
    removed = models.JSONField(default=dict)  # {"listen.Voice": {"blanked": 3}, …}
    unread = models.JSONField(default=list)  # [{"where": "listen.VoiceFile", "why": "locked", "ids": […]}, …]
    steps = models.JSONField(default=dict)  # {"store": moment, "files": …, "lake": …, "swept": …}
    finished_at = models.DateTimeField(null=True, blank=True)
    previous = models.CharField(max_length=64, default="", blank=True)  # hash of the certificate before
    digest = models.CharField(max_length=64, default="", blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["workspace", "-requested_at"])]


class Movement(HotModel):
    """That a customer went from one state of a kind to another. Append only; a fact that outlives the customer."""

    class Kind(models.TextChoices):
        SEGMENT = "segment"
        TIER = "tier"
        LIFE_CYCLE = "life_cycle"
        POINTS = "points"

    customer = models.ForeignKey(Customer, on_delete=models.SET_NULL, null=True, related_name="movements")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    before = models.CharField(max_length=80, default="", blank=True)
    after = models.CharField(max_length=80, default="", blank=True)
    amount = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta(HotModel.Meta):
        pass
