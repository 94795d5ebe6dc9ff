"""Themes that last, the cells they are made of, who is in them, and how they came about.

A cell is one group as the machine found it; a theme is what people see: one cell or several. Merging moves cells from a
theme to another, undoing moves them back, and a voice's place in its cell never changes by it.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models

from allears.listen.models import Voice
from allears.store.models import ScopedModel


class ThemeRun(ScopedModel):
    """One search for themes over the workspace's voices. Only the newest that ended well keeps its ``model``."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FEW = "few"  # too few voices with words; ``voices`` says how many
        FAILED = "failed"

    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    progress = models.FloatField(default=0.0)  # 0 … 1
    wanted = models.PositiveSmallIntegerField(null=True, blank=True)  # a number of themes that a person asked for
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    voices = models.PositiveIntegerField(default=0)
    loose = models.PositiveIntegerField(default=0)  # that fit no theme
    added = models.PositiveIntegerField(default=0)  # taken in since
    read_to = models.BigIntegerField(default=0)  # id of the last voice that was read
    stability = models.FloatField(null=True, blank=True)
    silhouette = models.FloatField(null=True, blank=True)
    cells = models.JSONField(default=list, blank=True)  # ids, in the order of the model's centres
    model = models.BinaryField(null=True)
    problem = models.TextField(default="", blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["workspace", "-started_at"])]


class Theme(ScopedModel):
    """What many talk about. ``given_…`` is what people call it, before the name that was found."""

    class Flag(models.TextChoices):
        NONE = ""
        NEW = "new"  # bursting, and hardly there before
        BURST = "burst"

    name_en = models.CharField(max_length=120, default="", blank=True)
    name_zh = models.CharField(max_length=120, default="", blank=True)
    given_en = models.CharField(max_length=120, default="", blank=True)
    given_zh = models.CharField(max_length=120, default="", blank=True)
    topic = models.CharField(max_length=20, default="", blank=True)  # of understand.text.labels.TOPICS: the level above
    terms = models.JSONField(default=dict, blank=True)  # language → terms that tell it from others
    born_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True, blank=True)  # when a run did not find it any more
    pinned_at = models.DateTimeField(null=True, blank=True)
    hidden_at = models.DateTimeField(null=True, blank=True)
    touched_at = models.DateTimeField(null=True, blank=True)  # people decided on it: runs keep it as it is
    merged_into = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")
    part_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="parts")  # it was found in
    flag = models.CharField(max_length=8, choices=Flag.choices, default="", blank=True)
    flagged_at = models.DateTimeField(null=True, blank=True)
    flag_count = models.PositiveIntegerField(default=0)
    flag_days = models.PositiveSmallIntegerField(default=7)  # of how many days that is the count
    flag_expected = models.FloatField(null=True, blank=True)
    flag_adjusted_p = models.FloatField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["workspace", "gone_at"])]

    @property
    def english(self) -> str:
        return self.given_en or self.given_zh or self.name_en

    @property
    def chinese(self) -> str:
        return self.given_zh or self.given_en or self.name_zh


class Cell(ScopedModel):
    """One group as found."""

    theme = models.ForeignKey(Theme, on_delete=models.CASCADE, related_name="cells")


class Place(ScopedModel):
    """Where a voice with words belongs: a cell, or none. ``same_as`` is the first voice that says the same."""

    voice = models.OneToOneField(Voice, on_delete=models.CASCADE, related_name="theme_place", primary_key=True)
    cell = models.ForeignKey(Cell, on_delete=models.CASCADE, null=True, related_name="places")
    language = models.CharField(max_length=2, choices=[("en", "en"), ("zh", "zh")])  # it is mostly written in
    nearness = models.FloatField(default=0.0)
    same_as = models.BigIntegerField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "places in themes"
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["cell", "-nearness"])]


class ThemeSize(ScopedModel):
    """How large a theme was at a run: its history goes on while its id does."""

    theme = models.ForeignKey(Theme, on_delete=models.CASCADE, related_name="sizes")
    run = models.ForeignKey(ThemeRun, on_delete=models.CASCADE, related_name="sizes")
    at = models.DateTimeField()
    size = models.PositiveIntegerField()
    share = models.FloatField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["theme", "run"], name="themes_size_once")
        ]


class ThemeChange(ScopedModel):
    """What happened to a theme: by a run (born, parted, joined, gone, back) or by a person (the rest)."""

    class Kind(models.TextChoices):
        BORN = "born"
        PARTED = "parted"  # a run found it as a part of ``other``
        JOINED = "joined"  # a run found it inside ``other``
        GONE = "gone"
        BACK = "back"
        RENAMED = "renamed"
        PINNED = "pinned"
        UNPINNED = "unpinned"
        HIDDEN = "hidden"
        SHOWN = "shown"
        MERGED = "merged"  # into ``other``
        SPLIT = "split"
        KEPT = "kept"  # made of a theme of a selection, out of ``other`` where most of it belonged there

    theme = models.ForeignKey(Theme, on_delete=models.CASCADE, related_name="changes")
    other = models.ForeignKey(Theme, on_delete=models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    before = models.JSONField(default=dict, blank=True)  # what undoing puts back
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["theme", "-at"])]


class ThemeSelection(ScopedModel):
    """A search for themes in some of the voices only, and what it found: no theme that lasts, until people keep one."""

    words = models.JSONField(default=dict)  # the filters, as an address says them
    digest = models.CharField(max_length=32)  # of the words: the same selection again
    state = models.CharField(max_length=8, choices=ThemeRun.State.choices, default=ThemeRun.State.QUEUED)
    progress = models.FloatField(default=0.0)  # 0 … 1
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    voices = models.PositiveIntegerField(default=0)  # with words, that were read
    unread = models.PositiveIntegerField(default=0)  # older ones, beyond what one search reads
    loose = models.PositiveIntegerField(default=0)  # that fit no theme
    rest = models.PositiveIntegerField(default=0)  # voices of elsewhere that it was compared with
    rest_of = models.CharField(max_length=8, default="", blank=True)  # days: of the same days; ever: of all others
    metric = models.CharField(max_length=8, default="", blank=True)
    score = models.JSONField(null=True, blank=True)  # of the selection, an Estimate
    problem = models.TextField(default="", blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["workspace", "digest", "-id"])]


class SelectedTheme(ScopedModel):
    """One theme of a selection."""

    selection = models.ForeignKey(ThemeSelection, on_delete=models.CASCADE, related_name="themes")
    rank = models.PositiveSmallIntegerField()
    name_en = models.CharField(max_length=120, default="", blank=True)
    name_zh = models.CharField(max_length=120, default="", blank=True)
    topic = models.CharField(max_length=20, default="", blank=True)
    terms = models.JSONField(default=dict, blank=True)
    size = models.PositiveIntegerField()
    figures = models.JSONField(default=dict)  # share, score, contribution, languages, against, overlaps, quotes
    members = models.BinaryField()  # see within.packed
    kept_as = models.ForeignKey(Theme, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["selection", "rank"], name="themes_selected_rank")
        ]

    @property
    def english(self) -> str:
        return self.name_en

    @property
    def chinese(self) -> str:
        return self.name_zh
