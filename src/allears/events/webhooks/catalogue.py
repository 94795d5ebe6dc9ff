"""What can be told to other systems: each domain declares its events, with schema and sample, in its ``telling.py``
and registers them in ``apps.py``. The reference in docs/webhooks.md is generated from here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.module_loading import import_string


@dataclass(frozen=True, kw_only=True)
class Told:
    """The ``data`` of one webhook, and whose it is."""

    data: Mapping[str, Any]
    customer_id: int | None = None


# Gets the recorded event's fields; None when what it speaks of is gone meanwhile.
Teller = Callable[..., Told | None]


@dataclass(frozen=True, kw_only=True)
class EventType:
    """One kind of webhook. ``version`` grows when a field goes or changes its meaning; new fields do not change it."""

    name: str  # of the recorded event: "case.opened"
    summary: str | Promise  # for people: "A voice became a case."
    tell: str  # dotted path of a Teller
    fields: Mapping[str, str]  # "case.number": "integer: counts within the workspace"
    sample: Mapping[str, Any] = field(default_factory=dict)  # of ``data``
    version: int = 1

    def teller(self) -> Teller:
        found: Teller = import_string(self.tell)
        return found


_registered: dict[str, str] = {}


def register_event_type(name: str, dotted_path: str) -> None:
    """Offer the recorded event ``name`` to other systems, as the EventType at the dotted path says."""
    _registered[name] = dotted_path


def is_offered(name: str) -> bool:
    """Whether events of this name are told to other systems at all."""
    return name in _registered


def event_type(name: str) -> EventType:
    """One entry of the catalogue; raises KeyError."""
    found = import_string(_registered[name])
    assert isinstance(found, EventType)
    return found


def catalogue() -> list[EventType]:
    """Everything on offer, by name."""
    return [event_type(name) for name in sorted(_registered)]
