"""From a recorded event to deliveries: one row in the recording transaction, the rest in the worker."""

import json
import logging
import secrets
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from allears.accounts.models import Workspace
from allears.events.webhooks.catalogue import event_type, is_offered
from allears.events.webhooks.models import Delivery, Endpoint, Outgoing
from allears.jobs.bell import ring
from allears.jobs.bus import DomainEvent
from allears.store import plain

logger = logging.getLogger(__name__)
TEST = "webhook.test"
TOPIC = "webhooks"


def new_key() -> str:
    return f"msg_{secrets.token_hex(12)}"


def on_recorded(events: Sequence[DomainEvent]) -> None:
    """Keep what somebody wants to be told, in the transaction that records it (see jobs.bus)."""
    offered = [event for event in events if is_offered(event.name)]
    if not offered:
        return
    wanted = _wanted({event.workspace_id for event in offered})
    told = [event for event in offered if event.workspace_id in wanted and wanted[event.workspace_id](event.name)]
    if not told:
        return
    now = timezone.now()
    Outgoing.objects.bulk_create(
        Outgoing(workspace_id=event.workspace_id, key=new_key(), type=event.name, at=now, arguments=asdict(event))
        for event in told
    )
    transaction.on_commit(lambda: ring(TOPIC))


class _Wanted:
    """Which event types the endpoints of one workspace ask for, switched off or not."""

    def __init__(self) -> None:
        self.all = False
        self.types: set[str] = set()

    def __call__(self, name: str) -> bool:
        return self.all or name in self.types


def _wanted(workspace_ids: set[int]) -> dict[int, _Wanted]:
    these, parameters = plain.among("workspace_id", workspace_ids)
    found: dict[int, _Wanted] = {}
    for workspace_id, kept in plain.select(
        f"SELECT workspace_id, event_types FROM webhooks_endpoint WHERE removed_at IS NULL AND {these}",  # noqa: S608 - own names
        parameters,
    ):
        types = json.loads(kept)
        each = found.setdefault(workspace_id, _Wanted())
        each.all |= not types
        each.types.update(types)
    return found


def expand(*, now: datetime, limit: int = 200) -> int:
    """Give new rows their body and a delivery for each endpoint that wants them; the number of rows."""
    fresh = Outgoing.objects.across_workspaces().filter(body__isnull=True)
    if not fresh.exists():
        return 0
    with transaction.atomic():
        if connection.vendor == "postgresql":
            fresh = fresh.select_for_update(skip_locked=True, of=("self",))
        rows = list(fresh.order_by("id")[:limit])
        workspaces = Workspace.objects.in_bulk({row.workspace_id for row in rows})
        for row in rows:
            _write_body(row, workspaces[row.workspace_id])
        Outgoing.objects.across_workspaces().bulk_update(rows, ["body", "customer", "error"], batch_size=200)
        Delivery.objects.bulk_create(_deliveries(rows, now), ignore_conflicts=True)
    return len(rows)


def _write_body(row: Outgoing, workspace: Workspace) -> None:
    version = 1
    data = row.arguments
    if row.type != TEST:
        try:
            kind = event_type(row.type)
            with transaction.atomic():  # an error of the database must not spoil the other rows
                told = kind.teller()(**row.arguments)
        except Exception as error:  # bulkhead: one event that cannot be told must not hold up the others
            logger.exception("webhook %s (%s) could not be written", row.key, row.type)
            row.body, row.error = "", f"{type(error).__name__}: {error}"[:1000]
            return
        if told is None:
            row.body, row.error = "", "what it speaks of is gone"
            return
        version, data, row.customer_id = kind.version, dict(told.data), told.customer_id
    row.body = body_text(type=row.type, at=row.at, version=version, workspace=workspace.slug, data=data)


def body_text(*, type: str, at: datetime, version: int, workspace: str, data: object) -> str:  # noqa: A002 - the field's
    """The envelope of Standard Webhooks, with the version of ``data`` and the workspace's name in addresses."""
    envelope = {
        "type": type,
        "timestamp": at.isoformat().replace("+00:00", "Z"),
        "version": version,
        "workspace": workspace,
        "data": data,
    }
    return json.dumps(envelope, ensure_ascii=False, default=str)


def _deliveries(rows: Sequence[Outgoing], now: datetime) -> list[Delivery]:
    endpoints: dict[int, list[Endpoint]] = {}
    ids = {row.workspace_id for row in rows}
    for endpoint in Endpoint.objects.across_workspaces().filter(workspace_id__in=ids, removed_at__isnull=True):
        endpoints.setdefault(endpoint.workspace_id, []).append(endpoint)
    return [
        Delivery(
            workspace_id=row.workspace_id,
            outgoing=row,
            endpoint=endpoint,
            state=Delivery.State.MISSED if endpoint.disabled_at else Delivery.State.QUEUED,
            run_at=now,
            created_at=now,
            finished_at=now if endpoint.disabled_at else None,
        )
        for row in rows
        for endpoint in endpoints.get(row.workspace_id, ())
        if row.body and _is_for(row, endpoint)
    ]


def _is_for(row: Outgoing, endpoint: Endpoint) -> bool:
    if row.endpoint_id is not None:
        return row.endpoint_id == endpoint.pk
    return not endpoint.event_types or row.type in endpoint.event_types
