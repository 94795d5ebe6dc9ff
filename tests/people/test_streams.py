"""A member's own stream: what is in it, what is new, and what colleagues pass on."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from tests import builders
from tests.conftest import Person
from tests.web.objects import row

from allears.accounts.audit import AuditEntry
from allears.accounts.models import Membership, Role
from allears.accounts.teams import actions as teamwork
from allears.customers.actions.traits import TraitChange, update_traits
from allears.listen import wall
from allears.listen.models import Voice
from allears.listen.tags import actions as tagging
from allears.listen.words import indexing
from allears.people import actions, following, streams
from allears.people.errors import ListeningError
from allears.people.models import Follow
from allears.understand.themes.models import Cell, Place, Theme
from allears.web.pages.wall import Watched

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def say(person: Person, text: str, minutes: int = 0, **fields: Any) -> Voice:
    return Voice.objects.create(
        workspace=person.workspace,
        key=f"{text}-{minutes}",
        initiator="customer",
        source_kind=fields.pop("source_kind", "complaint"),
        channel="email",
        text=text,
        said_at=NOW - timedelta(minutes=minutes),
        received_at=NOW - timedelta(minutes=minutes),
        **fields,
    )


def stream(member: Membership, **filters: Any) -> list[str]:
    indexing.index_all()
    found, _ = wall.voices(
        filters=wall.WallFilter(workspace_id=member.workspace_id, **filters), among=streams.stream_of(member=member)
    )
    return [voice.text for voice in found]


def follow(person: Person, kind: str, value: object, name: str = "") -> Follow:
    return actions.follow(member=person.membership, kind=kind, value=str(value), name=name, now=NOW)


def test_whoever_follows_nothing_hears_only_their_own_touchpoints(alice: Person, bob: Person) -> None:
    mine = builders.touchpoint(workspace=alice.workspace, key="mine", owner=bob.membership)
    say(alice, "at mine", 1, touchpoint=mine)
    say(alice, "elsewhere", 2)
    assert stream(bob.membership) == ["at mine"]
    assert stream(alice.membership) == []
    assert streams.has_part(member=bob.membership) is True
    assert streams.has_part(member=alice.membership) is False


def test_a_stream_holds_each_thing_that_is_followed(alice: Person, bob: Person) -> None:
    shop = builders.touchpoint(workspace=alice.workspace, key="shop")
    north = builders.customer(workspace=alice.workspace, attributes={"region": "北方", "tier": "gold"})
    south = builders.customer(workspace=alice.workspace, email="s@example.test", attributes={"region": "南方"})
    theirs = builders.touchpoint(workspace=alice.workspace, key="hotline", owner=alice.membership)
    say(alice, "in the shop", 1, touchpoint=shop)
    say(alice, "from the north", 2, customer=north)
    say(alice, "from the south", 3, customer=south)
    say(alice, "a gold one", 4, segment="gold")
    say(alice, "at the team's", 5, touchpoint=theirs)
    tagged = say(alice, "tagged", 6)
    say(alice, "a call", 7, source_kind="call", metric="nps", score=2)
    team = teamwork.create_team(workspace_id=alice.workspace.pk, name="Hotline", actor_id=None, now=NOW)
    teamwork.join_team(team=team, member=alice.membership, actor_id=None, now=NOW)
    tag = tagging.put_tag(voice=tagged, name="Late", actor_id=None, now=NOW)
    for kind, value, found in (
        ("touchpoint", shop.pk, "in the shop"),
        ("attribute", "region=北方", "from the north"),
        ("segment", "gold", "a gold one"),
        ("team", team.pk, "at the team's"),
        ("tag", tag.pk, "tagged"),
        ("filter", "source=call&feeling=negative", "a call"),
    ):
        held = follow(bob, kind, value)
        assert stream(bob.membership) == [found], kind
        actions.unfollow(follow=held, now=NOW)
        assert stream(bob.membership) == []


@pytest.mark.parametrize("name", ["地区", 'a "quoted" name', "$", "a.b"])
def test_an_attribute_is_followed_whatever_its_name(alice: Person, bob: Person, name: str) -> None:
    """As the intake writes it."""
    north = builders.customer(workspace=alice.workspace, attributes={})
    change = TraitChange(customer_id=north.pk, traits={name: "北方"}, at=NOW)
    update_traits(workspace_id=alice.workspace.pk, changes=[change], now=NOW)
    say(alice, "from the north", 2, customer=north)
    follow(bob, "attribute", f"{name}=北方")
    assert stream(bob.membership) == ["from the north"]
    marked = streams.marked_stream(member=bob.membership)
    assert marked is not None
    found, _ = wall.voices(filters=wall.WallFilter(workspace_id=alice.workspace.pk), marked=[marked])
    assert [voice.text for voice in found] == ["from the north"]


def test_words_tags_and_streams_narrow_each_other(alice: Person, bob: Person) -> None:
    shop = builders.touchpoint(workspace=alice.workspace, key="shop")
    both = say(alice, "沙发送错了 wrong sofa", 1, touchpoint=shop)
    say(alice, "沙发很好", 2, touchpoint=shop)
    other = say(alice, "wrong sofa too", 3)
    tag = tagging.put_tag(voice=both, name="sofa", actor_id=None, now=NOW)
    tagging.put_tag(voice=other, name="Sofa", actor_id=None, now=NOW)
    follow(bob, "touchpoint", shop.pk)
    assert stream(bob.membership, text="沙发") == ["沙发送错了 wrong sofa", "沙发很好"]
    assert stream(bob.membership, text="wrong") == ["沙发送错了 wrong sofa"]
    assert stream(bob.membership, tag_id=tag.pk) == ["沙发送错了 wrong sofa"]
    assert stream(bob.membership, tag_id=tag.pk, text="很好") == []


def test_a_filter_with_words_is_followed(alice: Person, bob: Person) -> None:
    say(alice, "退款还没到", 1)
    say(alice, "thank you", 2)
    indexing.index_all()
    follow(bob, "filter", "q=退款&cursor=x&view=all", name="Refunds")
    assert following.labelled(following.follows_of(member=bob.membership), workspace_id=bob.workspace.pk)[0][1] == (
        "Refunds"
    )
    assert stream(bob.membership) == ["退款还没到"]


def test_following_twice_is_following_once_and_is_undone_exactly(alice: Person, bob: Person) -> None:
    first, again = follow(bob, "segment", "gold"), follow(bob, "segment", "gold")
    assert first.pk == again.pk
    actions.unfollow(follow=first, now=NOW)
    assert following.follows_of(member=bob.membership).count() == 0
    actions.follow_again(follow=first)
    assert [each.pk for each in following.follows_of(member=bob.membership)] == [first.pk]


@pytest.mark.parametrize(
    ("kind", "value"),
    [("touchpoint", "x"), ("attribute", "region"), ("attribute", "=x"), ("filter", "cursor=1"), ("planet", "1")],
)
def test_what_cannot_be_followed_is_refused(kind: str, value: str, bob: Person) -> None:
    with pytest.raises(ListeningError):
        follow(bob, kind, value)
    assert Follow.objects.in_workspace(bob.workspace.pk).count() == 0


def test_attributes_that_divide_customers_are_offered_and_names_are_not(alice: Person) -> None:
    for number in range(50):
        attributes = {"region": "north" if number % 2 else "south", "street": f"Street {number}", "one": "same"}
        builders.customer(workspace=alice.workspace, email=f"c{number}@example.test", attributes=attributes)
    assert following.attribute_values(workspace_id=alice.workspace.pk) == {"region": ["north", "south"]}


@pytest.mark.parametrize("few", [0, 5_000])
def test_new_is_what_came_since_the_last_visit(
    alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """Also after a long absence, in which very many came."""
    monkeypatch.setattr(streams, "FEW_CAME", few)
    follow(bob, "segment", "gold")
    indexing.index_all()
    first = say(alice, "first", 9, segment="gold")
    member = bob.membership
    assert streams.unread(member=member) == 0  # never been here: nothing to count from
    assert streams.enter(member=member, now=NOW) == first.pk
    say(alice, "not mine", 8)
    second = say(alice, "second", 7, segment="gold")
    assert streams.unread(member=member) == 1
    assert streams.enter(member=member, now=NOW + timedelta(minutes=10)) == first.pk  # the same visit
    assert streams.unread(member=member) == 0
    assert streams.enter(member=member, now=NOW + timedelta(hours=2)) == second.pk


def test_a_shared_voice_stands_in_the_takers_stream_with_the_note(alice: Person, bob: Person, charlie: Person) -> None:
    voice = say(alice, "listen to this", 1)
    made = actions.share(voice=voice, by=alice.membership, to=bob.membership, note=" Your shop! ", now=NOW)
    assert stream(bob.membership) == ["listen to this"]
    (note,) = streams.notes_on(member=bob.membership, voice_ids=[voice.pk])[voice.pk]
    assert (note.kind, note.who, note.text) == ("share", str(alice.user), "Your shop!")
    assert streams.notes_on(member=alice.membership, voice_ids=[voice.pk]) == {}
    actions.take_back_share(share=made, by=alice.membership, now=NOW)
    assert stream(bob.membership) == []
    verbs = AuditEntry.objects.in_workspace(alice.workspace.pk).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["people.voice.shared", "people.voice.share_withdrawn"]


def test_a_repeat_that_is_passed_on_stands_in_the_stream_by_its_first(alice: Person, bob: Person) -> None:
    first = say(alice, "the same review", 2)
    again = say(alice, "the same review", 1, repeats=first)
    actions.share(voice=again, by=alice.membership, to=bob.membership, note="Yours?", now=NOW)
    assert stream(bob.membership) == ["the same review"]
    notes = streams.notes_on(member=bob.membership, voice_ids=[first.pk])
    assert [note.text for note in notes[first.pk]] == ["Yours?"]
    notes = streams.notes_on(member=bob.membership, voice_ids=[first.pk, again.pk])
    assert {number: len(each) for number, each in notes.items()} == {first.pk: 1, again.pk: 1}


def test_what_is_deleted_keeps_its_name_in_the_list_of_who_followed_it(alice: Person, bob: Person) -> None:
    tag = tagging.put_tag(voice=say(alice, "late"), name="Late", actor_id=None, now=NOW)
    followed = follow(bob, "tag", tag.pk)
    tagging.rename_tag(tag=tag, name="Too late", actor_id=None)
    assert following.labelled([followed], workspace_id=alice.workspace.pk) == [(followed, "Too late")]
    tagging.delete_tag(tag=tag, actor_id=None)
    assert following.labelled([followed], workspace_id=alice.workspace.pk) == [(followed, "Late")]
    followed.name = ""  # of before names were kept
    assert following.labelled([followed], workspace_id=alice.workspace.pk)[0][1] == f"no longer here ({followed.value})"


def test_a_voice_shared_with_a_team_reaches_its_members_only(alice: Person, bob: Person) -> None:
    _user, dora = builders.member(workspace=alice.workspace, email="dora@acme.test", role=Role.AGENT)
    team = teamwork.create_team(workspace_id=alice.workspace.pk, name="Shop", actor_id=None, now=NOW)
    teamwork.join_team(team=team, member=bob.membership, actor_id=None, now=NOW)
    actions.share(voice=say(alice, "for the shop"), by=alice.membership, to=team, note="", now=NOW)
    assert (stream(bob.membership), stream(dora)) == (["for the shop"], [])
    teamwork.end_team(team=team, actor_id=None, now=NOW)
    assert stream(bob.membership) == []


def test_thanks_stand_in_the_colleagues_stream(alice: Person, bob: Person) -> None:
    voice = say(alice, "Bob was wonderful", 1)
    made = actions.thank_colleague(voice=voice, by=alice.membership, to=bob.membership, text="Thank you!", now=NOW)
    assert stream(bob.membership) == ["Bob was wonderful"]
    with pytest.raises(ListeningError):
        actions.thank_colleague(voice=voice, by=bob.membership, to=bob.membership, text="me", now=NOW)
    actions.take_back_thanks(thanks=made, by=alice.membership, now=NOW)
    assert stream(bob.membership) == []


def test_a_note_on_an_old_voice_is_told_of_and_counts_as_new(alice: Person, bob: Person) -> None:
    old = say(alice, "long ago", 60 * 24 * 300)
    streams.enter(member=bob.membership, now=NOW)
    at = NOW + timedelta(hours=1)
    actions.share(voice=old, by=alice.membership, to=bob.membership, note="still true", now=at)
    assert streams.unread(member=bob.membership) == 1
    assert [note.text for note in streams.notes_lately(member=bob.membership, now=at)] == ["still true"]
    assert streams.notes_lately(member=bob.membership, now=at + timedelta(days=15)) == []


def test_a_theme_is_followed_into_the_one_it_was_merged_with(alice: Person, bob: Person) -> None:
    theme, into = (row(Theme, alice, born_at=NOW) for _ in range(2))
    voice = say(alice, "in the theme", 1)
    Place.objects.create(workspace=alice.workspace, voice=voice, cell=row(Cell, alice, theme=into), language="en")
    follow(bob, "theme", theme.pk)
    assert stream(bob.membership) == []
    theme.merged_into = into
    theme.save()
    assert stream(bob.membership) == ["in the theme"]


def test_a_watcher_of_the_own_stream_is_sent_that_alone(alice: Person, bob: Person) -> None:
    follow(bob, "segment", "gold")
    watched = Watched(
        filters=wall.WallFilter(workspace_id=bob.workspace.pk),
        among=lambda: streams.stream_of(member=bob.membership),
    )
    assert watched.admits(say(alice, "golden", 1, segment="gold")) is True
    assert watched.admits(say(alice, "other", 2)) is False


# The pages


def test_the_front_line_comes_to_its_own_part_first(alice: Person, bob: Person, client: Client) -> None:
    client.force_login(bob.user)
    assert client.get("/listen").status_code == 200  # nothing of his own: everyone's
    follow(bob, "segment", "gold")
    answer = client.get("/listen")
    assert (answer.status_code, answer["Location"]) == (302, "/listen?view=mine")
    assert client.get("/listen?view=all").status_code == 200
    client.force_login(alice.user)
    follow(alice, "segment", "gold")
    assert client.get("/listen").status_code == 200


def test_the_page_of_ones_own_stream_shows_it_alone(alice: Person, bob: Person, client: Client) -> None:
    say(alice, "golden words", 1, segment="gold")
    say(alice, "other words", 2)
    follow(bob, "segment", "gold")
    client.force_login(bob.user)
    page = client.get("/listen?view=mine").content.decode()
    assert "golden words" in page
    assert "other words" not in page
    everyone = client.get("/listen?view=all").content.decode()
    assert "golden words" in everyone
    assert "other words" in everyone


def test_following_and_unfollowing_by_one_click(alice: Person, bob: Person, client: Client) -> None:
    client.force_login(bob.user)
    client.post("/listen/follows", {"kind": "segment", "value": "gold"})
    (held,) = following.follows_of(member=bob.membership)
    client.force_login(alice.user)
    assert client.post(f"/listen/follows/{held.pk}/end").status_code == 404  # not hers
    client.force_login(bob.user)
    answer = client.post(f"/listen/follows/{held.pk}/end", follow=True)
    assert f"/listen/follows/{held.pk}/return" in answer.content.decode()
    assert following.follows_of(member=bob.membership).count() == 0
    client.post(f"/listen/follows/{held.pk}/return")
    assert following.follows_of(member=bob.membership).count() == 1
