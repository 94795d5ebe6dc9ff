"""Base classes of workspace data; ``accounts.Workspace`` is named by string, because models point down only."""

from typing import Any, ClassVar, Self

from django.db import models

from allears.store.scope import ScopedManager


class ScopedModel(models.Model):
    """A row that belongs to one workspace; its queries must say which."""

    workspace = models.ForeignKey("accounts.Workspace", on_delete=models.CASCADE, related_name="+")

    objects: ClassVar[ScopedManager[Any]] = ScopedManager()

    workspace_id: int

    class Meta:
        abstract = True


class HotModel(ScopedModel):
    """A row that the flusher will copy to the lake.

    ``flush_id`` is null while the row's present state is not yet in the lake ("hot"). Whoever changes a fact of a row
    sets it back to null, so that the flusher writes a new version.
    """

    flush_id = models.BigIntegerField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["id"], condition=models.Q(flush_id__isnull=True), name="%(app_label)s_%(class)s_hot")
        ]

    def heat(self) -> Self:
        """Mark as changed since the last flush (call before ``save``)."""
        self.flush_id = None
        return self
