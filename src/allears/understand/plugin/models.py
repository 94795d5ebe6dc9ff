"""The outside model of a workspace, what it answered, what it cost, and how it did beside ours."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from allears.store.models import ScopedModel


class OutsideModel(ScopedModel):
    """One for a workspace. Prices are in the currency's units per million tokens; null `enabled_at`: off."""

    enabled_by_id: int | None

    base_url = models.CharField(max_length=500)
    model = models.CharField(max_length=120)
    key = models.TextField(default="", blank=True)  # sealed
    currency = models.CharField(max_length=3, default="USD")
    price_in = models.DecimalField(max_digits=10, decimal_places=4, default=0)
    price_out = models.DecimalField(max_digits=10, decimal_places=4, default=0)
    monthly_cap = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    batch_size = models.PositiveSmallIntegerField(default=10)
    timeout = models.PositiveSmallIntegerField(default=60)  # seconds
    enabled_at = models.DateTimeField(null=True, blank=True)
    enabled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField()
    paused_until = models.DateTimeField(null=True, blank=True)  # the model of the house reads alone until then
    trouble = models.CharField(max_length=400, default="", blank=True)  # why
    troubled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace"], name="plugin_one_outside_model")
        ]


class OutsideChoice(ScopedModel):
    """For which labels it reads voices from then on, and who said so; the latest counts. None: it reads nothing."""

    class Reason(models.TextChoices):
        CHOSEN = "chosen"
        ROLLED_BACK = "rolled_back"

    labels = models.JSONField(default=list)  # tasks of annotations
    reason = models.CharField(max_length=12, choices=Reason.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["workspace", "-id"], name="plugin_chosen")]


class Answer(ScopedModel):
    """What the model said of one masked text: asked once, paid for once."""

    digest = models.CharField(max_length=40)  # of address, model, version of the question and masked text
    labels = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "digest"], name="plugin_answer_once")
        ]


class Spend(ScopedModel):
    """Tokens and cost of one month (UTC), in millionths of the currency's unit."""

    month = models.CharField(max_length=7)  # 2026-11
    calls = models.PositiveIntegerField(default=0)
    tokens_in = models.PositiveBigIntegerField(default=0)
    tokens_out = models.PositiveBigIntegerField(default=0)
    cost = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "month"], name="plugin_spend_month")
        ]


class Comparison(ScopedModel):
    """The outside model beside ours on the same labelled comments."""

    model = models.CharField(max_length=120)
    rows = models.PositiveIntegerField()
    sample = models.JSONField(default=list, blank=True)  # [[masked text, sentiment]] until it is done
    figures = models.JSONField(default=dict, blank=True)
    trouble = models.CharField(max_length=400, default="", blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["workspace", "-id"], name="plugin_compared")]
