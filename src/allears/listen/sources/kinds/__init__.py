"""The kinds of source: each sub-folder with an ``adapter.py`` is one, discovered, never listed."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from allears.listen.sources.base import Adapter


class UnknownKindError(LookupError):
    """No folder of ``listen/sources/kinds`` has this name."""


@cache
def adapters() -> dict[str, Adapter]:
    """Every kind's adapter by its name, which is its folder's name."""
    found: dict[str, Adapter] = {}
    for module in iter_modules(__path__):
        if module.ispkg:
            found[module.name] = import_module(f"{__name__}.{module.name}.adapter").ADAPTER
    return found


def adapter(name: str) -> Adapter:
    try:
        return adapters()[name]
    except KeyError:
        raise UnknownKindError(f"unknown kind {name!r}; there are: {', '.join(sorted(adapters()))}") from None
