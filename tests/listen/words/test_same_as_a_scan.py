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
from allears.customers.models import Customer
from allears.journeys.models import Touchpoint
from allears.listen import beside, wall
from allears.listen.models import Voice, VoicePending
from allears.listen.tags.actions import delete_tag, merge_tag, part_tag, put_tag, take_tag
from allears.listen.tags.models import Tag
from allears.listen.wall import Marked, WallFilter, voices
from allears.listen.words import indexing, searching, storing
from allears.listen.words.terms import admits
from allears.people.models import Follow, Share
from allears.people.streams import marked_stream, stream_of
from allears.understand import correcting, pool, reading
from allears.understand.filtering import LabelFilter
from allears.understand.models import Correction, VoiceLabel
from tests.conftest import Person
from tests.understand.annotators import Fake, fake

__all__ = ["fake"]  # a fixture
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WORDS = (
    "refund", "refunded", "the", "then", "late", "thanks", "t1", "w1", "退款", "太慢了", "慢", "服务", "态度", "好",
)  # fmt: skip
QUESTIONS = ("refund", "the", "慢", "退款太慢", '"the late"', "服务 态度", "-好 the", "late -refund", "t1", "no", "")
LABELS: tuple[dict[str, str], ...] = (
    {}, {"topic": "delivery"}, {"topic": "delivery.bad"}, {"topic": "price.good"}, {"point": "pain"},
    {"sentiment": "positive", "topic": "price"},
)  # fmt: skip
TAGS = ("a", "b", "c")


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
        self.people.append(Customer.objects.create(workspace=self.workspace))

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
        rare += [self.undo]
        common = [self.say, self.say, self.say, self.edit, self.tag, self.tag, self.read, self.correct, self.index]
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
    people = [Customer.objects.create(workspace=alice.workspace) for _ in range(4)]
    return World(alice.workspace, alice.user, random.Random(0), places, people)


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


def paged(filters: WallFilter, labels: LabelFilter, among: Q | Marked | None) -> list[int]:
    seen, after = list[int](), None
    marked = [labels.marked(filters.workspace_id)] if labels else []
    if isinstance(among, Marked):
        marked, among = [among, *marked], None
    while True:
        found, after = voices(filters=filters, after=after, limit=3, among=among, marked=marked)
        seen += [voice.pk for voice in found]
        if after is None:
            return seen


def scanned(filters: WallFilter, labels: LabelFilter, among: Q | Marked | None) -> list[int]:
    narrowed = among.where if isinstance(among, Marked) else among or Q()
    rows = Voice.objects.in_workspace(filters.workspace_id).filter(narrowed).select_related("touchpoint")
    admitted = [voice for voice in rows.order_by("-said_at", "-pk") if replace(filters, text="").admits(voice)]
    return [
        voice.pk
        for voice in admitted
        if (not filters.text or admits(filters.text, voice.text)) and _is_labelled(voice, labels)
    ]


def _is_labelled(voice: Voice, labels: LabelFilter) -> bool:
    rows = VoiceLabel.objects.in_workspace(voice.workspace_id).filter(voice=voice)
    spoken = {1: ".good", -1: ".bad"}
    has = {name for row in rows for name in (row.code, row.code + spoken.get(row.polarity or 0, ""))}
    return all(f"{task}:{value}" in has for task, value in labels.chosen.items())


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(3))
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
    monkeypatch.setattr(indexing, "AT_ONCE", 5)
    _live(world, charlie, seed)
    if indexed:
        indexing.index_all()
        assert not VoicePending.objects.exists()
    for wanted, labels, among in _questions(world, alice.membership, 90):
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
    for wanted, labels, among in _questions(world, alice.membership, 60):
        assert paged(wanted, labels, among) == scanned(wanted, labels, among), (wanted, labels, among)


def _live(world: World, charlie: Person, seed: int) -> None:
    world.dice = random.Random(seed)
    elsewhere = World(charlie.workspace, charlie.user, random.Random(seed), [], [])
    for _ in range(12):
        elsewhere.say(Voice())
    world.live(150)
    _follow(world)


def _follow(world: World) -> None:
    """The member follows what the index knows, and colleagues have passed two voices on."""
    member = Membership.objects.in_workspace(world.workspace.pk).get(user=world.user)
    given: dict[str, Any] = {"workspace": world.workspace, "member": member, "since": NOON}
    Follow.objects.create(**given, kind=Follow.Kind.TOUCHPOINT, value=str(world.places[1].pk))
    for tag in world.tags()[:1]:
        Follow.objects.create(**given, kind=Follow.Kind.TAG, value=str(tag.pk))
    for _ in range(2):
        if voice := world.any_voice():
            Share.objects.create(workspace=world.workspace, voice=voice, by=member, to_member=member, at=NOON)


def _questions(
    world: World, member: Membership, number: int
) -> Iterator[tuple[WallFilter, LabelFilter, Q | Marked | None]]:
    stream = Q(segment="gold") | Q(touchpoint_id=world.places[0].pk) | stream_of(member=member)
    known = marked_stream(member=member)
    assert known is not None
    asked = list(product(filters_of(world, member), QUESTIONS, LABELS, (None, stream, known)))
    for filters, question, labels, among in world.dice.sample(asked, number):
        yield replace(filters, text=question), LabelFilter(chosen=labels), among
