"""Shapes that many webhooks share."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy

from allears.customers.models import Customer, Identifier
from allears.events.webhooks.catalogue import EventType, Told

CUSTOMER_FIELDS: Mapping[str, str] = {
    "customer": "object or null: who it is about",
    "customer.key": "string: pseudonymous, lasting; the same in the API and the lake",
    "customer.user_id": "string or null: the id your systems gave them",
    "customer.name": "string, may be empty",
    "customer.email": "string, may be empty",
    "customer.phone": "string in E.164, may be empty",
    "customer.language": "string: zh, en, or empty where unknown",
    "customer.segment": "string, may be empty",
}
CUSTOMER_SAMPLE: Mapping[str, Any] = {
    "key": "5f0c3a9be14c4c0b9a6f2f7f2f0e8d11",
    "user_id": "u-1042",
    "name": "Zoe Example",
    "email": "zoe@example.test",
    "phone": "+8613800000000",
    "language": "en",
    "segment": "gold",
}


def customer_data(customer: Customer | None) -> dict[str, Any] | None:
    """The customer as every webhook shows one."""
    if customer is None:
        return None
    known = Identifier.objects.in_workspace(customer.workspace_id).filter(
        customer_id=customer.pk, kind=Identifier.Kind.USER_ID
    )
    shown = {name: getattr(customer, name) for name in ("key", "name", "email", "phone", "language", "segment")}
    return {**shown, "user_id": known.order_by("id").values_list("value", flat=True).first()}


def time(at: datetime | None) -> str | None:
    """As all times in webhooks: ISO 8601 in UTC."""
    return at.isoformat().replace("+00:00", "Z") if at else None


def link(path: str) -> str:
    """An address in the console."""
    return f"{settings.PUBLIC_URL}{path}"


def customers_merged(*, workspace_id: int, kept_id: int, merged_id: int) -> Told | None:
    """Both, as they are now."""
    found = Customer.objects.in_workspace(workspace_id).in_bulk([kept_id, merged_id])
    if len(found) < 2:
        return None
    data = {"kept": customer_data(found[kept_id]), "merged": customer_data(found[merged_id])}
    return Told(data=data, customer_id=kept_id)


CUSTOMERS_MERGED = EventType(
    name="customers.merged",
    summary=gettext_lazy("Two customers turned out to be one."),
    tell="allears.events.webhooks.shapes.customers_merged",
    fields={"kept": "customer: the one that stays", "merged": "customer: the one that is now part of it"},
    sample={"kept": CUSTOMER_SAMPLE, "merged": {**CUSTOMER_SAMPLE, "key": "77aa0c9be14c4c0b9a6f2f7f2f0e8d22"}},
)
