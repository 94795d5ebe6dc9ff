"""A customer's key opens what it sealed, and nothing does once it is shredded."""

import pytest
from django.conf import LazySettings

from allears.accounts.models import Workspace
from allears.customers import vault
from allears.customers.models import Customer, CustomerKey
from tests import builders

pytestmark = pytest.mark.django_db
WORDS = "王小明 asked for his money back".encode()


def stored_key(customer: Customer) -> bytes:
    return bytes(CustomerKey.objects.across_workspaces().get(customer=customer).key)


def test_what_is_sealed_opens_again_and_shows_nothing(acme: Workspace) -> None:
    zoe = builders.customer(workspace=acme)
    sealed = vault.seal(zoe.id, WORDS)
    assert vault.open_sealed(zoe.id, sealed) == WORDS
    assert b"money" not in sealed
    assert vault.seal(zoe.id, WORDS) != sealed  # a nonce of its own each time
    assert CustomerKey.objects.in_workspace(acme.id).count() == 1


def test_shredding_one_key_leaves_the_others(acme: Workspace) -> None:
    zoe, max_ = builders.customer(workspace=acme), builders.customer(workspace=acme, email="max@example.test")
    of_zoe, of_max = vault.seal(zoe.id, WORDS), vault.seal(max_.id, WORDS)
    assert vault.shred(zoe.id) == 1
    with pytest.raises(vault.ShreddedError):
        vault.open_sealed(zoe.id, of_zoe)
    assert vault.open_sealed(max_.id, of_max) == WORDS
    vault.seal(zoe.id, b"later")  # a new key does not open what the old one sealed
    with pytest.raises(vault.ShreddedError):
        vault.open_sealed(zoe.id, of_zoe)


def test_a_seal_belongs_to_its_customer(acme: Workspace) -> None:
    zoe, max_ = builders.customer(workspace=acme), builders.customer(workspace=acme, email="max@example.test")
    key = vault.keys_for(customer_ids=[zoe.id, max_.id])[zoe.id]
    with pytest.raises(vault.ShreddedError):
        vault.open_with(key, max_.id, vault.seal(zoe.id, WORDS))


def test_the_secret_wraps_the_keys(acme: Workspace, settings: LazySettings) -> None:
    zoe = builders.customer(workspace=acme)
    settings.VAULT_SECRET = "kept apart from the data"
    sealed = vault.seal(zoe.id, WORDS)
    assert vault.open_sealed(zoe.id, sealed) == WORDS
    assert vault.keys_for(customer_ids=[zoe.id])[zoe.id] not in stored_key(zoe)
    settings.VAULT_SECRET = "another"
    with pytest.raises(vault.WrongSecretError):
        vault.open_sealed(zoe.id, sealed)
    settings.VAULT_SECRET = ""
    with pytest.raises(vault.WrongSecretError):
        vault.open_sealed(zoe.id, sealed)


def test_exported_keys_come_back(acme: Workspace) -> None:
    zoe, max_ = builders.customer(workspace=acme), builders.customer(workspace=acme, email="max@example.test")
    sealed = vault.seal(zoe.id, WORDS)
    vault.seal(max_.id, WORDS)
    kept = dict(vault.export_keys())
    vault.shred(zoe.id, max_.id)
    kept[999_999] = b"\x00" * 33  # of somebody who does not exist here
    assert vault.import_keys(kept) == 2
    assert vault.open_sealed(zoe.id, sealed) == WORDS
    assert vault.open_with(vault.unwrap_exported(kept[zoe.id]), zoe.id, sealed) == WORDS


def test_who_does_not_exist_has_no_key(acme: Workspace) -> None:
    with pytest.raises(Customer.DoesNotExist):
        vault.seal(999_999, WORDS)
