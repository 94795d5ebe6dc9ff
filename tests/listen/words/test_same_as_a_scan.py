"""Whatever is done to voices, the wall finds what a look at every single one would find, page by page."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q

from allears.accounts.models import Membership, User, Workspace
from allears.customers.actions.merging import merge, undo_merge
from allears.customers.actions.traits import TraitChange, update_traits
from allears.customers.models import Customer, Merge
from allears.jobs import behind
from allears.journeys.models import Touchpoint
from allears.listen import beside, wall
from allears.listen.models import Voice, VoicePending
from allears.listen.tags.actions import delete_tag, merge_tag, part_tag, put_tag, take_tag
from allears.listen.tags.models import Tag, VoiceTag
from allears.listen.wall import WallFilter, voices
from allears.listen.words import indexing, marks, searching, storing
from allears.people.actions import follow
from allears.people.following import filter_of, follows_of
from allears.people.models import Follow, Share
from allears.people.streams import marked_stream, stream_of
from allears.understand import correcting, pool, reading
from allears.understand.filtering import LabelFilter
from allears.understand.models import Correction, VoiceLabel
from allears.understand.themes.models import Cell, Place, Theme
from tests.conftest import Person
from tests.understand.annotators import Fake, fake

__all__ = ["fake"]  # a fixture
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WORDS = (
    "refund", "refunded", "the", "then", "late", "thanks", "t1", "w1", "退款", "太慢了", "慢", "服务", "态度", "好",
)  # fmt: skip
QUESTIONS = (
    "refund",
    "the",
    "慢",
    "退款太慢",
    '"the late"',
    "服务 态度",
    "-好 the",
    "late -refund",
    "t1",
    "no",
    "refunds",
    "t1慢",
    "",
)
LABELS: tuple[dict[str, str], ...] = (
    {}, {"topic": "delivery"}, {"topic": "delivery.bad"}, {"topic": "price.good"}, {"point": "pain"},
    {"sentiment": "positive", "topic": "price"},
)  # fmt: skip
TAGS = ("a", "b", "c")
REGIONS: tuple[Any, ...] = ("north", "south", "北方", 5, None)
NAMES = ("region", 'o"dd', "地区")
FILTERS = ("q=refund", "feeling=mixed&q=退款 -late", "source=chat&topic=price.good", "q=-the", "tag=0", "mine=1&q=好")


@dataclass
class World:
    """Two workspaces in which everything happens by chance."""

    workspace: Workspace
    user: User
    dice: random.Random
    places: list[Touchpoint]
    people: list[Customer]
    made: int = 0
    done: list[str] = field(default_factory=list)

    def any_voice(self) -> Voice | None:
        found = list(Voice.objects.in_workspace(self.workspace.pk).order_by("pk"))
        return self.dice.choice(found) if found else None

    def text(self) -> str:
        return " ".join(self.dice.choices(WORDS, k=self.dice.randrange(0, 7)))

    def say(self, _: Voice) -> None:
        self.made += 1
        Voice.objects.create(
            workspace=self.workspace, key=f"k{self.made}", initiator="customer", channel="web", received_at=NOON,
            said_at=NOON + timedelta(seconds=self.dice.randrange(30)), **self.facts(),
        )  # fmt: skip

    def facts(self) -> dict[str, Any]:
        metric, score = self.dice.choice((("nps", 2), ("nps", 9), ("csat", 3), ("", None)))
        return {
            "text": self.text(), "touchpoint": self.dice.choice((*self.places, None)), "metric": metric, "score": score,
            "customer": self.dice.choice((*self.people, None)), "sentiment": self.dice.choice(("", "mixed")),
            "source_kind": self.dice.choice(("review", "chat")), "segment": self.dice.choice(("gold", "")),
        }  # fmt: skip

    def edit(self, voice: Voice) -> None:
        """As a form saves all, and as a statement changes one fact."""
        facts = self.facts()
        if self.dice.random() < 0.5:
            for name, value in facts.items():
                setattr(voice, name, value)
            voice.save()
            return
        name = self.dice.choice(list(facts))
        Voice.objects.in_workspace(self.workspace.pk).filter(pk=voice.pk).update(**{name: facts[name]})

    def move(self, voice: Voice) -> None:
        said_at = NOON + timedelta(seconds=self.dice.randrange(30))
        Voice.objects.in_workspace(self.workspace.pk).filter(pk=voice.pk).update(said_at=said_at)

    def repeat(self, voice: Voice) -> None:
        first = self.any_voice()
        assert first is not None
        Voice.objects.in_workspace(self.workspace.pk).filter(pk=voice.pk).update(
            repeats=None if first.pk == voice.pk else first
        )

    def delete(self, voice: Voice) -> None:
        voice.delete()

    def forget(self, _: Voice) -> None:
        """A customer is erased with all that he said, and another comes in his place."""
        gone = self.people.pop(0)
        gone.delete()
        self.people.append(Customer.objects.create(workspace=self.workspace, attributes=self.traits()))

    def traits(self) -> dict[str, Any]:
        return {name: self.dice.choice(REGIONS) for name in (*NAMES, "else") if self.dice.random() < 0.6}

    def tell(self, _: Voice) -> None:
        """Something is told of a customer anew, as the intake does and as a statement."""
        someone = self.dice.choice(self.people)
        if self.dice.random() < 0.5:
            change = TraitChange(customer_id=someone.pk, traits=self.traits(), at=NOON)
            update_traits(workspace_id=self.workspace.pk, changes=[change], now=NOON)
        else:
            Customer.objects.in_workspace(self.workspace.pk).filter(pk=someone.pk).update(attributes=self.traits())

    def join(self, _: Voice) -> None:
        """Two turn out to be one, or not to be after all."""
        merged = Merge.objects.in_workspace(self.workspace.pk).filter(undone_at=None).order_by("pk").first()
        if merged is not None:
            undo_merge(workspace_id=self.workspace.pk, merge_id=merged.pk, now=NOON)
        else:
            kept, gone = self.dice.sample(self.people, 2)
            merge(workspace_id=self.workspace.pk, kept_id=kept.pk, merged_id=gone.pk, reason="", now=NOON)

    def follow(self, _: Voice) -> None:
        """Somebody follows an attribute, which the index did not know."""
        marks.follow(workspace_id=self.workspace.pk, name=self.dice.choice((*NAMES, marks.SEGMENT)))

    def tag(self, voice: Voice) -> None:
        put_tag(voice=voice, name=self.dice.choice(TAGS), actor_id=self.user.pk, now=NOON)

    def untag(self, voice: Voice) -> None:
        for tag in self.tags():
            take_tag(voice=voice, tag_id=tag.pk)

    def merge(self, _: Voice) -> None:
        tags = [each for each in self.tags() if each.merged_into_id is None]
        if len(tags) > 1:
            one, other = self.dice.sample(tags, 2)
            merge_tag(tag=one, into=other, actor_id=self.user.pk, now=NOON)

    def part(self, _: Voice) -> None:
        for tag in self.tags():
            part_tag(tag=tag, actor_id=self.user.pk)

    def drop(self, _: Voice) -> None:
        free = [tag for tag in self.tags() if not Tag.objects.across_workspaces().filter(merged_into=tag).exists()]
        if free:
            delete_tag(tag=self.dice.choice(free), actor_id=self.user.pk)

    def read(self, voice: Voice) -> None:
        """As the worker reads it, and again after its words changed."""
        reading.read(workspace_id=self.workspace.pk, voice_ids=[voice.pk], ask=pool.ask_annotations)

    def correct(self, voice: Voice) -> None:
        task, value, polarity = self.dice.choice(
            (("topic", "price", 1), ("topic", "price", -1), ("topic", "delivery", 0), ("sentiment", "positive", None))
        )
        verdict = self.dice.choice(Correction.Verdict.values)
        correcting.correct(
            voice=voice, task=task, value=value, polarity=polarity, verdict=verdict, author_id=self.user.pk, now=NOON
        )

    def undo(self, _: Voice) -> None:
        said = list(Correction.objects.in_workspace(self.workspace.pk).order_by("pk"))
        if said:
            correcting.undo(correction=self.dice.choice(said), author_id=self.user.pk, now=NOON)

    def index(self, _: Voice) -> None:
        indexing.index_some()

    def tags(self) -> list[Tag]:
        return list(Tag.objects.in_workspace(self.workspace.pk).order_by("pk"))

    def live(self, times: int) -> None:
        """So many things happen, most of them common ones."""
        rare = [self.repeat, self.delete, self.forget, self.untag, self.merge, self.part, self.drop, self.move]
        rare += [self.undo, self.follow, *([self.join] if self.people else [])]
        common = [self.say, self.say, self.say, self.edit, self.tag, self.tag, self.read, self.correct, self.index]
        common += [self.tell, self.tell] if self.people else []
        for _ in range(times):
            does: Callable[[Voice], None] = self.dice.choice(common if self.dice.random() < 0.7 else rare)
            voice = self.any_voice()
            if voice is None:
                does = self.say
            does(voice or Voice())


@pytest.fixture
def world(alice: Person) -> World:
    owned = [{"owner": alice.membership}, {}, {}]
    places = [
        Touchpoint.objects.create(workspace=alice.workspace, key=f"p{n}", name=f"P{n}", created_at=NOON, **more)
        for n, more in enumerate(owned)
    ]
    world = World(alice.workspace, alice.user, random.Random(0), places, [])
    world.people += [Customer.objects.create(workspace=alice.workspace, attributes=world.traits()) for _ in range(12)]
    return world


def filters_of(world: World, member: Membership) -> Iterator[WallFilter]:
    given = WallFilter(workspace_id=world.workspace.pk)
    yield given
    yield from (replace(given, feeling=each) for each in ("negative", "mixed", "positive"))
    yield from (replace(given, touchpoint_id=each.pk) for each in world.places[:2])
    yield from (replace(given, tag_id=tag.pk) for tag in world.tags())
    yield replace(given, source_kind="chat")
    yield replace(given, owner_id=member.pk)
    yield replace(given, people=frozenset(each.pk for each in world.people[:2]))
    yield replace(given, people=frozenset())
    yield replace(given, feeling="negative", touchpoint_id=world.places[0].pk, source_kind="review")


def paged(filters: WallFilter, labels: LabelFilter, among: Q | Membership | None) -> list[int]:
    """As the wall asks."""
    seen, after = list[int](), None
    marked = [labels.marked(filters.workspace_id)] if labels else []
    if isinstance(among, Membership):
        known = marked_stream(member=among)
        marked = [known, *marked] if known else marked
        among = None if known else stream_of(member=among)
    while True:
        found, after = voices(filters=filters, after=after, limit=3, among=among, marked=marked)
        seen += [voice.pk for voice in found]
        if after is None:
            return seen


def scanned(filters: WallFilter, labels: LabelFilter, among: Q | Membership | None) -> list[int]:
    rows = Voice.objects.in_workspace(filters.workspace_id).select_related("touchpoint", "customer")
    if isinstance(among, Q):
        rows = rows.filter(among)
    follows = list(follows_of(member=among)) if isinstance(among, Membership) else []
    return [
        voice.pk
        for voice in rows.order_by("-said_at", "-pk")
        if filters.admits(voice)
        and _is_labelled(voice, labels)
        and (not isinstance(among, Membership) or _is_in_stream(voice, among, follows))
    ]


def _is_in_stream(voice: Voice, member: Membership, follows: list[Follow]) -> bool:
    owned = voice.touchpoint is not None and voice.touchpoint.owner_id == member.pk
    shares = Share.objects.in_workspace(member.workspace_id).filter(to_member=member)
    passed = shares.filter(Q(voice=voice) | Q(voice__repeats=voice)).exists()
    return owned or passed or any(_is_followed(voice, member, each.kind, each.value) for each in follows)


def _is_followed(voice: Voice, member: Membership, kind: str, value: str) -> bool:
    given = WallFilter(workspace_id=member.workspace_id)
    if kind == Follow.Kind.ATTRIBUTE:
        name, _, wanted = value.partition("=")
        return voice.customer is not None and voice.customer.attributes.get(name) == wanted
    if kind == Follow.Kind.FILTER:
        wall, labels = filter_of(value, member=member)
        return wall.admits(voice) and _is_labelled(voice, labels)
    if kind == Follow.Kind.THEME:
        return Place.objects.in_workspace(member.workspace_id).filter(voice=voice, cell__theme_id=int(value)).exists()
    if kind == Follow.Kind.TAG:
        return replace(given, tag_id=int(value)).admits(voice)
    return value == (voice.segment if kind == Follow.Kind.SEGMENT else str(voice.touchpoint_id))


def _is_labelled(voice: Voice, labels: LabelFilter) -> bool:
    rows = VoiceLabel.objects.in_workspace(voice.workspace_id).filter(voice=voice)
    spoken = {1: ".good", -1: ".bad"}
    has = {name for row in rows for name in (row.code, row.code + spoken.get(row.polarity or 0, ""))}
    return all(f"{task}:{value}" in has for task, value in labels.chosen.items())


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(("indexed", "few"), [(True, 0), (True, 5_000), (False, 0)])
def test_the_wall_finds_what_a_scan_finds(
    world: World, alice: Person, charlie: Person, fake: Fake, monkeypatch: pytest.MonkeyPatch,
    seed: int, indexed: bool, few: int,
) -> None:  # fmt: skip
    """Whether the worker has indexed all of it, or is behind; in the smallest steps, so that each is taken."""
    monkeypatch.setattr(searching, "STEPS", (1, 2))
    for name, value in {"MOST": 4, "NEAR": 3, "FREQUENT": 1, "FEWEST": 1}.items():
        monkeypatch.setattr(searching, name, value)
    monkeypatch.setattr(wall, "FEW", 6)
    monkeypatch.setattr(beside, "FEW", few)
    monkeypatch.setattr(behind, "AT_ONCE", 5)
    _live(world, charlie, seed)
    if indexed:
        indexing.index_all()
        assert not VoicePending.objects.exists()
    for wanted, labels, among in _questions(world, alice.membership, 60):
        assert paged(wanted, labels, among) == scanned(wanted, labels, among), (wanted, labels, among)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(2))
def test_labels_are_found_while_the_index_does_not_know_them(
    world: World, alice: Person, charlie: Person, fake: Fake, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """As after an upgrade, when all voices wait to be indexed with what an index had not known before."""
    with monkeypatch.context() as before:
        before.setattr(indexing, "marks_beside", lambda _: {})
        _live(world, charlie, seed)
        indexing.index_all()
    with connection.cursor() as cursor:
        storing.wait_all(cursor.execute)
    monkeypatch.setattr(searching, "WAITING", 3)
    for wanted, labels, among in _questions(world, alice.membership, 40):
        assert paged(wanted, labels, among) == scanned(wanted, labels, among), (wanted, labels, among)


def _live(world: World, charlie: Person, seed: int) -> None:
    world.dice = random.Random(seed)
    elsewhere = World(charlie.workspace, charlie.user, random.Random(seed), [], [])
    for _ in range(12):
        elsewhere.say(Voice())
    for _ in range(20):
        world.say(Voice())
    world.live(130)
    for does in (world.tag, world.tell, world.correct):
        indexing.index_all()
        for _ in range(8):  # to what is indexed, and nothing else brings it there
            voice = world.any_voice()
            assert voice is not None
            does(voice)
    _follow(world)
    for rows in (Voice.objects, VoiceLabel.objects, VoiceTag.objects):  # of a world that died out, anything is true
        assert rows.in_workspace(world.workspace.pk).count() > 3


def _follow(world: World) -> None:
    """The member follows some of all that can be followed, and colleagues have passed two voices on."""
    member = Membership.objects.in_workspace(world.workspace.pk).get(user=world.user)
    theme = Theme.objects.create(workspace=world.workspace, born_at=NOON)
    cell = Cell.objects.create(workspace=world.workspace, theme=theme)
    for _ in range(3):
        if voice := world.any_voice():
            Place.objects.in_workspace(world.workspace.pk).update_or_create(
                voice=voice, defaults={"workspace_id": world.workspace.pk, "cell": cell}
            )
    kinds = Follow.Kind
    some = [(kinds.TOUCHPOINT, world.places[1].pk), (kinds.SEGMENT, "gold"), (kinds.THEME, theme.pk)]
    some += [(kinds.TAG, tag.pk) for tag in world.tags()[:1]]
    some += [(kinds.ATTRIBUTE, f"{name}={each}") for name, each in product(NAMES, ("north", "北方", "5", "nowhere"))]
    some += [(kinds.FILTER, each) for each in FILTERS]
    for kind, value in world.dice.sample(some, world.dice.randrange(1, 6)):
        follow(member=member, kind=kind, value=str(value), now=NOON)
    for _ in range(2):
        if voice := world.any_voice():
            Share.objects.create(workspace=world.workspace, voice=voice, by=member, to_member=member, at=NOON)


def _questions(
    world: World, member: Membership, number: int
) -> Iterator[tuple[WallFilter, LabelFilter, Q | Membership | None]]:
    """Each condition alone, and many of them together."""
    everything, none = WallFilter(workspace_id=world.workspace.pk), LabelFilter(chosen={})
    yield from ((everything, LabelFilter(chosen=labels), None) for labels in LABELS)
    yield from ((filters, none, among) for filters in filters_of(world, member) for among in (None, member))
    stream = Q(segment="gold") | Q(touchpoint_id=world.places[0].pk)
    asked = list(product(filters_of(world, member), QUESTIONS, LABELS, (None, stream, member)))
    for filters, question, labels, among in world.dice.sample(asked, number):
        yield replace(filters, text=question), LabelFilter(chosen=labels), among
