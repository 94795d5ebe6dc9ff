"""Cases: one customer's matter until it is done."""

import secrets
from datetime import timedelta
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from allears.accounts.models import Membership, Workspace
from allears.customers.models import Customer
from allears.journeys.models import Touchpoint
from allears.listen.models import Voice
from allears.store.models import HotModel, ScopedModel


def new_token() -> str:
    """The unguessable name of a customer's status page: 256 bits."""
    return secrets.token_urlsafe(32)


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
    """One customer's matter until it is done. Whoever was asked first owns it to the end.

    The reply clock runs while the customer waits for a word from us (from ``unanswered_since`` to ``reply_due_at``;
    both null when nothing is unanswered). The resolve clock runs from ``clock_started_at`` and stands still while we
    wait for the customer.
    """

    class State(models.TextChoices):
        OPEN = "open"
        WAITING = "waiting"  # for the customer; the clock stands still
        CLOSED = "closed"

    class Priority(models.TextChoices):
        LOW = "low"
        NORMAL = "normal"
        HIGH = "high"
        URGENT = "urgent"

    workspace = models.ForeignKey(
        Workspace, on_delete=models.CASCADE, related_name="+", db_index=False
    )  # the indexes by time begin with it, and with the customer
    number = models.PositiveIntegerField()  # counts within the workspace
    token = models.CharField(max_length=43, unique=True, default=new_token)  # of the customer's status page
    version = models.PositiveIntegerField(default=1)  # grows with each entry that whoever acts must have seen
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, null=True, related_name="cases", db_index=False)
    touchpoint = models.ForeignKey(Touchpoint, on_delete=models.SET_NULL, null=True, related_name="+")
    origin = models.ForeignKey(Voice, on_delete=models.SET_NULL, null=True, related_name="+")
    subject = models.CharField(max_length=200)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    priority = models.CharField(max_length=8, choices=Priority.choices, default=Priority.NORMAL)
    first_owner = models.ForeignKey(Membership, on_delete=models.RESTRICT, related_name="+")
    owner = models.ForeignKey(Membership, on_delete=models.RESTRICT, related_name="cases")
    opened_at = models.DateTimeField()
    clock_started_at = models.DateTimeField()  # opened, or opened again
    paused = models.DurationField(default=timedelta)  # business time stood still since then, without a running wait
    waiting_since = models.DateTimeField(null=True, blank=True)
    first_reply_due_at = models.DateTimeField()
    first_reply_at = models.DateTimeField(null=True, blank=True)
    unanswered_since = models.DateTimeField(null=True, blank=True)
    reply_due_at = models.DateTimeField(null=True, blank=True)
    resolve_due_at = models.DateTimeField()
    reply_breached_at = models.DateTimeField(null=True, blank=True)  # of the answer due now
    resolve_breached_at = models.DateTimeField(null=True, blank=True)
    answer_by = models.DateTimeField(null=True, blank=True)  # what an authority set us; until the first closing
    answer_breached_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)  # shown to managers since
    closed_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)  # the customer said that it is solved
    cause = models.ForeignKey(Cause, on_delete=models.PROTECT, null=True, blank=True, related_name="cases")
    reopened_count = models.PositiveSmallIntegerField(default=0)

    class Meta(HotModel.Meta):
        indexes: ClassVar[list[models.Index]] = [
            *HotModel.Meta.indexes,
            models.Index(fields=["workspace", "state", "reply_due_at"]),
            models.Index(fields=["workspace", "owner", "state"]),
            models.Index(fields=["customer", "-opened_at"]),
            models.Index(fields=["workspace", "-opened_at"], name="respond_case_latest"),
            models.Index(fields=["workspace", "state", "-opened_at"], name="respond_case_state"),
            models.Index(fields=["answer_by"], condition=models.Q(answer_by__isnull=False), name="respond_case_answer"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "number"], name="respond_case_number"),
            models.UniqueConstraint(
                fields=["workspace", "origin"],
                condition=models.Q(origin__isnull=False),
                name="respond_case_origin",
            ),
            models.CheckConstraint(
                condition=models.Q(state="waiting", waiting_since__isnull=False)
                | (~models.Q(state="waiting") & models.Q(waiting_since__isnull=True)),
                name="respond_case_waits_since",
            ),
            models.CheckConstraint(
                condition=models.Q(state="closed", closed_at__isnull=False, cause__isnull=False)
                | (~models.Q(state="closed") & models.Q(closed_at__isnull=True)),
                name="respond_case_closed_with_cause",
            ),
            models.CheckConstraint(
                condition=models.Q(unanswered_since__isnull=True, reply_due_at__isnull=True)
                | models.Q(unanswered_since__isnull=False, reply_due_at__isnull=False),
                name="respond_case_reply_clock",
            ),
        ]


class CaseVoice(ScopedModel):
    """That a voice belongs to a case."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="voices")
    voice = models.OneToOneField(Voice, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)


class Handover(ScopedModel):
    """A case offered by its owner to another member, who accepts or returns it; the giver owns it until then."""

    class State(models.TextChoices):
        PENDING = "pending"
        ACCEPTED = "accepted"
        RETURNED = "returned"
        UNDONE = "undone"  # taken back by the giver, or overtaken by a newer one

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="handovers")
    giver = models.ForeignKey(Membership, on_delete=models.RESTRICT, related_name="+")
    taker = models.ForeignKey(Membership, on_delete=models.RESTRICT, related_name="+")
    reason = models.TextField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.PENDING)
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(default="", blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(state="pending"), name="respond_one_pending_handover"
            )
        ]


class AppendOnlyError(RuntimeError):
    """An entry of a case was about to be changed; write a new entry instead."""


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
        CONFIRMED = "confirmed"  # the customer said that it is solved
        UNDONE = "undone"
        FAILED = "failed"  # a reply did not reach the customer

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="entries")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField()
    actor = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")  # null: system
    text = models.TextField(default="", blank=True)
    detail = models.JSONField(default=dict, blank=True)
    version = models.PositiveIntegerField(default=0)  # the case's, with this entry
    voice = models.ForeignKey(Voice, on_delete=models.SET_NULL, null=True, related_name="+")  # its words stand there
    message_id = models.BigIntegerField(null=True)  # the outreach message of a reply

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["case", "at"]),
            models.Index(
                fields=["message_id"], condition=models.Q(message_id__isnull=False), name="respond_entry_message"
            ),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError(f"entry {self.pk} of case {self.case_id}")
        super().save(*args, **kwargs)
