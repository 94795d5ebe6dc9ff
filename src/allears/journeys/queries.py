"""Reading the map."""

from allears.journeys.models import Touchpoint
from allears.journeys.vocabulary import stage_rank
from allears.store.scope import ScopedQuerySet


def touchpoints(*, workspace_id: int, with_archived: bool = False) -> ScopedQuerySet[Touchpoint]:
    """The workspace's touchpoints in their order, each with its owner."""
    found = Touchpoint.objects.in_workspace(workspace_id).select_related("owner__user").order_by("position", "id")
    return found if with_archived else found.filter(archived_at__isnull=True)


def journey(*, workspace_id: int) -> list[tuple[str, list[Touchpoint]]]:
    """Living touchpoints by stage, in the order in which a customer meets them."""
    stages: dict[str, list[Touchpoint]] = {}
    for touchpoint in touchpoints(workspace_id=workspace_id):
        stages.setdefault(touchpoint.stage, []).append(touchpoint)
    return sorted(stages.items(), key=lambda pair: (stage_rank(pair[0]), pair[1][0].position))


def access_touchpoint(*, workspace_id: int, touchpoint_id: int) -> Touchpoint:
    """One touchpoint of this workspace, archived or not; raises ``Touchpoint.DoesNotExist``."""
    touchpoint: Touchpoint = touchpoints(workspace_id=workspace_id, with_archived=True).get(id=touchpoint_id)
    return touchpoint
