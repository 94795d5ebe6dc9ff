"""What the worker does round and round; each domain registers its own in ``apps.py``, so ``jobs`` knows none."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Loop:
    """A function ``run_once(owner) -> int`` called until it finds nothing to do, then again at each ring."""

    name: str
    function: str  # dotted path; takes the owner's name, returns how much it did
    bell: str  # topic that wakes it


_loops: dict[str, Loop] = {}


def register_loop(name: str, dotted_path: str, bell_topic: str) -> None:
    """Have the worker run this function in a thread of its own."""
    _loops[name] = Loop(name=name, function=dotted_path, bell=bell_topic)


def loops() -> list[Loop]:
    """Every registered loop."""
    return list(_loops.values())
