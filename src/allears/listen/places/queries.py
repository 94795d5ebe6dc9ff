"""Which places there are, and what came of them."""

from allears.listen.places.models import Place
from allears.store.scope import ScopedQuerySet


def places(*, workspace_id: int, kind: str | None = None) -> ScopedQuerySet[Place]:
    """The open places, newest first."""
    rows = Place.objects.in_workspace(workspace_id).filter(ended_at__isnull=True).order_by("-pk")
    return rows.filter(kind=kind) if kind else rows


def access_place(*, workspace_id: int, place_id: int) -> Place:
    """One place; raises Place.DoesNotExist."""
    found: Place = Place.objects.in_workspace(workspace_id).get(pk=place_id)
    return found


def place_at(*, code: str, kind: str) -> Place | None:
    """The open place with this public code."""
    return (
        Place.objects.across_workspaces()  # the code itself says whose it is
        .select_related("workspace")
        .filter(code=code, kind=kind, ended_at__isnull=True)
        .first()
    )


def site_for(*, workspace_id: int, code: str) -> Place | None:
    """The site with this code; without a code the workspace's first."""
    rows = places(workspace_id=workspace_id, kind=Place.Kind.SITE).select_related("workspace")
    return rows.filter(code=code).first() if code else rows.last()
