"""Workspace scope that fails closed: a query that names no workspace raises instead of answering."""

from collections.abc import Iterator
from typing import Any, Self, TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)


class UnscopedQueryError(RuntimeError):
    """A query on workspace data that names no workspace.

    Use ``.in_workspace(workspace_id)``, or say ``.across_workspaces()`` where the code truly serves all.
    """

    def __init__(self, model: type[models.Model]) -> None:
        super().__init__(
            f"{model.__name__} was queried without a workspace: use .in_workspace(workspace_id), "
            "or .across_workspaces() where the code truly serves all of them"
        )


class ScopedQuerySet(models.QuerySet[M]):
    """A queryset that runs only once it knows its workspace, or hangs on a row that does."""

    _scoped = False

    def in_workspace(self, workspace_id: int) -> Self:
        scoped = self.filter(workspace_id=workspace_id)
        scoped._scoped = True
        return scoped

    def across_workspaces(self) -> Self:
        scoped = self.all()
        scoped._scoped = True
        return scoped

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]
        clone._scoped = self._scoped
        return clone

    def _require_scope(self) -> None:
        hangs_on_a_row = "instance" in getattr(self, "_hints", {})
        if not (self._scoped or hangs_on_a_row):
            raise UnscopedQueryError(self.model)

    def _fetch_all(self) -> None:
        self._require_scope()
        super()._fetch_all()

    def iterator(self, chunk_size: int | None = None) -> Iterator[M]:
        self._require_scope()
        return super().iterator(chunk_size)

    def count(self) -> int:
        self._require_scope()
        return super().count()

    def exists(self) -> bool:
        self._require_scope()
        return super().exists()

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        self._require_scope()
        return super().aggregate(*args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        self._require_scope()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._require_scope()
        return super().delete()


class ScopedManager(models.Manager[M]):
    """The default manager of workspace data."""

    def get_queryset(self) -> ScopedQuerySet[M]:
        return ScopedQuerySet(self.model, using=self._db, hints=getattr(self, "_hints", None))

    def in_workspace(self, workspace_id: int) -> ScopedQuerySet[M]:
        return self.get_queryset().in_workspace(workspace_id)

    def across_workspaces(self) -> ScopedQuerySet[M]:
        return self.get_queryset().across_workspaces()
