"""Scoped reads of tags: a merged tag is shown, counted and found as the one it was merged into."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Q

from allears.listen.beside import voices_of
from allears.listen.tags.models import Tag, VoiceTag
from allears.store.scope import ScopedQuerySet


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A tag as people see it, with the number of voices that carry it."""

    id: int
    name: str
    voices: int
    merged: tuple[Tag, ...] = ()


def every_tag(*, workspace_id: int) -> ScopedQuerySet[Tag]:
    """All tags, the merged ones too, by name."""
    found: ScopedQuerySet[Tag] = Tag.objects.in_workspace(workspace_id)
    return found.order_by("key")


def access_tag(*, workspace_id: int, tag_id: int) -> Tag:
    """One tag of this workspace; raises DoesNotExist."""
    tag: Tag = Tag.objects.in_workspace(workspace_id).get(pk=tag_id)
    return tag


def stands_for(tags: Iterable[Tag]) -> Mapping[int, int]:
    """By tag, the one that it is shown as; a ring that two merges at once made ends where it is entered."""
    into = {tag.pk: tag.merged_into_id for tag in tags}

    def last(tag_id: int) -> int:
        seen = {tag_id}
        while (further := into.get(tag_id)) is not None and further in into and further not in seen:
            seen.add(further)
            tag_id = further
        return tag_id

    return {tag_id: last(tag_id) for tag_id in into}


def kin(*, workspace_id: int, tag_id: int) -> list[int]:
    """The tag that this one is shown as, and all that were merged into it; empty for a tag of another workspace."""
    shown = stands_for(every_tag(workspace_id=workspace_id))
    wanted = shown.get(tag_id)
    return [] if wanted is None else sorted(each for each, stands in shown.items() if stands == wanted)


def carrying(*, workspace_id: int, tag_id: int) -> Q:
    """Voices that carry this tag or one merged into it."""
    wanted = kin(workspace_id=workspace_id, tag_id=tag_id)  # of this workspace; SQLite prefers its index to theirs
    rows = VoiceTag.objects.across_workspaces().filter(tag_id__in=wanted)
    return voices_of(rows, each=rows)


def names_on(*, workspace_id: int, voice_ids: Iterable[int]) -> Mapping[int, list[tuple[int, str]]]:
    """By voice, its tags as (id, name), by name."""
    ids = list(voice_ids)
    rows = list(VoiceTag.objects.in_workspace(workspace_id).filter(voice_id__in=ids).values_list("voice_id", "tag_id"))
    if not rows:
        return {}
    tags = list(every_tag(workspace_id=workspace_id))
    shown, names = stands_for(tags), {tag.pk: tag.name for tag in tags}
    found: dict[int, set[int]] = {}
    for voice_id, tag_id in rows:
        found.setdefault(voice_id, set()).add(shown[tag_id])
    return {
        voice_id: sorted(((each, names[each]) for each in ids_), key=lambda pair: pair[1].casefold())
        for voice_id, ids_ in found.items()
    }


def vocabulary(*, workspace_id: int) -> list[Shown]:
    """Every tag that is shown, by name, with its voices and what was merged into it."""
    tags = list(every_tag(workspace_id=workspace_id))
    shown = stands_for(tags)
    counts = Counter[int]()
    rows = VoiceTag.objects.in_workspace(workspace_id).order_by().values_list("tag_id").annotate(n=Count("voice_id"))
    for tag_id, number in rows:
        counts[shown[tag_id]] += number
    return [
        Shown(
            id=tag.pk,
            name=tag.name,
            voices=counts[tag.pk],
            merged=tuple(each for each in tags if each.merged_into_id == tag.pk),
        )
        for tag in tags
        if shown[tag.pk] == tag.pk
    ]


def shown_tags(*, workspace_id: int) -> list[Tag]:
    """The tags that people choose from, by name."""
    return [tag for tag in every_tag(workspace_id=workspace_id) if tag.merged_into_id is None]
