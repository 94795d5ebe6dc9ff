"""The lease queue, leases of single workers and the heads of the lake tables."""

from typing import ClassVar

from django.db import models


class Job(models.Model):
    """One call to make, at least once, kept until it has succeeded."""

    class State(models.TextChoices):
        READY = "ready"
        RUNNING = "running"
        DONE = "done"
        DEAD = "dead"

    task = models.CharField(max_length=200)  # dotted path of a module-level function
    arguments = models.JSONField(default=dict)  # keyword arguments
    queue = models.CharField(max_length=40, default="default")
    priority = models.SmallIntegerField(default=0)  # higher first
    unique_key = models.CharField(max_length=200, null=True)  # one live job for each key
    state = models.CharField(max_length=8, choices=State.choices, default=State.READY)
    run_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=12)
    lease_owner = models.CharField(max_length=64, default="", blank=True)
    lease_until = models.DateTimeField(null=True)
    last_error = models.TextField(default="", blank=True)
    request = models.CharField(max_length=64, default="", blank=True)  # that caused it, as the logs name it
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-priority", "run_at"], condition=models.Q(state="ready"), name="jobs_ready"),
            models.Index(fields=["lease_until"], condition=models.Q(state="running"), name="jobs_running"),
            models.Index(fields=["finished_at"], condition=models.Q(state="done"), name="jobs_done"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["unique_key"],
                condition=models.Q(state__in=["ready", "running"]),
                name="jobs_unique_live",
            )
        ]


class WorkerLease(models.Model):
    """Who alone may do a thing now (consumer, flusher, scheduler)."""

    name = models.CharField(max_length=80, primary_key=True)
    owner = models.CharField(max_length=64)
    until = models.DateTimeField()
    fence = models.BigIntegerField(default=0)  # grows by one with each new owner


class LakeHead(models.Model):
    """What readers may see of a lake table; moving it is what marks rows as flushed.

    Rows whose ``flush_id`` is null, or is the pending flush, are hot. The pending flush is ``flushed + 1`` and its
    rows lie between the two ids, so that a replay and readers find them without an index.
    """

    table = models.CharField(max_length=80, primary_key=True)
    version = models.BigIntegerField(null=True)  # of the Delta table; null before the first flush
    flushed = models.BigIntegerField(default=0)  # the last flush that `version` holds
    pending_low = models.BigIntegerField(null=True)
    pending_high = models.BigIntegerField(null=True)
    moved_at = models.DateTimeField()
    compacted_at = models.DateTimeField(null=True)


class ScheduleMark(models.Model):
    """When a schedule was last queued."""

    task = models.CharField(max_length=200, primary_key=True)
    queued_at = models.DateTimeField()


class KeptReply(models.Model):
    """What was answered to a request that carried an Idempotency-Key, so that a repeat is answered the same."""

    scope = models.CharField(max_length=64, primary_key=True)  # hex sha256 of API key, address and the key sent
    request = models.CharField(max_length=64)  # hex sha256 of the body
    status = models.PositiveSmallIntegerField()
    content_type = models.CharField(max_length=100, default="", blank=True)
    body = models.TextField()
    at = models.DateTimeField(db_index=True)


class LakeErasure(models.Model):
    """A customer who is to lose every row of his in the lake; readers take his name off the rows from this moment on.

    The row goes when no file holds the key any more, so that nothing remembers him.
    """

    workspace_id = models.BigIntegerField()
    customer_key = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace_id", "customer_key"], name="jobs_lake_erasure_once")
        ]


class LakeDirty(models.Model):
    """A UTC day of a lake table whose rows changed since the roll-ups of the table were last worked out."""

    table = models.CharField(max_length=80)
    workspace_id = models.BigIntegerField()
    day = models.DateField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["table", "workspace_id", "day"])]


class LakeRollup(models.Model):
    """One roll-up of one workspace: complete in this time zone, but for the dirty days."""

    rollup = models.CharField(max_length=80)
    workspace_id = models.BigIntegerField()
    zone = models.CharField(max_length=60)
    contract = models.PositiveSmallIntegerField()  # version of the roll-up's definition that it was built by
    built_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)
    checked_days = models.PositiveIntegerField(default=0)
    difference = models.TextField(default="", blank=True)  # the first cell that differed; empty: none

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["rollup", "workspace_id"], name="jobs_lake_rollup_once")
        ]
