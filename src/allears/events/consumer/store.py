"""Applying calls: whose they are, which are new, their rows, and what they say about customers."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from types import MappingProxyType
from typing import Any

import msgspec
from django.db import connection

from allears.customers.actions import TraitChange, resolve, update_traits
from allears.customers.actions.identity import rules_in
from allears.customers.companies import AccountTold, tell_accounts
from allears.customers.memory import Memory, lock_identity
from allears.customers.remembering import remembered
from allears.events.consumer import rows
from allears.events.consumer.decode import Call
from allears.events.models import Event
from allears.store.bulk import allocate_ids

Stored = tuple[int, int, Call]  # the event's id, its customer's, what was said
NONE: Mapping[int, int] = MappingProxyType({})


class Memories:
    """What is remembered of each workspace's customers between transactions."""

    def __init__(self) -> None:
        self._of: dict[int, Memory] = {}

    def of(self, workspace_id: int) -> Memory:
        return self._of.setdefault(workspace_id, Memory())

    def learnt(self) -> bool:
        """Whether what will be remembered rests on this transaction."""
        return any(memory.learnt or memory.learnt_whom for memory in self._of.values())

    def keep(self) -> None:
        """The transaction has committed."""
        for memory in self._of.values():
            memory.keep()

    def forget(self) -> None:
        """The transaction, or a part of it, was undone."""
        self._of.clear()


def store_calls(
    calls: Sequence[Call],
    *,
    now: datetime,
    memories: Memories,
    careful: bool = True,
    meanwhile: Iterable[object] = (),
    epochs: Mapping[int, int] = NONE,
) -> list[Stored]:
    """Store the calls that are new; they, by workspace and in order of arrival.

    Not ``careful`` may raise IntegrityError for a repeat, and must then be tried again. ``meanwhile`` is other work
    that may be done in small steps while the database is busy storing. ``epochs`` of the workspaces whose identities
    this transaction has locked already.
    """
    if len({call.workspace_id for call in calls}) == 1:
        memory = _checked(memories, calls[0].workspace_id, epochs)
        return _store(calls[0].workspace_id, once(calls), now, memory, careful, meanwhile)
    stored: list[Stored] = []
    ordered = sorted(calls, key=lambda call: call.workspace_id)  # stable, and locks are taken in one order
    for workspace_id, group in groupby(ordered, key=lambda call: call.workspace_id):
        memory = _checked(memories, workspace_id, epochs)
        stored += _store(workspace_id, once(list(group)), now, memory, careful, meanwhile)
    return stored


def _checked(memories: Memories, workspace_id: int, epochs: Mapping[int, int]) -> Memory:
    """What is remembered of a workspace, under its identity lock, which holds until the transaction ends."""
    epoch, memory = epochs.get(workspace_id), memories.of(workspace_id)
    memory.check(lock_identity(workspace_id=workspace_id) if epoch is None else epoch)
    return memory


def once(calls: Sequence[Call]) -> Sequence[Call]:
    """Each message once, the first that came."""
    if len({call.message_key for call in calls}) == len(calls):
        return calls
    first: dict[str, Call] = {}
    for call in calls:
        first.setdefault(call.message_key, call)
    return list(first.values())


def _store(
    workspace_id: int,
    calls: Sequence[Call],
    now: datetime,
    memory: Memory,
    careful: bool,
    meanwhile: Iterable[object],
) -> list[Stored]:
    customers = _customers(workspace_id, calls, now, memory)
    if connection.vendor == "postgresql" and len(calls) <= rows.FEW and not meanwhile:
        stored = rows.insert_few(list(zip(customers, calls, strict=True)))
    else:
        stored = list(zip(allocate_ids(Event, len(calls)), customers, calls, strict=True))
        if connection.vendor == "postgresql":
            stored = rows.copy_new(workspace_id, stored, ask_first=careful, meanwhile=meanwhile)
        else:
            stored = rows.insert_new(stored)
    _describe(workspace_id, stored, now)
    return stored


def _customers(workspace_id: int, calls: Sequence[Call], now: datetime, memory: Memory) -> list[int]:
    """Whose each call is: from memory where the same ids were recognised before, and the others together."""
    if not calls:
        return []
    known = remembered(workspace_id=workspace_id, who=[call.who for call in calls], memory=memory, now=now)
    if any(call.traits is not None for call in calls):
        known = _with_named_keys(workspace_id, calls, known, memory)
    strangers = [call for call, customer in zip(calls, known, strict=True) if customer is None]
    if not strangers:
        return list(known)  # type: ignore[arg-type]  # none of them is None
    epoch = memory.joins
    found = resolve(workspace_id=workspace_id, keys=[call.identity() for call in strangers], now=now, memory=memory)
    if memory.joins != epoch and len(strangers) < len(calls):  # some who were remembered may be another's now
        return resolve(workspace_id=workspace_id, keys=[call.identity() for call in calls], now=now, memory=memory)
    for call, customer in zip(strangers, found, strict=True):
        who = call.who or (call.keys and call.keys.user_id)  # a user id always means the same customer
        if who:
            memory.learnt_whom[who] = customer
    rest = iter(found)
    return [next(rest) if customer is None else customer for customer in known]


def _with_named_keys(
    workspace_id: int, calls: Sequence[Call], known: Sequence[int | None], memory: Memory
) -> list[int | None]:
    """Calls whose traits carry a key that the workspace named take the long way, with that key."""
    rules, found = rules_in(workspace_id=workspace_id, memory=memory), list(known)
    for place, call in enumerate(calls):
        if call.traits is not None and call.type == "identify" and (named := rules.names_in(call.traits)):
            call.others, found[place] = named, None
    return found


def _describe(workspace_id: int, stored: list[Stored], now: datetime) -> None:
    """Traits of identify and account of group calls."""
    changes = [
        TraitChange(customer_id=customer_id, traits=_said(call), at=call.ts)
        for _, customer_id, call in stored
        if call.traits is not None
    ]
    if changes:
        update_traits(workspace_id=workspace_id, changes=changes, now=now)
    groups = [_told(customer_id, call) for _, customer_id, call in stored if call.type == "group"]
    if groups:
        tell_accounts(workspace_id=workspace_id, told=[each for each in groups if each.key], now=now)


def _told(customer_id: int, call: Call) -> AccountTold:
    key = msgspec.json.decode(call.properties)["groupId"]
    return AccountTold(key=str(key), traits=call.traits or {}, at=call.ts, customer_id=customer_id)


def _said(call: Call) -> dict[str, Any]:
    traits = call.traits or {}
    if call.type == "identify":
        return traits
    group = msgspec.json.decode(call.properties)
    return {"account": {"id": group["groupId"], **traits}}
