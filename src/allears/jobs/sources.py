"""Which rows go to the lake: each domain registers its own in ``apps.py``, so ``jobs`` knows none."""

from dataclasses import dataclass

_sources: dict[str, str] = {}


@dataclass(frozen=True, kw_only=True)
class Leaning:
    """A table whose rows go when rows of another are taken back; ``keys`` is the path of ``f(workspace_id, ids)``.

    ``link`` is the field of its model that names the row of the other.
    """

    table: str
    on: str
    keys: str
    link: str


_leaning: list[Leaning] = []


def register_leaning(table: str, *, on: str, keys: str, link: str) -> None:
    """Take rows of ``table`` back with those of ``on``; ``keys`` says which, before the rows are deleted."""
    found = Leaning(table=table, on=on, keys=keys, link=link)
    if found not in _leaning:
        _leaning.append(found)


def leaning_on(table: str) -> list[Leaning]:
    """What goes with rows of this table."""
    return [each for each in _leaning if each.on == table]


def register_source(table: str, source: str) -> None:
    """Have the flusher carry rows to this lake table as the `HotSource` at dotted path ``source`` says."""
    _sources[table] = source


def sources() -> dict[str, str]:
    """Every registered source by table."""
    return dict(_sources)
