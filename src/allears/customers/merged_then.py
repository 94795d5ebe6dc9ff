"""Who was one person with whom at an earlier moment, and what was theirs then.

Merges and their undoing are read backwards.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from django.db.models import Q

from allears.customers.models import ConsentRecord, Customer, Merge

Told = Callable[[Customer, datetime], dict[str, str]]


def kin_then(*, workspace_id: int, customer_id: int, at: datetime) -> set[int]:
    """The customer and all who counted as the same person at a moment."""
    merges = Merge.objects.in_workspace(workspace_id).filter(_in_force(at))
    found, fresh = {customer_id}, {customer_id}
    while fresh:
        pairs = merges.filter(Q(kept_id__in=fresh) | Q(merged_id__in=fresh)).values_list("kept_id", "merged_id")
        fresh = {number for pair in pairs for number in pair} - found
        found |= fresh
    return found


def _in_force(at: datetime) -> Q:
    return Q(at__lte=at) & (Q(undone_at__isnull=True) | Q(undone_at__gt=at))


def consents_then(*, workspace_id: int, customer_id: int, at: datetime) -> list[ConsentRecord]:
    """The records about the customer, and about whom it was one with, that spoke at a moment, in order of time."""
    kin = kin_then(workspace_id=workspace_id, customer_id=customer_id, at=at)
    turns = list(_turns(workspace_id, at))
    holders = kin | {number for _, _, before, after in turns for number in (before, after)}
    rows = ConsentRecord.objects.in_workspace(workspace_id).filter(customer_id__in=holders, at__lte=at)
    return [row for row in rows.order_by("at", "id") if _owner(row, turns) in kin]


Turn = tuple[datetime, frozenset[int], int, int]  # when which records passed from whom to whom


def _turns(workspace_id: int, since: datetime) -> Iterator[Turn]:
    """All that happened after a moment, the last first."""
    after = Q(at__gt=since) | Q(undone_at__gt=since)
    found: list[Turn] = []
    for row in Merge.objects.in_workspace(workspace_id).filter(after):
        moved = frozenset(row.moved.get("consents", []))
        if row.at > since:
            found.append((row.at, moved, row.merged_id, row.kept_id))
        if row.undone_at is not None and row.undone_at > since:
            found.append((row.undone_at, moved, row.kept_id, row.merged_id))
    yield from sorted(found, key=lambda turn: turn[0], reverse=True)


def _owner(record: ConsentRecord, turns: list[Turn]) -> int:
    owner: int = record.customer_id
    for _, moved, before, after in turns:
        if owner == after and record.pk in moved:
            owner = before
    return owner


def columns_then(*, customer: Customer, names: Sequence[str], at: datetime, told: Told) -> dict[str, str]:
    """Columns as they stood, those alone that have a history: what the customer was told to be, else what the first
    who had been merged into it brought along. ``told`` reads a customer's own history; it names what it knows.
    """
    found = told(customer, at)
    into = Merge.objects.in_workspace(customer.workspace_id).filter(kept_id=customer.pk).order_by("at", "id")
    since = into.filter(Q(at__gt=at) | _in_force(at)).first()
    if since is not None:
        found = {name: since.moved.get("before", {}).get(name) or "" for name in names} | found
    for row in into.filter(_in_force(at)).select_related("merged"):
        brought = columns_then(customer=row.merged, names=names, at=row.at, told=told)
        found |= {name: brought.get(name, getattr(row.merged, name)) for name in names if found.get(name) == ""}
    return found
