"""What higher rooms lend to the door out, by dotted path from their ``apps.py``: outreach imports none of them.

- suppressors: ``f(*, workspace_id, customer_ids) -> Mapping[customer_id, reason]`` – why no survey may go out now;
- releasers: ``f(*, workspace_id, releases, now)`` – makes and posts the messages of held asks that are now allowed;
- delivery hooks: ``f(*, decision_ids, now)`` – told which decisions' messages the peer has accepted.

All are called inside the caller's transaction.
"""

from collections.abc import Callable
from typing import Any

from django.utils.module_loading import import_string

_suppressors: list[str] = []
_releasers: dict[str, str] = {}
_delivery_hooks: list[str] = []


def register_suppressor(path: str) -> None:
    """Ask this function, for every batch of proposals, who must not be surveyed now and why."""
    if path not in _suppressors:
        _suppressors.append(path)


def register_releaser(purpose: str, path: str) -> None:
    """Hand held asks of this purpose to the function once the governor allows them."""
    _releasers[purpose] = path


def register_delivery_hook(path: str) -> None:
    """Tell this function which decisions' messages were accepted by the peer."""
    if path not in _delivery_hooks:
        _delivery_hooks.append(path)


def suppressors() -> list[Callable[..., Any]]:
    return [import_string(path) for path in _suppressors]


def releaser(purpose: str) -> Callable[..., Any] | None:
    path = _releasers.get(purpose)
    return import_string(path) if path else None


def delivery_hooks() -> list[Callable[..., Any]]:
    return [import_string(path) for path in _delivery_hooks]
