"""The right to see and to be forgotten, in words that are kept sealed: no search finds anybody in them."""

import json
from collections.abc import Iterator
from datetime import datetime

from allears.customers.rights.person import Person
from allears.listen.models import ResponseOriginal, TurnOriginal, VoiceOriginal
from allears.listen.originals import Kept, opened

BATCH = 500
KINDS: tuple[tuple[type[Kept], str], ...] = (
    (VoiceOriginal, "voice"),
    (ResponseOriginal, "response"),
    (TurnOriginal, "turn"),
)
LINKS: dict[type[Kept], str] = {VoiceOriginal: "voice", ResponseOriginal: "response", TurnOriginal: "turn__voice"}


def find_originals(*, person: Person) -> list[tuple[str, bytes]]:
    """What the person said, as it was said, for the access export: one file, or none."""
    told = [
        {owner: getattr(row, f"{owner}_id"), **said}
        for model, owner in KINDS
        for rows in _batches(model, person, own=True)
        for row, said in zip(rows, opened(rows), strict=True)
        if said is not None
    ]
    return [("words-as-said.json", json.dumps(told, indent=2, ensure_ascii=False).encode())] if told else []


def erase_originals(*, person: Person, now: datetime) -> int:
    """Drop the originals of others that name the person; what was blotted out stays blotted out."""
    dropped = 0
    for model, _owner in KINDS:
        for rows in _batches(model, person, own=False):
            named = [row.pk for row, said in zip(rows, opened(rows), strict=True) if said and person.is_in(said)]
            model.objects.in_workspace(person.workspace_id).filter(pk__in=named).delete()
            dropped += len(named)
    return dropped


def _batches(model: type[Kept], person: Person, *, own: bool) -> Iterator[list[Kept]]:
    """Originals of the person, or of everybody else, in bounded memory."""
    link = f"{LINKS[model]}__customer_id__in"
    everything = model.objects.in_workspace(person.workspace_id)
    chosen = everything.filter(**{link: person.ids}) if own else everything.exclude(**{link: person.ids})
    last = 0
    while rows := list(chosen.filter(pk__gt=last).order_by("pk")[:BATCH]):
        yield rows
        last = rows[-1].pk
