"""Numbers that were kept without a country, once the workspace's country is known or another was chosen.

The number in full becomes a name of its own beside the one that was kept, so that nothing is lost if the country was
wrong. Who had come under both is joined as any two who share a number are: written down, and undone like any merge.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import transaction

from allears.accounts.audit import audit
from allears.customers import sql
from allears.customers.actions.merging import Join, apply_joins, parted
from allears.customers.events import NumbersCompleted
from allears.customers.keys import PHONE, USER_ID, clean_phone
from allears.customers.memory import lock_identity, new_epoch
from allears.customers.models import Customer, Identifier, IdentityRules
from allears.customers.rules import Rules, rules_of
from allears.jobs.bus import record
from allears.store.bulk import insert_rows

CHUNK = 500


def complete_numbers(*, workspace_id: int, now: datetime) -> int:
    """Complete every number that the country in force completes; how many. Does nothing twice for one country."""
    rules = rules_of(workspace_id=workspace_id)
    if rules.region_in_force == _completed_with(workspace_id):
        return 0
    names = sum(_names(workspace_id, rules, ids, now) for ids in _chunks(_kept(workspace_id)))
    columns = sum(_columns(workspace_id, rules, ids) for ids in _chunks(_called(workspace_id)))
    with transaction.atomic():
        IdentityRules.objects.update_or_create(
            workspace_id=workspace_id, defaults={"completed_with": rules.region_in_force}
        )
        lock_identity(workspace_id=workspace_id)
        new_epoch(workspace_id=workspace_id)  # whoever remembers the rules reads them again
        if names or columns:
            audit(
                workspace_id=workspace_id,
                actor_id=None,
                verb="customers.numbers.completed",
                detail={"region": rules.region_in_force, "names": names, "customers": columns},
            )
            record(NumbersCompleted(workspace_id=workspace_id))
    return names


def _completed_with(workspace_id: int) -> str:
    return IdentityRules.objects.filter(pk=workspace_id).values_list("completed_with", flat=True).first() or ""


def _kept(workspace_id: int) -> list[int]:
    rows = Identifier.objects.in_workspace(workspace_id).filter(kind=PHONE, shared_at__isnull=True)
    return list(rows.exclude(value__startswith="+").order_by("id").values_list("id", flat=True))


def _called(workspace_id: int) -> list[int]:
    rows = Customer.objects.in_workspace(workspace_id).exclude(phone="").exclude(phone__startswith="+")
    return list(rows.order_by("id").values_list("id", flat=True))


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))


def _columns(workspace_id: int, rules: Rules, ids: Sequence[int]) -> int:
    rows = Customer.objects.in_workspace(workspace_id).filter(id__in=ids).values_list("id", "phone")
    changed = [(full, each) for each, kept in rows if (full := rules.written(clean_phone(kept))) not in ("", kept)]
    with transaction.atomic():
        sql.update_columns("customers_customer", ["phone"], changed)
    return len(changed)


def _names(workspace_id: int, rules: Rules, ids: Sequence[int], now: datetime) -> int:
    """Give these numbers their full names; who has one already is the same customer, or stays two."""
    with transaction.atomic():
        lock_identity(workspace_id=workspace_id)
        rows = Identifier.objects.in_workspace(workspace_id).filter(id__in=ids).order_by("id")
        full = {
            value: (number, owner)
            for value, owner in rows.values_list("value", "customer_id")
            if (number := rules.number(value)) != value
        }
        known = Identifier.objects.in_workspace(workspace_id).filter(
            kind=PHONE, value__in={n for n, _ in full.values()}
        )
        owners: dict[str, int | None] = {}  # None: shared by several people
        for value, owner, shared in known.values_list("value", "customer_id", "shared_at"):
            owners[value] = None if shared else owner
        missing = {number: owner for number, owner in full.values() if number not in owners}
        columns = ["workspace_id", "kind", "value", "customer_id", "created_at"]
        insert_rows(
            Identifier, columns, [(workspace_id, PHONE, number, owner, now) for number, owner in missing.items()]
        )
        owners |= missing
        pairs = {(other, owner): number for number, owner in full.values() if (other := owners[number]) is not None}
        joins = list(_joins(workspace_id, rules, pairs))
        if joins:
            apply_joins(workspace_id=workspace_id, joins=joins, now=now)
        if joins or missing:
            new_epoch(workspace_id=workspace_id)
    return len(full)


def _joins(workspace_id: int, rules: Rules, pairs: dict[tuple[int, int], str]) -> Iterator[Join]:
    """Who of these turned out to be one, by the workspace's own rule on telephone numbers."""
    rule = rules.by_kind.get(PHONE)
    if rule is None or not rule.attaches:
        return
    ids = {each for pair in pairs for each in pair}
    users = Identifier.objects.in_workspace(workspace_id).filter(kind=USER_ID, customer_id__in=ids)
    known = set(users.values_list("customer_id", flat=True))
    became: dict[int, int] = {}
    for (one, other), number in pairs.items():
        kept, merged = _root(became, one), _root(became, other)
        if kept == merged or (kept in known and merged in known and not rule.merges):
            continue
        if merged in known and kept not in known:
            kept, merged = merged, kept
        if not parted(workspace_id=workspace_id, one=kept, other=merged):
            became[merged] = kept
            yield Join(kept=kept, merged=merged, reason=f"same {PHONE}", evidence=(PHONE, number))


def _root(became: dict[int, int], customer: int) -> int:
    while customer in became:
        customer = became[customer]
    return customer
