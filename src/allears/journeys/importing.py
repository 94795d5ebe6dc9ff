"""Touchpoints that imported rows name: found by key or name, made where there is none."""

from collections.abc import Collection, Mapping
from datetime import datetime
from hashlib import blake2b

from django.utils.text import slugify

from allears.events.imports.marks import mark
from allears.journeys.actions import TouchpointSpec, create_touchpoint
from allears.journeys.models import Touchpoint

LONGEST_KEY = 60
Places = Mapping[str, int]  # a name as the file has it → the touchpoint's id


def key_of(name: str) -> str:
    """The name as a key in its own letters, so that figures by key can be read; a mark of it where it has none."""
    plain = slugify(name, allow_unicode=True)
    if plain and len(plain) <= LONGEST_KEY:
        return plain
    return f"{plain[:40] or 'touchpoint'}-{blake2b(name.encode(), digest_size=4).hexdigest()}"


def place_all(*, workspace_id: int, import_id: int, names: Collection[str], now: datetime) -> Places:
    """The touchpoint of each name; new ones go to the end of the journey and are marked as the import's."""
    if not names:
        return {}
    known: dict[str, int] = {}
    for touchpoint in Touchpoint.objects.in_workspace(workspace_id):
        for word in (touchpoint.key, touchpoint.name, touchpoint.name_zh):
            if word:
                known.setdefault(word.casefold(), touchpoint.pk)
    found: dict[str, int] = {}
    for name in sorted(names):
        place = known.get(name.casefold()) or known.get(key_of(name))
        found[name] = place or _make(workspace_id, import_id, name, now)
        known[key_of(name)] = found[name]
    return found


def _make(workspace_id: int, import_id: int, name: str, now: datetime) -> int:
    spec = TouchpointSpec(key=key_of(name), name=name)
    made = create_touchpoint(workspace_id=workspace_id, spec=spec, actor_id=None, now=now)
    mark(workspace_id=workspace_id, import_id=import_id, subject="touchpoint", ids=[made.pk])
    return made.pk
