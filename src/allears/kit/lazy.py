"""Modules that load when first used, so that a process that never needs them stays small."""

from importlib import import_module
from typing import Any


class LazyModule:
    """Stands for a module; the first look at one of its names imports it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self._name), attribute)
