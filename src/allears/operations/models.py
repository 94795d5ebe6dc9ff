"""What the installation remembers of its own upkeep."""

from typing import ClassVar

from django.db import models


class Backup(models.Model):
    """One back-up, finished or not. In those still in place, keys are removed when somebody is erased."""

    class Cause(models.TextChoices):
        BY_HAND = "by_hand"
        NIGHTLY = "nightly"
        UPGRADE = "upgrade"

    path = models.CharField(max_length=500)
    cause = models.CharField(max_length=8, choices=Cause.choices)
    begun_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    size = models.BigIntegerField(null=True)  # bytes
    rows = models.BigIntegerField(null=True)
    error = models.TextField(default="", blank=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["-begun_at"])]
