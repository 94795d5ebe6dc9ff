"""Signing in, joining and the settings pages, as a browser asks for them."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from tests.conftest import Person

from allears.accounts import actions
from allears.accounts.mail import token_of
from allears.accounts.models import AccessKey, MemberInvite, Role, SignInLink, User


def visit(person: Person) -> Client:
    client = Client()
    client.force_login(person.user)
    return client


def test_a_link_scanner_does_not_spend_a_sign_in_link(alice: Person, client: Client) -> None:
    token = actions.make_sign_in_link(user=alice.user, now=timezone.now())
    for _ in range(3):
        assert client.get(f"/sign-in/{token}").status_code == 200
    assert SignInLink.objects.get().used_at is None
    answer = client.post(f"/sign-in/{token}")
    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == str(alice.user.pk)
    assert Client().post(f"/sign-in/{token}").status_code == 410
    assert Client().get(f"/sign-in/{token}").status_code == 410


def test_the_sign_in_form_takes_the_form_token_only(alice: Person) -> None:
    token = actions.make_sign_in_link(user=alice.user, now=timezone.now())
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(f"/sign-in/{token}").status_code == 403
    assert SignInLink.objects.get().used_at is None


def test_a_password_is_set_in_fields_of_our_own_look(alice: Person) -> None:
    alice.user.set_unusable_password()
    alice.user.save()
    page = visit(alice).get("/accounts/password/set/").content.decode()
    assert page.count('<input class="input" type="password"') == 2
    done = visit(alice).post("/accounts/password/set/", {"password1": "a very long password", "password2": "other"})
    assert done.content.decode().count("errorlist") == 1


def test_sign_in_with_a_password_and_out_again(alice: Person, client: Client) -> None:
    data = {"login": "alice@acme.test", "password": "a long enough password"}
    assert client.post("/accounts/login/", data)["Location"] == "/"
    assert client.get("/settings").status_code == 200
    assert client.post("/accounts/logout/").status_code == 302
    answer = client.get("/settings")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/settings")


def test_a_password_is_guessed_at_five_times_and_then_not_even_the_right_one_enters(alice: Person) -> None:
    cache.clear()
    alice.user.set_password("a long enough password")
    alice.user.save()
    told = {"login": "alice@acme.test", "password": "a long enough password"}
    for guess in range(5):
        assert Client().post("/accounts/login/", told | {"password": f"guess {guess}"}).status_code == 200
    refused = Client().post("/accounts/login/", told)
    cache.clear()
    assert (refused.status_code, "Too many failed" in refused.content.decode()) == (200, True)
    assert Client().post("/accounts/login/", told).status_code == 302


def test_nobody_signs_up_by_themselves(db: None, client: Client) -> None:
    client.post("/accounts/signup/", {"email": "eve@evil.test", "password1": "a long enough password"})
    assert User.objects.count() == 0


def test_joining_by_invitation(alice: Person, client: Client) -> None:
    visit(alice).post("/settings/members/invites", {"email": "dora@acme.test", "role": "manager"})
    token = token_of(MemberInvite.objects.in_workspace(alice.workspace.pk).get())
    assert client.get(f"/join/{token}").status_code == 200
    weak = client.post(f"/join/{token}", {"name": "Dora", "password": "short"})
    assert (weak.status_code, User.objects.filter(email="dora@acme.test").count()) == (422, 0)
    done = client.post(f"/join/{token}", {"name": "Dora", "password": "a very long password"})
    assert done.status_code == 302
    assert client.get("/settings").status_code == 200
    assert client.get(f"/join/{token}").status_code == 410


def test_whoever_has_an_account_joins_signed_in_as_that_account(alice: Person, charlie: Person, client: Client) -> None:
    visit(alice).post("/settings/members/invites", {"email": "charlie@elsewhere.test", "role": "agent"})
    token = token_of(MemberInvite.objects.in_workspace(alice.workspace.pk).get())
    client.post(f"/join/{token}", {"name": "Eve", "password": "a very long password"})
    assert MemberInvite.objects.in_workspace(alice.workspace.pk).get().accepted_at is None
    charlies = visit(charlie)
    charlies.post(f"/join/{token}")
    assert MemberInvite.objects.in_workspace(alice.workspace.pk).get().accepted_at is not None
    assert charlies.session["workspace_id"] == alice.workspace.pk


def test_a_key_is_shown_once(alice: Person) -> None:
    client = visit(alice)
    page = client.post("/settings/keys", {"name": "Shop", "kind": "write"}).content.decode()
    prefix = AccessKey.objects.in_workspace(alice.workspace.pk).get().prefix
    assert page.count(f'id="made">{prefix}') == 1
    later = client.get("/settings/keys").content.decode()
    assert 'id="made"' not in later
    assert prefix in later


def test_the_last_admin_is_told_why(alice: Person) -> None:
    client = visit(alice)
    answer = client.post(f"/settings/members/{alice.membership.pk}/removal", follow=True)
    assert "This is the last admin" in answer.content.decode()
    alice.membership.refresh_from_db()
    assert alice.membership.ended_at is None


def test_who_was_removed_is_outside_at_once(alice: Person, bob: Person) -> None:
    client = visit(bob)
    assert client.get("/listen").status_code == 200
    actions.remove_member(member=bob.membership, actor=alice.user, now=timezone.now())
    answer = client.get("/listen")
    assert answer.status_code == 403
    assert "belong to no workspace" in answer.content.decode()


def test_one_switches_to_one_s_own_workspaces_only(alice: Person, charlie: Person) -> None:
    offer = actions.invite_member(
        workspace=alice.workspace, email=charlie.user.email, role=Role.AGENT, actor=alice.user, now=timezone.now()
    )
    actions.accept_invite(invite=offer, name="", password=None, now=timezone.now() + timedelta(seconds=1))
    charlies, alices = visit(charlie), visit(alice)
    charlies.post("/workspace", {"workspace": alice.workspace.pk})
    alices.post("/workspace", {"workspace": charlie.workspace.pk})
    assert charlies.session.get("workspace_id") == alice.workspace.pk
    assert alices.session.get("workspace_id") is None


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_language_is_remembered_with_the_person(alice: Person, language: str) -> None:
    client = visit(alice)
    answer = client.post("/language", {"language": language, "next": "/settings"})
    assert answer["Location"] == "/settings"
    alice.user.refresh_from_db()
    assert alice.user.language == language
    assert ('<html lang="zh-Hans"' in client.get("/settings").content.decode()) is (language == "zh-hans")


def test_a_new_device_speaks_the_person_s_language(alice: Person) -> None:
    actions.choose_language(user=alice.user, language="zh-hans")
    assert '<html lang="zh-Hans"' in visit(alice).get("/settings").content.decode()


def test_the_language_form_leads_to_no_other_site(alice: Person) -> None:
    answer = visit(alice).post("/language", {"language": "en", "next": "https://evil.test/"})
    assert answer["Location"] == "/"
