"""What was understood of each voice, what people corrected, and the models that read."""

from typing import ClassVar

from django.conf import settings as installation
from django.db import models
from django.utils import timezone

from allears.accounts.models import Membership
from allears.listen.models import Voice
from allears.store.models import HotModel, ScopedModel

LONGEST_LABEL = 200  # characters of a label; one of the company's own may be a sentence


class TextModel(ScopedModel):
    """A model of the workspace's own, and how it did on examples it was not taught with.

    ``slot`` is what it may take the place of: ``text`` (the annotator of every label) or ``own:<key>`` (a label set
    of the company's own). Its files lie in the data folder, under ``models/<workspace>/<id>``.
    """

    slot = models.CharField(max_length=60)
    name = models.CharField(max_length=120)
    source = models.CharField(max_length=20)  # scores, corrections, column
    version = models.CharField(max_length=120, default="", blank=True)
    examples = models.PositiveIntegerField(default=0)
    report = models.JSONField(default=dict, blank=True)  # figures on the held-out part; no words of customers
    trouble = models.CharField(max_length=400, default="", blank=True)
    asked_by = models.ForeignKey(installation.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    trained_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["workspace", "slot", "-id"])]

    @property
    def folder(self) -> str:
        """Of its files, below the data folder."""
        return f"models/{self.workspace_id}/{self.pk}"


class ModelChoice(ScopedModel):
    """Which model reads from then on, who said so and why; the latest of a slot counts. No model: the built-in one."""

    class Reason(models.TextChoices):
        BETTER = "better"  # it did better on held-out examples
        CHOSEN = "chosen"  # a person wanted it
        ROLLED_BACK = "rolled_back"

    slot = models.CharField(max_length=60)
    model = models.ForeignKey(TextModel, on_delete=models.CASCADE, null=True, related_name="choices")
    reason = models.CharField(max_length=12, choices=Reason.choices)
    by = models.ForeignKey(installation.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["workspace", "slot", "-id"])]


class VoiceAnnotation(HotModel):
    """What one annotator said of one voice: never changed, replaced by the next model's. Holds places, not words.

    Places are characters of the voice's own text, which then had ``length`` characters; a text that grew since is
    read again, and until then no place is shown.
    """

    voice = models.ForeignKey(Voice, on_delete=models.CASCADE, related_name="+")
    annotator = models.CharField(max_length=60, default="text")  # the slot, see TextModel
    model = models.CharField(max_length=120)  # name and version
    language = models.CharField(max_length=2)
    sentiment = models.CharField(max_length=8, default="", blank=True)
    score = models.FloatField()  # −1 … 1
    urgency = models.PositiveSmallIntegerField(default=0)
    confidence = models.FloatField(null=True)  # of the sentiment; null: not sure
    doubt = models.FloatField(default=0.0)  # 0 … 1: how much a person's word would teach
    labels = models.JSONField(default=list)  # [{task, value, confidence, polarity, spans}]
    clauses = models.JSONField(default=list)  # [[start, end, score]]
    abstained = models.JSONField(default=list)  # tasks
    found = models.JSONField(default=list)  # [[start, end, kind]] personal data that was masked
    length = models.PositiveIntegerField()
    said_at = models.DateTimeField()
    annotated_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta(HotModel.Meta):
        indexes: ClassVar[list[models.Index]] = [
            *HotModel.Meta.indexes,
            models.Index(
                fields=["workspace", "-said_at"],
                condition=models.Q(replaced_at__isnull=True),
                name="understand_annotation_latest",
            ),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["voice", "annotator"],
                condition=models.Q(replaced_at__isnull=True),
                name="understand_annotation_current",
            )
        ]


class VoiceLabel(ScopedModel):
    """One label in force on one voice, a person's word before the model's: what lists and figures filter by."""

    voice = models.ForeignKey(Voice, on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=280)  # task:value
    polarity = models.SmallIntegerField(null=True)
    by_person = models.BooleanField(default=False)
    said_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["workspace", "code", "-said_at"])]


class Correction(ScopedModel):
    """What a person says of one label of one voice. Append only: an undo is a row of its own that names the first."""

    class Verdict(models.TextChoices):
        IS = "is"
        IS_NOT = "is_not"

    voice = models.ForeignKey(Voice, on_delete=models.CASCADE, related_name="+")
    task = models.CharField(max_length=60)
    value = models.CharField(max_length=LONGEST_LABEL, default="", blank=True)  # empty with `is`: none of them
    polarity = models.SmallIntegerField(null=True)
    verdict = models.CharField(max_length=6, choices=Verdict.choices)
    author = models.ForeignKey(installation.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    undoes = models.OneToOneField("self", on_delete=models.CASCADE, null=True, related_name="undone_by")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["workspace", "-at"])]


class Reviewer(ScopedModel):
    """A member who may correct labels without being a manager, from then until ``ended_at``."""

    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(installation.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["member"], condition=models.Q(ended_at__isnull=True), name="understand_one_reviewer"
            )
        ]


class WaitingVoice(ScopedModel):
    """A voice that was heard or grew and is to be read. A voice may wait twice; it is read once."""

    voice = models.ForeignKey(Voice, on_delete=models.CASCADE, related_name="+")
    attempts = models.PositiveSmallIntegerField(default=0)
    run_at = models.DateTimeField(default=timezone.now)


class BackFill(ScopedModel):
    """Reading the voices of the past, the newest first. ``below`` is the voice that comes next, at the highest."""

    below = models.BigIntegerField()
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    started_by = models.ForeignKey(installation.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
