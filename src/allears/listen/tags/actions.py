"""What people do with tags. Putting a tag on a voice is everybody's; renaming, merging and deleting is the managers'
(the pages see to it). A tag that is made, and each of these, leaves an audit row."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from allears.accounts.audit import audit
from allears.listen.models import Voice
from allears.listen.tags.models import Tag, VoiceTag
from allears.listen.tags.queries import kin, stands_for
from allears.listen.words.terms import folded

LONGEST = 40
MOST = 500  # of one workspace: more are no longer a vocabulary
MOST_ON_A_VOICE = 20


class TagError(ValueError):
    """A tag that cannot be; the text says why and what to do."""


def _cleaned(name: str) -> tuple[str, str]:
    """The name as written, and as compared."""
    name = " ".join(name.split()).lstrip("#").strip()
    if not name or len(name) > LONGEST:
        raise TagError(_("A tag has between 1 and %(most)s characters. Nothing was changed.") % {"most": LONGEST})
    return name, folded(name)[:80]


def _tag_named(workspace_id: int, name: str, *, actor_id: int | None, now: datetime) -> Tag:
    """The tag of this name, made where it is missing; of a merged one, the tag it was merged into."""
    name, key = _cleaned(name)
    rows = Tag.objects.in_workspace(workspace_id)
    known: Tag | None = rows.filter(key=key).first()
    if known is not None:
        everyone = list(rows)
        standing = stands_for(everyone)[known.pk]
        found: Tag = next(tag for tag in everyone if tag.pk == standing)
        return found
    if rows.count() >= MOST:
        raise TagError(_("There are %(most)s tags already. Use one of them, or merge some.") % {"most": MOST})
    made: tuple[Tag, bool] = rows.get_or_create(
        workspace_id=workspace_id, key=key, defaults={"name": name, "created_by_id": actor_id, "created_at": now}
    )
    tag, is_new = made
    if is_new:
        _told(tag, "made", actor_id, name=name)
    return tag


@transaction.atomic
def put_tag(*, voice: Voice, name: str, actor_id: int | None, now: datetime) -> Tag:
    """Tag a voice; nothing happens when it carries the tag. Raises TagError."""
    workspace_id = voice.workspace_id
    tag = _tag_named(workspace_id, name, actor_id=actor_id, now=now)
    rows = VoiceTag.objects.in_workspace(workspace_id).filter(voice=voice)
    if rows.filter(tag_id__in=kin(workspace_id=workspace_id, tag_id=tag.pk)).exists():
        return tag
    if rows.count() >= MOST_ON_A_VOICE:
        raise TagError(_("A voice carries at most %(most)s tags. Take one off first.") % {"most": MOST_ON_A_VOICE})
    rows.get_or_create(workspace_id=workspace_id, voice=voice, tag=tag, defaults={"by_id": actor_id, "at": now})
    return tag


@transaction.atomic
def take_tag(*, voice: Voice, tag_id: int) -> bool:
    """Take a tag, and what was merged into it, off a voice; whether it was there."""
    ids = kin(workspace_id=voice.workspace_id, tag_id=tag_id)
    removed, _each = VoiceTag.objects.in_workspace(voice.workspace_id).filter(voice=voice, tag_id__in=ids).delete()
    return removed > 0


@transaction.atomic
def rename_tag(*, tag: Tag, name: str, actor_id: int | None) -> None:
    """Another word for the same; raises TagError when the word is another tag's."""
    name, key = _cleaned(name)
    if Tag.objects.in_workspace(tag.workspace_id).filter(key=key).exclude(pk=tag.pk).exists():
        raise TagError(_("There is a tag “%(name)s” already. Merge the two instead.") % {"name": name})
    before, tag.name, tag.key = tag.name, name, key
    tag.save(update_fields=["name", "key"])
    _told(tag, "renamed", actor_id, before=before, after=name)


@transaction.atomic
def merge_tag(*, tag: Tag, into: Tag, actor_id: int | None, now: datetime) -> None:
    """From now on ``tag`` is shown as ``into``; raises TagError where that leads in a ring."""
    if into.workspace_id != tag.workspace_id or into.pk in kin(workspace_id=tag.workspace_id, tag_id=tag.pk):
        raise TagError(_("These two are one tag already. Nothing was changed."))
    tag.merged_into, tag.merged_at = into, now
    tag.save(update_fields=["merged_into", "merged_at"])
    _told(tag, "merged", actor_id, into=into.pk)


@transaction.atomic
def part_tag(*, tag: Tag, actor_id: int | None) -> None:
    """Undo a merge: the tag stands for itself again, on the voices it was put on."""
    if tag.merged_into_id is None:
        return
    tag.merged_into = tag.merged_at = None
    tag.save(update_fields=["merged_into", "merged_at"])
    _told(tag, "parted", actor_id)


@transaction.atomic
def delete_tag(*, tag: Tag, actor_id: int | None) -> int:
    """Take a tag off every voice and out of the vocabulary; off how many voices. Raises TagError.

    A tag that others were merged into stands for them too: it stays until they are parted from it.
    """
    if Tag.objects.in_workspace(tag.workspace_id).filter(merged_into=tag).exists():
        raise TagError(_("Other tags were merged into “%(name)s”. Part them again first.") % {"name": tag.name})
    voices: int = VoiceTag.objects.in_workspace(tag.workspace_id).filter(tag=tag).count()
    _told(tag, "deleted", actor_id, name=tag.name, voices=voices)
    tag.delete()
    return voices


def _told(tag: Tag, verb: str, actor_id: int | None, **detail: str | int) -> None:
    audit(
        workspace_id=tag.workspace_id,
        actor_id=actor_id,
        verb=f"listen.tag.{verb}",
        subject=f"tag:{tag.pk}",
        detail=detail,
    )
