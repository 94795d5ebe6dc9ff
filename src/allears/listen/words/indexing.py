"""Keeps the index up behind the writers: whatever the triggers noted is read and indexed (see ``jobs.behind``)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from django.db import connection, transaction

from allears.customers.models import Customer
from allears.jobs.behind import AT_ONCE, Behind
from allears.listen.models import MarkedAttribute, Voice, VoicePending
from allears.listen.tags.models import VoiceTag
from allears.listen.words import marks, storing
from allears.listen.words.beside import marks_beside
from allears.listen.words.terms import terms

Row = tuple[int, list[str], list[str]]


def _keep(numbers: list[int]) -> Collection[int]:
    """Voices with their terms and marks; one without words has marks only."""
    names = _marked_names()  # first: who follows a further one has those that stand here indexed again
    voices = list(Voice.objects.across_workspaces().filter(pk__in=numbers).only(*marks.COLUMNS))
    attributes = _attributes({each.customer_id for each in voices if each.customer_id and names[each.workspace_id]})
    held = {each.pk for each in voices if names[each.workspace_id] and (each.customer_id or 0) not in {0, *attributes}}
    done = [number for number in numbers if number not in held]
    storing.store(list(_told([each for each in voices if each.pk not in held], names, attributes)))
    return done


def _told(
    voices: list[Voice], names: Mapping[int, set[str]], attributes: Mapping[int, Mapping[str, object]]
) -> Iterable[Row]:
    numbers = [each.pk for each in voices]
    tags: dict[int, list[int]] = defaultdict(list)
    rows = VoiceTag.objects.across_workspaces().filter(voice_id__in=numbers).values_list("voice_id", "tag_id")
    for voice_id, tag_id in rows:
        tags[voice_id].append(tag_id)
    beside = marks_beside(numbers)
    for voice in voices:
        found = marks.of_voice(voice, tags[voice.pk])
        found += marks.of_attributes(names[voice.workspace_id], voice, attributes.get(voice.customer_id or 0, {}))
        yield voice.pk, terms(voice.text), [*found, *beside.get(voice.pk, ())]


def _marked_names() -> Mapping[int, set[str]]:
    """By workspace, the attributes by which its voices are marked."""
    found: dict[int, set[str]] = defaultdict(set)
    for workspace_id, name in MarkedAttribute.objects.across_workspaces().values_list("workspace_id", "name"):
        found[workspace_id].add(name)
    return found


def _attributes(customer_ids: set[int]) -> Mapping[int, Mapping[str, object]]:
    """Of customers, but for those whom another is changing now: what is told of them becomes visible without his
    having seen all of their voices."""
    rows = Customer.objects.across_workspaces().filter(pk__in=customer_ids).order_by()
    if connection.vendor == "postgresql":
        rows = rows.select_for_update(skip_locked=True, no_key=True)
    return dict(rows.values_list("pk", "attributes"))


def _further() -> int:
    """Voices that were there before somebody followed an attribute, the newest first; how many of them wait now."""
    rows = MarkedAttribute.objects.across_workspaces().filter(is_marked=False).order_by("pk")
    if not rows.exists():
        return 0
    with transaction.atomic():
        if connection.vendor == "postgresql":
            rows = rows.select_for_update(skip_locked=True)
        for each in rows:
            voices = Voice.objects.in_workspace(each.workspace_id).order_by("-pk")
            if each.below is not None:
                voices = voices.filter(pk__lt=each.below)
            numbers = list(voices.values_list("pk", flat=True)[:AT_ONCE])
            if numbers:
                VoicePending.objects.bulk_create(map(VoicePending, numbers), ignore_conflicts=True)
                each.below = numbers[-1]
            else:
                each.is_marked = True
            each.save(update_fields=["below", "is_marked"])
            if numbers:
                return len(numbers)
    return 0


BEHIND = Behind(
    lease="voice-words",
    waiting=VoicePending,
    watches=storing.watches,
    begin_anew=storing.begin_anew,
    keep=_keep,
    further=_further,
)
run_once, index_some, index_all = BEHIND.run_once, BEHIND.some, BEHIND.all
