"""What is done with a voice: tagged, thanked for, handed to a case; by page and by API."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests import builders
from tests.conftest import Person

from allears.accounts.actions import make_key
from allears.accounts.models import AccessKey, AuditEntry
from allears.accounts.teams.models import Team
from allears.events.exports.tables import table_named
from allears.listen import wall
from allears.listen.models import Voice
from allears.listen.tags import actions as tagging
from allears.listen.tags import queries as tags
from allears.outreach.models import Message
from allears.people import actions
from allears.people.errors import ListeningError, UnreachableError
from allears.people.models import Share, Thanks
from allears.respond import actions as cases
from allears.respond.models import Case, CaseVoice

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def say(person: Person, text: str, **fields: Any) -> Voice:
    given = {"initiator": "customer", "source_kind": "review", "channel": "web", "said_at": timezone.now(), **fields}
    return Voice.objects.create(workspace=person.workspace, key=text[:60], text=text, **given)


def names(voice: Voice) -> list[str]:
    found = tags.names_on(workspace_id=voice.workspace_id, voice_ids=[voice.pk])
    return [name for _id, name in found.get(voice.pk, [])]


def tagged(person: Person, tag_id: int) -> list[str]:
    filters = wall.WallFilter(workspace_id=person.workspace.pk, tag_id=tag_id)
    found, _ = wall.voices(filters=filters)
    assert all(filters.admits(voice) for voice in found)
    return sorted(voice.text for voice in found)


@pytest.fixture
def api(alice: Person, client: Client) -> Any:
    _row, key = make_key(workspace=alice.workspace, kind=AccessKey.Kind.API, name="t", actor=None, now=timezone.now())

    def ask(method: str, path: str, body: Any = None) -> Any:
        return getattr(client, method)(
            f"/api/v1{path}", body, content_type="application/json", headers={"Authorization": f"Bearer {key}"}
        )

    return ask


# Tags


def test_one_word_is_one_tag_however_it_is_written(alice: Person) -> None:
    voice = say(alice, "a")
    for name in ("Late", " late ", "#LATE", "ＬＡＴＥ"):
        tagging.put_tag(voice=voice, name=name, actor_id=None, now=NOW)
    assert names(voice) == ["Late"]
    with pytest.raises(tagging.TagError):
        tagging.put_tag(voice=voice, name=" # ", actor_id=None, now=NOW)


def test_merging_shows_one_tag_and_parting_brings_back_what_was(alice: Person) -> None:
    one, two, both = say(alice, "one"), say(alice, "two"), say(alice, "both")
    late = tagging.put_tag(voice=one, name="late", actor_id=None, now=NOW)
    slow = tagging.put_tag(voice=two, name="slow", actor_id=None, now=NOW)
    for name in ("late", "slow"):
        tagging.put_tag(voice=both, name=name, actor_id=None, now=NOW)
    tagging.merge_tag(tag=slow, into=late, actor_id=alice.user.pk, now=NOW)
    assert [names(each) for each in (one, two, both)] == [["late"], ["late"], ["late"]]
    assert tagged(alice, late.pk) == tagged(alice, slow.pk) == ["both", "one", "two"]
    assert tagging.put_tag(voice=say(alice, "new"), name="Slow", actor_id=None, now=NOW).pk == late.pk
    late.refresh_from_db()
    with pytest.raises(tagging.TagError):
        tagging.merge_tag(tag=late, into=slow, actor_id=None, now=NOW)
    slow.refresh_from_db()
    tagging.part_tag(tag=slow, actor_id=alice.user.pk)
    assert [names(each) for each in (one, two, both)] == [["late"], ["slow"], ["late", "slow"]]


def test_a_tag_is_not_renamed_to_anothers_word(alice: Person) -> None:
    voice = say(alice, "a")
    late = tagging.put_tag(voice=voice, name="late", actor_id=None, now=NOW)
    tagging.put_tag(voice=voice, name="slow", actor_id=None, now=NOW)
    with pytest.raises(tagging.TagError, match="Merge"):
        tagging.rename_tag(tag=late, name="SLOW", actor_id=None)
    tagging.rename_tag(tag=late, name="delayed", actor_id=None)
    assert names(voice) == ["delayed", "slow"]


def told(person: Person) -> list[tuple[str, dict[str, object]]]:
    rows = AuditEntry.objects.in_workspace(person.workspace.pk).filter(verb__startswith="listen.tag.").order_by("pk")
    return [(row.verb.rpartition(".")[2], row.detail) for row in rows]


def test_what_becomes_of_a_tag_stands_in_the_audit_log(alice: Person, client: Client) -> None:
    one, two = say(alice, "one"), say(alice, "two")
    late = tagging.put_tag(voice=one, name="late", actor_id=alice.user.pk, now=NOW)
    tagging.put_tag(voice=two, name="Late", actor_id=alice.user.pk, now=NOW)
    slow = tagging.put_tag(voice=two, name="slow", actor_id=None, now=NOW)
    assert told(alice) == [("made", {"name": "late"}), ("made", {"name": "slow"})], "once for each word"
    tagging.merge_tag(tag=slow, into=late, actor_id=None, now=NOW)
    client.force_login(alice.user)
    refused = client.post(f"/settings/tags/{late.pk}/removal", follow=True)
    assert "Part them again first" in refused.content.decode()
    assert names(one) == ["late"]
    tagging.part_tag(tag=slow, actor_id=None)
    client.post(f"/settings/tags/{late.pk}/removal")
    assert [names(each) for each in (one, two)] == [[], ["slow"]]
    assert told(alice)[4:] == [("deleted", {"name": "late", "voices": 2})]
    assert Voice.objects.in_workspace(alice.workspace.pk).count() == 2


def test_exports_name_the_tags_and_filter_by_them(alice: Person) -> None:
    voice = say(alice, "tagged")
    say(alice, "bare")
    tag = tagging.put_tag(voice=voice, name="b", actor_id=None, now=NOW)
    tagging.put_tag(voice=voice, name="a", actor_id=None, now=NOW)
    select = table_named("voices").select
    everything = select(alice.workspace.pk, {})
    place = [column.name for column in everything.columns].index("tags")
    rows = [row for batch in everything.batches(10) for row in batch]
    assert sorted(row[place] for row in rows) == ["", "a; b"]
    assert {len(row) for row in rows} == {len(everything.columns)}
    assert select(alice.workspace.pk, {"tag": str(tag.pk)}).count() == 1


def test_the_page_tags_and_takes_off(bob: Person, client: Client) -> None:
    voice = say(bob, "a")
    client.force_login(bob.user)
    answer = client.post(f"/listen/voices/{voice.pk}/tags", {"name": "late"}, headers={"HX-Request": "true"})
    assert "#late" in answer.content.decode()
    assert "toast" in answer["HX-Trigger"]
    (tag,) = tags.shown_tags(workspace_id=bob.workspace.pk)
    assert "#late" in client.get(f"/listen?tag={tag.pk}").content.decode()
    client.post(f"/listen/voices/{voice.pk}/tags/{tag.pk}/removal")
    assert names(voice) == []
    refused = client.post(f"/listen/voices/{voice.pk}/tags", {"name": "x" * 99}, headers={"HX-Request": "true"})
    assert refused.status_code == 422
    assert "Nothing was changed" in refused.content.decode()


# Thanks to the customer


def test_the_customer_is_thanked_once_through_the_governor(alice: Person, bob: Person) -> None:
    builders.open_policy(workspace=alice.workspace)
    customer = builders.customer(workspace=alice.workspace, language="zh")
    voice = say(alice, "很好", customer=customer)
    made = actions.thank_customer(voice=voice, by=bob.membership, text="谢谢您！", now=NOW)
    (message,) = Message.objects.in_workspace(alice.workspace.pk)
    assert (made.message_id, message.purpose, message.language) == (message.pk, "service", "zh")
    with pytest.raises(ListeningError, match="already"):
        actions.thank_customer(voice=voice, by=bob.membership, text="again", now=NOW)
    with pytest.raises(ListeningError, match="cannot be taken back"):
        actions.take_back_thanks(thanks=made, by=bob.membership, now=NOW)
    assert Message.objects.in_workspace(alice.workspace.pk).count() == 1


def test_who_cannot_be_written_to_is_not_thanked(alice: Person, bob: Person) -> None:
    unknown = say(alice, "anonymous")
    with pytest.raises(UnreachableError) as refused:
        actions.thank_customer(voice=unknown, by=bob.membership, text="Thanks", now=NOW)
    assert refused.value.rule == "no_address"
    assert Thanks.objects.in_workspace(alice.workspace.pk).count() == 0


# Handing to a case


def test_a_voice_opens_a_case_of_the_owner_who_was_named(alice: Person, bob: Person) -> None:
    voice = say(alice, "Could you look?")
    told: dict[str, Any] = {"workspace_id": alice.workspace.pk, "voice_id": voice.pk, "actor": alice.membership}
    case = cases.open_for_voice(owner=bob.membership, now=NOW, **told)
    assert (case.owner_id, case.origin_id, case.state) == (bob.membership.pk, voice.pk, "open")
    assert cases.open_for_voice(owner=alice.membership, now=NOW, **told).pk == case.pk  # it is in one
    entry = case.entries.get(kind="opened")
    assert (entry.actor_id, entry.detail["rule"], entry.detail["reason"]) == (alice.membership.pk, "asked", "by_hand")


def test_a_voice_joins_an_open_case_of_the_same_customer_only(alice: Person, bob: Person) -> None:
    zoe = builders.customer(workspace=alice.workspace)
    yan = builders.customer(workspace=alice.workspace, email="yan@example.test")
    told: dict[str, Any] = {"workspace_id": alice.workspace.pk, "now": NOW}
    case = cases.open_for_voice(voice_id=say(alice, "first", customer=zoe).pk, owner=bob.membership, **told)
    second, foreign = say(alice, "second", customer=zoe), say(alice, "foreign", customer=yan)
    assert cases.join_by_hand(voice_id=second.pk, number=case.number, **told).pk == case.pk
    with pytest.raises(cases_error()):
        cases.join_by_hand(voice_id=foreign.pk, number=case.number, **told)
    assert CaseVoice.objects.in_workspace(alice.workspace.pk).filter(case=case).count() == 2
    assert Case.objects.in_workspace(alice.workspace.pk).count() == 1


def cases_error() -> type[Exception]:
    from allears.respond.errors import WrongStateError

    return WrongStateError


def test_an_agent_puts_nothing_into_a_case_they_do_not_see(alice: Person, bob: Person, client: Client) -> None:
    zoe = builders.customer(workspace=alice.workspace)
    hidden = cases.open_for_voice(
        workspace_id=alice.workspace.pk,
        voice_id=say(alice, "first", customer=zoe).pk,
        owner=alice.membership,
        now=timezone.now(),
    )
    voice = say(alice, "second", customer=zoe)
    client.force_login(bob.user)
    answer = client.post(f"/listen/voices/{voice.pk}/case", {"number": hidden.number}, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert not CaseVoice.objects.in_workspace(alice.workspace.pk).filter(voice=voice).exists()
    client.post(f"/listen/voices/{voice.pk}/case", {"owner": bob.membership.pk})
    assert CaseVoice.objects.in_workspace(alice.workspace.pk).get(voice=voice).case.owner_id == bob.membership.pk


# Pages and API


def test_the_acts_of_a_voice_answer_under_it(alice: Person, bob: Person, client: Client) -> None:
    voice = say(alice, "a", segment="gold")
    client.force_login(bob.user)
    fragment = client.get(f"/listen/voices/{voice.pk}/acts?open=share", headers={"HX-Request": "true"})
    assert f'id="acts-{voice.pk}"' in fragment.content.decode()
    assert client.get(f"/listen/voices/{voice.pk}/acts").status_code == 302
    client.post(f"/listen/voices/{voice.pk}/shares", {"to": f"member:{alice.membership.pk}", "note": "look"})
    share = Share.objects.in_workspace(alice.workspace.pk).get()
    assert "look" in client.get(f"/listen/voices/{voice.pk}").content.decode()
    client.post(f"/listen/shares/{share.pk}/withdrawal")
    share.refresh_from_db()
    assert share.ended_at is not None


def test_an_agent_takes_back_only_what_they_passed_on(alice: Person, bob: Person, client: Client) -> None:
    share = actions.share(voice=say(alice, "a"), by=alice.membership, to=bob.membership, note="", now=NOW)
    client.force_login(bob.user)
    assert client.post(f"/listen/shares/{share.pk}/withdrawal").status_code == 403
    share.refresh_from_db()
    assert share.ended_at is None


def test_the_api_does_what_the_pages_do(alice: Person, bob: Person, api: Any) -> None:
    voice, other = say(alice, "wonderful Bob", segment="gold"), say(alice, "other")
    me, him = alice.membership.pk, bob.membership.pk
    assert api("post", f"/voices/{voice.pk}/tags", {"name": "praise"}).json() == ["praise"]
    (tag,) = api("get", "/tags").json()
    assert (tag["name"], tag["voices"]) == ("praise", 1)
    found = api("get", "/voices?tag=PRAISE&expand=tags").json()["items"]
    assert [(each["text"], each["tags"]) for each in found] == [("wonderful Bob", ["praise"])]
    assert api("post", f"/members/{him}/follows", {"kind": "segment", "value": "gold"}).status_code == 201
    assert [each["text"] for each in api("get", f"/voices?stream_of={him}").json()["items"]] == ["wonderful Bob"]
    shared = api("post", f"/voices/{other.pk}/shares", {"member_id": me, "to_member_id": him, "note": "x"})
    assert shared.status_code == 201
    assert api("post", f"/voices/{other.pk}/shares", {"member_id": me}).status_code == 422
    assert len(api("get", f"/voices?stream_of={him}").json()["items"]) == 2
    thanked = api("post", f"/voices/{voice.pk}/thanks", {"member_id": me, "to_member_id": him, "text": "!"})
    assert thanked.status_code == 201
    assert api("post", f"/voices/{voice.pk}/thanks", {"member_id": me, "text": "!"}).status_code == 409
    case = api("post", f"/voices/{voice.pk}/case", {"owner_id": him}).json()
    assert case["owner_id"] == him
    team = api("post", "/teams", {"name": "Shop"}).json()
    assert api("put", f"/teams/{team['id']}/members/{him}").json()["members"] == [him]
    assert api("put", f"/members/{him}/digest", {"every": "day"}).json() == {"every": "day", "timezone": ""}
    assert api("put", f"/members/{him}/digest", {"every": "hour"}).status_code == 422
    assert api("get", "/listening").json()["weeks"][-1]["members"] == 2


def test_the_api_finds_nothing_of_another_workspace(charlie: Person, alice: Person, api: Any) -> None:
    theirs = say(charlie, "theirs", said_at=NOW - timedelta(days=1))
    tagging.put_tag(voice=theirs, name="secret", actor_id=None, now=NOW)
    for method, path, body in (
        ("post", f"/voices/{theirs.pk}/tags", {"name": "x"}),
        ("get", f"/voices/{theirs.pk}/shares", None),
        ("post", f"/voices/{theirs.pk}/case", {}),
        ("get", f"/voices?stream_of={charlie.membership.pk}", None),
        ("get", f"/members/{charlie.membership.pk}/digest", None),
    ):
        assert api(method, path, body).status_code == 404, path
    assert api("get", "/voices?tag=secret").json()["items"] == []
    assert names(theirs) == ["secret"]


def test_a_name_that_is_not_taken_stays_in_its_field_beside_the_reason(alice: Person, client: Client) -> None:
    client.force_login(alice.user)
    for name in ("Night shift", "Hotline"):
        client.post("/settings/teams/new", {"name": name})
    first, second = Team.objects.in_workspace(alice.workspace.pk).order_by("pk")
    tag = tagging.put_tag(voice=say(alice, "one"), name="late", actor_id=None, now=NOW)
    tagging.put_tag(voice=say(alice, "two"), name="slow", actor_id=None, now=NOW)
    refusals = {
        "/settings/teams/new": "Hotline",
        f"/settings/teams/{first.pk}/name": "Hotline",
        f"/settings/tags/{tag.pk}/name": "slow",
    }
    for path, name in refusals.items():
        answer = client.post(path, {"name": name})
        page = answer.content.decode()
        field = next(each for each in re.findall(r"<input[^>]*>", page) if 'aria-invalid="true"' in each)
        assert (answer.status_code, f'value="{name}"' in field) == (422, True), path
        assert page.count('id="name-error"') == 1, path
        assert f"“{name}”" in page, path
    tag.refresh_from_db()
    first.refresh_from_db()
    assert (tag.name, first.name, second.name) == ("late", "Night shift", "Hotline")
