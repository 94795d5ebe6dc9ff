"""Words that colleagues put on voices. Merging says which tag now stands for another and moves nothing, so undoing it
brings back exactly what was."""

from typing import ClassVar

from django.conf import settings as installation
from django.db import models

from allears.listen.models import Voice
from allears.store.models import ScopedModel


class Tag(ScopedModel):
    """One word of the workspace."""

    name = models.CharField(max_length=40)
    key = models.CharField(max_length=80)  # folded, so that "Late" and "late" are one
    created_by = models.ForeignKey(installation.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    merged_into = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    merged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "key"], name="tags_one_of_a_name")
        ]

    def __str__(self) -> str:
        return self.name


class VoiceTag(ScopedModel):
    """That a voice carries a tag; who put it there, and when."""

    voice = models.ForeignKey(Voice, on_delete=models.CASCADE, related_name="tag_rows")
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="places")
    by = models.ForeignKey(installation.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["tag", "voice"])]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["voice", "tag"], name="tags_once_on_a_voice")
        ]
