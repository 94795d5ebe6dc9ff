"""From whoever posts to the sender of the same process, past the outbox's queue (decision record 0024).

A message that may go at once is stored as claimed already by the sender that runs beside its poster, and given to it
in memory after the commit. Should the process die in between, the row is what any claimed row is: the next sender
frees it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from django.db import connection, transaction

from allears.customers.models import Customer
from allears.outreach.models import Message

LEASE = timedelta(minutes=10)  # longer than a full room at the slowest peer; a dead sender's journal frees at once
MOST = 8  # on their way past the queue: more than its connections take soon may as well wait their turn


class Taker(Protocol):
    """A sender that runs in this process."""

    owner: str

    def under_way(self) -> int:
        """How many messages it has."""

    def at_once(self, workspace_id: int, channel: str) -> bool:
        """Whether the message alone decides about its way: no set-up of the workspace, no pace, nobody who fetches."""

    def take(self, messages: Sequence[Message]) -> None:
        """Send what was stored as claimed by this sender; called after the commit, by any thread. Raises nothing."""


class HandOver:
    """What waits for its transaction's commit."""

    def __init__(self, taker: Taker, messages: Sequence[Message]) -> None:
        self.messages = messages
        self._taker = taker

    def __call__(self) -> None:
        self._taker.take(self.messages)


_taker: Taker | None = None


def open_to(taker: Taker | None) -> None:
    """Have messages posted in this process handed to this sender from now on; None: they wait in the queue."""
    global _taker
    _taker = taker


def claimed(messages: Sequence[Message], *, names: Mapping[int, str], now: datetime) -> list[Message]:
    """Those of the new messages that are to be handed over, marked as the sender's own; inside their transaction.

    ``names`` of the customers: the channel wants them.
    """
    if _taker is None:
        return []
    free = MOST - _taker.under_way() - _waiting()
    those = [each for each in messages if each.not_before <= now and _taker.at_once(each.workspace_id, each.channel)]
    if len(those) > free:
        return []
    for each in those:
        each.state, each.attempts = Message.State.SENDING, 1
        each.lease_owner, each.lease_until = _taker.owner, now + LEASE
        each.customer = named(each.customer_id, names[each.customer_id])
    if those:
        transaction.on_commit(HandOver(_taker, those))
    return those


def named(customer_id: int, name: str) -> Customer:
    """As much of a customer as the sender needs."""
    return Customer.from_db(connection.alias, ["id", "name"], [customer_id, name])


def _waiting() -> int:
    """Messages of this transaction that will be handed over; a rollback forgets them."""
    hooks = [entry[1] for entry in connection.run_on_commit]
    return sum(len(hook.messages) for hook in hooks if isinstance(hook, HandOver))
