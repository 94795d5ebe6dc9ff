"""Customers."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema

from allears.api.listing import Listing, PageParams, listing, where, workspace_of
from allears.customers import queries
from allears.customers.models import Customer

router = Router(tags=["customers"])


class CustomerOut(Schema):
    """A person or account we serve."""

    key: str
    name: str
    email: str
    phone: str
    language: str
    timezone: str
    segment: str
    attributes: dict[str, Any]
    first_seen_at: datetime
    last_seen_at: datetime


class IdentifierOut(Schema):
    """One thing a customer is known by."""

    kind: str
    value: str


class CustomerDetail(CustomerOut):
    """A customer with everything they are known by."""

    identifiers: list[IdentifierOut]


@router.get("/customers", response=Listing[CustomerOut])
def list_customers(
    request: HttpRequest,
    page: Query[PageParams],
    email: str | None = None,
    phone: str | None = None,
    segment: str | None = None,
    language: str | None = None,
    user_id: str | None = None,
    anonymous_id: str | None = None,
) -> dict[str, Any]:
    """Customers, the latest seen first; those merged into another are not listed."""
    rows = where(
        queries.customers(workspace_id=workspace_of(request)),
        email=email.lower() if email else None,
        phone=phone,
        segment=segment,
        language=language,
    )
    for kind, value in (("user_id", user_id), ("anonymous_id", anonymous_id)):
        if value is not None:
            rows = rows.filter(identifiers__kind=kind, identifiers__value=value)
    return listing(rows, page, order=("-last_seen_at", "-id"))


@router.get("/customers/{key}", response=CustomerDetail)
def show_customer(request: HttpRequest, key: str) -> Customer:
    """One customer; a key merged into another answers with that one."""
    customer = queries.present(workspace_id=workspace_of(request), key=key)
    if customer is None:
        raise Http404
    return customer
