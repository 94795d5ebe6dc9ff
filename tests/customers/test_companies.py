"""Client accounts: from group calls and files, their people, the account as a whole."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from allears.accounts.actions import make_key
from allears.accounts.models import AccessKey, Workspace
from allears.customers.actions import merge
from allears.customers.companies import AccountTold, accounts, people_of, tell_accounts
from allears.customers.models import ClientAccount, Contact, Customer, Merge
from allears.events.consumer import run_once
from allears.events.imports import actions as imports
from allears.events.imports.running import run
from allears.listen import actions as listen
from tests import builders
from tests.conftest import Person
from tests.understand.builders import response, voice

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


def told(key: str = "acme-gmbh", customer: Customer | None = None, **traits: Any) -> AccountTold:
    return AccountTold(key=key, traits=traits, at=NOW, customer_id=customer.id if customer else None)


def tell(workspace: Workspace, *said: AccountTold) -> ClientAccount:
    ids = tell_accounts(workspace_id=workspace.id, told=said, now=NOW)
    return ClientAccount.objects.in_workspace(workspace.id).get(pk=ids[said[0].key])


def test_an_account_learns_and_its_contacts_have_roles(acme: Workspace, elsewhere: Workspace) -> None:
    zoe = builders.customer(workspace=acme)
    account = tell(acme, told(name="Acme GmbH", seats=5), told(customer=zoe, role="buyer", seats=9))
    assert (account.name, account.traits) == ("Acme GmbH", {"name": "Acme GmbH", "seats": 9})
    tell(acme, told(customer=zoe, role="owner", seats=None))
    assert [row.role for row in Contact.objects.in_workspace(acme.id)] == ["owner"]
    account.refresh_from_db()
    assert "seats" not in account.traits
    assert [row.people for row in accounts(workspace_id=acme.id)] == [1]
    assert list(accounts(workspace_id=elsewhere.id)) == []


def test_people_who_were_merged_count_for_the_account(acme: Workspace) -> None:
    zoe, old = builders.customer(workspace=acme), builders.customer(workspace=acme, email="old@x.test")
    account = tell(acme, told(customer=old))
    merge(workspace_id=acme.id, kept_id=zoe.id, merged_id=old.id, reason="by hand", now=NOW)
    assert sorted(people_of(account=account)) == sorted([zoe.id, old.id])


@pytest.mark.django_db(transaction=True)
def test_an_import_brings_accounts_with_their_people(acme: Workspace, tmp_path: Path) -> None:
    table = tmp_path / "accounts.csv"
    table.write_text(
        "account id,account name,email,role,plan\n"
        "a1,Acme GmbH,zoe@x.test,buyer,gold\na1,,max@x.test,user,\n,Nobody,n@x.test,,\n"
    )
    ready = imports.prepare(workspace=acme, kind_name="accounts", path=table, filename=table.name)
    row = run(imports.register(prepared=ready, actor_id=None, now=timezone.now()), now=timezone.now)
    assert (row.rows_good, row.rows_bad) == (2, 1)
    account = ClientAccount.objects.in_workspace(acme.id).get()
    assert (account.key, account.name, account.traits.get("plan")) == ("a1", "Acme GmbH", "gold")
    roles = Contact.objects.in_workspace(acme.id).order_by("role").values_list("role", "customer__identifiers__value")
    assert list(roles) == [("buyer", "zoe@x.test"), ("user", "max@x.test")]


@pytest.mark.django_db
def test_the_api_speaks_of_accounts_merges_and_what_was_true(acme: Workspace, client: Client) -> None:
    zoe, max_ = builders.customer(workspace=acme), builders.customer(workspace=acme, email="max@x.test")
    _, secret = make_key(workspace=acme, kind=AccessKey.Kind.API, name="k", actor=None, now=timezone.now())
    entry = {"HTTP_AUTHORIZATION": f"Bearer {secret}", "content_type": "application/json"}

    def ask(path: str, method: str = "get", body: Any = None) -> Any:
        data = json.dumps(body) if body is not None else ""
        answer = getattr(client, method)(f"/api/v1/{path}", **entry, **({"data": data} if method != "get" else {}))
        assert answer.status_code < 300, answer.content
        return answer.json()

    said = {"name": "Acme GmbH", "traits": {"plan": "gold"}, "customer_key": zoe.key, "role": "buyer"}
    assert ask("accounts/a1", "put", said)["people"][0]["role"] == "buyer"
    for customer in (zoe, max_):
        listen.record_voice(
            workspace_id=acme.id, key=customer.email, initiator="customer", source_kind="review", channel="web",
            said_at=NOW, text=f"Said by number {customer.pk}.", customer_id=customer.id, now=NOW,
        )  # fmt: skip
    assert [each["text"] for each in ask("voices?account=a1")["items"]] == [f"Said by number {zoe.pk}."]
    assert ask("cases?account=a1&count=true")["count"] == 0
    assert [each["contacts"] for each in ask("accounts")["items"]] == [1]
    merged = ask(f"customers/{zoe.key}/merges", "post", {"customer_key": max_.key})
    assert len(ask("voices?account=a1")["items"]) == 2
    assert ask("merges")["items"][0]["kept_key"] == zoe.key
    assert ask(f"merges/{merged['id']}/undo", "post", {})["undone_at"]
    assert len(ask("voices?account=a1")["items"]) == 1
    assert ask(f"customers/{zoe.key}/attributes")["attributes"]["email"] == "zoe@example.test"


@pytest.mark.django_db
def test_the_console_shows_accounts_keys_and_merges(acme: Workspace, alice: Person, client: Client) -> None:
    zoe, max_ = builders.customer(workspace=acme, name="Zoe"), builders.customer(workspace=acme, email="max@x.test")
    account = tell(acme, told(name="Acme GmbH", customer=zoe))
    row = merge(workspace_id=acme.id, kept_id=zoe.id, merged_id=max_.id, reason="same email", now=NOW)
    client.force_login(alice.user)
    assert b"Acme GmbH" in client.get("/client-accounts").content
    voice(workspace=acme, at=NOW, metric="nps", score=9, customer=zoe)  # by himself, without a survey
    for score, outcome in ((10, ""), (0, "screened")):
        answer = response(workspace=acme, at=NOW, score=score, outcome=outcome, customer=zoe)
        voice(workspace=acme, at=NOW, metric="nps", score=score, customer=zoe, response=answer)
    page = client.get(f"/client-accounts/{account.pk}").content.decode()
    assert "Zoe" in page
    assert ", 2 answers" in page
    assert b"No account is called so" in client.get("/client-accounts?q=nobody").content
    assert b"Acme GmbH" in client.get(f"/customers/{zoe.key}").content
    assert b"Same E-mail" in client.get("/settings/merges").content
    assert client.post(f"/settings/merges/{row.pk}/undo").status_code == 302
    assert Merge.objects.in_workspace(acme.id).get().undone_at is not None
    assert client.get("/settings/identity").status_code == 200
    given = {"kind": ["user_id", "email", "card"], "cap-0": "1", "cap-1": "4", "attaches-1": "on", "merges-2": "on"}
    assert client.post("/settings/identity", {**given, "cap-2": "0", "region": "CN"}).status_code == 422
    assert client.post("/settings/identity", {**given, "cap-2": "2", "region": "CN"}).status_code == 302
    from allears.customers.rules import rules_of

    rules = rules_of(workspace_id=acme.id)
    assert [(each.kind, each.attaches, each.merges, each.cap) for each in rules.keys] == [
        ("user_id", True, False, 1), ("email", True, False, 4), ("card", False, True, 2),
    ]  # fmt: skip
    assert rules.region == "CN"


@pytest.mark.django_db(transaction=True)
def test_a_group_call_makes_the_account_and_binds_the_caller(acme: Workspace, tmp_path: Path, settings: Any) -> None:
    from allears.events.intake.log import Body, open_log

    settings.DATA_DIR = tmp_path
    call = {"type": "group", "userId": "u1", "groupId": "g-1", "traits": {"name": "Acme", "role": "buyer", "size": 3}}
    log = open_log()
    body = json.dumps({"batch": [call]}).encode()
    log.append([Body(workspace_id=acme.id, kind="batch", received_us=int(NOW.timestamp() * 1e6), data=body)])
    log.close()
    while run_once("t"):
        pass
    contact = Contact.objects.in_workspace(acme.id).select_related("account").get()
    assert (contact.role, contact.account.key, contact.account.name) == ("buyer", "g-1", "Acme")
    assert contact.account.traits == {"name": "Acme", "size": 3}
