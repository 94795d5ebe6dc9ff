"""What traits become: columns, attributes, consent."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from allears.accounts.models import Workspace
from allears.customers.actions import TraitChange, update_traits
from allears.customers.actions.consent import ConsentFormatError
from allears.customers.models import ConsentRecord, Customer
from tests import builders

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


def tell(customer: Customer, *traits: dict[str, Any]) -> Customer:
    changes = [
        TraitChange(customer_id=customer.id, traits=each, at=NOW + timedelta(seconds=at))
        for at, each in enumerate(traits)
    ]
    update_traits(workspace_id=customer.workspace_id, changes=changes, now=NOW)
    return Customer.objects.in_workspace(customer.workspace_id).get(id=customer.id)


def test_known_traits_have_columns_and_the_rest_are_attributes(acme: Workspace) -> None:
    customer = tell(
        builders.customer(workspace=acme, email=""),
        {"firstName": "Zoe", "lastName": "Li", "email": "Zoe@X.test", "phone": "+86 138 0013 8000", "plan": "pro"},
        {"locale": "zh-CN", "timezone": "Asia/Shanghai", "segment": "gold", "plan": "max", "age": 31},
    )
    assert (customer.name, customer.email, customer.phone) == ("Zoe Li", "zoe@x.test", "+8613800138000")
    assert (customer.language, customer.timezone, customer.segment) == ("zh", "Asia/Shanghai", "gold")
    assert customer.attributes == {"firstName": "Zoe", "lastName": "Li", "plan": "max", "age": 31}


def test_a_null_trait_is_forgotten_and_what_fits_no_column_stays_an_attribute(acme: Workspace) -> None:
    customer = tell(builders.customer(workspace=acme), {"plan": "pro", "email": "not an address"}, {"plan": None})
    assert customer.email == "zoe@example.test"
    assert customer.attributes == {"email": "not an address"}


def test_consent_is_a_ledger_of_changes(acme: Workspace) -> None:
    customer = builders.customer(workspace=acme)
    tell(
        customer,
        {"consent": {"email": {"survey": True, "marketing": False}}},
        {"consent": {"email": {"survey": True}}},
        {"consent": {"email": {"survey": False}, "sms": True}},
    )
    records = ConsentRecord.objects.in_workspace(acme.id).order_by("id")
    assert list(records.values_list("channel", "purpose", "granted", "source")) == [
        ("email", "survey", True, "identify"),
        ("email", "marketing", False, "identify"),
        ("email", "survey", False, "identify"),
        ("sms", "*", True, "identify"),
    ]
    assert tell(customer, {"consent": False}).attributes == {}
    assert records.filter(channel="*", purpose="*", granted=False).count() == 1


@pytest.mark.parametrize("consent", ["yes", {"email": "yes"}, {"email": {"survey": 1}}, {"x" * 21: True}])
def test_other_words_for_consent_are_refused_and_change_nothing(acme: Workspace, consent: Any) -> None:
    customer = builders.customer(workspace=acme)
    with pytest.raises(ConsentFormatError):
        tell(customer, {"plan": "pro", "consent": consent})
    assert ConsentRecord.objects.in_workspace(acme.id).count() == 0
    assert Customer.objects.in_workspace(acme.id).get(id=customer.id).attributes == {}
