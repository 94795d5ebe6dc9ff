"""Files that came with others' mails and voices and name a person who is erased: the file goes, the mail stays.

Each is unpacked once: whether it names the person and whether it could be looked into in full are one look.
"""

from collections.abc import Iterator
from datetime import datetime

from allears.customers.personal import Looked
from allears.customers.rights.packed import look_into
from allears.customers.rights.person import Person
from allears.listen.models import Enclosure, VoiceFile


def erase_enclosures(*, person: Person, now: datetime) -> Looked:
    """Drop the content of files that name the person, packed or not."""
    removed = 0
    unread: list[tuple[str, int, str]] = []
    for row in _enclosed(person):
        reasons = look_into(bytes(row.content or b""), person=person)
        if reasons is None:
            removed += Enclosure.objects.in_workspace(person.workspace_id).filter(pk=row.pk).update(content=None)
        unread += [("listen.Enclosure", row.pk, why) for why in sorted(reasons or ())]
    for given in _given(person):
        reasons = look_into(bytes(given.content), person=person)
        if reasons is None:
            removed += VoiceFile.objects.in_workspace(person.workspace_id).filter(pk=given.pk).delete()[0]
        unread += [("listen.VoiceFile", given.pk, why) for why in sorted(reasons or ())]
    return Looked(removed=removed, unread=unread)


def _enclosed(person: Person) -> Iterator[Enclosure]:
    others = Enclosure.objects.in_workspace(person.workspace_id).exclude(letter__voice__customer_id__in=person.ids)
    return others.exclude(content=None).only("pk", "content").iterator(chunk_size=20)


def _given(person: Person) -> Iterator[VoiceFile]:
    others = VoiceFile.objects.in_workspace(person.workspace_id).exclude(voice__customer_id__in=person.ids)
    return others.only("pk", "content").iterator(chunk_size=20)
