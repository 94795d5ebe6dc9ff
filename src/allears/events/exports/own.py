"""The tables of this room and of the one below: events and customers."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy

from allears.customers.models import Customer, Identifier
from allears.events.exports import filtering
from allears.events.exports.tables import Column, ExportTable, Filters, Selection, Type, keyed_batches
from allears.events.models import Event

KINDS = ("user_id", "email", "phone")
EVENT_COLUMNS = (
    Column(name="event_id", label=gettext_lazy("Row’s own id")),
    Column(name="event_name", label=gettext_lazy("What happened")),
    Column(name="type", label=gettext_lazy("Type")),
    Column(name="ts", label=gettext_lazy("Time"), type=Type.TIME),
    Column(name="received_at", label=gettext_lazy("Received"), type=Type.TIME),
    Column(name="user_id", label=gettext_lazy("Customer’s id")),
    Column(name="customer_key", label=gettext_lazy("Customer’s key")),
    Column(name="properties", label=gettext_lazy("Properties")),
)
CUSTOMER_COLUMNS = (
    Column(name="customer_key", label=gettext_lazy("Customer’s key")),
    Column(name="user_id", label=gettext_lazy("Customer’s id")),
    Column(name="email", label=gettext_lazy("E-mail")),
    Column(name="phone", label=gettext_lazy("Telephone")),
    Column(name="name", label=gettext_lazy("Name")),
    Column(name="language", label=gettext_lazy("Language")),
    Column(name="timezone", label=gettext_lazy("Time zone")),
    Column(name="segment", label=gettext_lazy("Segment")),
    Column(name="first_seen_at", label=gettext_lazy("First seen"), type=Type.TIME),
    Column(name="last_seen_at", label=gettext_lazy("Last seen"), type=Type.TIME),
    Column(name="attributes", label=gettext_lazy("Attributes")),
)


def known_as(workspace_id: int, customer_ids: list[int]) -> dict[int, dict[str, str]]:
    """By customer, the first user id, address and number it is known by."""
    found: dict[int, dict[str, str]] = {}
    ids = sorted({each for each in customer_ids if each})
    for start in range(0, len(ids), 900):
        rows = Identifier.objects.in_workspace(workspace_id).filter(
            customer_id__in=ids[start : start + 900], kind__in=KINDS
        )
        for customer, kind, value in rows.order_by("id").values_list("customer_id", "kind", "value"):
            found.setdefault(customer, {}).setdefault(kind, value)
    return found


def with_user_ids(
    batches: Iterator[list[tuple[Any, ...]]], *, workspace_id: int, customer: int, at: int
) -> Iterator[list[tuple[Any, ...]]]:
    """Batches whose place ``customer`` (an id) goes, and whose place ``at`` then holds the customer's own id."""
    for batch in batches:
        known = known_as(workspace_id, [row[customer] for row in batch])
        done = []
        for row in batch:
            rest = [value for place, value in enumerate(row) if place != customer]
            names = known.get(row[customer], {})
            rest.insert(at, names.get("user_id") or names.get("email") or names.get("phone"))
            done.append(tuple(rest))
        yield done


def _events(workspace_id: int, filters: Filters) -> Selection:
    rows = filtering.spanned(Event.objects.in_workspace(workspace_id), filters, "ts")
    if filters.get("event"):
        rows = rows.filter(name=filters["event"])
    rows = filtering.of_account(rows, filters, workspace_id)
    if (customer := filtering.whole(filters, "customer_id")) is not None:
        rows = rows.filter(customer_id=customer)
    names = ("message_key", "name", "type", "ts", "received_at", "customer_id", "customer__key", "properties")

    def batches(size: int) -> Iterator[list[tuple[Any, ...]]]:
        return with_user_ids(keyed_batches(rows, names, tuple, size), workspace_id=workspace_id, customer=5, at=5)

    return Selection(columns=EVENT_COLUMNS, count=rows.count, batches=batches)


def _customers(workspace_id: int, filters: Filters) -> Selection:
    rows = Customer.objects.in_workspace(workspace_id).filter(merged_into__isnull=True)
    rows = filtering.equal(filtering.spanned(rows, filters, "last_seen_at"), filters, "segment", "language")
    rows = filtering.of_account(rows, filters, workspace_id, "id")
    names = (
        "id", "key", "email", "phone", "name", "language", "timezone", "segment", "first_seen_at", "last_seen_at",
        "attributes",
    )  # fmt: skip

    def batches(size: int) -> Iterator[list[tuple[Any, ...]]]:
        for batch in keyed_batches(rows, names, tuple, size):
            known = known_as(workspace_id, [row[0] for row in batch])
            yield [_customer(row, known.get(row[0], {})) for row in batch]

    return Selection(columns=CUSTOMER_COLUMNS, count=rows.count, batches=batches)


def _customer(row: tuple[Any, ...], known: dict[str, str]) -> tuple[Any, ...]:
    _id, key, email, phone, *rest = row
    return (key, known.get("user_id"), email or known.get("email"), phone or known.get("phone"), *rest)


EVENTS = ExportTable(
    name="events", label=gettext_lazy("Events"), filters=("event", "customer_id", "account"), select=_events
)
CUSTOMERS = ExportTable(
    name="customers", label=gettext_lazy("Customers"), filters=("segment", "language", "account"), select=_customers
)
