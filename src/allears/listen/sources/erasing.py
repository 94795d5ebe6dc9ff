"""Files that came with others' mails and voices and name a person who is erased: the file goes, the mail stays."""

from collections.abc import Iterator
from datetime import datetime

from allears.customers.rights.packed import is_named_in, unread_in
from allears.customers.rights.person import Person
from allears.listen.models import Enclosure, VoiceFile


def erase_enclosures(*, person: Person, now: datetime) -> int:
    """Drop the content of files that name the person, packed or not."""
    dropped = 0
    for row in _enclosed(person):
        if is_named_in(bytes(row.content or b""), person=person):
            dropped += Enclosure.objects.in_workspace(person.workspace_id).filter(pk=row.pk).update(content=None)
    return dropped + _drop_given(person)


def _drop_given(person: Person) -> int:
    """Files that were given with others' voices."""
    dropped = 0
    for row in _given(person):
        if is_named_in(bytes(row.content), person=person):
            dropped += VoiceFile.objects.in_workspace(person.workspace_id).filter(pk=row.pk).delete()[0]
    return dropped


def unread_files(*, person: Person) -> Iterator[tuple[str, int, str]]:
    """Others' files that stay and could not be looked into in full: model, id and why, a line for each reason."""
    for model, rows in (("listen.Enclosure", _enclosed(person)), ("listen.VoiceFile", _given(person))):
        for row in rows:
            yield from ((model, row.pk, why) for why in sorted(unread_in(bytes(row.content or b""))))


def _enclosed(person: Person) -> Iterator[Enclosure]:
    others = Enclosure.objects.in_workspace(person.workspace_id).exclude(letter__voice__customer_id__in=person.ids)
    return others.exclude(content=None).only("pk", "content").iterator(chunk_size=20)


def _given(person: Person) -> Iterator[VoiceFile]:
    others = VoiceFile.objects.in_workspace(person.workspace_id).exclude(voice__customer_id__in=person.ids)
    return others.only("pk", "content").iterator(chunk_size=20)
