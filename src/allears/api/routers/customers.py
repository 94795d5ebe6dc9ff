"""Customers."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from allears.api.listing import Listing, PageParams, listing, where, workspace_of
from allears.api.problems import ProblemError
from allears.api.scopes import needs_export
from allears.customers import queries
from allears.customers.actions import merge, undo_merge
from allears.customers.actions.merging import MergeError
from allears.customers.history import attributes_at
from allears.customers.models import Customer, Erasure, Merge
from allears.customers.rights import access_export, request_erasure
from allears.customers.rights.erasing import certificate

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
        phone__in=queries.numbers_like(workspace_id=workspace_of(request), text=phone) if phone is not None else None,
        segment=segment,
        language=language,
    )
    for column, given in (("phone", phone), ("segment", segment), ("language", language)):
        if given:
            rows = rows.exclude(**{column: ""})  # says nothing new, but the index holds those who have one alone
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


class ErasureIn(Schema):
    """How to erase."""

    never_again: bool = True
    strike_name: bool = Field(
        False, description="strike the person's own name out of what staff typed, too; others may be called the same"
    )


class ErasureOut(Schema):
    """An erasure under way, or its certificate once ``finished_at`` is set. Nothing in it names the person."""

    certificate: str
    workspace: str
    requested_at: datetime
    requested_via: str
    never_again: bool
    steps: dict[str, datetime]
    removed: list[dict[str, Any]]
    not_looked_into: list[dict[str, Any]] = Field(
        [], description="files of others that could not be looked into in full: table, reason, ids, count"
    )
    finished_at: datetime | None
    previous: str
    digest: str


@router.get("/customers/{key}/access-export", response={200: bytes})
def export_customer(request: HttpRequest, key: str) -> HttpResponse:
    """Everything we hold on a customer, as a ZIP of JSON and readable pages."""
    needs_export(request)
    customer = show_customer(request, key)
    packed = access_export(workspace_id=workspace_of(request), customer_id=customer.pk, now=timezone.now())
    return HttpResponse(
        packed,
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="customer-{customer.key}.zip"'},
    )


@router.post("/customers/{key}/erasure", response={202: ErasureOut})
def erase_customer(request: HttpRequest, key: str, told: ErasureIn | None = None) -> Status[dict[str, Any]]:
    """Erase a customer everywhere. It cannot be undone; ``GET /erasures/{certificate}`` tells how far it is."""
    customer = show_customer(request, key)
    erasure = request_erasure(
        workspace_id=workspace_of(request),
        customer_id=customer.pk,
        actor_id=None,
        via="api",
        never_again=told.never_again if told else True,
        strike_name=told.strike_name if told else False,
        now=timezone.now(),
    )
    return Status(202, certificate(erasure))


@router.get("/erasures", response=Listing[ErasureOut])
def list_erasures(request: HttpRequest, page: Query[PageParams]) -> dict[str, Any]:
    """Erasures, the newest first."""
    rows = queries.erasures(workspace_id=workspace_of(request))
    return listing(rows, page, order=("-requested_at", "-id"), shape=certificate)


@router.get("/erasures/{reference}", response=ErasureOut)
def show_erasure(request: HttpRequest, reference: str) -> dict[str, Any]:
    """One erasure and its certificate."""
    found: Erasure | None = queries.erasures(workspace_id=workspace_of(request)).filter(reference=reference).first()
    if found is None:
        raise Http404
    return certificate(found)


class AttributesAt(Schema):
    """What was true of a customer at a moment."""

    at: datetime
    known_at: datetime | None
    attributes: dict[str, Any]


class CustomerMergeIn(Schema):
    """Who turned out to be the customer."""

    customer_key: str
    reason: str = "by hand"


class MergeOut(Schema):
    """One merge, with what said so."""

    id: int
    kept_key: str
    merged_key: str
    reason: str
    evidence: str
    at: datetime
    undone_at: datetime | None


def _merge(row: Merge) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kept_key": row.kept.key,
        "merged_key": row.merged.key,
        "reason": row.reason,
        "evidence": " ".join(row.moved.get("evidence", ())).strip(),
        "at": row.at,
        "undone_at": row.undone_at,
    }


@router.get("/customers/{key}/attributes", response=AttributesAt)
def attributes_then(
    request: HttpRequest, key: str, at: datetime | None = None, known_at: datetime | None = None
) -> dict[str, Any]:
    """What was true of a customer ``at`` a moment (now, if left out), as we knew it at ``known_at``."""
    customer, moment = show_customer(request, key), at or timezone.now()
    found = attributes_at(customer=customer, at=moment, known_at=known_at)
    return {"at": moment, "known_at": known_at, "attributes": found}


@router.post("/customers/{key}/merges", response={201: MergeOut})
def merge_customer(request: HttpRequest, key: str, told: CustomerMergeIn) -> Status[dict[str, Any]]:
    """Make another customer one with this one; ``POST /merges/{id}/undo`` parts them again."""
    kept, merged = show_customer(request, key), show_customer(request, told.customer_key)
    try:
        row = merge(
            workspace_id=workspace_of(request),
            kept_id=kept.pk,
            merged_id=merged.pk,
            reason=told.reason[:200],
            now=timezone.now(),
        )
    except MergeError as error:
        raise ProblemError(status=409, title="These customers cannot be merged", detail=str(error)) from error
    return Status(201, _merge(row))


@router.get("/merges", response=Listing[MergeOut])
def list_merges(request: HttpRequest, page: Query[PageParams], undone: bool | None = None) -> dict[str, Any]:
    """Merges, the newest first."""
    rows = queries.merges(workspace_id=workspace_of(request))
    rows = rows if undone is None else rows.filter(undone_at__isnull=not undone)
    return listing(rows, page, order=("-at", "-id"), shape=_merge)


@router.post("/merges/{merge_id}/undo", response=MergeOut)
def part_customers(request: HttpRequest, merge_id: int) -> dict[str, Any]:
    """Make two of one again, exactly as they were; no key joins them again by itself."""
    rows = queries.merges(workspace_id=workspace_of(request))
    if not rows.filter(pk=merge_id).exists():
        raise Http404
    try:
        undo_merge(workspace_id=workspace_of(request), merge_id=merge_id, now=timezone.now())
    except MergeError as error:
        raise ProblemError(status=409, title="This merge cannot be undone", detail=str(error)) from error
    return _merge(rows.get(pk=merge_id))
