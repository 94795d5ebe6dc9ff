"""Places at which people answer."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from allears.journeys.models import Touchpoint
from allears.listen.models import Survey
from allears.store.models import ScopedModel


class Place(ScopedModel):
    """One web site, printed code, tablet or telephone line. ``code`` is its short public name."""

    class Kind(models.TextChoices):
        SITE = "site"  # a web site or app that carries /widget.js
        QR = "qr"  # a printed code or short link
        KIOSK = "kiosk"  # a tablet that stands there
        LINE = "line"  # a telephone line: key presses and voice bots

    kind = models.CharField(max_length=8, choices=Kind.choices)
    code = models.CharField(max_length=16, unique=True)
    name = models.CharField(max_length=120)
    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, null=True, blank=True, related_name="places")
    touchpoint = models.ForeignKey(Touchpoint, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    employee = models.CharField(max_length=80, default="", blank=True)  # whose work is asked about, as staff know it
    settings = models.JSONField(default=dict, blank=True)  # by kind: see places.site, places.kiosk, places.line
    sealed = models.TextField(default="", blank=True)  # secrets of this place
    seen = models.BigIntegerField(default=0)  # pages, scans, calls: looking is no answer
    answered = models.BigIntegerField(default=0)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["workspace", "kind"])]
