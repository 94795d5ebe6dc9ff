"""Links, invitations, roles and keys: what they open, and what they refuse."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from tests.conftest import Person

from allears.accounts import actions, queries
from allears.accounts.access import Access
from allears.accounts.mail import invite_url, send_invitation, token_of
from allears.accounts.models import AccessKey, AuditEntry, MemberInvite, Membership, Role, User
from allears.jobs.models import Job

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def verbs(person: Person) -> list[str]:
    rows = AuditEntry.objects.in_workspace(person.workspace.pk).order_by("pk")
    return list(rows.values_list("verb", flat=True))


def test_a_sign_in_link_works_once(alice: Person) -> None:
    token = actions.make_sign_in_link(user=alice.user, now=NOW)
    assert actions.find_sign_in_link(token=token, now=NOW).user == alice.user
    assert actions.use_sign_in_link(token=token, now=NOW) == alice.user
    with pytest.raises(actions.LinkSpentError):
        actions.use_sign_in_link(token=token, now=NOW)


def test_a_sign_in_link_grows_old(alice: Person) -> None:
    token = actions.make_sign_in_link(user=alice.user, now=NOW, life=timedelta(minutes=5))
    with pytest.raises(actions.LinkSpentError):
        actions.use_sign_in_link(token=token, now=NOW + timedelta(minutes=5))


def test_a_switched_off_user_gets_in_by_no_link(alice: Person) -> None:
    token = actions.make_sign_in_link(user=alice.user, now=NOW)
    User.objects.filter(pk=alice.user.pk).update(is_active=False)
    with pytest.raises(actions.LinkSpentError):
        actions.use_sign_in_link(token=token, now=NOW)


def invite(by: Person, *, email: str = "Dora@Acme.test", role: str = Role.AGENT) -> MemberInvite:
    return actions.invite_member(workspace=by.workspace, email=email, role=role, actor=by.user, now=NOW)


def test_an_invitation_is_mailed_by_a_job_and_accepted_once(alice: Person) -> None:
    offer = invite(alice)
    job = Job.objects.get()
    assert (job.task, job.arguments) == (
        "allears.accounts.jobs.post_invitation",
        {"workspace_id": alice.workspace.pk, "invite_id": offer.pk},
    )
    send_invitation(**job.arguments)
    (letter,) = mail.outbox
    assert letter.to == ["dora@acme.test"]
    assert invite_url(offer) in letter.body

    found = actions.find_invite(token=token_of(offer), now=NOW)
    dora = actions.accept_invite(invite=found, name="Dora", password="a very long password", now=NOW)
    assert (dora.email, dora.name, dora.check_password("a very long password")) == ("dora@acme.test", "Dora", True)
    members = queries.members(workspace_id=alice.workspace.pk).values_list("user__email", "role")
    assert sorted(members) == [("alice@acme.test", "admin"), ("dora@acme.test", "agent")]
    with pytest.raises(actions.LinkSpentError):
        actions.accept_invite(invite=found, name="Eve", password="another long password", now=NOW)
    with pytest.raises(actions.LinkSpentError):
        actions.find_invite(token=token_of(offer), now=NOW)
    assert verbs(alice) == ["accounts.member.invited", "accounts.member.joined"]


def test_the_database_alone_does_not_hold_an_invitation_s_token(alice: Person) -> None:
    offer = invite(alice)
    row = MemberInvite.objects.in_workspace(alice.workspace.pk).values().get()
    assert token_of(offer) not in str(row)


def test_a_withdrawn_invitation_is_neither_mailed_nor_accepted(alice: Person) -> None:
    offer = invite(alice)
    actions.revoke_invite(invite=offer, actor=alice.user, now=NOW)
    send_invitation(workspace_id=alice.workspace.pk, invite_id=offer.pk)
    assert mail.outbox == []
    with pytest.raises(actions.LinkSpentError):
        actions.find_invite(token=token_of(offer), now=NOW)


def test_an_invitation_lasts_seven_days(alice: Person) -> None:
    token = token_of(invite(alice))
    assert actions.find_invite(token=token, now=NOW + timedelta(days=6, hours=23))
    with pytest.raises(actions.LinkSpentError):
        actions.find_invite(token=token, now=NOW + timedelta(days=7))


def test_inviting_again_replaces_the_open_offer(alice: Person) -> None:
    first = token_of(invite(alice))
    second = actions.invite_member(
        workspace=alice.workspace,
        email="dora@acme.test",
        role=Role.MANAGER,
        actor=alice.user,
        now=NOW + timedelta(hours=1),
    )
    assert [each.pk for each in queries.open_invites(workspace_id=alice.workspace.pk)] == [second.pk]
    with pytest.raises(actions.LinkSpentError):
        actions.find_invite(token=first, now=NOW)


def test_members_are_not_invited_again(alice: Person, bob: Person) -> None:
    with pytest.raises(actions.AccountsError):
        invite(alice, email="BOB@acme.test")
    assert MemberInvite.objects.in_workspace(alice.workspace.pk).count() == 0


def test_the_last_admin_stays(alice: Person, bob: Person) -> None:
    with pytest.raises(actions.LastAdminError):
        actions.change_role(member=alice.membership, role=Role.MANAGER, actor=alice.user)
    with pytest.raises(actions.LastAdminError):
        actions.remove_member(member=alice.membership, actor=alice.user, now=NOW)
    alice.membership.refresh_from_db()
    assert (alice.membership.role, alice.membership.ended_at) == (Role.ADMIN, None)

    actions.change_role(member=bob.membership, role=Role.ADMIN, actor=alice.user)
    actions.remove_member(member=alice.membership, actor=bob.user, now=NOW)
    assert [each.user for each in queries.members(workspace_id=bob.workspace.pk)] == [bob.user]


def test_removal_can_be_undone(alice: Person, bob: Person) -> None:
    actions.remove_member(member=bob.membership, actor=alice.user, now=NOW)
    actions.restore_member(member=bob.membership, actor=alice.user)
    bob.membership.refresh_from_db()
    assert bob.membership.ended_at is None
    assert verbs(alice) == ["accounts.member.removed", "accounts.member.restored"]


def test_who_came_back_by_invitation_is_not_restored_twice(alice: Person, bob: Person) -> None:
    actions.remove_member(member=bob.membership, actor=alice.user, now=NOW)
    actions.accept_invite(invite=invite(alice, email="bob@acme.test"), name="", password=None, now=NOW)
    with pytest.raises(actions.AccountsError):
        actions.restore_member(member=bob.membership, actor=alice.user)
    assert Membership.objects.in_workspace(alice.workspace.pk).filter(user=bob.user, ended_at=None).count() == 1


def test_a_key_is_kept_as_its_hash_and_can_be_revoked(alice: Person) -> None:
    key, secret = actions.make_key(
        workspace=alice.workspace, kind=AccessKey.Kind.WRITE, name="Shop", actor=alice.user, now=NOW
    )
    row = AccessKey.objects.in_workspace(alice.workspace.pk).values().get()
    assert secret not in str(row)
    assert secret.startswith(row["prefix"])
    actions.revoke_key(key=key, actor=alice.user, now=NOW)
    assert queries.keys(workspace_id=alice.workspace.pk).count() == 0
    assert verbs(alice) == ["accounts.write_key.made", "accounts.write_key.revoked"]


def test_a_workspace_lives_in_a_zone_that_exists(alice: Person) -> None:
    with pytest.raises(actions.AccountsError):
        actions.change_workspace(
            workspace=alice.workspace,
            name="Acme",
            timezone="Mars/Olympus",
            language="en",
            success_statement="",
            actor=alice.user,
        )
    alice.workspace.refresh_from_db()
    assert alice.workspace.timezone == "UTC"


def test_the_audit_log_is_read_newest_first_by_cursor(alice: Person) -> None:
    for number in range(5):
        actions.make_key(workspace=alice.workspace, kind="api", name=str(number), actor=alice.user, now=NOW)
    first, cursor = queries.audit_log(workspace_id=alice.workspace.pk, before=None, limit=3)
    second, end = queries.audit_log(workspace_id=alice.workspace.pk, before=cursor, limit=3)
    assert [row.detail["name"] for row in first + second] == ["4", "3", "2", "1", "0"]
    assert end is None


@pytest.mark.parametrize(
    ("role", "opened"),
    [(Role.AGENT, [Role.AGENT]), (Role.MANAGER, [Role.AGENT, Role.MANAGER]), (Role.ADMIN, list(Role))],
)
def test_a_role_opens_its_own_pages_and_those_below(alice: Person, role: Role, opened: list[Role]) -> None:
    alice.membership.role = role
    access = Access(user=alice.user, membership=alice.membership, workspace=alice.workspace)
    assert {least for least in Role if access.may(least)} == set(opened)
