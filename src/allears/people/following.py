"""What can be followed, what a member follows, and the words for it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from django.utils.translation import gettext as _

from allears.accounts.models import Membership
from allears.accounts.teams.queries import teams
from allears.customers.models import Customer
from allears.customers.queries import segments
from allears.journeys.queries import touchpoints
from allears.listen.models import Voice
from allears.listen.tags.queries import names_on, shown_tags
from allears.listen.wall import WallFilter
from allears.people.models import Follow
from allears.store.scope import ScopedQuerySet
from allears.understand.filtering import FILTERS, LabelFilter
from allears.understand.themes.models import Place
from allears.understand.themes.queries import name_of, themes

WALL_WORDS = ("q", "feeling", "touchpoint", "source", "tag", "account", "mine", *FILTERS)
SEEN_CUSTOMERS = 500  # whose attributes are looked through for what there is to follow
FEWEST, MOST = 2, 40  # values of an attribute that divides customers: fewer say nothing, more are names
LONGEST_VALUE = 60
Kind = Follow.Kind


@dataclass(frozen=True, kw_only=True)
class Offer:
    """Something that may be followed; ``follow_id`` is set where the member does so already."""

    kind: str
    value: str
    label: str
    follow_id: int | None = None


def follows_of(*, member: Membership) -> ScopedQuerySet[Follow]:
    """What a member follows now, the first followed first."""
    rows: ScopedQuerySet[Follow] = Follow.objects.in_workspace(member.workspace_id)
    return rows.filter(member=member, ended_at__isnull=True).order_by("pk")


def saved_query(asked: Mapping[str, str]) -> str:
    """A wall's address as a saved filter keeps it: known words in a fixed order, so that one filter is saved once."""
    return urlencode([(name, asked[name].strip()) for name in WALL_WORDS if asked.get(name, "").strip()])


def filter_of(query: str, *, member: Membership) -> tuple[WallFilter, LabelFilter]:
    """A saved filter as the wall would read it."""
    asked = dict(parse_qsl(query))
    wall = WallFilter.of(asked, workspace_id=member.workspace_id, member_id=member.pk)
    return wall, LabelFilter.of(asked)


def attribute_of(value: str) -> tuple[str, str]:
    """Name and value of an attribute that is followed."""
    name, _equals, wanted = value.partition("=")
    return name, wanted


def offers(*, member: Membership) -> Mapping[str, list[Offer]]:
    """By kind, all that could be followed in this workspace."""
    workspace_id = member.workspace_id
    held = {(each.kind, each.value): each.pk for each in follows_of(member=member)}
    found: dict[str, list[Offer]] = {}
    for kind, pairs in _named(workspace_id).items():
        found[kind] = [
            Offer(kind=kind, value=value, label=label, follow_id=held.get((kind, value))) for value, label in pairs
        ]
    return {kind: each for kind, each in found.items() if each}


def _named(workspace_id: int) -> Mapping[str, list[tuple[str, str]]]:
    return {
        Kind.TOUCHPOINT: [(str(each.pk), each.label) for each in touchpoints(workspace_id=workspace_id)],
        Kind.TEAM: [(str(each.pk), each.name) for each in teams(workspace_id=workspace_id)],
        Kind.SEGMENT: [(each, each) for each in segments(workspace_id=workspace_id) if each],
        Kind.ATTRIBUTE: [
            (f"{name}={value}", f"{name}: {value}")
            for name, values in attribute_values(workspace_id=workspace_id).items()
            for value in values
        ],
        Kind.THEME: [
            (str(each.pk), name_of(each))
            for each in themes(workspace_id=workspace_id).filter(gone_at__isnull=True, hidden_at__isnull=True)
        ],
        Kind.TAG: [(str(each.pk), each.name) for each in shown_tags(workspace_id=workspace_id)],
    }


def attribute_values(*, workspace_id: int) -> Mapping[str, list[str]]:
    """Attributes that divide customers into few groups, such as region, by what customers seen last carry."""
    rows = Customer.objects.in_workspace(workspace_id).filter(merged_into__isnull=True).order_by("-last_seen_at")
    seen: dict[str, set[str]] = defaultdict(set)
    for attributes in rows.values_list("attributes", flat=True)[:SEEN_CUSTOMERS]:
        for name, value in attributes.items():
            if isinstance(value, str) and 0 < len(value) <= LONGEST_VALUE and "=" not in name:
                seen[name].add(value)
    return {name: sorted(values) for name, values in sorted(seen.items()) if FEWEST <= len(values) <= MOST}


def labelled(follows: Iterable[Follow], *, workspace_id: int) -> list[tuple[Follow, str]]:
    """Each with its words; what it named may be gone, then it has the words of the day it was followed."""
    rows = list(follows)
    if not rows:
        return []
    names = {(kind, value): label for kind, pairs in _named(workspace_id).items() for value, label in pairs}
    return [(each, names.get((each.kind, each.value)) or each.name or _bare(each)) for each in rows]


def label_of(*, workspace_id: int, kind: str, value: str) -> str:
    """What a thing that can be followed is called today; empty where there is no such thing."""
    return next((label for each, label in _named(workspace_id).get(kind, ()) if each == value), "")


def _bare(follow: Follow) -> str:
    if follow.kind == Kind.ATTRIBUTE:
        return ": ".join(attribute_of(follow.value))
    return follow.value if follow.kind == Kind.SEGMENT else _("no longer here (%(id)s)") % {"id": follow.value}


def offers_about(voice: Voice, *, member: Membership) -> list[Offer]:
    """What a voice gives to follow: its touchpoint, segment, region, theme and tags."""
    workspace_id = voice.workspace_id
    held = {(each.kind, each.value): each.pk for each in follows_of(member=member)}
    pairs: list[tuple[str, str, str]] = []
    if voice.touchpoint is not None:
        pairs.append((Kind.TOUCHPOINT, str(voice.touchpoint_id), voice.touchpoint.label))
    if voice.segment:
        pairs.append((Kind.SEGMENT, voice.segment, voice.segment))
    known = attribute_values(workspace_id=workspace_id) if voice.customer else {}
    for name, values in known.items():
        value = voice.customer.attributes.get(name) if voice.customer else None
        if value in values:
            pairs.append((Kind.ATTRIBUTE, f"{name}={value}", f"{name}: {value}"))
    places = Place.objects.in_workspace(workspace_id).filter(voice=voice, cell__isnull=False)
    themed = [place.cell.theme for place in places.select_related("cell__theme")]
    pairs += [(Kind.THEME, str(theme.pk), name_of(theme)) for theme in themed]
    named = names_on(workspace_id=workspace_id, voice_ids=[voice.pk]).get(voice.pk, [])
    pairs += [(Kind.TAG, str(tag_id), name) for tag_id, name in named]
    return [
        Offer(kind=kind, value=value, label=label, follow_id=held.get((kind, value))) for kind, value, label in pairs
    ]
