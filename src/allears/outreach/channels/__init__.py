"""The ways to a customer: each sub-folder with an ``adapter.py`` is one, discovered, never listed."""

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from allears.outreach.channels.base import Adapter, Capability, Reachable


class UnknownChannelError(LookupError):
    """No folder of ``outreach/channels`` has this name."""


@cache
def adapters() -> dict[str, Adapter]:
    """Every channel's adapter by its name, which is its folder's name."""
    found: dict[str, Adapter] = {}
    for module in iter_modules(__path__):
        if module.ispkg:
            found[module.name] = import_module(f"{__name__}.{module.name}.adapter").ADAPTER
    return found


def adapter(name: str) -> Adapter:
    try:
        return adapters()[name]
    except KeyError:
        raise UnknownChannelError(f"unknown channel {name!r}; there are: {', '.join(sorted(adapters()))}") from None


def address(name: str, person: Reachable) -> str:
    """Where the channel reaches this customer; empty when it cannot, or when there is no such channel."""
    found = adapters().get(name)
    return found.address(person) if found else ""


def capability(name: str) -> Capability:
    """What the channel can carry; raises UnknownChannelError."""
    return adapter(name).capability


def identifiers(names: Iterable[str]) -> set[str]:
    """The kinds of names that these channels reach people by, besides e-mail and phone."""
    known = adapters()
    return {kind for name in names if name in known for kind in known[name].capability.identifiers}


def is_present(name: str) -> bool:
    """Whether the customer is there already when this channel asks."""
    found = adapters().get(name)
    return found.capability.present if found else False


@cache
def fetched() -> tuple[str, ...]:
    """The channels whose messages the company's own program fetches."""
    return tuple(sorted(name for name, found in adapters().items() if found.capability.fetched))


def needs_credit(name: str) -> bool:
    """Whether each message by this channel needs a consent of its own."""
    found = adapters().get(name)
    return found.capability.consent_credits if found else False
