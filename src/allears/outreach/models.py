"""The door out: policy, decisions, messages and what became of them."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from allears.accounts.models import Workspace
from allears.customers.models import Customer
from allears.store.models import HotModel, ScopedModel


class Policy(ScopedModel):
    """One version of the rules of contact; the highest version is in force."""

    version = models.PositiveIntegerField()
    rules = models.JSONField(default=dict)  # see outreach.governor.Policy
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "version"], name="outreach_policy_version")
        ]


class Decision(HotModel):
    """One verdict of the governor with its reason and the facts it was taken on, so that it can be replayed."""

    class Verdict(models.TextChoices):
        SENT = "sent"  # allowed and put in the outbox
        HELD = "held"  # until `held_until`, then decided anew
        NEVER = "never"

    workspace = models.ForeignKey(
        Workspace, on_delete=models.CASCADE, related_name="+", db_index=False
    )  # the indexes by time begin with it, and with the customer
    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="decisions", null=True, db_index=False
    )  # null: erased; the verdict goes on counting
    at = models.DateTimeField()
    purpose = models.CharField(max_length=20)  # survey, service, follow_up
    family = models.CharField(max_length=40, default="", blank=True)  # clock of its own: nps, csat, ces …
    channel = models.CharField(max_length=20)
    verdict = models.CharField(max_length=5, choices=Verdict.choices)
    rule = models.CharField(max_length=40)  # the rule that decided: allowed, consent, rest, quiet_hours, cap …
    facts = models.JSONField(default=dict)  # the governor's whole input
    policy_version = models.PositiveIntegerField(default=0)
    held_until = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)  # when a held decision was decided anew
    probe_key = models.CharField(max_length=60, default="", blank=True)
    touchpoint_key = models.CharField(max_length=60, default="", blank=True)
    event_id = models.BigIntegerField(null=True, blank=True)
    ask_key = models.CharField(max_length=64)  # what asks this once: e.g. "probe:event"
    segment = models.CharField(max_length=80, default="", blank=True)  # the customer's, then
    priority = models.SmallIntegerField(default=0)
    bid = models.FloatField(null=True, blank=True)  # what the ask would teach, in the auction
    digest = models.CharField(max_length=32, default="", blank=True)  # of the facts and the policy's version

    class Meta(HotModel.Meta):
        indexes: ClassVar[list[models.Index]] = [
            *HotModel.Meta.indexes,
            models.Index(fields=["customer", "-at"]),
            models.Index(fields=["workspace", "-at"]),
            models.Index(fields=["workspace", "rule", "-at"], name="outreach_decision_rule"),
            models.Index(
                fields=["workspace", "probe_key", "-at"],
                condition=~models.Q(probe_key=""),
                name="outreach_decision_probe",
            ),
            models.Index(
                fields=["held_until"],
                condition=models.Q(verdict="held", settled_at__isnull=True),
                name="outreach_held",
            ),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # The ruling that stands: a held one is settled when decided anew, "sent" and "never" stand for good.
            models.UniqueConstraint(
                fields=["workspace", "ask_key"],
                condition=models.Q(settled_at__isnull=True),
                name="outreach_one_standing_ruling",
            )
        ]


class Rehearsal(ScopedModel):
    """The past played again by another policy or probe: how far it is, and what would have been asked."""

    kind = models.CharField(max_length=10)  # policy, probe
    wanted = models.JSONField(default=dict)  # {"rules": …} or {"spec": …, "probe_id": …}
    since = models.DateTimeField()
    until = models.DateTimeField()
    total = models.PositiveIntegerField(default=0)  # customers
    done = models.PositiveIntegerField(default=0)
    cursor = models.BigIntegerField(default=0)  # the last customer done
    result = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    finished_at = models.DateTimeField(null=True, blank=True)


class Message(ScopedModel):
    """One message to one customer: the outbox and its history."""

    class State(models.TextChoices):
        QUEUED = "queued"
        SENDING = "sending"
        SENT = "sent"
        FAILED = "failed"  # permanently refused
        CANCELLED = "cancelled"

    workspace = models.ForeignKey(
        Workspace, on_delete=models.CASCADE, related_name="+", db_index=False
    )  # the indexes by time begin with it, and with the customer
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="messages", db_index=False)
    decision = models.ForeignKey(Decision, on_delete=models.SET_NULL, null=True, related_name="messages")
    purpose = models.CharField(max_length=20)
    channel = models.CharField(max_length=20)
    language = models.CharField(max_length=10)
    address = models.CharField(max_length=254)
    subject = models.CharField(max_length=300, default="", blank=True)
    text = models.TextField()
    html = models.TextField(default="", blank=True)
    headers = models.JSONField(default=dict)
    idempotency_key = models.CharField(max_length=120)
    case_id = models.BigIntegerField(null=True, blank=True)  # the thread of a case
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    not_before = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_owner = models.CharField(max_length=64, default="", blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    error = models.TextField(default="", blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["not_before"], condition=models.Q(state="queued"), name="outreach_outbox"),
            models.Index(fields=["lease_until"], condition=models.Q(state="sending"), name="outreach_sending"),
            models.Index(fields=["customer", "-created_at"]),
            models.Index(fields=["workspace", "case_id"]),
            models.Index(fields=["workspace", "-created_at"], name="outreach_message_latest"),
            models.Index(
                fields=["workspace", "-created_at"], condition=models.Q(state="failed"), name="outreach_message_failed"
            ),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "idempotency_key"], name="outreach_message_once")
        ]
