"""Tables beside the voices whose rows mark them too, and which stand in a layer above: it registers them here."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from django.utils.module_loading import import_string

_known: dict[str, str] = {}


def register_marks(*, table: str, marks_of: str) -> None:
    """Rows of ``table`` have a ``voice_id``; the function that ``marks_of`` names takes ids of voices and tells the
    marks of each. The migration that makes the table calls ``storing.make_for``."""
    _known[table] = marks_of


def tables() -> Iterable[str]:
    return _known


def marks_beside(voice_ids: Sequence[int]) -> Mapping[int, list[str]]:
    """By voice, the marks of all these tables."""
    found: dict[int, list[str]] = defaultdict(list)
    for name in _known.values():
        told = cast("Mapping[int, list[str]]", import_string(name)(voice_ids))
        for voice_id, marks in told.items():
            found[voice_id] += marks
    return found
