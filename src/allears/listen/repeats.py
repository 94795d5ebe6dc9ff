"""The same thing said again elsewhere: a review that comes by feed and by file is one voice.

The rule, which the page of a voice states too: what a customer says unasked is the same when its words are (letters
and digits only, case and width folded), on the same day of the workspace, by the same customer or author. Where one of
the two names nobody, public words that are long enough and came by another way are the same as well. Two touchpoints or
two scores that differ make two voices; authorities' letters and answers to surveys are never merged. The first to come
stands for all: the others are linked to it, not deleted, and a person can take the link away again.

What counts or lists voices keeps to ``models.COUNTED``; so do the lake's voices and annotations.

Digests of words and day stand in an indexed column, so that a chunk of a file costs one look-up.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count

from allears.accounts.audit import audit
from allears.accounts.models import Workspace
from allears.jobs.hot import heat, source_of
from allears.jobs.lease import worker_name
from allears.jobs.queue import enqueue
from allears.jobs.withdrawal import withdraw
from allears.listen.models import OF_TALKS, Voice
from allears.store import plain
from allears.store.bulk import existing_values

LEAST, ALONE = 12, 24  # weight of words (Han counts double): to be compared at all, and without an author
FEW = 50  # digests, that are looked for with their rows at once
MOST_APART = 20  # voices of the same words and day by different people that are looked through
AUTHORS = frozenset(
    [
        "author",
        "reviewer",
        "nickname",
        "nick",
        "username",
        "screenname",
        "authorname",
        "reviewername",
        "postedby",
        "by",
        "writer",
        "作者",
        "昵称",
        "用户名",
        "用户昵称",
        "评论者",
        "评论人",
        "评论用户",
        "发布者",
        "发布人",
        "发帖人",
        "博主",
        "留言人",
    ]
)
_NO_WORDS = re.compile(r"[\W_]+")
NEVER = frozenset({Voice.SourceKind.REGULATOR, Voice.SourceKind.SURVEY})
COLUMNS = (
    "id", "sameness", "customer_id", "attributes", "public", "import_id", "channel", "touchpoint_id", "metric", "score",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What the rule looks at. ``way`` is how it came: an import, a source, a channel."""

    sameness: str | None
    customer_id: int | None
    author: str
    public: bool
    way: str
    touchpoint_id: int | None = None
    score: tuple[str, int] | None = None  # with its metric before it


@dataclass(slots=True)
class _First:
    voice_id: int
    heard: Heard


def sameness(*, text: str, said_at: datetime, zone: str) -> str | None:
    """Digest of the words and the day; None for words too few to tell one saying from another.

    It begins with ``l`` where the words are long enough to be the same without an author.
    """
    words = _NO_WORDS.sub("", unicodedata.normalize("NFKC", text).casefold())
    heavy = weight(words)
    if heavy < LEAST:
        return None
    try:
        day = said_at.astimezone(_zone(zone)).date().isoformat()
    except OverflowError:  # at the very beginning or end of the calendar
        return None
    digest = blake2b(f"{day}\x1f{words}".encode(), digest_size=15, key=_key(settings.SECRET_KEY)).hexdigest()
    return f"{'l' if heavy >= ALONE else 's'}{digest}"


@lru_cache(maxsize=4)
def _key(secret: str) -> bytes:
    """Digests are of words as they were said: keyed, so that nobody finds a number in them by trying all there are."""
    return blake2b(secret.encode(), digest_size=32, person=b"listen.repeats").digest()


def weight(words: str) -> int:
    """Characters, those of Han twice; of many, at least as many as there are."""
    if len(words) >= ALONE:
        return len(words)
    return sum(2 if char > "\u2e7f" else 1 for char in words)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def author_of(attributes: Mapping[str, Any]) -> str:
    """Whom the source names as its author; empty where it names nobody."""
    for name, value in attributes.items():
        if isinstance(value, str) and _NO_WORDS.sub("", name.casefold()) in AUTHORS:
            return _NO_WORDS.sub("", unicodedata.normalize("NFKC", value).casefold())[:100]
    return ""


def is_compared(*, initiator: str, source_kind: str) -> bool:
    return initiator == Voice.Initiator.CUSTOMER and source_kind not in NEVER


def way_of(*, channel: str, import_id: int | None, attributes: Mapping[str, Any]) -> str:
    return f"import:{import_id}" if import_id else f"{channel}:{attributes.get('source', '')}"


def is_same(one: Heard, other: Heard) -> bool:
    """Whether two sayings of the same words and day are one; see the rule above."""
    if _differ(one.touchpoint_id, other.touchpoint_id) or _differ(one.score, other.score):
        return False
    if one.customer_id is not None and one.customer_id == other.customer_id:
        return True
    if not (one.public and other.public):
        return False
    if one.author and other.author:
        return one.author == other.author
    if one.customer_id is not None and other.customer_id is not None:
        return False
    return one.way != other.way and (one.sameness or "").startswith("l")


def _differ(one: object, other: object) -> bool:
    return one is not None and other is not None and one != other


def firsts(*, workspace_id: int, heard: Sequence[tuple[int, Heard]]) -> dict[int, int]:
    """For each new voice (id, what is known of it) that repeats another: the id of the first."""
    wanted = sorted({each.sameness for _, each in heard if each.sameness})
    if not wanted:
        return {}
    one_at_a_time(workspace_id)
    stand = _standing(workspace_id, wanted)
    found: dict[int, int] = {}
    for voice_id, each in sorted(heard, key=lambda pair: pair[0]):
        if each.sameness is None:
            continue
        before = stand[each.sameness]
        same = next((first for first in before if first.voice_id != voice_id and is_same(first.heard, each)), None)
        if same:
            found[voice_id] = same.voice_id
        elif len(before) < MOST_APART:
            before.append(_First(voice_id, each))
    return found


def one_at_a_time(workspace_id: int) -> None:
    """Two that come in the same instant must not both find nobody before them; SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        plain.select("SELECT pg_advisory_xact_lock(hashtext('listen.repeats'), %s::int)", [workspace_id])


def _standing(workspace_id: int, wanted: Sequence[str]) -> dict[str, list[_First]]:
    """Voices that repeat nobody, by their digest, the earliest first."""
    stand: dict[str, list[_First]] = defaultdict(list)
    rows = Voice.objects.in_workspace(workspace_id).filter(repeats__isnull=True)
    if len(wanted) > FEW:  # of a file, nearly all of which nobody said before
        wanted = sorted(existing_values(Voice, "sameness", wanted, workspace_id=workspace_id))
    for start in range(0, len(wanted), 900):
        part = rows.filter(sameness__in=wanted[start : start + 900]).order_by("id")
        for row in part.only(*COLUMNS):
            if row.sameness and len(stand[row.sameness]) < MOST_APART:
                stand[row.sameness].append(_First(row.pk, heard_of(row)))
    return stand


def heard_of(voice: Voice) -> Heard:
    return Heard(
        sameness=voice.sameness,
        customer_id=voice.customer_id,
        author=author_of(voice.attributes),
        public=voice.public,
        way=way_of(channel=voice.channel, import_id=voice.import_id, attributes=voice.attributes),
        touchpoint_id=voice.touchpoint_id,
        score=None if voice.score is None else (voice.metric, voice.score),
    )


def zone_of(workspace_id: int) -> str:
    return str(Workspace.objects.values_list("timezone", flat=True).get(pk=workspace_id))


def digest_for(*, workspace_id: int, values: Mapping[str, Any], text: str) -> str | None:
    """The digest of one voice about to be stored, of its columns and ``text``, its words before anything is blotted.

    None where nothing could be the same as it.
    """
    if not is_compared(initiator=values["initiator"], source_kind=values["source_kind"]):
        return None
    if not (values["public"] or values["customer_id"]) or 2 * len(text) < LEAST:
        return None
    return sameness(text=text, said_at=values["said_at"], zone=zone_of(workspace_id))


def link(voice: Voice) -> None:
    """Link a voice that was just stored to the first of its kind, where it repeats one."""
    if voice.sameness is None:
        return
    voice.repeats_id = firsts(workspace_id=voice.workspace_id, heard=[(voice.pk, heard_of(voice))]).get(voice.pk)
    if voice.repeats_id is not None:
        voice.save(update_fields=["repeats"])


def link_again(voice: Voice) -> None:
    """Look anew at a voice whose words were edited: it may be another one now, or the same as one that stands.

    What a person has parted stays apart, and a voice that stands for others goes on doing so.
    """
    if (
        "apart from" in voice.attributes
        or Voice.objects.in_workspace(voice.workspace_id).filter(repeats=voice).exists()
    ):
        return
    before = voice.repeats_id
    voice.repeats_id = firsts(workspace_id=voice.workspace_id, heard=[(voice.pk, heard_of(voice))]).get(voice.pk)
    if voice.repeats_id == before:
        return
    voice.save(update_fields=["repeats"])
    if voice.repeats_id is None:
        heat(table="voices", workspace_id=voice.workspace_id, ids=[voice.pk])
    elif before is None:
        _uncount_soon(voice)


@transaction.atomic
def part(*, voice: Voice, actor_id: int | None) -> None:
    """A person says that it is another voice after all: it counts by itself from now on."""
    if voice.repeats_id is None:
        return
    voice.attributes = {**voice.attributes, "apart from": voice.repeats_id}
    _note(voice, actor_id, "listen.voice.parted", voice.repeats_id)
    voice.repeats = None
    voice.save(update_fields=["repeats", "attributes"])
    heat(table="voices", workspace_id=voice.workspace_id, ids=[voice.pk])


def parted_from(voice: Voice) -> Voice | None:
    """The voice that it was one with, before somebody parted them; None where that is gone or one with another."""
    first_id = voice.attributes.get("apart from")
    if first_id is None or voice.repeats_id is not None:
        return None
    return Voice.objects.in_workspace(voice.workspace_id).filter(pk=first_id, repeats__isnull=True).first()


@transaction.atomic
def rejoin(*, voice: Voice, actor_id: int | None) -> None:
    """Take a parting back: the voice, with those that repeat it, is one with its first again, soon in the lake too."""
    first = parted_from(voice)
    if first is None:
        return
    voice.repeats = first
    voice.attributes = {name: value for name, value in voice.attributes.items() if name != "apart from"}
    voice.save(update_fields=["repeats", "attributes"])
    Voice.objects.in_workspace(voice.workspace_id).filter(repeats=voice).update(repeats=first)
    _note(voice, actor_id, "listen.voice.rejoined", first.pk)
    _uncount_soon(voice)


def _uncount_soon(voice: Voice) -> None:
    enqueue(
        task="allears.listen.jobs.uncount",
        arguments={"workspace_id": voice.workspace_id, "voice_id": voice.pk},
        queue="long",
    )


def uncount(*, workspace_id: int, voice_id: int) -> None:
    """Take a voice that is one with another out of the lake. Raises FlusherBusyError; it may be done again."""
    rows = Voice.objects.in_workspace(workspace_id).filter(pk=voice_id)
    if not rows.filter(repeats__isnull=False).exists():
        return

    def parted_meanwhile() -> None:
        if rows.select_for_update(of=("self",)).filter(repeats__isnull=True).exists():
            heat(table="voices", workspace_id=workspace_id, ids=[voice_id])

    withdraw(
        source=source_of("voices"), workspace_id=workspace_id, ids=[voice_id], delete=parted_meanwhile,
        owner=f"{worker_name()}:rejoin",
    )  # fmt: skip


def _note(voice: Voice, actor_id: int | None, verb: str, first_id: int) -> None:
    audit(
        workspace_id=voice.workspace_id,
        actor_id=actor_id,
        verb=verb,
        subject=f"voice:{voice.pk}",
        detail={"first": first_id},
    )


def counted(voices: Iterable[Voice]) -> None:
    """Give each voice its ``times``: how often it was said, itself included; one query for a page."""
    by_id = {voice.pk: voice for voice in voices}
    if not by_id:
        return
    workspace_id = next(iter(by_id.values())).workspace_id
    rows = Voice.objects.in_workspace(workspace_id).filter(repeats_id__in=list(by_id))
    again = dict(rows.values_list("repeats_id").annotate(n=Count("id")).order_by())
    for voice in by_id.values():
        voice.times = 1 + again.get(voice.pk, 0)  # type: ignore[attr-defined]


def others(voice: Voice) -> list[Voice]:
    """The voices that are one with this one, itself left out, the first to come first."""
    rows = Voice.objects.in_workspace(voice.workspace_id).select_related("touchpoint")
    if voice.repeats_id is not None:
        rows = rows.filter(pk=voice.repeats_id) | rows.filter(repeats_id=voice.repeats_id).exclude(pk=voice.pk)
    else:
        rows = rows.filter(repeats_id=voice.pk)
    return list(rows.order_by("id")[:50])


def in_thread(voice: Voice) -> list[Voice]:
    """The other voices of its exchange, in the order of their times."""
    if not voice.thread or voice.thread.startswith(OF_TALKS):
        return []
    rows = Voice.objects.in_workspace(voice.workspace_id).filter(thread=voice.thread).exclude(pk=voice.pk)
    return list(rows.select_related("touchpoint").order_by("said_at", "id")[:50])
