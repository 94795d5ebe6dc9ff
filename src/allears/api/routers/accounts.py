"""Client accounts (B2B): companies and households, and the customers who are their contacts."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from allears.api.listing import Listing, PageParams, listing, workspace_of
from allears.customers import companies, queries
from allears.customers.companies import AccountTold
from allears.customers.models import ClientAccount, Contact

router = Router(tags=["accounts"])


class ContactOut(Schema):
    """One of the account's people."""

    customer_key: str
    name: str
    role: str
    since: datetime


class AccountOut(Schema):
    """A company or household we serve."""

    key: str
    name: str
    traits: dict[str, Any]
    contacts: int
    first_seen_at: datetime
    last_seen_at: datetime


class AccountDetail(AccountOut):
    people: list[ContactOut]


class AccountIn(Schema):
    """What is known of an account; ``customer_key`` becomes a contact in ``role``."""

    name: str = Field("", max_length=200)
    traits: dict[str, Any] = {}
    customer_key: str | None = None
    role: str = Field("", max_length=80)


def _shape(row: Any) -> dict[str, Any]:
    names = ("key", "name", "traits", "first_seen_at", "last_seen_at")
    return {**{name: getattr(row, name) for name in names}, "contacts": row.people}


def _person(row: Contact) -> dict[str, Any]:
    customer = row.customer.merged_into or row.customer
    return {"customer_key": customer.key, "name": customer.name, "role": row.role, "since": row.since}


def account_of(request: HttpRequest, key: str) -> ClientAccount:
    found = companies.account_of(workspace_id=workspace_of(request), key=key)
    if found is None:
        raise Http404
    return found


@router.get("/accounts", response=Listing[AccountOut])
def list_accounts(request: HttpRequest, page: Query[PageParams], search: str = "") -> dict[str, Any]:
    """Client accounts, the latest seen first; ``search`` looks into their names."""
    rows = companies.accounts(workspace_id=workspace_of(request), search=search)
    return listing(rows, page, order=("-last_seen_at", "-id"), shape=_shape)


@router.get("/accounts/{key}", response=AccountDetail)
def show_account(request: HttpRequest, key: str) -> dict[str, Any]:
    """One account and its people. Its voices and cases: ``voices?account=``, ``cases?account=``."""
    account = account_of(request, key)
    row = companies.accounts(workspace_id=account.workspace_id).get(pk=account.pk)
    return {**_shape(row), "people": [_person(each) for each in companies.contacts_of(account=account)]}


@router.put("/accounts/{key}", response={200: AccountDetail})
def put_account(request: HttpRequest, key: str, told: AccountIn) -> Status[dict[str, Any]]:
    """Create or describe an account, and bind a contact to it. Traits that are null are forgotten."""
    workspace_id, now = workspace_of(request), timezone.now()
    customer = queries.present(workspace_id=workspace_id, key=told.customer_key) if told.customer_key else None
    if told.customer_key and customer is None:
        raise Http404
    traits = {**told.traits, **({"name": told.name} if told.name else {})}
    said = AccountTold(key=key, traits=traits, at=now, customer_id=customer.pk if customer else None, role=told.role)
    companies.tell_accounts(workspace_id=workspace_id, told=[said], now=now)
    return Status(200, show_account(request, key))
