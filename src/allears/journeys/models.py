"""Where customer and company meet."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import get_language

from allears.accounts.models import Membership
from allears.store.models import ScopedModel


class Touchpoint(ScopedModel):
    """Where customer and company meet; its owner answers for it."""

    key = models.SlugField(max_length=60, allow_unicode=True)
    name = models.CharField(max_length=120)
    name_zh = models.CharField(max_length=120, default="", blank=True)
    stage = models.CharField(max_length=60, default="", blank=True)  # a key of journeys.vocabulary, or own words
    channel = models.CharField(max_length=40, default="", blank=True)  # likewise
    event_names = models.JSONField(default=list)  # events that happen here
    owner = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    position = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "key"], name="journeys_touchpoint_key")
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return self.name_in(get_language() or "")

    def name_in(self, language: str) -> str:
        """The name in ``language`` ("zh", "zh-hans", "en" …), as far as there is one."""
        return self.name_zh if language.startswith("zh") and self.name_zh else self.name
