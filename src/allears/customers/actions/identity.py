"""Recognising customers, set-wise.

The rules, in order: a user id always means the same customer. A customer without a user id (anonymous, or known by
address only) becomes one with the user who shows up under the same identifier. Two customers with user ids of their
own are joined only by an explicit alias or by a key that the workspace trusts that far (``customers.rules``). A key
that too many known customers claim is shared: it gets a customer of its own and identifies nobody from then on.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from allears.customers import forgotten, sql
from allears.customers.actions.merging import Join, apply_joins, parted
from allears.customers.keys import ANONYMOUS_ID, USER_ID, IdentityKeys, Name
from allears.customers.memory import Memory, lock_identity, new_epoch
from allears.customers.models import ConsentRecord, Contest, Customer, Identifier, Merge, new_key
from allears.customers.remembering import touch
from allears.customers.rules import ALIAS, Rules, rules_of
from allears.store.bulk import allocate_ids, insert_rows


def resolve(
    *, workspace_id: int, keys: Sequence[IdentityKeys], now: datetime, memory: Memory | None = None
) -> list[int]:
    """The customer of each set of keys, in order; creates who is missing and joins who turns out to be one.

    ``memory`` belongs to the caller, who says ``memory.keep()`` after its commit or ``memory.forget()``.
    """
    with transaction.atomic():
        epoch = lock_identity(workspace_id=workspace_id)
        resolver = _Resolver(workspace_id, memory or Memory(), now)
        resolver.memory.check(epoch)
        rules = resolver.rules = rules_in(workspace_id=workspace_id, memory=resolver.memory)
        keys = [rules.normal(each) if each.phone else each for each in keys]
        resolver.load(keys)
        one = {each: resolver.one(each) for each in resolver.distinct}
        found = [one[each] for each in keys]
        ids = resolver.save(found, now)
        if resolver.repointed or (memory is None and resolver.joins):
            new_epoch(workspace_id=workspace_id)
    return ids


def rules_in(*, workspace_id: int, memory: Memory) -> Rules:
    """The workspace's rules, read once for each life of a memory."""
    if memory.rules is None:
        memory.rules = rules_of(workspace_id=workspace_id)
    return memory.rules


class _Resolver:
    """One call of ``resolve``. Customers not yet stored have negative numbers."""

    def __init__(self, workspace_id: int, memory: Memory, now: datetime) -> None:
        self.workspace_id = workspace_id
        self.memory = memory
        self.now = now
        self.rules = Rules()
        self.known: dict[Name, int] = {}
        self.claimed: dict[Name, int] = {}
        self.parent: dict[int, int] = {}
        self.is_user: dict[int, bool] = {}
        self.joins: list[Join] = []
        self.contests: dict[tuple[Name, int], None] = {}
        self.created = 0
        self.repointed = False
        self.distinct: dict[IdentityKeys, None] = {}  # in order of first appearance

    def load(self, keys: Sequence[IdentityKeys]) -> None:
        """Look up at once whatever the keys name and the memory does not know."""
        wanted: dict[str, set[str]] = {}
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
                    wanted.setdefault(name[0], set()).add(name[1])
        for kind, values in wanted.items():
            for value, found, shared in sql.customers_of(self.workspace_id, kind, list(values)):
                known[kind, value] = learnt[kind, value] = found
                if shared:
                    self.memory.shared.add((kind, value))

    def one(self, keys: IdentityKeys) -> int:
        """The customer of one set of keys, as a number to be given to ``save``."""
        if keys.is_plain() and (owner := self._owner((USER_ID, keys.user_id))):
            return owner
        names = self._names(keys)
        owners = {name: owner for name in names if (owner := self._owner(name))}
        primary = self._primary(keys, names, owners)
        for name in names:
            if name not in owners:
                self._claim(name, primary)
            elif (other := self._root(owners[name])) != self._root(primary):
                primary = self._meet(name, self._root(primary), other)
        if keys.previous_id:
            primary = self._alias(primary, keys.previous_id)
        return primary

    def _names(self, keys: IdentityKeys) -> list[Name]:
        """What identifies here: not a shared key, unless it is all there is."""
        names = self.rules.ordered(keys.names()) or keys.names()
        own = [name for name in names if name not in self.memory.shared]
        return own or names[:1]

    def _primary(self, keys: IdentityKeys, names: list[Name], owners: dict[Name, int]) -> int:
        if keys.user_id:
            known = owners.get(names[0])
            if known is not None:
                return known
            nobodys = [owner for name, owner in owners.items() if self._attaches(name) and not self._has_user_id(owner)]
            return nobodys[0] if nobodys else self._create()
        users = [owner for owner in owners.values() if len(owners) > 1 and self._has_user_id(owner)]
        return next(iter(users or owners.values()), 0) or self._create()

    def _attaches(self, name: Name) -> bool:
        rule = self.rules.by_kind.get(name[0])
        return rule is not None and rule.attaches

    def _meet(self, name: Name, primary: int, other: int) -> int:
        """Two customers under one key: one person, or a key that several claim. The customer to go on with."""
        rule = self.rules.by_kind.get(name[0])
        if rule is None:
            return primary
        if not self._has_user_id(other):
            return self._join(primary, other, f"same {name[0]}", name) if rule.attaches else primary
        if not rule.merges:
            self.contests[name, primary] = None
            return primary
        if self._too_many(primary, name[0], rule.cap):
            self._share(name)
            return primary
        return self._join(primary, other, f"same {name[0]}", name)

    def _contested(self, ids: dict[int, int]) -> None:
        """Known customers showed up under a key of another known one; beyond the cap the key is shared."""
        for name, claimant in self.contests:
            row = Identifier.objects.in_workspace(self.workspace_id).filter(kind=name[0], value=name[1]).first()
            if row is None or row.shared_at is not None:
                continue
            customer = self._root(claimant)
            before = Contest.objects.in_workspace(self.workspace_id).filter(identifier=row)
            before.get_or_create(
                identifier=row,
                customer_id=ids.get(customer, customer),
                defaults={"workspace_id": self.workspace_id, "at": self.now},
            )
            if before.count() >= self.rules.by_kind[name[0]].cap:
                self._share(name)

    def _share(self, name: Name) -> None:
        """Give the key a customer of its own, so that it glues no strangers together."""
        rows = Identifier.objects.in_workspace(self.workspace_id).filter(kind=name[0], value=name[1])
        if not rows.exists():
            return
        (own,) = self._insert_customers(1, self.now)
        rows.update(shared_at=self.now, customer_id=own)
        self.memory.known.pop(name, None)
        self.memory.learnt[name] = own
        self.memory.shared.add(name)
        self.repointed = True

    def _too_many(self, kept: int, kind: str, cap: int) -> bool:
        """Whether this customer took in as many others by this kind of key as a person plausibly is."""
        merges = Merge.objects.in_workspace(self.workspace_id).filter(kept_id=kept, undone_at__isnull=True)
        return kept > 0 and merges.filter(reason=f"same {kind}" if kind != ALIAS else ALIAS).count() >= cap

    def _alias(self, primary: int, previous_id: str) -> int:
        names = [(USER_ID, previous_id), (ANONYMOUS_ID, previous_id)]
        owners = [(name, owner) for name in names if (owner := self._owner(name))]
        rule = self.rules.by_kind.get(ALIAS)
        if not owners:
            self._claim(names[1], primary)
        for name, owner in owners:
            other, primary = self._root(owner), self._root(primary)
            if other == primary or name in self.memory.shared:
                continue
            two_users = self._has_user_id(other) and self._has_user_id(primary)
            if two_users and (rule is None or not rule.merges or self._too_many(primary, ALIAS, rule.cap)):
                continue
            primary = self._join(primary, other, ALIAS, name)
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

    def _join(self, kept: int, merged: int, reason: str, evidence: Name) -> int:
        """Make two customers one; the one that is stored already, or else the first, stays."""
        kept, merged = self._root(kept), self._root(merged)
        if kept < 0 < merged:
            kept, merged = merged, kept
        if merged > 0 and parted(workspace_id=self.workspace_id, one=kept, other=merged):
            return kept  # somebody looked at these two and said that they are not one
        self.is_user[kept] = self._has_user_id(kept) or self._has_user_id(merged)
        self.parent[merged] = kept
        if merged > 0:
            self.joins.append(Join(kept=kept, merged=merged, reason=reason, evidence=evidence))
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
        if claims:
            self._stay_silent(claims, now)
        if self.contests:
            self._contested(stored)
        if self.joins:
            apply_joins(workspace_id=self.workspace_id, joins=self.joins, now=now)
            self.memory.forget()
            self.memory.joins += 1
        fresh_ids = set(stored.values())
        touch(workspace_id=self.workspace_id, ids=set(ids) - fresh_ids, memory=self.memory, now=now)
        return ids

    def _stay_silent(self, claims: dict[Name, int], now: datetime) -> None:
        """Whoever was erased, asked not to be brought back and turns up by himself is served, and never contacted."""
        if self.memory.forgets is None:
            self.memory.forgets = forgotten.any_in(self.workspace_id)
        if not self.memory.forgets:
            return
        back = {claims[name] for name in forgotten.forgotten_among(workspace_id=self.workspace_id, names=claims)}
        columns = ["workspace_id", "customer_id", "channel", "purpose", "granted", "source", "at"]
        insert_rows(
            ConsentRecord, columns, [(self.workspace_id, each, "*", "*", False, "erased", now) for each in sorted(back)]
        )

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
