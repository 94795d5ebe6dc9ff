"""What each kind of key opens: a write key nothing here, an API key no file of people's data unless it says so."""

import json
import re

import pytest
from django.test import Client
from django.utils import timezone
from tests.conftest import Person
from tests.web.objects import row

from allears.accounts.actions import AccountsError, make_key
from allears.accounts.models import AccessKey, AuditEntry
from allears.api.main import api
from allears.customers.models import Customer
from allears.events.models import Export, Import

EXPORT = (AccessKey.Scope.EXPORT,)


def client_of(person: Person, kind: str, *scopes: str) -> Client:
    _key, secret = make_key(
        workspace=person.workspace, kind=kind, name="k", actor=person.user, now=timezone.now(), scopes=scopes
    )
    return Client(headers={"Authorization": f"Bearer {secret}"})  # type: ignore[arg-type]


def routes() -> list[tuple[str, str]]:
    """Every address of the API with its methods; the names in it filled with something."""
    paths = api.get_openapi_schema()["paths"]
    return sorted((method, re.sub(r"\{(\w+)\}", "1", path)) for path, methods in paths.items() for method in methods)


def test_a_write_key_opens_nothing_here(alice: Person) -> None:
    client = client_of(alice, "write")
    assert len(routes()) > 100
    assert {(method, path): getattr(client, method)(path).status_code for method, path in routes()} == dict.fromkeys(
        routes(), 401
    )


def files(alice: Person) -> list[tuple[str, str]]:
    customer = row(Customer, alice, key="zoe")
    brought = row(Import, alice, kind="voices", state="done")
    export = row(Export, alice, table="voices", format="csv", state="done", token="t" * 43)
    return [
        ("get", "/api/v1/tables/voices.csv"),
        ("post", "/api/v1/exports"),
        ("get", f"/api/v1/exports/{export.pk}/file"),
        ("get", f"/api/v1/imports/{brought.pk}/quarantine.csv"),
        ("get", f"/api/v1/customers/{customer.key}/access-export"),
    ]


def test_files_need_a_key_that_says_so(alice: Person) -> None:
    narrow, wide = client_of(alice, "api"), client_of(alice, "api", *EXPORT)
    body = json.dumps({"table": "voices"})
    for method, path in files(alice):
        refused = narrow.generic(method.upper(), path, body, content_type="application/json")
        assert (refused.status_code, refused.json()["title"]) == (403, "This key may not export"), path
        answer = wide.generic(method.upper(), path, body, content_type="application/json")
        assert answer.status_code in {200, 201, 409}, path
    assert Export.objects.in_workspace(alice.workspace.pk).filter(state="queued").count() == 1
    assert narrow.get("/api/v1/voices").status_code == 200


def test_a_link_is_told_to_keys_that_may_follow_it(alice: Person) -> None:
    files(alice)
    narrow, wide = client_of(alice, "api"), client_of(alice, "api", *EXPORT)
    assert [each["download"] for each in narrow.get("/api/v1/exports").json()["items"]] == [None]
    assert [each["download"] for each in wide.get("/api/v1/exports").json()["items"]] == [f"/exports/files/{'t' * 43}"]
    number = Export.objects.in_workspace(alice.workspace.pk).get().pk
    assert narrow.get(f"/api/v1/exports/{number}").json()["download"] is None


def test_a_write_key_is_never_given_the_scope(alice: Person, client: Client) -> None:
    with pytest.raises(AccountsError, match="cannot export"):
        client_of(alice, "write", *EXPORT)
    client.force_login(alice.user)
    told = {"name": "till", "kind": "write", "scopes": "export"}
    assert client.post("/settings/keys", told).status_code == 422
    assert not AccessKey.objects.in_workspace(alice.workspace.pk).exists()


def test_the_scope_is_chosen_on_the_page_and_noted(alice: Person, client: Client) -> None:
    client.force_login(alice.user)
    assert client.post("/settings/keys", {"name": "reports", "kind": "api"}).status_code == 200
    page = client.post("/settings/keys", {"name": "warehouse", "kind": "api", "scopes": "export"}).content.decode()
    keys = AccessKey.objects.in_workspace(alice.workspace.pk)
    assert dict(keys.values_list("name", "scopes")) == {"reports": [], "warehouse": ["export"]}
    assert page.count("may export") == 1
    told = AuditEntry.objects.in_workspace(alice.workspace.pk).filter(verb="accounts.api_key.made")
    assert [each.detail for each in told.order_by("pk")] == [
        {"name": "reports"},
        {"name": "warehouse", "scopes": ["export"]},
    ]


def test_a_key_that_was_revoked_opens_nothing_any_more(alice: Person) -> None:
    client = client_of(alice, "api")
    assert client.get("/api/v1/touchpoints").status_code == 200
    AccessKey.objects.in_workspace(alice.workspace.pk).update(revoked_at=timezone.now())
    assert client.get("/api/v1/touchpoints").status_code == 401
