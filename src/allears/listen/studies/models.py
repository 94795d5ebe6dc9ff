"""Studies, their waves, and who was drawn for each."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils import timezone

from allears.customers.models import Customer
from allears.listen.models import Invitation, Survey
from allears.store.models import ScopedModel


class Study(ScopedModel):
    """A survey put to a population: once, or again every so many months. Each run is a wave."""

    key = models.SlugField(max_length=50)
    name = models.CharField(max_length=120)
    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="studies")
    channel = models.CharField(max_length=20, default="email")
    fallbacks = models.JSONField(default=list, blank=True)  # channels to try next, in this order
    segments = models.JSONField(default=list, blank=True)  # of the population; empty: every customer
    conditions = models.JSONField(default=list, blank=True)  # on the customer, as a probe's (see listen.conditions)
    sample_size = models.PositiveIntegerField(null=True, blank=True)  # asked in a wave; None: everybody
    quotas = models.JSONField(default=dict, blank=True)  # segment → how many are asked there
    every_months = models.PositiveSmallIntegerField(default=0)  # 0: once
    starts_at = models.DateTimeField()  # when the first wave opens
    open_days = models.PositiveSmallIntegerField(default=14)  # of each wave
    ends_at = models.DateTimeField(null=True, blank=True)  # no wave opens from then on
    rest_waves = models.PositiveSmallIntegerField(default=1)  # who was asked in so many waves before is not drawn
    priority = models.SmallIntegerField(default=0)  # in the auction of asks
    created_at = models.DateTimeField(default=timezone.now)
    launched_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)  # early, by a person; what was planned stays as it was

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "key"], name="studies_study_key")
        ]

    @property
    def probe_key(self) -> str:
        """How the ledger of decisions names it."""
        return f"study-{self.key}"

    @property
    def is_programme(self) -> bool:
        return self.every_months > 0


class Wave(ScopedModel):
    """One run of a study. ``frame`` is what the draw was made on, so that figures can be weighed to it later."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="waves")
    number = models.PositiveIntegerField()  # its place in the schedule, from 1
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    frame = models.JSONField(default=dict)  # segment → {"population", "resting", "wanted"}
    opened_at = models.DateTimeField()
    drawn_at = models.DateTimeField(null=True, blank=True)  # the draw is complete
    closed_at = models.DateTimeField(null=True, blank=True)  # before ``closes_at`` when a person closed it early

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["study", "number"], name="studies_wave_number")
        ]

    @property
    def over_at(self) -> datetime:
        """When it takes, or took, its last answer."""
        return min(self.closed_at or self.closes_at, self.closes_at)

    @property
    def is_closed_early(self) -> bool:
        return self.over_at < self.closes_at


class Member(ScopedModel):
    """One customer drawn for a wave, and how the governor first ruled."""

    wave = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="members")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, null=True, related_name="+")  # null: erased
    segment = models.CharField(max_length=80, default="", blank=True)  # then
    verdict = models.CharField(max_length=5)  # sent, held, never; a held one may be invited later
    rule = models.CharField(max_length=40, default="", blank=True)
    invitation = models.OneToOneField(Invitation, on_delete=models.SET_NULL, null=True, related_name="drawn_by")
    drawn_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["wave", "customer"], name="studies_drawn_once")
        ]
