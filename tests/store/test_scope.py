"""Workspace scope fails closed."""

import pytest
from tests import builders

from allears.accounts.models import Workspace
from allears.customers.models import Customer
from allears.store.scope import UnscopedQueryError


def test_a_query_without_a_workspace_raises_and_one_with_it_sees_only_its_own(
    acme: Workspace, elsewhere: Workspace
) -> None:
    ours = builders.customer(workspace=acme)
    builders.customer(workspace=elsewhere)
    for unscoped in (
        lambda: list(Customer.objects.all()),
        lambda: Customer.objects.count(),
        lambda: Customer.objects.get(id=ours.id),
        lambda: Customer.objects.filter(email="zoe@example.test").exists(),
        lambda: Customer.objects.filter(id=ours.id).update(name="X"),
        lambda: Customer.objects.filter(id=ours.id).delete(),
    ):
        with pytest.raises(UnscopedQueryError, match="in_workspace"):
            unscoped()
    assert [each.id for each in Customer.objects.in_workspace(acme.id)] == [ours.id]
    assert Customer.objects.across_workspaces().count() == 2


def test_rows_reached_from_a_row_need_no_second_scope(acme: Workspace) -> None:
    customer = builders.customer(workspace=acme)
    assert customer.consents.count() == 0
    assert list(customer.identifiers.all()) == []
