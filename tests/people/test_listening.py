"""Who listens: a row for a member and a day, the share by week and team, and no figures of persons."""

from datetime import UTC, date, datetime, timedelta

from django.test import Client
from tests import builders
from tests.conftest import Person
from tests.web.objects import voice

from allears.accounts.models import Membership, Role
from allears.accounts.teams import actions as teamwork
from allears.people import listening
from allears.people.models import ListeningDay

NOW = datetime(2026, 11, 19, 20, 0, tzinfo=UTC)  # a Thursday


def listened(member: Membership, day: date) -> None:
    ListeningDay.objects.create(workspace_id=member.workspace_id, member=member, day=day)


def test_a_day_counts_once_and_in_the_workspaces_zone(alice: Person) -> None:
    alice.workspace.timezone = "Asia/Shanghai"
    alice.workspace.save()
    member = Membership.objects.in_workspace(alice.workspace.pk).get(pk=alice.membership.pk)
    for minutes in (0, 5, 60):
        listening.note(member=member, now=NOW + timedelta(minutes=minutes))
    days = ListeningDay.objects.in_workspace(alice.workspace.pk).values_list("day", flat=True)
    assert list(days) == [date(2026, 11, 20)]  # eight hours ahead


def test_opening_the_wall_or_a_voice_is_listening_and_an_empty_wall_is_not(
    alice: Person, bob: Person, client: Client
) -> None:
    rows = ListeningDay.objects.in_workspace(alice.workspace.pk)
    client.force_login(bob.user)
    client.get("/listen")
    assert rows.count() == 0
    said = voice(alice)
    client.get("/listen")
    client.get(f"/listen/voices/{said}")
    assert list(rows.values_list("member_id", flat=True)) == [bob.membership.pk]


def test_the_share_of_a_week_is_of_those_who_were_there(alice: Person, bob: Person, charlie: Person) -> None:
    Membership.objects.in_workspace(alice.workspace.pk).update(created_at=NOW - timedelta(days=100))
    late = builders.member(workspace=alice.workspace, email="new@acme.test", role=Role.AGENT)[1]
    gone = builders.member(workspace=alice.workspace, email="gone@acme.test", role=Role.AGENT)[1]
    rows = Membership.objects.in_workspace(alice.workspace.pk)
    rows.filter(pk=late.pk).update(created_at=NOW)
    rows.filter(pk=gone.pk).update(created_at=NOW - timedelta(days=90), ended_at=NOW - timedelta(days=8))
    listened(bob.membership, date(2026, 11, 16))
    listened(bob.membership, date(2026, 11, 18))
    listened(alice.membership, date(2026, 11, 15))  # the Sunday before
    listened(gone, date(2026, 11, 10))
    listened(charlie.membership, date(2026, 11, 18))
    found = listening.listening(workspace=alice.workspace, now=NOW, weeks=3)
    assert [(week.monday, week.members, week.listened) for week in found.weeks] == [
        (date(2026, 11, 2), 3, 0),
        (date(2026, 11, 9), 3, 2),
        (date(2026, 11, 16), 3, 1),
    ]
    assert found.now.share == 1 / 3


def test_a_small_team_is_not_told_of(alice: Person, bob: Person) -> None:
    people = [alice.membership, bob.membership]
    people += [
        builders.member(workspace=alice.workspace, email=f"{name}@acme.test", role=Role.AGENT)[1] for name in "xyz"
    ]
    teams = {
        name: teamwork.create_team(workspace_id=alice.workspace.pk, name=name, actor_id=None, now=NOW)
        for name in ("large", "small")
    }
    for member in people[:4]:
        teamwork.join_team(team=teams["large"], member=member, actor_id=None, now=NOW)
    for member in people[:3]:
        teamwork.join_team(team=teams["small"], member=member, actor_id=None, now=NOW)
    Membership.objects.in_workspace(alice.workspace.pk).update(created_at=NOW - timedelta(days=100))
    listened(bob.membership, date(2026, 11, 16))
    large, small = listening.listening(workspace=alice.workspace, now=NOW, weeks=2).teams
    assert (large.name, large.members, [week.listened for week in large.weeks]) == ("large", 4, [0, 1])
    assert (small.name, small.members, list(small.weeks)) == ("small", 3, [])


def test_managers_see_the_page_and_it_names_nobody(alice: Person, bob: Person, client: Client) -> None:
    bob.user.name = "Bob Nameable"
    bob.user.save()
    client.force_login(bob.user)
    assert client.get("/listen/listeners").status_code == 403
    client.force_login(alice.user)
    page = client.get("/listen/listeners").content.decode()
    assert "Listened this week" in page
    assert "Bob Nameable" not in page
