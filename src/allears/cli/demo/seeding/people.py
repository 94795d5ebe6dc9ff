"""The customers as rows: who they are, what they are known by, what they agreed to."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from allears.cli.demo.people import Shopper
from allears.customers.models import AttributeValue, ConsentRecord, Customer, Identifier
from allears.store.bulk import allocate_ids

AT_ONCE = 1000


def traits_of(who: Shopper) -> dict[str, str]:
    """What the shop knows of a customer beyond the columns."""
    return {"city": who.city, "region": who.region}


def write_customers(
    *, workspace_id: int, shoppers: Iterable[Shopper], seen: dict[int, tuple[datetime, datetime]]
) -> dict[int, Customer]:
    """Customers by their number; ``seen``: number → first and last time."""
    listed = list(shoppers)
    ids = allocate_ids(Customer, len(listed))
    customers = [_customer(workspace_id, pk, who, *seen[who.number]) for pk, who in zip(ids, listed, strict=True)]
    Customer.objects.bulk_create(customers, batch_size=AT_ONCE)
    write_history(customers)
    Identifier.objects.bulk_create(
        (
            Identifier(workspace_id=workspace_id, kind=kind, value=value, customer=customer, created_at=seen[number][0])
            for number, customer, kind, value in _names(listed, customers)
        ),
        batch_size=AT_ONCE,
    )
    ConsentRecord.objects.bulk_create(
        (
            ConsentRecord(
                workspace_id=workspace_id,
                customer=customer,
                channel="email",
                purpose="survey",
                granted=who.consent == "granted",
                source="identify",
                at=customer.first_seen_at - timedelta(days=1),
            )
            for who, customer in zip(listed, customers, strict=True)
            if who.consent != "silent"
        ),
        batch_size=AT_ONCE,
    )
    return {who.number: customer for who, customer in zip(listed, customers, strict=True)}


def write_history(customers: Iterable[Customer]) -> None:
    """What was told of them first, so that what is told later does not stand for the time before."""
    AttributeValue.objects.bulk_create(
        (
            AttributeValue(
                workspace_id=customer.workspace_id,
                customer=customer,
                name=name,
                value=value,
                valid_from=customer.first_seen_at - timedelta(days=1),
                recorded_at=customer.first_seen_at - timedelta(days=1),
                source="identify",
            )
            for customer in customers
            for name in ("name", "email", "language", "timezone", "segment")
            if (value := getattr(customer, name))
        ),
        batch_size=AT_ONCE,
    )


def _customer(workspace_id: int, pk: int, who: Shopper, first: datetime, last: datetime) -> Customer:
    return Customer(
        pk=pk,
        workspace_id=workspace_id,
        name=who.name,
        email=who.email,
        language=who.language,
        timezone=who.timezone,
        segment=who.segment,
        attributes=traits_of(who),
        first_seen_at=first,
        last_seen_at=last,
    )


def _names(listed: list[Shopper], customers: list[Customer]) -> Iterable[tuple[int, Customer, str, str]]:
    for who, customer in zip(listed, customers, strict=True):
        yield who.number, customer, Identifier.Kind.USER_ID, who.user_id
        yield who.number, customer, Identifier.Kind.EMAIL, who.email
