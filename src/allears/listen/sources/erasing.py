"""Files that came with others' mails and voices and name a person who is erased: the file goes, the mail stays."""

from datetime import datetime

from allears.customers.rights.packed import is_named_in
from allears.customers.rights.person import Person
from allears.listen.models import Enclosure, VoiceFile


def erase_enclosures(*, person: Person, now: datetime) -> int:
    """Drop the content of files that name the person, packed or not."""
    others = Enclosure.objects.in_workspace(person.workspace_id).exclude(letter__voice__customer_id__in=person.ids)
    dropped = 0
    for row in others.exclude(content=None).only("pk", "content").iterator(chunk_size=20):
        if is_named_in(bytes(row.content), person=person):
            dropped += Enclosure.objects.in_workspace(person.workspace_id).filter(pk=row.pk).update(content=None)
    return dropped + _drop_given(person)


def _drop_given(person: Person) -> int:
    """Files that were given with others' voices."""
    dropped = 0
    files = VoiceFile.objects.in_workspace(person.workspace_id).exclude(voice__customer_id__in=person.ids)
    for row in files.only("pk", "content").iterator(chunk_size=20):
        if is_named_in(bytes(row.content), person=person):
            dropped += VoiceFile.objects.in_workspace(person.workspace_id).filter(pk=row.pk).delete()[0]
    return dropped
