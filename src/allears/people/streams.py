"""A member's own stream: what they follow, the touchpoints they answer for, and what colleagues passed on to them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import BooleanField, Exists, Func, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from allears.accounts.models import Membership
from allears.accounts.teams.queries import member_ids_in, team_ids_of
from allears.customers.models import Customer
from allears.journeys.models import Touchpoint
from allears.listen import wall
from allears.listen.models import COUNTED, Voice
from allears.listen.tags.queries import carrying, kin
from allears.listen.wall import Marked
from allears.listen.words import marks
from allears.people.following import attribute_of, filter_of, follows_of
from allears.people.models import Follow, Share, Thanks, Visit
from allears.store.scope import ScopedQuerySet
from allears.understand.themes.models import Place, Theme

VISIT = timedelta(minutes=30)  # of silence end a visit
MOST_COUNTED = 99  # "99+" is enough to know
FEW_CAME = 5_000  # voices since the last visit that are looked at one by one
LATELY, MOST_LATELY = timedelta(days=14), 5  # notes that stand above the stream
MOST_FOUND = 1_000  # voices that a saved filter with words finds
STANDING = Coalesce("voice__repeats_id", "voice_id")
Kind = Follow.Kind
MOST_OF_THEMES = marks.MOST  # voices of followed themes that are named one by one, of fewer than these


@dataclass(frozen=True, kw_only=True)
class Note:
    """A word of a colleague beside a voice: passed on ("share") or thanked for ("thanks")."""

    kind: str
    voice_id: int
    stands_id: int  # of a voice that repeats another, that one
    who: str
    to: str
    text: str
    at: datetime


def stream_of(*, member: Membership) -> Q:
    """Voices of the member's own stream; none for somebody without any part of their own."""
    held = _held(member)
    return _standing(member, held) | _by_filters(member, held, None)


def _standing(member: Membership, held: Mapping[str, Sequence[str]]) -> Q:
    """What is followed but for saved filters, owned, or passed on."""
    workspace_id = member.workspace_id
    wanted = Q(touchpoint_id__in=_touchpoints(member, held)) | Q(pk__in=passed_on(member))
    if held[Kind.SEGMENT]:
        wanted |= Q(segment__in=held[Kind.SEGMENT])
    for value in held[Kind.ATTRIBUTE]:
        wanted |= _of_customers(*attribute_of(value))
    if held[Kind.THEME]:
        wanted |= Q(pk__in=_in_themes(workspace_id, held))
    for value in held[Kind.TAG]:
        wanted |= carrying(workspace_id=workspace_id, tag_id=int(value))
    return wanted


def _by_filters(member: Membership, held: Mapping[str, Sequence[str]], among: Sequence[int] | None) -> Q:
    """What saved filters admit: of any voices, or of these few, whose words are looked at one by one."""
    wanted = Q(pk__in=[])
    for value in held[Kind.FILTER]:
        filters, labels = filter_of(value, member=member)
        found = wall.conditions(filters, most_found=MOST_FOUND, among=among)
        wanted |= found & labels.among(member.workspace_id)
    return wanted


def marked_stream(*, member: Membership) -> Marked | None:
    """The same for the wall, whose index of words knows most of it; none where it does not know a part."""
    held = _held(member)
    passed = [*passed_on(member), *_in_themes(member.workspace_id, held)[: MOST_OF_THEMES + 1]]
    ways = _ways(member, held)
    if ways is None or max(len(ways), len(passed)) > marks.MOST:
        return None
    standing = _standing(member, held)
    where = standing
    for value in held[Kind.FILTER]:
        filters, labels = filter_of(value, member=member)
        where |= wall.conditions(replace(filters, text="")) & labels.among(member.workspace_id)
    return Marked(
        where=where,
        marks=[ways],
        besides=passed,
        by_words=(lambda among: standing | _by_filters(member, held, among)) if held[Kind.FILTER] else None,
    )


def _ways(member: Membership, held: Mapping[str, Sequence[str]]) -> list[str | marks.All] | None:
    """How the index of words finds what is followed; none where it does not know a part of it yet."""
    workspace_id = member.workspace_id
    attributes = [attribute_of(value) for value in held[Kind.ATTRIBUTE]]
    attributes += [(marks.SEGMENT, value) for value in held[Kind.SEGMENT]]
    if attributes and not {name for name, _ in attributes} <= marks.followed(workspace_id=workspace_id):
        return None
    tags = {tag for each in held[Kind.TAG] for tag in kin(workspace_id=workspace_id, tag_id=int(each))}
    found: list[str | marks.All] = [marks.with_attribute(*each) for each in attributes]
    found += [*map(marks.at_touchpoint, _touchpoints(member, held)), *map(marks.with_tag, sorted(tags))]
    for value in held[Kind.FILTER]:
        filters, labels = filter_of(value, member=member)
        ways = wall.ways(filters, labels.marked(workspace_id))
        if ways is None:
            return None
        found += ways
    return found


def _held(member: Membership) -> dict[str, list[str]]:
    held: dict[str, list[str]] = defaultdict(list)
    for each in follows_of(member=member):
        held[each.kind].append(each.value)
    return held


def has_part(*, member: Membership) -> bool:
    """Whether there is anything of their own to show: something followed, owned, passed on or thanked for."""
    owned = Touchpoint.objects.in_workspace(member.workspace_id).filter(owner=member, archived_at__isnull=True)
    return follows_of(member=member).exists() or owned.exists() or bool(passed_on(member))


def _touchpoints(member: Membership, held: Mapping[str, Sequence[str]]) -> list[int]:
    """Followed ones, and those that the member or somebody of a followed team answers for."""
    owners = {member.pk, *member_ids_in(workspace_id=member.workspace_id, team_ids=map(int, held[Kind.TEAM]))}
    rows = Touchpoint.objects.in_workspace(member.workspace_id).filter(
        Q(pk__in=[int(each) for each in held[Kind.TOUCHPOINT]]) | Q(owner_id__in=owners)
    )
    return list(rows.values_list("pk", flat=True))


def passed_on(member: Membership, *, since: datetime | None = None, until: datetime | None = None) -> list[int]:
    """Voices that were shared with the member or their teams, or that thank them; at all, or in a time.

    For one that repeats another, the one that stands for it: a stream shows nothing else.
    """
    span = Q() if since is None else Q(at__gt=since)
    span &= Q() if until is None else Q(at__lte=until)
    shared = _shares(member).filter(span).values_list(STANDING, flat=True)
    thanked = _thanks(member).filter(span).values_list(STANDING, flat=True)
    return sorted({*shared, *thanked})


def _shares(member: Membership) -> ScopedQuerySet[Share]:
    rows: ScopedQuerySet[Share] = Share.objects.in_workspace(member.workspace_id).filter(ended_at__isnull=True)
    return rows.filter(Q(to_member=member) | Q(to_team_id__in=team_ids_of(member=member)))


def _thanks(member: Membership) -> ScopedQuerySet[Thanks]:
    rows: ScopedQuerySet[Thanks] = Thanks.objects.in_workspace(member.workspace_id)
    return rows.filter(to_member=member, ended_at__isnull=True)


def _of_customers(name: str, value: str) -> Q:
    """Looked at row by row: a region has very many customers, a page few voices."""
    customers = Customer.objects.across_workspaces().filter(pk=OuterRef("customer_id"))  # the voice's own
    return Q(Exists(customers.filter(_Carries("attributes", Value(name), Value(value)))))


class _Carries(Func):
    """Whether an object holds this text by this name. Not by a path: SQLite finds no name in Chinese by it if the name
    was written in another of JSON's two ways, and none with a quotation mark."""

    arity = 3
    output_field = BooleanField()

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[Any, ...]]:
        told, name, text = (compiler.compile(each) for each in self.get_source_expressions())
        sql = (
            f"EXISTS (SELECT 1 FROM json_each({told[0]}) AS told"  # noqa: S608 - own names
            f" WHERE told.key = {name[0]} AND told.type = 'text' AND told.value = {text[0]})"
        )
        return sql, (*told[1], *name[1], *text[1])

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[Any, ...]]:
        told, name, text = (compiler.compile(each) for each in self.get_source_expressions())
        return f"({told[0]} -> {name[0]}) = to_jsonb({text[0]}::text)", (*told[1], *name[1], *text[1])


def _in_themes(workspace_id: int, held: Mapping[str, Sequence[str]]) -> QuerySet[Place, int]:
    """Ids of voices in the followed themes."""
    if not held[Kind.THEME]:
        return Place.objects.in_workspace(workspace_id).none().values_list("voice_id", flat=True)
    places = Place.objects.in_workspace(workspace_id).filter(cell__theme_id__in=_themes(workspace_id, held))
    return places.values_list("voice_id", flat=True)


def _themes(workspace_id: int, held: Mapping[str, Sequence[str]]) -> list[int]:
    """The followed themes; of one that was merged, the one it went into."""
    rows = Theme.objects.in_workspace(workspace_id).filter(pk__in=[int(each) for each in held[Kind.THEME]])
    return sorted({into or theme for theme, into in rows.values_list("pk", "merged_into_id")})


# Unread


@transaction.atomic
def enter(*, member: Membership, now: datetime) -> int:
    """The member looks at their stream: voices above the returned id are new to them in this visit."""
    newest = _newest(member.workspace_id)
    rows = Visit.objects.in_workspace(member.workspace_id)
    visit, first = rows.get_or_create(
        workspace_id=member.workspace_id,
        member=member,
        defaults={"since_id": newest, "seen_id": newest, "at": now},
    )
    if first:
        return newest
    since = visit.since_id if now - visit.at < VISIT else visit.seen_id
    rows.filter(pk=visit.pk).update(since_id=since, seen_id=max(newest, visit.seen_id), at=now)
    return int(since)


def _newest(workspace_id: int) -> int:
    last = Voice.objects.in_workspace(workspace_id).order_by("-pk").values_list("pk", flat=True).first()
    return int(last or 0)


def unread(*, member: Membership) -> int:
    """How many voices came into the stream since the last visit, or were passed on since; at most one more than
    ``MOST_COUNTED``."""
    visit = Visit.objects.in_workspace(member.workspace_id).filter(member=member).first()
    if visit is None:
        return 0
    came = _since(member, visit.seen_id)
    return min(len(came | set(passed_on(member, since=visit.at))), MOST_COUNTED + 1)


def _since(member: Membership, seen_id: int) -> set[int]:
    """Voices of the stream above this id, one more than are counted at most. After a long absence the index of words
    is asked: very many came then, and perhaps none of them into this stream."""
    rows = Voice.objects.in_workspace(member.workspace_id).filter(pk__gt=seen_id)
    came = rows.order_by("pk").values_list("pk", flat=True)
    marked = marked_stream(member=member) if len(came[: FEW_CAME + 1]) > FEW_CAME else None
    if marked is None:
        return set(rows.filter(stream_of(member=member), COUNTED).values_list("pk", flat=True)[: MOST_COUNTED + 1])
    found, _ = wall.voices(
        filters=wall.WallFilter(workspace_id=member.workspace_id),
        among=Q(pk__gt=seen_id),
        marked=[marked],
        limit=MOST_COUNTED + 1,
    )
    return {voice.pk for voice in found}


# Notes of colleagues beside voices


def notes_on(*, member: Membership, voice_ids: Iterable[int]) -> Mapping[int, list[Note]]:
    """By voice, what colleagues passed on to this member or thanked them for, the oldest first; what they said of a
    voice that repeats one of these stands with it."""
    asked = set(voice_ids)
    found: dict[int, list[Note]] = defaultdict(list)
    for note in _notes(member, Q(voice_id__in=asked) | Q(voice__repeats_id__in=asked)):
        if note.voice_id in asked:
            found[note.voice_id].append(note)
        if note.stands_id != note.voice_id and note.stands_id in asked:
            found[note.stands_id].append(note)
    return found


def notes_lately(*, member: Membership, now: datetime) -> list[Note]:
    """What was passed on to this member of late, the latest first: a voice of long ago stands far down their stream."""
    return _notes(member, Q(at__gt=now - LATELY))[::-1][:MOST_LATELY]


def _notes(member: Membership, wanted: Q) -> list[Note]:
    """The oldest first."""
    shares = _shares(member).filter(wanted).select_related("by__user", "to_team", "voice")
    thanks = _thanks(member).filter(wanted).select_related("by__user", "voice")
    found = [_note("share", each, each.note, to=each.to_team.name if each.to_team else "") for each in shares]
    found += [_note("thanks", each, each.text) for each in thanks]
    return sorted(found, key=lambda note: note.at)


def _note(kind: str, row: Share | Thanks, text: str, *, to: str = "") -> Note:
    stands = row.voice.repeats_id or row.voice_id
    return Note(kind=kind, voice_id=row.voice_id, stands_id=stands, who=str(row.by.user), to=to, text=text, at=row.at)
