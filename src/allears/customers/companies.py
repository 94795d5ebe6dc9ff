"""Client accounts (B2B): companies and households we serve, and the customers who are their contacts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet

from allears.customers.keys import LONGEST
from allears.customers.models import ClientAccount, Contact, Customer
from allears.customers.queries import family

LONGEST_NAME, LONGEST_ROLE = 200, 80
ROLE = ("role", "contactRole", "contact_role")  # traits that say what the caller is in the account, not what it is


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountTold:
    """What one message says of an account; ``customer_id`` is a contact of it from then on."""

    key: str
    traits: Mapping[str, Any]
    at: datetime
    customer_id: int | None = None
    role: str = ""


def tell_accounts(*, workspace_id: int, told: Sequence[AccountTold], now: datetime) -> dict[str, int]:
    """Create or describe accounts and bind their contacts, set-wise and in order; ids by key."""
    with transaction.atomic():
        rows = _accounts(workspace_id, {each.key[:LONGEST] for each in told}, now)
        for each in told:
            _describe(rows[each.key[:LONGEST]], each)
        ClientAccount.objects.in_workspace(workspace_id).bulk_update(
            rows.values(), ["name", "traits", "last_seen_at"], batch_size=300
        )
        _bind(workspace_id, rows, told)
    return {key: row.pk for key, row in rows.items()}


def _accounts(workspace_id: int, keys: Iterable[str], now: datetime) -> dict[str, ClientAccount]:
    wanted = sorted(keys)
    known = ClientAccount.objects.in_workspace(workspace_id)
    have = set(known.filter(key__in=wanted).values_list("key", flat=True))
    fresh = [
        ClientAccount(workspace_id=workspace_id, key=key, first_seen_at=now, last_seen_at=now)
        for key in wanted
        if key not in have
    ]
    ClientAccount.objects.bulk_create(fresh, ignore_conflicts=True)
    return {row.key: row for row in known.filter(key__in=wanted)}


def _describe(account: ClientAccount, told: AccountTold) -> None:
    given = {name: value for name, value in told.traits.items() if name not in ROLE}
    kept = {**account.traits, **given}
    account.traits = {name: value for name, value in kept.items() if value is not None}
    account.name = str(given.get("name") or account.name)[:LONGEST_NAME]
    account.last_seen_at = max(account.last_seen_at, told.at)


def _bind(workspace_id: int, accounts: Mapping[str, ClientAccount], told: Sequence[AccountTold]) -> None:
    wanted = {
        (accounts[each.key[:LONGEST]].pk, each.customer_id): each for each in told if each.customer_id is not None
    }
    rows = Contact.objects.in_workspace(workspace_id)
    known = {
        (row.account_id, row.customer_id): row
        for row in rows.filter(account_id__in={a for a, _ in wanted}, customer_id__in={c for _, c in wanted})
    }
    Contact.objects.bulk_create(
        [
            Contact(
                workspace_id=workspace_id,
                account_id=account,
                customer_id=customer,
                role=_role(each),
                since=each.at,
            )
            for (account, customer), each in wanted.items()
            if (account, customer) not in known
        ],
        ignore_conflicts=True,
    )
    for pair, row in known.items():
        role = _role(wanted[pair]) if pair in wanted else ""
        if role and role != row.role:
            rows.filter(pk=row.pk).update(role=role)


def _role(told: AccountTold) -> str:
    given = next((told.traits[name] for name in ROLE if told.traits.get(name)), "")
    return (told.role or str(given))[:LONGEST_ROLE]


def accounts(*, workspace_id: int, search: str = "") -> QuerySet[Any]:
    """Accounts with the number of their contacts, the latest seen first."""
    rows: QuerySet[Any] = ClientAccount.objects.in_workspace(workspace_id).annotate(people=Count("contacts"))
    if search:
        rows = rows.filter(name__icontains=search) | rows.filter(key=search)
    return rows.order_by("-last_seen_at", "-id")


def account_of(*, workspace_id: int, key: str) -> ClientAccount | None:
    """The account of this key."""
    row: ClientAccount | None = ClientAccount.objects.in_workspace(workspace_id).filter(key=key).first()
    return row


MOST_CHOICES = 200


def choices(*, workspace_id: int, chosen: str = "") -> list[ClientAccount]:
    """Accounts to choose from in a filter, by name: those seen last, and the one that is chosen."""
    rows = ClientAccount.objects.in_workspace(workspace_id)
    found = list(rows.order_by("-last_seen_at", "-id")[:MOST_CHOICES])
    if chosen and all(each.key != chosen for each in found):
        found += rows.filter(key=chosen)
    return sorted(found, key=lambda each: (each.name or each.key).casefold())


def people_of(*, account: ClientAccount) -> list[int]:
    """Ids of everybody whose voice counts for the account: its contacts and all who turned out to be them."""
    rows = Contact.objects.in_workspace(account.workspace_id).filter(account=account)
    told = rows.values_list("customer_id", "customer__merged_into_id")
    found = step = list(dict.fromkeys(kept or customer for customer, kept in told))
    while step:
        merged = Customer.objects.in_workspace(account.workspace_id).filter(merged_into_id__in=step)
        step = list(merged.values_list("id", flat=True))
        found = [*found, *step]
    return found


def contacts_of(*, account: ClientAccount) -> QuerySet[Contact]:
    """The account's people with their roles."""
    rows: QuerySet[Contact] = Contact.objects.in_workspace(account.workspace_id).filter(account=account)
    return rows.select_related("customer", "customer__merged_into").order_by("role", "since", "id")


def accounts_of(*, customer: Customer) -> QuerySet[Contact]:
    """The accounts that a customer belongs to, with the role there."""
    ids = family(workspace_id=customer.workspace_id, customer_id=customer.pk)
    rows: QuerySet[Contact] = Contact.objects.in_workspace(customer.workspace_id).filter(customer_id__in=ids)
    return rows.select_related("account").order_by("account__name", "id")
