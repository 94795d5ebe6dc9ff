"""What higher rooms lend to the door out, by dotted path from their ``apps.py``: outreach imports none of them.

- suppressors: ``f(*, workspace_id, customer_ids, at=None) -> Mapping[customer_id, reason]`` – why no survey may go out
  now, or at an earlier moment, as the history tells; and beside each ``f(*, workspace_id, customer_ids) -> Query``,
  whose rows are the same of now;
- credits: ``f(*, workspace_id, customer_ids) -> Mapping[customer_id, int]`` – grants left on a channel that takes one
  for each message; what waits in the outbox is spent. Who is not named has none;
- second thoughts: ``f(*, workspace_id, proposals) -> Mapping[ask_key, event]`` – which waiting asks have lost their
  cause, asked when their time comes;
- ends: ``f(*, workspace_id, proposals) -> Mapping[ask_key, datetime]`` – which waiting asks end earlier than was said
  when they were proposed, asked when their time comes;
- releasers: ``f(*, workspace_id, releases, now)`` – makes and posts the messages of held asks that are now allowed;
- delivery hooks: ``f(*, decision_ids, now)`` – told which decisions' messages the peer has accepted;
- failure hooks: ``f(*, workspace_id, message_id, now)`` – told which ask's message came back or was refused for good.

All are called inside the caller's transaction.
"""

from collections.abc import Callable
from typing import Any

from django.utils.module_loading import import_string

from allears.store.plain import Query

_suppressors: list[str] = []
_suppressor_queries: list[str] = []
_releasers: dict[str, str] = {}
_delivery_hooks: list[str] = []
_failure_hooks: list[str] = []
_credits: dict[str, str] = {}
_second_thoughts: list[str] = []
_ends: list[str] = []
_rehearsers: dict[str, str] = {}


def register_suppressor(path: str, *, query: str) -> None:
    """Ask for every batch of proposals, by this query, who must not be surveyed now and why."""
    if path not in _suppressors:
        _suppressors.append(path)
        _suppressor_queries.append(query)


def register_releaser(purpose: str, path: str) -> None:
    """Hand held asks of this purpose to the function once the governor allows them."""
    _releasers[purpose] = path


def register_delivery_hook(path: str) -> None:
    """Tell this function which decisions' messages were accepted by the peer."""
    if path not in _delivery_hooks:
        _delivery_hooks.append(path)


def register_failure_hook(path: str) -> None:
    """Tell this function, as a job of its own, about each ask whose message failed for good."""
    if path not in _failure_hooks:
        _failure_hooks.append(path)


def failure_hooks() -> list[Callable[..., Any]]:
    return [import_string(path) for path in _failure_hooks]


def register_credits(channel: str, path: str) -> None:
    """Each message on this channel needs a grant of the customer's; the function counts what is left."""
    _credits[channel] = path


def register_second_thought(path: str) -> None:
    """Ask this function about waiting asks whose time has come, before they are decided."""
    if path not in _second_thoughts:
        _second_thoughts.append(path)


def register_end(path: str) -> None:
    """Ask this function about waiting asks whose time has come: do they still want to be made?"""
    if path not in _ends:
        _ends.append(path)


def ends() -> list[Callable[..., Any]]:
    return [import_string(path) for path in _ends]


def register_rehearser(kind: str, path: str) -> None:
    """Have rehearsals of this kind done by ``f(rehearsal) -> rehearsals.Step``, chunk by chunk."""
    _rehearsers[kind] = path


def rehearser(kind: str) -> Callable[..., Any]:
    found: Callable[..., Any] = import_string(_rehearsers[kind])
    return found


def credit_counters() -> dict[str, Callable[..., Any]]:
    return {channel: import_string(path) for channel, path in _credits.items()}


def second_thoughts() -> list[Callable[..., Any]]:
    return [import_string(path) for path in _second_thoughts]


def suppressors() -> list[Callable[..., Any]]:
    return [import_string(path) for path in _suppressors]


def suppressor_queries() -> list[Callable[..., Query]]:
    return [import_string(path) for path in _suppressor_queries]


def releaser(purpose: str) -> Callable[..., Any] | None:
    path = _releasers.get(purpose)
    return import_string(path) if path else None


def delivery_hooks() -> list[Callable[..., Any]]:
    return [import_string(path) for path in _delivery_hooks]
