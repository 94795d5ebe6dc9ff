"""Who is known by what, remembered between the consumer's transactions and checked against each of them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection

from allears.customers.keys import Name
from allears.customers.models import IdentityEpoch
from allears.store import plain

if TYPE_CHECKING:
    from allears.customers.rules import Rules

LOCK = 0x616C6C65  # first half of PostgreSQL's advisory key; the second is the workspace


def lock_identity(*, workspace_id: int) -> int:
    """Be the only one who changes this workspace's identifiers until the transaction ends; its epoch.

    On SQLite a write transaction is that already.
    """
    _, epoch = plain.together(*lock_queries(workspace_id))
    return epoch_in(epoch)


def lock_queries(workspace_id: int) -> tuple[plain.Query | None, plain.Query]:
    """The same for who asks more in one trip: the lock, then the row of the epoch, for ``epoch_in``."""
    lock = None
    if connection.vendor == "postgresql":
        lock = plain.Query("SELECT pg_advisory_xact_lock(%s::int, %s::int)", [LOCK, workspace_id % 2**31])
    return lock, plain.Query("SELECT number FROM customers_identityepoch WHERE workspace_id = %s", [workspace_id])


def epoch_in(rows: plain.Rows) -> int:
    return int(rows[0][0]) if rows else 0


def new_epoch(*, workspace_id: int) -> None:
    """Call under the lock, in the transaction that gives an identifier to another customer or deletes one."""
    row, new = IdentityEpoch.objects.get_or_create(workspace_id=workspace_id, defaults={"number": 1})
    if not new:
        row.number += 1
        row.save(update_fields=["number"])


@dataclass(slots=True)
class Memory:
    """Identifiers of one workspace. What a transaction learns counts once ``keep`` is called after its commit."""

    limit: int = 200_000
    epoch: int = -1
    known: dict[Name, int] = field(default_factory=dict)
    seen: dict[int, datetime] = field(default_factory=dict)
    learnt: dict[Name, int] = field(default_factory=dict)
    whom: dict[str | tuple[str, str] | None, int] = field(default_factory=dict)  # see customers.remembering
    learnt_whom: dict[str | tuple[str, str] | None, int] = field(default_factory=dict)
    rules: "Rules | None" = None  # read at first need
    shared: set[Name] = field(default_factory=set)  # keys that identify nobody
    forgets: bool | None = None  # whether anybody here asked never to be brought back
    joins: int = 0  # how often customers turned out to be one

    def check(self, epoch: int) -> None:
        """Forget everything if identifiers were re-pointed since."""
        if epoch != self.epoch:
            self.forget()
            self.rules, self.forgets = None, None
            self.epoch = epoch

    def keep(self) -> None:
        """The transaction has committed."""
        self.known.update(self.learnt)
        self.learnt.clear()
        self.whom.update(self.learnt_whom)
        self.learnt_whom.clear()
        for memory in (self.known, self.seen, self.whom):
            if len(memory) > self.limit:  # the oldest half goes
                for name in list(memory)[: self.limit // 2]:
                    del memory[name]  # type: ignore[arg-type]

    def forget(self) -> None:
        """The transaction failed, or the world changed."""
        self.known.clear()
        self.seen.clear()
        self.learnt.clear()
        self.whom.clear()
        self.learnt_whom.clear()
        self.shared.clear()
