"""Messages called back before they left, and sent after all: an ask that ended early, and its end taken back."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from allears.customers.models import ConsentRecord
from allears.jobs.bell import ring
from allears.outreach.delivery.models import Barred
from allears.outreach.models import Message
from allears.store.scope import ScopedQuerySet

CHUNK = 5000  # decisions looked at in one statement


def call_back(*, workspace_id: int, decision_ids: Sequence[int], reason: str) -> int:
    """Cancel what still waits in the outbox; how many. What the sender holds this moment goes out."""
    return sum(
        _of(workspace_id, chunk).filter(state=Message.State.QUEUED).update(state=Message.State.CANCELLED, error=reason)
        for chunk in _chunks(decision_ids)
    )


def send_after_all(*, workspace_id: int, decision_ids: Sequence[int], reason: str, since: datetime) -> int:
    """Put back what was called back for ``reason`` at ``since``; how many.

    Who withdrew a consent meanwhile, and whose address was barred, is left alone.
    """
    back = 0
    for chunk in _chunks(decision_ids):
        rows = _of(workspace_id, chunk).filter(state=Message.State.CANCELLED, error=reason)
        refusals = ConsentRecord.objects.in_workspace(workspace_id).filter(granted=False, at__gte=since)
        barred = Barred.objects.in_workspace(workspace_id).filter(lifted_at__isnull=True).values("address")
        rows = rows.exclude(customer_id__in=refusals.values("customer_id")).exclude(address__in=barred)
        back += rows.update(state=Message.State.QUEUED, error="")
    if back:
        transaction.on_commit(lambda: ring("outbox"))
    return back


def _of(workspace_id: int, decision_ids: Sequence[int]) -> ScopedQuerySet[Message]:
    found: ScopedQuerySet[Message] = Message.objects.in_workspace(workspace_id).filter(decision_id__in=decision_ids)
    return found


def _chunks(numbers: Sequence[int]) -> Sequence[Sequence[int]]:
    return [numbers[start : start + CHUNK] for start in range(0, len(numbers), CHUNK)]
