"""Recognising customers, set-wise.

The rules, in order: a user id always means the same customer. A customer without a user id (anonymous, or known by
address only) becomes one with the user who shows up under the same identifier. Two customers with user ids of their
own are never joined by a shared device or address, only by an explicit alias.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from allears.customers import sql
from allears.customers.actions.merging import Join, apply_joins
from allears.customers.keys import ANONYMOUS_ID, EMAIL, PHONE, USER_ID, IdentityKeys, Name
from allears.customers.memory import Memory, lock_identity, new_epoch
from allears.customers.models import Customer, Identifier, new_key
from allears.customers.remembering import touch
from allears.store.bulk import allocate_ids, insert_rows


def resolve(
    *, workspace_id: int, keys: Sequence[IdentityKeys], now: datetime, memory: Memory | None = None
) -> list[int]:
    """The customer of each set of keys, in order; creates who is missing and joins who turns out to be one.

    ``memory`` belongs to the caller, who says ``memory.keep()`` after its commit or ``memory.forget()``.
    """
    with transaction.atomic():
        epoch = lock_identity(workspace_id=workspace_id)
        resolver = _Resolver(workspace_id, memory or Memory())
        resolver.memory.check(epoch)
        resolver.load(keys)
        one = {each: resolver.one(each) for each in resolver.distinct}
        found = [one[each] for each in keys]
        ids = resolver.save(found, now)
        if memory is None and resolver.joins:
            new_epoch(workspace_id=workspace_id)
    return ids


class _Resolver:
    """One call of ``resolve``. Customers not yet stored have negative numbers."""

    def __init__(self, workspace_id: int, memory: Memory) -> None:
        self.workspace_id = workspace_id
        self.memory = memory
        self.known: dict[Name, int] = {}
        self.claimed: dict[Name, int] = {}
        self.parent: dict[int, int] = {}
        self.is_user: dict[int, bool] = {}
        self.joins: list[Join] = []
        self.created = 0
        self.distinct: dict[IdentityKeys, None] = {}  # in order of first appearance

    def load(self, keys: Sequence[IdentityKeys]) -> None:
        """Look up at once whatever the keys name and the memory does not know."""
        wanted: dict[str, set[str]] = {USER_ID: set(), EMAIL: set(), PHONE: set(), ANONYMOUS_ID: set()}
        remembered, learnt, known = self.memory.known, self.memory.learnt, self.known
        self.distinct = dict.fromkeys(keys)
        for each in self.distinct:
            if each.is_plain() and (customer := remembered.get((USER_ID, each.user_id))):
                known[USER_ID, each.user_id] = customer
                continue
            names = each.names()
            if each.previous_id:
                names += [(ANONYMOUS_ID, each.previous_id), (USER_ID, each.previous_id)]
            for name in names:
                if customer := remembered.get(name) or learnt.get(name):
                    known[name] = customer
                else:
                    wanted[name[0]].add(name[1])
        for kind, values in wanted.items():
            if values:
                for value, found in sql.customers_of(self.workspace_id, kind, list(values)):
                    known[kind, value] = learnt[kind, value] = found

    def one(self, keys: IdentityKeys) -> int:
        """The customer of one set of keys, as a number to be given to ``save``."""
        if keys.is_plain() and (owner := self._owner((USER_ID, keys.user_id))):
            return owner
        names = keys.names()
        owners = {name: owner for name in names if (owner := self._owner(name))}
        primary = self._primary(keys, names, owners)
        for name in names:
            if name not in owners:
                self._claim(name, primary)
            elif (other := self._root(owners[name])) != primary and not self._has_user_id(other):
                primary = self._join(primary, other, f"same {name[0]}")
        if keys.previous_id:
            primary = self._alias(primary, keys.previous_id)
        return primary

    def _primary(self, keys: IdentityKeys, names: list[Name], owners: dict[Name, int]) -> int:
        if keys.user_id:
            known = owners.get(names[0])
            if known is not None:
                return known
            nobodys = [owner for owner in owners.values() if not self._has_user_id(owner)]
            return nobodys[0] if nobodys else self._create()
        users = [owner for owner in owners.values() if len(owners) > 1 and self._has_user_id(owner)]
        return next(iter(users or owners.values()), 0) or self._create()

    def _alias(self, primary: int, previous_id: str) -> int:
        names = [(USER_ID, previous_id), (ANONYMOUS_ID, previous_id)]
        owners = [owner for name in names if (owner := self._owner(name))]
        if not owners:
            self._claim(names[1], primary)
        for owner in owners:
            if self._root(owner) != self._root(primary):
                primary = self._join(primary, owner, "alias")
        return primary

    def _owner(self, name: Name) -> int:
        owner = self.claimed.get(name) or self.known.get(name, 0)
        return self._root(owner) if owner in self.parent else owner

    def _root(self, customer: int) -> int:
        while customer in self.parent:
            customer = self.parent[customer]
        return customer

    def _create(self) -> int:
        self.created += 1
        self.is_user[-self.created] = False
        return -self.created

    def _claim(self, name: Name, customer: int) -> None:
        self.claimed[name] = customer
        if name[0] == USER_ID:
            self.is_user[customer] = True

    def _has_user_id(self, customer: int) -> bool:
        if customer not in self.is_user:
            self.is_user[customer] = (
                Identifier.objects.in_workspace(self.workspace_id).filter(customer_id=customer, kind=USER_ID).exists()
            )
        return self.is_user[customer]

    def _join(self, kept: int, merged: int, reason: str) -> int:
        """Make two customers one; the one that is stored already, or else the first, stays."""
        kept, merged = self._root(kept), self._root(merged)
        if kept < 0 < merged:
            kept, merged = merged, kept
        self.is_user[kept] = self._has_user_id(kept) or self._has_user_id(merged)
        self.parent[merged] = kept
        if merged > 0:
            self.joins.append(Join(kept=kept, merged=merged, reason=reason))
        return kept

    def save(self, found: list[int], now: datetime) -> list[int]:
        """Store what is new; the customers' ids for ``found``."""
        final = [self._root(number) for number in found] if self.parent else found
        fresh = sorted({number for number in final if number < 0}, reverse=True)
        stored = dict(zip(fresh, self._insert_customers(len(fresh), now), strict=True))
        ids = [stored.get(number, number) for number in final] if fresh else final
        claims = {name: self._root(owner) for name, owner in self.claimed.items()}
        claims = {name: stored.get(owner, owner) for name, owner in claims.items()}
        insert_rows(
            Identifier,
            ["workspace_id", "kind", "value", "customer_id", "created_at"],
            [(self.workspace_id, kind, value, owner, now) for (kind, value), owner in claims.items()],
        )
        self.memory.learnt.update(claims)
        if self.joins:
            apply_joins(workspace_id=self.workspace_id, joins=self.joins, now=now)
            self.memory.forget()
            self.memory.joins += 1
        fresh_ids = set(stored.values())
        touch(workspace_id=self.workspace_id, ids=set(ids) - fresh_ids, memory=self.memory, now=now)
        return ids

    def _insert_customers(self, count: int, now: datetime) -> list[int]:
        if not count:
            return []
        ids = allocate_ids(Customer, count)
        columns = ["id", "workspace_id", "key", "attributes", "first_seen_at", "last_seen_at"]
        empty = ["name", "email", "phone", "language", "timezone", "segment"]
        rows = [(each, self.workspace_id, new_key(), "{}", now, now, *[""] * len(empty)) for each in ids]
        insert_rows(Customer, columns + empty, rows)
        for each in ids:
            self.memory.seen[each] = now
        return ids
