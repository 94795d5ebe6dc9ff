"""Two customers who turned out to be one, and the way back.

What happened stays with the customer it happened to; readers follow ``merged_into`` (``queries.family``). Identifiers
and consent move, because they speak for the person from now on, and the merge remembers which did.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from allears.customers.events import CustomerMergeUndone, CustomersMerged
from allears.customers.keys import Name
from allears.customers.memory import lock_identity, new_epoch
from allears.customers.models import ConsentRecord, Customer, Identifier, Merge
from allears.jobs.bus import record

COLUMNS = ("name", "email", "phone", "language", "timezone", "segment")


@dataclass(frozen=True, kw_only=True)
class Join:
    """``merged`` turned out to be ``kept``."""

    kept: int
    merged: int
    reason: str
    evidence: Name = ("", "")  # the key that said so


class MergeError(ValueError):
    """These customers cannot be merged, or this merge cannot be undone; the text says why."""


def merge(*, workspace_id: int, kept_id: int, merged_id: int, reason: str, now: datetime) -> Merge:
    """Join two customers by hand."""
    if kept_id == merged_id:
        raise MergeError("a customer cannot be merged with itself")
    with transaction.atomic():
        lock_identity(workspace_id=workspace_id)
        join = Join(kept=kept_id, merged=merged_id, reason=reason)
        (row,) = apply_joins(workspace_id=workspace_id, joins=[join], now=now)
        new_epoch(workspace_id=workspace_id)
    return row


def apply_joins(*, workspace_id: int, joins: Sequence[Join], now: datetime) -> list[Merge]:
    """Join all these pairs in order, under the identity lock."""
    ids = {each for join in joins for each in (join.kept, join.merged)}
    customers = Customer.objects.in_workspace(workspace_id).in_bulk(ids)
    if len(customers) < len(ids):
        raise MergeError("one of these customers does not exist in this workspace")
    rows = [_apply(workspace_id, customers[join.kept], customers[join.merged], join, now) for join in joins]
    record(*(CustomersMerged(workspace_id=workspace_id, kept_id=join.kept, merged_id=join.merged) for join in joins))
    return rows


def parted(*, workspace_id: int, one: int, other: int) -> bool:
    """Whether a merge of these two was undone by somebody: then only somebody joins them again."""
    pair = [one, other]
    undone = Merge.objects.in_workspace(workspace_id).filter(undone_at__isnull=False)
    return undone.filter(kept_id__in=pair, merged_id__in=pair).exists()


def _apply(workspace_id: int, kept: Customer, merged: Customer, join: Join, now: datetime) -> Merge:
    if merged.merged_into_id is not None:
        raise MergeError("the second customer was merged already")
    moved: dict[str, Any] = {"before": {name: getattr(kept, name) for name in (*COLUMNS, "attributes")}}
    moved["before"]["first_seen_at"] = kept.first_seen_at.isoformat()
    moved["evidence"] = list(join.evidence)
    for name, rows in (
        ("identifiers", Identifier.objects.in_workspace(workspace_id).filter(customer_id=merged.id)),
        ("consents", ConsentRecord.objects.in_workspace(workspace_id).filter(customer_id=merged.id)),
    ):
        moved[name] = list(rows.values_list("id", flat=True))
        if moved[name]:
            rows.filter(id__in=moved[name]).update(customer_id=kept.id)
    for name in COLUMNS:
        setattr(kept, name, getattr(kept, name) or getattr(merged, name))
    kept.attributes = {**merged.attributes, **kept.attributes}
    kept.first_seen_at = min(kept.first_seen_at, merged.first_seen_at)
    kept.save(update_fields=[*COLUMNS, "attributes", "first_seen_at"])
    merged.merged_into = kept
    merged.save(update_fields=["merged_into"])
    row = Merge(workspace_id=workspace_id, kept=kept, merged=merged, reason=join.reason, at=now, moved=moved)
    row.save()
    return row


def undo_merge(*, workspace_id: int, merge_id: int, now: datetime) -> None:
    """Make them two again; what the kept customer learnt since stays with it."""
    with transaction.atomic():
        lock_identity(workspace_id=workspace_id)
        row = Merge.objects.in_workspace(workspace_id).select_related("kept", "merged").get(id=merge_id)
        if row.undone_at is not None:
            raise MergeError("this merge was undone already")
        if row.merged.merged_into_id != row.kept_id:
            raise MergeError("the customer was merged further since; undo that first")
        _give_back(workspace_id, row)
        row.undone_at = now
        row.save(update_fields=["undone_at"])
        new_epoch(workspace_id=workspace_id)
        record(CustomerMergeUndone(workspace_id=workspace_id, kept_id=row.kept_id, merged_id=row.merged_id))


def _give_back(workspace_id: int, row: Merge) -> None:
    """Also where the kept customer was merged further since: whoever it became gives back what came that way."""
    holder = row.kept
    _take_out(workspace_id, holder, row, row.moved.get("before", {}), instead=None)
    while holder.merged_into_id is not None:
        further = Merge.objects.in_workspace(workspace_id).select_related("kept")
        link = further.filter(merged_id=holder.id, kept_id=holder.merged_into_id, undone_at__isnull=True).get()
        _take_out(workspace_id, link.kept, row, link.moved.get("before", {}), instead=holder)
        holder = link.kept
    row.merged.merged_into = None
    row.merged.save(update_fields=["merged_into"])


def _take_out(
    workspace_id: int, holder: Customer, row: Merge, before: Mapping[str, Any], *, instead: Customer | None
) -> None:
    """What ``holder`` has of the merged customer; ``before`` is what it had itself, ``instead`` who else was merged."""
    for name, rows in (
        ("identifiers", Identifier.objects.in_workspace(workspace_id)),
        ("consents", ConsentRecord.objects.in_workspace(workspace_id)),
    ):
        rows.filter(id__in=row.moved.get(name, []), customer_id=holder.id).update(customer_id=row.merged_id)
    for name in COLUMNS:
        if getattr(holder, name) == getattr(row.merged, name):  # came from the merge, unless it was there before
            own = before.get(name, getattr(holder, name))
            setattr(holder, name, own or getattr(instead, name, ""))
    was = before.get("attributes", {})
    left = instead.attributes if instead else {}
    kept = {
        name: value
        for name, value in holder.attributes.items()
        if name in was or row.merged.attributes.get(name) != value
    }
    holder.attributes = {name: value for name, value in left.items() if name in holder.attributes} | kept
    if "first_seen_at" in before:
        holder.first_seen_at = _first_seen(workspace_id, holder, row, datetime.fromisoformat(before["first_seen_at"]))
    holder.save(update_fields=[*COLUMNS, "attributes", "first_seen_at"])


def _first_seen(workspace_id: int, holder: Customer, row: Merge, own: datetime) -> datetime:
    """Of the customer itself and of all who stay merged into it."""
    others = Customer.objects.in_workspace(workspace_id).filter(merged_into_id=holder.id).exclude(id=row.merged_id)
    days: list[datetime] = list(others.values_list("first_seen_at", flat=True))
    return min([own, *days])
