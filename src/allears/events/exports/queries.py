"""Reads of exports within one workspace."""

from allears.events.models import Export
from allears.store.scope import ScopedQuerySet


def exports_of(workspace_id: int) -> ScopedQuerySet[Export]:
    """The workspace's exports, newest first."""
    return Export.objects.in_workspace(workspace_id).select_related("created_by").order_by("-id")
