"""Cases: one customer's matter until it is done."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from allears.accounts.models import Membership
from allears.customers.models import Customer
from allears.journeys.models import Touchpoint
from allears.listen.models import Voice
from allears.store.models import HotModel, ScopedModel


class Cause(ScopedModel):
    """Why cases happen, in the company's own list."""

    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    name_zh = models.CharField(max_length=120, default="", blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "key"], name="respond_cause_key")
        ]


class ServicePromise(ScopedModel):
    """How fast we answer and settle (SLA), in business time, for one priority."""

    priority = models.CharField(max_length=8)
    first_reply_minutes = models.PositiveIntegerField()
    resolve_minutes = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "priority"], name="respond_promise_priority")
        ]


class BusinessCalendar(ScopedModel):
    """When the clock runs: weekly shifts and holidays in the workspace's zone."""

    shifts = models.JSONField(default=dict)  # {"mon": [["09:00", "12:00"], ["13:00", "18:00"]], …}
    holidays = models.JSONField(default=list)  # ["2026-10-01", …]

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace"], name="respond_one_calendar")
        ]


class Case(HotModel):
    """One customer's matter until it is done. Whoever was asked first owns it to the end."""

    class State(models.TextChoices):
        OPEN = "open"
        WAITING = "waiting"  # for the customer; the clock stands still
        CLOSED = "closed"

    class Priority(models.TextChoices):
        LOW = "low"
        NORMAL = "normal"
        HIGH = "high"
        URGENT = "urgent"

    number = models.PositiveIntegerField()  # counts within the workspace
    token = models.CharField(max_length=43, unique=True)  # of the customer's status page
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, null=True, related_name="cases")
    touchpoint = models.ForeignKey(Touchpoint, on_delete=models.SET_NULL, null=True, related_name="+")
    origin = models.ForeignKey(Voice, on_delete=models.SET_NULL, null=True, related_name="+")
    subject = models.CharField(max_length=200)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    priority = models.CharField(max_length=8, choices=Priority.choices, default=Priority.NORMAL)
    first_owner = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    owner = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="cases")
    opened_at = models.DateTimeField()
    reply_due_at = models.DateTimeField()
    resolve_due_at = models.DateTimeField()
    first_reply_at = models.DateTimeField(null=True, blank=True)
    waiting_since = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    cause = models.ForeignKey(Cause, on_delete=models.PROTECT, null=True, blank=True, related_name="cases")
    reopened_count = models.PositiveSmallIntegerField(default=0)

    class Meta(HotModel.Meta):
        indexes: ClassVar[list[models.Index]] = [
            *HotModel.Meta.indexes,
            models.Index(fields=["workspace", "state", "reply_due_at"]),
            models.Index(fields=["customer", "-opened_at"]),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "number"], name="respond_case_number"),
            models.UniqueConstraint(
                fields=["workspace", "origin"],
                condition=models.Q(origin__isnull=False),
                name="respond_case_origin",
            ),
        ]


class CaseVoice(ScopedModel):
    """That a voice belongs to a case."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="voices")
    voice = models.OneToOneField(Voice, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)


class CaseEntry(ScopedModel):
    """One thing that happened on a case: who, when, what. Append only."""

    class Kind(models.TextChoices):
        OPENED = "opened"
        NOTE = "note"
        REPLY = "reply"
        CUSTOMER = "customer"  # the customer wrote
        HANDOVER = "handover"
        PRIORITY = "priority"
        WAITING = "waiting"
        RESUMED = "resumed"
        CLOSED = "closed"
        REOPENED = "reopened"
        BREACHED = "breached"
        FOLLOW_UP = "follow_up"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="entries")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField()
    actor = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    text = models.TextField(default="", blank=True)
    detail = models.JSONField(default=dict, blank=True)
    message_id = models.BigIntegerField(null=True)  # the outreach message of a reply

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["case", "at"])]
