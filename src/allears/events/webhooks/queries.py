"""Scoped reads of endpoints and their delivery log."""

from datetime import datetime

from django.db.models import Count, Q

from allears.events.webhooks.models import Attempt, Delivery, Endpoint
from allears.store.scope import ScopedQuerySet


def endpoints(*, workspace_id: int) -> ScopedQuerySet[Endpoint]:
    """Those that were not removed, the newest first."""
    rows = Endpoint.objects.in_workspace(workspace_id).filter(removed_at__isnull=True)
    return rows.select_related("created_by", "workspace").order_by("-id")


def access_endpoint(*, workspace_id: int, endpoint_id: int) -> Endpoint:
    """One endpoint of this workspace; raises DoesNotExist."""
    return endpoints(workspace_id=workspace_id).get(pk=endpoint_id)


def deliveries(
    *,
    endpoint: Endpoint,
    state: str = "",
    event_type: str = "",
    since: datetime | None = None,
) -> ScopedQuerySet[Delivery]:
    """The delivery log, newest first, narrowed."""
    rows = Delivery.objects.in_workspace(endpoint.workspace_id).filter(endpoint=endpoint)
    if state:
        rows = rows.filter(state=state)
    if event_type:
        rows = rows.filter(outgoing__type=event_type)
    if since:
        rows = rows.filter(outgoing__at__gte=since)
    return rows.select_related("outgoing", "endpoint").order_by("-id")


def access_delivery(*, workspace_id: int, endpoint_id: int, delivery_id: int) -> Delivery:
    """One delivery of one endpoint; raises DoesNotExist."""
    rows = Delivery.objects.in_workspace(workspace_id).filter(endpoint_id=endpoint_id)
    found: Delivery = rows.select_related("outgoing", "endpoint__workspace").get(pk=delivery_id)
    return found


def attempts(*, delivery: Delivery) -> ScopedQuerySet[Attempt]:
    """Every request of one delivery, the newest first."""
    return Attempt.objects.in_workspace(delivery.workspace_id).filter(delivery=delivery).order_by("-id")


def counts(*, workspace_id: int) -> dict[int, dict[str, int]]:
    """Deliveries by endpoint and state."""
    rows = Delivery.objects.in_workspace(workspace_id).filter(endpoint__removed_at__isnull=True)
    found: dict[int, dict[str, int]] = {}
    for endpoint_id, state, count in rows.order_by().values_list("endpoint_id", "state").annotate(Count("id")):
        found.setdefault(endpoint_id, {})[state] = count
    return found


def waiting_and_failing() -> dict[str, int]:
    """For the installation's own watch: deliveries that wait, endpoints that fail."""
    live = Endpoint.objects.across_workspaces().filter(removed_at__isnull=True)
    told = live.aggregate(
        failing=Count("id", filter=Q(failing_since__isnull=False, disabled_at__isnull=True)),
        disabled=Count("id", filter=Q(disabled_why__in=[Endpoint.Off.GONE, Endpoint.Off.FAILING])),
    )
    waiting = Delivery.objects.across_workspaces().filter(state__in=[Delivery.State.QUEUED, Delivery.State.SENDING])
    return {**told, "waiting": waiting.count()}
