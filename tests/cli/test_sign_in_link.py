"""The way in from the server's own command line."""

from django.test import Client
from typer.testing import CliRunner

from allears.accounts.models import Membership, Role, User, Workspace
from allears.cli.main import app


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["sign-in-link", *arguments])
    return done.exit_code, done.output


def test_a_new_address_becomes_an_admin_who_gets_in(acme: Workspace) -> None:
    code, said = run("ada@acme.test", "--workspace", "acme")
    assert code == 0
    client = Client()
    assert client.post("/sign-in/" + said.strip().rsplit("/", 1)[1]).status_code == 302
    assert client.get("/settings/members").status_code == 200


def test_a_member_keeps_the_role_they_have(acme: Workspace, bob: object) -> None:
    assert run("BOB@acme.test", "--workspace", "acme")[0] == 0
    rows = Membership.objects.in_workspace(acme.pk).values_list("user__email", "role")
    assert list(rows) == [("bob@acme.test", Role.AGENT)]


def test_an_unknown_workspace_makes_nothing(db: None) -> None:
    code, said = run("ada@acme.test", "--workspace", "nowhere")
    assert code == 2
    assert "There is no workspace nowhere" in said
    assert User.objects.count() == 0


def test_what_is_no_address_makes_no_admin(acme: Workspace) -> None:
    code, said = run("ada", "--workspace", "acme")
    assert (code, "is no e-mail address" in said) == (2, True)
    assert User.objects.count() == 0
